/*
 * A run asks the catalog, or nobody, and ends in one function. Runs that need nobody wait for the
 * next turn of the loop, so that done is never called from inside tools_run.
 */
#include "agent/tools.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "agent/kept.h"
#include "agent/lead.h"
#include "agent/tool_args.h"
#include "agent/tool_json.h"
#include "common/metrics.h"
#include "common/text.h"
#include "common/tokens.h"

#define MAX_RESULT (PROTO_MAX_REPLY - 1024) /* bytes; the entry that keeps it takes no more */
#define PASSAGES_WANTED 3

struct tool_run {
    tools_t *tools;
    tool_id_t tool; /* TOOL_COUNT: unknown */
    tool_args_t args;
    arena_t *arena;
    tool_done_t *done;
    void *arg;
    uint64_t call;           /* at the catalog; 0: none */
    proto_context_t context; /* quote_financing: cars the customer has seen, and plans */
    tool_result_t result;
    const tool_pages_t *pages;
    proto_trace_t trace;
    int64_t timeout_ms;
    bool told;   /* search_knowledge: the text went with the question */
    bool listed; /* in tools->ready */
    TAILQ_ENTRY(tool_run) ready;
};

struct tools {
    rpc_client_t *catalog;
    financing_terms_t terms;
    uv_timer_t soon;
    TAILQ_HEAD(ready_runs, tool_run) ready; /* results that wait for the loop */
};

str_t tools_schema(void)
{
    static buf_t schema;
    if (!schema.size) {
        buf_init(&schema, 65536);
        tool_table_schema(&schema);
        assert(buf_ok(&schema));
    }
    return buf_view(&schema);
}

size_t tools_schema_tokens(void)
{
    static size_t tokens;
    if (!tokens)
        tokens = tokens_of(tools_schema());
    return tokens;
}

/* ---- the end of a run ---- */

static const char *label(tool_id_t tool)
{
    return tool < TOOL_COUNT ? tool_specs[tool].name : "unknown";
}

/* Makes text the result; a text that is too long, or no room for it, is an error too. */
static void set_text(tool_run_t *run, buf_t *text, bool ok)
{
    char *copy = buf_ok(text) ? arena_copy(run->arena, buf_view(text)) : NULL;
    run->result.ok = ok && copy;
    run->result.text = copy ? (str_t){copy, text->size}
                            : STR_LIT("{\"error\":\"the result is too long; ask for less\"}");
    buf_free(text);
}

static void set_error(tool_run_t *run, const char *why)
{
    buf_t text;
    buf_init(&text, MAX_RESULT);
    tool_json_error(&text, why);
    run->result = (tool_result_t){0};
    set_text(run, &text, false);
}

/* The last thing that happens to a run. */
static void finish(tool_run_t *run)
{
    if (!run->result.ok)
        metric_add_label(METRIC_TOOL_ERRORS, label(run->tool), 1);
    run->done(run->arg, &run->result);
}

static void on_soon(uv_timer_t *timer)
{
    tools_t *self = timer->data;
    tool_run_t *run;
    while ((run = TAILQ_FIRST(&self->ready))) {
        TAILQ_REMOVE(&self->ready, run, ready);
        run->listed = false;
        finish(run);
    }
}

static void finish_soon(tool_run_t *run)
{
    TAILQ_INSERT_TAIL(&run->tools->ready, run, ready);
    run->listed = true;
    uv_timer_start(&run->tools->soon, on_soon, 0, 0);
}

/* ---- quote_financing ---- */

/* A bare price that is exactly that of a car they have seen means that car. */
static int64_t known_price(const tool_run_t *run, int64_t price)
{
    const proto_context_t *context = &run->context;
    for (size_t i = 0; i < context->shown_count; i++)
        if (context->shown[i].price == price)
            return context->shown[i].stock_id;
    for (size_t i = 0; i < context->kept_count; i++)
        if (context->kept[i].price == price)
            return context->kept[i].stock_id;
    return 0;
}

