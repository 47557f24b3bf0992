#include "common/ticker.h"

#include <stdlib.h>

struct ticker {
    uv_timer_t timer; /* first: freed with it */
    ticker_tick_t *tick;
    void *arg;
};

static void on_timer(uv_timer_t *timer)
{
    ticker_t *self = (ticker_t *)timer;
    self->tick(self->arg);
}

ticker_t *ticker_new(uv_loop_t *loop, uint64_t first_ms, uint64_t every_ms, ticker_tick_t *tick,
                     void *arg)
{
    ticker_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->tick = tick;
    self->arg = arg;
    uv_timer_init(loop, &self->timer);
    uv_timer_start(&self->timer, on_timer, first_ms, every_ms);
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

void ticker_destroy(ticker_t **self_p)
{
    ticker_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    uv_close((uv_handle_t *)&self->timer, on_closed);
}
