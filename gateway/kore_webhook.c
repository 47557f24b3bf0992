/*
 * What webhook.c decides, done. Three clocks, all from the moment the request came: RECORD_MS for
 * the message to be recorded, TWIML_WAIT_MS for its reply, and TAKE_MS more to make sure that the
 * reply is ours to give. With the default of 9 s nobody waits 10 s.
 *
 * What sessions is told at the end of a request is told without it: the call lives on its own.
 *
 * A reply that is ours is written for somebody who reads it: when the client has hung up by then,
 * or the time is over because this process was held up, it is given back, and goes out through the
 * API. Where TCP cannot tell whether it arrived nothing is said, and it is looked up in Twilio's
 * list.
 */
#include "gateway/kore_webhook.h"

#include "common/callback.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/marks.h"
#include "common/metrics.h"
#include "common/split.h"
#include "common/text.h"
#include "gateway/kore_wait.h"
#include "gateway/kore_webhook_gate.h"
#include "gateway/twilio_message.h"
#include "gateway/twiml.h"
#include "gateway/webhook.h"

#define MESSAGE_ARENA (64 << 10) /* what is kept of a message */
#define RECORD_MS 8000
#define TAKE_MS 800
#define MARGIN_MS 500          /* sessions holds a reply so much longer than we could take it */
#define TELL_MS 30000          /* what is told at the end may take its time */
#define PARTS_MAX 64           /* of a reply in one HTTP answer */
#define TURN_ID_MAX 32         /* as in messages.h */
#define CALLBACK_MAX 4096      /* bytes of an address */
#define TAKER_SIZE 17          /* a trace in hexadecimal: no two requests have the same */
#define FROM_NOWHERE "unknown" /* our address, where Twilio did not tell it */

typedef struct hook hook_t;

/* A TAKE outlives its request: whoever takes a reply has to say what became of it. Several requests
 * may TAKE the same reply, as it may answer several messages: what one that does not know whether
 * it got it gives back must not be another's. */
typedef struct take {
    hook_t *hook; /* NULL: its client has gone */
    proto_trace_t trace;
    char user_id[PROTO_MAX_USER + 1];
    char turn_id[TURN_ID_MAX + 1];
    int64_t parts;
} take_t;

struct hook {
    wait_t wait; /* first: http_state_create makes both */
    webhook_t way;
    twilio_message_t message;
    int64_t began_ms;
    int64_t resume_ms; /* in PAUSE: when it ends */
    take_t *take;      /* from the moment there is a reply; its own master while it is asked for */
    bool asking;       /* TAKE is under way */
};

static void move(hook_t *self, const webhook_event_t *event);

/* May the reply go into the HTTP answer? */
static bool waits(void)
{
    return strcmp(config.TWILIO_REPLY, "rest") != 0 && config.TWIML_WAIT_MS > 0;
}

/* Is there another way for it? */
static bool can_send(void)
{
    return strcmp(config.TWILIO_REPLY, "twiml") != 0 && config.TWILIO_ACCOUNT_SID[0];
}

/* ---- what is told without waiting ---- */

static void on_told(void *arg, const rpc_answer_t *answer)
{
    const char *what = arg;

    if (answer->type == PROTO_ERROR)
        log_warn("webhook_untold", LOG_TRACE(&answer->trace), LOG_CSTR("what", what),
                 LOG_CSTR("error", answer->error));
}

static void tell_forgo(const hook_t *self)
{
    proto_forgo_t msg = {.user_id = self->message.user_id, .message_id = self->message.message_id};

    upstream_call(upstream.sessions, PROTO_FORGO, &msg, &self->wait.trace, TELL_MS, on_told,
                  (void *)"forgo");
}

static void tell_delivered(const take_t *take, bool done)
{
    proto_delivered_t msg = {.user_id = str_from(take->user_id),
                             .turn_id = str_from(take->turn_id),
                             .state = done ? STR_LIT("done") : STR_LIT("again"),
                             .parts_sent = done ? take->parts : 0};
    char taker[TAKER_SIZE];

    msg.taker = str_from(proto_trace_print(take->trace, taker));
    upstream_call(upstream.sessions, PROTO_DELIVERED, &msg, &take->trace, TELL_MS, on_told,
                  (void *)(done ? "delivered" : "returned"));
}

