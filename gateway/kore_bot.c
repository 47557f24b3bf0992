/*
 * What exchange.c decides, done: calls to sessions and dispatcher, the answer as JSON, and, when
 * the client accepts text/event-stream, what happens meanwhile as server-sent events:
 *
 *   writing   {}              the message is on its way
 *   delta     {"text":…}      text of the answer as it is made; a preview
 *   restart   {}              forget the deltas, the answer is made anew
 *   done      the JSON that a plain POST is answered with
 *   problem   the problem+json that a plain POST is answered with
 */
#include "gateway/kore_bot.h"

#include <strings.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "common/text.h"
#include "gateway/bot_request.h"
#include "gateway/exchange.h"
#include "gateway/handoff_json.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_wait.h"
#include "gateway/opt_word.h"
#include "gateway/reply_json.h"
#include "gateway/text_request.h"

#define ARENA_MAX (512 << 10) /* the body as it came, and as it was read */
#define EVENT_MAX (1 << 20)   /* an answer of 64 KiB, escaped */
#define QUIET_MS 10000        /* after so long without an event, a comment keeps proxies awake */

typedef struct bot {
    wait_t wait; /* first: http_state_create makes both */
    exchange_t exchange;
    bot_request_t request;
    proto_trial_t trial;
    bool tries; /* it is a message of the console's side chat, and trial says what is tried */
    str_t message_id;
    int64_t resume_ms; /* in PAUSE: when it ends */
    int64_t spoke_ms;  /* when the stream last said something */
} bot_t;

static void move(bot_t *self, const exchange_event_t *event);

/* ---- the stream ---- */

static void stream_bytes(bot_t *self, str_t bytes)
{
    self->spoke_ms = clock_ms();
    wait_stream(&self->wait, bytes);
}

static void stream_event(bot_t *self, const char *name, str_t data)
{
    buf_t event;

    buf_init(&event, 2 * EVENT_MAX);
    event_print(name, data, &event);
    if (buf_ok(&event))
        stream_bytes(self, buf_view(&event));
    buf_free(&event);
}

static void on_partial(bot_t *self, const proto_partial_t *partial)
{
    buf_t data;

    if (!self->wait.streamed)
        return;
    if (partial->restart)
        stream_event(self, "restart", STR_LIT("{}"));
    if (partial->text.size) {
        buf_init(&data, EVENT_MAX);
        delta_json(partial->text, &data);
        if (buf_ok(&data))
            stream_event(self, "delta", buf_view(&data));
        buf_free(&data);
    }
}

/* ---- the end ---- */

static void finish(bot_t *self, const problem_t *problem)
{
    if (problem)
        wait_problem(&self->wait, problem);
    else
        wait_ready(&self->wait, 200, TYPE_JSON);
    if (self->wait.streamed)
        stream_event(self, problem ? "problem" : "done", buf_view(&self->wait.body));
}

/* The reply is only good while its message is: make the answer of it now. */
static bool keep_reply(bot_t *self, const proto_reply_t *reply)
{
    buf_clear(&self->wait.body);
    reply_json(self->request.user_id, reply, &self->wait.body);
    return buf_ok(&self->wait.body);
}

/* There is none: a person of the shop has the conversation. */
static bool keep_held(bot_t *self, const proto_enqueued_t *enqueued)
{
    buf_clear(&self->wait.body);
    held_json(self->request.user_id, enqueued, &self->wait.body);
    return buf_ok(&self->wait.body);
}

/* ---- the steps ---- */

static exchange_event_t error_event(const rpc_answer_t *answer)
{
    exchange_event_t event = {.kind = EXCHANGE_ON_ERROR, .code = PROTO_CODE_INTERNAL};

    if (answer->type == PROTO_ERROR) {
        const proto_error_t *error = answer->msg;

        event.code = answer->error;
        event.retry_after_ms = error->retry_after_ms;
    }
    return event;
}

