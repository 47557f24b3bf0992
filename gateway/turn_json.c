/* What turns took, as JSON; see turn_json.h. */
#include "gateway/turn_json.h"

#include <inttypes.h>

#include "gateway/json_text.h"

static void put_ms(buf_t *out, int64_t us)
{
    if (us < 0)
        us = 0;
    buf_printf(out, "%" PRId64 ".%03d", us / 1000, (int)(us % 1000));
}

static void ms(buf_t *out, const char *name, int64_t us)
{
    json_key(out, name);
    put_ms(out, us);
}

/* ---- turns ---- */

static void calls(const proto_turn_record_t *turn, buf_t *out)
{
    json_list(out, "calls");
    for (size_t i = 0; i < turn->calls_count; i++) {
        const proto_model_call_t *call = &turn->calls[i];

        json_open(out);
        json_str(out, "model", call->model);
        json_str(out, "outcome", call->outcome);
        if (call->error.size)
            json_str(out, "error", call->error);
        if (call->first_us)
            ms(out, "first_token_ms", call->first_us);
        ms(out, "total_ms", call->total_us);
        json_int(out, "tokens_in", call->tokens_in);
        json_int(out, "tokens_cached", call->tokens_cached);
        json_int(out, "tokens_out", call->tokens_out);
        buf_char(out, '}');
    }
    buf_char(out, ']');
    json_list(out, "tools");
    for (size_t i = 0; i < turn->tools_count; i++) {
        json_open(out);
        json_str(out, "name", turn->tools[i].name);
        ms(out, "ms", turn->tools[i].us);
        json_bool(out, "ok", turn->tools[i].ok);
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
    json_open(out);
    json_str(out, "turn_id", turn->turn_id);
    json_str(out, "user", turn->user);
    json_str(out, "channel", turn->channel);
    json_time(out, "received_at", turn->received_ms);
    json_time(out, "claimed_at", turn->claimed_ms);
    json_str(out, "outcome", turn->outcome);
    if (turn->why.size)
        json_str(out, "why", turn->why);
    json_str(out, "model", turn->model);
    json_str(out, "rules", turn->rules);
    json_int(out, "knowledge", turn->knowledge);
    json_str(out, "sought", turn->sought);
    json_str(out, "missed", turn->missed);
    steps(turn, out);
    calls(turn, out);
    json_int(out, "model_calls", turn->model_calls);
    json_int(out, "tool_calls", turn->tool_calls);
    json_int(out, "tokens_in", turn->tokens_in);
    json_int(out, "tokens_cached", turn->tokens_cached);
    json_int(out, "tokens_out", turn->tokens_out);
    if (turn->currency.size) {
        json_int(out, "cost_micros", turn->cost);
        json_str(out, "currency", turn->currency);
    }
    json_int(out, "findings", turn->findings);
    json_int(out, "repairs", turn->repairs);
    json_int(out, "cars", turn->cars);
    json_int(out, "joins", turn->joins);
    buf_char(out, '}');
}

void turns_json(const proto_turns_t *turns, buf_t *out)
{
    json_open(out);
    json_list(out, "turns");
    for (size_t i = 0; i < turns->turns_count; i++)
        turn_object(&turns->turns[i], out);
    buf_char(out, ']');
    json_str_or_null(out, "before", turns->before);
    buf_char(out, '}');
}

/* ---- percentiles ---- */

static void step_object(const proto_step_latency_t *step, buf_t *out)
{
    json_str_key(out, step->step);
    json_open(out);
    json_int(out, "count", step->count);
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
    json_int(out, "turns", group->turns);
    json_int(out, "failed", group->failed);
    json_int(out, "model_calls", group->model_calls);
    json_int(out, "tokens_in", group->tokens_in);
    json_int(out, "tokens_cached", group->tokens_cached);
    json_int(out, "tokens_out", group->tokens_out);
    json_int(out, "findings", group->findings);
    json_int(out, "repairs", group->repairs);
    json_object(out, "steps");
    for (size_t i = 0; i < group->steps_count; i++)
        step_object(&group->steps[i], out);
    buf_str(out, "}}");
}

void latency_json(const proto_latency_t *latency, int64_t since_ms, int64_t until_ms, buf_t *out)
{
    static const proto_turn_group_t none = {0};

    json_open(out);
    json_time(out, "since", since_ms);
    json_time(out, "until", until_ms);
    json_time(out, "oldest", latency->oldest_ms);
    json_bool(out, "partial", latency->partial);
    json_object(out, "all");
    group_rest(latency->groups_count ? &latency->groups[0] : &none, out);
    json_list(out, "groups");
    for (size_t i = 1; i < latency->groups_count; i++) {
        json_open(out);
        json_str(out, "model", latency->groups[i].model);
        json_str(out, "rules", latency->groups[i].rules);
        group_rest(&latency->groups[i], out);
    }
    buf_str(out, "]}");
}

/* ---- budgets ---- */

/* The limits of a budget; null: there is none. */
static void most(buf_t *out, int64_t tokens, int64_t most_calls)
{
    json_int_or_null(out, "most_tokens", tokens != 0, tokens);
    json_int_or_null(out, "most_calls", most_calls != 0, most_calls);
}

void budget_json(const proto_budget_t *budget, str_t user_id, buf_t *out)
{
    json_open(out);
    json_str(out, "day", budget->day);
    json_time(out, "ends_at", budget->ends_ms);
    json_str_or_null(out, "used_up", budget->used_up);
    json_object(out, "all");
    most(out, budget->most_day_tokens, budget->most_day_calls);
    json_int(out, "tokens", budget->day_tokens);
    json_int(out, "calls", budget->day_calls);
    buf_char(out, '}');
    json_object(out, "person");
    most(out, budget->most_person_tokens, budget->most_person_calls);
    if (user_id.size) {
        json_int(out, "tokens", budget->person_tokens);
        json_int(out, "calls", budget->person_calls);
        json_str(out, "user_id", user_id);
    }
    buf_str(out, "}}");
}
