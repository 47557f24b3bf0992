#include "agent/dispatch_link.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#include "common/clock.h"
#include "common/curve.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rpc_socket.h"

#define READ_BURST 256
#define LONELY_MS 50           /* between two tries to announce ourselves */
#define DEAD_AFTER 4           /* heartbeats without a sign */
#define KEEP_MS 10000          /* how long an unsent TURN_DONE is kept */
#define KEEP_BYTES (16 << 20)  /* of all kept ones */
#define ARENA_BYTES (16 << 20) /* of one message, or of one heartbeat's metrics */

/* A TURN_DONE that could not be sent. */
typedef struct kept {
    struct kept *next;
    proto_header_t header;
    int64_t until_ms;
    size_t size;
    char body[];
} kept_t;

struct dispatch_link {
    dispatch_handlers_t handlers;
    char *endpoint;
    size_t index;
    void *socket;
    rpc_socket_t *watch;
    uv_timer_t beat;
    int64_t heartbeat_ms;
    int64_t last_sign_ms; /* anything heard; 0: nothing yet */
    int64_t boot;         /* of the dispatcher's last PONG */
    bool up;
    uint64_t next_id;
    arena_t *arena;
    buf_t body;
    kept_t *kept; /* oldest first */
    kept_t **kept_end;
    size_t kept_bytes;
};

/* ---- sending ---- */

