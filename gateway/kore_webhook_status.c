/* Status callbacks; see kore_webhook.h. */
#include "common/callback.h"
#include "common/metrics.h"
#include "common/text.h"
#include "gateway/bot_request.h"
#include "gateway/kore_wait.h"
#include "gateway/kore_webhook.h"
#include "gateway/kore_webhook_gate.h"
#include "gateway/twilio_message.h"
#include "gateway/url.h"

#define STATUS_MS 8000 /* Twilio waits 15 s */
#define TURN_ID_MAX 32 /* as in messages.h */

typedef struct callback {
    wait_t wait; /* first: http_state_create makes both */
    twilio_status_t status;
} callback_t;

/* Which reply it is of, if the address that was called says so. */
static str_t turn_of(const struct http_request *req, arena_t *arena)
{
    str_t query = str_from(req->query_string), name, value;

    while (url_pair(arena, &query, &name, &value) > 0)
        if (str_is(name, CALLBACK_TURN) && value.size <= TURN_ID_MAX)
            return value;
    return (str_t){NULL, 0};
}

static void stop(wait_t *wait)
{
    problem_t problem;

    problem_set(&problem, 503, "The gateway restarts.");
    problem.retry_after_s = 1;
    wait_problem(wait, &problem);
}

static const wait_kind_t kind = {"webhook_status", sizeof(callback_t), NULL, stop, NULL, NULL};

/* Counted once it is recorded: what is not is told again. */
static void count(const callback_t *self)
{
    const twilio_status_t *status = &self->status;
    char code[24];

    metric_add_label(METRIC_TWILIO_CALLBACKS, status->status, 1);
    if (strcmp(status->status, "failed") != 0 && strcmp(status->status, "undelivered") != 0)
        return;
    snprintf(code, sizeof code, "%lld", (long long)status->code);
    metric_add_label(METRIC_TWILIO_FAILURES, code, 1);
    log_warn("message_failed", LOG_TRACE(&self->wait.trace), LOG_PERSON("user", self->wait.user_id),
             LOG_TEXT("sid", status->message_id), LOG_CSTR("status", status->status),
             LOG_INT("code", status->code));
}

static void on_recorded(void *arg, const rpc_answer_t *answer)
{
    callback_t *self = arg;

    self->wait.call = 0;
    if (answer->type != PROTO_OK) {
        wait_failed(&self->wait, answer);
        return;
    }
    count(self);
    wait_ready(&self->wait, 204, NULL);
}

static bool read_status(struct http_request *req, arena_t *arena, twilio_status_t *status,
                        int64_t started_us)
{
    const char *why;
    problem_t problem;
    form_t form;

    if (!webhook_gate_read(req, arena, &form, started_us))
        return false;
    if (!twilio_status_read(&form, status, &why))
        webhook_gate_refuse(req, why, started_us);
    else if (!utf8_valid(status->to) || !user_id_check(status->to, &problem))
        webhook_gate_refuse(req, "To is not an address.", started_us);
    else
        return true;
    return false;
}

int webhook_status_post(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(WEBHOOK_ARENA);
    callback_t *self = NULL;
    twilio_status_t status;

    if (read_status(req, arena, &status, started_us))
        self = (callback_t *)wait_start(req, &kind, &arena, status.to, started_us, STATUS_MS);
    arena_destroy(&arena);
    if (!self)
        return KORE_RESULT_OK;
    self->status = status;
    proto_status_t msg = {.user_id = status.to,
                          .sid = status.message_id,
                          .status = str_from(status.status),
                          .code = status.code,
                          .turn_id = turn_of(req, self->wait.arena)};

    wait_call(&self->wait, upstream.sessions, PROTO_STATUS, &msg, on_recorded);
    return KORE_RESULT_RETRY;
}
