/*
 * A connection has one request under way: what follows it in the buffer is read once that was
 * answered. All answers wait equally long, so those that wait are a queue.
 */
#include "tests/bench/sim/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"

#define MAX_HEAD (16 << 10)
#define MAX_BODY (8 << 20)
#define MAX_ANSWER (1 << 20)
#define EVENTS 256
#define READ_BYTES (64 << 10)

typedef struct connection {
    int fd;
    buf_t in, out;
    size_t sent;                  /* bytes of out */
    int64_t due_us;               /* the answer in out is due then; 0: none waits */
    bool close;                   /* after this answer */
    bool writing;                 /* epoll watches for room to write */
    TAILQ_ENTRY(connection) link; /* in waiting while due_us */
} connection_t;

TAILQ_HEAD(connection_list, connection);

struct serve {
    int listener, epoll;
    int64_t latency_us;
    serve_handler_t *handler;
    void *arg;
    volatile bool stop;
    struct connection_list waiting;
    connection_t **open; /* by descriptor */
    size_t open_room;
    buf_t body; /* of the answer being written */
    serve_counts_t counts;
};

/* ---- connections ---- */

static void watch(serve_t *self, connection_t *connection, bool writing)
{
    if (connection->writing == writing)
        return;
    connection->writing = writing;
    struct epoll_event event = {.events = EPOLLIN | (writing ? EPOLLOUT : 0u),
                                .data.ptr = connection};
    epoll_ctl(self->epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

static void wait_no_more(serve_t *self, connection_t *connection)
{
    if (!connection->due_us)
        return;
    TAILQ_REMOVE(&self->waiting, connection, link);
    connection->due_us = 0;
    self->counts.waiting--;
}

static void drop(serve_t *self, connection_t *connection)
{
    wait_no_more(self, connection);
    self->open[connection->fd] = NULL;
    close(connection->fd);
    buf_free(&connection->in);
    buf_free(&connection->out);
    free(connection);
    self->counts.open--;
}

static void keep(serve_t *self, connection_t *connection)
{
    size_t fd = (size_t)connection->fd;
    if (fd >= self->open_room) {
        size_t room = fd * 2 + 64;
        self->open = realloc(self->open, room * sizeof(connection_t *));
        if (!self->open)
            abort();
        memset(self->open + self->open_room, 0, (room - self->open_room) * sizeof(connection_t *));
        self->open_room = room;
    }
    self->open[fd] = connection;
    self->counts.connections++;
    if (++self->counts.open > self->counts.most_open)
        self->counts.most_open = self->counts.open;
}

static void accept_all(serve_t *self)
{
    int fd;
    while ((fd = accept4(self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        connection_t *connection = calloc(1, sizeof *connection);
        if (!connection)
            abort();
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection->fd = fd;
        buf_init(&connection->in, MAX_HEAD + MAX_BODY);
        buf_init(&connection->out, MAX_ANSWER);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
            abort();
        keep(self, connection);
    }
}

/* ---- requests ---- */

static str_t trimmed(const char *from, const char *to)
{
    while (from < to && *from == ' ')
        from++;
    while (to > from && to[-1] == ' ')
        to--;
    return (str_t){from, (size_t)(to - from)};
}

static bool is_header(str_t name, const char *wanted)
{
    return name.size == strlen(wanted) && strncasecmp(name.data, wanted, name.size) == 0;
}

static bool read_length(str_t text, size_t *length)
{
    *length = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || *length > MAX_BODY)
            return false;
        *length = *length * 10 + (size_t)(text.data[i] - '0');
    }
    return text.size > 0 && *length <= MAX_BODY;
}

static bool read_line(str_t line, serve_request_t *request)
{
    const char *end = line.data + line.size;
    const char *blank = memchr(line.data, ' ', line.size);
    const char *second = blank ? memchr(blank + 1, ' ', (size_t)(end - blank - 1)) : NULL;
    if (!second || !str_is(trimmed(second, end), "HTTP/1.1"))
        return false;
    request->method = trimmed(line.data, blank);
    const char *query = memchr(blank, '?', (size_t)(second - blank));
    request->path = trimmed(blank, query ? query : second);
    return true;
}

/* Bytes of body, or -1 for what is not understood (transfer codings, expectations too). */
static ssize_t read_head(str_t head, serve_request_t *request, bool *close_after)
{
    const char *at = head.data, *end = head.data + head.size;
    bool first = true;
    size_t length = 0;
    while (at < end) {
        const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);
        if (!stop)
            return -1;
        str_t line = {at, (size_t)(stop - at)};
        at = stop + 2;
        if (first) {
            if (!read_line(line, request))
                return -1;
            first = false;
            continue;
        }
        const char *colon = memchr(line.data, ':', line.size);
        if (!colon)
            return -1;
        str_t name = {line.data, (size_t)(colon - line.data)};
        str_t value = trimmed(colon + 1, stop);
        if (is_header(name, "content-length") && !read_length(value, &length))
            return -1;
        if (is_header(name, "transfer-encoding") || is_header(name, "expect"))
            return -1;
        if (is_header(name, "content-type"))
            request->content_type = value;
        if (is_header(name, "authorization"))
            request->authorization = value;
        if (is_header(name, "connection") && is_header(value, "close"))
            *close_after = true;
    }
    return first ? -1 : (ssize_t)length;
}

static const char *reason(int status)
{
    return status == 200 ? "OK" : status == 201 ? "Created" : status == 404 ? "Not Found" : "Bad";
}

static void write_answer(connection_t *connection, const serve_answer_t *answer)
{
    buf_t *out = &connection->out;
    buf_clear(out);
    connection->sent = 0;
    buf_printf(out, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n", answer->status,
               reason(answer->status), answer->type, answer->body->size);
    buf_str(out, connection->close ? "Connection: close\r\n\r\n" : "\r\n");
    if (answer->body->size)
        buf_add(out, answer->body->data, answer->body->size);
}

/* false: the rest has not come yet. */
static bool take_request(serve_t *self, connection_t *connection)
{
    buf_t *in = &connection->in;
    const char *blank = in->size ? memmem(in->data, in->size, "\r\n\r\n", 4) : NULL;
    if (!blank && in->size < MAX_HEAD)
        return false;
    serve_request_t request = {0};
    size_t head = blank ? (size_t)(blank - in->data) + 4 : in->size;
    ssize_t length =
        blank ? read_head((str_t){in->data, head - 2}, &request, &connection->close) : -1;
    if (length >= 0 && in->size < head + (size_t)length)
        return false;
    buf_clear(&self->body);
    serve_answer_t answer = {.status = 400, .type = "text/plain", .body = &self->body};
    self->counts.requests++;
    if (length < 0) {
        self->counts.bad_requests++;
        connection->close = true;
        buf_str(&self->body, "not a request that is understood here\n");
    } else {
        request.body = (str_t){in->data + head, (size_t)length};
        self->handler(self->arg, &request, &answer);
        head += (size_t)length;
    }
    write_answer(connection, &answer);
    if (in->size > head)
        buf_skip(in, head);
    else if (self->latency_us)
        buf_free(in); /* thousands wait: what each holds adds up */
    else
        buf_clear(in);
    if (answer.late && self->latency_us) {
        connection->due_us = clock_us() + self->latency_us;
        TAILQ_INSERT_TAIL(&self->waiting, connection, link);
        if (++self->counts.waiting > self->counts.most_waiting)
            self->counts.most_waiting = self->counts.waiting;
    }
    return true;
}

/* ---- in and out ---- */

/* false: the connection is gone. */
static bool flush(serve_t *self, connection_t *connection)
{
    buf_t *out = &connection->out;
    while (connection->sent < out->size) {
        ssize_t done = send(connection->fd, out->data + connection->sent,
                            out->size - connection->sent, MSG_NOSIGNAL);
        if (done < 0 && errno == EAGAIN) {
            watch(self, connection, true);
            return true;
        }
        if (done <= 0) {
            drop(self, connection);
            return false;
        }
        connection->sent += (size_t)done;
    }
    watch(self, connection, false);
    buf_clear(out);
    connection->sent = 0;
    if (connection->close) {
        drop(self, connection);
        return false;
    }
    return true;
}

static void work(serve_t *self, connection_t *connection)
{
    while (!connection->due_us && !connection->out.size && take_request(self, connection))
        if (!connection->due_us && !flush(self, connection))
            return;
}

static void on_readable(serve_t *self, connection_t *connection)
{
    static char bytes[READ_BYTES];
    ssize_t size = recv(connection->fd, bytes, sizeof bytes, 0);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0) {
        drop(self, connection);
        return;
    }
    buf_add(&connection->in, bytes, (size_t)size);
    if (!buf_ok(&connection->in))
        drop(self, connection);
    else
        work(self, connection);
}

