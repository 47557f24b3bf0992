/* A client whose connection was lost connects again with its next request. */
#include "tests/bench/load/clients.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"

#define MAX_REQUEST (16 << 10)
#define MAX_ANSWER (1 << 20)
#define EVENTS 256
#define READ_BYTES (64 << 10)

typedef struct client {
    int fd; /* -1: not connected */
    size_t index, person;
    buf_t in, out;
    size_t sent;
    int64_t began_us; /* of the request under way; 0: none */
    bool writing;
} client_t;

typedef struct run {
    const clients_settings_t *settings;
    requests_t *requests;
    clients_result_t *result;
    client_t *clients;
    int epoll;
    int64_t zero_us;
    size_t room;    /* of took_us */
    size_t busy;    /* clients with a request under way */
    size_t started; /* clients that have begun */
    bool connected; /* ever */
} run_t;

static void count_error(run_t *self, const char *what, str_t detail)
{
    if (!self->result->errors++)
        snprintf(self->result->first_error, sizeof self->result->first_error, "%s %.*s", what,
                 STR_ARG(detail));
}

static void disconnect(client_t *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->writing = false;
    buf_clear(&client->in);
}

static bool connect_client(run_t *self, client_t *client)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(self->settings->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    client->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0 && errno != EINPROGRESS)
        return false;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = client};
    client->writing = true;
    return epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void watch(run_t *self, client_t *client, bool writing)
{
    if (client->writing == writing)
        return;
    client->writing = writing;
    struct epoll_event event = {.events = EPOLLIN | (writing ? EPOLLOUT : 0u), .data.ptr = client};
    epoll_ctl(self->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static void fail(run_t *self, client_t *client, const char *what)
{
    count_error(self, what, str_from(strerror(errno)));
    disconnect(client);
    client->began_us = 0;
    self->busy--;
}

static void flush(run_t *self, client_t *client)
{
    while (client->sent < client->out.size) {
        ssize_t done = send(client->fd, client->out.data + client->sent,
                            client->out.size - client->sent, MSG_NOSIGNAL);
        if (done < 0 && errno == EAGAIN) {
            watch(self, client, true);
            return;
        }
        if (done <= 0) {
            fail(self, client, "send:");
            return;
        }
        client->sent += (size_t)done;
    }
    self->connected = true;
    watch(self, client, false);
}

static void begin(run_t *self, client_t *client, int64_t now)
{
    const clients_settings_t *settings = self->settings;
    if (now - self->zero_us >= settings->run_ms * 1000)
        return;
    buf_clear(&client->out);
    client->sent = 0;
    requests_write(self->requests, client->person, &client->out);
    client->person += settings->clients;
    if (client->person >= settings->people)
        client->person = client->index;
    client->began_us = now;
    self->busy++;
    if (client->fd < 0 && !connect_client(self, client))
        fail(self, client, "connect:");
    else if (!client->writing)
        flush(self, client);
}

/* ---- answers ---- */

/* Status and body of a whole answer; false: the rest has not come. */
static bool read_answer(const buf_t *in, int *status, str_t *body, size_t *used)
{
    const char *end = in->size ? memmem(in->data, in->size, "\r\n\r\n", 4) : NULL;
    if (!end)
        return false;
    size_t head = (size_t)(end - in->data) + 4, length = 0;
    if (sscanf(in->data, "HTTP/1.1 %d", status) != 1)
        *status = 0;
    for (const char *at = in->data; at < end; at++)
        if (*at == '\n' && strncasecmp(at + 1, "content-length:", 15) == 0)
            length = strtoul(at + 16, NULL, 10);
    if (in->size < head + length)
        return false;
    *body = (str_t){in->data + head, length};
    *used = head + length;
    return true;
}

static void keep_time(run_t *self, int64_t took_us)
{
    clients_result_t *result = self->result;
    if (result->answers == self->room) {
        self->room = self->room * 2 + 4096;
        result->took_us = realloc(result->took_us, self->room * sizeof *result->took_us);
        if (!result->took_us)
            abort();
    }
    result->took_us[result->answers++] = (uint32_t)took_us;
}

static void take_answer(run_t *self, client_t *client, int status, str_t body)
{
    int64_t now = clock_us();
    if (!requests_good(self->requests, status, body)) {
        count_error(self, "answer:", body);
    } else {
        self->result->all++;
        int64_t passed = now - self->zero_us;
        if (passed >= self->settings->warm_ms * 1000 && passed < self->settings->run_ms * 1000)
            keep_time(self, now - client->began_us);
    }
    client->began_us = 0;
    self->busy--;
}

static void on_readable(run_t *self, client_t *client)
{
    static char bytes[READ_BYTES];
    int status;
    str_t body;
    size_t used;
    ssize_t size = recv(client->fd, bytes, sizeof bytes, 0);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0) {
        if (client->began_us)
            fail(self, client, size ? "recv:" : "closed:");
        else
            disconnect(client);
        return;
    }
    buf_add(&client->in, bytes, (size_t)size);
    if (!client->began_us || !buf_ok(&client->in)) {
        count_error(self, "unasked for:", (str_t){bytes, (size_t)size});
        disconnect(client);
    } else if (read_answer(&client->in, &status, &body, &used)) {
        take_answer(self, client, status, body);
        buf_skip(&client->in, used);
    }
}

/* ---- the run ---- */

/* Clients begin one after the other within the ramp; returns ms until the next one, at most 1,000.
 */
static int start_due(run_t *self)
{
    const clients_settings_t *settings = self->settings;
    int64_t now = clock_us(), passed = now - self->zero_us;
    size_t due = settings->clients;
    if (settings->ramp_ms && passed < settings->ramp_ms * 1000)
        due = (size_t)(passed * (int64_t)settings->clients / (settings->ramp_ms * 1000)) + 1;
    for (; self->started < due && self->started < settings->clients; self->started++)
        begin(self, &self->clients[self->started], now);
    return self->started < settings->clients ? 1 : 1000;
}

static void serve_event(run_t *self, const struct epoll_event *event)
{
    client_t *client = event->data.ptr;
    if (client->fd < 0)
        return;
    if ((event->events & EPOLLOUT) && client->began_us)
        flush(self, client);
    if (client->fd >= 0 && (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        on_readable(self, client);
    if (!client->began_us)
        begin(self, client, clock_us());
}

static void loop(run_t *self)
{
    const clients_settings_t *settings = self->settings;
    struct epoll_event events[EVENTS];
    for (;;) {
        int patience = start_due(self);
        int64_t passed = clock_us() - self->zero_us;
        if (passed >= settings->end_ms * 1000 || (passed >= settings->run_ms * 1000 && !self->busy))
            return;
        int count = epoll_wait(self->epoll, events, EVENTS, patience < 50 ? patience : 50);
        for (int i = 0; i < count; i++)
            serve_event(self, &events[i]);
    }
}

static int by_time(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

bool clients_run(const clients_settings_t *settings, requests_t *requests, clients_result_t *result)
{
    *result = (clients_result_t){0};
    run_t self = {.settings = settings, .requests = requests, .result = result};
    self.clients = calloc(settings->clients, sizeof *self.clients);
    self.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!self.clients || self.epoll < 0)
        abort();
    for (size_t i = 0; i < settings->clients; i++) {
        self.clients[i] = (client_t){.fd = -1, .index = i, .person = i};
        buf_init(&self.clients[i].in, MAX_ANSWER);
        buf_init(&self.clients[i].out, MAX_REQUEST);
    }
    self.zero_us = clock_us();
    loop(&self);
    for (size_t i = 0; i < settings->clients; i++) {
        if (self.clients[i].began_us)
            count_error(&self, "no answer", (str_t){0});
        disconnect(&self.clients[i]);
        buf_free(&self.clients[i].in);
        buf_free(&self.clients[i].out);
    }
    result->seconds = (double)(settings->run_ms - settings->warm_ms) / 1e3;
    if (result->answers)
        qsort(result->took_us, result->answers, sizeof *result->took_us, by_time);
    free(self.clients);
    close(self.epoll);
    return self.connected;
}
