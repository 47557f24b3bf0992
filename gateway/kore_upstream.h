/*
 * The services behind a gateway worker: three rpc clients wired to Kore's loop. A call's done
 * function runs from the loop, never from inside a request handler.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_UPSTREAM_H
#define MOSTRADOR_GATEWAY_KORE_UPSTREAM_H

#include "common/rpc_client.h"

typedef struct upstream {
    rpc_client_t *sessions;
    rpc_client_t *dispatcher;
    rpc_client_t *catalog;
} upstream_t;

extern upstream_t upstream;

/* In the worker, after the fork. name is the worker's, in_flight bounds each client's calls. */
void upstream_start(const char *name, size_t in_flight);

/* Ends every call as unavailable. */
void upstream_stop(void);

/* rpc_client_call, and a look at its socket as soon as the handler has returned: ZMQ_FD is
 * edge-triggered, and a request woken inside a handler would wait for Kore's next tick. */
uint64_t upstream_call(rpc_client_t *client, proto_type_t type, const void *msg,
                       const proto_trace_t *trace, int64_t timeout_ms, rpc_done_t *done, void *arg);

/* Gives a call up; the dispatcher is told that nobody waits for its WORK. */
void upstream_forget(rpc_client_t *client, uint64_t call, str_t user_id);

/* Reads what has come. Call it at least every 50 ms. */
void upstream_run(void);

/* Those that a service tells of itself and those behind it. */
#define UPSTREAM_PROCESSES 192
size_t upstream_processes(const rpc_client_t *client, const proto_process_t **processes);

/* May a message be recorded: is there a dispatcher, and has it room? */
bool upstream_has_room(void);

#endif
