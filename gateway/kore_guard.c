/*
 * Receive callbacks in front of Kore's own; why, see head.h. Kore's timeouts are switched off
 * (4.1 forgets to clear them, and sleeping requests got a 408): the deadline of head and body is
 * kept here. A refused client is told why in JSON, then what it still sends is read and dropped
 * for a moment: closing at once would make its kernel throw the answer away.
 */
#include "gateway/kore_guard.h"

#include <sys/socket.h>

#include "common/clock.h"
#include "common/metrics.h"
#include "gateway/head.h"
#include "gateway/kore_answer.h"

#define HEAD_MS 5000  /* from a request's first byte to the end of its head */
#define BODY_MS 10000 /* from there to the end of its body */
#define FILE_MS 60000 /* the same of a file */
#define MAX_FILES                                                                  \
    8 /* that come in at once: each takes its whole memory before anybody has been \
         asked who it is from */
#define LINGER_MS 2000         /* from a refusal to the end of the connection */
#define LINGER_BYTES (4 << 20) /* more than any body that is taken */

/* One per connection, in its hdlr_extra; Kore frees it. */
typedef struct guard {
    int64_t deadline_ms; /* 0: nothing is awaited */
    size_t dropped;      /* bytes read after a refusal */
    bool refused;
    bool shut; /* our side is closed */
    bool file; /* counted in files */
} guard_t;

/* Kore's own, a static function: seen when it is first installed. */
static int (*kore_body_recv)(struct netbuf *nb);

static size_t files; /* that come in, or wait for their answer */

static int guard_head(struct netbuf *nb);

static int guard_drop(struct netbuf *nb)
{
    guard_t *self = nb->owner->hdlr_extra;

    self->dropped += nb->s_off;
    nb->s_off = 0;
    return self->dropped > LINGER_BYTES ? KORE_RESULT_ERROR : KORE_RESULT_OK;
}

/* Says that nothing more comes, once everything has left. */
static void shut_when_sent(struct connection *c, guard_t *self)
{
    if (!self->shut && TAILQ_EMPTY(&c->send_queue))
        self->shut = shutdown(c->fd, SHUT_WR) == 0;
}

static void refuse(struct connection *c, const problem_t *problem)
{
    guard_t *self = c->hdlr_extra;

    metric_add_label(METRIC_HTTP_REJECTED, status_word(problem->status), 1);
    log_info("http_rejected", LOG_INT("status", problem->status), LOG_CSTR("why", problem->detail));
    self->refused = true;
    self->deadline_ms = clock_ms() + LINGER_MS;
    answer_raw_problem(c, problem);
    net_recv_reset(c, HEAD_MAX, guard_drop);
    if (net_send_flush(c) != KORE_RESULT_OK)
        kore_connection_disconnect(c);
    else
        shut_when_sent(c, self);
}

static int guard_body(struct netbuf *nb)
{
    struct connection *c = nb->owner;
    guard_t *self = c->hdlr_extra;
    int result = kore_body_recv(nb);

    c->http_timeout = 0;
    if (c->rnb->cb == kore_body_recv) {
        c->rnb->cb = guard_body;
    } else { /* whole: nothing more is read before the answer */
        self->deadline_ms = 0;
        kore_free(c->rnb->buf);
        c->rnb->buf = NULL;
        c->rnb->m_len = 0;
        c->rnb->cb = guard_head;
    }
    return result;
}

static void end_file(struct connection *c)
{
    guard_t *self = c->hdlr_extra;

    if (self && self->file)
        files--;
    if (self)
        self->file = false;
}

/* A body that is a file has a place of its own; false: there is none left. */
static bool begin_file(struct connection *c, const head_t *head)
{
    guard_t *self = c->hdlr_extra;
    problem_t problem;

    if (head->body <= HEAD_MAX_BODY)
        return true;
    if (files >= MAX_FILES) {
        problem_set(&problem, 503, "Too many files are being sent.");
        problem.retry_after_s = 5;
        refuse(c, &problem);
        return false;
    }
    files++;
    self->file = true;
    c->disconnect = end_file;
    return true;
}

/* Hands a sound head to Kore, and takes the body's callback over. */
static int pass_on(struct netbuf *nb, const head_t *head)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct connection *c = nb->owner;
    guard_t *self = c->hdlr_extra;
    bool more = head->size + head->body > nb->s_off;
    int result;

    if (!begin_file(c, head))
        return KORE_RESULT_OK;
    self->deadline_ms = more ? clock_ms() + (self->file ? FILE_MS : BODY_MS) : 0;
    if (more && head->expects)
        net_send_queue(c, go_on, sizeof go_on - 1);
    result = http_header_recv(nb);
    c->http_timeout = 0;
    if (c->rnb->cb != guard_head) {
        kore_body_recv = c->rnb->cb;
        c->rnb->cb = guard_body;
    }
    if (more && head->expects && net_send_flush(c) != KORE_RESULT_OK)
        return KORE_RESULT_ERROR;
    return result;
}

static int guard_head(struct netbuf *nb)
{
    struct connection *c = nb->owner;
    guard_t *self = c->hdlr_extra;
    problem_t problem;
    head_t head;

    if (self->deadline_ms == 0)
        self->deadline_ms = clock_ms() + HEAD_MS;
    switch (head_check((str_t){(const char *)nb->buf, nb->s_off}, &head, &problem)) {
    case HEAD_MORE:
        break;
    case HEAD_WHOLE:
        return pass_on(nb, &head);
    case HEAD_BAD:
        refuse(c, &problem);
    }
    return KORE_RESULT_OK;
}

void guard_next(struct connection *c)
{
    guard_t *self = c->hdlr_extra;

    end_file(c);
    self->deadline_ms = 0;
    c->http_timeout = 0;
    kore_connection_start_idletimer(c); /* the wait for the answer was not idleness */
    net_recv_reset(c, HEAD_MAX, guard_head);
    if (net_recv_flush(c) != KORE_RESULT_OK)
        kore_connection_disconnect(c);
}

void guard_sweep(int64_t now_ms)
{
    struct connection *c;
    struct connection *next;

    for (c = TAILQ_FIRST(&connections); c; c = next) {
        guard_t *self = c->hdlr_extra;
        problem_t problem;

        next = TAILQ_NEXT(c, list);
        if (c->proto != CONN_PROTO_HTTP || !self || self->deadline_ms == 0)
            continue;
        if (self->refused)
            shut_when_sent(c, self);
        if (now_ms < self->deadline_ms)
            continue;
        if (self->refused) {
            kore_connection_disconnect(c);
        } else {
            problem_set(&problem, 408, "The request did not come in time.");
            refuse(c, &problem);
        }
    }
}

void gateway_connect(struct connection *c)
{
    c->proto = CONN_PROTO_HTTP;
    c->hdlr_extra = kore_calloc(1, sizeof(guard_t));
    c->http_timeout = 0;
    c->idle_timer.length = http_keepalive_time * 1000;
    net_recv_queue(c, HEAD_MAX, NETBUF_CALL_CB_ALWAYS, guard_head);
}
