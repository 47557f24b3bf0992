/*
 * What a turn took, told when it has ended: one line in the log, the metrics, and the record that
 * sessions keeps (LOG_TURN). Nobody waits for the record: it costs the answer nothing, and one that
 * is lost on the way is missing in the statistics.
 *
 * The waiting is measured by the session service's clock, from the recording of the first message
 * to the claim; everything after it by ours. The steps of the record add up to its total.
 */
#include "agent/turn.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/text.h"

#define LOG_TURN_MS 5000 /* for sessions to take it */
#define MAX_WAITING_MS (INT64_C(400) * 86400000)
#define MAX_LIST 1024 /* bytes of the calls or tools in the log */

void turn_record_claimed(turn_t *self, const proto_claimed_t *claimed)
{
    proto_turn_record_t *record = &self->ledger.record;
    if (!claimed->messages_count)
        return;
    int64_t now_ms = claimed->now_ms ? claimed->now_ms : clock_unix_ms();
    int64_t waited_ms = now_ms - record->received_ms;
    if (!record->received_ms || waited_ms < 0 || waited_ms > MAX_WAITING_MS)
        waited_ms = 0;
    record->claimed_ms = now_ms;
    record->received_ms = now_ms - waited_ms;
    record->waiting_us = waited_ms * 1000;
    metric_observe(METRIC_WAITING_SECONDS, record->waiting_us);
}

int64_t turn_tokens(const turn_t *self)
{
    return self->tokens_spent + self->tokens_cut;
}

/* The steps, and the sum of them from the first message on. */
static void take_times(turn_t *self)
{
    proto_turn_record_t *record = &self->ledger.record;
    record->claim_us = self->state_us[TURN_CLAIMING];
    record->owed_us = self->state_us[TURN_DELIVERING];
    record->think_us = self->state_us[TURN_THINKING];
    record->tools_us = self->state_us[TURN_TOOLING];
    record->commit_us = self->state_us[TURN_COMMITTING];
    record->total_us = record->waiting_us + record->owed_us + record->think_us + record->tools_us +
                       record->commit_us + self->state_us[TURN_RELEASING];
}

static void count(const turn_t *self, const char *outcome)
{
    const proto_turn_record_t *record = &self->ledger.record;
    metric_add_label(METRIC_TURNS, outcome, 1);
    if (record->checks_us)
        metric_observe(METRIC_CHECK_SECONDS, record->checks_us);
    if (!self->reply.turn_id.size || strcmp(outcome, "answered") != 0)
        return;
    metric_observe(METRIC_TURN_SECONDS, clock_us() - self->started_us);
    metric_observe(METRIC_ANSWER_SECONDS, record->total_us);
    metric_observe(METRIC_COMMIT_SECONDS, record->commit_us);
    if (self->trial)
        return;
    turn_alerts(self);
    if (self->context.wants_person) {
        metric_add(METRIC_PERSON_WANTED, 1);
        log_warn("person_wanted", LOG_TRACE(&self->trace), LOG_PERSON("user", self->user_id));
    }
}

static void write_line(const turn_t *self)
{
    const proto_turn_record_t *record = &self->ledger.record;
    int64_t first_us = record->calls_count ? record->calls[0].first_us : 0;
    buf_t calls, tools;
    buf_init(&calls, MAX_LIST);
    buf_init(&tools, MAX_LIST);
    ledger_print_calls(&self->ledger, &calls);
    ledger_print_tools(&self->ledger, &tools);
    log_info(
        "turn_done", LOG_TRACE(&self->trace), LOG_PERSON("user", self->user_id),
        LOG_TEXT("turn", record->turn_id), LOG_TEXT("outcome", record->outcome),
        LOG_TEXT("why", record->why), LOG_TEXT("channel", record->channel),
        LOG_INT("ms", (clock_us() - self->started_us) / 1000),
        LOG_INT("total_ms", record->total_us / 1000),
        LOG_INT("waiting_ms", record->waiting_us / 1000),
        LOG_INT("claim_ms", record->claim_us / 1000), LOG_INT("owed_ms", record->owed_us / 1000),
        LOG_INT("think_ms", record->think_us / 1000), LOG_INT("first_ms", first_us / 1000),
        LOG_INT("tools_ms", record->tools_us / 1000), LOG_INT("checks_us", record->checks_us),
        LOG_INT("commit_ms", record->commit_us / 1000), LOG_TEXT("model", record->model),
        LOG_TEXT("rules", record->rules), LOG_INT("knowledge", record->knowledge),
        LOG_INT("trial", self->trial), LOG_INT("model_calls", record->model_calls),
        LOG_INT("tools", record->tool_calls), LOG_INT("joins", record->joins),
        LOG_INT("tokens_in", record->tokens_in), LOG_INT("tokens_cached", record->tokens_cached),
        LOG_INT("tokens_out", record->tokens_out), LOG_INT("tokens_spent", record->tokens_spent),
        LOG_INT("cost_micros", record->cost), LOG_TEXT("currency", record->currency),
        LOG_INT("findings", record->findings), LOG_INT("repairs", record->repairs),
        LOG_INT("cars", record->cars), LOG_TEXT("calls", buf_view(&calls)),
        LOG_TEXT("tool_runs", buf_view(&tools)));
    buf_free(&calls);
    buf_free(&tools);
}

/* The turn is gone by now. */
static void on_logged(void *arg, const rpc_answer_t *answer)
{
    (void)arg;
    bool kept = answer->type == PROTO_OK;
    metric_add_label(METRIC_TURN_RECORDS, kept ? "sent" : "lost", 1);
    if (!kept)
        log_warn("turn_record_lost", LOG_TRACE(&answer->trace),
                 LOG_CSTR("error", answer->error ? answer->error : "type"));
}

static void send_record(turn_t *self)
{
    proto_log_turn_t msg = {
        .user_id = self->user_id, .record = &self->ledger.record, .record_count = 1};
    rpc_client_call(self->parts->sessions, PROTO_LOG_TURN, &msg, &self->trace, LOG_TURN_MS,
                    on_logged, NULL);
}

void turn_record_end(turn_t *self, const char *outcome)
{
    proto_turn_record_t *record = &self->ledger.record;
    char masked[PROTO_MAX_USER + 1];
    take_times(self);
    record->turn_id = str_from(self->context.turn_id);
    record->user = str_from(text_mask(self->user_id, masked, sizeof masked));
    record->outcome = str_from(outcome);
    record->why = str_from(self->offline_why ? self->offline_why : "");
    record->rules = utf8_front(str_from(prompt_version(self->editions[SHOP_RULES]->prompt)), 32);
    record->knowledge = self->editions[SHOP_KNOWLEDGE]->version;
    record->tokens_spent = turn_tokens(self);
    record->currency = str_from(self->parts->currency);
    record->cars = (int64_t)self->reply.cars_count;
    record->joins = self->joins;
    count(self, outcome);
    write_line(self);
    if (record->claimed_ms &&
        !self->trial) /* else it was about no message, or counts for nothing */
        send_record(self);
}
