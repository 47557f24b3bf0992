/* Query strings of GET /seller/turns, /seller/latency and /seller/budget. Pure. */
#ifndef MOSTRADOR_GATEWAY_TURN_QUERY_H
#define MOSTRADOR_GATEWAY_TURN_QUERY_H

#include "common/arena.h"
#include "gateway/problem.h"

#define TURN_QUERY_LIMIT 50 /* turns, where none is said */
#define TURN_QUERY_MAX_LIMIT 100
#define TURN_QUERY_SINCE_MS 86400000 /* of percentiles, where none is said */

typedef struct turn_query {
    int64_t since_ms, until_ms; /* Unix ms; 0: from the first, to the last */
    str_t outcome, before;      /* may be empty */
    int64_t limit;
    str_t user; /* may be empty; masked, as turns are kept */
    str_t did, sought, missed;
    int64_t longer_ms; /* 0: any */
    int64_t hour;      /* of the shop's day, 1 to 24; 0: any */
} turn_query_t;

/*
 * since and until: a time (2026-11-22T10:30:00Z, 2026-11-22), or how long ago (90s, 15m, 24h, 7d).
 * The others are known to the first only. An empty value means any. Strings live in
 * the arena.
 */
bool turns_query_parse(str_t text, int64_t now_ms, arena_t *arena, turn_query_t *query,
                       problem_t *problem);
bool latency_query_parse(str_t text, int64_t now_ms, arena_t *arena, turn_query_t *query,
                         problem_t *problem);

/* Reads user_id=…; empty if it is not given. */
bool budget_query_parse(str_t text, arena_t *arena, str_t *user_id, problem_t *problem);

/* One such time; false if it is none. */
bool turn_query_time(str_t text, int64_t now_ms, int64_t *unix_ms);

#endif
