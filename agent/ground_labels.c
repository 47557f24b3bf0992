/*
 * What an amount is meant as: the words that say so stand right behind it ("al mes", "de enganche")
 * or before it ("intereses: ").
 */
#include "agent/ground_reading.h"

#define LABEL_BEFORE 8 /* tokens */
#define LABEL_BEHIND 4

/* What the token means as the label of a number that stands before or behind it. A word that
 * limits or compares is a saving only behind it: "$20,000 menos". */
static ground_label_t label_at(const ground_sentence_t *self, size_t at, bool behind)
{
    ground_label_t label = ground_token_label(self, at);
    if (label == LABEL_SAVING && !behind && ground_token_has(self, at, IS_BOUND | IS_FROM))
        return LABEL_NONE;
    if (label == LABEL_INSTALMENT && !behind &&
        (ground_token_is(self, at, "mes") || ground_token_is(self, at, "month")))
        return LABEL_NONE;
    if (label == LABEL_INSTALMENT && at > 0 && ground_token_is(self, at - 1, "down"))
        return LABEL_DOWN;
    return label;
}

/* A label that belongs to the number behind it: "mensualidades de $4,037.70". */
static bool leads_on(const ground_sentence_t *self, size_t at)
{
    size_t next = at + 1;
    if (ground_is_mark(self, next, ':') || ground_is_mark(self, next, '=') ||
        ground_token_is(self, next, "de") || ground_token_is(self, next, "of") ||
        ground_token_is(self, next, "is"))
        next++;
    else
        return false;
    return ground_is_mark(self, next, '$') || ground_is_digits(self, next);
}

static ground_label_t label_behind(const ground_sentence_t *self, const ground_number_t *number)
{
    size_t end = number->to + (size_t)LABEL_BEHIND, unknown = 0;
    for (size_t at = number->to; at < self->count && at < end; at++) {
        ground_label_t label = label_at(self, at, true);
        if (label != LABEL_NONE && !self->tokens[at].used)
            return leads_on(self, at) ? LABEL_NONE : label;
        unknown += self->tokens[at].kind == GROUND_WORD && self->words[at] == NULL;
        bool passed = ground_token_has(self, at, IS_LINK | IS_ARTICLE) ||
                      ground_is_mark(self, at, '/') ||
                      (self->tokens[at].kind == GROUND_WORD && self->words[at] == NULL);
        if (!passed || unknown > 1)
            return LABEL_NONE;
    }
    return LABEL_NONE;
}

/* "10 %, que aquí son $19,899.90": a comma that the amount depends on. */
static bool may_pass_comma(const ground_sentence_t *self, size_t comma, size_t to)
{
    if (to - comma > 5)
        return false;
    for (size_t at = comma + 1; at < to; at++)
        if (!ground_token_has(self, at, IS_LINK | IS_HERE) && !ground_token_is(self, at, "which"))
            return false;
    return true;
}

/* "total de mensualidades" is no instalment. */
static ground_label_t whole_label(const ground_sentence_t *self, size_t at, ground_label_t label)
{
    for (size_t back = 1; label == LABEL_INSTALMENT && back <= 3 && back <= at; back++) {
        if (self->tokens[at - back].kind == GROUND_MARK)
            break;
        if (ground_token_label(self, at - back) == LABEL_TOTAL)
            return LABEL_TOTAL;
    }
    return label;
}

/* "intereses: $43,751.40 en total", "mensualidad de …": the label right before the amount. */
static ground_label_t label_at_front(const ground_sentence_t *self, const ground_number_t *number)
{
    size_t at = number->first;
    bool leads =
        at >= 2 && (ground_is_mark(self, at - 1, ':') || ground_token_is(self, at - 1, "de") ||
                    ground_token_is(self, at - 1, "of"));
    if (!leads || self->tokens[at - 2].used)
        return LABEL_NONE;
    return whole_label(self, at - 2, label_at(self, at - 2, false));
}

