#include "sessions/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/shop_day.h"
#include "sessions/alerts.h"
#include "sessions/answer.h"
#include "sessions/budget.h"
#include "sessions/carrier.h"
#include "sessions/console.h"
#include "sessions/desk.h"
#include "sessions/leads.h"
#include "sessions/people_index.h"
#include "sessions/refuse.h"
#include "sessions/survey_report.h"
#include "sessions/sweep.h"
#include "sessions/tally_report.h"
#include "sessions/texts.h"
#include "sessions/turn_log.h"
#include "sessions/turn_report.h"

#define ARENA_MAX (32 << 20) /* what the lists of the largest context take, and more */
#define BUSY_RETRY_MS 1000

struct store {
    redis_t *redis;
    sweeper_t *sweeper;
    turn_reports_t *reports;
    survey_reporter_t *reporter;
    desk_t *desk;
    budget_t *budget;
    alerts_t *alerts;
    console_t *console;
    people_index_t *people;
    leads_t *leads;
    texts_t *texts;
    turn_log_t *turn_log;
    tally_reporter_t *tallies;
    request_limits_t limits;
    arena_t *arena; /* of the answer at hand */
    size_t count;   /* requests under way */
};

/* A request under way. */
typedef struct pending {
    store_t *store;
    rpc_server_t *server;
    rpc_peer_t peer;
    proto_header_t header;
    char turn_id[33];                 /* DELIVERED: whose reply it is about */
    char user_id[PROTO_MAX_USER + 1]; /* who it is about, if the list shows more of them then */
    int64_t score;                    /* COMMIT: that was given, -1: none */
} pending_t;

const proto_type_t store_accepts[] = {
    PROTO_ENQUEUE,      PROTO_WITHDRAW,    PROTO_CLAIM,        PROTO_RENEW,
    PROTO_COMMIT,       PROTO_RELEASE,     PROTO_RESET,        PROTO_READ,
    PROTO_SWEEP,        PROTO_TAKE,        PROTO_FORGO,        PROTO_DELIVERED,
    PROTO_STATUS,       PROTO_LOG_TURN,    PROTO_LIST_TURNS,   PROTO_GET_LATENCY,
    PROTO_SURVEYS,      PROTO_GET_BUDGET,  PROTO_EXPORT,       PROTO_ERASE,
    PROTO_SIGN_IN,      PROTO_WHO_IS,      PROTO_SIGN_OUT,     PROTO_LIST_USERS,
    PROTO_PUT_USER,     PROTO_DROP_USER,   PROTO_NEW_PASSWORD, PROTO_PACE,
    PROTO_LIST_PEOPLE,  PROTO_GET_CHANGES, PROTO_RAISE_ALERT,  PROTO_TAKE_ALERTS,
    PROTO_SETTLE_ALERT, PROTO_TAKE_OVER,   PROTO_SAY,          PROTO_GIVE_BACK,
    PROTO_GET_SAID,     PROTO_LIST_DESK,   PROTO_LIST_LEADS,   PROTO_GET_LEADS,
    PROTO_CHANGE_LEAD,  PROTO_LIST_TEXTS,  PROTO_GET_TEXT,     PROTO_SAVE_TEXT,
    PROTO_PUBLISH_TEXT, PROTO_OFFER_RULES, PROTO_GET_NUMBERS,  0};

int64_t store_deadline(const proto_header_t *header)
{
    int64_t left = header->left_ms;
    if (left == 0 || left > STORE_PATIENCE_MS)
        left = STORE_PATIENCE_MS;
    int64_t margin = left / 10 < STORE_MARGIN_MS ? left / 10 : STORE_MARGIN_MS;
    return clock_ms() + left - margin;
}

