#include "sessions/redis_poll.h"

#include <stdlib.h>

typedef struct redis_poll {
    uv_poll_t handle;           /* first: it is freed as one */
    redisAsyncContext *context; /* NULL once hiredis has let go */
    int events;                 /* what hiredis waits for */
} redis_poll_t;

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

/* Either call may end the context, and cleanup below then forgets it. */
static void on_event(uv_poll_t *handle, int status, int events)
{
    redis_poll_t *self = handle->data;
    if (status < 0) /* let hiredis meet the error itself */
        events = UV_READABLE | UV_WRITABLE;
    if (self->context && (events & UV_READABLE))
        redisAsyncHandleRead(self->context);
    if (self->context && (events & UV_WRITABLE))
        redisAsyncHandleWrite(self->context);
}

static void watch(redis_poll_t *self, int events)
{
    self->events = events;
    if (events)
        uv_poll_start(&self->handle, events, on_event);
    else
        uv_poll_stop(&self->handle);
}

static void add_read(void *arg)
{
    redis_poll_t *self = arg;
    watch(self, self->events | UV_READABLE);
}

static void del_read(void *arg)
{
    redis_poll_t *self = arg;
    watch(self, self->events & ~UV_READABLE);
}

static void add_write(void *arg)
{
    redis_poll_t *self = arg;
    if (!(self->events & UV_WRITABLE)) /* asked for with every command */
        watch(self, self->events | UV_WRITABLE);
}

static void del_write(void *arg)
{
    redis_poll_t *self = arg;
    watch(self, self->events & ~UV_WRITABLE);
}

static void cleanup(void *arg)
{
    redis_poll_t *self = arg;
    self->context = NULL;
    uv_close((uv_handle_t *)&self->handle, on_closed);
}

bool redis_poll_attach(redisAsyncContext *context, uv_loop_t *loop)
{
    redis_poll_t *self = calloc(1, sizeof *self);
    if (!self || uv_poll_init(loop, &self->handle, context->c.fd) != 0) {
        free(self);
        return false;
    }
    self->handle.data = self;
    self->context = context;
    context->ev.data = self;
    context->ev.addRead = add_read;
    context->ev.delRead = del_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = del_write;
    context->ev.cleanup = cleanup;
    return true;
}
