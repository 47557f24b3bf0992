/*
 * The model behind a Chat Completions server: what is asked is chat_request's, what is answered is
 * sse's and chat_reply's, when to try again is retry's, and http carries it. Here they meet: one
 * call is one or more tries, and ends once.
 *
 * Neither the key nor what the server says in words is logged; its request id and error code are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/resource.h>

#include "agent/chat_reply.h"
#include "agent/chat_request.h"
#include "agent/http.h"
#include "agent/ledger.h"
#include "agent/model.h"
#include "agent/retry.h"
#include "agent/sse.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"

#define OPENAI_HOST "https://api.openai.com/"
#define OTHER_FILES 256      /* descriptors that are no connections to the model */
#define MAX_ERROR (16 << 10) /* bytes of an error's body that are read */
/* An event is some 300 bytes and holds at least a token. */
#define EVENT_BYTES 1024
#define MIN_ANSWER (512 << 10)

LIST_HEAD(call_list, model_call);

typedef struct openai {
    model_t base; /* first: a model_t * is one of these */
    char *name;
    http_t *http;
    chat_request_t *writer;
    buf_t written; /* a request while it grows; a call keeps a copy of its size */
    struct call_list calls;
} openai_t;

struct model_call {
    openai_t *model;
    model_delta_t *delta;
    model_done_t *done;
    void *arg;
    proto_trace_t trace;
    int64_t deadline_ms, started_us, first_us;
    int64_t tries;
    bool once;
    buf_t body;
    http_call_t *http; /* the try under way */
    /* the answer of this try */
    enum { SHAPE_UNKNOWN, SHAPE_EVENTS, SHAPE_WHOLE } shape;
    sse_t sse;
    chat_reply_t reply;
    buf_t whole; /* an answer in a piece, or the body of an error */
    LIST_ENTRY(model_call) link;
};

static bool on_data(void *arg, int64_t status, str_t bytes);
static void on_end(void *arg, const http_end_t *end);

/* ---- a call and its tries ---- */

static void begin_try(model_call_t *call, int64_t delay_ms)
{
    call->tries++;
    call->shape = SHAPE_UNKNOWN;
    sse_init(&call->sse, CHAT_MAX_EVENT);
    chat_reply_init(&call->reply);
    buf_init(&call->whole, CHAT_MAX_EVENT);
    call->http = http_post(call->model->http, buf_view(&call->body), delay_ms, call->deadline_ms,
                           on_data, on_end, call);
}

static void end_try(model_call_t *call)
{
    sse_free(&call->sse);
    chat_reply_free(&call->reply);
    buf_free(&call->whole);
}

static void call_free(model_call_t *call)
{
    if (call->http)
        http_cancel(&call->http);
    end_try(call);
    LIST_REMOVE(call, link);
    buf_free(&call->body);
    free(call);
}

/* ---- the answer as it comes ---- */

static bool is_ok(int64_t status)
{
    return status >= 200 && status < 300;
}

static bool on_event(void *arg, str_t data)
{
    model_call_t *call = arg;
    return chat_reply_event(&call->reply, data);
}

/* Servers that cannot stream answer with one JSON object, whatever they call it. */
static void find_shape(model_call_t *call, str_t bytes)
{
    for (size_t i = 0; i < bytes.size && call->shape == SHAPE_UNKNOWN; i++)
        if (!strchr(" \t\r\n", bytes.data[i]))
            call->shape = bytes.data[i] == '{' ? SHAPE_WHOLE : SHAPE_EVENTS;
}

static bool on_data(void *arg, int64_t status, str_t bytes)
{
    model_call_t *call = arg;
    if (!is_ok(status)) {
        if (call->whole.size + bytes.size <= MAX_ERROR)
            buf_add(&call->whole, bytes.data, bytes.size);
        return true;
    }
    if (call->shape == SHAPE_UNKNOWN)
        find_shape(call, bytes);
    if (call->shape == SHAPE_WHOLE) {
        buf_add(&call->whole, bytes.data, bytes.size);
        return buf_ok(&call->whole);
    }
    size_t told = call->reply.text.size;
    bool more = sse_feed(&call->sse, bytes, on_event, call);
    if (!call->first_us && chat_reply_begun(&call->reply))
        call->first_us = clock_us() - call->started_us;
    if (call->reply.text.size > told && call->delta) {
        str_t piece = {call->reply.text.data + told, call->reply.text.size - told};
        call->delta(call->arg, piece, false); /* may cancel the call: it is not touched after */
    }
    return more;
}

/* ---- the end ---- */

