/*
 * GET /seller/events: server-sent events that say when the list of conversations has changed.
 *
 *   change   {"count":…}   look again; also the first thing that is said
 *
 * One question a second is asked of the session service by each worker that has listeners, however
 * many they are, and none by one that has none. A stream ends after EVENTS_LIFE_MS, so that who may
 * listen is asked again; browsers come back by themselves.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_EVENTS_H
#define MOSTRADOR_GATEWAY_KORE_EVENTS_H

#include "gateway/kore_api.h"

#define EVENTS_LISTENERS 64 /* of a worker */
#define EVENTS_LIFE_MS 300000

int events_get(struct http_request *req, int64_t started_us);

/* Every 50 ms, from the worker's loop. */
void events_tick(int64_t now_ms);

/* The worker is about to end: whoever listens is let go, and comes back to another one. */
void events_leave(void);

/* Forgets the question under way: the worker ends. */
void events_stop(void);

#endif
