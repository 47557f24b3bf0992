/*
 * Who thinks of the answer: the first model of the list whose circuit breaker lets a call begin,
 * the next one when a call fails, the offline seller when none is left. Decided in
 * turn_choose_model and nowhere else.
 */
#include "agent/turn.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

#define OFFLINE_MS 5000 /* for the offline model when it takes over */

bool turn_may_call_tools(const turn_t *self)
{
    int64_t most = self->choice >= 0 ? self->parts->turn_tokens : 0;
    return self->model_calls < self->parts->model_calls &&
           arena_used(self->arena) < TURN_ARENA_SOFT && (!most || self->tokens_spent < most);
}

/* Why no model of the list is to be called, or NULL; *choice is the one that is. */
static const char *choose(const turn_t *self, int *choice)
{
    const turn_parts_t *parts = self->parts;
    int64_t most = parts->turn_tokens;
    if (!parts->models)
        return "no_key";
    if (str_is(self->context.opt, "out"))
        return "opt_out"; /* it confirms that, and says nothing else */
    if (self->context.forgot)
        return "reset"; /* it says so, and nothing else */
    if (self->budget)
        return "budget"; /* nobody is told: the customer is answered as well as can be */
    if (most && self->tokens_spent >= most + most / 2)
        return "turn_tokens";
    *choice = model_list_next(parts->models, self->failed_models, clock_ms());
    if (*choice >= 0)
        return NULL;
    return self->failed_why ? self->failed_why : "breaker";
}

/* What a model has begun, the offline seller does not go on with. */
static void take_offline(turn_t *self, const char *why)
{
    self->choice = -1;
    self->model = self->parts->offline;
    self->offline_why = why;
    if (!self->model_calls)
        return;
    turn_rewind(self);
    self->model_calls = 0;
    self->deadline_ms = clock_ms() + OFFLINE_MS;
}

/* Once it is the offline seller's, the turn stays so. */
void turn_choose_model(turn_t *self)
{
    if (self->offline_why)
        return;
    const char *why = choose(self, &self->choice);
    if (why && self->budget && strcmp(why, "budget") == 0)
        metric_add_label(METRIC_BUDGET_TURNS, self->budget, 1);
    if (why)
        take_offline(self, why);
    else
        self->model = model_list_at(self->parts->models, self->choice);
}

void turn_fall_back(turn_t *self, const char *why, const char *error)
{
    log_warn("model_failed", LOG_TRACE(&self->trace), LOG_CSTR("model", self->model->label),
             LOG_CSTR("why", why), LOG_CSTR("error", error ? error : ""));
    turn_think_cancel(self);
    if (self->model == self->parts->offline) {
        turn_rewind(self);
        self->offline_why = why;
        turn_answer_sorry(self);
        return;
    }
    take_offline(self, why);
    turn_move(self, TURN_EVENT_AGAIN);
}

/* ---- calls ---- */

/* Who is not the last to be asked may not take all the time there is. */
static int64_t call_deadline(const turn_t *self, int64_t now_ms)
{
    uint32_t failed = self->failed_models | UINT32_C(1) << self->choice;
    int64_t asked = 1;
    for (int at; (at = model_list_next(self->parts->models, failed, now_ms)) >= 0; asked++)
        failed |= UINT32_C(1) << at;
    return now_ms + (self->deadline_ms - now_ms) / asked;
}

void turn_call_begin(turn_t *self, model_request_t *request)
{
    int64_t now_ms = clock_ms();
    self->called = self->model;
    self->called_us = clock_us();
    request->deadline_ms = self->deadline_ms;
    if (self->choice < 0)
        return;
    model_list_begin(self->parts->models, self->choice, now_ms, &self->pick);
    self->picked = true;
    request->deadline_ms = call_deadline(self, now_ms);
    request->once = self->pick.ticket.probe;
}

void turn_call_ended(turn_t *self, const model_result_t *result)
{
    ledger_called(&self->ledger, result->model ? result->model : self->called->label,
                  self->called != self->parts->offline, result);
    int64_t in = result->tokens_in > 0 ? result->tokens_in : (int64_t)self->estimate;
    if (self->called != self->parts->offline && result->status != MODEL_FAILED) {
        self->tokens_spent += result->tokens_out + in;
        ledger_cost(&self->ledger, self->called->price, in, result->tokens_cached,
                    result->tokens_out);
    }
    if (self->picked)
        model_list_ended(self->parts->models, &self->pick, result, clock_ms());
    self->picked = false;
}

void turn_call_cut(turn_t *self)
{
    int64_t now_ms = clock_ms();
    ledger_cut(&self->ledger, self->called->label, self->called != self->parts->offline,
               clock_us() - self->called_us);
    self->tokens_cut += (int64_t)self->estimate;
    ledger_cost(&self->ledger, self->called->price, (int64_t)self->estimate, 0, 0);
    if (self->picked)
        model_list_cut(self->parts->models, &self->pick, now_ms >= self->deadline_ms, now_ms);
    self->picked = false;
}

void turn_call_failed(turn_t *self, const model_result_t *result)
{
    const char *why = ledger_outcome(result->status);
    if (self->choice >= 0)
        self->failed_models |= UINT32_C(1) << self->choice;
    self->failed_why = why;
    bool next = self->choice >= 0 && result->status != MODEL_REFUSED &&
                self->model_calls < self->parts->model_calls && clock_ms() < self->deadline_ms &&
                model_list_next(self->parts->models, self->failed_models, clock_ms()) >= 0;
    if (!next) {
        turn_fall_back(self, why, result->error);
        return;
    }
    metric_add_label(METRIC_MODEL_SWITCHED, why, 1);
    log_warn("model_switched", LOG_TRACE(&self->trace), LOG_CSTR("model", self->model->label),
             LOG_CSTR("why", why), LOG_CSTR("error", result->error ? result->error : ""));
    partial_restart(&self->partial);
    turn_move(self, TURN_EVENT_AGAIN);
}
