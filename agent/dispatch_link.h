/*
 * The agent's line to one dispatcher: a DEALER that says what the agent can do (HEARTBEAT), takes
 * work (TURN, NUDGE) and tells how it ended (TURN_DONE, PARTIAL).
 *
 * How a turn ended is kept for a while when the dispatcher is away and told when it is back; the
 * reply itself is durable before, so a dispatcher that never hears of it loses nothing.
 */
#ifndef MOSTRADOR_AGENT_DISPATCH_LINK_H
#define MOSTRADOR_AGENT_DISPATCH_LINK_H

#include <uv.h>

#include "proto/proto.h"

#define DISPATCH_LINKS_MAX 8 /* dispatchers of one agent */

typedef struct dispatch_link dispatch_link_t;

typedef struct dispatch_handlers {
    /* What came; the message is good until the function returns. */
    void (*turn)(void *arg, dispatch_link_t *link, const proto_header_t *header,
                 const proto_turn_t *turn);
    void (*nudge)(void *arg, dispatch_link_t *link, const proto_header_t *header,
                  const proto_nudge_t *nudge);
    /* Fills in the agent's record for a HEARTBEAT; strings and samples live in the arena. */
    void (*status)(void *arg, proto_process_t *process, arena_t *arena);
    void *arg;
} dispatch_handlers_t;

/* Connects; begins with a HEARTBEAT. context is a ZeroMQ context. index is the link's own number,
 * for those who keep a table of links. */
dispatch_link_t *dispatch_link_new(uv_loop_t *loop, void *context, const char *endpoint,
                                   size_t index, int64_t heartbeat_ms,
                                   const dispatch_handlers_t *handlers);

/* Closes the socket, which still sends what it has for a moment; frees itself when the loop has
 * closed its handles. */
void dispatch_link_destroy(dispatch_link_t **self_p);

size_t dispatch_link_index(const dispatch_link_t *self);

/* Has it been heard of lately? */
bool dispatch_link_up(const dispatch_link_t *self);

/* Text for those who watch; false when it could not be sent. */
bool dispatch_link_partial(dispatch_link_t *self, uint64_t id, const proto_trace_t *trace,
                           const proto_partial_t *partial);

/* How the turn with this request id ended; kept when it cannot be sent now. */
void dispatch_link_done(dispatch_link_t *self, uint64_t id, const proto_trace_t *trace,
                        const proto_turn_done_t *done);

/* BYE, and a HEARTBEAT with what is left. */
void dispatch_link_bye(dispatch_link_t *self, const char *name);

#endif
