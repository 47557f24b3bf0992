/*
 * Calls to a service that may have several replicas, any of which may die. Plain libzmq and no
 * event loop of its own, because the Kore worker uses it too; rpc_loop.h wires it to libuv.
 *
 * One DEALER per endpoint, and one per address where an endpoint names a host: replicas behind one
 * name are found, and missed, within seconds. A PING per heartbeat. A call goes to the live peer
 * with the fewest calls in flight. When that peer dies or restarts, the call is sent again, to
 * another or to the same one once it is back: so every request of the protocol is idempotent. A
 * call with no live peer waits, to its deadline. The done function is called exactly once per call,
 * never from inside rpc_client_call; PARTIAL answers go to the same function before, with final
 * false.
 */
#ifndef MOSTRADOR_COMMON_RPC_CLIENT_H
#define MOSTRADOR_COMMON_RPC_CLIENT_H

#include "proto/proto.h"

typedef struct rpc_client rpc_client_t;

typedef struct rpc_answer {
    proto_type_t type; /* PROTO_ERROR for every failure, also local ones */
    const void *msg;   /* the struct of type; good until the function returns */
    const char *error; /* of an ERROR its code, terminated; else NULL */
    bool final;        /* false: a PARTIAL, more will come */
    proto_trace_t trace;
    str_t body; /* encoded, to keep or pass on */
} rpc_answer_t;

typedef void(rpc_done_t)(void *arg, const rpc_answer_t *answer);

/* service names it in logs and metrics ("sessions"); name says who we are ("agent-1"). context is
 * a ZeroMQ context. in_flight bounds the calls: beyond it they fail with busy. */
rpc_client_t *rpc_client_new(void *context, const char *service, const char *name,
                             const char *endpoints, int64_t heartbeat_ms, size_t in_flight);

/* At most so many calls are under way to a peer; the others wait for their turn here, where they
 * cost the peer nothing. For services that answer at once: where they take long, they have a queue.
 */
void rpc_client_set_window(rpc_client_t *self, size_t window);

/* Ends every call with unavailable, closes the sockets. */
void rpc_client_destroy(rpc_client_t **self_p);

/*
 * Sends msg (struct of type). timeout_ms is how long the caller waits. Returns the id of the call.
 * A message that cannot be encoded is a programmer's error and ends the call with invalid.
 */
uint64_t rpc_client_call(rpc_client_t *self, proto_type_t type, const void *msg,
                         const proto_trace_t *trace, int64_t timeout_ms, rpc_done_t *done,
                         void *arg);

/* The same, to the peer that all calls with this key go to as long as it is up: what a service
 * remembers of a key is found there. */
uint64_t rpc_client_call_keyed(rpc_client_t *self, str_t key, proto_type_t type, const void *msg,
                               const proto_trace_t *trace, int64_t timeout_ms, rpc_done_t *done,
                               void *arg);

/* Forgets a call; its function will not be called. An unknown id is ignored. */
void rpc_client_cancel(rpc_client_t *self, uint64_t id);

/* Sends a message that has no answer, to the peer that a call went to (CANCEL). */
void rpc_client_tell(rpc_client_t *self, uint64_t call_id, proto_type_t type, const void *msg);

/* True while at least one peer answers its PINGs. */
bool rpc_client_up(const rpc_client_t *self);

size_t rpc_client_in_flight(const rpc_client_t *self);

/* What the live peers last said of themselves and those behind them; good until the next
 * rpc_client_run. */
size_t rpc_client_processes(const rpc_client_t *self, const proto_process_t **processes,
                            size_t max);

/* ---- for the event loop ---- */

/* The descriptor to watch for reading. It stays the same while peers come and go. */
int rpc_client_fd(const rpc_client_t *self);

/*
 * Reads everything there is, calls done functions, sends PINGs, ends calls past their deadline.
 * Call it when the descriptor is readable, and from a timer at least every 50 ms; what is behind it
 * is edge-triggered, so also soon after each rpc_client_call (rpc_client_dirty). Returns true if
 * it did anything.
 */
bool rpc_client_run(rpc_client_t *self);

/* True when something was sent or queued since the last rpc_client_run: run again before sleeping.
 */
bool rpc_client_dirty(const rpc_client_t *self);

#endif
