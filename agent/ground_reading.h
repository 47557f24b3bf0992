/*
 * How a number of a sentence is read, in four steps: what it is worth, its unit, what it shares
 * with a neighbour, and the words that say what it is meant as. Shared by the files of those steps
 * and ground_numbers.c, which takes them in turn, and nothing else. Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_READING_H
#define MOSTRADOR_AGENT_GROUND_READING_H

#include "agent/ground_numbers.h"

#define GROUND_MOST_MANTISSA INT64_C(1000000000000000)

static inline bool ground_is_mark(const ground_sentence_t *self, size_t at, char mark)
{
    return at < self->count && self->tokens[at].kind == GROUND_MARK &&
           self->plain.text[self->tokens[at].at] == mark;
}

static inline bool ground_is_digits(const ground_sentence_t *self, size_t at)
{
    return at < self->count && self->tokens[at].kind == GROUND_DIGITS && !self->tokens[at].used;
}

static inline ground_numeral_t ground_numeral_at(const ground_sentence_t *self, size_t at)
{
    if (at >= self->count || self->words[at] == NULL || self->tokens[at].used)
        return NUMERAL_NONE;
    return (ground_numeral_t)self->words[at]->numeral;
}

static inline ground_unit_t ground_unit_at(const ground_sentence_t *self, size_t at)
{
    if (at >= self->count || self->words[at] == NULL || self->tokens[at].used)
        return UNIT_NONE;
    ground_unit_t unit = (ground_unit_t)self->words[at]->unit;
    return unit == UNIT_ORDINAL && self->tokens[at].spaced ? UNIT_NONE : unit;
}

/* ground_worth.c: reads the number that begins at the token at, with what a "$" before it allows.
 * Returns the token behind it, or at if none begins there. */
size_t ground_worth(const ground_sentence_t *self, size_t at, bool money, ground_number_t *out);

/* ground_units.c: its unit, before it and behind it; the numbers may grow by the unit's tokens. */
void ground_read_prefix(const ground_sentence_t *self, ground_number_t *number);
void ground_read_suffix(ground_sentence_t *self, ground_number_t *number);
/* Is the number joined to the next one: "36, 48 o 60", "9 a 18"? */
bool ground_is_joined(const ground_sentence_t *self, const ground_number_t *number,
                      const ground_number_t *next);
/* Gives numbers without a unit that of the one they are joined to. */
void ground_share_units(ground_sentence_t *self);

/* ground_labels.c: labels, bounds and wishes of all numbers. */
void ground_read_labels(ground_sentence_t *self);

#endif
