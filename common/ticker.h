/*
 * Calls a function again and again. A timer of libuv lives on until its loop has closed it; this
 * one sees to that itself, so whoever has a ticker may be freed as soon as it is destroyed.
 */
#ifndef MOSTRADOR_COMMON_TICKER_H
#define MOSTRADOR_COMMON_TICKER_H

#include <stdint.h>
#include <uv.h>

typedef struct ticker ticker_t;
typedef void ticker_tick_t(void *arg);

/* After first_ms (0: as soon as the loop runs), then every_ms. Borrows loop and arg. */
ticker_t *ticker_new(uv_loop_t *loop, uint64_t first_ms, uint64_t every_ms, ticker_tick_t *tick,
                     void *arg);

/* It does not tick any more; may be called from a tick. */
void ticker_destroy(ticker_t **self_p);

#endif
