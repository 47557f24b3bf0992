/*
 * When a person of the shop comes into what the bot says, whoever thought of the answer: decided
 * here, from what was said and what came of it, and said behind the answer in words of our own.
 *
 *   they asked for a person, or agreed to one   they are promised one; outside opening hours (if
 *                                               the shop told them) they hear when somebody will be
 *                                               there, and may leave a message, which is their next
 *   they are angry, or two answers running      they are told how to get one, once in a
 *   were of no help                             conversation
 *
 * Pure: the caller has the clock and the conversation.
 */
#ifndef MOSTRADOR_AGENT_PERSON_H
#define MOSTRADOR_AGENT_PERSON_H

#include "agent/phrases.h"
#include "agent/understand.h"
#include "common/buf.h"
#include "common/shop_hours.h"

#define PERSON_MISSES 2      /* answers of no help in a row */
#define PERSON_MAX_NOTE 2000 /* bytes of a message that is left */

typedef struct person_scene {
    voice_t voice;
    const shop_hours_t *hours; /* NULL: not told */
    int64_t shop_ms;           /* what the shop's clock shows, as Unix ms */
    bool wants;                /* a person: they asked, or agreed */
    bool angry;
    bool missed; /* this answer is of no help */
    str_t said;  /* by the customer, in this turn; empty: nothing for the seller */
    str_t text;  /* the answer */
} person_scene_t;

typedef struct person_outcome {
    const char
        *wanted; /* why they were promised one: asked, failed, anger; "" or NULL: they were not */
    str_t note;  /* of said: what they leave for that person; empty: nothing */
} person_outcome_t;

/* Brings what the conversation remembers of it (misses, offered, leaves) up to date, and appends to
 * out what is said behind the answer, if anything is. */
person_outcome_t person_decide(const person_scene_t *scene, proto_context_t *context, buf_t *out);

/* "Sí" to an answer that ends with offering a person. understood: what they say. */
bool person_is_agreed(const proto_context_t *context, const understood_t *understood);

/* They say that they are angry or call names, in Spanish, English or Portuguese. */
bool person_is_angry(str_t said, const understood_t *understood);

#endif