static ground_label_t label_before(const ground_sentence_t *self, const ground_number_t *number,
                                   size_t stop, size_t most)
{
    size_t to = number->first;
    for (size_t at = to; at-- > stop && to - at <= most;) {
        if (self->tokens[at].kind == GROUND_MARK) {
            char mark = self->plain.text[self->tokens[at].at];
            if (mark == ',' ? !may_pass_comma(self, at, to) : strchr(";.?!|\x04", mark) != NULL)
                return LABEL_NONE;
            continue;
        }
        ground_label_t label = label_at(self, at, false);
        if (label != LABEL_NONE && !self->tokens[at].used)
            return whole_label(self, at, label);
    }
    return LABEL_NONE;
}

/* Flags of the words up to most tokens before the number. */
static unsigned flags_before(const ground_sentence_t *self, const ground_number_t *number,
                             size_t stop, size_t most)
{
    unsigned flags = 0;
    size_t to = number->first;
    for (size_t at = to; at-- > stop && to - at <= most;) {
        if (self->tokens[at].kind == GROUND_MARK &&
            strchr(",;.?!|:\x04", self->plain.text[self->tokens[at].at]) != NULL)
            break;
        if (self->words[at] != NULL)
            flags |= self->words[at]->is;
    }
    return flags;
}

/* "$4,000 al mes dan para un auto de hasta …" */
static bool reaches(const ground_sentence_t *self, const ground_number_t *number)
{
    for (size_t at = number->to; at < self->count && at < number->to + 5u; at++)
        if (ground_token_is(self, at, "dan") || ground_token_is(self, at, "alcanza") ||
            ground_token_is(self, at, "alcanzan") || ground_token_is(self, at, "dao") ||
            ground_token_is(self, at, "reaches") || ground_token_is(self, at, "pays"))
            return true;
    return false;
}

void ground_read_labels(ground_sentence_t *self)
{
    size_t stop = 0;
    for (size_t i = 0; i < self->number_count; i++) {
        ground_number_t *number = &self->numbers[i];
        bool money = number->measure == MEASURE_MONEY || number->measure == MEASURE_FOREIGN ||
                     number->measure == MEASURE_PERCENT;
        ground_label_t front = money ? label_at_front(self, number) : LABEL_NONE;
        number->label = money || number->marked ? (uint8_t)label_behind(self, number) : LABEL_NONE;
        if (front != LABEL_NONE && !(front == LABEL_INSTALMENT && number->label == LABEL_DOWN) &&
            number->label != LABEL_SAVING)
            number->label = (uint8_t)front;
        bool weak = number->label == LABEL_TERM || number->label == LABEL_YEAR ||
                    number->label == LABEL_STOCK || number->label == LABEL_PLACE ||
                    number->label == LABEL_KM || number->label == LABEL_PAGE;
        if (number->label == LABEL_NONE || (weak && !money))
            number->label = (uint8_t)label_before(self, number, stop,
                                                  money || number->marked ? LABEL_BEFORE : 5);
        unsigned flags = flags_before(self, number, stop, 4);
        number->bound |= (flags & IS_BOUND) != 0;
        number->since |= (flags & IS_FROM) != 0;
        number->reaches = reaches(self, number);
        number->wish |= (flags & IS_WISH) != 0 || number->reaches;
        bool range = i + 1 < self->number_count &&
                     self->numbers[i + 1].measure == number->measure &&
                     ground_is_joined(self, number, &self->numbers[i + 1]) &&
                     !ground_is_mark(self, number->to, ',');
        if (range && number->first > 0 &&
            (number->bound || ground_token_is(self, number->first - 1u, "de")))
            number->bound = self->numbers[i + 1].bound = true;
        for (size_t at = number->to; at < number->to + 3u; at++)
            number->bound |=
                ground_token_has(self, at, IS_BOUND) && (ground_token_is(self, number->to, "o") ||
                                                         ground_token_is(self, number->to, "or") ||
                                                         ground_token_is(self, number->to, "ou") ||
                                                         ground_token_is(self, number->to, "en") ||
                                                         ground_token_is(self, number->to, "para"));
        if (number->measure == MEASURE_MONEY)
            stop = number->to;
    }
}
