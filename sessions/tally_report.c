#include "sessions/tally_report.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/shop_day.h"
#include "sessions/request.h"
#include "sessions/store.h"
#include "sessions/tally.h"

#define BUSY_RETRY_MS 500
#define ARENA_MAX (2 << 20)
#define MAX_DAY 200000 /* in the year 2517 */

struct tally_reporter {
    redis_t *redis;
    size_t count; /* reports under way */
};

struct report;

/* A day that is being read. */
typedef struct reading {
    struct report *report;
    size_t day;
} reading_t;

/* One GET_NUMBERS under way. */
typedef struct report {
    tally_reporter_t *reporter;
    rpc_server_t *server;
    rpc_peer_t peer;
    proto_header_t header;
    int64_t first;    /* day */
    int64_t deadline; /* clock_ms */
    size_t days, next;
    unsigned flying; /* commands that are not answered */
    bool failed;     /* Redis did not answer: end with what flies */
    reading_t readings[TALLY_REPORT_WAVE];
    tally_sums_t *sums;
} report_t;

/* ---- what Redis tells ---- */

/* {'ok', number, …} with at least so many elements; false, and the report fails, if it is not. */
static bool sound(report_t *self, const redisReply *reply, size_t least)
{
    bool good = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements >= least;
    for (size_t i = 1; good && i < least; i++)
        good = reply->element[i]->type == REDIS_REPLY_INTEGER;
    self->failed |= !good;
    if (reply && reply->type == REDIS_REPLY_ERROR)
        log_error("redis_error", LOG_TRACE(&self->header.trace),
                  LOG_TEXT("text", ((str_t){reply->str, reply->len})));
    return good;
}

static str_t text_at(const redisReply *reply, size_t i)
{
    const redisReply *element = reply->element[i];
    return element->type == REDIS_REPLY_STRING ? (str_t){element->str, element->len} : (str_t){0};
}

static void finish(report_t *self)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_numbers_t msg = {0};
    size_t damaged = tally_sums_damaged(self->sums);
    if (damaged)
        log_error("stored_tally_damaged", LOG_TRACE(&self->header.trace),
                  LOG_INT("fields", damaged));
    if (self->failed || !tally_sums_tell(self->sums, self->first, arena, &msg)) {
        log_warn("request_refused", LOG_TRACE(&self->header.trace), LOG_CSTR("type", "GET_NUMBERS"),
                 LOG_CSTR("code", PROTO_CODE_UNAVAILABLE));
        rpc_server_error(self->server, &self->peer, &self->header, PROTO_CODE_UNAVAILABLE,
                         BUSY_RETRY_MS, "Redis did not answer in time");
    } else {
        msg.since_ms = shop_day_begins_ms(self->first);
        msg.until_ms = shop_day_begins_ms(self->first + (int64_t)self->days);
        rpc_server_reply(self->server, &self->peer, &self->header, PROTO_NUMBERS, &msg);
    }
    self->reporter->count--;
    arena_destroy(&arena);
    tally_sums_destroy(&self->sums);
    free(self);
}

static void on_met(void *arg, const redisReply *reply)
{
    report_t *self = arg;
    if (sound(self, reply, 1 + TALLY_STEPS))
        for (tally_step_t step = 0; step < TALLY_STEPS; step++)
            tally_sums_reached(self->sums, step, reply->element[1 + step]->integer);
    finish(self);
}

/* The days are read: how many people were there on all of them? */
static void ask_met(report_t *self)
{
    size_t size;
    int64_t last = self->first + (int64_t)self->days - 1;
    if (!self->failed) {
        char *bytes = request_tally_met(self->first, last, &size);
        if (redis_send(self->reporter->redis, bytes, size, self->deadline, on_met, self))
            return;
        self->failed = true;
    }
    finish(self);
}

static void read_next(report_t *self, reading_t *reading);

static void on_day(void *arg, const redisReply *reply)
{
    reading_t *reading = arg;
    report_t *self = reading->report;
    if (sound(self, reply, 2)) {
        tally_sums_people(self->sums, reading->day, reply->element[1]->integer);
        for (size_t i = 2; i + 1 < reply->elements; i += 2)
            tally_sums_add(self->sums, reading->day, text_at(reply, i), text_at(reply, i + 1));
    }
    self->flying--;
    read_next(self, reading);
    if (!self->flying)
        ask_met(self);
}

/* The next day, if there is one that nobody reads. */
static void read_next(report_t *self, reading_t *reading)
{
    size_t size;
    if (self->failed || self->next == self->days)
        return;
    *reading = (reading_t){self, self->next++};
    char *bytes = request_tally_read(self->first + (int64_t)reading->day, &size);
    if (redis_send(self->reporter->redis, bytes, size, self->deadline, on_day, reading))
        self->flying++;
    else
        self->failed = true;
}

/* ---- requests ---- */

static void refuse(const rpc_request_t *request, const char *code, const char *why)
{
    log_warn("request_refused", LOG_TRACE(&request->header.trace), LOG_CSTR("type", "GET_NUMBERS"),
             LOG_CSTR("code", code));
    rpc_server_error(request->server, &request->peer, &request->header, code,
                     strcmp(code, PROTO_CODE_BUSY) == 0 ? BUSY_RETRY_MS : 0, "%s", why);
}

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
                         .server = request->server,
                         .peer = request->peer,
                         .header = request->header,
                         .first = last - msg->days + 1,
                         .deadline = store_deadline(&request->header),
                         .days = (size_t)msg->days,
                         .sums = tally_sums_new((size_t)msg->days)};
    self->count++;
    for (size_t i = 0; i < TALLY_REPORT_WAVE; i++)
        read_next(report, &report->readings[i]);
    if (!report->flying)
        finish(report);
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
