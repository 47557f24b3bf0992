/*
 * The offline seller: rules and tables, no network. It takes part in a turn like any model: it
 * looks at the conversation and answers with tool calls or with text.
 *
 *     what was said ──understand──> resolve_names? ──> a plan: calls ──results──> text
 *
 * offline_think is pure. What the plan was is not remembered between two steps: it stands in the
 * ids of the calls that were made ("list-7-0"), so that a turn can be taken up at any step, also
 * one that another model began.
 */
#ifndef MOSTRADOR_AGENT_MODEL_OFFLINE_H
#define MOSTRADOR_AGENT_MODEL_OFFLINE_H

#include "agent/financing.h"
#include "agent/model.h"

typedef struct offline_shop {
    str_t name;
    financing_terms_t terms;
} offline_shop_t;

/* The next step: result becomes MODEL_CALLS or MODEL_TEXT, its strings live in the arena.
 * MODEL_FAILED only if the arena is full. */
void offline_think(arena_t *arena, const offline_shop_t *shop, const model_request_t *request,
                   model_result_t *result);

#endif
