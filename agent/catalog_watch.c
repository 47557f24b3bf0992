#include "agent/catalog_watch.h"

#include <assert.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/ticker.h"

#define EVERY_MS 1000
#define TIMEOUT_MS 1500 /* turns may wait for it */

struct catalog_watch {
    rpc_client_t *catalog;
    editions_t *editions;
    str_t name; /* one agent asks one replica, as long as it is up: others may be behind it */
    ticker_t *ticker;
    uint64_t call;  /* 0: none under way */
    uint64_t round; /* how often it was asked */
    int64_t asked_us, known_us;
    int64_t generation;
    LIST_HEAD(catalog_waiters, catalog_waiter) waiters;
};

static void ask(catalog_watch_t *self);

/* Those who waited for this round. Any of them may end others, or wait again. */
static void tell(catalog_watch_t *self)
{
    uint64_t round = self->round;
    catalog_waiter_t *waiter = LIST_FIRST(&self->waiters);
    while (waiter) {
        if (waiter->round > round) {
            waiter = LIST_NEXT(waiter, all);
            continue;
        }
        catalog_watch_forget(waiter);
        waiter->told(waiter->arg);
        waiter = LIST_FIRST(&self->waiters);
    }
}

static void on_facets(void *arg, const rpc_answer_t *answer)
{
    catalog_watch_t *self = arg;
    self->call = 0;
    if (answer->type == PROTO_FACETS) { /* else the next second tries again */
        const proto_facets_t *facets = answer->msg;
        self->known_us = self->asked_us;
        self->generation = facets->generation;
        editions_set_makes(self->editions, facets);
    }
    tell(self);
    if (!LIST_EMPTY(&self->waiters) && !self->call)
        ask(self); /* they came while it was under way */
}

static void ask(catalog_watch_t *self)
{
    proto_makes_t msg = {.version = editions_catalog_version(self->editions)};
    self->asked_us = clock_us();
    self->round++;
    self->call = rpc_client_call_keyed(self->catalog, self->name, PROTO_MAKES, &msg, NULL,
                                       TIMEOUT_MS, on_facets, self);
}

static void on_tick(void *arg)
{
    catalog_watch_t *self = arg;
    if (!self->call)
        ask(self);
}

/* ---- for turns ---- */

int64_t catalog_watch_generation(const catalog_watch_t *self)
{
    return self->generation;
}

bool catalog_watch_knows(const catalog_watch_t *self, int64_t since_us)
{
    return self->known_us >= since_us;
}

void catalog_watch_wait(catalog_watch_t *self, catalog_waiter_t *waiter, void (*told)(void *arg),
                        void *arg)
{
    assert(!waiter->round);
    *waiter = (catalog_waiter_t){.told = told, .arg = arg, .round = self->round + 1};
    LIST_INSERT_HEAD(&self->waiters, waiter, all);
    if (!self->call)
        ask(self);
}

void catalog_watch_forget(catalog_waiter_t *waiter)
{
    if (waiter->round)
        LIST_REMOVE(waiter, all);
    waiter->round = 0;
}

uint64_t catalog_watch_check(catalog_watch_t *self, const proto_check_cars_t *msg,
                             const proto_trace_t *trace, rpc_done_t *done, void *arg)
{
    return rpc_client_call_keyed(self->catalog, self->name, PROTO_CHECK_CARS, msg, trace,
                                 TIMEOUT_MS, done, arg);
}

void catalog_watch_cancel(catalog_watch_t *self, uint64_t call)
{
    rpc_client_cancel(self->catalog, call);
}

/* ---- life ---- */

catalog_watch_t *catalog_watch_new(uv_loop_t *loop, rpc_client_t *catalog, editions_t *editions,
                                   const char *name)
{
    catalog_watch_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->catalog = catalog;
    self->editions = editions;
    self->name = str_from(name);
    LIST_INIT(&self->waiters);
    self->ticker = ticker_new(loop, 0, EVERY_MS, on_tick, self);
    return self;
}

void catalog_watch_destroy(catalog_watch_t **self_p)
{
    assert(self_p);
    catalog_watch_t *self = *self_p;
    if (!self)
        return;
    assert(LIST_EMPTY(&self->waiters));
    rpc_client_cancel(self->catalog, self->call);
    ticker_destroy(&self->ticker);
    free(self);
    *self_p = NULL;
}
