/* The query strings of /catalog/cars and /catalog/makes. Pure. */
#ifndef MOSTRADOR_GATEWAY_CAR_QUERY_H
#define MOSTRADOR_GATEWAY_CAR_QUERY_H

#include "common/arena.h"
#include "gateway/problem.h"
#include "proto/proto.h"

/*
 * Reads make=…&price_max=300000&page=2 into a query whose strings live in the arena. An empty value
 * means any. A name that is not known, one given twice, and a value that is none of its kind are
 * 400 and named. Prices are decimals, lengths mm.
 */
bool car_query_parse(str_t text, arena_t *arena, proto_query_t *query, problem_t *problem);

/* Reads make=…; empty if it is not given. */
bool makes_query_parse(str_t text, arena_t *arena, str_t *make, problem_t *problem);

/* For endpoints that take no parameter. */
bool no_query_check(str_t text, problem_t *problem);

#endif
