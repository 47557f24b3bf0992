/* Paths and query strings. */
#include <stdlib.h>

#include "common/buf.h"
#include "gateway/bot_request.h"
#include "gateway/car_query.h"
#include "gateway/handoff_request.h"
#include "gateway/numbers_json.h"
#include "gateway/survey_query.h"
#include "gateway/turn_query.h"
#include "gateway/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken, the wire and the session service must take too. */
static void fuzz_turns(str_t text, arena_t *arena)
{
    const int64_t now_ms = 1795376000000;
    turn_query_t query = {0};
    problem_t problem = {0};
    buf_t out;

    if (!turns_query_parse(text, now_ms, arena, &query, &problem)) {
        if (problem.status != 400)
            abort();
        return;
    }
    proto_list_turns_t msg = {.since_ms = query.since_ms,
                              .until_ms = query.until_ms,
                              .outcome = query.outcome,
                              .before = query.before,
                              .did = query.did,
                              .sought = query.sought,
                              .missed = query.missed,
                              .longer_ms = query.longer_ms,
                              .hour = query.hour,
                              .limit = query.limit};
    buf_init(&out, 1 << 16);
    if (!proto_encode(proto_message(PROTO_LIST_TURNS), &msg, &out, NULL) || query.since_ms < 0 ||
        query.until_ms < 0 || query.hour < 0 || query.hour > 24 || query.limit < 1 ||
        query.limit > TURN_QUERY_MAX_LIMIT)
        abort();
    buf_free(&out);
    latency_query_parse(text, now_ms, arena, &query, &problem);
}

static void fuzz_numbers(str_t text, arena_t *arena)
{
    problem_t problem = {0};
    proto_get_numbers_t msg;

    if (!numbers_query_parse(text, arena, &msg, &problem)) {
        if (problem.status != 400)
            abort();
        return;
    }
    if (msg.days < 1 || msg.days > NUMBERS_DAYS_MAX || msg.until_day < 0 ||
        msg.until_day > NUMBERS_LAST_DAY)
        abort();
}

static void fuzz_budget(str_t text, arena_t *arena)
{
    problem_t problem = {0};
    proto_get_budget_t msg;
    buf_t out;

    if (!budget_query_parse(text, arena, &msg.user_id, &problem)) {
        if (problem.status != 400)
            abort();
        return;
    }
    buf_init(&out, 1 << 10);
    if (!proto_encode(proto_message(PROTO_GET_BUDGET), &msg, &out, NULL))
        abort();
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t text = {(const char *)data, size};
    arena_t *arena = arena_new(1 << 20);
    problem_t problem = {0};
    proto_query_t query;
    buf_t out;
    str_t make;

    if (car_query_parse(text, arena, &query, &problem)) {
        /* what the gateway takes, the wire must take too */
        buf_init(&out, 1 << 16);
        if (!proto_encode(&proto_query_record, &query, &out, NULL))
            abort();
        buf_free(&out);
    } else if (problem.status != 400) {
        abort();
    }
    survey_query_t days;
    if (survey_query_parse(text, arena, 20000, &days, &problem)) {
        if (days.since < 0 || days.until < days.since || days.until - days.since >= SURVEY_DAYS_MAX)
            abort();
    } else if (problem.status != 400) {
        abort();
    }
    handoff_list_t list;
    int64_t after;
    if (handoff_list_parse(text, arena, &list, &problem) &&
        (list.limit < 1 || list.limit > HANDOFF_LIST_MAX))
        abort();
    if (handoff_after_parse(text, arena, &after, &problem) && after < 0)
        abort();
    makes_query_parse(text, arena, &make, &problem);
    fuzz_turns(text, arena);
    fuzz_budget(text, arena);
    fuzz_numbers(text, arena);
    route_find(text, METHOD_GET);
    bearer_matches(text, "token");
    arena_destroy(&arena);
    return 0;
}
