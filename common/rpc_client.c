#include "common/rpc_client.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#include "common/addresses.h"
#include "common/clock.h"
#include "common/curve.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rpc_socket.h"

#define READ_BURST 32      /* messages read from one peer before the others get a turn */
#define DEAD_AFTER 4       /* heartbeats without a sign */
#define LONELY_PING_MS 100 /* between PINGs to a peer that does not answer */
#define RESEND_MS 2000     /* an unanswered call is sent again after this, then twice that … */
#define SLOW_TIMES 4       /* … or so many times what answers took of late, if that is more */
#define UNREAD_MS 5000     /* how much later a call ends whose answer may lie unread */
#define SCAN_MS 20         /* between two looks at deadlines and at calls that wait */
#define RPC_PEERS (2 * ADDRESSES_MAX) /* those of now, and those that still finish something */
#define SLOT_BITS 20                  /* of a call's id; the rest tells users of a slot apart */

typedef struct peer {
    char *endpoint;
    uint32_t hash; /* of it */
    void *socket;
    bool up;
    bool more;            /* it has said more than was read: answers to calls may be among it */
    bool listed;          /* among the addresses of now; one that is not gets nothing new */
    int64_t last_sign_ms; /* anything heard */
    int64_t next_ping_ms;
    int64_t boot; /* of its last PONG; another one: it has restarted */
    size_t in_flight;
    int64_t answer_ms; /* what its answers took of late */
    buf_t pong_body;   /* what pong points into */
    arena_t *arena;
    proto_pong_t pong;
} peer_t;

typedef struct call {
    uint64_t id; /* 0: the slot is free */
    proto_type_t type;
    proto_trace_t trace;
    uint16_t attempt;
    int64_t deadline_ms;
    int64_t sent_ms;    /* the first time */
    int64_t resend_ms;  /* when it is sent again if nothing comes */
    uint32_t key;       /* 0: any peer will do */
    peer_t *peer;       /* it was sent to; NULL: it waits for one */
    const char *failed; /* a code: ends at the next run */
    char *body;
    size_t body_size;
    rpc_done_t *done;
    void *arg;
    uint32_t next_free;
} call_t;

struct rpc_client {
    const char *service;
    const char *name;
    int64_t heartbeat_ms;
    void *context;
    addresses_t *addresses;
    peer_t *peers[RPC_PEERS];
    size_t peer_count;
    int epoll;     /* of all peers' descriptors: they come and go, this one stays */
    call_t *calls; /* slots; grows up to max */
    size_t slots, max;
    size_t window;  /* calls sent to a peer and not answered; the others wait here */
    size_t waiting; /* of them, at the last look */
    size_t cursor;  /* the slot that a look begins at: whose turn it is to be sent */
    uint32_t free;  /* first free slot + 1 */
    size_t in_flight;
    uint64_t generation;
    int64_t next_scan_ms; /* for deadlines */
    bool dirty;           /* something was sent: ZMQ_FD may have swallowed a wake-up */
    bool scan;            /* calls are to be looked at before next_scan_ms */
    arena_t *arena;       /* of the answer at hand */
    buf_t body;
};

/* ---- peers ---- */

