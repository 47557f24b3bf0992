/*
 * First what a number is worth, then its unit ("meses", "km", a $ before it), then what it shares
 * with a neighbour ("36 o 60 meses"), then its label: the words that say what an amount is meant
 * as stand right behind it ("al mes", "de enganche") or before it ("intereses: ").
 */
#include "agent/ground_numbers.h"

#define MOST_MANTISSA INT64_C(1000000000000000)
#define MOST_SKIPPED 2 /* words between a number and its unit: "48 cómodas mensualidades" */
#define LABEL_BEFORE 8 /* tokens */
#define LABEL_BEHIND 4

/* ---- tokens ---- */

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

static bool is_mark(const ground_sentence_t *self, size_t at, char mark)
{
    return at < self->count && self->tokens[at].kind == GROUND_MARK &&
           self->plain.text[self->tokens[at].at] == mark;
}

static bool is_digits(const ground_sentence_t *self, size_t at)
{
    return at < self->count && self->tokens[at].kind == GROUND_DIGITS && !self->tokens[at].used;
}

static ground_numeral_t numeral_at(const ground_sentence_t *self, size_t at)
{
    if (at >= self->count || self->words[at] == NULL || self->tokens[at].used)
        return NUMERAL_NONE;
    return (ground_numeral_t)self->words[at]->numeral;
}

static ground_unit_t unit_at(const ground_sentence_t *self, size_t at)
{
    if (at >= self->count || self->words[at] == NULL || self->tokens[at].used)
        return UNIT_NONE;
    ground_unit_t unit = (ground_unit_t)self->words[at]->unit;
    return unit == UNIT_ORDINAL && self->tokens[at].spaced ? UNIT_NONE : unit;
}

/* ---- digits ---- */

typedef struct digits {
    int64_t mantissa;
    int decimals;
    uint8_t count;
    bool marked;
    bool odd; /* no number is written like this */
} digits_t;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The place of the decimal mark, or the size; see amount.c. scaled: "mil" or the like follows. */
static size_t decimal_mark(str_t text, bool scaled)
{
    size_t last = text.size, marks = 0, same = 0;
    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.data[i])) {
            marks++;
            last = i;
        }
    if (marks == 0 || (text.data[last] != '.' && text.data[last] != ','))
        return text.size;
    for (size_t i = 0; i < text.size; i++)
        same += text.data[i] == text.data[last];
    bool three = text.size - last - 1 == 3 && last <= 3 && text.data[0] != '0';
    return same > 1 || (marks == 1 && three && !scaled) ? text.size : last;
}

/* Groups are of three digits, but for the first. Single digits apart are one number. */
static bool grouped_well(str_t text, size_t end)
{
    size_t run = 0, groups = 0;
    bool single = true, three = true;
    for (size_t i = 0; i <= end; i++) {
        if (i < end && is_digit(text.data[i])) {
            run++;
            continue;
        }
        single &= run == 1;
        three &= groups == 0 ? run >= 1 && (i == end || run <= 3) : run == 3;
        groups++;
        run = 0;
    }
    return three || (single && text.data[1] != '.' && text.data[1] != ',');
}

static digits_t read_digits(str_t text, bool scaled)
{
    digits_t out = {0};
    size_t mark = decimal_mark(text, scaled);
    out.odd = !grouped_well(text, mark);
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i])) {
            out.marked = true;
            continue;
        }
        out.count = (uint8_t)(out.count < UINT8_MAX ? out.count + 1 : out.count);
        if (out.mantissa >= MOST_MANTISSA) {
            out.odd = true;
            continue;
        }
        out.mantissa = out.mantissa * 10 + (text.data[i] - '0');
        out.decimals += i > mark;
    }
    return out;
}

/* Hundredths of the digits times scale. */
static int64_t worth(const digits_t *digits, int64_t scale)
{
    int64_t value = digits->mantissa;
    if (digits->odd || value > MOST_MANTISSA * 100 / scale / 100)
        return GROUND_UNREADABLE;
    value *= scale;
    value *= 100;
    for (int i = 0; i < digits->decimals; i++) {
        if (value % 10 != 0)
            return GROUND_UNREADABLE;
        value /= 10;
    }
    return value;
}

