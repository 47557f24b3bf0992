#include "common/rpc_server.h"

#include <assert.h>
#include <czmq.h>
#include <stdarg.h>

#include "common/config.h"
#include "common/curve.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rpc_loop.h"
#include "common/rpc_socket.h"
#include "common/text.h"
#include "common/version.h"

#define READ_BURST 256 /* messages read before the loop gets a turn */

/* Lets in who is on the list; one for all servers of a process, as CZMQ has it. */
static zactor_t *doorkeeper;
static int guarded; /* servers behind it */

struct rpc_server {
    zsock_t *router;
    bool guarded;
    rpc_socket_t *watch;
    const char *name;
    const char *role;
    const proto_type_t *accepts;
    rpc_handler_t *handler;
    void *arg;
    rpc_status_t *status;
    void *status_arg;
    void (*burst)(void *arg);
    void *burst_arg;
    int64_t boot;
    size_t owed;    /* requests the handler was given and has not answered */
    arena_t *arena; /* of the request at hand */
    buf_t body;     /* of the answer at hand */
};

/* ---- sending ---- */

static bool send_frames(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *header,
                        str_t body)
{
    void *socket = zsock_resolve(self->router);
    uint8_t bytes[PROTO_HEADER_SIZE];
    proto_header_encode(header, bytes);
    /* ROUTER_MANDATORY: the first frame fails if the peer is gone or full, then nothing is sent */
    if (zmq_send(socket, peer->id, peer->size, ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1) {
        bool full = errno == EAGAIN;
        metric_add_label(METRIC_WIRE_UNSENT, full ? "full" : "gone", 1);
        log_debug("unsent", LOG_CSTR("type", proto_type_name(header->type)),
                  LOG_CSTR("reason", full ? "full" : "gone"));
        return false;
    }
    zmq_send(socket, PROTO_VERSION, PROTO_VERSION_SIZE, ZMQ_SNDMORE);
    zmq_send(socket, bytes, sizeof bytes, ZMQ_SNDMORE);
    zmq_send(socket, body.size ? body.data : "", body.size, 0);
    return true;
}

bool rpc_server_forward(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *header,
                        str_t body)
{
    return send_frames(self, peer, header, body);
}

bool rpc_server_send(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *header,
                     const void *msg)
{
    proto_error_text_t why;
    buf_clear(&self->body);
    if (!proto_encode(proto_message(header->type), msg, &self->body, &why)) {
        log_error("unencodable", LOG_CSTR("type", proto_type_name(header->type)),
                  LOG_CSTR("why", why.text));
        assert(header->type != PROTO_ERROR);
        return false;
    }
    return send_frames(self, peer, header, buf_view(&self->body));
}

static void paid(rpc_server_t *self)
{
    if (self->owed)
        self->owed--;
}

static bool error_text(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *request,
                       const char *code, int64_t retry_after_ms, str_t detail)
{
    proto_header_t header = {.type = PROTO_ERROR, .id = request->id, .trace = request->trace};
    proto_error_t error = {.code = str_from(code),
                           .detail = utf8_valid(detail) ? detail : STR_LIT("(not UTF-8)"),
                           .retry_after_ms = retry_after_ms};
    return rpc_server_send(self, peer, &header, &error);
}

static bool reply(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *request,
                  proto_type_t type, const void *msg)
{
    proto_header_t header = {.type = type, .id = request->id, .trace = request->trace};
    proto_error_text_t why;
    buf_clear(&self->body);
    if (!proto_encode(proto_message(type), msg, &self->body, &why)) {
        log_error("unencodable", LOG_TRACE(&request->trace),
                  LOG_CSTR("type", proto_type_name(type)), LOG_CSTR("why", why.text));
        return error_text(self, peer, request, PROTO_CODE_INTERNAL, 0, str_from(why.text));
    }
    return send_frames(self, peer, &header, buf_view(&self->body));
}

bool rpc_server_reply(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *request,
                      proto_type_t type, const void *msg)
{
    paid(self);
    return reply(self, peer, request, type, msg);
}

bool rpc_server_error(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *request,
                      const char *code, int64_t retry_after_ms, const char *format, ...)
{
    char detail[512];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    paid(self);
    return error_text(self, peer, request, code, retry_after_ms, str_from(detail));
}

/* ---- receiving ---- */

static void refuse(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *header,
                   const char *code, const char *detail)
{
    metric_add_label(METRIC_WIRE_BAD, code, 1);
    log_warn("refused", LOG_CSTR("code", code), LOG_CSTR("detail", detail));
    if (header->type != PROTO_ERROR) /* an answer to an error could go round for ever */
        error_text(self, peer, header, code, 0, str_from(detail));
}

static void answer_ping(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *header)
{
    proto_process_t processes[64];
    memset(processes, 0, sizeof processes);
    size_t count = 0;
    processes[0].name = str_from(self->name);
    processes[0].role = str_from(self->role);
    processes[0].boot = self->boot;
    processes[0].version = str_from(MOSTRADOR_VERSION);
    processes[0].ready = true;
    metrics_samples(self->arena, &processes[0].samples, &processes[0].samples_count);
    log_failures(self->arena, &processes[0].failures, &processes[0].failures_count);
    if (self->status) {
        count = 63;
        self->status(self->status_arg, &processes[0], self->arena, processes + 1, &count);
    }
    proto_pong_t pong = {processes, count + 1};
    reply(self, peer, header, PROTO_PONG, &pong);
}

static bool accepted(const rpc_server_t *self, proto_type_t type)
{
    for (const proto_type_t *t = self->accepts; *t; t++)
        if (*t == type)
            return true;
    return false;
}

static void receive(rpc_server_t *self, const rpc_peer_t *peer, rpc_frames_t *frames)
{
    rpc_request_t request = {.server = self, .peer = *peer, .arena = self->arena};
    bool good_header =
        frames->count >= 2 && proto_header_decode(&request.header, zmq_msg_data(&frames->frame[1]),
                                                  zmq_msg_size(&frames->frame[1]));
    if (!rpc_frames_version_ok(frames)) {
        refuse(self, peer, &request.header, PROTO_CODE_BAD_VERSION, "expected " PROTO_VERSION);
        return;
    }
    if (frames->count != 3 || !good_header) {
        bool unknown =
            frames->count == 3 && request.header.type != 0 && !proto_message(request.header.type);
        refuse(self, peer, &request.header,
               unknown ? PROTO_CODE_UNKNOWN_TYPE : PROTO_CODE_BAD_MESSAGE,
               unknown ? "a message of this type is not known here"
                       : "expected three frames: version, header, body");
        return;
    }
    if (request.header.type == PROTO_PING) {
        answer_ping(self, peer, &request.header);
        return;
    }
    if (!accepted(self, request.header.type)) {
        refuse(self, peer, &request.header, PROTO_CODE_UNKNOWN_TYPE,
               proto_type_name(request.header.type));
        return;
    }
    proto_error_text_t why = {""};
    request.record = proto_message(request.header.type);
    request.body = (str_t){zmq_msg_data(&frames->frame[2]), zmq_msg_size(&frames->frame[2])};
    void *msg = arena_alloc(self->arena, request.record->size);
    if (!msg || !proto_decode(request.record, request.body.data, request.body.size, msg,
                              self->arena, &why)) {
        refuse(self, peer, &request.header, PROTO_CODE_BAD_MESSAGE, why.text);
        return;
    }
    request.msg = msg;
    metric_add_label(METRIC_SERVED, proto_type_name(request.header.type), 1);
    self->owed++;
    self->handler(self->arg, &request);
}

static bool read_some(void *arg)
{
    rpc_server_t *self = arg;
    void *socket = zsock_resolve(self->router);
    rpc_frames_t frames;
    rpc_peer_t peer;
    int count = 0;
    for (; count < READ_BURST && rpc_frames_read(&frames, socket, &peer); count++) {
        receive(self, &peer, &frames);
        rpc_frames_close(&frames);
        arena_reset(self->arena);
    }
    if (count > 0 && self->burst)
        self->burst(self->burst_arg);
    return count > 0;
}

/* ---- life ---- */

static void guard(rpc_server_t *self)
{
    char clients[1024];
    snprintf(clients, sizeof clients, "%s/clients", config.KEYS_DIR);
    if (!doorkeeper) {
        doorkeeper = zactor_new(zauth, NULL);
        zstr_sendx(doorkeeper, "CURVE", clients, NULL);
        zsock_wait(doorkeeper);
    }
    curve_binds(zsock_resolve(self->router));
    self->guarded = true;
    guarded++;
}

rpc_server_t *rpc_server_new(uv_loop_t *loop, const char *name, const char *role,
                             const char *endpoints, const proto_type_t *accepts,
                             rpc_handler_t *handler, void *arg, char *why, size_t why_size)
{
    rpc_loop_context();
    if (curve_wanted(endpoints) && strstr(endpoints, "ipc://")) {
        /* keys are a socket's: clients over ipc would have none */
        snprintf(why, why_size, "%s: with KEYS_DIR either ipc or tcp, not both", endpoints);
        return NULL;
    }
    rpc_server_t *self = zmalloc(sizeof *self);
    self->name = name;
    self->role = role;
    self->accepts = accepts;
    self->handler = handler;
    self->arg = arg;
    self->boot = id_random();
    self->arena = arena_new(64 << 20);
    buf_init(&self->body, PROTO_MAX_BODY);
    self->router = zsock_new(ZMQ_ROUTER);
    rpc_socket_options(zsock_resolve(self->router));
    if (curve_wanted(endpoints))
        guard(self);
    char list[1024];
    snprintf(list, sizeof list, "%s", endpoints);
    for (char *rest = list, *endpoint; (endpoint = strsep(&rest, ",")) != NULL;)
        if (!rpc_socket_bind(zsock_resolve(self->router), endpoint, why, why_size)) {
            rpc_server_destroy(&self);
            return NULL;
        }
    self->watch = rpc_socket_watch(loop, zsock_resolve(self->router), read_some, self);
    return self;
}

void rpc_server_destroy(rpc_server_t **self_p)
{
    rpc_server_t *self = *self_p;
    if (!self)
        return;
    rpc_socket_unwatch(&self->watch);
    zsock_destroy(&self->router);
    if (self->guarded && --guarded == 0)
        zactor_destroy(&doorkeeper);
    arena_destroy(&self->arena);
    buf_free(&self->body);
    free(self);
    *self_p = NULL;
}

void rpc_server_on_status(rpc_server_t *self, rpc_status_t *status, void *arg)
{
    self->status = status;
    self->status_arg = arg;
}

void rpc_server_on_burst(rpc_server_t *self, void (*burst)(void *arg), void *arg)
{
    self->burst = burst;
    self->burst_arg = arg;
}

void rpc_server_pause(rpc_server_t *self)
{
    rpc_socket_unwatch(&self->watch);
}

size_t rpc_server_owed(const rpc_server_t *self)
{
    return self->owed;
}

int64_t rpc_server_boot(const rpc_server_t *self)
{
    return self->boot;
}
