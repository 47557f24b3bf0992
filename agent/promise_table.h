/* The tables behind promise.c. */
#ifndef MOSTRADOR_AGENT_PROMISE_TABLE_H
#define MOSTRADOR_AGENT_PROMISE_TABLE_H

#include "agent/promise.h"

typedef enum promise_flag {
    PROMISE_BACKED = 1,    /* no promise of ours if a page of the shop says it */
    PROMISE_AFTER = 2,     /* may be denied by what follows: "… is not possible" */
    PROMISE_ADVISOR = 4,   /* none if the sentence says that an advisor does it */
    PROMISE_ASKED = 8,     /* none if it is a question */
    PROMISE_FOUND = 16,    /* none if a result about cars has these words */
    PROMISE_ALIKE = 256,   /* for PROMISE_FOUND any of the rule's words will do */
    PROMISE_UNKNOWN = 128, /* none if anything in the sentence is denied: "no data on …" */
    PROMISE_SAID = 32,     /* none if the customer has said them */
    PROMISE_NAMES = 64,    /* a page that backs it must have its capitalised words too */
} promise_flag_t;

typedef struct promise_rule {
    const char *name; /* for tests */
    promise_kind_t kind;
    int flags;
    const char *pattern; /* of wording.h */
} promise_rule_t;

extern const promise_rule_t promise_rules[];
extern const size_t promise_rule_count;

/* What a page must say too, or what must not be left out of it. */
typedef struct promise_term {
    enum {
        TERM_SAME,      /* said in an answer, the page must say it */
        TERM_CONDITION, /* said on the page, the answer must say it */
    } role;
    const char *words; /* one element of a pattern: the same thing in three languages */
} promise_term_t;

extern const promise_term_t promise_terms[];
extern const size_t promise_term_count;

/* Numbers in words, for the comparison of figures. */
typedef struct promise_number {
    const char *words; /* one element */
    const char *digits;
} promise_number_t;

extern const promise_number_t promise_numbers[];
extern const size_t promise_number_count;

#endif
