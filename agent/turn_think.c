/* The model and its tools, round by round, until there is a text. */
#include "agent/answer.h"
#include "agent/tidy.h"
#include "agent/tool_table.h"
#include "agent/turn.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/text.h"

#define TOOL_MS 5000   /* for one round of tools */
#define STUMP_BYTES 12 /* less than that of a longer text, and it was all marks and pictures */

/* ---- those who watch ---- */

void turn_send_partial(turn_t *self, bool all)
{
    proto_partial_t msg = {.user_id = self->user_id};
    bool sent = false;
    turn_check_look(self);
    if (!partial_due(&self->partial, clock_ms(), all, &msg.text, &msg.restart))
        return;
    for (size_t i = 0; i < DISPATCH_LINKS_MAX; i++)
        if (self->askers[i].link && self->askers[i].stream)
            sent |=
                dispatch_link_partial(self->askers[i].link, self->askers[i].id, &self->trace, &msg);
    if (sent)
        partial_sent(&self->partial, msg.text);
}

static bool is_watched(const turn_t *self)
{
    for (size_t i = 0; i < DISPATCH_LINKS_MAX; i++)
        if (self->askers[i].link && self->askers[i].stream)
            return true;
    return false;
}

static void on_delta(void *arg, str_t piece, bool restart)
{
    turn_t *self = arg;
    if (restart) {
        partial_restart(&self->partial);
        turn_check_begin(self);
    }
    turn_check_made(self, piece);
    turn_send_partial(self, false);
}

void turn_rewind(turn_t *self)
{
    context_rewind(&self->context);
    self->found = (found_t){0};
    partial_restart(&self->partial);
    turn_check_forget(self);
}

/* ---- an end of the thinking ---- */

static void answer(turn_t *self, str_t text)
{
    if (self->offline_why)
        metric_add_label(METRIC_OFFLINE_REPLIES, self->offline_why, 1);
    self->text = text;
    turn_move(self, TURN_EVENT_TEXT);
}

void turn_answer_sorry(turn_t *self)
{
    self->missed = true;
    answer(self, answer_sorry(self->context.now.language, self->context.now.formal));
}

/* ---- the size of the conversation ---- */

static void tell_loss(turn_t *self, const window_loss_t *loss)
{
    if (loss->turns)
        metric_add_label(METRIC_CONTEXT_DROPPED, "turns", (int64_t)loss->turns);
    if (loss->results)
        metric_add_label(METRIC_CONTEXT_DROPPED, "results", (int64_t)loss->results);
    if (loss->turns || loss->results)
        log_info("context_dropped", LOG_TRACE(&self->trace), LOG_INT("turns", loss->turns),
                 LOG_INT("results", loss->results));
    if (!loss->messages)
        return;
    metric_add(METRIC_CONTEXT_LOST, (int64_t)loss->messages);
    log_warn("messages_too_large", LOG_TRACE(&self->trace), LOG_INT("left_out", loss->messages));
}

void turn_fit(turn_t *self, bool results)
{
    window_loss_t loss;
    window_t *window = self->parts->window;
    window->fixed = window_fixed(self->editions[SHOP_RULES]->prompt);
    if (!window_fit(window, &self->context, results, &loss))
        log_warn("summary_lost", LOG_TRACE(&self->trace), LOG_INT("turns", loss.turns));
    tell_loss(self, &loss);
}

/* ---- the model ---- */

/* The calls outlive the model's views of them. */
static bool take_calls(turn_t *self, const model_result_t *result)
{
    self->call_count = 0;
    for (size_t i = 0; i < result->call_count; i++) {
        const model_tool_call_t *from = &result->calls[i];
        turn_call_t *call = &self->calls[i];
        *call = (turn_call_t){.turn = self};
        call->id = (str_t){arena_copy(self->arena, from->id), from->id.size};
        call->name = (str_t){arena_copy(self->arena, from->name), from->name.size};
        call->arguments = (str_t){arena_copy(self->arena, from->arguments), from->arguments.size};
        if (!call->id.data || !call->name.data || !call->arguments.data)
            return false;
    }
    self->call_count = result->call_count;
    return self->call_count > 0;
}

/* As WhatsApp shows it. */
static str_t tidied(turn_t *self, str_t text)
{
    buf_t out;
    buf_init(&out, 4 * text.size + 1);
    tidy(&out, text);
    text = buf_ok(&out) ? context_clean(self->arena, buf_view(&out), PROTO_MAX_REPLY) : (str_t){0};
    buf_free(&out);
    return text;
}

/* A model's words as they may go out, if they are true. */
static str_t presentable(turn_t *self, str_t text)
{
    text = tidied(self, text);
    str_t cut = answer_cut(text, ANSWER_MAX_BYTES);
    if (cut.size == text.size)
        return text;
    metric_add(METRIC_REPLIES_CUT, 1);
    log_warn("reply_cut", LOG_TRACE(&self->trace), LOG_INT("bytes", text.size));
    return tidied(self, cut);
}

static void take_text(turn_t *self, str_t text)
{
    size_t raw = text.size;
    if (self->model == self->parts->offline)
        text = context_clean(self->arena, text_trim(text), PROTO_MAX_REPLY);
    else
        text = presentable(self, text);
    bool stump = text.size < STUMP_BYTES && raw > 2 * STUMP_BYTES;
    if (stump || !answer_says_something(text))
        turn_fall_back(self, "bad", "empty_text");
    else if (answer_loops(text))
        turn_fall_back(self, "bad", "endless_text");
    else if (turn_check_answer(self, text))
        answer(self, text);
}

