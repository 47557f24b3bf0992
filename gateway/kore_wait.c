/* Sleeping requests; see kore_wait.h. */
#include "gateway/kore_wait.h"

#include "common/clock.h"
#include "common/metrics.h"

#define BEHIND_MAX (256 << 10) /* bytes a slow reader may be behind */
#define BODY_MAX (4 << 20)     /* a page of makes or a long conversation, escaped */

static TAILQ_HEAD(, wait) waits = TAILQ_HEAD_INITIALIZER(waits);
static size_t count;
static size_t max_count;
static bool closed;

void wait_limit(size_t max)
{
    max_count = max;
}

size_t wait_count(void)
{
    return count;
}

bool wait_crowded(void)
{
    return count >= max_count / 2;
}

void wait_close(void)
{
    closed = true;
}

/* Kore calls this when the request ends, however it ends. */
static void on_free(struct http_request *req)
{
    wait_t *self = http_state_get(req);

    if (self->kind->end)
        self->kind->end(self);
    if (self->call)
        upstream_forget(self->client, self->call, self->user_id);
    if (!self->ready) {
        metric_add(METRIC_HTTP_GONE, 1);
        log_info("http_gone", LOG_TRACE(&self->trace), LOG_CSTR("request", self->kind->name),
                 LOG_PERSON("user", self->user_id));
    }
    TAILQ_REMOVE(&waits, self, link);
    metric_set(METRIC_HTTP_WAITING, (int64_t)--count);
    buf_free(&self->body);
    arena_destroy(&self->arena);
}

wait_t *wait_start(struct http_request *req, const wait_kind_t *kind, arena_t **arena,
                   str_t user_id, int64_t started_us, int64_t timeout_ms)
{
    problem_t problem;
    wait_t *self;

    if (closed || count >= max_count) {
        problem_set(&problem, 503, closed ? "The gateway restarts." : "Too many requests wait.");
        problem.retry_after_s = 1;
        answer_problem(req, &problem, NULL, started_us);
        return NULL;
    }
    self = http_state_create(req, kind->size, on_free);
    self->kind = kind;
    self->req = req;
    self->arena = *arena;
    *arena = NULL;
    self->user_id = user_id;
    self->trace = proto_trace_new();
    self->started_us = started_us;
    self->deadline_ms = clock_ms() + timeout_ms;
    buf_init(&self->body, BODY_MAX);
    TAILQ_INSERT_TAIL(&waits, self, link);
    metric_set(METRIC_HTTP_WAITING, (int64_t)++count);
    http_request_sleep(req);
    return self;
}

int64_t wait_left(const wait_t *self)
{
    int64_t left = self->deadline_ms - clock_ms();

    return left > 1 ? left : 1;
}

void wait_call(wait_t *self, rpc_client_t *client, proto_type_t type, const void *msg,
               rpc_done_t *done)
{
    self->client = client;
    self->call = upstream_call(client, type, msg, &self->trace, wait_left(self), done, self);
}

void wait_ready(wait_t *self, int status, const char *type)
{
    self->ready = true;
    self->status = status;
    self->type = type;
    http_request_wakeup(self->req);
}

void wait_problem(wait_t *self, const problem_t *problem)
{
    buf_clear(&self->body);
    problem_print(problem, &self->body);
    self->retry_after_s = problem->retry_after_s;
    wait_ready(self, problem->status, PROBLEM_TYPE);
}

void wait_failed(wait_t *self, const rpc_answer_t *answer)
{
    problem_t problem;
    const char *code = answer->error ? answer->error : PROTO_CODE_INTERNAL;

    if (strcmp(code, PROTO_CODE_TIMEOUT) == 0)
        problem_set(&problem, 504, "A part behind the gateway did not answer in time.");
    else if (strcmp(code, PROTO_CODE_UNAVAILABLE) == 0 || strcmp(code, PROTO_CODE_BUSY) == 0)
        problem_set(&problem, 503, "A part behind the gateway is away or busy.");
    else if (strcmp(code, PROTO_CODE_INVALID) == 0)
        problem_set(&problem, 400, "The request makes no sense.");
    else
        problem_set(&problem, 502, "A part behind the gateway failed.");
    if (problem.status == 503)
        problem.retry_after_s = 1;
    log_warn("http_failed", LOG_TRACE(&self->trace), LOG_CSTR("request", self->kind->name),
             LOG_CSTR("error", code));
    wait_problem(self, &problem);
}

void wait_restarts(wait_t *self)
{
    problem_t problem;

    problem_set(&problem, 503, "The gateway restarts.");
    problem.retry_after_s = 1;
    wait_problem(self, &problem);
}

static size_t bytes_behind(struct connection *c)
{
    struct netbuf *nb;
    size_t bytes = 0;

    TAILQ_FOREACH (nb, &c->send_queue, list)
        bytes += nb->b_len - nb->s_off;
    return bytes;
}

void wait_stream(wait_t *self, str_t bytes)
{
    struct connection *c = self->req->owner;

    if (!c || c->state != CONN_STATE_ESTABLISHED)
        return;
    if (bytes_behind(c) > BEHIND_MAX) {
        log_warn("slow_reader", LOG_TRACE(&self->trace));
        kore_connection_disconnect(c);
        return;
    }
    net_send_queue(c, bytes.data, bytes.size);
    if (net_send_flush(c) != KORE_RESULT_OK)
        kore_connection_disconnect(c);
}

void wait_end(wait_t *self)
{
    struct http_request *req = self->req;

    on_free(req);
    req->onfree = NULL;
    http_state_cleanup(req);
}

int wait_handle(struct http_request *req)
{
    wait_t *self = http_state_get(req);

    if (!self->ready) {
        http_request_sleep(req);
        return KORE_RESULT_RETRY;
    }
    log_info("http", LOG_TRACE(&self->trace), LOG_CSTR("request", self->kind->name),
             LOG_INT("status", self->status), LOG_PERSON("user", self->user_id),
             LOG_INT("ms", (clock_us() - self->started_us) / 1000));
    if (self->streamed) {
        metric_add_label(METRIC_HTTP_REQUESTS, status_word(self->status), 1);
        metric_observe(METRIC_HTTP_SECONDS, clock_us() - self->started_us);
        kore_connection_start_idletimer(req->owner);
        req->owner->flags |= CONN_CLOSE_EMPTY;
    } else if (self->kind->go && !self->kind->go(self)) {
        kore_connection_disconnect(req->owner);
    } else {
        answer_t answer = {.status = self->status,
                           .type = self->type,
                           .cookie = self->status < 300 ? self->cookie : NULL,
                           .retry_after_s = self->retry_after_s,
                           .body = buf_view(&self->body),
                           .started_us = self->started_us};

        self->sent = answer_send(req, &answer);
        self->doubtful = self->sent && answer_is_doubtful(req->owner);
    }
    return KORE_RESULT_OK;
}

void wait_tick(int64_t now_ms)
{
    wait_t *self;

    TAILQ_FOREACH (self, &waits, link)
        if (self->kind->tick && !self->ready)
            self->kind->tick(self, now_ms);
}

void wait_stop_all(void)
{
    wait_t *self;

    TAILQ_FOREACH (self, &waits, link)
        if (!self->ready)
            self->kind->stop(self);
}
