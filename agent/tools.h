/*
 * The tools a model may call. One table: name, description, JSON schema of the arguments (strict
 * mode), and the function that runs it. Arguments come from a model and are checked like bytes
 * from outside; what is wrong with them is told to the model as {"error": "…"} so that it can try
 * again. What a tool finds is added to the context's cursor, from which the reply is checked and
 * its cars are taken.
 *
 *   search_cars       filters, sort, page            one page, which page it is, pages left
 *   get_car           stock_id                       one car
 *   list_makes        make or null                   makes, or models of a make, with counts
 *   quote_financing   stock_id or price, down payment (amount or percent), months (list)
 *   search_knowledge  question                       passages of what the shop wrote
 *   resolve_names     text                           makes and models a sentence names; for the
 *                                                    offline seller only, not offered to a server
 */
#ifndef MOSTRADOR_AGENT_TOOLS_H
#define MOSTRADOR_AGENT_TOOLS_H

#include "common/rpc_client.h"

typedef struct tools tools_t;

tools_t *tools_new(rpc_client_t *catalog);
void tools_destroy(tools_t **self_p);

/* The "tools" array of a Chat Completions request, serialised, the same bytes every time. */
str_t tools_schema(void);

typedef struct tool_result {
    bool ok;
    str_t text; /* JSON for the model: the result, or {"error": …} */
    /* What it found, NULL where it found none; lives in the arena given. */
    const proto_query_t *query; /* a page was shown: its filters as understood */
    const proto_list_t *list;
    const proto_car_t *cars;    /* the page, or the one car */
    size_t car_count;
    const proto_quote_t *quotes;
    size_t quote_count;
    const proto_resolved_t *resolved;
} tool_result_t;

typedef void(tool_done_t)(void *arg, const tool_result_t *result);
typedef struct tool_run tool_run_t;

/*
 * Runs one call. The result lives in the arena, which must outlive the call. done is called exactly
 * once unless it is cancelled, never from inside tools_run.
 */
tool_run_t *tools_run(tools_t *self, str_t name, str_t arguments, const proto_context_t *context,
                      arena_t *arena, const proto_trace_t *trace, int64_t timeout_ms,
                      tool_done_t *done, void *arg);
void tools_cancel(tools_t *self, tool_run_t *run);

#endif
