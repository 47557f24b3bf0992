/* Answers; see kore_answer.h. */
#include "gateway/kore_answer.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "common/clock.h"
#include "common/metrics.h"
#include "gateway/kore_guard.h"

#define PROBLEM_MAX 2048

static bool closing;

#define POLICY_MAX 8192
#define POLICY                                                                  \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " \
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "

static const struct header {
    const char *name;
    const char *value;
} fixed[] = {
    {"x-content-type-options", "nosniff"},
    {"referrer-policy", "no-referrer"},
    {"cross-origin-opener-policy", "same-origin"},
    {"permissions-policy", "camera=(), geolocation=(), microphone=()"},
};
/* A page may load what comes from here and nothing else; nobody may frame it, … */
static const struct header closed[] = {
    {"content-security-policy", POLICY "'none'"},
    {"x-frame-options", "DENY"},
    {"cross-origin-resource-policy", "same-origin"},
};
/* … but the widget, which the shop's own sites may. */
static const struct header open[] = {
    {"cross-origin-resource-policy", "cross-origin"},
};
#define COUNT(table) (sizeof(table) / sizeof *(table))

static void number_header(struct http_request *req, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    http_response_header(req, name, text);
}

static void table_headers(struct http_request *req, const struct header *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        http_response_header(req, table[i].name, table[i].value);
}

static void policy(struct http_request *req, const char *sites)
{
    char value[POLICY_MAX];

    snprintf(value, sizeof value, POLICY "%s", sites);
    http_response_header(req, "content-security-policy", value);
    table_headers(req, open, COUNT(open));
}

static void headers(struct http_request *req, const answer_t *answer)
{
    table_headers(req, fixed, COUNT(fixed));
    if (answer->frame)
        policy(req, answer->frame);
    else
        table_headers(req, closed, COUNT(closed));
    http_response_header(req, "cache-control", answer->etag ? "no-cache" : "no-store");
    if (answer->type)
        http_response_header(req, "content-type", answer->type);
    if (answer->etag)
        http_response_header(req, "etag", answer->etag);
    if (answer->cookie)
        http_response_header(req, "set-cookie", answer->cookie);
    if (answer->allow)
        http_response_header(req, "allow", answer->allow);
    if (answer->retry_after_s)
        number_header(req, "retry-after", answer->retry_after_s);
    if (answer->status == 401)
        http_response_header(req, "www-authenticate", "Bearer");
}

/* What TCP knows of the other side: a hang-up is known to the kernel before Kore's loop hears of
 * it. */
static bool tcp_knows(const struct connection *c, struct tcp_info *info)
{
    socklen_t size = sizeof *info;

    memset(info, 0, sizeof *info);
    return getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, info, &size) == 0;
}

bool answer_has_reader(const struct connection *c)
{
    struct tcp_info info;

    return c && c->state == CONN_STATE_ESTABLISHED &&
           (!tcp_knows(c, &info) || info.tcpi_state == TCP_ESTABLISHED);
}

bool answer_is_doubtful(const struct connection *c)
{
    struct tcp_info info;

    if (!c || !TAILQ_EMPTY(&c->send_queue))
        return true;
    if (!tcp_knows(c, &info) || info.tcpi_state == TCP_ESTABLISHED)
        return false;
    return info.tcpi_state != TCP_CLOSE_WAIT || info.tcpi_unacked > 0;
}

bool answer_send(struct http_request *req, const answer_t *answer)
{
    struct connection *c = req->owner;

    if (!c || c->state != CONN_STATE_ESTABLISHED)
        return false;
    metric_add_label(METRIC_HTTP_REQUESTS, status_word(answer->status), 1);
    metric_observe(METRIC_HTTP_SECONDS, answer->started_us ? clock_us() - answer->started_us : 0);
    headers(req, answer);
    if (closing)
        c->flags |= CONN_CLOSE_EMPTY;
    c->flags |= CONN_IS_BUSY; /* else Kore would re-arm its own parser */
    http_response(req, answer->status, answer->body.data, answer->body.size);
    c->flags &= (u_int16_t)~CONN_IS_BUSY;
    if (!(c->flags & CONN_CLOSE_EMPTY))
        guard_next(c);
    else
        kore_connection_start_idletimer(c);
    return net_send_flush(c) == KORE_RESULT_OK;
}

void answer_problem(struct http_request *req, const problem_t *problem, const char *allow,
                    int64_t started_us)
{
    buf_t body;
    answer_t answer = {.status = problem->status,
                       .type = PROBLEM_TYPE,
                       .allow = allow,
                       .retry_after_s = problem->retry_after_s,
                       .started_us = started_us};

    buf_init(&body, PROBLEM_MAX);
    problem_print(problem, &body);
    answer.body = buf_view(&body);
    answer_send(req, &answer);
    buf_free(&body);
}

static void raw_head(buf_t *out, int status, const char *type)
{
    buf_printf(out, "HTTP/1.1 %d %s\r\nserver: mostrador\r\nconnection: close\r\n", status,
               status_title(status));
    for (size_t i = 0; i < COUNT(fixed); i++)
        buf_printf(out, "%s: %s\r\n", fixed[i].name, fixed[i].value);
    for (size_t i = 0; i < COUNT(closed); i++)
        buf_printf(out, "%s: %s\r\n", closed[i].name, closed[i].value);
    buf_printf(out, "cache-control: no-store\r\ncontent-type: %s\r\n", type);
}

void answer_raw_problem(struct connection *c, const problem_t *problem)
{
    buf_t body;
    buf_t out;

    buf_init(&body, PROBLEM_MAX);
    buf_init(&out, 2 * PROBLEM_MAX);
    problem_print(problem, &body);
    raw_head(&out, problem->status, PROBLEM_TYPE);
    buf_printf(&out, "content-length: %zu\r\n\r\n", body.size);
    buf_add(&out, body.data, body.size);
    if (buf_ok(&out))
        net_send_queue(c, out.data, out.size);
    buf_free(&body);
    buf_free(&out);
}

void answer_raw_events(struct connection *c)
{
    buf_t out;

    buf_init(&out, PROBLEM_MAX);
    raw_head(&out, 200, "text/event-stream; charset=utf-8");
    buf_str(&out, "x-accel-buffering: no\r\n\r\n");
    if (buf_ok(&out))
        net_send_queue(c, out.data, out.size);
    buf_free(&out);
}

void answer_close_all(void)
{
    closing = true;
}
