/*
 * What a number measures: its unit stands behind it ("meses", "km", "a. m."), before it ("$", "#"),
 * or behind a neighbour that it is joined to ("36 o 60 meses").
 */
#include "agent/ground_reading.h"

#define MOST_SKIPPED 2 /* words between a number and its unit: "48 cómodas mensualidades" */

static bool unit_of_word(ground_number_t *number, const ground_word_t *word)
{
    static const uint8_t measures[UNIT_COUNT] = {
        [UNIT_PESO] = MEASURE_MONEY,      [UNIT_FOREIGN] = MEASURE_FOREIGN,
        [UNIT_PERCENT] = MEASURE_PERCENT, [UNIT_KM] = MEASURE_KM,
        [UNIT_MILE] = MEASURE_MILES,      [UNIT_MONTHS] = MEASURE_MONTHS,
        [UNIT_YEARS] = MEASURE_YEARS,     [UNIT_DAYS] = MEASURE_DAYS,
        [UNIT_WEEKS] = MEASURE_WEEKS,     [UNIT_HOURS] = MEASURE_HOURS,
        [UNIT_MINUTES] = MEASURE_MINUTES, [UNIT_AM] = MEASURE_HOURS,
        [UNIT_MM] = MEASURE_MM,           [UNIT_CM] = MEASURE_MM,
        [UNIT_METRES] = MEASURE_MM,       [UNIT_PART] = MEASURE_PART,
        [UNIT_PAGES] = MEASURE_PAGES,     [UNIT_CARS] = MEASURE_CARS,
        [UNIT_MAKES] = MEASURE_MAKES,     [UNIT_ORDINAL] = MEASURE_PLACE};
    int64_t times = 1;
    if (word->unit == UNIT_NONE)
        return false;
    number->measure = measures[word->unit];
    number->part = word->unit == UNIT_PART ? (uint8_t)word->value : 0;
    if (number->measure == MEASURE_HOURS)
        times = 60;
    else if (word->unit == UNIT_CM)
        times = 10;
    else if (word->unit == UNIT_METRES)
        times = 1000;
    if (word->unit == UNIT_AM && word->value == 12 && number->value < 1200 && number->value >= 0)
        number->value += 1200;
    if (number->value != GROUND_UNREADABLE && number->value < GROUND_MOST_MANTISSA / 1000)
        number->value *= times;
    return true;
}

/* A word between a number and its unit that may be passed over. */
static bool may_skip(const ground_sentence_t *self, size_t at)
{
    if (at >= self->count || self->tokens[at].kind != GROUND_WORD || self->tokens[at].used)
        return false;
    const ground_word_t *word = self->words[at];
    return word == NULL || (word->label == LABEL_INSTALMENT && word->unit == UNIT_NONE) ||
           ground_token_is(self, at, "solo");
}

/* The token of the unit that follows at at; SIZE_MAX if there is none. */
static size_t find_unit(const ground_sentence_t *self, size_t at)
{
    if (ground_is_mark(self, at, '-') && !self->tokens[at].spaced)
        at++; /* "48-month" */
    if (ground_unit_at(self, at) != UNIT_NONE)
        return at;
    if (ground_token_is(self, at, "de") &&
        (ground_unit_at(self, at + 1) == UNIT_PESO || ground_unit_at(self, at + 1) == UNIT_FOREIGN))
        return at + 1;
    for (size_t skipped = 1; skipped <= MOST_SKIPPED; skipped++) {
        if (!may_skip(self, at + skipped - 1))
            return SIZE_MAX;
        ground_unit_t unit = ground_unit_at(self, at + skipped);
        if (unit == UNIT_MONTHS || unit == UNIT_CARS || unit == UNIT_PART || unit == UNIT_DAYS ||
            unit == UNIT_YEARS)
            return at + skipped;
    }
    return SIZE_MAX;
}

