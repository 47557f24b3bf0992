/*
 * The dispatcher's mind: who gets which turn, and who is told how it ended.
 * Events go in with the time of day (ms, monotonic), messages come out through
 * two functions. No socket, no clock, no loop: dispatcher_main.c wires it.
 *
 * A user with work is in one state: queued (in the order they came), running
 * at one agent, or delayed. Waiters are the gateway's WORK requests; each gets
 * exactly one final answer unless it is cancelled or its deadline passes. All
 * of it may be lost at any time: what has to last is in sessions, and
 * everybody asks again.
 */
#ifndef MOSTRADOR_GATEWAY_DISPATCHER_H
#define MOSTRADOR_GATEWAY_DISPATCHER_H

#include "common/rpc_server.h"

typedef struct dispatcher dispatcher_t;

typedef struct dispatcher_limits {
    size_t queue;            /* users queued or delayed; beyond it WORK is refused as busy */
    size_t waiters_per_user; /* requests that wait for one user's turn */
    size_t waiters;          /* requests that wait at all */
    size_t agents;           /* agents known at once */
    int64_t silent_ms;       /* an agent without a sign for so long is dead */
    int64_t turn_ms;         /* a turn without an end for so long is asked for again */
    int64_t wait_ms;         /* longest that a WORK waits, whatever it says */
    int64_t agentless_ms;    /* without an agent for so long WORK is refused as busy; 0: never */
} dispatcher_limits_t;

/* false: the receiver is full or gone, nothing was sent. */
typedef struct dispatcher_effects {
    /* TURN or NUDGE (header->type) to an agent. */
    bool (*to_agent)(void *arg, const rpc_peer_t *agent, const proto_header_t *header,
                     const void *msg);
    /* ANSWER, PARTIAL or ERROR to a gateway; request is the header of its WORK. */
    bool (*to_waiter)(void *arg, const rpc_peer_t *gateway, const proto_header_t *request,
                      proto_type_t type, const void *msg);
    void *arg;
} dispatcher_effects_t;

/* id_base: the TURNs of this start have request ids in its upper 32 bits, so that what an agent
 * says of a turn of an earlier start is told apart. */
dispatcher_t *dispatcher_new(const dispatcher_limits_t *limits, const dispatcher_effects_t *effects,
                             uint64_t id_base);
void dispatcher_destroy(dispatcher_t **self_p);

/* ---- from gateways ---- */

/* The same request again (same peer and id) only renews its deadline. */
void dispatcher_work(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *gateway,
                     const proto_header_t *header, const proto_work_t *work);
void dispatcher_cancel(dispatcher_t *self, const rpc_peer_t *gateway, const proto_header_t *header,
                       const proto_cancel_t *cancel);

/* ---- from agents ---- */

typedef enum dispatcher_heard {
    DISPATCHER_WELCOME,
    DISPATCHER_REPLACED, /* another process has taken this one's name over: go away */
    DISPATCHER_FULL,     /* too many agents */
} dispatcher_heard_t;

dispatcher_heard_t dispatcher_heartbeat(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *agent,
                                        const proto_process_t *process);
void dispatcher_turn_done(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *agent,
                          const proto_header_t *header, const proto_turn_done_t *done);
void dispatcher_partial(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *agent,
                        const proto_partial_t *partial);
void dispatcher_bye(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *agent,
                    const proto_bye_t *bye);

/* ---- from the sweeper and the clock ---- */

/* How many forgotten users it would take in now: what agents have free and the queue has room for.
 */
size_t dispatcher_sweep_room(const dispatcher_t *self);
void dispatcher_swept(dispatcher_t *self, int64_t now_ms, const proto_trace_t *trace,
                      const proto_swept_t *swept);

/* Ends what has lasted too long. Call it every 50 ms or so. */
void dispatcher_tick(dispatcher_t *self, int64_t now_ms);

/* ---- looking inside ---- */

typedef struct dispatcher_numbers {
    size_t queued, delayed, running, waiters; /* users, users, users, requests */
    size_t agents;                            /* alive */
    int64_t credit;                           /* turns that agents would take now */
} dispatcher_numbers_t;

dispatcher_numbers_t dispatcher_numbers(const dispatcher_t *self);

/* What it lacks to do its work, "agents" or "room"; NULL if nothing. */
const char *dispatcher_missing(const dispatcher_t *self);

/* What the agents last said of themselves, at most max; good until the next heartbeat. */
size_t dispatcher_processes(const dispatcher_t *self, proto_process_t *processes, size_t max);

#endif
