#include "common/rpc_loop.h"

#include <czmq.h>
#include <signal.h>

#include "common/rpc_socket.h"

#define NET_MS 50 /* how long a swallowed wake-up may last at worst */

void *rpc_loop_context(void)
{
    static void *context;
    if (!context) {
        setenv("ZSYS_SIGHANDLER", "false", 0);
        context = zsys_init();
        zsys_handler_set(NULL);
    }
    return context;
}

/* ---- a ZeroMQ socket, or all of a client's, in a loop ---- */

struct rpc_socket {
    uv_prepare_t prepare;
    uv_idle_t idle; /* runs while there is something to do, so that the loop does not wait */
    uv_timer_t net;
    uv_poll_t poll;
    size_t open; /* handles not closed yet */
    bool (*read)(void *arg);
    void *arg;
};

static void do_nothing(uv_idle_t *idle)
{
    (void)idle;
}

/* The work of one socket may end in a send on another whose turn in this iteration is over, and a
 * send may swallow a wake-up: so after any work the loop goes round once more without waiting. */
static void look(rpc_socket_t *self)
{
    if (uv_is_closing((uv_handle_t *)&self->prepare))
        return;
    if (self->read(self->arg))
        uv_idle_start(&self->idle, do_nothing);
    else
        uv_idle_stop(&self->idle);
}

static void on_prepare(uv_prepare_t *prepare)
{
    look(prepare->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)poll; /* the loop has woken: prepare looks at every socket before it sleeps again */
    (void)status;
    (void)events;
}

static void on_timer(uv_timer_t *timer)
{
    (void)timer;
}

static rpc_socket_t *watch(uv_loop_t *loop, int fd, bool (*read)(void *), void *arg)
{
    rpc_socket_t *self = zmalloc(sizeof *self);
    self->read = read;
    self->arg = arg;
    self->open = 4;
    uv_prepare_init(loop, &self->prepare);
    uv_idle_init(loop, &self->idle);
    uv_timer_init(loop, &self->net);
    self->prepare.data = self->idle.data = self->net.data = self;
    uv_prepare_start(&self->prepare, on_prepare);
    uv_timer_start(&self->net, on_timer, NET_MS, NET_MS);
    uv_poll_init(loop, &self->poll, fd);
    self->poll.data = self;
    uv_poll_start(&self->poll, UV_READABLE, on_poll);
    uv_idle_start(&self->idle, do_nothing); /* look at once */
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    rpc_socket_t *self = handle->data;
    if (--self->open == 0)
        free(self);
}

rpc_socket_t *rpc_socket_watch(uv_loop_t *loop, void *socket, bool (*read)(void *arg), void *arg)
{
    int fd;
    size_t size = sizeof fd;
    zmq_getsockopt(socket, ZMQ_FD, &fd, &size);
    return watch(loop, fd, read, arg);
}

void rpc_socket_unwatch(rpc_socket_t **self_p)
{
    rpc_socket_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    uv_close((uv_handle_t *)&self->prepare, on_closed);
    uv_close((uv_handle_t *)&self->idle, on_closed);
    uv_close((uv_handle_t *)&self->net, on_closed);
    uv_poll_stop(&self->poll); /* before the socket is closed and its descriptor reused */
    uv_close((uv_handle_t *)&self->poll, on_closed);
}

/* ---- a client in a loop ---- */

struct rpc_loop {
    rpc_socket_t *watch;
    rpc_client_t *client;
};

static bool run_client(void *arg)
{
    rpc_loop_t *self = arg;
    return rpc_client_run(self->client);
}

rpc_loop_t *rpc_loop_attach(uv_loop_t *loop, rpc_client_t *client)
{
    int fd = rpc_client_fd(client);
    rpc_loop_t *self = zmalloc(sizeof *self);
    self->client = client;
    self->watch = watch(loop, fd, run_client, self);
    return self;
}

void rpc_loop_detach(rpc_loop_t **self_p)
{
    if (!*self_p)
        return;
    rpc_socket_unwatch(&(*self_p)->watch);
    free(*self_p);
    *self_p = NULL;
}

/* ---- start and end of a process ---- */

typedef struct signals {
    uv_signal_t handle[2];
    void (*stop)(void *arg);
    void *arg;
    bool told;
    int open;
} signals_t;

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    signals_t *self = handle->data;
    if (!self->told) {
        self->told = true;
        self->stop(self->arg);
    }
}

static void on_signals_closed(uv_handle_t *handle)
{
    signals_t *self = handle->data;
    if (--self->open == 0)
        free(self);
}

void rpc_loop_on_signal(uv_loop_t *loop, void (*stop)(void *arg), void *arg)
{
    static const int numbers[] = {SIGTERM, SIGINT};
    signals_t *self = zmalloc(sizeof *self);
    self->stop = stop;
    self->arg = arg;
    self->open = 2;
    for (int i = 0; i < 2; i++) {
        uv_signal_init(loop, &self->handle[i]);
        self->handle[i].data = self;
        uv_signal_start(&self->handle[i], on_signal, numbers[i]);
        uv_unref((uv_handle_t *)&self->handle[i]);
    }
    signal(SIGPIPE, SIG_IGN);
}

static void close_left(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, handle->type == UV_SIGNAL ? on_signals_closed : NULL);
}

void rpc_loop_end(uv_loop_t *loop)
{
    uv_walk(loop, close_left, NULL);
    while (uv_run(loop, UV_RUN_DEFAULT) != 0)
        continue;
    uv_loop_close(loop);
    zsys_shutdown();
}