/* The turn begins, and nobody waits for it. */
static void tell_work(const hook_t *self)
{
    proto_work_t msg = {.user_id = self->message.user_id, .seq = self->way.seq};
    uint64_t call = upstream_call(upstream.dispatcher, PROTO_WORK, &msg, &self->wait.trace, TELL_MS,
                                  on_told, (void *)"work");

    upstream_forget(upstream.dispatcher, call, msg.user_id);
}

/* ---- the reply ---- */

/* Several parts keep their order only when they are sent one after the other: here only if there is
 * no other way. */
static bool print_reply(hook_t *self, str_t rest, str_t turn_id, size_t *count)
{
    str_t parts[PARTS_MAX];
    buf_t callback;
    bool printed;

    *count = 0;
    while (*count < PARTS_MAX && split_next(&rest, SPLIT_WHATSAPP, &parts[*count]))
        ++*count;
    if ((*count > 1 && can_send()) || split_count(rest, SPLIT_WHATSAPP) > 0)
        return false;
    buf_init(&callback, CALLBACK_MAX);
    callback_print(&callback, str_from(config.PUBLIC_BASE_URL), turn_id);
    buf_clear(&self->wait.body);
    printed = twiml_print(parts, *count, buf_view(&callback), &self->wait.body) &&
              buf_ok(&self->wait.body);
    buf_free(&callback);
    return printed;
}

/* Makes the answer of a reply, which is only good while its message is. */
static bool keep_reply(hook_t *self, const proto_reply_t *reply)
{
    buf_t text;
    size_t count;
    bool fits;

    buf_init(&text, 3 * PROTO_MAX_REPLY);
    if (self->message.whatsapp)
        marks_print(&text, reply->text, reply->literal);
    else
        buf_add(&text, reply->text.data, reply->text.size);
    fits = buf_ok(&text) && print_reply(self, buf_view(&text), reply->turn_id, &count);
    buf_free(&text);
    if (!fits)
        return false;
    if (!self->take)
        self->take = kore_calloc(1, sizeof *self->take);
    self->take->hook = self;
    self->take->trace = self->wait.trace;
    self->take->parts = (int64_t)count;
    snprintf(self->take->user_id, sizeof self->take->user_id, "%.*s",
             STR_ARG(self->message.user_id));
    snprintf(self->take->turn_id, sizeof self->take->turn_id, "%.*s", STR_ARG(reply->turn_id));
    return true;
}

/* ---- the end ---- */

/* Nobody is there for a reply that is being taken: on_taken gives it back. */
static void leave_take(hook_t *self)
{
    self->take->hook = NULL;
    self->take = NULL;
    self->asking = false;
}

static void finish(hook_t *self)
{
    if (self->way.state == WEBHOOK_REFUSED) {
        wait_problem(&self->wait, &self->way.problem);
        return;
    }
    if (self->way.state == WEBHOOK_LATER)
        tell_forgo(self);
    else if (self->way.state == WEBHOOK_STARTED)
        tell_work(self);
    else if (self->way.state == WEBHOOK_RETURNED && self->asking)
        leave_take(self);
    else if (self->way.state == WEBHOOK_RETURNED)
        tell_delivered(self->take, false);
    if (self->way.state != WEBHOOK_TEXT) {
        buf_clear(&self->wait.body);
        buf_str(&self->wait.body, TWIML_NOTHING);
    }
    wait_ready(&self->wait, 200, TWIML_TYPE);
}

/* ---- the steps ---- */

static webhook_event_t error_event(const rpc_answer_t *answer)
{
    webhook_event_t event = {.kind = WEBHOOK_ON_ERROR, .code = PROTO_CODE_INTERNAL};

    if (answer->type == PROTO_ERROR) {
        const proto_error_t *error = answer->msg;

        event.code = answer->error;
        event.retry_after_ms = error->retry_after_ms;
    }
    return event;
}

static void on_enqueued(void *arg, const rpc_answer_t *answer)
{
    hook_t *self = arg;
    webhook_event_t event = error_event(answer);

    self->wait.call = 0;
    if (answer->type == PROTO_ENQUEUED) {
        const proto_enqueued_t *enqueued = answer->msg;

        event = (webhook_event_t){.kind = WEBHOOK_ON_ENQUEUED,
                                  .seq = enqueued->seq,
                                  .replied = enqueued->reply_count > 0 || self->message.answered};
        if (enqueued->silent) { /* a person of the shop has the conversation */
            event.replied = true;
            self->way.waits = false;
        }
        if (event.replied && self->way.waits)
            event.fits = keep_reply(self, &enqueued->reply[0]);
    }
    move(self, &event);
}

