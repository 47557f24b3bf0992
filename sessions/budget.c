#include "sessions/budget.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/shop_day.h"

struct budget {
    redis_t *redis;
    const request_limits_t *limits;
    budget_person_t person;
    alerts_t *alerts;
    /* what was seen last */
    int64_t day; /* 0: nothing yet */
    int64_t tokens, calls;
    bool reached;
    /* what is to be added to it */
    request_spent_t spent[REQUEST_SPENT_MOST];
    size_t spent_count;
    int64_t deadline; /* of the last of them */
    bool looked;      /* since budget_send */
};

budget_t *budget_new(redis_t *redis, const request_limits_t *limits, const budget_person_t *person,
                     alerts_t *alerts)
{
    budget_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->limits = limits;
    self->person = *person;
    self->alerts = alerts;
    return self;
}

void budget_destroy(budget_t **self_p)
{
    if ((*self_p)->spent_count > 0)
        log_warn("spending_uncounted", LOG_CSTR("error", "the service ends"),
                 LOG_INT("turns", (int64_t)(*self_p)->spent_count));
    free(*self_p);
    *self_p = NULL;
}

bool budget_of_day(const budget_t *self)
{
    return self->limits->day_tokens || self->limits->day_calls;
}

/* ---- the day in Redis ---- */

static int64_t number_at(const redisReply *reply, size_t i)
{
    return reply->element[i]->type == REDIS_REPLY_INTEGER ? reply->element[i]->integer : 0;
}

/* Among all who look, one is told that the budget was reached or is free again. */
static void tell_event(const budget_t *self, const char *event)
{
    char day[16];
    if (strcmp(event, "reached") == 0) {
        proto_alert_t alert = {.kind = STR_LIT("budget"),
                               .subject = str_from(shop_day_text(self->day, day))};
        alerts_raise(self->alerts, &alert, alert.subject);
        log_warn("budget_reached", LOG_INT("tokens", self->tokens), LOG_INT("calls", self->calls),
                 LOG_INT("most_tokens", self->limits->day_tokens),
                 LOG_INT("most_calls", self->limits->day_calls));
    } else if (strcmp(event, "cleared") == 0)
        log_info("budget_cleared", LOG_INT("tokens", self->tokens), LOG_INT("calls", self->calls));
}

static void on_day(void *arg, const redisReply *reply)
{
    budget_t *self = arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 6 ||
        reply->element[5]->type != REDIS_REPLY_STRING) {
        log_warn("budget_unknown",
                 LOG_CSTR("error", reply && reply->type == REDIS_REPLY_ERROR ? reply->str : ""));
        return;
    }
    self->day = number_at(reply, 1);
    self->tokens = number_at(reply, 2);
    self->calls = number_at(reply, 3);
    self->reached = number_at(reply, 4) != 0;
    metric_set(METRIC_BUDGET_DAY_TOKENS, self->tokens);
    metric_set(METRIC_BUDGET_DAY_CALLS, self->calls);
    metric_set(METRIC_BUDGET_DAY_REACHED, self->reached);
    tell_event(self, reply->element[5]->str);
}

static bool send_spent(budget_t *self, int64_t deadline)
{
    size_t size;
    char *bytes = request_budget(self->limits, self->spent, self->spent_count, &size);
    if (!redis_send(self->redis, bytes, size, deadline, on_day, self))
        return false;
    self->spent_count = 0;
    self->looked = true;
    return true;
}

bool budget_look(budget_t *self, int64_t deadline)
{
    return (self->looked && self->spent_count == 0) || send_spent(self, deadline);
}

bool budget_add(budget_t *self, str_t turn_id, int64_t tokens, int64_t calls, int64_t deadline)
{
    if (self->spent_count == REQUEST_SPENT_MOST && !send_spent(self, deadline))
        return false;
    request_spent_t *spent = &self->spent[self->spent_count++];
    snprintf(spent->turn_id, sizeof spent->turn_id, "%.*s", STR_ARG(turn_id));
    spent->tokens = tokens;
    spent->calls = calls;
    self->deadline = deadline;
    return true;
}

void budget_send(budget_t *self)
{
    if (self->spent_count > 0)
        send_spent(self, self->deadline);
    self->looked = false;
}

static void on_person(void *arg, const redisReply *reply)
{
    (void)arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY)
        log_warn("spending_uncounted",
                 LOG_CSTR("error", reply && reply->type == REDIS_REPLY_ERROR ? reply->str : ""));
}

bool budget_add_person(budget_t *self, str_t user_id, str_t turn_id, int64_t tokens, int64_t calls,
                       int64_t deadline)
{
    size_t size;
    char *bytes = request_spend(self->limits, user_id, turn_id, tokens, calls, &size);
    return redis_send(self->redis, bytes, size, deadline, on_person, self);
}

/* ---- what is known ---- */

const char *budget_used_up(const budget_t *self, int64_t tokens, int64_t calls)
{
    const budget_person_t *most = &self->person;
    if ((most->tokens && tokens >= most->tokens) || (most->calls && calls >= most->calls))
        return "person";
    return budget_of_day(self) && self->reached ? "day" : "";
}

void budget_tell(const budget_t *self, proto_budget_t *out, char day[16])
{
    int64_t now_ms = clock_unix_ms();
    int64_t number = self->day ? self->day : (now_ms + shop_day_offset_ms(now_ms)) / SHOP_DAY_MS;
    out->day = str_from(shop_day_text(number, day));
    out->ends_ms = shop_day_begins_ms(number + 1);
    out->day_tokens = self->tokens;
    out->day_calls = self->calls;
    out->most_day_tokens = self->limits->day_tokens;
    out->most_day_calls = self->limits->day_calls;
    out->most_person_tokens = self->person.tokens;
    out->most_person_calls = self->person.calls;
    out->used_up = str_from(budget_used_up(self, out->person_tokens, out->person_calls));
}
