#include "agent/makes_watch.h"

#include <assert.h>
#include <stdlib.h>

#include "common/rpc_poll.h"

struct makes_watch {
    editions_t *editions;
    rpc_poll_t *poll;
};

static void ask(void *arg, rpc_poll_t *poll)
{
    makes_watch_t *self = arg;
    proto_makes_t msg = {.version = editions_catalog_version(self->editions)};
    rpc_poll_call(poll, PROTO_MAKES, &msg);
}

static void on_facets(void *arg, const rpc_answer_t *answer)
{
    makes_watch_t *self = arg;
    if (answer->type == PROTO_FACETS) /* else the next second tries again */
        editions_set_makes(self->editions, answer->msg);
}

makes_watch_t *makes_watch_new(uv_loop_t *loop, rpc_client_t *catalog, editions_t *editions)
{
    makes_watch_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->editions = editions;
    self->poll = rpc_poll_new(loop, catalog, ask, on_facets, self);
    return self;
}

void makes_watch_destroy(makes_watch_t **self_p)
{
    assert(self_p);
    makes_watch_t *self = *self_p;
    if (!self)
        return;
    rpc_poll_destroy(&self->poll);
    free(self);
    *self_p = NULL;
}
