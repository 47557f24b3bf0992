/*
 * Asks a service the same thing every second: at once, then each second in which there is something
 * to ask and the question before has its answer. A question that gets none is asked anew.
 */
#ifndef MOSTRADOR_COMMON_RPC_POLL_H
#define MOSTRADOR_COMMON_RPC_POLL_H

#include <uv.h>

#include "common/rpc_client.h"

typedef struct rpc_poll rpc_poll_t;

/* Asks with rpc_poll_call, or leaves it until the next second. */
typedef void rpc_poll_ask_t(void *arg, rpc_poll_t *poll);

/* done gets every answer, also an error. Borrows loop, client and arg. */
rpc_poll_t *rpc_poll_new(uv_loop_t *loop, rpc_client_t *client, rpc_poll_ask_t *ask,
                         rpc_done_t *done, void *arg);

/* Forgets a question under way: done is not called any more. */
void rpc_poll_destroy(rpc_poll_t **self_p);

/* Once in each ask. */
void rpc_poll_call(rpc_poll_t *self, proto_type_t type, const void *msg);

#endif
