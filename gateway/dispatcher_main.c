/*
 * The dispatcher process: two servers (gateways on one side, agents on the
 * other), a client to ask sessions for forgotten users, and two timers, wired
 * to the mind in dispatcher.c.
 */
#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rpc_loop.h"
#include "common/version.h"
#include "gateway/dispatcher.h"

#define TICK_MS 50
#define SWEEP_MS 200
#define SWEEP_TIMEOUT_MS 2000
#define WAITERS_PER_USER 128 /* above INBOX_MAX: a user's inbox is full before this is */
#define WAITERS 262144
#define AGENTS 63 /* as many as a PONG can tell of beside ourselves */
#define WAIT_MAX_MS 600000
#define SILENT_BEATS 4
#define AGENTLESS_BEATS 10 /* a new one starts within that */

typedef struct edge {
    uv_loop_t loop;
    const char *name;
    dispatcher_t *dispatcher;
    rpc_server_t *gateways;
    rpc_server_t *agents;
    rpc_client_t *sessions;
    rpc_loop_t *sessions_loop;
    uv_timer_t tick;
    uv_timer_t sweep;
    bool sweeping; /* a SWEEP is not answered yet */
} edge_t;

/* ---- messages out ---- */

static bool to_agent(void *arg, const rpc_peer_t *agent, const proto_header_t *header,
                     const void *msg)
{
    edge_t *self = arg;
    return rpc_server_send(self->agents, agent, header, msg);
}

static bool to_waiter(void *arg, const rpc_peer_t *gateway, const proto_header_t *request,
                      proto_type_t type, const void *msg)
{
    edge_t *self = arg;
    return rpc_server_reply(self->gateways, gateway, request, type, msg);
}

/* ---- messages in ---- */

static void on_gateway(void *arg, const rpc_request_t *request)
{
    edge_t *self = arg;
    if (request->header.type == PROTO_WORK)
        dispatcher_work(self->dispatcher, clock_ms(), &request->peer, &request->header,
                        request->msg);
    else
        dispatcher_cancel(self->dispatcher, &request->peer, &request->header, request->msg);
}

/* What both sides are told of us. */
static void describe(edge_t *self, proto_process_t *process)
{
    dispatcher_numbers_t numbers = dispatcher_numbers(self->dispatcher);
    const char *missing = dispatcher_missing(self->dispatcher);
    process->ready = missing == NULL;
    process->missing = str_from(missing);
    process->credit = numbers.credit;
    process->running = (int64_t)numbers.running;
}

static void on_heartbeat(edge_t *self, const rpc_request_t *request)
{
    const proto_heartbeat_t *beat = request->msg;
    switch (dispatcher_heartbeat(self->dispatcher, clock_ms(), &request->peer, &beat->process[0])) {
    case DISPATCHER_FULL:
        log_warn("agent_refused", LOG_TEXT("agent", beat->process[0].name),
                 LOG_CSTR("because", "too many agents"));
        rpc_server_error(self->agents, &request->peer, &request->header, PROTO_CODE_BUSY, 1000,
                         "%d agents are here already", AGENTS);
        return;
    case DISPATCHER_REPLACED:
        log_warn("agent_refused", LOG_TEXT("agent", beat->process[0].name),
                 LOG_CSTR("because", "a newer one has its name"));
        rpc_server_error(self->agents, &request->peer, &request->header, PROTO_CODE_INVALID, 0,
                         "a newer process has this name");
        return;
    case DISPATCHER_WELCOME:
        break;
    }
    proto_process_t process = {.name = str_from(self->name),
                               .role = STR_LIT("dispatcher"),
                               .version = STR_LIT(MOSTRADOR_VERSION),
                               .boot = rpc_server_boot(self->agents)};
    describe(self, &process);
    proto_pong_t pong = {&process, 1};
    rpc_server_reply(self->agents, &request->peer, &request->header, PROTO_PONG, &pong);
}

static void on_agent(void *arg, const rpc_request_t *request)
{
    edge_t *self = arg;
    switch (request->header.type) {
    case PROTO_HEARTBEAT:
        on_heartbeat(self, request);
        break;
    case PROTO_TURN_DONE:
        dispatcher_turn_done(self->dispatcher, clock_ms(), &request->peer, &request->header,
                             request->msg);
        break;
    case PROTO_PARTIAL:
        dispatcher_partial(self->dispatcher, clock_ms(), &request->peer, request->msg);
        break;
    default:
        dispatcher_bye(self->dispatcher, clock_ms(), &request->peer, request->msg);
        break;
    }
}

static void on_status(void *arg, proto_process_t *process, arena_t *arena, proto_process_t *more,
                      size_t *count)
{
    (void)arena;
    edge_t *self = arg;
    describe(self, process);
    *count = dispatcher_processes(self->dispatcher, more, *count);
}

/* ---- timers ---- */

