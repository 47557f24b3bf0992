/*
 * One question of a request put to many places in Redis, which are partitions or days: so many at a
 * time, so that nobody's CLAIM waits behind all of them. What they tell is gathered in any order.
 */
#ifndef MOSTRADOR_SESSIONS_SCATTER_H
#define MOSTRADOR_SESSIONS_SCATTER_H

#include <hiredis/hiredis.h>

#include "proto/proto.h"
#include "sessions/redis.h"

typedef struct scatter_use {
    size_t most; /* commands under way at a time */
    /* The command that asks the next place, made as redis_send wants it, and the place's number;
     * NULL: there is none, or none before another has told. */
    char *(*next)(void *arg, unsigned *place, size_t *size);
    /* What a place told, an array. false: it cannot be read. */
    bool (*take)(void *arg, unsigned place, const redisReply *reply);
    /* Once, when nothing is under way any more. failed: Redis did not answer, takes no more, or
     * told what cannot be read; after that no further place was asked. */
    void (*end)(void *arg, bool failed);
} scatter_use_t;

/* Begins. Calls end from inside if nothing can be asked. Borrows redis and use. deadline is
 * clock_ms; trace is for the log. */
void scatter(redis_t *redis, const proto_trace_t *trace, int64_t deadline, const scatter_use_t *use,
             void *arg);

#endif