static bool send_frames(dispatch_link_t *self, const proto_header_t *header, str_t body)
{
    uint8_t bytes[PROTO_HEADER_SIZE];
    proto_header_encode(header, bytes);
    /* the first frame fails when nobody is connected or the pipe is full; then nothing was sent */
    if (zmq_send(self->socket, PROTO_VERSION, PROTO_VERSION_SIZE, ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1)
        return false;
    zmq_send(self->socket, bytes, sizeof bytes, ZMQ_SNDMORE);
    zmq_send(self->socket, body.data, body.size, 0);
    return true;
}

static bool encode(dispatch_link_t *self, const proto_header_t *header, const void *msg)
{
    proto_error_text_t why;
    buf_clear(&self->body);
    if (proto_encode(proto_message(header->type), msg, &self->body, &why))
        return true;
    log_error("unencodable", LOG_TRACE(&header->trace),
              LOG_CSTR("type", proto_type_name(header->type)), LOG_CSTR("why", why.text));
    return false;
}

/* The oldest goes; sent or not. */
static void drop_first(dispatch_link_t *self, bool sent)
{
    kept_t *kept = self->kept;
    if (!sent) {
        metric_add_label(METRIC_WIRE_UNSENT, "turn_done", 1);
        log_warn("turn_done_unsent", LOG_TRACE(&kept->header.trace),
                 LOG_CSTR("endpoint", self->endpoint));
    }
    self->kept = kept->next;
    if (!self->kept)
        self->kept_end = &self->kept;
    self->kept_bytes -= kept->size;
    free(kept);
}

static void keep(dispatch_link_t *self, const proto_header_t *header, str_t body)
{
    while (self->kept && self->kept_bytes + body.size > KEEP_BYTES)
        drop_first(self, false);
    kept_t *kept = malloc(sizeof *kept + body.size);
    if (!kept)
        abort();
    kept->next = NULL;
    kept->header = *header;
    kept->until_ms = clock_ms() + KEEP_MS;
    kept->size = body.size;
    memcpy(kept->body, body.data, body.size);
    *self->kept_end = kept;
    self->kept_end = &kept->next;
    self->kept_bytes += body.size;
}

static void send_kept(dispatch_link_t *self)
{
    while (self->kept) {
        kept_t *kept = self->kept;
        bool late = clock_ms() > kept->until_ms;
        if (!late && !send_frames(self, &kept->header, (str_t){kept->body, kept->size}))
            return;
        drop_first(self, !late);
    }
}

bool dispatch_link_partial(dispatch_link_t *self, uint64_t id, const proto_trace_t *trace,
                           const proto_partial_t *partial)
{
    proto_header_t header = {.type = PROTO_PARTIAL, .id = id, .trace = *trace};
    if (encode(self, &header, partial) && send_frames(self, &header, buf_view(&self->body)))
        return true;
    metric_add_label(METRIC_WIRE_UNSENT, "partial", 1);
    return false;
}

void dispatch_link_done(dispatch_link_t *self, uint64_t id, const proto_trace_t *trace,
                        const proto_turn_done_t *done)
{
    proto_header_t header = {.type = PROTO_TURN_DONE, .id = id, .trace = *trace};
    if (!encode(self, &header, done))
        return;
    send_kept(self); /* in order */
    if (self->kept || !send_frames(self, &header, buf_view(&self->body)))
        keep(self, &header, buf_view(&self->body));
}

static bool send_heartbeat(dispatch_link_t *self)
{
    proto_header_t header = {.type = PROTO_HEARTBEAT, .id = ++self->next_id};
    proto_process_t process = {0};
    proto_heartbeat_t heartbeat = {.process = &process, .process_count = 1};
    arena_reset(self->arena);
    self->handlers.status(self->handlers.arg, &process, self->arena);
    bool sent =
        encode(self, &header, &heartbeat) && send_frames(self, &header, buf_view(&self->body));
    arena_reset(self->arena);
    return sent;
}

bool dispatch_link_up(const dispatch_link_t *self)
{
    return self->up;
}

static void on_beat(uv_timer_t *timer)
{
    dispatch_link_t *self = timer->data;
    if (self->up && clock_ms() - self->last_sign_ms > DEAD_AFTER * self->heartbeat_ms) {
        self->up = false;
        log_warn("dispatcher_silent", LOG_CSTR("endpoint", self->endpoint));
    }
    bool sent = send_heartbeat(self);
    if (sent)
        send_kept(self);
    int64_t next = sent || self->heartbeat_ms < LONELY_MS ? self->heartbeat_ms : LONELY_MS;
    uv_timer_start(&self->beat, on_beat, (uint64_t)next, 0);
}

/* A heartbeat soon; not from inside the handling of a message, whose arena it would take. */
static void beat_now(dispatch_link_t *self)
{
    uv_timer_start(&self->beat, on_beat, 0, 0);
}

void dispatch_link_bye(dispatch_link_t *self, const char *name)
{
    proto_header_t header = {.type = PROTO_BYE, .id = ++self->next_id};
    proto_bye_t bye = {str_from(name)};
    if (encode(self, &header, &bye) && !send_frames(self, &header, buf_view(&self->body)))
        metric_add_label(METRIC_WIRE_UNSENT, "bye", 1);
    beat_now(self);
}

/* ---- receiving ---- */

static void take_pong(dispatch_link_t *self, const proto_pong_t *pong)
{
    int64_t boot = pong->processes_count ? pong->processes[0].boot : 0;
    if (self->boot && boot != self->boot) {
        log_warn("dispatcher_restarted", LOG_CSTR("endpoint", self->endpoint));
        beat_now(self);
    }
    self->boot = boot;
    send_kept(self);
}

static void take_error(dispatch_link_t *self, const proto_error_t *error)
{
    log_warn("dispatcher_refused", LOG_CSTR("endpoint", self->endpoint),
             LOG_TEXT("code", error->code), LOG_TEXT("detail", error->detail));
}

static void take(dispatch_link_t *self, const proto_header_t *header, str_t body)
{
    const proto_record_t *record = proto_message(header->type);
    void *msg = arena_alloc(self->arena, record->size);
    if (!msg || !proto_decode(record, body.data, body.size, msg, self->arena, NULL)) {
        metric_add_label(METRIC_WIRE_BAD, "body", 1);
        return;
    }
    switch (header->type) {
    case PROTO_TURN:
        self->handlers.turn(self->handlers.arg, self, header, msg);
        break;
    case PROTO_NUDGE:
        self->handlers.nudge(self->handlers.arg, self, header, msg);
        break;
    case PROTO_PONG:
        take_pong(self, msg);
        break;
    case PROTO_ERROR:
        take_error(self, msg);
        break;
    default:
        metric_add_label(METRIC_WIRE_BAD, "type", 1);
    }
}

static void heard(dispatch_link_t *self)
{
    self->last_sign_ms = clock_ms();
    if (!self->up) {
        self->up = true;
        log_info("dispatcher_up", LOG_CSTR("endpoint", self->endpoint));
    }
}

static bool on_readable(void *arg)
{
    dispatch_link_t *self = arg;
    int count = 0;
    for (rpc_frames_t frames; count < READ_BURST && rpc_frames_read(&frames, self->socket, NULL);
         count++) {
        proto_header_t header;
        str_t body;
        if (rpc_frames_message(&frames, &header, &body)) {
            heard(self);
            take(self, &header, body);
        }
        rpc_frames_close(&frames);
        arena_reset(self->arena);
    }
    return count > 0;
}

/* ---- life ---- */

dispatch_link_t *dispatch_link_new(uv_loop_t *loop, void *context, const char *endpoint,
                                   size_t index, int64_t heartbeat_ms,
                                   const dispatch_handlers_t *handlers)
{
    dispatch_link_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->handlers = *handlers;
    self->endpoint = strdup(endpoint);
    self->index = index;
    self->heartbeat_ms = heartbeat_ms;
    self->arena = arena_new(ARENA_BYTES);
    buf_init(&self->body, PROTO_MAX_BODY);
    self->kept_end = &self->kept;
    self->socket = zmq_socket(context, ZMQ_DEALER);
    if (!self->socket)
        log_fatal("zmq_socket: %s", zmq_strerror(errno));
    rpc_socket_options(self->socket);
    if (curve_wanted(endpoint))
        curve_connects(self->socket, "dispatcher");
    if (zmq_connect(self->socket, endpoint) == -1)
        log_fatal("DISPATCHER_AGENTS_ENDPOINT %s: %s", endpoint, zmq_strerror(errno));
    self->watch = rpc_socket_watch(loop, self->socket, on_readable, self);
    uv_timer_init(loop, &self->beat);
    self->beat.data = self;
    beat_now(self);
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void dispatch_link_destroy(dispatch_link_t **self_p)
{
    assert(self_p);
    dispatch_link_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    send_kept(self);
    while (self->kept)
        drop_first(self, false);
    rpc_socket_unwatch(&self->watch);
    zmq_close(self->socket);
    arena_destroy(&self->arena);
    buf_free(&self->body);
    free(self->endpoint);
    uv_close((uv_handle_t *)&self->beat, on_closed);
}

size_t dispatch_link_index(const dispatch_link_t *self)
{
    return self->index;
}
