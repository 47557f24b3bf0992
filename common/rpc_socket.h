/*
 * What every ZeroMQ socket of ours has in common: its limits, its frames, and
 * how a libuv loop watches it. rpc_client and rpc_server use it; so may a
 * process that needs a socket of another shape.
 */
#ifndef MOSTRADOR_COMMON_RPC_SOCKET_H
#define MOSTRADOR_COMMON_RPC_SOCKET_H

#include <uv.h>
#include <zmq.h>

#include "common/rpc_server.h"

/* Limits and timeouts of every socket; call before bind or connect. High-water mark 100,000
 * messages (above any credit), at most PROTO_MAX_BODY a message, bounded linger and reconnect,
 * ROUTERs refuse rather than drop, DEALERs queue nothing towards a peer that is not there. */
void rpc_socket_options(void *socket);

/* Binds; of an ipc endpoint the folder must exist. false and why otherwise. An ipc socket that a
 * live process listens on is not taken over. */
bool rpc_socket_bind(void *socket, const char *endpoint, char *why, size_t size);

/* ---- frames ---- */

#define RPC_FRAMES 3

typedef struct rpc_frames {
    zmq_msg_t frame[RPC_FRAMES]; /* version, header, body */
    size_t count;                /* how many came; may be above RPC_FRAMES: the rest was dropped */
} rpc_frames_t;

/* Reads one message without waiting; with peer (of a ROUTER) also its routing id. false: none. */
bool rpc_frames_read(rpc_frames_t *self, void *socket, rpc_peer_t *peer);
void rpc_frames_close(rpc_frames_t *self);
bool rpc_frames_version_ok(rpc_frames_t *self);

/* What stands in three frames; the body is good until they are closed. false, and it is counted, if
 * they are no message of ours. */
bool rpc_frames_message(rpc_frames_t *self, proto_header_t *header, str_t *body);

/* ---- in a libuv loop ---- */

typedef struct rpc_socket rpc_socket_t;

/* read is called when there may be something to read; it returns true if it did anything, and is
 * then called again on the next turn of the loop, without waiting. Sends need no further care. */
rpc_socket_t *rpc_socket_watch(uv_loop_t *loop, void *socket, bool (*read)(void *arg), void *arg);

/* Stops watching; frees itself when the loop has let go of it. */
void rpc_socket_unwatch(rpc_socket_t **self_p);

#endif
