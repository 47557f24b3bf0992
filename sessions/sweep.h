/*
 * SWEEP: who has waiting messages and nobody at work on them. One ready set per partition has to be
 * looked at, so a SWEEP walks a window of them that moves on with the next one, some at a time.
 * They are never asked for more users than the asker still takes, because whoever is told is not
 * told again for a while.
 */
#ifndef MOSTRADOR_SESSIONS_SWEEP_H
#define MOSTRADOR_SESSIONS_SWEEP_H

#include "common/rpc_server.h"
#include "sessions/redis.h"
#include "sessions/request.h"

#define SWEEP_WINDOW 256 /* partitions a SWEEP looks at: all of them in 4 */
#define SWEEP_WAVE 32    /* commands at once */
#define SWEEP_AT_ONCE 16 /* sweeps under way; more are refused */

typedef struct sweeper sweeper_t;

/* Borrows redis, which must be destroyed before the sweeper is. */
sweeper_t *sweeper_new(redis_t *redis, const request_limits_t *limits);
void sweeper_destroy(sweeper_t **self_p);

/* Answers a SWEEP, now or later. */
void sweeper_handle(sweeper_t *self, const rpc_request_t *request);

#endif
