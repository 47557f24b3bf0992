/*
 * The log of turns, what each took (keys.h): what is added to it behind the callers' backs, and
 * what looks through it.
 */
#ifndef MOSTRADOR_SESSIONS_TURN_LOG_H
#define MOSTRADOR_SESSIONS_TURN_LOG_H

#include "sessions/redis.h"
#include "sessions/request.h"

/* A part of a turn's answer has gone out; all: it was the last. Nobody is told. */
void turn_log_out(redis_t *redis, str_t turn_id, bool all, int64_t deadline);

#endif
