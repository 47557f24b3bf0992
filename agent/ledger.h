/*
 * What one turn takes: its time, step by step, model calls, tools, checks and tokens. Filled in as
 * the turn goes; in the end it is the record that sessions keeps and the line in the log. Nothing
 * of what was said is in it. Pure: whoever calls has measured, in µs.
 */
#ifndef MOSTRADOR_AGENT_LEDGER_H
#define MOSTRADOR_AGENT_LEDGER_H

#include "agent/model.h"
#include "common/buf.h"

#define LEDGER_CALLS 8  /* model calls that are kept one by one, as the protocol has it */
#define LEDGER_TOOLS 16 /* … and tools; those beyond count in the sums only */

typedef struct ledger {
    proto_turn_record_t record; /* its lists are the two below */
    proto_model_call_t calls[LEDGER_CALLS];
    proto_tool_call_t tools[LEDGER_TOOLS];
} ledger_t;

void ledger_init(ledger_t *self);

/* The end of a call. model is its name, good as long as the ledger; costs: its tokens cost
 * something, it is not the offline seller. */
void ledger_called(ledger_t *self, const char *model, bool costs, const model_result_t *result);

/* A call that nobody waited for to its end. What it would have reported is not known. */
void ledger_cut(ledger_t *self, const char *model, bool costs, int64_t us);

/* What these tokens cost, cached ones being some of those in. price may be NULL: nothing is added.
 */
void ledger_cost(ledger_t *self, const price_t *price, int64_t in, int64_t cached, int64_t out);

/* The end of a tool. name is good as long as the ledger. */
void ledger_tool(ledger_t *self, str_t name, int64_t us, bool ok);

/* One check of a text: what it took, how much was wrong with it. */
void ledger_checked(ledger_t *self, int64_t us, int64_t findings);

/* The model was told what was wrong and has one more try. */
void ledger_repaired(ledger_t *self);

/* "text", "calls" …: the word for a model's answer. */
const char *ledger_outcome(model_status_t status);

/* For the log, one word or more for each: "gpt-4o-mini:calls:312/845ms:1200+35"; first token and
 * end, tokens in and out. And "search_cars:3ms". */
void ledger_print_calls(const ledger_t *self, buf_t *out);
void ledger_print_tools(const ledger_t *self, buf_t *out);

#endif
