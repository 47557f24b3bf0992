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

/* A multi, and the time at which it wants to run. */
typedef struct lane {
    curl_loop_t *owner;
    CURLM *multi;
    uv_timer_t timer;
} lane_t;

struct curl_loop {
    void (*ran)(void *arg);
    void *arg;
    int epoll;      /* of all descriptors: their events name the lane and the descriptor */
    uv_poll_t poll; /* of it */
    size_t open;    /* handles not closed yet */
    size_t count;
    lane_t lanes[];
};

static void hear(curl_loop_t *self, const struct epoll_event *event)
{
    int action = event->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0;
    if (event->events & EPOLLIN)
        action |= CURL_CSELECT_IN;
    if (event->events & EPOLLOUT)
        action |= CURL_CSELECT_OUT;
    int running;
    curl_multi_socket_action(self->lanes[event->data.u64 >> 32].multi,
                             (int)(uint32_t)event->data.u64, action, &running);
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
    lane_t *lane = arg;
    curl_loop_t *self = lane->owner;
    struct epoll_event event = {.data.u64 = (uint64_t)(lane - self->lanes) << 32 | (uint32_t)fd};
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL); /* it may be closed, and so be gone */
        curl_multi_assign(lane->multi, fd, NULL);
        return 0;
    }
    if (what & CURL_POLL_IN)
        event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        event.events |= EPOLLOUT;
    if (epoll_ctl(self->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == -1)
        return -1;
    curl_multi_assign(lane->multi, fd, lane);
    return 0;
}

static void on_time(uv_timer_t *timer)
{
    lane_t *lane = timer->data;
    int running;
    curl_multi_socket_action(lane->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    lane->owner->ran(lane->owner->arg);
}

/* 0 ms means soon, but not from inside this callback: a timer of 0 does that. */
static int on_timer_wish(CURLM *multi, long ms, void *arg)
{
    (void)multi;
    lane_t *lane = arg;
    if (ms < 0)
        uv_timer_stop(&lane->timer);
    else
        uv_timer_start(&lane->timer, on_time, (uint64_t)ms, 0);
    return 0;
}

static void lane_open(curl_loop_t *self, size_t i, uv_loop_t *loop, CURLM *multi)
{
    lane_t *lane = &self->lanes[i];
    lane->owner = self;
    lane->multi = multi;
    uv_timer_init(loop, &lane->timer);
    lane->timer.data = lane;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, lane);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, lane);
}

curl_loop_t *curl_loop_new(uv_loop_t *loop, CURLM *const *multis, size_t count,
                           void (*ran)(void *arg), void *arg)
{
    curl_loop_t *self = calloc(1, sizeof *self + count * sizeof self->lanes[0]);
    if (!self)
        abort();
    self->ran = ran;
    self->arg = arg;
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (self->epoll == -1)
        log_fatal("epoll_create1: %s", strerror(errno));
    self->open = 1 + count;
    self->count = count;
    uv_poll_init(loop, &self->poll, self->epoll);
    uv_poll_start(&self->poll, UV_READABLE, on_stir);
    self->poll.data = self;
    for (size_t i = 0; i < count; i++)
        lane_open(self, i, loop, multis[i]);
    return self;
}

static void closed(curl_loop_t *self)
{
    if (--self->open == 0)
        free(self);
}

static void on_poll_closed(uv_handle_t *handle)
{
    closed(handle->data);
}

static void on_timer_closed(uv_handle_t *handle)
{
    closed(((lane_t *)handle->data)->owner);
}

void curl_loop_destroy(curl_loop_t **self_p)
{
    curl_loop_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    for (size_t i = 0; i < self->count; i++) {
        curl_multi_cleanup(self->lanes[i].multi); /* tells of the descriptors it closes */
        uv_close((uv_handle_t *)&self->lanes[i].timer, on_timer_closed);
    }
    uv_close((uv_handle_t *)&self->poll, on_poll_closed);
    close(self->epoll);
}
