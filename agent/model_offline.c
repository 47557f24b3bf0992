/*
 * The edge of the offline seller: it thinks inside start, from the request as it stands there, and
 * delivers on the loop's next turn, so that nobody is called back from inside start.
 */
#include "agent/model_offline.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "common/clock.h"
#include "common/config.h"

#define MAX_ARENA (1 << 20) /* bytes a step may take */
#define MAX_SPARE 64        /* arenas kept for the next calls */

struct model_call {
    arena_t *arena;
    model_result_t result;
    model_delta_t *delta;
    model_done_t *done;
    void *arg;
    TAILQ_ENTRY(model_call) calls;
};

typedef struct offline {
    model_t model; /* first: a model_t is one of these */
    offline_shop_t shop;
    uv_timer_t soon;
    TAILQ_HEAD(call_list, model_call) ready; /* in the order they were started */
    arena_t *spare[MAX_SPARE];
    size_t spare_count;
} offline_t;

static void call_free(offline_t *self, model_call_t *call)
{
    if (self->spare_count < MAX_SPARE) {
        arena_reset(call->arena);
        self->spare[self->spare_count++] = call->arena;
    } else {
        arena_destroy(&call->arena);
    }
    free(call);
}

static void on_soon(uv_timer_t *timer)
{
    offline_t *self = timer->data;
    model_call_t *call;
    while ((call = TAILQ_FIRST(&self->ready)) != NULL) {
        TAILQ_REMOVE(&self->ready, call, calls);
        if (call->delta != NULL && call->result.status == MODEL_TEXT)
            call->delta(call->arg, call->result.text, false);
        call->done(call->arg, &call->result);
        call_free(self, call);
    }
}

static model_call_t *start(model_t *model, const model_request_t *request, model_delta_t *delta,
                           model_done_t *done, void *arg)
{
    offline_t *self = (offline_t *)model;
    int64_t from = clock_us();
    model_call_t *call = calloc(1, sizeof(*call));
    if (call == NULL)
        abort();
    call->arena = self->spare_count > 0 ? self->spare[--self->spare_count] : arena_new(MAX_ARENA);
    call->delta = delta;
    call->done = done;
    call->arg = arg;
    offline_think(call->arena, &self->shop, request, &call->result);
    call->result.total_us = clock_us() - from;
    call->result.first_us = call->result.total_us;
    TAILQ_INSERT_TAIL(&self->ready, call, calls);
    uv_timer_start(&self->soon, on_soon, 0, 0);
    return call;
}

static void cancel(model_t *model, model_call_t *call)
{
    offline_t *self = (offline_t *)model;
    TAILQ_REMOVE(&self->ready, call, calls);
    call_free(self, call);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void destroy(model_t **self_p)
{
    assert(self_p != NULL);
    offline_t *self = (offline_t *)*self_p;
    if (self == NULL)
        return;
    assert(TAILQ_EMPTY(&self->ready));
    while (self->spare_count > 0)
        arena_destroy(&self->spare[--self->spare_count]);
    uv_close((uv_handle_t *)&self->soon, on_closed);
    *self_p = NULL;
}

model_t *model_offline_new(uv_loop_t *loop)
{
    offline_t *self = calloc(1, sizeof(*self));
    if (self == NULL)
        abort();
    self->model = (model_t){"offline", "offline", NULL, start, cancel, destroy};
    self->shop = (offline_shop_t){str_from(config.SHOP_NAME), financing_terms_configured()};
    TAILQ_INIT(&self->ready);
    uv_timer_init(loop, &self->soon);
    self->soon.data = self;
    return &self->model;
}
