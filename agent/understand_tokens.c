/*
 * From folded text to tokens (words, digits, marks) and on to chunks: phrases of the tables, the
 * longest first, and whole numbers, whether written in digits, in words or in both.
 */
#include "agent/understand_words.h"
#include "common/text.h"

#define MOST_DIGITS 12 /* longer ones are telephone and serial numbers */
#define MILLION 1000000

/* ---- tokens ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Letters of other scripts belong to words, typographic marks and emoji do not. */
static bool is_far_letter(uint32_t c)
{
    return (c >= 0xc0 && c < 0x2000) || (c >= 0x2c00 && c < 0xe000);
}

static size_t letters_at(str_t text, size_t at)
{
    size_t from = at;
    while (at < text.size && is_letter(text.data[at]))
        at++;
    return at - from;
}

static size_t digits_at(str_t text, size_t at)
{
    size_t from = at;
    while (at < text.size && is_digit(text.data[at]))
        at++;
    return at - from;
}

/* Reads 300, 300,000, 300.000, 461,999.50 or 1.5 at text[at]; returns the bytes. */
static size_t read_digits(str_t text, size_t at, token_t *token)
{
    size_t end = at, size = digits_at(text, at);
    int64_t value = 0;
    token->digits = (uint8_t)(size < 255 ? size : 255);
    if (size > MOST_DIGITS)
        return size;
    for (; end < at + size; end++)
        value = value * 10 + (text.data[end] - '0');
    char group = 0;
    while (size <= 3 && end < text.size && (text.data[end] == ',' || text.data[end] == '.') &&
           (group == 0 || text.data[end] == group) && digits_at(text, end + 1) == 3 &&
           value < 1000000000 && value > 0) {
        group = text.data[end];
        value = value * 1000 + (text.data[end + 1] - '0') * 100 + (text.data[end + 2] - '0') * 10 +
                (text.data[end + 3] - '0');
        end += 4;
    }
    token->grouped = group != 0;
    token->hundredths = value * 100;
    if (end < text.size &&
        ((text.data[end] == '.' && group != '.') || (text.data[end] == ',' && group == '.'))) {
        size_t places = digits_at(text, end + 1);
        if (places == 1 || places == 2) {
            token->hundredths += (text.data[end + 1] - '0') * 10;
            if (places == 2)
                token->hundredths += text.data[end + 2] - '0';
            end += 1 + places;
        }
    }
    return end - at;
}

static bool is_one_of(str_t word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (str_is(word, *list))
            return true;
    return false;
}

/* What may hang on digits without a blank. Anything else makes one word of both: 320i, 4x4. */
static const char *const UNITS[] = {
    "k",          "mil",           "km",      "kms",       "mdp",
    "mes",        "meses",         "pesos",   "mxn",       "usd",
    "anos",       "ano",           "pm",      "am",        "hrs",
    "dlls",       "years",         "months",  "month",     "hp",
    "bolas",      "varos",         "puertas", "porciento", "millones",
    "kilometros", "mensualidades", NULL};
static const char *const PLACES[] = {"ro", "do", "da", "ra", "er", "to", "ta", "mo", "vo",
                                     "va", "no", "st", "nd", "rd", "th", "a",  "o",  NULL};

static size_t read_number(str_t text, size_t at, token_t *token)
{
    size_t size = read_digits(text, at, token);
    str_t suffix = {text.data + at + size, letters_at(text, at + size)};
    token->number = token->digits <= MOST_DIGITS;
    bool alone = suffix.size == 0;
    if (!alone && token->hundredths <= 3100 && token->digits <= 2 && is_one_of(suffix, PLACES)) {
        token->ordinal = true;
        size += suffix.size;
    } else if (!alone && !is_one_of(suffix, UNITS)) {
        token->number = false;
        token->digits = 0;
        while (at + size < text.size &&
               (is_letter(text.data[at + size]) || is_digit(text.data[at + size])))
            size++;
        token->word = word_find((str_t){text.data + at, size});
        token->known = token->word != NULL;
    }
    token->text = (str_t){text.data + at, size};
    return size;
}

