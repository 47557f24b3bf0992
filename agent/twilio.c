/*
 * What is sent and what comes back is twilio_wire's, http carries it. A call of twilio_list is one
 * or more requests, one page after the other; the others are one request each.
 */
#include "agent/twilio.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "agent/http.h"
#include "agent/retry.h"
#include "common/callback.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/metrics.h"

#define ANSWER_MAX (1 << 20) /* bytes: a page of long messages is some 200 kB */
#define BODY_MAX 65536
#define ARENA_MAX (8 << 20)
#define WAIT_FACTOR 4 /* a call may wait for a free connection that many times its own time */

typedef enum call_kind { SEND, LIST_MESSAGES, TYPING } call_kind_t;

struct twilio_call {
    twilio_t *twilio;
    call_kind_t kind;
    proto_trace_t trace;
    int64_t started_us;
    buf_t sent;       /* body or query */
    buf_t came;       /* of the request under way */
    str_t person;     /* who it is about, for logs; in arena */
    int64_t since_ms; /* LIST_MESSAGES: back to here */
    twilio_entry_t *entries;
    size_t count;
    arena_t *arena;
    http_call_t *http;
    twilio_sent_t *on_sent;
    twilio_listed_t *on_listed;
    void *arg;
    LIST_ENTRY(twilio_call) link;
};

struct twilio {
    http_t *messages, *typing;
    buf_t callback; /* URL; empty: none */
    size_t count;
    LIST_HEAD(call_list, twilio_call) calls;
};

/* ---- calls ---- */

static twilio_call_t *call_new(twilio_t *self, call_kind_t kind, str_t person,
                               const proto_trace_t *trace, void *arg)
{
    if (self->count >= TWILIO_CALLS_MAX) {
        metric_add_label(METRIC_TWILIO_REQUESTS, "refused", 1);
        log_warn("twilio_refused", LOG_TRACE(trace), LOG_INT("calls", self->count));
        return NULL;
    }
    twilio_call_t *call = calloc(1, sizeof *call);
    if (!call)
        abort();
    call->twilio = self;
    call->kind = kind;
    call->trace = *trace;
    call->arg = arg;
    call->arena = arena_new(ARENA_MAX);
    char *copied = arena_copy(call->arena, person);
    call->person = (str_t){copied, copied ? person.size : 0};
    buf_init(&call->sent, BODY_MAX);
    buf_init(&call->came, ANSWER_MAX);
    LIST_INSERT_HEAD(&self->calls, call, link);
    self->count++;
    return call;
}

static void call_free(twilio_call_t *call)
{
    if (call->http)
        http_cancel(&call->http);
    LIST_REMOVE(call, link);
    call->twilio->count--;
    buf_free(&call->sent);
    buf_free(&call->came);
    arena_destroy(&call->arena);
    free(call);
}

static bool on_data(void *arg, int64_t status, str_t bytes)
{
    (void)status;
    twilio_call_t *call = arg;
    buf_add(&call->came, bytes.data, bytes.size);
    return buf_ok(&call->came);
}

static void on_end(void *arg, const http_end_t *end);

static void begin(twilio_call_t *call)
{
    twilio_t *self = call->twilio;
    int64_t deadline_ms = clock_ms() + WAIT_FACTOR * config.TWILIO_REQUEST_MS;
    call->started_us = clock_us();
    buf_clear(&call->came);
    if (call->kind == LIST_MESSAGES)
        call->http =
            http_get(self->messages, call->sent.data, 0, deadline_ms, on_data, on_end, call);
    else
        call->http = http_post(call->kind == TYPING ? self->typing : self->messages,
                               buf_view(&call->sent), 0, deadline_ms, on_data, on_end, call);
}

/* ---- what came ---- */

static const char *kind_name(call_kind_t kind)
{
    return kind == SEND ? "twilio_send" : kind == TYPING ? "twilio_typing" : "twilio_list";
}