static bool is_percent(const ground_sentence_t *self, size_t at, size_t *end)
{
    if (ground_is_mark(self, at, '%')) {
        *end = at + 1;
        return true;
    }
    bool two = (ground_token_is(self, at, "por") || ground_token_is(self, at, "per")) &&
               (ground_token_is(self, at + 1, "ciento") || ground_token_is(self, at + 1, "cento") ||
                ground_token_is(self, at + 1, "cent") || ground_token_is(self, at + 1, "cien"));
    *end = at + 2;
    return two;
}

/* "a.m.", "p. m." */
static bool is_half_of_day(const ground_sentence_t *self, size_t at, size_t *end, bool *pm)
{
    *pm = ground_token_is(self, at, "p");
    if ((!*pm && !ground_token_is(self, at, "a")) || !ground_is_mark(self, at + 1, '.') ||
        !ground_token_is(self, at + 2, "m"))
        return false;
    *end = at + 3 + ground_is_mark(self, at + 3, '.');
    return true;
}

/* "9:30": minutes of the day. */
static bool is_time(const ground_sentence_t *self, size_t at, ground_number_t *number)
{
    if (!ground_is_mark(self, at, ':') || self->tokens[at].spaced ||
        !ground_is_digits(self, at + 1) || self->tokens[at + 1].spaced ||
        self->tokens[at + 1].size != 2 || number->value > 2400)
        return false;
    str_t text = ground_token_text(self, at + 1);
    number->measure = MEASURE_HOURS;
    number->value =
        number->value * 60 + ((text.data[0] - '0') * 10 + (text.data[1] - '0')) * INT64_C(100);
    return true;
}

static bool is_currency_code(const ground_sentence_t *self, size_t at)
{
    return ground_token_is(self, at, "us") || ground_token_is(self, at, "usd") ||
           ground_token_is(self, at, "r") || ground_token_is(self, at, "u") ||
           ground_token_is(self, at, "ca") || ground_token_is(self, at, "eur") ||
           ground_token_is(self, at, "brl");
}

/* What stands right before the number: a currency, "#". */
void ground_read_prefix(const ground_sentence_t *self, ground_number_t *number)
{
    size_t at = number->from;
    if (at == 0)
        return;
    bool dollar = ground_is_mark(self, at - 1, '$');
    if (ground_is_mark(self, at - 1, GROUND_CURRENCY) ||
        (dollar && at >= 2 && !self->tokens[at - 1].spaced && is_currency_code(self, at - 2))) {
        number->measure = MEASURE_FOREIGN;
        number->first = (uint16_t)(at - 1 - dollar);
    } else if (dollar || ground_unit_at(self, at - 1) == UNIT_PESO) {
        number->measure = MEASURE_MONEY;
        number->first = (uint16_t)(at - 1);
    } else if (is_currency_code(self, at - 1) && self->tokens[at - 1].size == 3) {
        number->measure = MEASURE_FOREIGN;
        number->first = (uint16_t)(at - 1);
    } else if (ground_is_mark(self, at - 1, '#')) {
        number->measure = number->value < 100000 ? MEASURE_PLACE : MEASURE_STOCK;
        number->first = (uint16_t)(at - 1);
    } else if (ground_is_mark(self, at - 1, '\'') && number->digits == 2 && !number->marked) {
        number->measure = MEASURE_YEAR;
        number->value += number->value >= 5000 ? 190000 : 200000;
        number->first = (uint16_t)(at - 1);
    }
}