/* ---- number words ---- */

/* A number that is being put together: "dos millones trescientos mil cuatrocientos". */
typedef struct heap {
    int64_t total;   /* hundredths */
    int64_t current; /* whole, below 1,000; -1: nothing yet */
    int64_t scale;   /* the last one: what follows is smaller */
    bool words;
} heap_t;

static bool heap_ones(heap_t *heap, int64_t value)
{
    if (heap->current < 0)
        heap->current = value;
    else if ((heap->current > 0 && heap->current % 100 == 0 && value < 100) ||
             (heap->current % 100 >= 20 && heap->current % 10 == 0 && value < 10 && value > 0))
        heap->current += value;
    else
        return false;
    return true;
}

static bool heap_scale(heap_t *heap, int64_t scale)
{
    int64_t whole = heap->current < 0 ? 1 : heap->current;
    if (scale == 1000000 && heap->total > 0 && heap->scale == 1000) {
        heap->total = (heap->total + (heap->current < 0 ? 0 : heap->current * 100)) * scale;
    } else {
        if (heap->scale != 0 && (scale >= heap->scale || heap->current < 0))
            return false;
        heap->total += whole * scale * 100;
    }
    heap->scale = scale;
    heap->current = -1;
    return heap->total < MOST_MANTISSA;
}

static bool heap_word(heap_t *heap, const ground_word_t *word)
{
    switch ((ground_numeral_t)word->numeral) {
    case NUMERAL_ONES:
    case NUMERAL_TENS:
        return heap_ones(heap, word->value);
    case NUMERAL_HUNDREDS:
        if (heap->current >= 0)
            return false;
        heap->current = word->value;
        return true;
    case NUMERAL_HUNDRED:
        if (heap->current > 9 || heap->current == 0)
            return false;
        heap->current = heap->current < 0 ? 100 : heap->current * 100;
        return true;
    case NUMERAL_THOUSAND:
        return heap_scale(heap, 1000);
    case NUMERAL_MILLION:
        return heap_scale(heap, 1000000);
    default:
        return false;
    }
}

/* Does a part of the same number follow behind a joining word or hyphen at at? */
static bool joins_numerals(const ground_sentence_t *self, size_t at)
{
    bool hyphen = is_mark(self, at, '-') && !self->tokens[at].spaced;
    bool word = ground_token_is(self, at, "y") || ground_token_is(self, at, "e") ||
                ground_token_is(self, at, "and");
    if (!hyphen && !word)
        return false;
    ground_numeral_t next = numeral_at(self, at + 1);
    return next == NUMERAL_ONES || next == NUMERAL_TENS || next == NUMERAL_HUNDREDS;
}

/* "y medio" behind a million, "and a half". */
static size_t half_end(const ground_sentence_t *self, size_t at)
{
    if (!ground_token_is(self, at, "y") && !ground_token_is(self, at, "e") &&
        !ground_token_is(self, at, "and"))
        return at;
    size_t next = at + 1 + ground_token_is(self, at + 1, "a");
    return numeral_at(self, next) == NUMERAL_HALF ? next + 1 : at;
}

/* "238 mil 999": digits behind a scale, smaller than it. */
static bool heap_digits(heap_t *heap, const ground_sentence_t *self, size_t at)
{
    digits_t digits = read_digits(ground_token_text(self, at), false);
    if (heap->scale == 0 || heap->current >= 0 || digits.odd || digits.decimals > 0 ||
        digits.mantissa >= heap->scale || digits.mantissa >= 1000 || !self->tokens[at].spaced)
        return false;
    heap->current = digits.mantissa;
    return true;
}

