/*
 * Follows a source of truth (source.h) into this replica's copy of it (copy.h), and hands over the
 * stock that is to be served: the copy that is there at once, then one for every state read.
 *
 *   state     until                              then
 *   away      a pause is over                    connecting
 *   connecting   the server answers and listens  reading; else away, with a longer pause
 *   reading   all or what changed is in the copy current; else away
 *   current   a notification, or CATALOG_SOURCE_MS without one    reading; away if it breaks
 *
 * All of that happens on a thread of its own, which may block: reading a million cars is seconds of
 * work, and libpq looks names up in its own time. What it makes is handed over through one slot;
 * the loop takes it between two requests. While the source is away the copy goes on being served.
 */
#ifndef MOSTRADOR_CATALOG_FOLLOW_H
#define MOSTRADOR_CATALOG_FOLLOW_H

#include <uv.h>

#include "catalog/stock.h"

typedef struct follow follow_t;

/* Takes the stock, on the loop. */
typedef void(follow_take_t)(void *arg, stock_t *stock);

/* url and name must outlive it. every_ms: the longest without a look, and the longest pause. NULL
 * and why when there can be no copy in dir. */
follow_t *follow_new(uv_loop_t *loop, const char *url, const char *name, const char *dir,
                     int64_t every_ms, follow_take_t *take, void *arg, char *why, size_t size);

/* Ends the thread; the rest is gone once the loop has run out. What it handed over last must not be
 * closed before. */
void follow_destroy(follow_t **self_p);

/* Why nothing was handed over yet. */
const char *follow_missing(const follow_t *self);

/* Sets the metrics that time alone changes. */
void follow_tick(follow_t *self);

/* The pause after so many failures in a row: doubles up to most, and is up to a half shorter, so
 * that replicas do not come back all at once. */
int64_t follow_pause_ms(unsigned failures, int64_t most, uint32_t random);

#endif