/* What became of requests, as operators see it. */
static const struct {
    proto_type_t request;
    const char *status;
    metric_t metric;
    bool told; /* in the log too, above debug */
} outcomes[] = {
    {PROTO_ENQUEUE, "new", METRIC_INBOX_ENQUEUED, false},
    {PROTO_ENQUEUE, "held", METRIC_INBOX_ENQUEUED, false},
    {PROTO_ENQUEUE, "waiting", METRIC_INBOX_DUPLICATES, false},
    {PROTO_ENQUEUE, "silent", METRIC_INBOX_DUPLICATES, false},
    {PROTO_ENQUEUE, "answered", METRIC_INBOX_DUPLICATES, false},
    {PROTO_ENQUEUE, "forgotten", METRIC_INBOX_DUPLICATES, true},
    {PROTO_ENQUEUE, "full", METRIC_INBOX_REFUSED, true},
    {PROTO_COMMIT, "committed", METRIC_COMMITS, false},
    {PROTO_COMMIT, "stale", METRIC_STALE_TOKENS, true},
    {PROTO_ERASE, "ok", METRIC_PEOPLE_ERASED, false},
};

/* Who does not get what is written to them is told of once per reason. */
static void alert_undelivered(const pending_t *self, const char *code)
{
    char key[PROTO_MAX_USER + 32];
    proto_alert_t alert = {.kind = STR_LIT("undelivered"),
                           .user_id = str_from(self->user_id),
                           .subject = str_from(code)};
    snprintf(key, sizeof key, "undelivered %s %s", code, self->user_id);
    alerts_raise(self->store->alerts, &alert, str_from(key));
}

/* What became of a reply, or of a message at the carrier. */
static void note_delivery(const pending_t *self, const answer_t *answer)
{
    char text[8];
    const char *code = carrier_code_label(answer->code, text);
    if (self->header.type == PROTO_STATUS) {
        const char *status = carrier_status_name(answer->event);
        if (str_is(answer->status, "unknown"))
            metric_add_label(METRIC_CARRIER_STATUS, "of_unknown", 1);
        if (answer->msg.ok.count == 0)
            return; /* said before */
        if (str_is(answer->status, "back")) {
            metric_add_label(METRIC_OUTBOX, "put_back", 1);
            log_warn("reply_put_back", LOG_TRACE(&self->header.trace), LOG_CSTR("code", code));
        }
        metric_add_label(METRIC_CARRIER_STATUS, status, 1);
        if (carrier_status_failed(answer->event)) {
            metric_add_label(METRIC_CARRIER_ERRORS, code, 1);
            log_warn("message_undelivered", LOG_TRACE(&self->header.trace),
                     LOG_CSTR("status", status), LOG_CSTR("code", code));
            alert_undelivered(self, code);
        }
        return;
    }
    bool failed = str_is(answer->status, "failed");
    int64_t count = failed ? answer->msg.ok.count : 1; /* the person's other replies go with it */
    if (answer->event.size)
        metric_add_label(METRIC_OUTBOX, answer->event.data, count);
    if (failed) {
        metric_add_label(METRIC_OUTBOX_FAILED, code, count);
        alert_undelivered(self, code);
    }
    if (failed || str_is(answer->event, "parked") || str_is(answer->event, "dropped"))
        log_warn("reply_kept_back", LOG_TRACE(&self->header.trace), LOG_TEXT("why", answer->event),
                 LOG_CSTR("code", code), LOG_INT("replies", count));
}

/* Who leaves or returns, and what leaving has kept from going out. */
static void note_wish(const pending_t *self, const answer_t *answer)
{
    if (answer->change.size) {
        metric_add_label(METRIC_OPT_CHANGES, answer->change.data, 1);
        log_info("opt_change", LOG_TRACE(&self->header.trace), LOG_TEXT("change", answer->change));
    }
    if (answer->dropped) {
        metric_add_label(METRIC_OUTBOX, "dropped", answer->dropped);
        log_warn("reply_kept_back", LOG_TRACE(&self->header.trace), LOG_CSTR("why", "opted_out"),
                 LOG_INT("replies", answer->dropped));
    }
}