static size_t read_word(str_t text, size_t at, token_t *token)
{
    size_t end = at;
    while (end < text.size) {
        size_t next = end;
        char c = text.data[end];
        if (is_letter(c) || is_digit(c))
            next++;
        else if (!(c & 0x80) || !is_far_letter(utf8_next(text, &next)))
            break;
        end = next;
    }
    token->text = (str_t){text.data + at, end - at};
    token->word = word_find(token->text);
    token->stem = word_stem(token->text);
    token->known = token->word != NULL || token->stem != NULL;
    return end - at;
}

/* A mark, or 0 for what only parts words. */
static char mark_of(uint32_t c, str_t text, size_t behind, const token_t *last)
{
    switch (c) {
    case 0x2013:
    case 0x2014:
    case '-':
        while (behind < text.size && text.data[behind] == ' ')
            behind++;
        return last != NULL && last->number && behind < text.size &&
                       (is_digit(text.data[behind]) || text.data[behind] == '$')
                   ? '-'
                   : 0;
    case 0xbf: /* ¿ */
        return '?';
    case '\n':
    case ';':
        return '.';
    case '.':
    case ',':
    case ':':
    case '!':
    case '?':
    case '%':
    case '<':
    case '>':
    case '+':
    case '#':
    case '/':
        return (char)c;
    default:
        return 0;
    }
}

/* "-50%", but not the hyphen of "200-300" or of "F-150". */
static bool is_negative(str_t text, size_t at)
{
    if (at == 0 || text.data[at - 1] != '-')
        return false;
    return at == 1 || text.data[at - 2] == ' ' || text.data[at - 2] == '$';
}

/* A name that was put into the text; bytes taken. */
static size_t read_name(str_t text, size_t at, token_t *token)
{
    bool whole = at + 1 < text.size && is_letter(text.data[at + 1]);
    token->mark = UNDERSTAND_NAME;
    token->hundredths = whole ? text.data[at + 1] - 'a' : 31;
    token->text = (str_t){text.data + at, whole ? 2 : 1};
    return token->text.size;
}

size_t tokens_read(str_t text, token_t *tokens, size_t max)
{
    size_t count = 0;
    bool dollar = false;
    for (size_t at = 0; at < text.size && count < max;) {
        token_t *token = &tokens[count];
        *token = (token_t){0};
        size_t next = at;
        uint32_t c = utf8_next(text, &next);
        if (c < 0x80 && is_digit((char)c)) {
            token->negative = is_negative(text, at);
            at += read_number(text, at, token);
            token->dollar = dollar;
        } else if (c == UNDERSTAND_NAME) {
            at += read_name(text, at, token);
        } else if ((c < 0x80 && is_letter((char)c)) || is_far_letter(c)) {
            at += read_word(text, at, token);
        } else {
            dollar = c == '$' || (dollar && c == ' ');
            token->mark = mark_of(c, text, next, count > 0 ? token - 1 : NULL);
            token->text = (str_t){text.data + at, next - at};
            at = next;
            count += token->mark != 0;
            continue;
        }
        dollar = false;
        count++;
    }
    return count;
}

/* ---- numbers of several tokens ---- */

static int64_t number_of(const token_t *token)
{
    if (token->word == NULL || (!token->known && token->word->number < 100))
        return -1;
    return token->word->number;
}

static bool token_says(const token_t *token, const char *word)
{
    return str_is(token->text, word);
}