static exchange_event_t event_of(bot_t *self, const rpc_answer_t *answer)
{
    if (answer->type == PROTO_ENQUEUED) {
        const proto_enqueued_t *enqueued = answer->msg;
        bool replied = enqueued->reply_count > 0;

        if (enqueued->silent && keep_held(self, enqueued))
            return (exchange_event_t){
                .kind = EXCHANGE_ON_ENQUEUED, .seq = enqueued->seq, .replied = true};
        if (!replied || keep_reply(self, &enqueued->reply[0]))
            return (exchange_event_t){.kind = EXCHANGE_ON_ENQUEUED,
                                      .seq = enqueued->seq,
                                      .duplicate = enqueued->duplicate,
                                      .replied = replied};
    } else if (answer->type == PROTO_ANSWER) {
        const proto_answer_t *done = answer->msg;

        if (done->reply_count > 0 && keep_reply(self, &done->reply[0]))
            return (exchange_event_t){.kind = EXCHANGE_ON_ANSWER};
    } else if (answer->type == PROTO_OK) {
        return (exchange_event_t){.kind = EXCHANGE_ON_OK};
    }
    return error_event(answer);
}

static void on_answer(void *arg, const rpc_answer_t *answer)
{
    bot_t *self = arg;
    exchange_event_t event;

    if (!answer->final) {
        if (answer->type == PROTO_PARTIAL)
            on_partial(self, answer->msg);
        return;
    }
    self->wait.call = 0;
    event = event_of(self, answer);
    if (event.kind == EXCHANGE_ON_ERROR)
        log_debug("bot_error", LOG_TRACE(&self->wait.trace), LOG_CSTR("error", event.code));
    move(self, &event);
}

static void call_enqueue(bot_t *self)
{
    proto_enqueue_t msg = {.user_id = self->request.user_id,
                           .message_id = self->message_id,
                           .channel = self->wait.streamed ? STR_LIT("chat") : STR_LIT("api"),
                           .text = self->request.text,
                           .trial = &self->trial,
                           .trial_count = self->tries,
                           .opt = str_from(opt_word_name(opt_word_of(self->request.text, false)))};

    wait_call(&self->wait, upstream.sessions, PROTO_ENQUEUE, &msg, on_answer);
}

static void call_work(bot_t *self)
{
    proto_work_t msg = {
        .user_id = self->request.user_id, .seq = self->exchange.seq, .stream = self->wait.streamed};

    wait_call(&self->wait, upstream.dispatcher, PROTO_WORK, &msg, on_answer);
}

static void call_withdraw(bot_t *self)
{
    proto_withdraw_t msg = {.user_id = self->request.user_id, .message_id = self->message_id};

    wait_call(&self->wait, upstream.sessions, PROTO_WITHDRAW, &msg, on_answer);
}

static void resume(bot_t *self)
{
    exchange_event_t event = {.kind = EXCHANGE_ON_RESUMED};

    if (clock_ms() >= self->wait.deadline_ms)
        event = (exchange_event_t){.kind = EXCHANGE_ON_ERROR, .code = PROTO_CODE_TIMEOUT};
    self->resume_ms = 0;
    move(self, &event);
}

static void act(bot_t *self, exchange_state_t state)
{
    switch (state) {
    case EXCHANGE_ENQUEUE:
        call_enqueue(self);
        break;
    case EXCHANGE_WORK:
        call_work(self);
        break;
    case EXCHANGE_WITHDRAW:
        call_withdraw(self);
        break;
    case EXCHANGE_PAUSE:
        if (self->exchange.pause_ms == 0)
            resume(self);
        else
            self->resume_ms = clock_ms() + self->exchange.pause_ms;
        break;
    case EXCHANGE_ANSWERED:
        finish(self, NULL);
        break;
    case EXCHANGE_REFUSED:
        finish(self, &self->exchange.problem);
        break;
    }
}

static void move(bot_t *self, const exchange_event_t *event)
{
    exchange_state_t before = self->exchange.state;
    exchange_state_t state = exchange_next(&self->exchange, event);

    if (state == before) { /* an answer of a type that this state does not know */
        exchange_event_t bad = {.kind = EXCHANGE_ON_ERROR, .code = PROTO_CODE_INTERNAL};

        state = exchange_next(&self->exchange, &bad);
    }
    act(self, state);
}

