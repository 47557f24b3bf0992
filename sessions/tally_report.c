#include "sessions/tally_report.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/shop_day.h"
#include "sessions/refuse.h"
#include "sessions/reply_at.h"
#include "sessions/request.h"
#include "sessions/scatter.h"
#include "sessions/store.h"
#include "sessions/tally.h"

#define ARENA_MAX (2 << 20)
#define MAX_DAY 200000 /* in the year 2517 */

struct tally_reporter {
    redis_t *redis;
    size_t count; /* reports under way */
};

/* One GET_NUMBERS under way. */
typedef struct report {
    tally_reporter_t *reporter;
    rpc_request_t request; /* its message is gone */
    int64_t first;         /* day */
    int64_t deadline;      /* clock_ms */
    unsigned days, next;
    tally_sums_t *sums;
} report_t;

/* ---- what Redis tells ---- */

static void finish(report_t *self, bool failed)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_numbers_t msg = {0};
    size_t damaged = tally_sums_damaged(self->sums);
    if (damaged)
        log_error("stored_tally_damaged", LOG_TRACE(&self->request.header.trace),
                  LOG_INT("fields", damaged));
    if (failed || !tally_sums_tell(self->sums, self->first, arena, &msg)) {
        refuse(&self->request, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    } else {
        msg.since_ms = shop_day_begins_ms(self->first);
        msg.until_ms = shop_day_begins_ms(self->first + (int64_t)self->days);
        rpc_server_reply(self->request.server, &self->request.peer, &self->request.header,
                         PROTO_NUMBERS, &msg);
    }
    self->reporter->count--;
    arena_destroy(&arena);
    tally_sums_destroy(&self->sums);
    free(self);
}

static bool take_day(void *arg, unsigned day, const redisReply *reply)
{
    report_t *self = arg;
    int64_t people;
    str_t name, sum;
    if (!number_at(reply, 1, &people))
        return false;
    tally_sums_people(self->sums, day, people);
    for (size_t i = 2; text_at(reply, i, &name) && text_at(reply, i + 1, &sum); i += 2)
        tally_sums_add(self->sums, day, name, sum);
    return true;
}

static char *next_day(void *arg, unsigned *day, size_t *size)
{
    report_t *self = arg;
    if (self->next == self->days)
        return NULL;
    *day = self->next++;
    return request_tally_read(self->first + *day, size);
}

static void on_met(void *arg, const redisReply *reply)
{
    report_t *self = arg;
    int64_t people;
    bool good = reply && reply->type == REDIS_REPLY_ARRAY;
    if (reply && reply->type == REDIS_REPLY_ERROR)
        log_error("redis_error", LOG_TRACE(&self->request.header.trace),
                  LOG_TEXT("text", ((str_t){reply->str, reply->len})));
    for (tally_step_t step = 0; good && step < TALLY_STEPS; step++)
        if ((good = number_at(reply, 1 + step, &people)))
            tally_sums_reached(self->sums, step, people);
    finish(self, !good);
}

/* The days are read: how many people were there on all of them? */
static void ask_met(void *arg, bool failed)
{
    report_t *self = arg;
    size_t size = 0;
    char *bytes = NULL;
    if (!failed)
        bytes = request_tally_met(self->first, self->first + (int64_t)self->days - 1, &size);
    if (!bytes || !redis_send(self->reporter->redis, bytes, size, self->deadline, on_met, self))
        finish(self, true);
}

static const scatter_use_t use = {TALLY_REPORT_WAVE, next_day, take_day, ask_met};

/* ---- requests ---- */

void tally_reporter_handle(tally_reporter_t *self, const rpc_request_t *request)
{
    const proto_get_numbers_t *msg = request->msg;
    int64_t now_ms = clock_unix_ms();
    int64_t last =
        msg->until_day ? msg->until_day : (now_ms + shop_day_offset_ms(now_ms)) / SHOP_DAY_MS;
    if (msg->days < 1 || msg->days > TALLY_DAYS || last < TALLY_DAYS || last > MAX_DAY) {
        refuse(request, PROTO_CODE_INVALID, "days or until_day are out of range");
        return;
    }
    if (self->count >= TALLY_REPORT_AT_ONCE) {
        refuse(request, PROTO_CODE_BUSY, "as many reports as may are under way");
        return;
    }
    report_t *report = calloc(1, sizeof *report);
    if (!report)
        abort();
    *report = (report_t){.reporter = self,
                         .request = rpc_request_later(request),
                         .first = last - msg->days + 1,
                         .deadline = store_deadline(&request->header),
                         .days = (unsigned)msg->days,
                         .sums = tally_sums_new((size_t)msg->days)};
    self->count++;
    scatter(self->redis, &request->header.trace, report->deadline, &use, report);
}

tally_reporter_t *tally_reporter_new(redis_t *redis)
{
    tally_reporter_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    return self;
}

void tally_reporter_destroy(tally_reporter_t **self_p)
{
    tally_reporter_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    assert(self->count == 0);
    free(self);
}