/* "medio millón", "half a million", "un cuarto de millón": tokens used, 0 if it is none. */
static size_t part_of_million(const token_t *tokens, size_t count, int64_t *hundredths)
{
    size_t at = 0;
    if (at + 1 < count && (token_says(&tokens[0], "un") || token_says(&tokens[0], "um")))
        at++;
    if (token_says(&tokens[at], "medio") || token_says(&tokens[at], "meio") ||
        token_says(&tokens[at], "half"))
        *hundredths = 50 * MILLION;
    else if (token_says(&tokens[at], "cuarto") || token_says(&tokens[at], "quarter"))
        *hundredths = 25 * MILLION;
    else
        return 0;
    at++;
    if (at < count && (token_says(&tokens[at], "de") || token_says(&tokens[at], "a") ||
                       token_says(&tokens[at], "of")))
        at++;
    return at < count && number_of(&tokens[at]) == MILLION ? at + 1 : 0;
}

/* Behind "un millón": "y medio", "and a half". */
static size_t and_a_half(const token_t *tokens, size_t count)
{
    if (count >= 2 && (token_says(&tokens[0], "y") || token_says(&tokens[0], "e")) &&
        (token_says(&tokens[1], "medio") || token_says(&tokens[1], "meio")))
        return 2;
    if (count >= 3 && token_says(&tokens[0], "and") && token_says(&tokens[1], "a") &&
        token_says(&tokens[2], "half"))
        return 3;
    return 0;
}

/* May value be added to what was said before it: "treinta" + "cinco", "dos" + "cientos". */
static bool adds_up(int64_t now, int64_t value, bool joined)
{
    if (now < 0)
        return !joined;
    if (joined && (value >= 100 || now == 0 || now % 10 != 0))
        return false;
    if (value == 100)
        return now >= 1 && now <= 9;
    if (value > 100)
        return false;
    if (value >= 10)
        return now >= 100 && now % 100 == 0;
    return value > 0 && now >= 20 && now % 10 == 0;
}

typedef struct reading {
    int64_t total, now; /* now is below 1,000, -1: nothing */
    int64_t scale;
    bool thousands, millions; /* said already */
} reading_t;

static bool take_word(reading_t *self, int64_t value, bool joined)
{
    if (value < 1000) {
        if (!adds_up(self->now, value, joined))
            return false;
        self->now = value == 100 && self->now > 0 ? self->now * 100
                                                  : (self->now > 0 ? self->now : 0) + value;
        return true;
    }
    bool *said = value == MILLION ? &self->millions : &self->thousands;
    if (joined || *said)
        return false;
    *said = true;
    int64_t now = self->now > 0 ? self->now : 0;
    if (value == MILLION)
        self->total = (self->total + now > 0 ? self->total + now : 1) * MILLION;
    else
        self->total += (now > 0 ? now : 1) * 1000;
    self->now = -1;
    self->scale = self->scale > value ? self->scale : value;
    return true;
}

/* Number words from tokens[0] on; tokens used. */
static size_t read_words(const token_t *tokens, size_t count, reading_t *out)
{
    size_t used = 0;
    *out = (reading_t){.now = -1};
    while (used < count) {
        bool joined = false;
        size_t at = used;
        if (used > 0 && at + 1 < count && out->now > 0 &&
            (token_says(&tokens[at], "y") || token_says(&tokens[at], "e") ||
             token_says(&tokens[at], "and"))) {
            joined = true;
            at++;
        }
        int64_t value = number_of(&tokens[at]);
        if (value < 0 || !take_word(out, value, joined))
            break;
        used = at + 1;
    }
    return used;
}

/* "un" and its kin are numbers only before thousands and millions. */
static bool is_article(const token_t *tokens, size_t count)
{
    return number_of(&tokens[0]) == 1 && (count < 2 || number_of(&tokens[1]) < 1000);
}

static void finish_number(chunk_t *chunk, const token_t *tokens, size_t count, size_t used)
{
    size_t half = chunk->scale == MILLION ? and_a_half(tokens + used, count - used) : 0;
    if (half > 0) {
        chunk->hundredths += 50 * MILLION;
        used += half;
    }
    chunk->kind = CHUNK_NUMBER;
    chunk->count = used;
    /* "dos mil diecinueve" is a year, "dos mil" alone an amount */
    if (chunk->digits == 0 && chunk->hundredths >= 199000 && chunk->hundredths <= 203500 &&
        chunk->hundredths != 200000) {
        chunk->digits = 4;
        chunk->scale = 1;
    }
}