static bool send_frames(peer_t *peer, const proto_header_t *header, const void *body, size_t size)
{
    uint8_t bytes[PROTO_HEADER_SIZE];
    proto_header_encode(header, bytes);
    /* the first frame fails when nobody is connected or the pipe is full; then nothing was sent */
    if (zmq_send(peer->socket, PROTO_VERSION, PROTO_VERSION_SIZE, ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1)
        return false;
    zmq_send(peer->socket, bytes, sizeof bytes, ZMQ_SNDMORE);
    zmq_send(peer->socket, body, size, 0);
    return true;
}

static void peer_ping(rpc_client_t *self, peer_t *peer, int64_t now)
{
    proto_ping_t ping = {str_from(self->name)};
    proto_header_t header = {.type = PROTO_PING};
    buf_clear(&self->body);
    if (proto_encode(&proto_ping_record, &ping, &self->body, NULL))
        send_frames(peer, &header, self->body.data, self->body.size);
    int64_t lonely = self->heartbeat_ms < LONELY_PING_MS ? self->heartbeat_ms : LONELY_PING_MS;
    peer->next_ping_ms = now + (peer->up ? self->heartbeat_ms : lonely);
}

/* Its calls go back to the line: they are sent again as soon as a peer is there. */
static void peer_give_back(rpc_client_t *self, peer_t *peer)
{
    for (size_t i = 0; i < self->slots; i++) {
        call_t *call = &self->calls[i];
        if (call->id && call->peer == peer) {
            call->peer = NULL;
        }
    }
    peer->in_flight = 0;
    self->scan = true;
}

static void peer_down(rpc_client_t *self, peer_t *peer)
{
    peer->up = false;
    log_warn("peer_down", LOG_CSTR("service", self->service), LOG_CSTR("endpoint", peer->endpoint),
             LOG_INT("calls", peer->in_flight));
    peer_give_back(self, peer);
    peer->pong = (proto_pong_t){0};
}

static void peer_pong(rpc_client_t *self, peer_t *peer, const void *body, size_t size)
{
    proto_error_text_t why;
    buf_clear(&peer->pong_body);
    buf_add(&peer->pong_body, body, size);
    arena_reset(peer->arena);
    if (!proto_decode(&proto_pong_record, peer->pong_body.data, size, &peer->pong, peer->arena,
                      &why) ||
        peer->pong.processes_count == 0) {
        peer->pong = (proto_pong_t){0};
        metric_add_label(METRIC_WIRE_BAD, "pong", 1);
        return;
    }
    int64_t boot = peer->pong.processes[0].boot;
    if (!peer->up) {
        log_info("peer_up", LOG_CSTR("service", self->service),
                 LOG_CSTR("endpoint", peer->endpoint));
        peer->up = true;
        self->scan = true;
    }
    if (peer->boot != boot && peer->boot != 0 && peer->in_flight) {
        log_warn("peer_restarted", LOG_CSTR("service", self->service),
                 LOG_CSTR("endpoint", peer->endpoint), LOG_INT("calls", peer->in_flight));
        peer_give_back(self, peer);
    }
    peer->boot = boot;
}

/* It can do its work, as it says: one that lacks what it needs is asked when there is no other. */
static bool peer_ready(const peer_t *peer)
{
    return peer->pong.processes_count > 0 && peer->pong.processes[0].ready;
}

/* Is there a reason to prefer it, before any other rule? 1: yes, -1: the other one. */
static int compare_ready(const peer_t *a, const peer_t *b)
{
    return (int)peer_ready(a) - (int)peer_ready(b);
}

/* Rendezvous hashing: when a peer goes, only its keys move. */
static peer_t *keyed(const rpc_client_t *self, uint32_t key)
{
    peer_t *best = NULL;
    uint32_t most = 0;
    for (size_t i = 0; i < self->peer_count; i++) {
        peer_t *peer = self->peers[i];
        uint32_t score = hash_add(peer->hash, &key, sizeof key);
        if (!peer->up || !peer->listed)
            continue;
        int ready = best ? compare_ready(peer, best) : 1;
        if (ready > 0 || (ready == 0 && score > most)) {
            best = peer;
            most = score;
        }
    }
    return best;
}

static peer_t *least_busy(const rpc_client_t *self)
{
    peer_t *best = NULL;
    for (size_t i = 0; i < self->peer_count; i++) {
        peer_t *peer = self->peers[i];
        if (!peer->up || !peer->listed)
            continue;
        int ready = best ? compare_ready(peer, best) : 1;
        if (ready > 0 || (ready == 0 && peer->in_flight < best->in_flight))
            best = peer;
    }
    return best;
}

static peer_t *peer_open(rpc_client_t *self, const char *endpoint)
{
    peer_t *peer = calloc(1, sizeof *peer);
    if (!peer || !(peer->endpoint = strdup(endpoint)))
        abort();
    peer->hash = hash_add(HASH_START, endpoint, strlen(endpoint));
    peer->listed = true;
    peer->arena = arena_new(16 << 20);
    buf_init(&peer->pong_body, PROTO_MAX_BODY);
    peer->socket = zmq_socket(self->context, ZMQ_DEALER);
    if (!peer->socket)
        log_fatal("zmq_socket: %s", zmq_strerror(errno));
    rpc_socket_options(peer->socket);
    if (curve_wanted(endpoint))
        curve_connects(peer->socket, self->service);
    if (zmq_connect(peer->socket, endpoint) == -1)
        log_fatal("%s: %s", endpoint, zmq_strerror(errno));
    struct epoll_event event = {.events = EPOLLIN};
    int fd;
    size_t size = sizeof fd;
    zmq_getsockopt(peer->socket, ZMQ_FD, &fd, &size);
    if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) == -1)
        log_fatal("epoll_ctl: %s", strerror(errno));
    return peer;
}

