/*
 * The cars of a conversation that are remembered when the lines that spoke of them are long gone:
 * those that were chosen or quoted, and the last plan each of them was quoted at (context.kept,
 * context.kept_quotes). Bounded: the oldest that were not quoted go first, then the oldest, but
 * never the one quoted first. Pure.
 */
#ifndef MOSTRADOR_AGENT_KEPT_H
#define MOSTRADOR_AGENT_KEPT_H

#include "proto/proto.h"

#define KEPT_MAX 10 /* as the protocol has it */

/*
 * A car was chosen: it comes first, or stays where it is with the newest data. The lists are made
 * anew in the arena, what they were is not touched. gone is a car that had to leave for it, or has
 * stock_id 0. false: the arena is full.
 */
bool kept_car(proto_context_t *context, const proto_car_t *car, arena_t *arena, proto_car_t *gone);

/* A plan was given for a car that is kept; others, and plans for a bare price, are not kept. */
bool kept_quote(proto_context_t *context, const proto_quote_t *quote, arena_t *arena);

/* Is it not for sale any more, as far as is known (context.gone)? */
bool kept_gone(const proto_context_t *context, int64_t stock_id);

/* NULL: there is none. */
const proto_car_t *kept_find(const proto_context_t *context, int64_t stock_id);
const proto_quote_t *kept_plan(const proto_context_t *context, int64_t stock_id);

#endif