/* A number at tokens[0], or chunk->count is 0. */
static void read_whole(const token_t *tokens, size_t count, chunk_t *chunk)
{
    size_t used = part_of_million(tokens, count, &chunk->hundredths);
    if (used > 0) {
        chunk->scale = MILLION;
    } else if (tokens[0].number) {
        chunk->hundredths = tokens[0].hundredths;
        chunk->digits = tokens[0].digits;
        chunk->dollar = tokens[0].dollar;
        chunk->grouped = tokens[0].grouped;
        chunk->ordinal = tokens[0].ordinal;
        chunk->negative = tokens[0].negative;
        chunk->scale = 1;
        used = 1;
        /* 2019 grand … is no amount */
        while (used < count && used < 3 && number_of(&tokens[used]) >= 1000 &&
               chunk->hundredths < (used == 1 ? 100000 : INT64_C(10000000000))) {
            chunk->scale *= number_of(&tokens[used]);
            chunk->hundredths *= number_of(&tokens[used]);
            used++;
        }
    } else {
        reading_t reading;
        if (number_of(&tokens[0]) < 0 || is_article(tokens, count) || token_says(&tokens[0], "k"))
            return;
        used = read_words(tokens, count, &reading);
        chunk->hundredths = (reading.total + (reading.now > 0 ? reading.now : 0)) * 100;
        chunk->scale = reading.scale > 0 ? reading.scale : 1;
    }
    finish_number(chunk, tokens, count, used);
}

/* ---- chunks ---- */

static void mark_chunk(char mark, chunk_t *chunk)
{
    chunk->value = (uint8_t)mark;
    switch (mark) {
    case '%':
        chunk->kind = CHUNK_PERCENT;
        break;
    case '<':
        chunk->kind = CHUNK_LESS;
        chunk->value = 0;
        break;
    case '>':
        chunk->kind = CHUNK_MORE;
        chunk->value = 0;
        break;
    case '+':
        chunk->kind = CHUNK_AFTER_MORE;
        break;
    case '#':
        chunk->kind = CHUNK_NTH;
        break;
    case UNDERSTAND_NAME:
        chunk->kind = CHUNK_NAME;
        break;
    default:
        chunk->kind = CHUNK_MARK;
    }
}

static void read_chunk(const token_t *tokens, size_t count, chunk_t *chunk)
{
    if (tokens[0].mark != 0) {
        chunk->count = 1;
        mark_chunk(tokens[0].mark, chunk);
        if (tokens[0].mark == UNDERSTAND_NAME)
            chunk->value = tokens[0].hundredths;
        return;
    }
    size_t used = 0;
    const phrase_row_t *row = phrase_find(tokens, count, &used);
    if (row == NULL || used == 1)
        read_whole(tokens, count, chunk);
    if (chunk->count >= used && chunk->count > 0)
        return;
    chunk->count = used > 0 ? used : 1;
    chunk->kind = tokens[0].word != NULL || tokens[0].stem != NULL ? CHUNK_FILL : CHUNK_UNKNOWN;
    chunk->hundredths = 0;
    if (row != NULL) {
        chunk->kind = row->kind;
        chunk->value = row->value;
        chunk->text = row->text;
    }
}

size_t chunks_read(const token_t *tokens, size_t count, chunk_t *chunks)
{
    size_t made = 0;
    for (size_t at = 0; at < count;) {
        chunk_t *chunk = &chunks[made++];
        *chunk = (chunk_t){.from = at};
        read_chunk(tokens + at, count - at, chunk);
        at += chunk->count;
    }
    return made;
}
