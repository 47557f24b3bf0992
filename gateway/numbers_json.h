/* GET /seller/numbers: what it is asked, and what the turns of those days came to, as JSON. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_NUMBERS_JSON_H
#define MOSTRADOR_GATEWAY_NUMBERS_JSON_H

#include "common/arena.h"
#include "common/buf.h"
#include "gateway/problem.h"
#include "proto/proto.h"

#define NUMBERS_DAYS 7 /* where none are said */
#define NUMBERS_DAYS_MAX 400
#define NUMBERS_LAST_DAY 200000 /* since 1970-01-01: in the year 2517 */

/* Reads days=30&until=2026-11-30; without until the last day is the shop's today. */
bool numbers_query_parse(str_t text, arena_t *arena, proto_get_numbers_t *msg, problem_t *problem);

/* Appends the object. Money is told in whole millionths of a currency's unit. */
void numbers_json(const proto_numbers_t *numbers, buf_t *out);

#endif
