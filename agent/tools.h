/*
 * The tools a model may call: tool_table.h names them and their arguments, this runs them.
 * Arguments come from a model and are checked like bytes from outside; what is wrong with them is
 * told to the model as {"error": "…"} so that it can try again. What a tool finds is given to the
 * turn too, which keeps the context's cursor by it and takes the reply's cars from it.
 *
 *   search_cars       filters, sort, page            one page, which page it is, pages left
 *   get_car           stock_id                       one car
 *   list_makes        make or null                   makes, or models of a make, with counts
 *   quote_financing   stock_id or price, down payment (amount or percent), months (list)
 *   search_knowledge  question                       passages of what the shop wrote
 *   save_lead         interest, stock_id, name, contact
 *                                                    somebody who may buy, for COMMIT to keep
 *   resolve_names     text                           makes and models a sentence names; for the
 *                                                    offline seller only, not offered to a server
 */
#ifndef MOSTRADOR_AGENT_TOOLS_H
#define MOSTRADOR_AGENT_TOOLS_H

#include <uv.h>

#include "common/rpc_client.h"

typedef struct tools tools_t;

/* Borrows both, until tools_destroy; frees itself when the loop has closed its handles. No run may
 * be left by then. */
tools_t *tools_new(uv_loop_t *loop, rpc_client_t *catalog);
void tools_destroy(tools_t **self_p);

/* The "tools" array of a Chat Completions request, serialised, the same bytes every time. */
str_t tools_schema(void);

/* An estimate of its tokens (tokens.h). */
size_t tools_schema_tokens(void);

typedef struct tool_result {
    bool ok;
    str_t text; /* JSON for the model: the result, or {"error": …} */
    /* What it found, NULL where it found none; lives in the arena given. */
    const proto_query_t *query; /* a page was found: its filters as understood */
    const proto_list_t *list;
    const proto_car_t *cars; /* the page, or the one car */
    size_t car_count;
    const proto_quote_t *quotes;
    size_t quote_count;
    const proto_resolved_t *resolved;
    const proto_lead_t *lead; /* interest, name, contact, and the car: id, name, price */
} tool_result_t;

/* What the shop says of itself, written in the console: found by its print in catalogs that have
 * it, and told to those that do not. print 0: what the catalog has by itself. */
typedef struct tool_pages {
    int64_t print;
    str_t text;
} tool_pages_t;

typedef void(tool_done_t)(void *arg, const tool_result_t *result);
typedef struct tool_run tool_run_t;

/*
 * Runs one call. The result lives in the arena, which must outlive the call, and so must
 * the lists of context and pages; name and arguments are not needed after this returns. done is
 * called exactly once unless the run is cancelled, never from inside tools_run, and nothing of the
 * run is touched after it. NULL when the arena has no room for it: done is then not called.
 */
tool_run_t *tools_run(tools_t *self, str_t name, str_t arguments, const proto_context_t *context,
                      const tool_pages_t *pages, arena_t *arena, const proto_trace_t *trace,
                      int64_t timeout_ms, tool_done_t *done, void *arg);
void tools_cancel(tools_t *self, tool_run_t *run);

#endif
