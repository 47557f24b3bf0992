/*
 * The words that say what a number is, in Spanish, English and Portuguese, folded: number words,
 * units, what an amount is meant as, and the small words that deny, limit or join. Inside of
 * grounding only. Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_WORDS_H
#define MOSTRADOR_AGENT_GROUND_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

typedef enum ground_numeral {
    NUMERAL_NONE,
    NUMERAL_ONES,     /* 0 to 29 */
    NUMERAL_TENS,     /* 30 to 90 */
    NUMERAL_HUNDREDS, /* 100 to 900 */
    NUMERAL_HUNDRED,  /* times 100: "two hundred" */
    NUMERAL_THOUSAND,
    NUMERAL_MILLION,
    NUMERAL_HALF,
    NUMERAL_QUARTER,
} ground_numeral_t;

typedef enum ground_unit {
    UNIT_NONE,
    UNIT_PESO,
    UNIT_FOREIGN, /* another currency */
    UNIT_PERCENT,
    UNIT_KM,
    UNIT_MILE,
    UNIT_MONTHS,
    UNIT_YEARS,
    UNIT_DAYS,
    UNIT_WEEKS,
    UNIT_HOURS,
    UNIT_MINUTES,
    UNIT_AM, /* value: hours to add */
    UNIT_MM,
    UNIT_CM,
    UNIT_METRES,
    UNIT_PART, /* doors, seats, litres … value: which */
    UNIT_PAGES,
    UNIT_CARS, /* cars, options, results … */
    UNIT_MAKES,
    UNIT_ORDINAL, /* 2nd, 3er */
    UNIT_COUNT,
} ground_unit_t;

typedef enum ground_label {
    LABEL_NONE,
    LABEL_PRICE,
    LABEL_DOWN,
    LABEL_INSTALMENT,
    LABEL_INTEREST,
    LABEL_FINANCED,
    LABEL_TOTAL,
    LABEL_SAVING, /* a difference, a discount: backed by nothing */
    LABEL_RATE,
    LABEL_TERM,
    LABEL_STOCK,
    LABEL_YEAR,
    LABEL_KM,
    LABEL_PAGE,
    LABEL_PHONE,
    LABEL_PLACE, /* the third, option 3 */
    LABEL_PART,  /* "rin 17" */
    LABEL_COUNT,
} ground_label_t;

enum {
    IS_DENIAL = 1 << 0,    /* no, not, sin … */
    IS_NO_MATTER = 1 << 1, /* "no hay problema" denies nothing */
    IS_OFFER = 1 << 2,     /* tengo, hay, available … */
    IS_BUT = 1 << 3,
    IS_BOUND = 1 << 4,    /* hasta, under … */
    IS_FROM = 1 << 5,     /* desde, starting at */
    IS_JOIN = 1 << 6,     /* between two numbers of a kind: y, o, a, to */
    IS_LINK = 1 << 7,     /* between a number and what names it: de, al, of, per */
    IS_WISH = 1 << 8,     /* the customer's: tu, presupuesto, con */
    IS_TAKE = 1 << 9,     /* te lo llevas, te queda: a plan, not a wish */
    IS_ARTICLE = 1 << 10, /* el 3, la 4 */
    IS_REST = 1 << 11,    /* otros, quedan, more */
    IS_HERE = 1 << 12,    /* aquí tienes, los primeros: of a list, not all of it */
    IS_COMMON = 1 << 13,  /* says nothing about the subject */
    IS_ABLE = 1 << 14,    /* puedo, vendo, tengo: denied, it is denied for good */
    IS_MORE = 1 << 15,    /* más de, exceed: denied, it is a limit */
    IS_ASKED = 1 << 17,   /* buscas, preguntaste: of what the customer speaks */
    IS_OTHER = 1 << 16,   /* otro, el segundo: perhaps not the car named last */
};

typedef struct ground_word {
    const char *word;
    uint8_t numeral, unit, label;
    uint32_t is;
    int32_t value;
} ground_word_t;

extern const ground_word_t ground_words[]; /* in order, for a test */
extern const size_t ground_word_count;

/* NULL: a word that says nothing about numbers. */
const ground_word_t *ground_word(str_t folded);

#endif