static void on_worked(void *arg, const rpc_answer_t *answer)
{
    hook_t *self = arg;
    webhook_event_t event = error_event(answer);

    if (!answer->final)
        return;
    self->wait.call = 0;
    if (answer->type == PROTO_ANSWER) {
        const proto_answer_t *done = answer->msg;

        if (done->reply_count > 0)
            event = (webhook_event_t){.kind = WEBHOOK_ON_REPLY,
                                      .fits = keep_reply(self, &done->reply[0])};
    }
    move(self, &event);
}

/* Taken for a client that has gone: given back, unless it surely was not taken. */
static void on_taken_for_nobody(take_t *take, const webhook_event_t *event)
{
    webhook_t way = {.state = WEBHOOK_TAKE};
    webhook_state_t state = webhook_next(&way, event);

    if (state == WEBHOOK_TEXT || state == WEBHOOK_RETURNED)
        tell_delivered(take, false);
    kore_free(take);
}

static void on_taken(void *arg, const rpc_answer_t *answer)
{
    take_t *take = arg;
    webhook_event_t event = error_event(answer);

    if (answer->type == PROTO_OK)
        event = (webhook_event_t){.kind = WEBHOOK_ON_OK};
    if (!take->hook) {
        on_taken_for_nobody(take, &event);
        return;
    }
    take->hook->asking = false;
    move(take->hook, &event);
}

static void call_enqueue(hook_t *self)
{
    int64_t age = clock_ms() - self->began_ms;
    int64_t hold = config.TWIML_WAIT_MS + TAKE_MS + MARGIN_MS - age;
    proto_enqueue_t msg = {.user_id = self->message.user_id,
                           .message_id = self->message.message_id,
                           .channel = STR_LIT("twilio"),
                           .text = self->message.text,
                           .reply_to = self->message.shop,
                           .opt = str_from(opt_word_name(self->message.opt)),
                           .silent = self->message.answered,
                           .hold_ms = self->way.waits && hold > 0 ? hold : 0};

    self->wait.deadline_ms =
        self->began_ms + (self->way.recorded ? config.TWIML_WAIT_MS : RECORD_MS);
    wait_call(&self->wait, upstream.sessions, PROTO_ENQUEUE, &msg, on_enqueued);
}

static void call_work(hook_t *self)
{
    proto_work_t msg = {.user_id = self->message.user_id, .seq = self->way.seq};

    self->wait.deadline_ms = self->began_ms + config.TWIML_WAIT_MS;
    wait_call(&self->wait, upstream.dispatcher, PROTO_WORK, &msg, on_worked);
}

static void call_take(hook_t *self)
{
    proto_take_t msg = {.user_id = self->message.user_id, .turn_id = str_from(self->take->turn_id)};
    char taker[TAKER_SIZE];

    msg.taker = str_from(proto_trace_print(self->take->trace, taker));
    self->asking = true;
    self->wait.deadline_ms = self->began_ms + config.TWIML_WAIT_MS + TAKE_MS;
    upstream_call(upstream.sessions, PROTO_TAKE, &msg, &self->wait.trace, wait_left(&self->wait),
                  on_taken, self->take);
}

static void resume(hook_t *self)
{
    webhook_event_t event = {.kind = WEBHOOK_ON_RESUMED};

    if (clock_ms() >= self->began_ms + config.TWIML_WAIT_MS)
        event = (webhook_event_t){.kind = WEBHOOK_ON_ERROR, .code = PROTO_CODE_TIMEOUT};
    self->resume_ms = 0;
    move(self, &event);
}

static void act(hook_t *self)
{
    switch (self->way.state) {
    case WEBHOOK_ENQUEUE:
        call_enqueue(self);
        break;
    case WEBHOOK_WORK:
        call_work(self);
        break;
    case WEBHOOK_TAKE:
        call_take(self);
        break;
    case WEBHOOK_PAUSE:
        if (self->way.pause_ms == 0)
            resume(self);
        else
            self->resume_ms = clock_ms() + self->way.pause_ms;
        break;
    default:
        finish(self);
    }
}

static void move(hook_t *self, const webhook_event_t *event)
{
    if (webhook_ended(&self->way)) /* an answer to what was stopped */
        return;
    if (event->kind == WEBHOOK_ON_ERROR)
        log_debug("webhook_error", LOG_TRACE(&self->wait.trace), LOG_CSTR("error", event->code));
    webhook_next(&self->way, event);
    act(self);
}

