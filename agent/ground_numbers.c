/*
 * First what a number is worth, then its unit, then what it shares with a neighbour, then its
 * label; what has no unit by then is settled by its label or its shape.
 */
#include "agent/ground_reading.h"

void ground_sentence_read(ground_sentence_t *self, str_t text)
{
    self->text = text;
    self->number_count = 0;
    self->cut = false;
    ground_plain(&self->plain, text);
    self->count = ground_tokens(&self->plain, self->tokens);
    for (size_t i = 0; i < self->count; i++)
        self->words[i] =
            self->tokens[i].kind == GROUND_WORD ? ground_word(ground_token_text(self, i)) : NULL;
}

str_t ground_sentence_words(const ground_sentence_t *self, size_t from, size_t to)
{
    if (from >= to || to > self->count)
        return (str_t){self->text.data, 0};
    const ground_token_t *last = &self->tokens[to - 1];
    size_t start = self->plain.from[self->tokens[from].at];
    size_t end = self->plain.to[last->at + last->size - 1];
    return (str_t){self->text.data + start, end - start};
}

/* ---- numbers without a unit ---- */

static bool stands_behind(const ground_sentence_t *self, const ground_number_t *number,
                          const char *const *words, size_t count)
{
    for (size_t i = 0; number->first > 0 && i < count; i++)
        if (ground_token_is(self, number->first - 1u, words[i]))
            return true;
    return false;
}

/* What a number without a unit is by its label; MEASURE_BARE if that says nothing. */
static ground_measure_t by_label(ground_number_t *number, int64_t whole)
{
    bool plain = !number->marked && whole >= 0 && number->digits > 0;
    switch ((ground_label_t)number->label) {
    case LABEL_STOCK:
        return MEASURE_STOCK;
    case LABEL_PAGE:
        return plain ? MEASURE_PAGES : MEASURE_BARE;
    case LABEL_TERM:
        return plain && whole <= 240 ? MEASURE_MONTHS : MEASURE_BARE;
    case LABEL_KM:
        return plain || number->marked ? MEASURE_KM : MEASURE_BARE;
    case LABEL_PHONE:
        return number->digits >= 7 ? MEASURE_PHONE : MEASURE_BARE;
    case LABEL_RATE:
        return number->digits > 0 && !number->scaled ? MEASURE_PERCENT : MEASURE_BARE;
    case LABEL_YEAR:
        if (!plain || number->digits != 2)
            return MEASURE_BARE;
        number->value += whole >= 50 ? 190000 : 200000;
        return MEASURE_YEAR;
    case LABEL_PLACE:
        return plain && whole <= 20 ? MEASURE_PLACE : MEASURE_BARE;
    case LABEL_PRICE:
    case LABEL_DOWN:
    case LABEL_INSTALMENT:
    case LABEL_INTEREST:
    case LABEL_FINANCED:
    case LABEL_TOTAL:
    case LABEL_SAVING:
        return number->marked || (plain && whole >= 2100) ? MEASURE_MONEY : MEASURE_BARE;
    default:
        return MEASURE_BARE;
    }
}

/* … and by its shape and the word before it. */
static ground_measure_t by_shape(const ground_sentence_t *self, const ground_number_t *number,
                                 int64_t whole)
{
    static const char *const terms[] = {"a", "en", "em", "over", "at"};
    bool plain = !number->marked && whole >= 0;
    bool digits = plain && number->digits > 0;
    if ((digits && number->digits == 4 && whole >= 1900 && whole <= 2099) ||
        (number->digits == 0 && whole >= 1950 && whole <= 2050))
        return MEASURE_YEAR;
    if (plain && whole >= 1 && whole <= 24 && number->first >= 2 &&
        (ground_token_is(self, number->first - 1u, "las") ||
         (whole == 1 && ground_token_is(self, number->first - 1u, "la"))) &&
        ground_token_is(self, number->first - 2u, "a"))
        return MEASURE_HOURS;
    if (number->scaled)
        return MEASURE_MONEY;
    if (digits && whole >= 12 && whole <= 240 && stands_behind(self, number, terms, 5))
        return MEASURE_MONTHS;
    if (plain && whole <= 20 && number->first > 0 &&
        ground_token_has(self, number->first - 1u, IS_ARTICLE))
        return MEASURE_PLACE;
    return MEASURE_BARE;
}

static void settle_bare(const ground_sentence_t *self, ground_number_t *number)
{
    if (number->measure != MEASURE_BARE || number->value == GROUND_UNREADABLE)
        return;
    int64_t whole = number->value % 100 == 0 ? number->value / 100 : -1;
    number->measure = (uint8_t)by_label(number, whole);
    if (number->measure == MEASURE_BARE)
        number->measure = (uint8_t)by_shape(self, number, whole);
    if (number->measure == MEASURE_HOURS) {
        number->either_half = whole < 12;
        number->value *= 60;
    }
}

/* "48 x $4,037.70", "y 60 de $3,382.51": how often an amount is paid. */
static void settle_times(ground_sentence_t *self)
{
    for (size_t i = 0; i + 1 < self->number_count; i++) {
        ground_number_t *number = &self->numbers[i];
        const ground_number_t *next = &self->numbers[i + 1];
        bool times = ground_token_is(self, number->to, "x") ||
                     ground_token_is(self, number->to, "de") ||
                     ground_token_is(self, number->to, "of");
        if (number->measure == MEASURE_BARE && number->digits > 0 && !number->marked &&
            number->value <= 24000 && next->measure == MEASURE_MONEY && times &&
            next->first == number->to + 1u)
            number->measure = MEASURE_MONTHS;
    }
}

/* ---- all of them ---- */

/* "4x4", "16V", "H100": letters and digits in one word say no amount. */
static bool is_code(const ground_sentence_t *self, const ground_number_t *number)
{
    size_t from = number->from, to = number->to;
    bool glued_before = from > 0 && self->tokens[from - 1].kind == GROUND_WORD &&
                        !self->tokens[from].spaced && number->first == from;
    bool glued_behind = to < self->count && self->tokens[to].kind == GROUND_WORD &&
                        !self->tokens[to].spaced && !self->tokens[to].used;
    return number->digits > 0 && (glued_before || glued_behind);
}

static size_t number_at(ground_sentence_t *self, size_t at, ground_number_t *number)
{
    *number = (ground_number_t){.from = (uint16_t)at, .first = (uint16_t)at};
    size_t end = ground_worth(self, at, at > 0 && ground_is_mark(self, at - 1, '$'), number);
    number->to = (uint16_t)end;
    return end;
}

void ground_sentence_numbers(ground_sentence_t *self)
{
    for (size_t at = 0; at < self->count;) {
        ground_number_t number;
        size_t end = self->tokens[at].used ? at : number_at(self, at, &number);
        if (end == at) {
            at++;
            continue;
        }
        if (self->number_count == GROUND_MAX_NUMBERS) {
            self->cut = true;
            break;
        }
        ground_read_prefix(self, &number);
        ground_read_suffix(self, &number);
        if (is_code(self, &number) && number.measure != MEASURE_MONEY)
            number.measure = MEASURE_CODE;
        self->numbers[self->number_count++] = number;
        at = number.to > end ? number.to : end;
    }
    settle_times(self);
    ground_share_units(self);
    ground_read_labels(self);
    for (size_t i = 0; i < self->number_count; i++)
        settle_bare(self, &self->numbers[i]);
}