/* Whole years between the shortest and the longest plan, at most six of them. */
static size_t usual_months(const financing_terms_t *terms, int64_t months[TOOL_ARGS_MAX_MONTHS])
{
    int64_t first = (terms->min_months + 11) / 12, last = terms->max_months / 12;
    if (first > last) {
        months[0] = terms->min_months;
        return 1;
    }
    int64_t step = (last - first) / TOOL_ARGS_MAX_MONTHS + 1;
    size_t count = 0;
    for (int64_t year = first; year <= last && count < TOOL_ARGS_MAX_MONTHS; year += step)
        months[count++] = year * 12;
    return count;
}

static int64_t down_payment(const tool_run_t *run, int64_t price, down_source_t *source)
{
    *source = DOWN_GIVEN;
    if (run->args.down_payment >= 0)
        return run->args.down_payment;
    if (run->args.down_bp >= 0)
        return financing_percent(price, run->args.down_bp);
    *source = DOWN_LAST_QUOTE;
    const proto_quote_t *last = kept_plan(&run->context, run->args.stock_id);
    if (last && last->price == price)
        return last->down_payment;
    *source = DOWN_MINIMUM;
    return financing_percent(price, run->tools->terms.min_down_bp);
}

static void quote(tool_run_t *run, const proto_car_t *car)
{
    const financing_terms_t *terms = &run->tools->terms;
    tool_quotes_t found = {.car = car};
    int64_t price = car ? car->price : run->args.price;
    found.price_ignored = car && run->args.price && run->args.price != price;
    int64_t down = down_payment(run, price, &found.down);
    if (run->args.month_count == 0)
        run->args.month_count = usual_months(terms, run->args.months);
    for (size_t i = 0; i < run->args.month_count; i++) {
        int64_t months = run->args.months[i];
        proto_quote_t plan = {.stock_id = car ? car->stock_id : 0};
        financing_status_t status = financing_quote(terms, price, down, months, &plan);
        if (status == FINANCING_OK) {
            found.quotes[found.count++] = plan;
        } else {
            found.refused[found.refused_count].months = months;
            found.refused[found.refused_count++].why = status;
        }
    }
    if (found.count) {
        proto_quote_t *quotes = arena_alloc(run->arena, found.count * sizeof *quotes);
        for (size_t i = 0; quotes && i < found.count; i++)
            quotes[i] = found.quotes[i];
        run->result.quotes = quotes;
        run->result.quote_count = quotes ? found.count : 0;
    }
    buf_t text;
    buf_init(&text, MAX_RESULT);
    tool_json_quotes(&text, &found, terms);
    set_text(run, &text, found.count > 0);
}

/* ---- save_lead ---- */

/* Nothing is kept yet: that is COMMIT's. */
static void set_lead(tool_run_t *run, const proto_car_t *car)
{
    proto_lead_t *lead = arena_alloc(run->arena, sizeof *lead);
    buf_t text;
    if (!lead) {
        set_error(run, "too much was looked up in this turn; answer with what there is");
        return;
    }
    *lead = (proto_lead_t){
        .interest = run->args.interest, .name = run->args.name, .contact = run->args.contact};
    if (car) {
        const char *name = arena_printf(run->arena, "%.*s %.*s %.*s %d", STR_ARG(car->make),
                                        STR_ARG(car->model), STR_ARG(car->version), (int)car->year);
        lead->stock_id = car->stock_id;
        lead->price = car->price;
        lead->car = utf8_front(str_from(name ? name : ""), LEAD_MAX_CAR);
    }
    /* what is wanted is what they speak of from here on */
    run->result = (tool_result_t){.lead = lead, .cars = car, .car_count = car != NULL};
    buf_init(&text, MAX_RESULT);
    tool_json_lead(&text, lead->car);
    set_text(run, &text, true);
}

/* ---- what the catalog answers ---- */

static void take_page(tool_run_t *run, const proto_paged_t *paged, buf_t *text)
{
    tool_json_page(text, paged);
    run->result.query = &paged->query[0];
    run->result.list = &paged->list[0];
    run->result.cars = paged->cars;
    run->result.car_count = paged->cars_count;
}

static void on_answer(void *arg, const rpc_answer_t *answer);

