/*
 * What the agent knows of the catalog without asking in every turn: the makes in the prompt, and by
 * a number whether the cars on offer may be others (FACETS' generation). Asks every second; who
 * has to know of everything that was done by now has it asked at once, with all others who wait.
 */
#ifndef MOSTRADOR_AGENT_CATALOG_WATCH_H
#define MOSTRADOR_AGENT_CATALOG_WATCH_H

#include <sys/queue.h>
#include <uv.h>

#include "agent/editions.h"
#include "common/rpc_client.h"

typedef struct catalog_watch catalog_watch_t;

/* Somebody who waits; theirs, zeroed before. */
typedef struct catalog_waiter {
    LIST_ENTRY(catalog_waiter) all;
    void (*told)(void *arg);
    void *arg;
    uint64_t round; /* of asking that will do; 0: does not wait */
} catalog_waiter_t;

/* Asks at once, then every second. name: of the agent. Borrows all. */
catalog_watch_t *catalog_watch_new(uv_loop_t *loop, rpc_client_t *catalog, editions_t *editions,
                                   const char *name);

/* Nobody may wait any more. */
void catalog_watch_destroy(catalog_watch_t **self_p);

/* As it was told last; 0: never yet. */
int64_t catalog_watch_generation(const catalog_watch_t *self);

/* Was it told in answer to a question that was put at that time (clock_us) or later? */
bool catalog_watch_knows(const catalog_watch_t *self, int64_t since_us);

/* told is called once the catalog has answered a question that is put from now on, or has not in
 * time; never from inside this call. */
void catalog_watch_wait(catalog_watch_t *self, catalog_waiter_t *waiter, void (*told)(void *arg),
                        void *arg);
void catalog_watch_forget(catalog_waiter_t *waiter);

/* Which of these cars are not for sale any more: CHECKED, of the catalog that the generation is of.
 * As rpc_client_call; to be taken back with catalog_watch_cancel. */
uint64_t catalog_watch_check(catalog_watch_t *self, const proto_check_cars_t *msg,
                             const proto_trace_t *trace, rpc_done_t *done, void *arg);
void catalog_watch_cancel(catalog_watch_t *self, uint64_t call);

#endif
