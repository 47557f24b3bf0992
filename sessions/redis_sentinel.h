/*
 * The sentinels: they watch the master and its replicas, and know who is the master. One of them is
 * asked, now and then, and often while the master does not answer; it is listened to as well
 * (+switch-master), so a failover is followed when it happens. A sentinel that is silent, or that
 * goes on naming a server that does not answer as a master, is left for the next.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_SENTINEL_H
#define MOSTRADOR_SESSIONS_REDIS_SENTINEL_H

#include <uv.h>

#include "sessions/url.h"

typedef struct redis_sentinel redis_sentinel_t;

#define REDIS_SENTINEL_WATCH_MS 1000  /* between two questions */
#define REDIS_SENTINEL_DOWN_MS 200    /* … while there is no master */
#define REDIS_SENTINEL_SILENT_MS 1000 /* to connect, to answer, to name a master that is one */

/* Where the master is; called whenever a sentinel says so, mostly the same as before. */
typedef void(redis_mastered_t)(void *arg, const redis_address_t *master);

/* Borrows loop and url. */
redis_sentinel_t *redis_sentinel_new(uv_loop_t *loop, const redis_url_t *url,
                                     redis_mastered_t *mastered, void *arg);

/* Nulls the caller's pointer. The memory goes when the loop has closed the handles. */
void redis_sentinel_destroy(redis_sentinel_t **self_p);

/* Whether the server that was named answers as a master. */
void redis_sentinel_told(redis_sentinel_t *self, bool answers);

/* What keeps it from knowing a master; "" when it does. */
const char *redis_sentinel_trouble(const redis_sentinel_t *self);

#endif