static void take_thought(turn_t *self)
{
    take_text(self, self->thought);
}

/* An answer is believed once it is known which cars are still for sale. */
static void weigh_text(turn_t *self, str_t text)
{
    if (turn_gone_sure(self, take_thought)) {
        take_text(self, text);
        return;
    }
    self->thought = (str_t){arena_copy(self->arena, text), text.size};
    if (!self->thought.data)
        turn_fall_back(self, "bad", "too_much");
}

static void on_thought(void *arg, const model_result_t *result)
{
    turn_t *self = arg;
    self->model_call = NULL;
    turn_call_ended(self, result);
    if (self->estimate)
        tokens_scale_learn(&self->parts->window->scale,
                           str_from(result->model ? result->model : self->called->label),
                           (int64_t)self->estimate, result->tokens_in);
    switch (result->status) {
    case MODEL_TEXT:
        self->missed = result->missed;
        weigh_text(self, result->text);
        break;
    case MODEL_CALLS:
        if (!self->tools_offered) {
            turn_fall_back(self, "bad", "too_many_calls");
        } else if (!take_calls(self, result)) {
            turn_fall_back(self, "bad", "no_calls");
        } else {
            partial_restart(&self->partial); /* what was said before a call is not the answer */
            turn_check_begin(self);
            turn_move(self, TURN_EVENT_CALLS);
        }
        break;
    case MODEL_REFUSED:
    case MODEL_FAILED:
    case MODEL_BAD:
        turn_call_failed(self, result);
        break;
    }
}

/* Calls who is to think of the answer. */
static void ask_model(turn_t *self)
{
    turn_choose_model(self);
    bool sent = self->model != self->parts->offline;
    window_t *window = self->parts->window;
    self->estimate = 0;
    if (sent) {
        turn_fit(self, true);
        if (window_too_narrow(window))
            metric_add(METRIC_CONTEXT_NARROW, 1);
        self->estimate = window_request_stated(window, &self->context);
    }
    self->model_calls++;
    model_request_t request = {
        .context = &self->context.now,
        .turn_start = self->context.turn_start,
        .rules = prompt_rules(self->editions[SHOP_RULES]->prompt),
        .state = sent ? window_state(window, &self->context) : (str_t){0},
        .state_tokens = window_state_room(window),
        .user_id = self->user_id,
        .trace = self->trace,
        .tools = turn_may_call_tools(self),
        .opt = self->context.opt,
        .draft = self->check.draft,
        .note = self->check.note,
    };
    turn_check_begin(self);
    self->tools_offered = request.tools;
    turn_call_begin(self, &request);
    self->model_call = self->called->start(self->called, &request,
                                           is_watched(self) ? on_delta : NULL, on_thought, self);
    turn_look_for_news(self);
}

void turn_think(turn_t *self)
{
    if (turn_survey_answers(self))
        turn_move(self, TURN_EVENT_TEXT);
    else if (turn_gone_known(self, ask_model))
        ask_model(self);
}

void turn_think_cancel(turn_t *self)
{
    turn_gone_cancel(self);
    if (!self->model_call)
        return;
    turn_call_cut(self);
    self->called->cancel(self->called, self->model_call);
    self->model_call = NULL;
}

/* ---- tools ---- */

/* All have ended: their results go to the conversation in the order of the calls. */
static void take_results(turn_t *self)
{
    int64_t now_ms = clock_unix_ms();
    for (size_t i = 0; i < self->call_count; i++) {
        turn_call_t *call = &self->calls[i];
        if (!context_called(&self->context, call->name, call->id, call->arguments, &call->result,
                            now_ms)) {
            turn_fall_back(self, "bad", "too_much");
            return;
        }
        found_add(&self->found, &call->result);
        if (call->result.lead)
            turn_lead_take(self, call->result.lead);
    }
    turn_move(self, TURN_EVENT_RESULTS);
}

/* A model may ask for any name; those that are none are not repeated. */
static str_t tool_name(str_t name)
{
    tool_id_t tool = tool_by_name(name);
    return str_from(tool == TOOL_COUNT ? "unknown" : tool_specs[tool].name);
}

static void on_tool_done(void *arg, const tool_result_t *result)
{
    turn_call_t *call = arg;
    turn_t *self = call->turn;
    int64_t us = clock_us() - call->began_us;
    call->run = NULL;
    call->result = *result;
    ledger_tool(&self->ledger, tool_name(call->name), us, result->ok);
    metric_observe(METRIC_TOOL_SECONDS, us);
    turn_sought(self, result);
    if (--self->calls_left == 0)
        take_results(self);
}

void turn_run_tools(turn_t *self)
{
    int64_t left = self->deadline_ms - clock_ms();
    self->calls_left = self->call_count;
    for (size_t i = 0; i < self->call_count; i++) {
        turn_call_t *call = &self->calls[i];
        call->began_us = clock_us();
        call->run = tools_run(self->parts->tools, call->name, call->arguments, &self->context.now,
                              &self->editions[SHOP_KNOWLEDGE]->pages, self->arena, &self->trace,
                              left < TOOL_MS ? left : TOOL_MS, on_tool_done, call);
        if (!call->run) {
            turn_fall_back(self, "bad", "too_much");
            return;
        }
    }
}

void turn_cancel_tools(turn_t *self)
{
    for (size_t i = 0; i < self->call_count; i++)
        if (self->calls[i].run) {
            tools_cancel(self->parts->tools, self->calls[i].run);
            self->calls[i].run = NULL;
        }
}
