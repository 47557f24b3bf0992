/*
 * A ROUTER that requests come in by. Built on CZMQ and libuv: for services, not for the Kore
 * worker. Reads frames, refuses what is malformed with an error reply, answers PING by itself,
 * and hands every other request to one function.
 *
 * A request is answered now or later, by rpc_server_reply with a copy of its rpc_peer_t and header.
 */
#ifndef MOSTRADOR_COMMON_RPC_SERVER_H
#define MOSTRADOR_COMMON_RPC_SERVER_H

#include <uv.h>

#include "proto/proto.h"

typedef struct rpc_server rpc_server_t;

typedef struct rpc_peer {
    uint8_t id[16]; /* routing id, made by the ROUTER */
    uint8_t size;
} rpc_peer_t;

typedef struct rpc_request {
    rpc_server_t *server;
    rpc_peer_t peer;
    proto_header_t header;
    const proto_record_t *record;
    const void *msg; /* the struct of header.type; good until the handler returns */
    arena_t *arena;  /* where it lives: for the handler's own use too, until it returns */
    str_t body;      /* the bytes it came from, to pass on unread */
} rpc_request_t;

/* What answering later takes: the request without its message, which is gone by then. */
static inline rpc_request_t rpc_request_later(const rpc_request_t *request)
{
    return (rpc_request_t){
        .server = request->server, .peer = request->peer, .header = request->header};
}

typedef void(rpc_handler_t)(void *arg, const rpc_request_t *request);

/* What PING is told: fill in self (already zeroed, name, role, boot and version set) and add those
 * behind, if any, to more (of *count elements at most). May be NULL. */
typedef void(rpc_status_t)(void *arg, proto_process_t *self, arena_t *arena, proto_process_t *more,
                           size_t *count);

/*
 * Binds to every endpoint of the comma separated list. accepts is the list of types the handler
 * takes, ended by 0; others are answered unknown_type. Returns NULL and sets why when an endpoint
 * cannot be bound.
 */
rpc_server_t *rpc_server_new(uv_loop_t *loop, const char *name, const char *role,
                             const char *endpoints, const proto_type_t *accepts,
                             rpc_handler_t *handler, void *arg, char *why, size_t why_size);
void rpc_server_destroy(rpc_server_t **self_p);

void rpc_server_on_status(rpc_server_t *self, rpc_status_t *status, void *arg);

/* burst is called when the handler has had all requests that were there together: what they have in
 * common may wait for it. */
void rpc_server_on_burst(rpc_server_t *self, void (*burst)(void *arg), void *arg);

/* Reads nothing more. What comes from now on is for who follows: callers send it again. */
void rpc_server_pause(rpc_server_t *self);

/* Requests that were taken and have no answer yet, where each gets exactly one. */
size_t rpc_server_owed(const rpc_server_t *self);

/* The random id of this start. */
int64_t rpc_server_boot(const rpc_server_t *self);

/* Answers a request. false (counted, logged) when the peer is full or gone. */
bool rpc_server_reply(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *request,
                      proto_type_t type, const void *msg);
bool rpc_server_error(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *request,
                      const char *code, int64_t retry_after_ms, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Sends a message of our own to a peer, with a header of our own. */
bool rpc_server_send(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *header,
                     const void *msg);

/* The same with a body that is already encoded. */
bool rpc_server_forward(rpc_server_t *self, const rpc_peer_t *peer, const proto_header_t *header,
                        str_t body);

#endif