static void peer_close(rpc_client_t *self, peer_t *peer)
{
    int fd;
    size_t size = sizeof fd;
    zmq_getsockopt(peer->socket, ZMQ_FD, &fd, &size);
    epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL);
    zmq_close(peer->socket);
    arena_destroy(&peer->arena);
    buf_free(&peer->pong_body);
    free(peer->endpoint);
    free(peer);
}

/* ---- calls ---- */

static call_t *call_find(const rpc_client_t *self, uint64_t id)
{
    size_t slot = id & ((1u << SLOT_BITS) - 1);
    if (id == 0 || slot >= self->slots || self->calls[slot].id != id)
        return NULL;
    return &self->calls[slot];
}

static call_t *call_new(rpc_client_t *self)
{
    if (!self->free) {
        size_t slots = self->slots ? self->slots * 2 : 64;
        call_t *calls = realloc(self->calls, slots * sizeof *calls);
        if (!calls)
            abort();
        self->calls = calls;
        for (size_t i = self->slots; i < slots; i++) {
            calls[i] = (call_t){.next_free = self->free};
            self->free = (uint32_t)i + 1;
        }
        self->slots = slots;
    }
    uint32_t slot = self->free - 1;
    call_t *call = &self->calls[slot];
    self->free = call->next_free;
    *call = (call_t){.id = ++self->generation << SLOT_BITS | slot};
    self->in_flight++;
    return call;
}

static void call_free(rpc_client_t *self, call_t *call)
{
    if (call->peer)
        call->peer->in_flight--;
    free(call->body); /* NOLINT(clang-analyzer-unix.Malloc): a free slot has none */
    size_t slot = (size_t)(call - self->calls);
    *call = (call_t){.next_free = self->free};
    self->free = (uint32_t)slot + 1;
    self->in_flight--;
}

/* A peer that is slow has not lost what it was asked, and to be asked again makes it slower. */
static int64_t patience(const peer_t *peer)
{
    int64_t usual = SLOW_TIMES * peer->answer_ms;
    return usual > RESEND_MS ? usual : RESEND_MS;
}

/* What one answer took, among those before. */
static void note_answer(const call_t *call)
{
    if (call->peer)
        call->peer->answer_ms += (clock_ms() - call->sent_ms - call->peer->answer_ms) / 8;
}

/* Sends it if somebody is there who takes more; otherwise it goes on waiting. */
static void call_send(rpc_client_t *self, call_t *call, int64_t now)
{
    peer_t *peer = call->key ? keyed(self, call->key) : least_busy(self);
    if (!peer || peer->in_flight >= self->window)
        return;
    int64_t left = call->deadline_ms - now;
    proto_header_t header = {.type = call->type,
                             .attempt = call->attempt,
                             .left_ms = (uint32_t)(left < 1           ? 1
                                                   : left > INT32_MAX ? INT32_MAX
                                                                      : left),
                             .id = call->id,
                             .trace = call->trace};
    if (!send_frames(peer, &header, call->body, call->body_size))
        return;
    if (call->attempt)
        metric_add_label(METRIC_RPC_RETRIES, self->service, 1);
    if (!call->sent_ms)
        call->sent_ms = now;
    call->resend_ms = now + (patience(peer) << (call->attempt < 5 ? call->attempt : 5));
    if (call->attempt < UINT16_MAX)
        call->attempt++;
    call->peer = peer;
    peer->in_flight++;
    self->dirty = true;
}

