/*
 * What of a turn the people of the shop want to be told (alert_desk.h), when it has ended and its
 * answer is durable.
 */
#include <stdio.h>

#include "agent/alert_desk.h"
#include "agent/kept.h"
#include "agent/turn.h"
#include "common/text.h"

#define MAX_KEY (PROTO_MAX_USER + 96)
#define MAX_SUBJECT 256 /* bytes; the next as the protocol has it */
#define MAX_TEXT 1024

static bool has_quoted(const turn_t *self)
{
    const proto_turn_record_t *record = &self->ledger.record;
    for (size_t i = 0; i < record->tools_count; i++)
        if (record->tools[i].ok && str_is(record->tools[i].name, "quote_financing"))
            return self->context.now.quote_count > 0;
    return false;
}

static void tell_quote(const turn_t *self)
{
    const proto_quote_t *quote = self->context.now.quote;
    const proto_car_t *car = kept_find(&self->context.now, quote->stock_id);
    char key[MAX_KEY], subject[MAX_SUBJECT + 1] = "";
    if (car)
        snprintf(subject, sizeof subject, "%.*s %.*s %d", STR_ARG(car->make), STR_ARG(car->model),
                 (int)car->year);
    proto_alert_t alert = {.user_id = self->user_id,
                           .subject = utf8_front(str_from(subject), MAX_SUBJECT),
                           .amount = quote->price,
                           .instalment = quote->instalment,
                           .months = quote->months};
    snprintf(key, sizeof key, "quote %lld %lld %lld %.*s", (long long)quote->price,
             (long long)quote->down_payment, (long long)quote->months, STR_ARG(self->user_id));
    alert_desk_raise(self->parts->alerts, ALERT_QUOTE, &alert, key);
}

/* Once with the score, and once more when what they think of it follows. */
static void tell_score(const turn_t *self)
{
    const proto_survey_t *survey = &self->survey_after;
    char key[MAX_KEY];
    if (survey->state.size == 0 || !survey->answered || survey->score > 6)
        return;
    proto_alert_t alert = {.user_id = self->user_id,
                           .score = survey->score,
                           .text = utf8_front(survey->comment, MAX_TEXT)};
    snprintf(key, sizeof key, "score %lld %d %d %.*s", (long long)survey->asked_ms,
             (int)survey->score, survey->comment.size > 0, STR_ARG(self->user_id));
    alert_desk_raise(self->parts->alerts, ALERT_SCORE, &alert, key);
}

static void tell_person(const turn_t *self)
{
    char key[MAX_KEY];
    proto_alert_t alert = {.user_id = self->user_id};
    snprintf(key, sizeof key, "person %.*s", STR_ARG(self->user_id));
    alert_desk_raise(self->parts->alerts, ALERT_PERSON, &alert, key);
}

/* Once of a person and car. */
static void tell_lead(const turn_t *self)
{
    const proto_lead_t *lead = &self->lead;
    char key[MAX_KEY], who[MAX_TEXT + 1];
    snprintf(who, sizeof who, "%.*s%s%.*s", STR_ARG(lead->name),
             lead->name.size && lead->contact.size ? ", " : "", STR_ARG(lead->contact));
    proto_alert_t alert = {.user_id = self->user_id,
                           .subject = utf8_front(lead->car, MAX_SUBJECT),
                           .text = str_from(who)};
    snprintf(key, sizeof key, "lead %lld %.*s", (long long)lead->stock_id, STR_ARG(self->user_id));
    alert_desk_raise(self->parts->alerts, ALERT_LEAD, &alert, key);
}

void turn_alerts(const turn_t *self)
{
    if (!self->parts->alerts)
        return;
    if (has_quoted(self))
        tell_quote(self);
    if (self->lead_made)
        tell_lead(self);
    if (self->context.wants_person)
        tell_person(self);
    tell_score(self);
}
