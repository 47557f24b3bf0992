/*
 * Calls a Redis or a sentinel: looks its name up and starts to connect. The name is looked up anew
 * each time, and not by hiredis, which would hold the loop up meanwhile.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_DIAL_H
#define MOSTRADOR_SESSIONS_REDIS_DIAL_H

#include <hiredis/async.h>
#include <uv.h>

#include "sessions/url.h"

typedef struct redis_dial redis_dial_t;

/* The context is watched by the loop and about to connect; its callbacks are not set yet. It is the
 * callee's to free. NULL: it failed, and why says so. */
typedef void(redis_dialled_t)(void *arg, redisAsyncContext *context, const char *why);

/* Calls done once: later, or before it returns, and then it returns NULL. nth picks one of the
 * name's addresses, modulo their number: "localhost" is ::1 first, and Redis may listen on
 * 127.0.0.1. */
redis_dial_t *redis_dial(uv_loop_t *loop, const redis_address_t *address, size_t nth,
                         redis_dialled_t *done, void *arg);

/* done is not called any more; nulls the caller's pointer. */
void redis_dial_cancel(redis_dial_t **self_p);

#endif
