/*
 * curl's descriptors are watched by an epoll of their own, and that one by the loop: of ten
 * thousand connections that have something to say at once only some are heard in a round of the
 * loop, so that timers, heartbeats among them, and the other sockets are never late because of
 * them.
 */
#include "agent/curl_loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/log.h"

#define EVENTS 32 /* descriptors that are heard in a round */

struct curl_loop {
    uv_loop_t *loop;
    CURLM *multi;
    void (*ran)(void *arg);
    void *arg;
    int epoll;
    uv_poll_t poll; /* of it */
    uv_timer_t timer;
    size_t open; /* handles not closed yet */
};

static void hear(curl_loop_t *self, const struct epoll_event *event)
{
    int action = event->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0;
    if (event->events & EPOLLIN)
        action |= CURL_CSELECT_IN;
    if (event->events & EPOLLOUT)
        action |= CURL_CSELECT_OUT;
    int running;
    curl_multi_socket_action(self->multi, event->data.fd, action, &running);
}

/* A descriptor that curl closes meanwhile, or closes and opens anew, is told of once too often:
 * curl then finds that there is nothing to read. */
static void on_stir(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    curl_loop_t *self = poll->data;
    struct epoll_event heard[EVENTS];
    int count = epoll_wait(self->epoll, heard, EVENTS, 0);
    for (int i = 0; i < count; i++)
        hear(self, &heard[i]);
    self->ran(self->arg);
}

/* known is not NULL for a descriptor that is watched already. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    (void)easy;
    curl_loop_t *self = arg;
    struct epoll_event event = {.data.fd = fd};
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL); /* it may be closed, and so be gone */
        curl_multi_assign(self->multi, fd, NULL);
        return 0;
    }
    if (what & CURL_POLL_IN)
        event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        event.events |= EPOLLOUT;
    if (epoll_ctl(self->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == -1)
        return -1;
    curl_multi_assign(self->multi, fd, self);
    return 0;
}

static void on_time(uv_timer_t *timer)
{
    curl_loop_t *self = timer->data;
    int running;
    curl_multi_socket_action(self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    self->ran(self->arg);
}

/* 0 ms means soon, but not from inside this callback: a timer of 0 does that. */
static int on_timer_wish(CURLM *multi, long ms, void *arg)
{
    (void)multi;
    curl_loop_t *self = arg;
    if (ms < 0)
        uv_timer_stop(&self->timer);
    else
        uv_timer_start(&self->timer, on_time, (uint64_t)ms, 0);
    return 0;
}

curl_loop_t *curl_loop_new(uv_loop_t *loop, CURLM *multi, void (*ran)(void *arg), void *arg)
{
    curl_loop_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->loop = loop;
    self->multi = multi;
    self->ran = ran;
    self->arg = arg;
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (self->epoll == -1)
        log_fatal("epoll_create1: %s", strerror(errno));
    self->open = 2;
    uv_poll_init(loop, &self->poll, self->epoll);
    uv_poll_start(&self->poll, UV_READABLE, on_stir);
    uv_timer_init(loop, &self->timer);
    self->poll.data = self->timer.data = self;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, self);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, self);
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    curl_loop_t *self = handle->data;
    if (--self->open == 0)
        free(self);
}

void curl_loop_destroy(curl_loop_t **self_p)
{
    curl_loop_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    curl_multi_cleanup(self->multi); /* tells of the descriptors it closes */
    uv_close((uv_handle_t *)&self->poll, on_closed);
    uv_close((uv_handle_t *)&self->timer, on_closed);
    close(self->epoll);
}
