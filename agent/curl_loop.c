/* One uv_poll_t per descriptor, kept by curl itself through curl_multi_assign, and one timer. */
#include "agent/curl_loop.h"

#include <stdlib.h>
#include <sys/queue.h>

/* A descriptor that curl wants watched. */
typedef struct watch {
    uv_poll_t poll;
    curl_loop_t *owner;
    curl_socket_t fd;
    LIST_ENTRY(watch) link;
} watch_t;

LIST_HEAD(watch_list, watch);

struct curl_loop {
    uv_loop_t *loop;
    CURLM *multi;
    void (*ran)(void *arg);
    void *arg;
    struct watch_list watches;
    uv_timer_t timer;
};

static void on_watch_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void watch_close(watch_t *watch)
{
    LIST_REMOVE(watch, link);
    uv_poll_stop(&watch->poll);
    uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
}

static void on_stir(uv_poll_t *poll, int status, int events)
{
    watch_t *watch = poll->data;
    curl_loop_t *self = watch->owner;
    int action = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        action |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        action |= CURL_CSELECT_OUT;
    int running;
    curl_multi_socket_action(self->multi, watch->fd, action, &running);
    self->ran(self->arg);
}

static watch_t *watch_new(curl_loop_t *self, curl_socket_t fd)
{
    watch_t *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    if (uv_poll_init_socket(self->loop, &watch->poll, fd) < 0) {
        free(watch);
        return NULL;
    }
    watch->owner = self;
    watch->fd = fd;
    watch->poll.data = watch;
    LIST_INSERT_HEAD(&self->watches, watch, link);
    curl_multi_assign(self->multi, fd, watch);
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    (void)easy;
    curl_loop_t *self = arg;
    watch_t *watch = known;
    if (what == CURL_POLL_REMOVE) {
        if (watch)
            watch_close(watch);
        curl_multi_assign(self->multi, fd, NULL);
        return 0;
    }
    if (!watch && !(watch = watch_new(self, fd)))
        return -1;
    int events = 0;
    if (what & CURL_POLL_IN)
        events |= UV_READABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_WRITABLE;
    return uv_poll_start(&watch->poll, events, on_stir) < 0 ? -1 : 0;
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
    LIST_INIT(&self->watches);
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, self);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, self);
    return self;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void curl_loop_destroy(curl_loop_t **self_p)
{
    curl_loop_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    curl_multi_cleanup(self->multi); /* tells of the descriptors it closes */
    watch_t *watch;
    while ((watch = LIST_FIRST(&self->watches)))
        watch_close(watch);
    uv_close((uv_handle_t *)&self->timer, on_timer_closed);
}
