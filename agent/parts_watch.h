/*
 * Looks every second whether the other processes are there, and raises an alert for one that has
 * been missing for PARTS_WATCH_BEATS heartbeats. What sessions cannot be told of, because it or
 * Redis is what is missing, is told directly, by each agent.
 */
#ifndef MOSTRADOR_AGENT_PARTS_WATCH_H
#define MOSTRADOR_AGENT_PARTS_WATCH_H

#include "agent/alert_desk.h"
#include "agent/dispatch_link.h"

#define PARTS_WATCH_BEATS 30

typedef struct parts_watch parts_watch_t;

typedef struct parts_watched {
    rpc_client_t *sessions, *catalog;
    dispatch_link_t *const *links; /* to dispatchers */
    const size_t *link_count;
} parts_watched_t;

/* Borrows all of it. */
parts_watch_t *parts_watch_new(uv_loop_t *loop, alert_desk_t *alerts, const parts_watched_t *parts,
                               int64_t heartbeat_ms, int64_t repeat_ms);
void parts_watch_destroy(parts_watch_t **self_p);

#endif