/* Ends a call by a failure of our own. */
static void call_fail(rpc_client_t *self, call_t *call, const char *code, const char *detail)
{
    proto_error_t error = {.code = str_from(code), .detail = str_from(detail)};
    rpc_answer_t answer = {
        .type = PROTO_ERROR, .msg = &error, .error = code, .final = true, .trace = call->trace};
    rpc_done_t *done = call->done;
    void *arg = call->arg;
    call_free(self, call);
    done(arg, &answer);
}

static uint64_t start_call(rpc_client_t *self, uint32_t key, proto_type_t type, const void *msg,
                           const proto_trace_t *trace, int64_t timeout_ms, rpc_done_t *done,
                           void *arg)
{
    proto_error_text_t why;
    int64_t now = clock_ms();
    bool full = self->in_flight >= self->max;
    call_t *call = call_new(self); /* a refused call has a slot too, until the next run */
    call->key = key;
    call->type = type;
    if (trace)
        call->trace = *trace;
    call->deadline_ms = now + timeout_ms;
    call->done = done;
    call->arg = arg;
    self->dirty = true;
    buf_clear(&self->body);
    metric_add_label(METRIC_RPC_CALLS, self->service, 1);
    if (full) {
        call->failed = PROTO_CODE_BUSY;
        self->scan = true;
        metric_add_label(METRIC_RPC_REFUSED, self->service, 1);
    } else if (!proto_encode(proto_message(type), msg, &self->body, &why)) {
        call->failed = PROTO_CODE_INVALID;
        self->scan = true;
        log_error("unencodable", LOG_TRACE(&call->trace), LOG_CSTR("type", proto_type_name(type)),
                  LOG_CSTR("why", why.text));
    } else {
        call->body_size = self->body.size;
        call->body = malloc(self->body.size + 1);
        if (!call->body)
            abort();
        memcpy(call->body, self->body.data, self->body.size);
        if (self->waiting == 0) /* else it is not its turn yet */
            call_send(self, call, now);
        self->waiting += !call->peer;
    }
    return call->id;
}

uint64_t rpc_client_call(rpc_client_t *self, proto_type_t type, const void *msg,
                         const proto_trace_t *trace, int64_t timeout_ms, rpc_done_t *done,
                         void *arg)
{
    return start_call(self, 0, type, msg, trace, timeout_ms, done, arg);
}

uint64_t rpc_client_call_keyed(rpc_client_t *self, str_t key, proto_type_t type, const void *msg,
                               const proto_trace_t *trace, int64_t timeout_ms, rpc_done_t *done,
                               void *arg)
{
    uint32_t hash = hash_add(HASH_START, key.data, key.size);
    return start_call(self, hash ? hash : 1, type, msg, trace, timeout_ms, done, arg);
}

void rpc_client_cancel(rpc_client_t *self, uint64_t id)
{
    call_t *call = call_find(self, id);
    if (call)
        call_free(self, call);
}

void rpc_client_tell(rpc_client_t *self, uint64_t call_id, proto_type_t type, const void *msg)
{
    call_t *call = call_find(self, call_id);
    if (!call || !call->peer)
        return;
    proto_header_t header = {.type = type, .id = call_id, .trace = call->trace};
    buf_clear(&self->body);
    if (proto_encode(proto_message(type), msg, &self->body, NULL) &&
        !send_frames(call->peer, &header, self->body.data, self->body.size))
        metric_add_label(METRIC_WIRE_UNSENT, "full", 1);
    self->dirty = true;
}

/* ---- receiving ---- */

