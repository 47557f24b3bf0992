/*
 * The numbers of a sentence: what each is worth however it is written, what it measures, and what
 * the words around say it is meant as. Inside of grounding only. Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_NUMBERS_H
#define MOSTRADOR_AGENT_GROUND_NUMBERS_H

#include "agent/ground_text.h"
#include "agent/ground_words.h"

#define GROUND_MAX_NUMBERS 512 /* of a sentence; one with more is not read to its end */
#define GROUND_UNREADABLE INT64_MIN

typedef enum ground_measure {
    MEASURE_BARE, /* nothing says what it is */
    MEASURE_MONEY,
    MEASURE_FOREIGN, /* money that is not pesos */
    MEASURE_KM,
    MEASURE_MILES,
    MEASURE_YEAR,
    MEASURE_MONTHS,
    MEASURE_YEARS, /* so many */
    MEASURE_PERCENT,
    MEASURE_STOCK,
    MEASURE_DAYS,
    MEASURE_WEEKS,
    MEASURE_HOURS, /* minutes: how long, or when */
    MEASURE_MINUTES,
    MEASURE_MM,
    MEASURE_PART, /* doors, seats … */
    MEASURE_PAGES,
    MEASURE_CARS,
    MEASURE_MAKES,
    MEASURE_PLACE, /* the third, number 3 of a list */
    MEASURE_PHONE,
    MEASURE_CODE, /* letters and digits in one word */
} ground_measure_t;

typedef struct ground_number {
    uint16_t from, to; /* tokens, without what is before and behind … */
    uint16_t first;    /* … and with the currency before it */
    uint8_t measure;
    uint8_t part;     /* of MEASURE_PART: which */
    uint8_t label;    /* what it is meant as, ground_label_t */
    uint8_t digits;   /* written, 0: in words */
    int64_t value;    /* hundredths, or GROUND_UNREADABLE */
    bool marked;      /* its digits are grouped, or have decimals or a scale */
    bool scaled;      /* "300 mil" */
    bool bound;       /* hasta, menos de … */
    bool since;       /* desde … */
    bool either_half; /* of the day: "de nueve a seis" */
    bool wish;        /* con, tu, presupuesto … */
    bool reaches;     /* "$4,000 al mes alcanzan para" */
} ground_number_t;

/* One sentence, read as far as a part of grounding has come. */
typedef struct ground_sentence {
    str_t text;
    ground_plain_t plain;
    ground_token_t tokens[GROUND_MAX_TOKENS];
    const ground_word_t *words[GROUND_MAX_TOKENS]; /* NULL: no word of the table */
    size_t count;
    ground_number_t numbers[GROUND_MAX_NUMBERS];
    size_t number_count;
    bool cut; /* there were more */
} ground_sentence_t;

/* Folds and cuts a sentence and looks its words up. */
void ground_sentence_read(ground_sentence_t *self, str_t text);

/* Finds the numbers among the tokens that are not used. */
void ground_sentence_numbers(ground_sentence_t *self);

/* The text of a token, folded. */
static inline str_t ground_token_text(const ground_sentence_t *self, size_t at)
{
    return (str_t){self->plain.text + self->tokens[at].at, self->tokens[at].size};
}

static inline bool ground_token_is(const ground_sentence_t *self, size_t at, const char *text)
{
    return at < self->count && str_is(ground_token_text(self, at), text);
}

static inline bool ground_token_has(const ground_sentence_t *self, size_t at, unsigned flags)
{
    return at < self->count && self->words[at] != NULL && (self->words[at]->is & flags) != 0;
}

static inline ground_label_t ground_token_label(const ground_sentence_t *self, size_t at)
{
    return at < self->count && self->words[at] != NULL ? (ground_label_t)self->words[at]->label
                                                       : LABEL_NONE;
}

/* The bytes of the sentence that the tokens from to to stand for. */
str_t ground_sentence_words(const ground_sentence_t *self, size_t from, size_t to);

#endif
