/*
 * The connection to Redis: one, pipelined, kept up by itself. Commands wait while Redis is away, to
 * their deadline; one whose outcome is unknown because the connection broke is sent again. So every
 * command must be one that may be done twice (the scripts are).
 *
 *   state       means                                    leaves it by
 *   WAITING     no connection                            the backoff's end -> RESOLVING
 *   RESOLVING   looking up the host (TCP only)           address -> CONNECTING
 *   CONNECTING  connect(2) under way                     connected -> GREETING
 *   GREETING    AUTH, SELECT, fence, scripts             all well -> UP
 *   UP          commands flow
 *   any but WAITING: an error, or no answer in time -> WAITING
 *
 * The fence: when we give a connection up while Redis was silent, Redis may still have our commands
 * in a buffer and run them late, after their repetitions. The next connection therefore begins with
 * CLIENT KILL of the last one.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_H
#define MOSTRADOR_SESSIONS_REDIS_H

#include <hiredis/hiredis.h>
#include <uv.h>

#include "sessions/url.h"

typedef struct redis redis_t;

#define REDIS_CONNECT_MS 1000   /* to connect and greet */
#define REDIS_COMMAND_MS 2000   /* silence while a command is under way: the server hangs */
#define REDIS_PING_MS 500       /* silence while none is: ask */
#define REDIS_BACKOFF_MS 500    /* longest wait between two attempts */
#define REDIS_COMMANDS 20000    /* most commands that wait or are under way */
#define REDIS_BYTES (128 << 20) /* and most bytes of them */

/* reply is NULL when Redis did not answer by the deadline; else it is good until done returns, and
 * may be an error (REDIS_REPLY_ERROR). */
typedef void(redis_done_t)(void *arg, const redisReply *reply);

/* Starts to connect at once. Borrows the loop. */
redis_t *redis_new(uv_loop_t *loop, const redis_url_t *url);

/* Ends every command as if its deadline had passed, and nulls the caller's pointer. The memory goes
 * when the loop has closed the handles. */
void redis_destroy(redis_t **self_p);

/*
 * Sends a command that redisFormatCommandArgv made; takes bytes. done is called exactly once, never
 * from inside redis_send. deadline is clock_ms. false when too much waits already: then bytes are
 * freed and done is not called.
 */
bool redis_send(redis_t *self, char *bytes, size_t size, int64_t deadline, redis_done_t *done,
                void *arg);

/* True while commands are answered. */
bool redis_up(const redis_t *self);

/* What keeps it from being up; "" when it is. */
const char *redis_trouble(const redis_t *self);

#endif
