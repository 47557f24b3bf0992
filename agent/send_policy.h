/*
 * What to do with a message after an attempt to send it. Pure: no clock, no randomness of its own;
 * who keeps the outbox asks, and does what is said.
 *
 * Sending again is safe only when it is certain that Twilio did not take the message: the request
 * never went out, or the answer says so. Everything else that went wrong has an unknown outcome,
 * and is settled first: Twilio's list of messages is looked at, and once more some time after the
 * attempt, because a message may show up late. Only if it is not there by then it is sent again.
 */
#ifndef MOSTRADOR_AGENT_SEND_POLICY_H
#define MOSTRADOR_AGENT_SEND_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#define SEND_TRIES 24            /* attempts to send, settled ones included: a quarter of an hour */
#define SEND_UNSETTLED_MS 900000 /* so long after the attempt a list is looked for */

typedef enum send_step {
    SEND_DONE,      /* Twilio has it: wait for its status */
    SEND_RETRY,     /* not taken: send again after delay_ms */
    SEND_SETTLE,    /* unknown: look at the list after delay_ms */
    SEND_TEMPLATE,  /* outside the 24 hours: a template, or park it */
    SEND_OPTED_OUT, /* the person wants nothing: never again */
    SEND_GIVE_UP,   /* will not get better */
} send_step_t;

typedef struct send_plan {
    send_step_t step;
    int64_t delay_ms;
    const char *reason; /* for logs and metrics, a literal: "rate", "unknown", "refused" … */
} send_plan_t;

/* An attempt to send. */
typedef struct send_attempt {
    bool reached;     /* the request may have come to Twilio; false: it surely did not */
    int64_t status;   /* HTTP status, 0: no whole answer came */
    bool sid;         /* the answer names the message */
    int64_t code;     /* Twilio's error code, 0: none */
    int64_t after_ms; /* Retry-After, -1: none */
    int64_t tries;    /* made so far, this one included */
    uint32_t random;
} send_attempt_t;

send_plan_t send_policy(const send_attempt_t *attempt);

/* A look at the list. */
typedef struct send_look {
    bool listed;       /* the list came; else the look failed */
    bool found;        /* the message is in it */
    int64_t age_ms;    /* from the attempt to the look */
    int64_t settle_ms; /* at that age a message that was taken is in the list */
    int64_t tries;     /* attempts to send so far */
} send_look_t;

send_plan_t send_policy_look(const send_look_t *look);

/* A status callback or a list says that the message failed, with that error code: was never
 * delivered. tries as above. */
send_plan_t send_policy_failed(int64_t code, int64_t tries, uint32_t random);

#endif
