#include "agent/makes_watch.h"

#include <assert.h>
#include <stdlib.h>

#define EVERY_MS 1000
#define TIMEOUT_MS 5000

struct makes_watch {
    rpc_client_t *catalog;
    editions_t *editions;
    uv_timer_t timer;
    uint64_t call; /* 0: none under way */
};

static void on_facets(void *arg, const rpc_answer_t *answer)
{
    makes_watch_t *self = arg;
    self->call = 0;
    if (answer->type == PROTO_FACETS) /* else the next second tries again */
        editions_set_makes(self->editions, answer->msg);
}

static void on_timer(uv_timer_t *timer)
{
    makes_watch_t *self = timer->data;
    if (self->call)
        return;
    proto_makes_t msg = {.version = editions_catalog_version(self->editions)};
    self->call =
        rpc_client_call(self->catalog, PROTO_MAKES, &msg, NULL, TIMEOUT_MS, on_facets, self);
}

makes_watch_t *makes_watch_new(uv_loop_t *loop, rpc_client_t *catalog, editions_t *editions)
{
    makes_watch_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->catalog = catalog;
    self->editions = editions;
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_timer, 0, EVERY_MS);
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void makes_watch_destroy(makes_watch_t **self_p)
{
    assert(self_p);
    makes_watch_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    rpc_client_cancel(self->catalog, self->call);
    uv_close((uv_handle_t *)&self->timer, on_closed);
}
