/*
 * The log of turns is written: what turns took (LOG_TURN), and when their answers went out.
 * LOG_TURNs that come together go to Redis as one command, which costs little more than that of
 * one; each is answered when Redis has it.
 */
#ifndef MOSTRADOR_SESSIONS_TURN_LOG_H
#define MOSTRADOR_SESSIONS_TURN_LOG_H

#include "common/rpc_server.h"
#include "sessions/redis.h"
#include "sessions/request.h"

typedef struct turn_log turn_log_t;

/* Borrows them; redis must be destroyed before the log is. */
turn_log_t *turn_log_new(redis_t *redis, const request_limits_t *limits);
void turn_log_destroy(turn_log_t **self_p);

/* Takes a sound LOG_TURN (request.h), which goes with the next turn_log_send at the latest. */
void turn_log_handle(turn_log_t *self, const rpc_request_t *request, int64_t deadline);
void turn_log_send(turn_log_t *self);

/* Tells the log that a part of a turn's answer went out; all: that was the last. Nobody waits for
 * it. */
void turn_log_out(redis_t *redis, str_t turn_id, bool all, int64_t deadline);

#endif