static void count(const model_result_t *result)
{
    metric_add_label(METRIC_MODEL_CALLS, ledger_outcome(result->status), 1);
    metric_observe(METRIC_MODEL_SECONDS, result->total_us);
    if (result->first_us)
        metric_observe(METRIC_MODEL_FIRST_SECONDS, result->first_us);
    if (result->tokens_in)
        metric_add_label(METRIC_MODEL_TOKENS, "in", result->tokens_in);
    if (result->tokens_cached)
        metric_add_label(METRIC_MODEL_TOKENS, "cached", result->tokens_cached);
    if (result->tokens_out)
        metric_add_label(METRIC_MODEL_TOKENS, "out", result->tokens_out);
}

/* Tells the result; the call is gone afterwards. */
static void end_call(model_call_t *call, model_result_t *result, const http_end_t *end)
{
    result->first_us = call->first_us;
    result->total_us = clock_us() - call->started_us;
    count(result);
    bool wrong = result->status == MODEL_FAILED || result->status == MODEL_BAD;
    log_at(wrong ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "model_answer", LOG_TRACE(&call->trace),
           LOG_CSTR("outcome", ledger_outcome(result->status)),
           LOG_CSTR("error", result->error ? result->error : ""),
           LOG_CSTR("code", call->reply.error.code), LOG_INT("status", end->status),
           LOG_CSTR("request_id", end->request_id ? end->request_id : ""),
           LOG_INT("tries", call->tries), LOG_INT("ms", result->total_us / 1000),
           LOG_INT("first_ms", result->first_us / 1000), LOG_INT("tokens_in", result->tokens_in),
           LOG_INT("tokens_cached", result->tokens_cached),
           LOG_INT("tokens_out", result->tokens_out));
    call->done(call->arg, result);
    call_free(call);
}