/* What came of a survey. */
static void note_survey(const answer_t *answer)
{
    if (answer->heard.size)
        metric_add_label(METRIC_SURVEYS, answer->heard.data, 1);
    if (answer->commented)
        metric_add_label(METRIC_SURVEYS, "comment", 1);
    if (answer->taken)
        metric_add_label(METRIC_SURVEYS, "taken_back", answer->taken);
    if (str_is(answer->status, "overtaken"))
        metric_add_label(METRIC_SURVEYS, "overtaken", 1);
}

/* What people of the shop do. */
static void note_person(const pending_t *self, const answer_t *answer)
{
    static const struct {
        proto_type_t request;
        const char *status, *what;
    } done[] = {
        {PROTO_ENQUEUE, "held", "held"},
        {PROTO_TAKE_OVER, "ok", "taken"},
        {PROTO_SAY, "ok", "said"},
        {PROTO_GIVE_BACK, "ok", "given_back"},
    };
    proto_type_t type = self->header.type;
    if (answer->lapsed.size) {
        metric_add_label(METRIC_HANDOFFS, "lapsed", 1);
        log_warn("handoff_lapsed", LOG_TRACE(&self->header.trace), LOG_TEXT("by", answer->lapsed));
    }
    if (answer->lost) {
        metric_add_label(METRIC_HANDOFFS, "lost", answer->lost);
        log_warn("talk_lost", LOG_TRACE(&self->header.trace), LOG_INT("messages", answer->lost));
    }
    if (answer->wanted)
        metric_add_label(METRIC_HANDOFFS, "wanted", 1);
    if (answer->stage.size)
        metric_add_label(METRIC_LEADS, answer->msg.committed.lead.data, 1);
    for (size_t i = 0; i < sizeof done / sizeof *done; i++)
        if (done[i].request == type && str_is(answer->status, done[i].status))
            metric_add_label(METRIC_HANDOFFS, done[i].what, 1);
    if (answer->type == PROTO_HANDOFF)
        log_info("handoff", LOG_TRACE(&self->header.trace),
                 LOG_CSTR("request", proto_type_name(type)), LOG_TEXT("status", answer->status),
                 LOG_TEXT("by", answer->msg.handoff.by));
    if (type == PROTO_TAKE_OVER && answer->msg.handoff.dropped)
        metric_add_label(METRIC_OUTBOX, "dropped", answer->msg.handoff.dropped);
}

static void note(const pending_t *self, const answer_t *answer)
{
    const char *type = proto_type_name(self->header.type);
    bool told = false;
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (outcomes[i].request == self->header.type &&
            str_is(answer->status, outcomes[i].status)) {
            metric_add(outcomes[i].metric, 1);
            told = outcomes[i].told;
        }
    if (answer->event.size)
        note_delivery(self, answer);
    if (answer->type == PROTO_PACED && answer->msg.paced.places)
        metric_add_label(METRIC_SEND_PLACES, "reserved", answer->msg.paced.places);
    else if (answer->type == PROTO_PACED)
        metric_add_label(METRIC_SEND_PLACES, "none", 1);
    note_wish(self, answer);
    if (answer->invited) {
        metric_add_label(METRIC_OUTBOX, "template", 1);
        log_info("template_due", LOG_TRACE(&self->header.trace));
    }
    if (self->header.type == PROTO_ERASE && answer->type == PROTO_OK)
        log_info("person_erased", LOG_TRACE(&self->header.trace),
                 LOG_INT("erased", answer->msg.ok.count));
    note_survey(answer);
    note_person(self, answer);
    if (answer->damaged)
        log_error("stored_context_damaged", LOG_TRACE(&self->header.trace), LOG_CSTR("type", type));
    if (answer->type == PROTO_ERROR &&
        (told || answer->status.size == 0 || str_is(answer->msg.error.code, PROTO_CODE_INTERNAL)))
        log_warn("request_refused", LOG_TRACE(&self->header.trace), LOG_CSTR("type", type),
                 LOG_TEXT("code", answer->msg.error.code),
                 LOG_TEXT("detail", answer->msg.error.detail));
    else
        log_debug("request_done", LOG_TRACE(&self->header.trace), LOG_CSTR("type", type),
                  LOG_TEXT("status", answer->status));
}

