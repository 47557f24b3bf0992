/*
 * ZeroMQ on libuv. ZMQ_FD is edge-triggered and shared by reads and writes, so a socket is looked
 * at on every turn of the loop (prepare and check) as well as when its descriptor stirs.
 */
#ifndef MOSTRADOR_COMMON_RPC_LOOP_H
#define MOSTRADOR_COMMON_RPC_LOOP_H

#include <uv.h>

#include "common/rpc_client.h"

typedef struct rpc_loop rpc_loop_t;

/* Runs the client from the loop until rpc_loop_detach. Borrows both. */
rpc_loop_t *rpc_loop_attach(uv_loop_t *loop, rpc_client_t *client);
void rpc_loop_detach(rpc_loop_t **self_p);

/* The process's ZeroMQ context (CZMQ's, its signal handlers off). */
void *rpc_loop_context(void);

/* Closes all handles left in the loop, runs it until they are gone, and ends the context. */
void rpc_loop_end(uv_loop_t *loop);

/* Calls stop once on SIGTERM or SIGINT. */
void rpc_loop_on_signal(uv_loop_t *loop, void (*stop)(void *arg), void *arg);

#endif