static void receive_answer(rpc_client_t *self, const proto_header_t *header, str_t body)
{
    call_t *call = call_find(self, header->id);
    if (!call || call->failed) {
        metric_add_label(METRIC_RPC_LATE, self->service, 1);
        return;
    }
    const proto_record_t *record = proto_message(header->type);
    proto_error_text_t why;
    char code[33];
    void *msg = arena_alloc(self->arena, record->size);
    if (!msg || !proto_decode(record, body.data, body.size, msg, self->arena, &why)) {
        metric_add_label(METRIC_WIRE_BAD, "answer", 1);
        call_fail(self, call, PROTO_CODE_BAD_MESSAGE, msg ? why.text : "too large");
        return;
    }
    rpc_answer_t answer = {.type = header->type,
                           .msg = msg,
                           .final = header->type != PROTO_PARTIAL,
                           .trace = call->trace,
                           .body = body};
    if (header->type == PROTO_ERROR) {
        const proto_error_t *error = msg;
        snprintf(code, sizeof code, "%.*s", STR_ARG(error->code));
        answer.error = code;
    }
    rpc_done_t *done = call->done;
    void *arg = call->arg;
    if (answer.final) {
        note_answer(call);
        call_free(self, call);
        self->scan |= self->waiting > 0;
    } else {
        call->resend_ms = clock_ms() + RESEND_MS; /* somebody is at it */
    }
    done(arg, &answer);
}

/* Returns true if anything was read. */
static bool peer_read(rpc_client_t *self, peer_t *peer, int64_t now)
{
    int count = 0;
    for (rpc_frames_t frames; count < READ_BURST && rpc_frames_read(&frames, peer->socket, NULL);
         count++) {
        proto_header_t header;
        str_t body;
        if (rpc_frames_message(&frames, &header, &body)) {
            peer->last_sign_ms = now;
            if (header.type == PROTO_PONG)
                peer_pong(self, peer, body.data, body.size);
            else
                receive_answer(self, &header, body);
        }
        rpc_frames_close(&frames);
        arena_reset(self->arena);
    }
    peer->more = count == READ_BURST;
    return count > 0;
}

/* ---- the run ---- */

/* Not of a call whose answer may lie unread: then it is us who are late. */
static bool is_past(const call_t *call, int64_t now, int64_t time_ms)
{
    return now >= time_ms + (call->peer && call->peer->more ? UNREAD_MS : 0);
}

/* Their addresses have changed: new ones are connected to, those that are gone get nothing new. */
static void take_addresses(rpc_client_t *self, const address_list_t *list)
{
    for (size_t i = 0; i < self->peer_count; i++)
        self->peers[i]->listed = false;
    for (size_t a = 0; a < list->count; a++) {
        size_t i = 0;
        while (i < self->peer_count && strcmp(self->peers[i]->endpoint, list->endpoint[a]) != 0)
            i++;
        if (i < self->peer_count)
            self->peers[i]->listed = true;
        else if (self->peer_count < RPC_PEERS)
            self->peers[self->peer_count++] = peer_open(self, list->endpoint[a]);
    }
    self->dirty = true;
}

static void look_for_addresses(rpc_client_t *self)
{
    address_list_t list;
    if (addresses_changed(self->addresses, &list))
        take_addresses(self, &list);
}

static void run_peers(rpc_client_t *self, int64_t now)
{
    for (size_t i = 0; i < self->peer_count; i++) {
        peer_t *peer = self->peers[i];
        if (peer->up && now - peer->last_sign_ms > DEAD_AFTER * self->heartbeat_ms)
            peer_down(self, peer);
        if (!peer->listed && (!peer->up || !peer->in_flight)) {
            peer_give_back(self, peer);
            peer_close(self, peer);
            self->peers[i--] = self->peers[--self->peer_count];
        } else if (now >= peer->next_ping_ms) {
            peer_ping(self, peer, now);
        }
    }
}

/* Ends what is overdue and sends what waits. By index: a done function may make new calls, which
 * may move the table. */
