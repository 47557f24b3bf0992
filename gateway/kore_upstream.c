/* The rpc clients in Kore's loop; see kore_upstream.h. */
#include "gateway/kore_upstream.h"

#include <zmq.h>

#include "common/clock.h"
#include "common/config.h"
#include "gateway/kore_api.h"

#define STARTING_MS 3000 /* for the services to be found */
#define ROUNDS 16        /* of reading, before requests get their turn */
#define SESSIONS_WINDOW \
    512 /* calls to one session service at once: it answers thousands a second */

upstream_t upstream;

static void *context;
static bool kicked;
static int64_t started_ms;

static rpc_client_t **const clients[] = {&upstream.sessions, &upstream.dispatcher,
                                         &upstream.catalog};
#define CLIENTS (sizeof clients / sizeof *clients)
static struct kore_event events[CLIENTS]; /* Kore keeps pointers to them */

static void on_kick(void *arg, u_int64_t now)
{
    (void)arg;
    (void)now;
    kicked = false;
    upstream_run();
}

static void kick(void)
{
    if (kicked)
        return;
    kicked = true;
    kore_timer_add(on_kick, 0, NULL, KORE_TIMER_ONESHOT);
}

void upstream_run(void)
{
    bool busy = true;

    for (int round = 0; busy && round < ROUNDS; round++) {
        busy = false;
        for (size_t i = 0; i < CLIENTS; i++)
            if (*clients[i])
                busy |= rpc_client_run(*clients[i]);
    }
    if (busy)
        kick();
}

static void on_readable(void *arg, int error)
{
    struct kore_event *event = arg;

    (void)error;
    event->flags = 0;
    upstream_run();
}

void upstream_start(const char *name, size_t in_flight)
{
    context = zmq_ctx_new();
    if (!context)
        log_fatal("zmq_ctx_new: %s", zmq_strerror(errno));
    upstream.sessions = rpc_client_new(context, "sessions", name, config.SESSIONS_ENDPOINT,
                                       config.HEARTBEAT_MS, in_flight);
    rpc_client_set_window(upstream.sessions, SESSIONS_WINDOW);
    upstream.dispatcher = rpc_client_new(context, "dispatcher", name, config.DISPATCHER_ENDPOINT,
                                         config.HEARTBEAT_MS, in_flight);
    upstream.catalog = rpc_client_new(context, "catalog", name, config.CATALOG_ENDPOINT,
                                      config.HEARTBEAT_MS, in_flight);
    for (size_t i = 0; i < CLIENTS; i++) {
        events[i].type = KORE_TYPE_CONNECTION;
        events[i].handle = on_readable;
        kore_platform_event_level_read(rpc_client_fd(*clients[i]), &events[i]);
    }
    started_ms = clock_ms();
    kick();
}

void upstream_stop(void)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        kore_platform_disable_read(rpc_client_fd(*clients[i]));
        rpc_client_destroy(clients[i]);
    }
    zmq_ctx_term(context);
    context = NULL;
}

uint64_t upstream_call(rpc_client_t *client, proto_type_t type, const void *msg,
                       const proto_trace_t *trace, int64_t timeout_ms, rpc_done_t *done, void *arg)
{
    kick();
    if (type == PROTO_WORK) /* one dispatcher has a user's turns, as long as it lives */
        return rpc_client_call_keyed(client, ((const proto_work_t *)msg)->user_id, type, msg, trace,
                                     timeout_ms, done, arg);
    return rpc_client_call(client, type, msg, trace, timeout_ms, done, arg);
}

void upstream_forget(rpc_client_t *client, uint64_t call, str_t user_id)
{
    if (!client) /* the worker ends */
        return;
    if (client == upstream.dispatcher) {
        proto_cancel_t cancel = {.user_id = user_id};

        rpc_client_tell(client, call, PROTO_CANCEL, &cancel);
        kick();
    }
    rpc_client_cancel(client, call);
}

size_t upstream_processes(const rpc_client_t *client, const proto_process_t **processes)
{
    return rpc_client_processes(client, processes, UPSTREAM_PROCESSES);
}

bool upstream_has_room(void)
{
    const proto_process_t *processes[UPSTREAM_PROCESSES];
    size_t count = upstream_processes(upstream.dispatcher, processes);

    if (!count && clock_ms() - started_ms < STARTING_MS)
        return true; /* a new gateway beside old ones: its first requests wait, as they would in
                        line */
    for (size_t i = 0; i < count; i++)
        if (str_is(processes[i]->role, "dispatcher") && !str_is(processes[i]->missing, "room"))
            return rpc_client_up(upstream.dispatcher);
    return false;
}
