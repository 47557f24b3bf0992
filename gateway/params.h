/*
 * The parameters of a query string, one by one: each is known by its name and given at most once,
 * else it is 400. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_PARAMS_H
#define MOSTRADOR_GATEWAY_PARAMS_H

#include "common/arena.h"
#include "gateway/problem.h"

#define PARAMS_MAX 32

typedef struct params {
    str_t text; /* what is left of the query string */
    arena_t *arena;
    const char *const *names;
    size_t count;
    const char *there; /* "There are since and until.", for who names another */
    problem_t *problem;
    bool seen[PARAMS_MAX];
    bool bad;
} params_t;

params_t params_of(str_t text, arena_t *arena, const char *const *names, size_t count,
                   const char *there, problem_t *problem);

/* Which parameter comes next, and its value, which lives in the arena. false: there is none, or it
 * is a problem. */
bool params_next(params_t *self, size_t *which, str_t *value);

/* Afterwards: there was no problem. */
bool params_good(const params_t *self);

#endif
