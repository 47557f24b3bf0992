/*
 * The states of a turn and what moves it from one to another, as one table. turn.c asks it for
 * every step and knows what to do on entering and leaving a state; nothing else changes a state.
 * Pure.
 */
#ifndef MOSTRADOR_AGENT_TURN_STATE_H
#define MOSTRADOR_AGENT_TURN_STATE_H

#include "common/buf.h"

#define TURN_STATES(S)                                                           \
    S(CLAIMING, "claiming", "waits for the lease, the context and the messages") \
    S(DELIVERING, "delivering", "sends what earlier turns have answered")        \
    S(THINKING, "thinking", "waits for the model")                               \
    S(TOOLING, "tooling", "waits for the tools the model called")                \
    S(COMMITTING, "committing", "waits until the answer is durable")             \
    S(RELEASING, "releasing", "gives the lease back without an answer")          \
    S(ENDED, "ended", "is told to the dispatcher and freed")

#define TURN_EVENTS(E)                                                                          \
    E(GRANTED, "granted")           /* lease and messages are there */                          \
    E(OWED, "owed")                 /* … and replies that are to be delivered first */        \
    E(THROUGH, "through")           /* no more can be delivered now, and messages wait */       \
    E(NOTHING_LEFT, "nothing_left") /* … and none wait */                                     \
    E(EMPTY, "empty")               /* nothing waits for an answer */                           \
    E(BUSY, "busy")                 /* another holds the lease */                               \
    E(UNAVAILABLE, "unavailable")   /* sessions did not answer the claim */                     \
    E(CALLS, "calls")               /* the model wants tools */                                 \
    E(TEXT, "text")                 /* there is an answer */                                    \
    E(RESULTS, "results")           /* all tools have ended */                                  \
    E(ASK, "ask")                   /* nothing waits, and the survey's question is due */       \
    E(AGAIN, "again")         /* begin anew: the customer wrote, or another model takes over */ \
    E(COMMITTED, "committed") /* the answer is durable */                                       \
    E(UNSURE, "unsure")       /* nobody knows whether it is */                                  \
    E(REFUSED, "refused")     /* it cannot be made durable */                                   \
    E(STALE, "stale")         /* the lease is somebody else's */                                \
    E(RELEASED, "released")   /* the lease is back, or will run out by itself */                \
    E(STOP, "stop")           /* the agent leaves */

typedef enum turn_state {
#define TURN_C(id, name, doc) TURN_##id,
    TURN_STATES(TURN_C) TURN_STATE_COUNT
#undef TURN_C
} turn_state_t;

typedef enum turn_event {
#define TURN_C(id, name) TURN_EVENT_##id,
    TURN_EVENTS(TURN_C) TURN_EVENT_COUNT
#undef TURN_C
} turn_event_t;

/* Where event leads from state; false when the table has no such step. */
bool turn_state_next(turn_state_t state, turn_event_t event, turn_state_t *next);

const char *turn_state_name(turn_state_t state);
const char *turn_event_name(turn_event_t event);

/* The table as text, one step a line: "thinking calls tooling". */
void turn_state_print(buf_t *out);

#endif
