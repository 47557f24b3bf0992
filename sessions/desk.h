/*
 * LIST_DESK: who waits for a person of the shop, or has one. Each partition keeps its own list, in
 * the scripts that change who has a conversation, so all of them are asked, some at a time; the
 * longest waiting of all come first.
 */
#ifndef MOSTRADOR_SESSIONS_DESK_H
#define MOSTRADOR_SESSIONS_DESK_H

#include "common/rpc_server.h"
#include "sessions/redis.h"

#define DESK_WAVE 32   /* commands at once */
#define DESK_AT_ONCE 8 /* looks under way; more are refused */
#define DESK_MAX 100   /* people in an answer, as the protocol has it */

typedef struct desk desk_t;

/* Borrows redis, which must be destroyed before the desk is. */
desk_t *desk_new(redis_t *redis);
void desk_destroy(desk_t **self_p);

/* Answers a LIST_DESK, now or later. */
void desk_handle(desk_t *self, const rpc_request_t *request);

#endif