static void run_calls(rpc_client_t *self, int64_t now)
{
    size_t slots = self->slots, begin = self->cursor, waiting = 0;
    for (size_t i = 0; i < slots; i++) {
        size_t slot = (begin + i) % slots;
        call_t *call = &self->calls[slot];
        if (!call->id)
            continue;
        if (call->failed) {
            call_fail(self, call, call->failed,
                      strcmp(call->failed, PROTO_CODE_BUSY) == 0 ? "too many calls in flight"
                                                                 : "not a valid message");
        } else if (is_past(call, now, call->deadline_ms)) {
            metric_add_label(METRIC_RPC_TIMEOUTS, self->service, 1);
            if (call->peer)
                call_fail(self, call, PROTO_CODE_TIMEOUT, "no answer in time");
            else if (!call->attempt && rpc_client_up(self))
                call_fail(self, call, PROTO_CODE_BUSY, "others were first");
            else
                call_fail(self, call, PROTO_CODE_UNAVAILABLE, "nobody there");
        } else if (!call->peer) {
            call_send(self, call, now);
            if (!call->peer && waiting++ == 0)
                self->cursor = slot;
        } else if (is_past(call, now,
                           call->resend_ms)) { /* the question or the answer was lost on the way */
            call->peer->in_flight--;
            call->peer = NULL;
            call_send(self, call, now);
            waiting += !call->peer;
        }
    }
    self->waiting = waiting;
}

bool rpc_client_run(rpc_client_t *self)
{
    int64_t now = clock_ms();
    bool busy = self->dirty;
    self->dirty = false;
    look_for_addresses(self);
    for (size_t i = 0; i < self->peer_count; i++)
        busy |= peer_read(self, self->peers[i], now);
    run_peers(self, now);
    if (self->scan || now >= self->next_scan_ms) {
        self->scan = false;
        self->next_scan_ms = now + SCAN_MS;
        run_calls(self, now);
    }
    return busy;
}

bool rpc_client_dirty(const rpc_client_t *self)
{
    return self->dirty;
}

/* ---- what it knows ---- */

bool rpc_client_up(const rpc_client_t *self)
{
    for (size_t i = 0; i < self->peer_count; i++)
        if (self->peers[i]->up)
            return true;
    return false;
}

void rpc_client_set_window(rpc_client_t *self, size_t window)
{
    self->window = window;
}

size_t rpc_client_in_flight(const rpc_client_t *self)
{
    return self->in_flight;
}

size_t rpc_client_processes(const rpc_client_t *self, const proto_process_t **processes, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < self->peer_count; i++)
        for (size_t p = 0; p < self->peers[i]->pong.processes_count && count < max; p++)
            processes[count++] = &self->peers[i]->pong.processes[p];
    return count;
}

int rpc_client_fd(const rpc_client_t *self)
{
    return self->epoll;
}

/* ---- life ---- */

rpc_client_t *rpc_client_new(void *context, const char *service, const char *name,
                             const char *endpoints, int64_t heartbeat_ms, size_t in_flight)
{
    assert(in_flight < (1u << SLOT_BITS) / 2);
    rpc_client_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->service = service;
    self->name = name;
    self->heartbeat_ms = heartbeat_ms;
    self->max = self->window = in_flight;
    self->arena = arena_new(64 << 20);
    buf_init(&self->body, PROTO_MAX_BODY);
    /* so that a restarted process does not repeat the ids of the one before */
    proto_trace_t noise = proto_trace_new();
    memcpy(&self->generation, noise.id, sizeof self->generation);
    self->generation >>= SLOT_BITS + 1;
    self->context = context;
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (self->epoll == -1)
        log_fatal("epoll_create1: %s", strerror(errno));
    self->addresses = addresses_new(endpoints);
    look_for_addresses(self);
    return self;
}

void rpc_client_destroy(rpc_client_t **self_p)
{
    rpc_client_t *self = *self_p;
    if (!self)
        return;
    for (size_t i = 0; i < self->slots; i++)
        if (self->calls[i].id)
            call_fail(self, &self->calls[i], PROTO_CODE_UNAVAILABLE, "we are leaving");
    for (size_t i = 0; i < self->slots; i++) /* made by those done functions: dropped */
        if (self->calls[i].id)
            call_free(self, &self->calls[i]);
    for (size_t i = 0; i < self->peer_count; i++)
        peer_close(self, self->peers[i]);
    close(self->epoll);
    addresses_destroy(&self->addresses);
    free(self->calls);
    arena_destroy(&self->arena);
    buf_free(&self->body);
    free(self);
    *self_p = NULL;
}
