/* What turns took, as JSON; see turn_json.h. */
#include "gateway/turn_json.h"

#include <inttypes.h>

#include "gateway/json_text.h"

static void text(buf_t *out, const char *before, const char *name, str_t value)
{
    buf_printf(out, "%s\"%s\":", before, name);
    json_put_text(out, value);
}

static void number(buf_t *out, const char *name, int64_t value)
{
    buf_printf(out, ",\"%s\":%" PRId64, name, value);
}

static void put_ms(buf_t *out, int64_t us)
{
    if (us < 0)
        us = 0;
    buf_printf(out, "%" PRId64 ".%03d", us / 1000, (int)(us % 1000));
}

static void ms(buf_t *out, const char *name, int64_t us)
{
    buf_printf(out, ",\"%s\":", name);
    put_ms(out, us);
}

static void when(buf_t *out, const char *name, int64_t unix_ms)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_time(out, unix_ms);
}

/* ---- turns ---- */

static void calls(const proto_turn_record_t *turn, buf_t *out)
{
    buf_str(out, ",\"calls\":[");
    for (size_t i = 0; i < turn->calls_count; i++) {
        const proto_model_call_t *call = &turn->calls[i];

        text(out, i ? ",{" : "{", "model", call->model);
        text(out, ",", "outcome", call->outcome);
        if (call->error.size)
            text(out, ",", "error", call->error);
        if (call->first_us)
            ms(out, "first_token_ms", call->first_us);
        ms(out, "total_ms", call->total_us);
        number(out, "tokens_in", call->tokens_in);
        number(out, "tokens_cached", call->tokens_cached);
        number(out, "tokens_out", call->tokens_out);
        buf_char(out, '}');
    }
    buf_str(out, "],\"tools\":[");
    for (size_t i = 0; i < turn->tools_count; i++) {
        text(out, i ? ",{" : "{", "name", turn->tools[i].name);
        ms(out, "ms", turn->tools[i].us);
        buf_str(out, ",\"ok\":");
        json_put_bool(out, turn->tools[i].ok);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void steps(const proto_turn_record_t *turn, buf_t *out)
{
    ms(out, "total_ms", turn->total_us);
    ms(out, "waiting_ms", turn->waiting_us);
    ms(out, "claim_ms", turn->claim_us);
    ms(out, "owed_ms", turn->owed_us);
    ms(out, "thinking_ms", turn->think_us);
    ms(out, "tools_ms", turn->tools_us);
    ms(out, "checks_ms", turn->checks_us);
    ms(out, "commit_ms", turn->commit_us);
    if (turn->first_part_us)
        ms(out, "first_part_ms", turn->first_part_us);
    if (turn->delivered_us)
        ms(out, "delivered_ms", turn->delivered_us);
}

static void turn_object(const proto_turn_record_t *turn, buf_t *out)
{
    text(out, "{", "turn_id", turn->turn_id);
    text(out, ",", "user", turn->user);
    text(out, ",", "channel", turn->channel);
    when(out, "received_at", turn->received_ms);
    when(out, "claimed_at", turn->claimed_ms);
    text(out, ",", "outcome", turn->outcome);
    if (turn->why.size)
        text(out, ",", "why", turn->why);
    text(out, ",", "model", turn->model);
    text(out, ",", "rules", turn->rules);
    number(out, "knowledge", turn->knowledge);
    text(out, ",", "sought", turn->sought);
    text(out, ",", "missed", turn->missed);
    steps(turn, out);
    calls(turn, out);
    number(out, "model_calls", turn->model_calls);
    number(out, "tool_calls", turn->tool_calls);
    number(out, "tokens_in", turn->tokens_in);
    number(out, "tokens_cached", turn->tokens_cached);
    number(out, "tokens_out", turn->tokens_out);
    if (turn->currency.size) {
        number(out, "cost_micros", turn->cost);
        text(out, ",", "currency", turn->currency);
    }
    number(out, "findings", turn->findings);
    number(out, "repairs", turn->repairs);
    number(out, "cars", turn->cars);
    number(out, "joins", turn->joins);
    buf_char(out, '}');
}

void turns_json(const proto_turns_t *turns, buf_t *out)
{
    buf_str(out, "{\"turns\":[");
    for (size_t i = 0; i < turns->turns_count; i++) {
        if (i)
            buf_char(out, ',');
        turn_object(&turns->turns[i], out);
    }
    buf_str(out, "],\"before\":");
    if (turns->before.size)
        json_put_text(out, turns->before);
    else
        buf_str(out, "null");
    buf_char(out, '}');
}

/* ---- percentiles ---- */

static void step_object(const proto_step_latency_t *step, buf_t *out)
{
    json_put_text(out, step->step);
    buf_printf(out, ":{\"count\":%" PRId64, step->count);
    ms(out, "p50_ms", step->p50_us);
    ms(out, "p90_ms", step->p90_us);
    ms(out, "p95_ms", step->p95_us);
    ms(out, "p99_ms", step->p99_us);
    ms(out, "max_ms", step->max_us);
    buf_char(out, '}');
}

/* What follows the names of a group. */
static void group_rest(const proto_turn_group_t *group, buf_t *out)
{
    buf_printf(out, "\"turns\":%" PRId64, group->turns);
    number(out, "failed", group->failed);
    number(out, "model_calls", group->model_calls);
    number(out, "tokens_in", group->tokens_in);
    number(out, "tokens_cached", group->tokens_cached);
    number(out, "tokens_out", group->tokens_out);
    number(out, "findings", group->findings);
    number(out, "repairs", group->repairs);
    buf_str(out, ",\"steps\":{");
    for (size_t i = 0; i < group->steps_count; i++) {
        if (i)
            buf_char(out, ',');
        step_object(&group->steps[i], out);
    }
    buf_str(out, "}}");
}

void latency_json(const proto_latency_t *latency, int64_t since_ms, int64_t until_ms, buf_t *out)
{
    static const proto_turn_group_t none = {0};

    buf_str(out, "{\"since\":");
    json_put_time(out, since_ms);
    when(out, "until", until_ms);
    when(out, "oldest", latency->oldest_ms);
    buf_str(out, ",\"partial\":");
    json_put_bool(out, latency->partial);
    buf_str(out, ",\"all\":{");
    group_rest(latency->groups_count ? &latency->groups[0] : &none, out);
    buf_str(out, ",\"groups\":[");
    for (size_t i = 1; i < latency->groups_count; i++) {
        text(out, i > 1 ? ",{" : "{", "model", latency->groups[i].model);
        text(out, ",", "rules", latency->groups[i].rules);
        buf_char(out, ',');
        group_rest(&latency->groups[i], out);
    }
    buf_str(out, "]}");
}

/* ---- budgets ---- */

/* The limits of a budget; null: there is none. */
static void most(buf_t *out, int64_t tokens, int64_t most_calls)
{
    buf_str(out, "\"most_tokens\":");
    if (tokens)
        buf_printf(out, "%" PRId64, tokens);
    else
        buf_str(out, "null");
    buf_str(out, ",\"most_calls\":");
    if (most_calls)
        buf_printf(out, "%" PRId64, most_calls);
    else
        buf_str(out, "null");
}

void budget_json(const proto_budget_t *budget, str_t user_id, buf_t *out)
{
    text(out, "{", "day", budget->day);
    when(out, "ends_at", budget->ends_ms);
    buf_str(out, ",\"used_up\":");
    if (budget->used_up.size)
        json_put_text(out, budget->used_up);
    else
        buf_str(out, "null");
    buf_str(out, ",\"all\":{");
    most(out, budget->most_day_tokens, budget->most_day_calls);
    number(out, "tokens", budget->day_tokens);
    number(out, "calls", budget->day_calls);
    buf_str(out, "},\"person\":{");
    most(out, budget->most_person_tokens, budget->most_person_calls);
    if (user_id.size) {
        number(out, "tokens", budget->person_tokens);
        number(out, "calls", budget->person_calls);
        text(out, ",", "user_id", user_id);
    }
    buf_str(out, "}}");
}