void ground_read_suffix(ground_sentence_t *self, ground_number_t *number)
{
    size_t at = number->to, end = at;
    bool pm;
    if (is_percent(self, at, &end)) {
        number->measure = MEASURE_PERCENT;
        number->to = (uint16_t)end;
    } else if (is_time(self, at, number)) {
        number->to = (uint16_t)(at + 2);
        size_t unit = number->to;
        if (is_half_of_day(self, unit, &end, &pm) || ground_unit_at(self, unit) == UNIT_AM) {
            pm = ground_unit_at(self, unit) == UNIT_AM ? self->words[unit]->value == 12 : pm;
            number->value += pm && number->value < 72000 ? 72000 : 0;
            number->to = (uint16_t)(ground_unit_at(self, unit) == UNIT_AM ? unit + 1 : end);
        } else if (ground_unit_at(self, unit) == UNIT_HOURS) {
            number->to++;
        }
    } else if (is_half_of_day(self, at, &end, &pm)) {
        unit_of_word(number, &(ground_word_t){.unit = UNIT_AM, .value = pm ? 12 : 0});
        number->to = (uint16_t)end;
    } else if (ground_is_mark(self, at, '$') && !self->tokens[at].spaced) {
        number->measure = MEASURE_MONEY;
        number->to++;
    } else if (ground_is_mark(self, at, '\'') && !self->tokens[at].spaced &&
               number->value <= 2000) {
        number->measure = MEASURE_PLACE; /* 2º */
        number->to++;
    } else {
        size_t unit = find_unit(self, at);
        if (unit == SIZE_MAX)
            return;
        bool glued = unit == at && !self->tokens[at].spaced;
        if (self->words[unit]->unit == UNIT_ORDINAL && !glued)
            return;
        bool foreign = number->measure == MEASURE_FOREIGN;
        bool money = number->measure == MEASURE_MONEY;
        if (money && self->words[unit]->unit != UNIT_PESO &&
            self->words[unit]->unit != UNIT_FOREIGN)
            return; /* "$4,037.70 mes" */
        if (!foreign && unit_of_word(number, self->words[unit]))
            number->to = (uint16_t)(unit == at || self->words[unit]->unit == UNIT_PESO ||
                                            self->words[unit]->unit == UNIT_FOREIGN
                                        ? unit + 1
                                        : number->to);
    }
}

/* ---- neighbours ---- */

bool ground_is_joined(const ground_sentence_t *self, const ground_number_t *number,
                      const ground_number_t *next)
{
    size_t gap = next->first - number->to;
    if (next->first < number->to || gap == 0 || gap > 2)
        return false;
    for (size_t at = number->to; at < next->first; at++)
        if (!ground_token_has(self, at, IS_JOIN) && !ground_is_mark(self, at, ',') &&
            !ground_is_mark(self, at, '-') && !ground_is_mark(self, at, '/') &&
            !ground_is_mark(self, at, '+'))
            return false;
    return true;
}

static bool can_share(const ground_sentence_t *self, const ground_number_t *number,
                      const ground_number_t *next)
{
    if (number->measure != MEASURE_BARE || number->value == GROUND_UNREADABLE)
        return false;
    bool year =
        number->digits == 4 && !number->marked && number->value >= 190000 && number->value < 210000;
    bool comma = ground_is_mark(self, number->to, ',');
    switch ((ground_measure_t)next->measure) {
    case MEASURE_MONEY:
    case MEASURE_KM:
        return !year && !comma && next->first == next->from;
    case MEASURE_MONTHS:
        return !number->marked && number->value <= 24000;
    case MEASURE_HOURS:
    case MEASURE_DAYS:
    case MEASURE_WEEKS:
    case MEASURE_MINUTES:
    case MEASURE_PERCENT:
    case MEASURE_YEARS:
    case MEASURE_PLACE:
        return !number->marked && number->value < 10000;
    case MEASURE_MM:
        return true;
    case MEASURE_PART:
        return !comma;
    default:
        return false;
    }
}

/* "200 a 300 mil", "9 a 18 h" */
static void share(ground_number_t *number, const ground_number_t *next)
{
    number->measure = next->measure;
    number->part = next->part;
    if (next->measure == MEASURE_HOURS)
        number->value *= 60;
    bool thousands = next->marked && next->value >= 100000 && next->value % 100000 == 0;
    if ((next->measure == MEASURE_MONEY || next->measure == MEASURE_KM) && thousands &&
        !number->marked && number->value < 100000)
        number->value *= 1000;
}

void ground_share_units(ground_sentence_t *self)
{
    for (size_t i = self->number_count; i-- > 1;) {
        ground_number_t *number = &self->numbers[i - 1];
        const ground_number_t *next = &self->numbers[i];
        if (ground_is_joined(self, number, next) && can_share(self, number, next))
            share(number, next);
    }
}
