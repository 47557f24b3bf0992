#include "agent/ledger.h"

#include "common/text.h"

#define MAX_NAME 64 /* bytes, as the protocol has it */
#define MAX_TOOL 32
#define MAX_ERROR 32

void ledger_init(ledger_t *self)
{
    *self = (ledger_t){.record = {.turn_id = {0}}};
    self->record.calls = self->calls;
    self->record.tools = self->tools;
}

const char *ledger_outcome(model_status_t status)
{
    switch (status) {
    case MODEL_TEXT:
        return "text";
    case MODEL_CALLS:
        return "calls";
    case MODEL_REFUSED:
        return "refused";
    case MODEL_FAILED:
        return "failed";
    case MODEL_BAD:
        return "bad";
    }
    return "bad";
}

/* What no server in its right mind reports is not reported. */
static int64_t tokens(int64_t told)
{
    return told > 0 && told < INT32_MAX ? told : 0;
}

static void add_call(ledger_t *self, bool costs, const proto_model_call_t *call)
{
    proto_turn_record_t *record = &self->record;
    record->model = call->model;
    record->model_calls += costs;
    record->tokens_in += call->tokens_in;
    record->tokens_cached += call->tokens_cached;
    record->tokens_out += call->tokens_out;
    if (record->calls_count < LEDGER_CALLS)
        self->calls[record->calls_count++] = *call;
}

void ledger_called(ledger_t *self, const char *model, bool costs, const model_result_t *result)
{
    proto_model_call_t call = {
        .model = utf8_front(str_from(model), MAX_NAME),
        .outcome = str_from(ledger_outcome(result->status)),
        .error = utf8_front(str_from(result->error ? result->error : ""), MAX_ERROR),
        .first_us = result->first_us,
        .total_us = result->total_us,
        .tokens_in = tokens(result->tokens_in),
        .tokens_cached = tokens(result->tokens_cached),
        .tokens_out = tokens(result->tokens_out),
    };
    add_call(self, costs, &call);
}

void ledger_cut(ledger_t *self, const char *model, bool costs, int64_t us)
{
    proto_model_call_t call = {
        .model = utf8_front(str_from(model), MAX_NAME), .outcome = STR_LIT("cut"), .total_us = us};
    add_call(self, costs, &call);
}

void ledger_cost(ledger_t *self, const price_t *price, int64_t in, int64_t cached, int64_t out)
{
    if (price)
        self->record.cost += price_of(price, in, cached, out);
}

void ledger_tool(ledger_t *self, str_t name, int64_t us, bool ok)
{
    proto_turn_record_t *record = &self->record;
    record->tool_calls++;
    if (record->tools_count < LEDGER_TOOLS)
        self->tools[record->tools_count++] =
            (proto_tool_call_t){.name = utf8_front(name, MAX_TOOL), .us = us, .ok = ok};
}

void ledger_checked(ledger_t *self, int64_t us, int64_t findings)
{
    self->record.checks_us += us;
    self->record.findings += findings;
}

void ledger_repaired(ledger_t *self)
{
    self->record.repairs++;
}

/* ---- for the log ---- */

static long long ms(int64_t us)
{
    return (long long)((us + 500) / 1000);
}

void ledger_print_calls(const ledger_t *self, buf_t *out)
{
    for (size_t i = 0; i < self->record.calls_count; i++) {
        const proto_model_call_t *call = &self->calls[i];
        buf_printf(out, "%s%.*s:%.*s:%lld/%lldms:%lld+%lld", i ? " " : "", STR_ARG(call->model),
                   STR_ARG(call->outcome), ms(call->first_us), ms(call->total_us),
                   (long long)call->tokens_in, (long long)call->tokens_out);
    }
}

void ledger_print_tools(const ledger_t *self, buf_t *out)
{
    for (size_t i = 0; i < self->record.tools_count; i++) {
        const proto_tool_call_t *tool = &self->tools[i];
        buf_printf(out, "%s%.*s:%s%lldms", i ? " " : "", STR_ARG(tool->name),
                   tool->ok ? "" : "refused:", ms(tool->us));
    }
}