static void note(const twilio_call_t *call, const http_end_t *end, int64_t code)
{
    int64_t us = clock_us() - call->started_us;
    bool good = end->outcome == HTTP_ANSWERED && end->status >= 200 && end->status < 300;
    const char *outcome = good                            ? "ok"
                          : end->outcome == HTTP_ANSWERED ? "error"
                          : end->reached                  ? "unknown"
                                                          : "unreachable";
    metric_add_label(METRIC_TWILIO_REQUESTS, outcome, 1);
    metric_observe(METRIC_TWILIO_SECONDS, us);
    log_at(good ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, kind_name(call->kind), LOG_TRACE(&call->trace),
           LOG_PERSON("user", call->person), LOG_CSTR("outcome", outcome),
           LOG_CSTR("error", end->error ? end->error : ""), LOG_INT("status", end->status),
           LOG_INT("code", code), LOG_CSTR("request_id", end->request_id ? end->request_id : ""),
           LOG_INT("ms", us / 1000));
}

static void end_send(twilio_call_t *call, const http_end_t *end, int64_t code)
{
    bool whole = end->outcome == HTTP_ANSWERED;
    twilio_result_t result = {.error = end->error};
    result.attempt = (send_attempt_t){
        .reached = end->reached,
        .status = whole ? end->status : 0,
        .code = code,
        .after_ms = whole ? retry_after(NULL, end->retry_after, clock_unix_ms()) : -1,
    };
    if (whole && end->status >= 200 && end->status < 300)
        result.attempt.sid = twilio_read_message(buf_view(&call->came), call->arena, &result.entry);
    call->on_sent(call->arg, &result);
    call_free(call);
}

/* Keeps what the page has; whether there is more to ask for. */
static bool keep_page(twilio_call_t *call, const twilio_page_t *page)
{
    bool older = false;
    for (size_t i = 0; i < page->count && call->count < TWILIO_LIST_MAX; i++) {
        const twilio_entry_t *entry = &page->entries[i];
        if (entry->created_ms && entry->created_ms + TWILIO_SKEW_MS < call->since_ms)
            older = true;
        else
            call->entries[call->count++] = *entry;
    }
    return !older && page->count && page->next.size && call->count < TWILIO_LIST_MAX;
}

static void end_list(twilio_call_t *call, const http_end_t *end)
{
    twilio_page_t page;
    bool good = end->outcome == HTTP_ANSWERED && end->status == 200 &&
                twilio_read_page(buf_view(&call->came), call->arena, &page);
    if (good && keep_page(call, &page)) {
        buf_clear(&call->sent);
        buf_add(&call->sent, page.next.data, page.next.size);
        if (buf_ok(&call->sent)) {
            begin(call);
            return;
        }
    }
    call->on_listed(call->arg, good ? call->entries : NULL, good ? call->count : 0);
    call_free(call);
}

static void on_end(void *arg, const http_end_t *end)
{
    twilio_call_t *call = arg;
    call->http = NULL;
    bool failed = end->outcome == HTTP_ANSWERED && end->status >= 400;
    int64_t code = failed ? twilio_read_error(buf_view(&call->came)) : 0;
    note(call, end, code);
    switch (call->kind) {
    case SEND:
        end_send(call, end, code);
        break;
    case LIST_MESSAGES:
        end_list(call, end);
        break;
    case TYPING:
        call_free(call);
        break;
    }
}

/* ---- what is asked for ---- */

twilio_call_t *twilio_send(twilio_t *self, const twilio_outgoing_t *message,
                           const proto_trace_t *trace, twilio_sent_t *done, void *arg)
{
    twilio_call_t *call = call_new(self, SEND, message->to, trace, arg);
    if (!call)
        return NULL;
    twilio_outgoing_t complete = *message;
    if (complete.status_callback.size == 0)
        complete.status_callback = buf_view(&self->callback);
    call->on_sent = done;
    twilio_write_message(&complete, &call->sent);
    begin(call);
    return call;
}

