/*
 * hiredis on libuv. hiredis' own adapter ignores poll errors, so that with it a refused connection
 * is never noticed: libuv reports EPOLLERR as a status, not as an event.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_POLL_H
#define MOSTRADOR_SESSIONS_REDIS_POLL_H

#include <hiredis/async.h>
#include <stdbool.h>
#include <uv.h>

/* Watches the context's socket until the context is freed. false: the loop cannot watch it. */
bool redis_poll_attach(redisAsyncContext *context, uv_loop_t *loop);

#endif