static const char *status_error(int64_t status)
{
    static const struct {
        int64_t status;
        const char *name;
    } known[] = {{400, "http_400"}, {401, "http_401"}, {403, "http_403"}, {404, "http_404"},
                 {408, "http_408"}, {409, "http_409"}, {413, "http_413"}, {422, "http_422"},
                 {429, "http_429"}, {500, "http_500"}, {502, "http_502"}, {503, "http_503"},
                 {504, "http_504"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].name;
    return status >= 500 ? "http_5xx" : status >= 400 ? "http_4xx" : "http_status";
}

/* Why a try brought no answer, and NULL if it did (good or bad). */
static const char *failure(model_call_t *call, const http_end_t *end)
{
    chat_reply_t *reply = &call->reply;
    if (end->status && !is_ok(end->status)) {
        chat_error_read(&reply->error, buf_view(&call->whole));
        return reply->error.quota ? "quota" : status_error(end->status);
    }
    if (end->outcome == HTTP_TOO_LONG || !buf_ok(&call->whole)) {
        reply->bad = "too_long";
        return NULL;
    }
    if (call->shape == SHAPE_WHOLE && end->outcome == HTTP_ANSWERED)
        chat_reply_whole(reply, buf_view(&call->whole));
    else if (end->outcome == HTTP_STOPPED && !reply->failed && !reply->bad)
        reply->bad = "too_long"; /* an event longer than CHAT_MAX_EVENT */
    if (reply->failed)
        return reply->error.quota ? "quota" : "error_event";
    if (reply->bad || chat_reply_complete(reply))
        return NULL;
    if (end->error)
        return end->error;
    if (call->shape == SHAPE_UNKNOWN)
        return "nothing";
    if (reply->events)
        return "truncated";
    reply->bad = "garbage"; /* it ended well but was no event stream: no use in trying again */
    return NULL;
}

static int64_t next_delay(const model_call_t *call, const http_end_t *end)
{
    retry_t retry = {
        .tries = call->tries,
        .retries = call->once ? 0 : config.OPENAI_RETRIES,
        .status = end->status && !is_ok(end->status) ? end->status : 0,
        .begun = chat_reply_begun(&call->reply),
        .quota = call->reply.error.quota,
        .after_ms = retry_after(end->retry_after_ms, end->retry_after, clock_unix_ms()),
        .left_ms = call->deadline_ms - clock_ms(),
        .random = (uint32_t)id_random(),
    };
    if (end->should_retry)
        retry.wish = strcmp(end->should_retry, "true") == 0    ? RETRY_YES
                     : strcmp(end->should_retry, "false") == 0 ? RETRY_NO
                                                               : RETRY_UNSAID;
    return retry_delay(&retry);
}

static void try_again(model_call_t *call, const http_end_t *end, const char *error, int64_t delay)
{
    metric_add(METRIC_MODEL_RETRIES, 1);
    log_warn("model_retry", LOG_TRACE(&call->trace), LOG_CSTR("error", error),
             LOG_CSTR("code", call->reply.error.code), LOG_INT("status", end->status),
             LOG_CSTR("request_id", end->request_id ? end->request_id : ""),
             LOG_INT("tries", call->tries), LOG_INT("delay_ms", delay));
    end_try(call);
    begin_try(call, delay);
}

static void on_end(void *arg, const http_end_t *end)
{
    model_call_t *call = arg;
    call->http = NULL;
    model_result_t result = {0};
    const char *error = NULL;
    if (!buf_ok(&call->body)) {
        call->reply.bad = "request_too_long";
    } else if ((error = failure(call, end))) {
        int64_t delay = next_delay(call, end);
        if (delay >= 0) {
            try_again(call, end, error, delay);
            return;
        }
    }
    if (error) {
        result.status = call->reply.error.filtered ? MODEL_REFUSED : MODEL_FAILED;
        result.error = error;
        result.asked_ms = retry_after(end->retry_after_ms, end->retry_after, clock_unix_ms());
    } else {
        chat_reply_result(&call->reply, &result);
    }
    end_call(call, &result, end);
}

/* ---- the model ---- */

static model_call_t *openai_start(model_t *base, const model_request_t *request,
                                  model_delta_t *delta, model_done_t *done, void *arg)
{
    openai_t *self = (openai_t *)base;
    model_call_t *call = calloc(1, sizeof *call);
    if (!call)
        abort();
    call->model = self;
    call->delta = delta;
    call->done = done;
    call->arg = arg;
    call->trace = request->trace;
    call->once = request->once;
    call->started_us = clock_us();
    buf_init(&call->body, CHAT_MAX_REQUEST);
    buf_clear(&self->written);
    LIST_INSERT_HEAD(&self->calls, call, link);
    /* a request too long to be sent is past its deadline: it ends from the loop, like all others */
    if (chat_request_write(self->writer, request, &self->written)) {
        call->deadline_ms = request->deadline_ms;
        buf_add(&call->body, self->written.data, self->written.size);
    } else {
        call->body.bad = true;
    }
    begin_try(call, 0);
    return call;
}

static void openai_cancel(model_t *base, model_call_t *call)
{
    (void)base;
    call_free(call);
}

static void openai_destroy(model_t **self_p)
{
    openai_t *self = (openai_t *)*self_p;
    *self_p = NULL;
    if (!self)
        return;
    model_call_t *call;
    while ((call = LIST_FIRST(&self->calls)))
        call_free(call); /* NOLINT(clang-analyzer-unix.Malloc): it leaves the list */
    http_destroy(&self->http);
    chat_request_destroy(&self->writer);
    buf_free(&self->written);
    free(self->name);
    free(self);
}

/* With HTTP/1.1 every call has a descriptor, and shells usually allow 1,024. */
static void allow_files(size_t calls)
{
    struct rlimit limit;
    rlim_t wanted = calls + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_warn("few_files", LOG_INT("allowed", limit.rlim_cur), LOG_INT("wanted", wanted));
}

static http_t *open_http(uv_loop_t *loop)
{
    allow_files((size_t)config.AGENT_CREDIT);
    size_t size = strlen(config.OPENAI_BASE_URL);
    while (size && config.OPENAI_BASE_URL[size - 1] == '/')
        size--;
    buf_t url;
    buf_init(&url, size + 32);
    buf_add(&url, config.OPENAI_BASE_URL, size);
    buf_str(&url, "/chat/completions");
    http_t *http =
        http_new(loop, &(http_settings_t){
                           .url = url.data,
                           .bearer = config.OPENAI_API_KEY,
                           .ca_file = config.OPENAI_CA_FILE,
                           .http1 = strcmp(config.OPENAI_HTTP, "1.1") == 0,
                           .connections = (size_t)config.OPENAI_CONNECTIONS,
                           .in_flight = (size_t)config.AGENT_CREDIT,
                           .connect_ms = config.OPENAI_CONNECT_MS,
                           .first_ms = config.OPENAI_FIRST_MS,
                           .idle_ms = config.OPENAI_IDLE_MS,
                           .max_bytes = MIN_ANSWER + EVENT_BYTES * (size_t)config.OPENAI_MAX_TOKENS,
                       });
    buf_free(&url);
    return http;
}

model_t *model_openai_new(uv_loop_t *loop, const char *name, memo_t *memo)
{
    openai_t *self = calloc(1, sizeof *self);
    if (!self || !(self->name = strdup(name)))
        abort();
    bool hosted = strncmp(config.OPENAI_BASE_URL, OPENAI_HOST, strlen(OPENAI_HOST)) == 0;
    self->base = (model_t){"openai", self->name, NULL, openai_start, openai_cancel, openai_destroy};
    self->writer = chat_request_new(self->name, config.OPENAI_MAX_TOKENS, hosted, memo);
    buf_init(&self->written, CHAT_MAX_REQUEST);
    self->http = open_http(loop);
    LIST_INIT(&self->calls);
    return &self->base;
}
