/*
 * Who may sign in to the console, and who has: the requests SIGN_IN to NEW_PASSWORD. What is kept
 * stands in Redis (console.lua makes each step), passwords are hashed beside the loop.
 *
 *   SIGN_IN       try -> check the password -> enter
 *   NEW_PASSWORD  owner_of -> try -> check the old one -> hash the new one -> change
 *   PUT_USER      hash, if there is a password -> put
 *   the others    one step
 *
 * Whether there is somebody of a name is not told to who signs in: an unknown name takes the same
 * steps, the same time and gets the same answer, and is locked like a known one.
 */
#ifndef MOSTRADOR_SESSIONS_CONSOLE_H
#define MOSTRADOR_SESSIONS_CONSOLE_H

#include "common/rpc_server.h"
#include "sessions/redis.h"

typedef struct console console_t;

typedef struct console_limits {
    int64_t idle_ms, max_ms; /* of a session */
    int64_t tries, lock_ms;  /* wrong passwords of a name, and how long it is locked then */
} console_limits_t;

/* Borrows both. */
console_t *console_new(uv_loop_t *loop, redis_t *redis, const console_limits_t *limits);

/* Requests that wait for a password fail. Redis must be destroyed before. */
void console_destroy(console_t **self_p);

/* Is it a request for this? */
bool console_takes(proto_type_t type);

void console_handle(console_t *self, const rpc_request_t *request);

#endif
