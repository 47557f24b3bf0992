#include "agent/model_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/metrics.h"

struct model_list {
    breaker_settings_t settings;
    void (*opened)(void *arg, const char *label); /* NULL: nobody wants to know */
    void *opened_arg;
    size_t count;
    struct {
        model_t *model;
        breaker_t breaker;
    } all[MODEL_LIST_MAX];
};

model_list_t *model_list_new(const breaker_settings_t *settings)
{
    model_list_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->settings = *settings;
    return self;
}

void model_list_destroy(model_list_t **self_p)
{
    model_list_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    for (size_t i = 0; i < self->count; i++)
        self->all[i].model->destroy(&self->all[i].model);
    free(self);
}

void model_list_add(model_list_t *self, model_t **model)
{
    assert(self->count < MODEL_LIST_MAX);
    self->all[self->count].model = *model;
    breaker_init(&self->all[self->count].breaker, &self->settings);
    self->count++;
    *model = NULL;
}

void model_list_on_open(model_list_t *self, void (*opened)(void *arg, const char *label), void *arg)
{
    self->opened = opened;
    self->opened_arg = arg;
}

size_t model_list_count(const model_list_t *self)
{
    return self->count;
}

/* ---- what a result says of the server ---- */

static bool is_one_of(const char *error, const char *const *list)
{
    for (; error && *list; list++)
        if (strcmp(error, *list) == 0)
            return true;
    return false;
}

/* The server took exception to this one request: the next may be right. */
static const char *const of_request[] = {"http_400", "http_409", "http_413",
                                         "http_422", "http_4xx", NULL};
/* It answered as no server of the kind does: a login page, a proxy. */
static const char *const of_server[] = {"garbage", NULL};

static breaker_outcome_t outcome_of(const model_result_t *result, int64_t took_ms)
{
    const char *error = result->error;
    if (result->status == MODEL_BAD && is_one_of(error, of_server))
        return BREAKER_FAILURE;
    if (result->status != MODEL_FAILED || is_one_of(error, of_request))
        return BREAKER_SUCCESS;
    if (error && strcmp(error, "quota") == 0)
        return BREAKER_REFUSAL;
    bool ours = error && strcmp(error, "deadline") == 0 && took_ms < MODEL_LIST_FAIR_MS;
    return ours ? BREAKER_UNKNOWN : BREAKER_FAILURE;
}

/* ---- calls ---- */

/* Tells of a change since before. */
static void note(model_list_t *self, size_t at, breaker_state_t before, const char *error)
{
    const breaker_t *breaker = &self->all[at].breaker;
    const char *label = self->all[at].model->label, *state = breaker_state_name(breaker->state);
    metric_set_label(METRIC_BREAKER_STATE, label, breaker->state);
    if (breaker->state == before)
        return;
    metric_add_label(METRIC_BREAKER_MOVES, state, 1);
    log_at(breaker->state == BREAKER_OPEN ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "breaker",
           LOG_CSTR("model", label), LOG_CSTR("state", state),
           LOG_CSTR("was", breaker_state_name(before)), LOG_CSTR("error", error ? error : ""),
           LOG_INT("reopened", breaker->reopened));
    if (breaker->state == BREAKER_OPEN && self->opened)
        self->opened(self->opened_arg, label);
}

int model_list_next(const model_list_t *self, uint32_t failed, int64_t now_ms)
{
    for (size_t i = 0; i < self->count; i++) {
        breaker_t copy = self->all[i].breaker;
        breaker_ticket_t ticket;
        if (!(failed >> i & 1) && breaker_begin(&copy, now_ms, &ticket))
            return (int)i;
    }
    return -1;
}

model_t *model_list_at(const model_list_t *self, int at)
{
    return self->all[at].model;
}

void model_list_begin(model_list_t *self, int at, int64_t now_ms, model_pick_t *pick)
{
    breaker_t *breaker = &self->all[at].breaker;
    breaker_state_t before = breaker->state;
    *pick = (model_pick_t){.at = (size_t)at, .began_ms = now_ms};
    bool begun = breaker_begin(breaker, now_ms, &pick->ticket);
    assert(begun);
    (void)begun;
    note(self, pick->at, before, NULL);
}

static void end(model_list_t *self, const model_pick_t *pick, breaker_outcome_t outcome,
                const char *error, int64_t asked_ms, int64_t now_ms)
{
    breaker_t *breaker = &self->all[pick->at].breaker;
    breaker_state_t before = breaker->state;
    breaker_end(breaker, now_ms, pick->ticket, outcome, asked_ms);
    note(self, pick->at, before, error);
}

void model_list_ended(model_list_t *self, const model_pick_t *pick, const model_result_t *result,
                      int64_t now_ms)
{
    end(self, pick, outcome_of(result, now_ms - pick->began_ms), result->error, result->asked_ms,
        now_ms);
}

void model_list_cut(model_list_t *self, const model_pick_t *pick, bool late, int64_t now_ms)
{
    bool fault = late && now_ms - pick->began_ms >= MODEL_LIST_FAIR_MS;
    end(self, pick, fault ? BREAKER_FAILURE : BREAKER_UNKNOWN, fault ? "late" : NULL, 0, now_ms);
}