static bool take_car(tool_run_t *run, const proto_cars_t *cars, buf_t *text)
{
    run->result.cars = cars->cars;
    run->result.car_count = cars->cars_count > 0;
    if (run->tool == TOOL_GET_CAR) {
        tool_json_car(text, cars, run->args.stock_id);
        return true;
    }
    if (cars->cars_count && run->tool == TOOL_SAVE_LEAD) {
        set_lead(run, &cars->cars[0]);
        return false;
    }
    if (cars->cars_count) {
        quote(run, &cars->cars[0]);
        return false;
    }
    if (cars->sold_count) {
        tool_json_sold(text, &cars->sold[0]);
        set_text(run, text, false);
        return false;
    }
    set_error(run, "no car has this stock_id; take one from a result of search_cars");
    return false;
}

/* An answer, copied to the arena. Sets the result. */
static void take(tool_run_t *run, proto_type_t type, const void *msg)
{
    buf_t text;
    buf_init(&text, MAX_RESULT);
    bool whole = true;
    switch (type) {
    case PROTO_PAGED:
        take_page(run, msg, &text);
        break;
    case PROTO_CARS:
        whole = take_car(run, msg, &text);
        break;
    case PROTO_FACETS:
        tool_json_facets(&text, msg, run->args.make);
        break;
    case PROTO_PASSAGES:
        tool_json_passages(&text, msg);
        break;
    case PROTO_RESOLVED:
        run->result.resolved = msg;
        tool_json_mentions(&text, msg);
        break;
    default:
        set_error(run, "the catalog answered something else");
        whole = false;
    }
    if (whole)
        set_text(run, &text, true);
    buf_free(&text);
}

static void take_failure(tool_run_t *run, const proto_error_t *error)
{
    const char *why = NULL;
    if (str_is(error->code, PROTO_CODE_INVALID) && error->detail.size)
        why = arena_printf(run->arena, "the catalog cannot do this: %.*s", STR_ARG(error->detail));
    set_error(run, why ? why
                       : "the catalog does not answer now; say so in plain words and offer to try "
                         "again in a moment");
}

/* With the text if the catalog did not know it by its print. */
static void ask_pages(tool_run_t *run)
{
    proto_knowledge_t msg = {
        .q = run->args.text, .max = PASSAGES_WANTED, .print = run->pages->print};
    if (run->told)
        msg.text = run->pages->text;
    run->call = rpc_client_call(run->tools->catalog, PROTO_KNOWLEDGE, &msg, &run->trace,
                                run->timeout_ms, on_answer, run);
}

static void on_answer(void *arg, const rpc_answer_t *answer)
{
    tool_run_t *run = arg;
    run->call = 0;
    if (run->tool == TOOL_SEARCH_KNOWLEDGE && run->pages->print && !run->told && answer->error &&
        strcmp(answer->error, PROTO_CODE_NOT_FOUND) == 0) {
        run->told = true;
        ask_pages(run);
        return;
    }
    const proto_record_t *record = proto_message(answer->type);
    void *copy = arena_alloc(run->arena, record->size);
    if (answer->type == PROTO_ERROR)
        take_failure(run, answer->msg);
    else if (!copy || !proto_copy(record, answer->msg, copy, run->arena))
        set_error(run, "too much was looked up in this turn; answer with what there is");
    else
        take(run, answer->type, copy);
    finish(run);
}

/* ---- the start of a run ---- */

static void ask(tool_run_t *run, const proto_trace_t *trace, int64_t timeout_ms, proto_type_t type,
                const void *msg)
{
    run->call = rpc_client_call(run->tools->catalog, type, msg, trace, timeout_ms, on_answer, run);
}

static void ask_car(tool_run_t *run, const proto_trace_t *trace, int64_t timeout_ms)
{
    proto_get_car_t msg = {.stock_id = run->args.stock_id};
    ask(run, trace, timeout_ms, PROTO_GET_CAR, &msg);
}

static void start_lead(tool_run_t *run, const proto_trace_t *trace, int64_t timeout_ms)
{
    const char *why = NULL;
    if (!lead_check(&run->context, &run->args, &why)) {
        set_error(run, why);
    } else if (run->args.stock_id) {
        ask_car(run, trace, timeout_ms);
        return;
    } else {
        set_lead(run, NULL);
    }
    finish_soon(run);
}

