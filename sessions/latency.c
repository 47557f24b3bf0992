#include "sessions/latency.h"

#include <stdlib.h>

#include "sessions/histogram.h"

typedef enum step {
    STEP_TOTAL,
    STEP_WAITING,
    STEP_CLAIM,
    STEP_OWED,
    STEP_THINKING,
    STEP_TOOLS,
    STEP_CHECKS,
    STEP_COMMIT,
    STEP_FIRST_PART,
    STEP_DELIVERED,
    STEP_FIRST_TOKEN,
    STEP_MODEL_CALL,
    STEP_TOOL_CALL,
    STEP_COUNT
} step_t;

static const char *const step_names[STEP_COUNT] = {
    "total",  "waiting",    "claim",     "owed",        "thinking",   "tools",    "checks",
    "commit", "first_part", "delivered", "first_token", "model_call", "tool_call"};

typedef struct group {
    char model[65], rules[33];
    proto_turn_group_t sums; /* the names and steps of it are not used */
    histogram_t steps[STEP_COUNT];
} group_t;

struct latency {
    size_t count;
    group_t groups[1 + LATENCY_GROUPS + 1]; /* all, those by name, other */
};

latency_t *latency_new(void)
{
    latency_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->count = 1;
    return self;
}

void latency_destroy(latency_t **self_p)
{
    free(*self_p);
    *self_p = NULL;
}

static group_t *group_of(latency_t *self, str_t model, str_t rules)
{
    for (size_t i = 1; i < self->count; i++)
        if (str_is(model, self->groups[i].model) && str_is(rules, self->groups[i].rules))
            return &self->groups[i];
    if (self->count > LATENCY_GROUPS) {
        model = rules = STR_LIT("other");
        self->count = LATENCY_GROUPS + 2;
    }
    group_t *group =
        &self->groups[self->count > LATENCY_GROUPS ? LATENCY_GROUPS + 1 : self->count++];
    /* a decoded record keeps the protocol's limits */
    memcpy(group->model, model.data ? model.data : "", model.size);
    memcpy(group->rules, rules.data ? rules.data : "", rules.size);
    return group;
}

/* The group of the name, and all. */
typedef struct both {
    group_t *one, *all;
} both_t;

static void observe(both_t groups, step_t step, int64_t us)
{
    histogram_add(&groups.one->steps[step], us);
    histogram_add(&groups.all->steps[step], us);
}

/* Some steps are not part of every turn. */
static void observe_if(both_t groups, step_t step, int64_t us)
{
    if (us > 0)
        observe(groups, step, us);
}

static void add_tokens(both_t groups, int64_t in, int64_t cached, int64_t out)
{
    proto_turn_group_t *const sums[] = {&groups.one->sums, &groups.all->sums};
    for (size_t i = 0; i < 2; i++) {
        sums[i]->tokens_in += in;
        sums[i]->tokens_cached += cached;
        sums[i]->tokens_out += out;
    }
}

/* A call belongs to the group of its own model, which another may have followed. What was spent by
 * calls that are not listed goes to the turn's. */
static void add_calls(latency_t *self, both_t groups, const proto_turn_record_t *record)
{
    int64_t in = record->tokens_in, cached = record->tokens_cached, out = record->tokens_out;
    int64_t unlisted = record->model_calls;
    for (size_t i = 0; i < record->calls_count; i++) {
        const proto_model_call_t *call = &record->calls[i];
        both_t of = {group_of(self, call->model, record->rules), groups.all};
        bool costs = !str_is(call->model, "offline");
        observe_if(of, STEP_FIRST_TOKEN, call->first_us);
        observe(of, STEP_MODEL_CALL, call->total_us);
        add_tokens(of, call->tokens_in, call->tokens_cached, call->tokens_out);
        of.one->sums.model_calls += costs;
        unlisted -= costs;
        in -= call->tokens_in;
        cached -= call->tokens_cached;
        out -= call->tokens_out;
    }
    add_tokens(groups, in, cached, out);
    groups.one->sums.model_calls += unlisted;
    groups.all->sums.model_calls += record->model_calls;
}

static void add_steps(both_t groups, const proto_turn_record_t *record)
{
    observe(groups, STEP_TOTAL, record->total_us);
    observe(groups, STEP_WAITING, record->waiting_us);
    observe(groups, STEP_CLAIM, record->claim_us);
    observe_if(groups, STEP_OWED, record->owed_us);
    observe(groups, STEP_THINKING, record->think_us);
    observe_if(groups, STEP_TOOLS, record->tools_us);
    observe_if(groups, STEP_CHECKS, record->checks_us);
    observe(groups, STEP_COMMIT, record->commit_us);
    observe_if(groups, STEP_FIRST_PART, record->first_part_us);
    observe_if(groups, STEP_DELIVERED, record->delivered_us);
    for (size_t i = 0; i < record->tools_count; i++)
        observe(groups, STEP_TOOL_CALL, record->tools[i].us);
}

void latency_add(latency_t *self, const proto_turn_record_t *record)
{
    both_t groups = {group_of(self, record->model, record->rules), &self->groups[0]};
    proto_turn_group_t *const sums[] = {&groups.one->sums, &groups.all->sums};
    bool answered = str_is(record->outcome, "answered");
    for (size_t i = 0; i < 2; i++) {
        sums[i]->turns += answered;
        sums[i]->failed += !answered;
        sums[i]->findings += record->findings;
        sums[i]->repairs += record->repairs;
    }
    add_calls(self, groups, record);
    if (answered)
        add_steps(groups, record);
}

/* ---- telling ---- */

static bool tell_steps(const group_t *group, arena_t *arena, proto_turn_group_t *out)
{
    out->steps_count = 0;
    out->steps = arena_alloc(arena, STEP_COUNT * sizeof *out->steps);
    for (size_t i = 0; out->steps && i < STEP_COUNT; i++) {
        const histogram_t *times = &group->steps[i];
        if (times->count)
            out->steps[out->steps_count++] =
                (proto_step_latency_t){.step = str_from(step_names[i]),
                                       .count = times->count,
                                       .p50_us = histogram_at(times, 500),
                                       .p90_us = histogram_at(times, 900),
                                       .p95_us = histogram_at(times, 950),
                                       .p99_us = histogram_at(times, 990),
                                       .max_us = times->max};
    }
    return out->steps != NULL;
}

bool latency_tell(const latency_t *self, arena_t *arena, proto_latency_t *out)
{
    out->groups_count = 0;
    out->groups = arena_alloc(arena, self->count * sizeof *out->groups);
    if (!out->groups)
        return false;
    for (size_t i = 0; i < self->count; i++) {
        const group_t *group = &self->groups[i];
        proto_turn_group_t *told = &out->groups[out->groups_count++];
        *told = group->sums;
        told->model = str_from(group->model);
        told->rules = str_from(group->rules);
        if (!tell_steps(group, arena, told))
            return false;
    }
    return true;
}