/* ---- as a sleeping request ---- */

static bool is_late(const hook_t *self)
{
    return clock_ms() > self->began_ms + config.TWIML_WAIT_MS + TAKE_MS;
}

static bool go(wait_t *wait)
{
    hook_t *self = (hook_t *)wait;
    webhook_event_t late = {.kind = WEBHOOK_ON_LATE};

    if (self->way.state != WEBHOOK_TEXT)
        return true;
    if (!answer_has_reader(wait->req->owner))
        return false;
    if (can_send() && is_late(self)) {
        webhook_next(&self->way, &late);
        tell_delivered(self->take, false);
        buf_clear(&wait->body);
        buf_str(&wait->body, TWIML_NOTHING);
    }
    return true;
}

static void tick(wait_t *wait, int64_t now_ms)
{
    hook_t *self = (hook_t *)wait;

    if (self->resume_ms && now_ms >= self->resume_ms)
        resume(self);
}

static void stop(wait_t *wait)
{
    webhook_event_t event = {.kind = WEBHOOK_ON_STOPPED};

    move((hook_t *)wait, &event);
}

static void count(const hook_t *self)
{
    const char *outcome = self->wait.sent ? webhook_outcome(&self->way) : "gone";

    if (self->way.state == WEBHOOK_TEXT && self->wait.doubtful)
        outcome = "doubtful";
    metric_add_label(METRIC_TWILIO_WEBHOOKS, outcome, 1);
    log_info("webhook", LOG_TRACE(&self->wait.trace), LOG_PERSON("user", self->message.user_id),
             LOG_TEXT("message", self->message.message_id), LOG_CSTR("outcome", outcome),
             LOG_INT("ms", clock_ms() - self->began_ms));
}

/* The request ends: by its answer, or because its client has gone before. */
static void end(wait_t *wait)
{
    hook_t *self = (hook_t *)wait;
    webhook_event_t event = {.kind = WEBHOOK_ON_STOPPED};

    count(self);
    if (self->way.state == WEBHOOK_TEXT && !wait->doubtful)
        tell_delivered(self->take, wait->sent);
    else if (!webhook_ended(&self->way) && webhook_next(&self->way, &event) == WEBHOOK_LATER)
        tell_forgo(self);
    if (self->asking)
        leave_take(self);
    kore_free(self->take);
}

static const wait_kind_t kind = {"webhook", sizeof(hook_t), tick, stop, end, go};

/* ---- the request ---- */

/* Reads the message into an arena of its own: many wait, and each keeps only that. */
static bool read_message(struct http_request *req, arena_t *arena, twilio_message_t *message,
                         int64_t started_us)
{
    arena_t *scratch = arena_new(WEBHOOK_ARENA);
    const char *why;
    form_t form;
    bool ok = webhook_gate_read(req, scratch, &form, started_us);

    if (ok && !twilio_message_read(&form, arena, message, &why)) {
        webhook_gate_refuse(req, why, started_us);
        ok = false;
    }
    if (ok && !message->shop.size)
        message->shop = STR_LIT(FROM_NOWHERE);
    arena_destroy(&scratch);
    return ok;
}

/* What has the same idempotency token is the same request, and so has the same message id, by which
 * sessions knows it: the token tells who reads the log that it is a copy. */
static void log_message(struct http_request *req, const hook_t *self)
{
    const char *copy;

    if (http_request_header(req, "i-twilio-idempotency-token", &copy) != KORE_RESULT_OK)
        copy = "";
    log_info("message", LOG_TRACE(&self->wait.trace), LOG_PERSON("user", self->message.user_id),
             LOG_TEXT("message", self->message.message_id),
             LOG_CSTR("opt", opt_word_name(self->message.opt)),
             LOG_TEXT("copy", utf8_front(str_from(copy), 64)));
}

int webhook_post(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(MESSAGE_ARENA);
    twilio_message_t message;
    hook_t *self = NULL;

    if (read_message(req, arena, &message, started_us))
        self = (hook_t *)wait_start(req, &kind, &arena, message.user_id, started_us, RECORD_MS);
    arena_destroy(&arena);
    if (!self)
        return KORE_RESULT_OK;
    self->message = message;
    self->began_ms = clock_ms();
    webhook_start(&self->way, waits() && !message.answered && !(can_send() && wait_crowded()));
    log_message(req, self);
    act(self);
    return KORE_RESULT_RETRY;
}
