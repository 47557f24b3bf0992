/*
 * Whether one number of a sentence is backed: by a car, or without one. Inside of grounding only.
 * Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_CLAIMS_H
#define MOSTRADOR_AGENT_GROUND_CLAIMS_H

#include "agent/ground_facts.h"

#define GROUND_MAX_MENTIONS 128 /* names of a sentence */

/* Cars of the facts, by index. */
typedef struct ground_cars {
    uint64_t bits[GROUND_MAX_CARS / 64];
} ground_cars_t;

/* What an amount may be. */
enum {
    FIELD_PRICE = 1 << 0,
    FIELD_DOWN = 1 << 1,
    FIELD_INSTALMENT = 1 << 2,
    FIELD_INTEREST = 1 << 3,
    FIELD_FINANCED = 1 << 4,
    FIELD_TOTAL = 1 << 5,
    FIELD_PLAN = FIELD_DOWN | FIELD_INSTALMENT | FIELD_INTEREST | FIELD_FINANCED | FIELD_TOTAL,
};

/* A number, and what the sentence makes of it. */
typedef struct ground_claim {
    const ground_number_t *number;
    unsigned fields; /* of money */
    int64_t months;  /* of the plan it is said of; 0: any */
    int64_t down;    /* its down payment, cents; -1: any */
    bool denied;     /* it cannot be done, the clause says before it */
    bool absent;     /* the clause denies something */
    bool named;      /* a car or make is named before it in the sentence */
    bool model;      /* … with its model */
    bool own;        /* … which is the customer's own */
} ground_claim_t;

/* A sentence as its claims are judged. */
typedef struct ground_scene {
    const ground_facts_t *facts;
    const ground_sentence_t *sentence;
    const ground_mention_t *mentions;
    size_t mention_count;
    bool question;
    bool takes;              /* "te lo llevas": an offer, not a wish */
    bool model;              /* it names a model */
    bool topic;              /* it speaks of a guarantee, a deposit …: what is no plan */
    bool subject;            /* it is about a car, named in it or before */
    const uint32_t *earlier; /* stems of the sentences before */
    size_t earlier_count;
} ground_scene_t;

/* Does the car back it? NULL: a bare price that was quoted. */
bool ground_car_backs(const ground_facts_t *facts, const ground_car_t *car,
                      const ground_sentence_t *sentence, const ground_claim_t *claim);

/* Is it backed without a car: a bound that was searched by, a count, a term, a figure of the
 * shop's pages, the customer's own words …? */
bool ground_scene_backs(const ground_scene_t *self, const ground_claim_t *claim);

/* Does the conversation's customer, or a page of the shop, say these tokens? */
bool ground_was_said(str_t words, const ground_sentence_t *sentence, size_t from, size_t to);

#endif
