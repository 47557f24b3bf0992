/*
 * Redis, whatever it is made of: takes commands and answers each once.
 *
 *   one server      redis_link       the connection to one Redis: states, repetition, the fence
 *   with sentinels  redis_sentinel   tells where the master is; the link is moved there
 *   a cluster       redis_cluster    a link for each master; redis_slots knows whose a key is
 *
 * Commands wait while nobody serves them, to their deadline; one whose outcome is unknown because a
 * connection broke is sent again, to whoever is the master by then. So every command must be one
 * that may be done twice (the scripts are), and all its keys must have one hash tag.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_H
#define MOSTRADOR_SESSIONS_REDIS_H

#include <uv.h>

#include "sessions/redis_command.h"
#include "sessions/url.h"

typedef struct redis redis_t;

#define REDIS_COMMANDS 20000    /* most commands that wait or are under way */
#define REDIS_BYTES (128 << 20) /* and most bytes of them */

/* Starts to connect at once. Borrows the loop. */
redis_t *redis_new(uv_loop_t *loop, const redis_url_t *url);

/* Ends every command as if its deadline had passed, and nulls the caller's pointer. */
void redis_destroy(redis_t **self_p);

/*
 * Sends a command that redisFormatCommandArgv made; takes bytes. done is called exactly once, never
 * from inside redis_send. deadline is clock_ms. false when too much waits already: then bytes are
 * freed and done is not called.
 */
bool redis_send(redis_t *self, char *bytes, size_t size, int64_t deadline, redis_done_t *done,
                void *arg);

/* True while commands are answered, whatever their keys. */
bool redis_up(const redis_t *self);

/* What keeps it from being up; "" when it is. */
const char *redis_trouble(const redis_t *self);

#endif