/* A part of a reply went out: the record of the turn that made it has to tell when. Nobody waits
 * for that. */
static void log_delivery(pending_t *self, const answer_t *answer)
{
    bool all = str_is(answer->status, "done");
    if (all || str_is(answer->status, "sent"))
        turn_log_out(self->store->redis, str_from(self->turn_id), all,
                     store_deadline(&self->header));
}

/* What the list of conversations has to show of somebody. */
static void mark_person(const pending_t *self, const answer_t *answer)
{
    people_index_t *people = self->store->people;
    str_t user_id = str_from(self->user_id);
    int64_t deadline = store_deadline(&self->header);
    bool failed = self->header.type == PROTO_STATUS
                      ? answer->msg.ok.count > 0 && carrier_status_failed(answer->event)
                      : self->header.type == PROTO_DELIVERED && str_is(answer->status, "failed");
    if (!user_id.size || answer->type == PROTO_ERROR)
        return;
    if (failed)
        people_index_failed(people, user_id, deadline);
    if (self->header.type == PROTO_ENQUEUE && str_is(answer->status, "held"))
        people_index_touched(people, user_id, true, deadline);
    else if (answer->type == PROTO_HANDOFF && str_is(answer->status, "ok"))
        people_index_touched(people, user_id, false, deadline);
    if (answer->heard.size && self->score >= 0)
        people_index_scored(people, user_id, self->score, deadline);
    if (answer->stage.size)
        people_index_lead(people, user_id, answer->stage, true, deadline);
}

/* What is known here of budgets and of the shop's texts. By the wrong rules nobody is answered:
 * while they are not known, the agent tries again. */
static void tell_known(const store_t *self, answer_t *answer)
{
    proto_claimed_t *claimed = &answer->msg.claimed;
    claimed->budget = str_from(budget_used_up(self->budget, answer->tokens, answer->calls));
    if (texts_known(self->texts)) {
        texts_tell(self->texts, claimed);
        return;
    }
    answer->type = PROTO_ERROR;
    answer->msg.error = (proto_error_t){.code = STR_LIT(PROTO_CODE_UNAVAILABLE),
                                        .detail = STR_LIT("it is not known which rules are live"),
                                        .retry_after_ms = BUSY_RETRY_MS};
}

static void on_reply(void *arg, const redisReply *reply)
{
    pending_t *self = arg;
    store_t *store = self->store;
    answer_t answer;
    answer_make(&answer, self->header.type, reply, store->arena);
    if (reply && reply->type == REDIS_REPLY_ERROR)
        log_error("redis_error", LOG_TRACE(&self->header.trace),
                  LOG_TEXT("text", ((str_t){reply->str, reply->len})));
    note(self, &answer);
    char day[16];
    if (answer.type == PROTO_CLAIMED)
        tell_known(store, &answer);
    else if (answer.type == PROTO_BUDGET)
        budget_tell(store->budget, &answer.msg.budget, day);
    mark_person(self, &answer);
    if (self->turn_id[0] && answer.type == PROTO_OK)
        log_delivery(self, &answer);
    if (answer.type == PROTO_ERROR)
        rpc_server_error(self->server, &self->peer, &self->header, answer.msg.error.code.data,
                         answer.msg.error.retry_after_ms, "%.*s", STR_ARG(answer.msg.error.detail));
    else
        rpc_server_reply(self->server, &self->peer, &self->header, answer.type, &answer.msg);
    arena_reset(store->arena);
    store->count--;
    free(self);
}

/* What a turn that ended without a COMMIT has spent is spent all the same. */
static bool spend_uncommitted(store_t *self, const proto_log_turn_t *msg, int64_t deadline)
{
    const proto_turn_record_t *record = msg->record;
    int64_t tokens = record->tokens_spent, calls = record->model_calls;
    if (str_is(record->outcome, "answered") || tokens + calls == 0)
        return true;
    return budget_add(self->budget, record->turn_id, tokens, calls, deadline) &&
           budget_add_person(self->budget, msg->user_id, record->turn_id, tokens, calls, deadline);
}