/* With a car the price is the catalog's; a price alone is quoted as it is. */
static void start_quote(tool_run_t *run, const proto_context_t *context, const proto_trace_t *trace,
                        int64_t timeout_ms)
{
    if (!run->args.stock_id && run->args.price)
        run->args.stock_id = known_price(run, run->args.price);
    if (!run->args.stock_id && !run->args.price && context->chosen_count)
        run->args.stock_id = context->chosen[0].stock_id;
    if (run->args.stock_id) {
        ask_car(run, trace, timeout_ms);
    } else {
        if (run->args.price)
            quote(run, NULL);
        else
            set_error(run, "give the stock_id of a car, or a price");
        finish_soon(run);
    }
}

static void start(tool_run_t *run, const proto_context_t *context, const proto_trace_t *trace,
                  int64_t timeout_ms)
{
    tool_args_t *args = &run->args;
    switch (run->tool) {
    case TOOL_SEARCH_CARS: {
        proto_page_t msg = {.query = &args->query, .query_count = 1};
        ask(run, trace, timeout_ms, PROTO_PAGE, &msg);
        break;
    }
    case TOOL_GET_CAR:
        ask_car(run, trace, timeout_ms);
        break;
    case TOOL_LIST_MAKES:
        if (args->make.size)
            ask(run, trace, timeout_ms, PROTO_MODELS, &(proto_models_t){.make = args->make});
        else
            ask(run, trace, timeout_ms, PROTO_MAKES, &(proto_makes_t){0});
        break;
    case TOOL_QUOTE_FINANCING:
        start_quote(run, context, trace, timeout_ms);
        break;
    case TOOL_SEARCH_KNOWLEDGE:
        ask_pages(run);
        break;
    case TOOL_RESOLVE_NAMES:
        ask(run, trace, timeout_ms, PROTO_RESOLVE, &(proto_resolve_t){.text = args->text});
        break;
    case TOOL_SAVE_LEAD:
        start_lead(run, trace, timeout_ms);
        break;
    case TOOL_COUNT:
        break;
    }
}

tool_run_t *tools_run(tools_t *self, str_t name, str_t arguments, const proto_context_t *context,
                      const tool_pages_t *pages, arena_t *arena, const proto_trace_t *trace,
                      int64_t timeout_ms, tool_done_t *done, void *arg)
{
    tool_run_t *run = arena_alloc(arena, sizeof *run);
    if (!run)
        return NULL;
    const char *why = NULL;
    run->tools = self;
    run->tool = tool_by_name(name);
    run->arena = arena;
    run->done = done;
    run->arg = arg;
    run->context = *context;
    run->pages = pages;
    run->trace = *trace;
    run->timeout_ms = timeout_ms;
    metric_add_label(METRIC_TOOL_CALLS, label(run->tool), 1);
    if (run->tool == TOOL_COUNT) {
        set_error(run, "there is no tool of this name; use search_cars, get_car, list_makes, "
                       "quote_financing, search_knowledge or save_lead");
        finish_soon(run);
    } else if (!tool_args_read(run->tool, arguments, &run->args, arena, &why)) {
        set_error(run, why);
        finish_soon(run);
    } else {
        start(run, context, trace, timeout_ms);
    }
    return run;
}

void tools_cancel(tools_t *self, tool_run_t *run)
{
    if (run->call)
        rpc_client_cancel(self->catalog, run->call);
    if (run->listed)
        TAILQ_REMOVE(&self->ready, run, ready);
    run->call = 0;
    run->listed = false;
}

/* ---- life ---- */

tools_t *tools_new(uv_loop_t *loop, rpc_client_t *catalog)
{
    tools_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->catalog = catalog;
    self->terms = financing_terms_configured();
    TAILQ_INIT(&self->ready);
    uv_timer_init(loop, &self->soon);
    self->soon.data = self;
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void tools_destroy(tools_t **self_p)
{
    assert(self_p);
    tools_t *self = *self_p;
    if (!self)
        return;
    assert(TAILQ_EMPTY(&self->ready));
    uv_close((uv_handle_t *)&self->soon, on_closed);
    *self_p = NULL;
}
