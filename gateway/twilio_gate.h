/*
 * The door of the webhooks: from a request's bytes to parameters that Twilio has surely sent, or to
 * what is wrong with them. Nothing is looked at before it is known who speaks. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_TWILIO_GATE_H
#define MOSTRADOR_GATEWAY_TWILIO_GATE_H

#include "gateway/problem.h"
#include "gateway/twilio_signature.h"

typedef struct twilio_gate {
    str_t base; /* PUBLIC_BASE_URL */
    const char *tokens[TWILIO_TOKENS];
    bool loopback; /* only this machine can reach us: without a token everybody may */
} twilio_gate_t;

typedef enum twilio_gate_state {
    TWILIO_GATE_SIGNED, /* what is signed passes */
    TWILIO_GATE_OPEN,   /* there is no token: everything passes */
    TWILIO_GATE_CLOSED, /* nothing passes: no token, or no base, so that nothing can be checked */
} twilio_gate_state_t;

typedef struct twilio_post {
    str_t type; /* Content-Type */
    str_t target;
    str_t signature;
    str_t body;
} twilio_post_t;

twilio_gate_state_t twilio_gate_state(const twilio_gate_t *self);

/* Reads the parameters, a form or a JSON object, into the arena. Otherwise false, the problem, and
 * the reason in a word that lives for ever, for the counter: closed, unsigned, signature, malformed
 * or too_large. */
bool twilio_gate_pass(const twilio_gate_t *self, const twilio_post_t *post, arena_t *arena,
                      form_t *form, const char **reason, problem_t *problem);

#endif
