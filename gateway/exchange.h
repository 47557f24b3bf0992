/*
 * The way of one message through the gateway, as a state machine: record it (ENQUEUE), have it
 * answered (WORK), and what to do when one of them says no. Pure: events in, the next step out;
 * kore_bot.c does what a step says.
 *
 *   state     event                     next
 *   ENQUEUE   enqueued with a reply     ANSWERED    a copy of a message that has its answer
 *   ENQUEUE   enqueued                  WORK
 *   ENQUEUE   error busy, unavailable…  REFUSED     nothing was recorded now
 *   WORK      answer                    ANSWERED
 *   WORK      error not_waiting         PAUSE       its turn has ended: ENQUEUE tells the reply
 *   WORK      error unavailable         PAUSE
 *   WORK      error busy                WITHDRAW    or REFUSED, if an earlier copy recorded it
 *   WITHDRAW  ok                        REFUSED
 *   WITHDRAW  error claimed and kin     PAUSE       somebody is at work on it after all
 *   PAUSE     resumed                   ENQUEUE
 *   any       error timeout, stopped    REFUSED
 */
#ifndef MOSTRADOR_GATEWAY_EXCHANGE_H
#define MOSTRADOR_GATEWAY_EXCHANGE_H

#include "gateway/problem.h"

typedef enum exchange_state {
    EXCHANGE_ENQUEUE,
    EXCHANGE_WORK,
    EXCHANGE_WITHDRAW,
    EXCHANGE_PAUSE,
    EXCHANGE_ANSWERED, /* the reply came with the event */
    EXCHANGE_REFUSED,  /* problem says why */
} exchange_state_t;

typedef enum exchange_kind {
    EXCHANGE_ON_ENQUEUED,
    EXCHANGE_ON_ANSWER,
    EXCHANGE_ON_OK,
    EXCHANGE_ON_ERROR,
    EXCHANGE_ON_RESUMED,
    EXCHANGE_ON_STOPPED, /* the gateway ends */
} exchange_kind_t;

typedef struct exchange_event {
    exchange_kind_t kind;
    int64_t seq;            /* ENQUEUED */
    bool duplicate;         /* ENQUEUED */
    bool replied;           /* ENQUEUED: the reply came with it, or there will be none */
    const char *code;       /* ERROR */
    int64_t retry_after_ms; /* ERROR */
} exchange_event_t;

typedef struct exchange {
    exchange_state_t state;
    int64_t seq;      /* of the message, once it is recorded */
    bool recorded;    /* it is durable: whatever happens here, it will be answered */
    bool duplicate;   /* an earlier copy recorded it */
    int tries;        /* pauses so far */
    int64_t pause_ms; /* in PAUSE: how long */
    int64_t retry_after_ms;
    problem_t problem;
} exchange_t;

/* Starts in ENQUEUE. */
void exchange_start(exchange_t *self);

/* Moves to the next state and returns it. An event that the state does not expect changes nothing.
 */
exchange_state_t exchange_next(exchange_t *self, const exchange_event_t *event);

#endif