/* What Redis is asked before the request itself. false: too much waits for it. */
static bool send_before(store_t *self, const rpc_request_t *request)
{
    int64_t deadline = store_deadline(&request->header);
    switch (request->header.type) {
    case PROTO_CLAIM:
        return (texts_known(self->texts) || texts_look(self->texts, deadline)) &&
               (!budget_of_day(self->budget) || budget_look(self->budget, deadline));
    case PROTO_GET_BUDGET:
        return budget_look(self->budget, deadline);
    case PROTO_COMMIT: {
        const proto_commit_t *msg = request->msg;
        return msg->tokens + msg->calls == 0 ||
               budget_add(self->budget, msg->reply->turn_id, msg->tokens, msg->calls, deadline);
    }
    case PROTO_RESET:
        turn_log_send(self->turn_log); /* or it would list them again */
        return people_index_forget(self->people, ((const proto_reset_t *)request->msg)->user_id,
                                   deadline);
    case PROTO_ERASE:
        turn_log_send(self->turn_log);
        return alerts_forget(self->alerts, ((const proto_erase_t *)request->msg)->user_id,
                             deadline) &&
               people_index_forget(self->people, ((const proto_erase_t *)request->msg)->user_id,
                                   deadline);
    default:
        return true;
    }
}

/* What is needed of a request when it has been answered. */
static void remember(pending_t *self, const void *msg)
{
    const proto_commit_t *commit = msg;
    const proto_delivered_t *delivered = msg;
    str_t user_id = {0};
    switch (self->header.type) {
    case PROTO_DELIVERED:
        user_id = delivered->user_id;
        snprintf(self->turn_id, sizeof self->turn_id, "%.*s", STR_ARG(delivered->turn_id));
        break;
    case PROTO_STATUS:
        user_id = ((const proto_status_t *)msg)->user_id;
        break;
    case PROTO_ENQUEUE:
        user_id = ((const proto_enqueue_t *)msg)->user_id;
        break;
    case PROTO_TAKE_OVER:
        user_id = ((const proto_take_over_t *)msg)->user_id;
        break;
    case PROTO_SAY:
        user_id = ((const proto_say_t *)msg)->user_id;
        break;
    case PROTO_GIVE_BACK:
        user_id = ((const proto_give_back_t *)msg)->user_id;
        break;
    case PROTO_COMMIT:
        user_id = commit->user_id;
        if (commit->survey_count && commit->survey->answered)
            self->score = commit->survey->score;
        break;
    default:
        break;
    }
    snprintf(self->user_id, sizeof self->user_id, "%.*s", STR_ARG(user_id));
}

static void refuse_busy(const store_t *self, const rpc_request_t *request)
{
    log_warn("request_refused", LOG_TRACE(&request->header.trace),
             LOG_CSTR("type", proto_type_name(request->header.type)),
             LOG_CSTR("code", PROTO_CODE_BUSY), LOG_CSTR("redis", redis_trouble(self->redis)));
    rpc_server_error(request->server, &request->peer, &request->header, PROTO_CODE_BUSY,
                     BUSY_RETRY_MS, "too many requests wait for Redis");
}

static void log_turn(store_t *self, const rpc_request_t *request)
{
    int64_t deadline = store_deadline(&request->header);
    const char *why;
    if (!request_log_is_sound(request->msg, &why))
        refuse(request, PROTO_CODE_INVALID, "%s", why);
    else if (!spend_uncommitted(self, request->msg, deadline))
        refuse_busy(self, request);
    else
        turn_log_handle(self->turn_log, request, deadline);
}