static void on_tick(uv_timer_t *timer)
{
    edge_t *self = timer->data;
    dispatcher_tick(self->dispatcher, clock_ms());
    dispatcher_numbers_t numbers = dispatcher_numbers(self->dispatcher);
    metric_set(METRIC_DISPATCH_QUEUED, (int64_t)(numbers.queued + numbers.delayed));
    metric_set(METRIC_DISPATCH_RUNNING, (int64_t)numbers.running);
    metric_set(METRIC_DISPATCH_CREDIT, numbers.credit);
    metric_set(METRIC_DISPATCH_AGENTS, (int64_t)numbers.agents);
}

static void on_swept(void *arg, const rpc_answer_t *answer)
{
    edge_t *self = arg;
    self->sweeping = false;
    if (answer->type == PROTO_SWEPT)
        dispatcher_swept(self->dispatcher, clock_ms(), &answer->trace, answer->msg);
}

static void on_sweep(uv_timer_t *timer)
{
    edge_t *self = timer->data;
    size_t room = dispatcher_sweep_room(self->dispatcher);
    if (self->sweeping || room == 0)
        return;
    proto_sweep_t sweep = {.max = (int64_t)room};
    proto_trace_t trace = proto_trace_new();
    self->sweeping = true;
    rpc_client_call(self->sessions, PROTO_SWEEP, &sweep, &trace, SWEEP_TIMEOUT_MS, on_swept, self);
}

static void on_stop(void *arg)
{
    edge_t *self = arg;
    uv_stop(&self->loop);
}

/* ---- start and end ---- */

static dispatcher_t *new_dispatcher(edge_t *self)
{
    const dispatcher_limits_t limits = {
        .queue = (size_t)config.DISPATCHER_QUEUE,
        .waiters_per_user = WAITERS_PER_USER,
        .waiters = WAITERS,
        .agents = AGENTS,
        .silent_ms = SILENT_BEATS * config.HEARTBEAT_MS,
        /* an agent ends a turn by itself well before this */
        .turn_ms = 2 * config.TURN_MS + config.LEASE_MS,
        .wait_ms = WAIT_MAX_MS,
        .agentless_ms = AGENTLESS_BEATS * config.HEARTBEAT_MS,
    };
    const dispatcher_effects_t effects = {to_agent, to_waiter, self};
    return dispatcher_new(&limits, &effects, (uint64_t)id_random());
}

static rpc_server_t *serve(edge_t *self, const char *endpoints, const proto_type_t *accepts,
                           rpc_handler_t *handler)
{
    char why[256];
    rpc_server_t *server = rpc_server_new(&self->loop, self->name, "dispatcher", endpoints, accepts,
                                          handler, self, why, sizeof why);
    if (!server)
        log_fatal("%s", why);
    rpc_server_on_status(server, on_status, self);
    return server;
}

static void start_timer(edge_t *self, uv_timer_t *timer, uv_timer_cb callback, uint64_t every_ms)
{
    uv_timer_init(&self->loop, timer);
    timer->data = self;
    uv_timer_start(timer, callback, every_ms, every_ms);
}

int main(int argc, char **argv)
{
    static const proto_type_t from_gateways[] = {PROTO_WORK, PROTO_CANCEL, 0};
    static const proto_type_t from_agents[] = {PROTO_HEARTBEAT, PROTO_TURN_DONE, PROTO_PARTIAL,
                                               PROTO_BYE, 0};
    static edge_t edge;
    edge.name = argc > 1 ? argv[1] : "dispatcher";
    config_load(NULL);
    log_start(edge.name, config.LOG_LEVEL, config.LOG_FORMAT);
    uv_loop_init(&edge.loop);
    edge.dispatcher = new_dispatcher(&edge);
    edge.gateways = serve(&edge, config.DISPATCHER_ENDPOINT, from_gateways, on_gateway);
    edge.agents = serve(&edge, config.DISPATCHER_AGENTS_ENDPOINT, from_agents, on_agent);
    edge.sessions = rpc_client_new(rpc_loop_context(), "sessions", edge.name,
                                   config.SESSIONS_ENDPOINT, config.HEARTBEAT_MS, 4);
    edge.sessions_loop = rpc_loop_attach(&edge.loop, edge.sessions);
    start_timer(&edge, &edge.tick, on_tick, TICK_MS);
    start_timer(&edge, &edge.sweep, on_sweep, SWEEP_MS);
    rpc_loop_on_signal(&edge.loop, on_stop, &edge);
    log_info("ready", LOG_CSTR("gateways", config.DISPATCHER_ENDPOINT),
             LOG_CSTR("agents", config.DISPATCHER_AGENTS_ENDPOINT));
    uv_run(&edge.loop, UV_RUN_DEFAULT);

    /* Whoever waits is not told: its request goes to our successor. */
    log_info("stopping", LOG_INT("waiting", dispatcher_numbers(edge.dispatcher).waiters));
    rpc_loop_detach(&edge.sessions_loop);
    rpc_client_destroy(&edge.sessions);
    rpc_server_destroy(&edge.gateways);
    rpc_server_destroy(&edge.agents);
    rpc_loop_end(&edge.loop);
    dispatcher_destroy(&edge.dispatcher);
    return 0;
}
