/*
 * The way of one webhook through the gateway, as a state machine: record the message (ENQUEUE),
 * have it answered (WORK), and make sure that nobody else sends the reply before it goes into the
 * HTTP answer (TAKE). Who does not wait any longer says so (FORGO) and answers nothing; the reply
 * then goes out through Twilio's API. Pure: events in, the next step out; kore_webhook.c does what
 * a step says.
 *
 *   state     event                       next
 *   ENQUEUE   enqueued, nobody waits      STARTED, or ELSEWHERE if it has its reply or needs none
 *   ENQUEUE   enqueued with a reply       TAKE, or LATER if it does not fit
 *   ENQUEUE   enqueued                    WORK
 *   ENQUEUE   error, stopped              REFUSED; LATER if it was recorded before
 *   WORK      reply                       TAKE, or LATER if it does not fit
 *   WORK      error not_waiting           PAUSE      its turn has ended: ENQUEUE tells the reply
 *   WORK      any other error, stopped    LATER
 *   PAUSE     resumed                     ENQUEUE
 *   PAUSE     error, stopped              LATER
 *   TAKE      ok                          TEXT
 *   TAKE      error claimed               ELSEWHERE  a copy, or another message of the same turn
 *   TAKE      error timeout and kin,      RETURNED   whether it is ours is not known, but nobody
 *             stopped                                got it from us
 *   TAKE      any other error             LATER
 *   TEXT      late                        RETURNED   Twilio waits no longer: nobody would read it
 */
#ifndef MOSTRADOR_GATEWAY_WEBHOOK_H
#define MOSTRADOR_GATEWAY_WEBHOOK_H

#include "gateway/problem.h"

typedef enum webhook_state {
    WEBHOOK_ENQUEUE,
    WEBHOOK_WORK,
    WEBHOOK_PAUSE,
    WEBHOOK_TAKE,
    /* the ends: what is answered, and what sessions hear */
    WEBHOOK_TEXT,      /* the reply; DELIVERED done once it is out, DELIVERED again if it surely is
                          not, and nothing where that cannot be known: it is then looked up */
    WEBHOOK_STARTED,   /* nothing; the turn begins and nobody waits for it */
    WEBHOOK_LATER,     /* nothing; FORGO: the reply goes out otherwise */
    WEBHOOK_ELSEWHERE, /* nothing; somebody else delivers the reply, or has */
    WEBHOOK_RETURNED,  /* nothing; DELIVERED again: in case it was ours */
    WEBHOOK_REFUSED,   /* the problem; nothing is recorded */
} webhook_state_t;

typedef enum webhook_kind {
    WEBHOOK_ON_ENQUEUED,
    WEBHOOK_ON_REPLY,
    WEBHOOK_ON_OK,
    WEBHOOK_ON_ERROR,
    WEBHOOK_ON_RESUMED,
    WEBHOOK_ON_STOPPED, /* the client has gone, or the gateway ends */
    WEBHOOK_ON_LATE,    /* about to be written, and its time is over */
} webhook_kind_t;

typedef struct webhook_event {
    webhook_kind_t kind;
    int64_t seq;            /* ENQUEUED */
    bool replied;           /* ENQUEUED: the reply came with it, or there will be none */
    bool fits;              /* the reply that came can be said in an HTTP answer */
    const char *code;       /* ERROR */
    int64_t retry_after_ms; /* ERROR */
} webhook_event_t;

typedef struct webhook {
    webhook_state_t state;
    bool waits;       /* for the reply */
    bool recorded;    /* it is durable: it may be acknowledged */
    int64_t seq;      /* of the message, once it is recorded */
    int tries;        /* pauses so far */
    int64_t pause_ms; /* in PAUSE: how long */
    problem_t problem;
} webhook_t;

/* Starts in ENQUEUE. waits: the reply may go into the HTTP answer. */
void webhook_start(webhook_t *self, bool waits);

/* Moves to the next state and returns it. An event that the state does not expect changes nothing.
 */
webhook_state_t webhook_next(webhook_t *self, const webhook_event_t *event);

bool webhook_ended(const webhook_t *self);

/* The end as a word, for logs and metrics. */
const char *webhook_outcome(const webhook_t *self);

#endif
