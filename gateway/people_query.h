/* Query string of GET /seller/conversations, and the list as JSON. Pure. */
#ifndef MOSTRADOR_GATEWAY_PEOPLE_QUERY_H
#define MOSTRADOR_GATEWAY_PEOPLE_QUERY_H

#include "common/arena.h"
#include "gateway/problem.h"
#include "proto/proto.h"

#define PEOPLE_QUERY_LIMIT 25 /* where none is said */
#define PEOPLE_QUERY_MAX_LIMIT 50

/* filter (failed, unhappy, hot), q, before, limit; an empty value means any. Strings live in the
 * arena.
 */
bool people_query_parse(str_t text, arena_t *arena, proto_list_people_t *query, problem_t *problem);

void people_json(const proto_people_t *people, buf_t *out);

#endif