void store_handle(void *arg, const rpc_request_t *request)
{
    store_t *self = arg;
    const proto_header_t *header = &request->header;
    self->limits.day_offset_ms = shop_day_offset_ms(clock_unix_ms());
    if (header->type == PROTO_SWEEP) {
        budget_look(self->budget, store_deadline(header)); /* so that the metrics know of it */
        sweeper_handle(self->sweeper, request);
        return;
    }
    if (header->type == PROTO_LIST_TURNS || header->type == PROTO_GET_LATENCY) {
        turn_reports_handle(self->reports, request);
        return;
    }
    if (header->type == PROTO_GET_NUMBERS) {
        tally_reporter_handle(self->tallies, request);
        return;
    }
    if (header->type == PROTO_SURVEYS) {
        survey_reporter_handle(self->reporter, request);
        return;
    }
    if (header->type == PROTO_LIST_PEOPLE || header->type == PROTO_GET_CHANGES) {
        people_index_handle(self->people, request);
        return;
    }
    if (header->type == PROTO_RAISE_ALERT || header->type == PROTO_TAKE_ALERTS ||
        header->type == PROTO_SETTLE_ALERT) {
        alerts_handle(self->alerts, request);
        return;
    }
    if (console_takes(header->type)) {
        console_handle(self->console, request);
        return;
    }
    if (texts_takes(header->type)) {
        texts_handle(self->texts, request);
        return;
    }
    if (header->type == PROTO_LIST_DESK) {
        desk_handle(self->desk, request);
        return;
    }
    if (leads_take(header->type)) {
        leads_handle(self->leads, request);
        return;
    }
    if (header->type == PROTO_LOG_TURN) {
        log_turn(self, request);
        return;
    }
    const char *why;
    size_t size;
    char *bytes = request_command(&self->limits, header->type, request->msg, &size, &why);
    if (!bytes) {
        refuse(request, PROTO_CODE_INVALID, "%s", why);
        return;
    }
    pending_t *pending = calloc(1, sizeof *pending);
    if (!pending)
        abort();
    *pending = (pending_t){self, request->server, request->peer, *header, "", "", -1};
    remember(pending, request->msg);
    if (!send_before(self, request))
        redisFreeCommand(bytes);
    else if (redis_send(self->redis, bytes, size, store_deadline(header), on_reply, pending)) {
        self->count++;
        return;
    }
    refuse_busy(self, request);
    free(pending);
}

void store_send(void *arg)
{
    store_t *self = arg;
    budget_send(self->budget);
    turn_log_send(self->turn_log);
}

store_t *store_new(uv_loop_t *loop, redis_t *redis, const request_limits_t *limits,
                   const budget_person_t *person, const console_limits_t *console)
{
    store_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->limits = *limits;
    self->arena = arena_new(ARENA_MAX);
    self->sweeper = sweeper_new(redis, limits);
    self->reports = turn_reports_new(redis);
    self->reporter = survey_reporter_new(redis);
    self->alerts = alerts_new(redis, limits->alert_repeat_ms, limits->alert_rate);
    self->budget = budget_new(redis, &self->limits, person, self->alerts);
    self->people = people_index_new(redis, &self->limits);
    self->desk = desk_new(redis);
    self->leads = leads_new(redis, self->people);
    self->console = console_new(loop, redis, console);
    self->texts = texts_new(loop, redis);
    self->turn_log = turn_log_new(redis, &self->limits);
    self->tallies = tally_reporter_new(redis);
    return self;
}

str_t store_missing(const store_t *self)
{
    return !redis_up(self->redis)      ? STR_LIT("redis")
           : !texts_known(self->texts) ? STR_LIT("rules")
                                       : (str_t){0};
}

void store_destroy(store_t **self_p)
{
    store_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    sweeper_destroy(&self->sweeper);
    turn_reports_destroy(&self->reports);
    survey_reporter_destroy(&self->reporter);
    desk_destroy(&self->desk);
    budget_destroy(&self->budget);
    alerts_destroy(&self->alerts);
    console_destroy(&self->console);
    leads_destroy(&self->leads);
    texts_destroy(&self->texts);
    turn_log_destroy(&self->turn_log);
    tally_reporter_destroy(&self->tallies);
    people_index_destroy(&self->people);
    arena_destroy(&self->arena);
    free(self);
    *self_p = NULL;
}