/* Reads on from the token at; returns the end. */
static size_t heap_on(heap_t *heap, const ground_sentence_t *self, size_t at)
{
    for (;;) {
        size_t half = heap->scale == 1000000 && heap->current < 0 ? half_end(self, at) : at;
        if (half > at) {
            heap->total += INT64_C(50000000);
            return half;
        }
        size_t next = at + (heap->words && joins_numerals(self, at));
        heap_t tried = *heap;
        if (is_digits(self, next) && heap_digits(&tried, self, next))
            tried.words = false;
        else if (numeral_at(self, next) == NUMERAL_NONE || !heap_word(&tried, self->words[next]))
            return at;
        else
            tried.words = true;
        *heap = tried;
        at = next + 1;
    }
}

/* "medio millón", "half a million", "cuarto de millón": the end, or at. */
static size_t part_of_million(const ground_sentence_t *self, size_t at, int64_t *value)
{
    ground_numeral_t part = numeral_at(self, at);
    size_t next = at + 1;
    if (part != NUMERAL_HALF && part != NUMERAL_QUARTER)
        return at;
    if (ground_token_is(self, next, "de") || ground_token_is(self, next, "a") ||
        ground_token_is(self, next, "of"))
        next++;
    if (ground_token_is(self, next, "a"))
        next++;
    if (numeral_at(self, next) != NUMERAL_MILLION)
        return at;
    *value = part == NUMERAL_HALF ? INT64_C(50000000) : INT64_C(25000000);
    return next + 1;
}

static bool scale_at(const ground_sentence_t *self, size_t at, bool money, int64_t *scale)
{
    ground_numeral_t numeral = numeral_at(self, at);
    if (numeral == NUMERAL_THOUSAND)
        *scale = 1000;
    else if (numeral == NUMERAL_MILLION ||
             (money && (ground_token_is(self, at, "m") || ground_token_is(self, at, "mm"))))
        *scale = 1000000;
    else
        return false;
    return true;
}

static bool plain_digits(const ground_sentence_t *self, size_t at, size_t least, size_t most)
{
    str_t text = ground_token_text(self, at);
    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.data[i]))
            return false;
    return is_digits(self, at) && text.size >= least && text.size <= most;
}

/* "238 999": groups of three with blanks between them; returns the last token. */
static size_t last_group(const ground_sentence_t *self, size_t at)
{
    if (!plain_digits(self, at, 1, 3))
        return at;
    while (at + 1 < self->count && plain_digits(self, at + 1, 3, 3) &&
           self->tokens[at + 1].at == self->tokens[at].at + self->tokens[at].size + 1 &&
           !(at + 2 < self->count && !self->tokens[at + 2].spaced &&
             self->tokens[at + 2].kind == GROUND_WORD))
        at++;
    return at;
}

/* A number that begins with digits; returns the end. */
static size_t digits_number(const ground_sentence_t *self, size_t at, bool money,
                            ground_number_t *out)
{
    int64_t scale = 1;
    str_t text = ground_token_text(self, at);
    at = last_group(self, at);
    text.size = (size_t)(ground_token_text(self, at).data - text.data) + self->tokens[at].size;
    bool scaled = scale_at(self, at + 1, money, &scale);
    digits_t digits = read_digits(text, scaled);
    out->digits = digits.count;
    out->marked = digits.marked || scaled;
    out->scaled = scaled;
    out->value = worth(&digits, scale);
    size_t end = at + 1 + scaled;
    if (out->value == GROUND_UNREADABLE || !scaled)
        return end;
    heap_t heap = {.total = out->value, .current = -1, .scale = scale, .words = true};
    end = heap_on(&heap, self, end);
    out->value = heap.total + (heap.current > 0 ? heap.current * 100 : 0);
    return end;
}

