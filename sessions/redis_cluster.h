/*
 * A Redis Cluster: which node serves which slot, one link to each master, and one to each host of
 * REDIS_URL, which is asked for the map when nobody else can be.
 *
 * A command goes to the master of its slot. It is sent elsewhere when the node answers
 *
 *   MOVED      to the node that is named, and the map is asked for again
 *   ASK        to the node that is named, after ASKING, this once: the slot is being moved
 *   TRYAGAIN, CLUSTERDOWN
 *              again to whoever serves the slot by then, a little later: some of the command's keys
 *              have moved and some not, or nobody serves the slot
 *   NOREPLICAS the same, for a few seconds: it may be that a replica has just become the master
 *   nothing    (the connection broke) there again when it is back, or to whoever has taken its
 * slots
 *
 * Commands of a slot that wait for one of these wait together, so they keep their order; those that
 * were under way at that moment may overtake each other, as two callers' may. The map is asked for
 * when any of that happens, often while a slot has no master that answers, and now and then.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_CLUSTER_H
#define MOSTRADOR_SESSIONS_REDIS_CLUSTER_H

#include <uv.h>

#include "sessions/redis_command.h"
#include "sessions/url.h"

typedef struct redis_cluster redis_cluster_t;

#define REDIS_CLUSTER_DOWN_MS 100   /* between two questions while something is missing */
#define REDIS_CLUSTER_WATCH_MS 5000 /* … and while nothing is */

/* Borrows the loop and load. */
redis_cluster_t *redis_cluster_new(uv_loop_t *loop, const redis_url_t *url, redis_load_t *load);

/* Ends every command as if its deadline had passed, and nulls the caller's pointer. The memory goes
 * when the loop has closed the handles. */
void redis_cluster_destroy(redis_cluster_t **self_p);

/* Takes a command, which is on no list. Never calls its done from inside. */
void redis_cluster_send(redis_cluster_t *self, redis_command_t *command);

/* True while every slot has a master that answers. */
bool redis_cluster_up(const redis_cluster_t *self);

/* What keeps it from being up; "" when it is. */
const char *redis_cluster_trouble(const redis_cluster_t *self);

#endif
