/*
 * What a number is worth, however it is written: "$238,999.00", "238 999", "238 mil 999", "dos
 * millones trescientos mil", "medio millón".
 */
#include "agent/ground_reading.h"

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
        if (out.mantissa >= GROUND_MOST_MANTISSA) {
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
    if (digits->odd || value > GROUND_MOST_MANTISSA * 100 / scale / 100)
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
    return heap->total < GROUND_MOST_MANTISSA;
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
    bool hyphen = ground_is_mark(self, at, '-') && !self->tokens[at].spaced;
    bool word = ground_token_is(self, at, "y") || ground_token_is(self, at, "e") ||
                ground_token_is(self, at, "and");
    if (!hyphen && !word)
        return false;
    ground_numeral_t next = ground_numeral_at(self, at + 1);
    return next == NUMERAL_ONES || next == NUMERAL_TENS || next == NUMERAL_HUNDREDS;
}

/* "y medio" behind a million, "and a half". */
static size_t half_end(const ground_sentence_t *self, size_t at)
{
    if (!ground_token_is(self, at, "y") && !ground_token_is(self, at, "e") &&
        !ground_token_is(self, at, "and"))
        return at;
    size_t next = at + 1 + ground_token_is(self, at + 1, "a");
    return ground_numeral_at(self, next) == NUMERAL_HALF ? next + 1 : at;
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
        if (ground_is_digits(self, next) && heap_digits(&tried, self, next))
            tried.words = false;
        else if (ground_numeral_at(self, next) == NUMERAL_NONE ||
                 !heap_word(&tried, self->words[next]))
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
    ground_numeral_t part = ground_numeral_at(self, at);
    size_t next = at + 1;
    if (part != NUMERAL_HALF && part != NUMERAL_QUARTER)
        return at;
    if (ground_token_is(self, next, "de") || ground_token_is(self, next, "a") ||
        ground_token_is(self, next, "of"))
        next++;
    if (ground_token_is(self, next, "a"))
        next++;
    if (ground_numeral_at(self, next) != NUMERAL_MILLION)
        return at;
    *value = part == NUMERAL_HALF ? INT64_C(50000000) : INT64_C(25000000);
    return next + 1;
}

static bool scale_at(const ground_sentence_t *self, size_t at, bool money, int64_t *scale)
{
    ground_numeral_t numeral = ground_numeral_at(self, at);
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
    return ground_is_digits(self, at) && text.size >= least && text.size <= most;
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
    ground_numeral_t numeral = ground_numeral_at(self, at);
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

size_t ground_worth(const ground_sentence_t *self, size_t at, bool money, ground_number_t *out)
{
    return ground_is_digits(self, at) ? digits_number(self, at, money, out)
                                      : words_number(self, at, out);
}