/* A number in words; at if there is none. */
static size_t words_number(const ground_sentence_t *self, size_t at, ground_number_t *out)
{
    out->digits = 0;
    size_t part = part_of_million(self, at, &out->value);
    if (part > at) {
        out->marked = out->scaled = true;
        return part;
    }
    ground_numeral_t numeral = numeral_at(self, at);
    if (numeral == NUMERAL_NONE || numeral == NUMERAL_HALF || numeral == NUMERAL_QUARTER ||
        self->tokens[at].size == 1) /* "k" needs digits */
        return at;
    heap_t heap = {.current = -1, .words = true};
    size_t end = heap_on(&heap, self, at);
    bool thanks =
        ground_token_is(self, at, "mil") && end == at + 1 &&
        (ground_token_is(self, end, "gracias") || ground_token_is(self, end, "disculpas"));
    if (end == at || thanks)
        return at;
    out->marked = out->scaled = heap.scale != 0;
    out->value = heap.total + (heap.current > 0 ? heap.current * 100 : 0);
    return end;
}

/* ---- units ---- */

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
    if (number->value != GROUND_UNREADABLE && number->value < MOST_MANTISSA / 1000)
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
    if (is_mark(self, at, '-') && !self->tokens[at].spaced)
        at++; /* "48-month" */
    if (unit_at(self, at) != UNIT_NONE)
        return at;
    if (ground_token_is(self, at, "de") &&
        (unit_at(self, at + 1) == UNIT_PESO || unit_at(self, at + 1) == UNIT_FOREIGN))
        return at + 1;
    for (size_t skipped = 1; skipped <= MOST_SKIPPED; skipped++) {
        if (!may_skip(self, at + skipped - 1))
            return SIZE_MAX;
        ground_unit_t unit = unit_at(self, at + skipped);
        if (unit == UNIT_MONTHS || unit == UNIT_CARS || unit == UNIT_PART || unit == UNIT_DAYS ||
            unit == UNIT_YEARS)
            return at + skipped;
    }
    return SIZE_MAX;
}

