/*
 * A circuit breaker: whether a server that fails is asked at all. One per model and process. Pure:
 * times are passed in, ms of a clock that never goes back.
 *
 *   closed      every call may begin. Too many failures in a row, or too large a part of the calls
 *               of the last while, open it; so does a server that says how long it will not serve.
 *   open        no call may begin, until its time is over: open_ms, twice as long after every
 *               probe that failed, at least as long as the server asked for.
 *   half-open   one call at a time may begin, to see. If it succeeds, closed; if not, open again.
 *
 * A call that began in an earlier state says nothing about this one and is not counted.
 */
#ifndef MOSTRADOR_AGENT_BREAKER_H
#define MOSTRADOR_AGENT_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define BREAKER_SLOTS 10            /* parts of the window, forgotten one by one */
#define BREAKER_LEAST_CALLS 10      /* in the window, before their rate means anything */
#define BREAKER_LONGER 6            /* open_ms is doubled so often at most */
#define BREAKER_ASKED_MAX_MS 600000 /* a server's wish counts up to this */

typedef enum breaker_state { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN } breaker_state_t;

typedef enum breaker_outcome {
    BREAKER_SUCCESS, /* the server served, whatever it said */
    BREAKER_FAILURE,
    BREAKER_REFUSAL, /* it will not serve for a while: a quota is used up */
    BREAKER_UNKNOWN, /* nobody waited for the end */
} breaker_outcome_t;

typedef struct breaker_settings {
    int64_t failures;  /* in a row that open it, 0: never */
    int64_t percent;   /* of the calls of a window that open it */
    int64_t window_ms; /* at least BREAKER_SLOTS */
    int64_t open_ms;
} breaker_settings_t;

typedef struct breaker {
    breaker_settings_t settings;
    breaker_state_t state;
    uint32_t era;     /* grows with every change of state */
    int64_t in_a_row; /* failures */
    struct {
        int64_t at; /* number of the slot in time, -1: none */
        int64_t calls, failures;
    } slots[BREAKER_SLOTS];
    int64_t open_until_ms;
    int64_t reopened; /* probes that failed since it was closed */
    bool probing;     /* half-open: a call is under way */
} breaker_t;

/* Given to a call that begins, shown when it ends. */
typedef struct breaker_ticket {
    uint32_t era;
    bool probe; /* if it fails, everybody waits longer: best not tried again by itself */
} breaker_ticket_t;

void breaker_init(breaker_t *self, const breaker_settings_t *settings);

/* A call would like to begin. false: not now. Every true is to be followed by breaker_end. */
bool breaker_begin(breaker_t *self, int64_t now_ms, breaker_ticket_t *ticket);

/* asked_ms: how long the server wants to be left alone, from now on; -1: it did not say. */
void breaker_end(breaker_t *self, int64_t now_ms, breaker_ticket_t ticket,
                 breaker_outcome_t outcome, int64_t asked_ms);

/* The state as it is now: one that has been open long enough is half-open, although nobody has
 * asked since. */
breaker_state_t breaker_state(const breaker_t *self, int64_t now_ms);

/* "closed", "half_open", "open". */
const char *breaker_state_name(breaker_state_t state);

#endif
