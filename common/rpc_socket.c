/* Plain libzmq: the Kore worker links this too. What needs libuv is in rpc_loop.c. */
#include "common/rpc_socket.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/metrics.h"

#define HIGH_WATER_MARK 100000 /* acknowledged in halves: at least twice what may be in flight */
#define LINGER_MS 500
#define RECONNECT_MS 50
#define RECONNECT_MAX_MS 500
#define HANDSHAKE_MS 5000
#define LEAVING_MS 500
/* A peer may have been cut off without a word, and have another address when it is back. What it
 * does not take in this time was sent for nothing: it is connected to anew. Else the kernel would
 * try for a quarter of an hour, and for ever where nothing is sent: so who is silent is asked. */
#define UNTAKEN_MS 5000
#define CONNECT_MS 3000
#define SILENT_S 60
#define ASK_S 10
#define ASKED 3

static void set(void *socket, int option, int value)
{
    zmq_setsockopt(socket, option, &value, sizeof value);
}

void rpc_socket_options(void *socket)
{
    int64_t max = PROTO_MAX_BODY + 1024;
    int type;
    size_t size = sizeof type;
    zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof max);
    set(socket, ZMQ_SNDHWM, HIGH_WATER_MARK);
    set(socket, ZMQ_RCVHWM, HIGH_WATER_MARK);
    set(socket, ZMQ_LINGER, LINGER_MS);
    set(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS);
    set(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
    set(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
    set(socket, ZMQ_CONNECT_TIMEOUT, CONNECT_MS);
    set(socket, ZMQ_TCP_MAXRT, UNTAKEN_MS);
    set(socket, ZMQ_TCP_KEEPALIVE, 1);
    set(socket, ZMQ_TCP_KEEPALIVE_IDLE, SILENT_S);
    set(socket, ZMQ_TCP_KEEPALIVE_INTVL, ASK_S);
    set(socket, ZMQ_TCP_KEEPALIVE_CNT, ASKED);
    zmq_getsockopt(socket, ZMQ_TYPE, &type, &size);
    if (type == ZMQ_ROUTER)
        set(socket, ZMQ_ROUTER_MANDATORY, 1);
    else
        set(socket, ZMQ_IMMEDIATE, 1);
}

/* libzmq unlinks an ipc path before it binds, also one that somebody listens on. */
static bool somebody_listens(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return false;
    bool listens = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return listens;
}

bool rpc_socket_bind(void *socket, const char *endpoint, char *why, size_t size)
{
    /* one that is just leaving may take a moment to let go */
    bool taken = strncmp(endpoint, "ipc://", 6) == 0 && somebody_listens(endpoint + 6);
    for (int i = 0; taken && i < LEAVING_MS / 10; i++) {
        usleep(10000);
        taken = somebody_listens(endpoint + 6);
    }
    if (taken) {
        snprintf(why, size, "%s is in use by a running process", endpoint);
        return false;
    }
    if (zmq_bind(socket, endpoint) == -1) {
        snprintf(why, size, "cannot bind to %s: %s", endpoint, zmq_strerror(errno));
        return false;
    }
    return true;
}

static bool more_follows(void *socket)
{
    int more = 0;
    size_t size = sizeof more;
    zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
    return more;
}

static bool read_routing_id(void *socket, rpc_peer_t *peer)
{
    zmq_msg_t id;
    zmq_msg_init(&id);
    bool got = zmq_msg_recv(&id, socket, ZMQ_DONTWAIT) != -1;
    if (got) {
        /* made by the ROUTER: 5 bytes. A client that sets a longer one gets no answers. */
        peer->size = (uint8_t)(zmq_msg_size(&id) <= sizeof peer->id ? zmq_msg_size(&id) : 0);
        memcpy(peer->id, zmq_msg_data(&id), peer->size);
    }
    zmq_msg_close(&id);
    return got;
}

bool rpc_frames_read(rpc_frames_t *self, void *socket, rpc_peer_t *peer)
{
    if (peer && !read_routing_id(socket, peer))
        return false;
    self->count = 0;
    for (bool more = !peer || more_follows(socket); more; more = more_follows(socket)) {
        zmq_msg_t dropped, *into = &dropped;
        if (self->count < RPC_FRAMES)
            into = &self->frame[self->count];
        zmq_msg_init(into);
        if (zmq_msg_recv(into, socket, ZMQ_DONTWAIT) == -1) {
            zmq_msg_close(into);
            rpc_frames_close(self);
            return false;
        }
        if (into == &dropped)
            zmq_msg_close(into);
        self->count++;
    }
    return true;
}

void rpc_frames_close(rpc_frames_t *self)
{
    for (size_t i = 0; i < self->count && i < RPC_FRAMES; i++)
        zmq_msg_close(&self->frame[i]);
    self->count = 0;
}

bool rpc_frames_version_ok(rpc_frames_t *self)
{
    return self->count > 0 && zmq_msg_size(&self->frame[0]) == PROTO_VERSION_SIZE &&
           memcmp(zmq_msg_data(&self->frame[0]), PROTO_VERSION, PROTO_VERSION_SIZE) == 0;
}

bool rpc_frames_message(rpc_frames_t *self, proto_header_t *header, str_t *body)
{
    if (!rpc_frames_version_ok(self) || self->count != 3 ||
        !proto_header_decode(header, zmq_msg_data(&self->frame[1]),
                             zmq_msg_size(&self->frame[1]))) {
        metric_add_label(METRIC_WIRE_BAD, "frames", 1);
        return false;
    }
    *body = (str_t){zmq_msg_data(&self->frame[2]), zmq_msg_size(&self->frame[2])};
    return true;
}