static bool is_percent(const ground_sentence_t *self, size_t at, size_t *end)
{
    if (is_mark(self, at, '%')) {
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
    if ((!*pm && !ground_token_is(self, at, "a")) || !is_mark(self, at + 1, '.') ||
        !ground_token_is(self, at + 2, "m"))
        return false;
    *end = at + 3 + is_mark(self, at + 3, '.');
    return true;
}

/* "9:30": minutes of the day. */
static bool is_time(const ground_sentence_t *self, size_t at, ground_number_t *number)
{
    if (!is_mark(self, at, ':') || self->tokens[at].spaced || !is_digits(self, at + 1) ||
        self->tokens[at + 1].spaced || self->tokens[at + 1].size != 2 || number->value > 2400)
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
static void read_prefix(const ground_sentence_t *self, ground_number_t *number)
{
    size_t at = number->from;
    if (at == 0)
        return;
    bool dollar = is_mark(self, at - 1, '$');
    if (is_mark(self, at - 1, GROUND_CURRENCY) ||
        (dollar && at >= 2 && !self->tokens[at - 1].spaced && is_currency_code(self, at - 2))) {
        number->measure = MEASURE_FOREIGN;
        number->first = (uint16_t)(at - 1 - dollar);
    } else if (dollar || unit_at(self, at - 1) == UNIT_PESO) {
        number->measure = MEASURE_MONEY;
        number->first = (uint16_t)(at - 1);
    } else if (is_currency_code(self, at - 1) && self->tokens[at - 1].size == 3) {
        number->measure = MEASURE_FOREIGN;
        number->first = (uint16_t)(at - 1);
    } else if (is_mark(self, at - 1, '#')) {
        number->measure = number->value < 100000 ? MEASURE_PLACE : MEASURE_STOCK;
        number->first = (uint16_t)(at - 1);
    } else if (is_mark(self, at - 1, '\'') && number->digits == 2 && !number->marked) {
        number->measure = MEASURE_YEAR;
        number->value += number->value >= 5000 ? 190000 : 200000;
        number->first = (uint16_t)(at - 1);
    }
}

static void read_suffix(ground_sentence_t *self, ground_number_t *number)
{
    size_t at = number->to, end = at;
    bool pm;
    if (is_percent(self, at, &end)) {
        number->measure = MEASURE_PERCENT;
        number->to = (uint16_t)end;
    } else if (is_time(self, at, number)) {
        number->to = (uint16_t)(at + 2);
        size_t unit = number->to;
        if (is_half_of_day(self, unit, &end, &pm) || unit_at(self, unit) == UNIT_AM) {
            pm = unit_at(self, unit) == UNIT_AM ? self->words[unit]->value == 12 : pm;
            number->value += pm && number->value < 72000 ? 72000 : 0;
            number->to = (uint16_t)(unit_at(self, unit) == UNIT_AM ? unit + 1 : end);
        } else if (unit_at(self, unit) == UNIT_HOURS) {
            number->to++;
        }
    } else if (is_half_of_day(self, at, &end, &pm)) {
        unit_of_word(number, &(ground_word_t){.unit = UNIT_AM, .value = pm ? 12 : 0});
        number->to = (uint16_t)end;
    } else if (is_mark(self, at, '$') && !self->tokens[at].spaced) {
        number->measure = MEASURE_MONEY;
        number->to++;
    } else if (is_mark(self, at, '\'') && !self->tokens[at].spaced && number->value <= 2000) {
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

/* Is the number joined to the next one: "36, 48 o 60", "9 a 18"? */
static bool is_joined(const ground_sentence_t *self, const ground_number_t *number,
                      const ground_number_t *next)
{
    size_t gap = next->first - number->to;
    if (next->first < number->to || gap == 0 || gap > 2)
        return false;
    for (size_t at = number->to; at < next->first; at++)
        if (!ground_token_has(self, at, IS_JOIN) && !is_mark(self, at, ',') &&
            !is_mark(self, at, '-') && !is_mark(self, at, '/') && !is_mark(self, at, '+'))
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
    bool comma = is_mark(self, number->to, ',');
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

static void share_units(ground_sentence_t *self)
{
    for (size_t i = self->number_count; i-- > 1;) {
        ground_number_t *number = &self->numbers[i - 1];
        const ground_number_t *next = &self->numbers[i];
        if (is_joined(self, number, next) && can_share(self, number, next))
            share(number, next);
    }
}

/* ---- labels ---- */

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
    if (is_mark(self, next, ':') || is_mark(self, next, '=') || ground_token_is(self, next, "de") ||
        ground_token_is(self, next, "of") || ground_token_is(self, next, "is"))
        next++;
    else
        return false;
    return is_mark(self, next, '$') || is_digits(self, next);
}

static ground_label_t label_behind(const ground_sentence_t *self, const ground_number_t *number)
{
    size_t end = number->to + (size_t)LABEL_BEHIND, unknown = 0;
    for (size_t at = number->to; at < self->count && at < end; at++) {
        ground_label_t label = label_at(self, at, true);
        if (label != LABEL_NONE && !self->tokens[at].used)
            return leads_on(self, at) ? LABEL_NONE : label;
        unknown += self->tokens[at].kind == GROUND_WORD && self->words[at] == NULL;
        bool passed = ground_token_has(self, at, IS_LINK | IS_ARTICLE) || is_mark(self, at, '/') ||
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
    bool leads = at >= 2 && (is_mark(self, at - 1, ':') || ground_token_is(self, at - 1, "de") ||
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

static void read_labels(ground_sentence_t *self)
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
        bool range =
            i + 1 < self->number_count && self->numbers[i + 1].measure == number->measure &&
            is_joined(self, number, &self->numbers[i + 1]) && !is_mark(self, number->to, ',');
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
    bool money = at > 0 && is_mark(self, at - 1, '$');
    size_t end = is_digits(self, at) ? digits_number(self, at, money, number)
                                     : words_number(self, at, number);
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
        read_prefix(self, &number);
        read_suffix(self, &number);
        if (is_code(self, &number) && number.measure != MEASURE_MONEY)
            number.measure = MEASURE_CODE;
        self->numbers[self->number_count++] = number;
        at = number.to > end ? number.to : end;
    }
    settle_times(self);
    share_units(self);
    read_labels(self);
    for (size_t i = 0; i < self->number_count; i++)
        settle_bare(self, &self->numbers[i]);
}
