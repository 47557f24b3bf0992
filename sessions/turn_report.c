#include "sessions/turn_report.h"

#include <assert.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/shop_day.h"
#include "sessions/latency.h"
#include "sessions/refuse.h"
#include "sessions/store.h"
#include "sessions/tally.h"
#include "sessions/turn_walk.h"

#define ARENA_MAX (4 << 20) /* what is told */
#define MAX_TURNS 100       /* of one answer, as the protocol has it */

struct turn_reports {
    redis_t *redis;
    size_t count; /* under way */
};

/* One request under way. */
typedef struct report {
    turn_reports_t *reports;
    rpc_request_t request; /* its message is gone */
    arena_t *arena;
    /* LIST_TURNS */
    proto_list_turns_t wanted; /* its filters; empty: any */
    size_t limit;
    bool full; /* there was no memory for one */
    proto_turns_t turns;
    /* GET_LATENCY */
    latency_t *percentiles;
    int64_t oldest_ms;
} report_t;

static void report_free(report_t *self)
{
    latency_destroy(&self->percentiles);
    arena_destroy(&self->arena);
    self->reports->count--;
    free(self);
}

static void fail(report_t *self)
{
    refuse(&self->request, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    report_free(self);
}

/* ---- turns ---- */

static bool is_wanted(const proto_turn_record_t *record, const proto_list_turns_t *wanted)
{
    str_t outcome = wanted->outcome, did = wanted->did;
    bool answered = str_is(record->outcome, "answered");
    if (str_is(outcome, "unanswered")
            ? answered
            : outcome.size && !str_eq(record->outcome, outcome) && !str_eq(record->why, outcome))
        return false;
    if ((wanted->user.size && !str_eq(record->user, wanted->user)) ||
        (wanted->sought.size && !str_eq(record->sought, wanted->sought)) ||
        (wanted->missed.size && !str_eq(record->missed, wanted->missed)) ||
        (wanted->longer_ms && (!answered || record->total_us / 1000 <= wanted->longer_ms)) ||
        (wanted->hour && wanted->hour - 1 != shop_day_hour(record->claimed_ms)))
        return false;
    if (str_is(did, "model"))
        return record->model_calls > 0;
    if (str_is(did, "repair"))
        return record->repairs > 0;
    return !did.size || tally_reaches(record, tally_step_named(did));
}

static bool list_one(void *arg, const proto_turn_record_t *record)
{
    report_t *self = arg;
    if (!is_wanted(record, &self->wanted))
        return true;
    if (!proto_copy(&proto_turn_record_record, record, &self->turns.turns[self->turns.turns_count],
                    self->arena)) {
        self->full = true;
        return false;
    }
    return ++self->turns.turns_count < self->limit;
}

static void listed(void *arg, turn_walk_end_t how, str_t last)
{
    report_t *self = arg;
    if (how == TURN_WALK_FAILED || self->full) {
        fail(self);
        return;
    }
    if (how == TURN_WALK_ENOUGH)
        self->turns.before = last;
    rpc_server_reply(self->request.server, &self->request.peer, &self->request.header, PROTO_TURNS,
                     &self->turns);
    report_free(self);
}

/* ---- percentiles ---- */

static bool measure_one(void *arg, const proto_turn_record_t *record)
{
    report_t *self = arg;
    latency_add(self->percentiles, record);
    self->oldest_ms = record->claimed_ms;
    return true;
}

static void measured(void *arg, turn_walk_end_t how, str_t last)
{
    (void)last;
    report_t *self = arg;
    proto_latency_t msg = {.oldest_ms = self->oldest_ms, .partial = how == TURN_WALK_ENOUGH};
    if (how == TURN_WALK_FAILED || !latency_tell(self->percentiles, self->arena, &msg)) {
        fail(self);
        return;
    }
    rpc_server_reply(self->request.server, &self->request.peer, &self->request.header,
                     PROTO_LATENCY, &msg);
    report_free(self);
}

/* ---- requests ---- */

static const char *begin_list(report_t *self, const proto_list_turns_t *msg, request_turns_t *range)
{
    if (msg->limit < 1 || msg->limit > MAX_TURNS)
        return "limit must be 1 to 100";
    self->limit = (size_t)msg->limit;
    if (msg->did.size && !str_is(msg->did, "model") && !str_is(msg->did, "repair") &&
        tally_step_named(msg->did) == TALLY_STEPS)
        return "did is nothing that turns do";
    if (msg->longer_ms < 0 || msg->longer_ms > REQUEST_MAX_TOKEN)
        return "longer_ms is no time";
    if (msg->hour < 0 || msg->hour > 24)
        return "hour must be 1 to 24";
    if (!proto_copy(proto_message(PROTO_LIST_TURNS), msg, &self->wanted, self->arena))
        return "the request cannot be kept";
    self->turns.turns = arena_alloc(self->arena, self->limit * sizeof *self->turns.turns);
    *range = (request_turns_t){
        .since_ms = msg->since_ms, .until_ms = msg->until_ms, .before = msg->before};
    return NULL;
}

static const char *begin(report_t *self, const void *msg, request_turns_t *range)
{
    const char *why = NULL;
    if (self->request.header.type == PROTO_LIST_TURNS) {
        why = begin_list(self, msg, range);
    } else {
        const proto_get_latency_t *asked = msg;
        self->percentiles = latency_new();
        *range = (request_turns_t){.since_ms = asked->since_ms, .until_ms = asked->until_ms};
    }
    if (range->since_ms < 0 || range->since_ms > REQUEST_MAX_TOKEN || range->until_ms < 0 ||
        range->until_ms > REQUEST_MAX_TOKEN)
        why = "since_ms and until_ms are no times";
    return why;
}

void turn_reports_handle(turn_reports_t *self, const rpc_request_t *request)
{
    const proto_header_t *header = &request->header;
    bool list = header->type == PROTO_LIST_TURNS;
    if (self->count >= TURN_REPORTS) {
        refuse(request, PROTO_CODE_BUSY, "as many reports as may are under way");
        return;
    }
    report_t *report = calloc(1, sizeof *report);
    if (!report)
        abort();
    *report = (report_t){
        .reports = self, .request = rpc_request_later(request), .arena = arena_new(ARENA_MAX)};
    self->count++;
    request_turns_t range = {0};
    const char *why = begin(report, request->msg, &range);
    if (why) {
        refuse(request, PROTO_CODE_INVALID, "%s", why);
        report_free(report);
    } else if (!turn_walk(self->redis, &range, store_deadline(header),
                          list ? list_one : measure_one, list ? listed : measured, report)) {
        refuse(request, PROTO_CODE_BUSY, "too many requests wait for Redis");
        report_free(report);
    }
}

turn_reports_t *turn_reports_new(redis_t *redis)
{
    turn_reports_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    return self;
}

void turn_reports_destroy(turn_reports_t **self_p)
{
    turn_reports_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    free(self);
    *self_p = NULL;
}