/* ---- as a sleeping request ---- */

static void tick(wait_t *wait, int64_t now_ms)
{
    bot_t *self = (bot_t *)wait;

    if (self->resume_ms && now_ms >= self->resume_ms)
        resume(self);
    else if (wait->streamed && now_ms - self->spoke_ms > QUIET_MS)
        stream_bytes(self, STR_LIT(": still here\n\n"));
}

static void stop(wait_t *wait)
{
    bot_t *self = (bot_t *)wait;
    exchange_event_t event = {.kind = EXCHANGE_ON_STOPPED};

    move(self, &event);
}

static const wait_kind_t kind = {"bot", sizeof(bot_t), tick, stop, NULL, NULL};

/* ---- the request ---- */

/* The message id: the client's, or one of our own. */
static bool read_message_id(struct http_request *req, arena_t *arena, str_t *id, problem_t *problem)
{
    char made[ID_TEXT_SIZE];
    const char *given;

    if (http_request_header(req, "idempotency-key", &given) == KORE_RESULT_OK) {
        if (!message_id_check(str_from(given), problem))
            return false;
    } else {
        id_text(made);
        given = made;
    }
    *id = str_from(arena_copy(arena, str_from(given)));
    return true;
}

static bool wants_events(struct http_request *req)
{
    const char *accept;

    return http_request_header(req, "accept", &accept) == KORE_RESULT_OK &&
           strcasestr(accept, "text/event-stream") != NULL;
}

static bool read_body(struct http_request *req, arena_t *arena, bot_request_t *request,
                      proto_trial_t *trial, problem_t *problem)
{
    str_t body = {NULL, 0};

    if (req->http_body)
        body = (str_t){(const char *)req->http_body->data, req->content_length};
    if (trial)
        return text_try_parse(body, caller.name, arena, request, trial, problem);
    if (!bot_request_parse(body, arena, request, problem))
        return false;
    return strncmp(request->user_id.data, TRIAL_USER, strlen(TRIAL_USER)) != 0 ||
           problem_set(problem, 400, "user_id may not begin with " TRIAL_USER ".");
}

static bool read_request(struct http_request *req, arena_t *arena, bot_request_t *request,
                         proto_trial_t *trial, str_t *message_id, problem_t *problem)
{
    if (!read_body(req, arena, request, trial, problem) ||
        !read_message_id(req, arena, message_id, problem))
        return false;
    if (*caller.visitor && !str_is(request->user_id, caller.visitor))
        return problem_set(problem, 403, "A visitor has only their own conversation.");
    if (upstream_has_room())
        return true;
    problem_set(problem, 503, "Everybody is busy. Nothing was recorded: send it again later.");
    problem->retry_after_s = 1;
    return false;
}

static int post(struct http_request *req, bool tries, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    bot_request_t request;
    proto_trial_t trial = {0};
    problem_t problem;
    str_t message_id;
    bot_t *self;

    if (!read_request(req, arena, &request, tries ? &trial : NULL, &message_id, &problem)) {
        arena_destroy(&arena);
        answer_problem(req, &problem, NULL, started_us);
        return KORE_RESULT_OK;
    }
    self = (bot_t *)wait_start(req, &kind, &arena, request.user_id, started_us, config.REQUEST_MS);
    if (!self) {
        arena_destroy(&arena);
        return KORE_RESULT_OK;
    }
    self->request = request;
    self->trial = trial;
    self->tries = tries;
    self->message_id = message_id;
    if (wants_events(req)) {
        self->wait.streamed = true;
        answer_raw_events(req->owner);
        stream_event(self, "writing", STR_LIT("{}"));
    }
    exchange_start(&self->exchange);
    act(self, self->exchange.state);
    return KORE_RESULT_RETRY;
}

int bot_post(struct http_request *req, int64_t started_us)
{
    return post(req, false, started_us);
}

int try_post(struct http_request *req, int64_t started_us)
{
    return post(req, true, started_us);
}