static void answer_due(serve_t *self)
{
    connection_t *connection;
    int64_t now = clock_us();
    while ((connection = TAILQ_FIRST(&self->waiting)) && connection->due_us <= now) {
        wait_no_more(self, connection);
        if (flush(self, connection))
            work(self, connection);
    }
}

static int patience_ms(const serve_t *self)
{
    const connection_t *first = TAILQ_FIRST(&self->waiting);
    if (!first)
        return 1000;
    int64_t left = first->due_us - clock_us();
    return left <= 0 ? 0 : (int)((left + 999) / 1000);
}

void serve_run(serve_t *self)
{
    struct epoll_event events[EVENTS];
    while (!self->stop) {
        int count = epoll_wait(self->epoll, events, EVENTS, patience_ms(self));
        for (int i = 0; i < count; i++) {
            connection_t *connection = events[i].data.ptr;
            if (!connection)
                accept_all(self);
            else if (events[i].events & EPOLLOUT) {
                if (flush(self, connection))
                    work(self, connection);
            } else {
                on_readable(self, connection);
            }
        }
        answer_due(self);
    }
}

void serve_stop(serve_t *self)
{
    self->stop = true;
}

const serve_counts_t *serve_counts(const serve_t *self)
{
    return &self->counts;
}

/* ---- life ---- */

static bool listen_at(int fd, const char *address, uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(*port)};
    socklen_t size = sizeof at;
    int on = 1;
    if (fd < 0 || inet_pton(AF_INET, address, &at.sin_addr) != 1)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        return false;
    *port = ntohs(at.sin_port);
    return true;
}

serve_t *serve_new(const char *address, uint16_t *port, int64_t latency_ms,
                   serve_handler_t *handler, void *arg)
{
    serve_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->latency_us = latency_ms * 1000;
    self->handler = handler;
    self->arg = arg;
    TAILQ_INIT(&self->waiting);
    buf_init(&self->body, MAX_ANSWER - 1024);
    struct epoll_event event = {.events = EPOLLIN};
    self->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (self->epoll < 0 || !listen_at(self->listener, address, port) ||
        epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->listener, &event) != 0) {
        free(self);
        return NULL;
    }
    return self;
}

void serve_destroy(serve_t **self_p)
{
    serve_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    for (size_t fd = 0; fd < self->open_room; fd++)
        if (self->open[fd])
            drop(self, self->open[fd]);
    free(self->open);
    close(self->listener);
    close(self->epoll);
    buf_free(&self->body);
    free(self);
}