twilio_call_t *twilio_list(twilio_t *self, str_t to, str_t from, int64_t since_ms,
                           const proto_trace_t *trace, twilio_listed_t *done, void *arg)
{
    twilio_call_t *call = call_new(self, LIST_MESSAGES, to, trace, arg);
    if (!call)
        return NULL;
    call->on_listed = done;
    call->since_ms = since_ms;
    call->entries = arena_alloc(call->arena, TWILIO_LIST_MAX * sizeof *call->entries);
    twilio_write_query(to, from, &call->sent);
    begin(call);
    return call;
}

void twilio_typing(twilio_t *self, str_t message_id, const proto_trace_t *trace)
{
    twilio_call_t *call = call_new(self, TYPING, (str_t){NULL, 0}, trace, NULL);
    if (!call)
        return;
    twilio_write_typing(message_id, &call->sent);
    begin(call);
}

void twilio_cancel(twilio_call_t **call_p)
{
    twilio_call_t *call = *call_p;
    *call_p = NULL;
    call_free(call);
}

/* ---- birth and death ---- */

static char *print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *print(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int size = vasprintf(&text, format, args);
    va_end(args);
    if (size < 0)
        abort();
    return text;
}

/* Bytes of a base URL without fragment and slashes at its end. */
static size_t base_size(const char *base)
{
    size_t size = strcspn(base, "#");
    while (size && base[size - 1] == '/')
        size--;
    return size;
}

static bool has_key(void)
{
    return *config.TWILIO_API_KEY && *config.TWILIO_API_SECRET;
}

static http_t *connect_to(uv_loop_t *loop, const char *url)
{
    bool key = has_key();
    http_settings_t settings = {
        .url = url,
        .content_type = "application/x-www-form-urlencoded",
        .user = key ? config.TWILIO_API_KEY : config.TWILIO_ACCOUNT_SID,
        .password = key ? config.TWILIO_API_SECRET : config.TWILIO_AUTH_TOKEN,
        .ca_file = "",
        .once = true,
        .http1 = true, /* a connection per request: few, short, and easy to reason about */
        .connections = (size_t)config.TWILIO_CONNECTIONS,
        .in_flight = (size_t)config.TWILIO_CONNECTIONS,
        .connect_ms = config.TWILIO_CONNECT_MS,
        .first_ms = config.TWILIO_REQUEST_MS,
        .idle_ms = config.TWILIO_REQUEST_MS,
        .max_bytes = ANSWER_MAX,
    };
    return http_new(loop, &settings);
}

twilio_t *twilio_new(uv_loop_t *loop)
{
    if (!*config.TWILIO_ACCOUNT_SID || (!has_key() && !*config.TWILIO_AUTH_TOKEN))
        return NULL;
    twilio_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    LIST_INIT(&self->calls);
    buf_init(&self->callback, BODY_MAX);
    callback_print(&self->callback, str_from(config.PUBLIC_BASE_URL), (str_t){NULL, 0});
    char *messages =
        print("%.*s/2010-04-01/Accounts/%s/Messages.json", (int)base_size(config.TWILIO_API_BASE),
              config.TWILIO_API_BASE, config.TWILIO_ACCOUNT_SID);
    char *typing =
        print("%.*s/v2/Indicators/Typing.json", (int)base_size(config.TWILIO_MESSAGING_BASE),
              config.TWILIO_MESSAGING_BASE);
    self->messages = connect_to(loop, messages);
    self->typing = connect_to(loop, typing);
    free(messages);
    free(typing);
    return self;
}

void twilio_destroy(twilio_t **self_p)
{
    twilio_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    while (!LIST_EMPTY(&self->calls))
        call_free(LIST_FIRST(&self->calls)); /* NOLINT(clang-analyzer-unix.Malloc): it is removed */
    http_destroy(&self->messages);
    http_destroy(&self->typing);
    buf_free(&self->callback);
    free(self);
}
