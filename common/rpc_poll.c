#include "common/rpc_poll.h"

#include <assert.h>
#include <stdlib.h>

#include "common/ticker.h"

#define EVERY_MS 1000
#define TIMEOUT_MS 5000

struct rpc_poll {
    ticker_t *ticker;
    rpc_client_t *client;
    rpc_poll_ask_t *ask;
    rpc_done_t *done;
    void *arg;
    uint64_t call; /* 0: none under way */
};

static void on_tick(void *arg)
{
    rpc_poll_t *self = arg;
    if (!self->call)
        self->ask(self->arg, self);
}

static void on_answer(void *arg, const rpc_answer_t *answer)
{
    rpc_poll_t *self = arg;
    self->call = 0;
    self->done(self->arg, answer);
}

void rpc_poll_call(rpc_poll_t *self, proto_type_t type, const void *msg)
{
    assert(!self->call);
    self->call = rpc_client_call(self->client, type, msg, NULL, TIMEOUT_MS, on_answer, self);
}

rpc_poll_t *rpc_poll_new(uv_loop_t *loop, rpc_client_t *client, rpc_poll_ask_t *ask,
                         rpc_done_t *done, void *arg)
{
    rpc_poll_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->client = client;
    self->ask = ask;
    self->done = done;
    self->arg = arg;
    self->ticker = ticker_new(loop, 0, EVERY_MS, on_tick, self);
    return self;
}

void rpc_poll_destroy(rpc_poll_t **self_p)
{
    rpc_poll_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    rpc_client_cancel(self->client, self->call);
    ticker_destroy(&self->ticker);
    free(self);
}
