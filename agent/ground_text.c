#include "agent/ground_text.h"

#include "common/text.h"

#define SOFT_SENTENCE 2048 /* from so many bytes on, a blank is an end */
#define MAX_TAG 64         /* bytes of an HTML tag */

/* ---- sentences ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || c == GROUND_LETTER;
}

static bool ends_sentence(char c)
{
    return c == '.' || c == '!' || c == '?';
}

/* A dot that ends no sentence: "Av. Insurgentes", "9 a.m. a", and "1. Versa" at the start. */
static bool is_short_word(str_t text, size_t from, size_t dot)
{
    static const char *const words[] = {"av",  "no",    "num", "sr",  "sra", "dr",  "tel", "km",
                                        "kms", "aprox", "col", "mod", "st",  "vs",  "a.m", "p.m",
                                        "pag", "ej",    "cd",  "edo", "esq", "ext", "int"};
    size_t start = dot;
    while (start > from && !is_blank(text.data[start - 1]) && dot - start < 8)
        start--;
    char word[8];
    size_t size = dot - start;
    bool digits = size > 0 && size <= 3;
    if (size == 0 || size >= sizeof word)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = text.data[start + i];
        digits &= is_digit(c) || c == '*';
        word[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    if (digits && start == from && (from == 0 || text.data[from - 1] == '\n'))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq((str_t){word, size}, str_from(words[i])))
            return true;
    return false;
}

/* The front of text from from on that can be cut off although no sentence ends in it. */
static size_t cut_end(str_t text, size_t from)
{
    for (size_t at = from + SOFT_SENTENCE; at < from + GROUND_MAX_SENTENCE; at++)
        if (is_blank(text.data[at]))
            return at + 1;
    size_t end = from + GROUND_MAX_SENTENCE;
    while (end > from + GROUND_MAX_SENTENCE - 4 && (text.data[end] & 0xc0) == 0x80)
        end--;
    return end;
}

size_t ground_sentence_end(str_t text, size_t from, bool all)
{
    size_t most = text.size - from;
    if (most > GROUND_MAX_SENTENCE)
        most = GROUND_MAX_SENTENCE;
    for (size_t at = from; at < from + most; at++) {
        char c = text.data[at];
        if (c == '\n')
            return at + 1;
        if (!ends_sentence(c) || (c == '.' && is_short_word(text, from, at)))
            continue;
        size_t end = at + 1;
        while (end < from + most &&
               (ends_sentence(text.data[end]) || text.data[end] == '*' || text.data[end] == '_' ||
                text.data[end] == ')' || text.data[end] == '"' || text.data[end] == '\''))
            end++;
        if (end < from + most && (is_blank(text.data[end]) || text.data[end] == '\n'))
            return end;
        at = end - 1;
    }
    if (text.size - from > GROUND_MAX_SENTENCE)
        return cut_end(text, from);
    return all ? text.size : SIZE_MAX;
}

/* ---- characters ---- */

/* What a digit is in scripts other than ours, by the character that is their 0 (Unicode, category
 * Nd), in order. */
static const uint32_t zeros[] = {
    0x0660,  0x06f0,  0x07c0,  0x0966,  0x09e6,  0x0a66,  0x0ae6,  0x0b66,  0x0be6,  0x0c66,
    0x0ce6,  0x0d66,  0x0de6,  0x0e50,  0x0ed0,  0x0f20,  0x1040,  0x1090,  0x17e0,  0x1810,
    0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0x2080,  0xa620,
    0xa8d0,  0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0,
    0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
    0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0};

/* Circled, in parentheses, with a dot: from 1 on. */
static const struct ones {
    uint32_t first;
    int count;
} ones[] = {{0x2460, 20}, {0x2474, 20}, {0x2488, 20}, {0x24f5, 10},
            {0x2776, 10}, {0x2780, 10}, {0x278a, 10}};

/* -1: no digit. Up to 20, for circled numbers. */
static int number_of(uint32_t c)
{
    if (c >= 0x2460) {
        for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
            if (c >= ones[i].first && c < ones[i].first + (uint32_t)ones[i].count)
                return (int)(c - ones[i].first) + 1;
        if (c == 0x24ea || c == 0x24ff || c == 0x1f100)
            return 0;
    }
    if (c == 0xb2 || c == 0xb3)
        return (int)(c - 0xb0);
    if (c == 0xb9)
        return 1;
    if (c == 0x2070 || (c >= 0x2074 && c <= 0x2079))
        return (int)(c - 0x2070);
    size_t low = 0, high = sizeof zeros / sizeof *zeros;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zeros[middle] <= c)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && c - zeros[low - 1] <= 9 ? (int)(c - zeros[low - 1]) : -1;
}

static bool is_invisible(uint32_t c)
{
    return c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f || c == 0x1160 || c == 0x17b4 ||
           c == 0x17b5 || (c >= 0x180b && c <= 0x180f) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0x20e3 ||
           c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 ||
           (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff) ||
           (c >= 0x300 && c <= 0x36f);
}

/* Letters of other alphabets that look like ours. */
static const struct alike {
    uint16_t character;
    char letter;
} alikes[] = {
    {0x0391, 'A'}, {0x0392, 'B'}, {0x0395, 'E'}, {0x0396, 'Z'}, {0x0397, 'H'}, {0x0399, 'I'},
    {0x039a, 'K'}, {0x039c, 'M'}, {0x039d, 'N'}, {0x039f, 'O'}, {0x03a1, 'P'}, {0x03a4, 'T'},
    {0x03a5, 'Y'}, {0x03a7, 'X'}, {0x03b1, 'a'}, {0x03b5, 'e'}, {0x03b9, 'i'}, {0x03ba, 'k'},
    {0x03bd, 'v'}, {0x03bf, 'o'}, {0x03c1, 'p'}, {0x03c4, 't'}, {0x03c5, 'u'}, {0x03c7, 'x'},
    {0x0405, 'S'}, {0x0406, 'I'}, {0x0408, 'J'}, {0x0410, 'A'}, {0x0412, 'B'}, {0x0415, 'E'},
    {0x041a, 'K'}, {0x041c, 'M'}, {0x041d, 'H'}, {0x041e, 'O'}, {0x0420, 'P'}, {0x0421, 'C'},
    {0x0422, 'T'}, {0x0423, 'Y'}, {0x0425, 'X'}, {0x0430, 'a'}, {0x0435, 'e'}, {0x043a, 'k'},
    {0x043c, 'm'}, {0x043d, 'h'}, {0x043e, 'o'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0442, 't'},
    {0x0443, 'y'}, {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}};

static char alike_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof alikes / sizeof *alikes; i++)
        if (alikes[i].character == c)
            return alikes[i].letter;
    if (c >= 0xff21 && c <= 0xff3a)
        return (char)('A' + (c - 0xff21));
    if (c >= 0xff41 && c <= 0xff5a)
        return (char)('a' + (c - 0xff41));
    if (c >= 0x1d400 && c <= 0x1d6a3)
        return (char)((c - 0x1d400) % 52 < 26 ? 'A' + (c - 0x1d400) % 52
                                              : 'a' + (c - 0x1d400) % 52 - 26);
    if (c >= 0x24b6 && c <= 0x24cf)
        return (char)('A' + (c - 0x24b6));
    if (c >= 0x24d0 && c <= 0x24e9)
        return (char)('a' + (c - 0x24d0));
    return c == 0xd7 ? 'x' : 0; /* × */
}

/* An ASCII mark for one of the others, 0 if there is none. */
static char mark_of(uint32_t c)
{
    if (c >= 0x2010 && c <= 0x2015)
        return '-';
    if ((c >= 0x2000 && c <= 0x200a) || c == 0xa0 || c == 0x202f || c == 0x205f || c == 0x3000 ||
        c == 0x1680 || c == 0x2028 || c == 0x2029 || c == 0x85)
        return ' ';
    switch (c) {
    case 0x2212:
    case 0xfe63:
    case 0xff0d:
        return '-';
    case 0xff04:
    case 0xfe69:
        return '$';
    case 0xff05:
    case 0x66a:
    case 0xfe6a:
        return '%';
    case 0xff0c:
    case 0x66c:
    case 0x3001:
    case 0x201a:
        return ',';
    case 0xff0e:
    case 0x66b:
    case 0x3002:
    case 0x2024:
    case 0x2026:
        return '.';
    case 0xff1a:
        return ':';
    case 0xff08:
        return '(';
    case 0xff09:
        return ')';
    case 0xff0b:
        return '+';
    case 0xff20:
        return '@';
    case 0xff0f:
    case 0x2044:
    case 0x2215:
        return '/';
    case 0x2018:
    case 0x2019:
    case 0xb4:
    case 0x2032:
    case 0xff07:
        return '\'';
    case 0xab:
    case 0xbb:
    case 0x201c:
    case 0x201d:
        return '"';
    case 0xb7:
    case 0x2022:
    case 0x2219:
    case 0x22c5:
        return GROUND_DOT;
    case 0xbf:
        return '?';
    case 0xa1:
        return '!';
    case 0xba:
    case 0xaa:
    case 0xb0:
        return '\'';
    default:
        break;
    }
    return (c >= 0xa2 && c <= 0xa5) || (c >= 0x20a0 && c <= 0x20bf) ? GROUND_CURRENCY : 0;
}

/* ---- folding ---- */

typedef struct span {
    size_t from, to;
} span_t;

static void put(ground_plain_t *self, char c, span_t at, bool upper)
{
    if (self->size == GROUND_MAX_PLAIN)
        return;
    self->text[self->size] = c;
    self->from[self->size] = (uint16_t)at.from;
    self->to[self->size] = (uint16_t)at.to;
    self->upper[self->size] = upper;
    self->size++;
}

static void put_number(ground_plain_t *self, int number, span_t at)
{
    if (number >= 10)
        put(self, (char)('0' + number / 10), at, false);
    put(self, (char)('0' + number % 10), at, false);
}

static bool is_symbol(uint32_t c)
{
    return c < 0xc0 || (c >= 0x2000 && c <= 0x2bff) || (c >= 0x3000 && c <= 0x303f) ||
           (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xfff0 && c <= 0xffff) ||
           (c >= 0x1f000 && c <= 0x1faff);
}

/* Letters with accents become those without. */
static void put_letter(ground_plain_t *self, uint32_t c, span_t at)
{
    char bytes[32], low[32]; /* a letter is never more, so nothing grows */
    buf_t raw = {.data = bytes, .room = sizeof bytes, .max = sizeof bytes - 1};
    buf_t folded = {.data = low, .room = sizeof low, .max = sizeof low - 1};
    utf8_add(&raw, c);
    text_fold(&folded, buf_view(&raw));
    bool upper = !str_eq(buf_view(&raw), buf_view(&folded)) && c >= 0xc0 && c <= 0x17f &&
                 (c <= 0xde || (c >= 0x100 && c % 2 == 0));
    for (size_t i = 0; i < folded.size; i++) {
        bool ours = low[i] >= 'a' && low[i] <= 'z';
        if (!ours && i > 0)
            continue;
        put(self, ours ? low[i] : GROUND_LETTER, at, upper && i == 0);
    }
}

static void put_wide(ground_plain_t *self, uint32_t c, span_t at)
{
    if (is_invisible(c))
        return;
    int number = number_of(c);
    char mark = mark_of(c), letter = alike_of(c);
    if (number >= 0) {
        put_number(self, number, at);
    } else if (c == 0xbc || c == 0xbd || c == 0xbe) {
        bool behind = self->size > 0 && is_digit(self->text[self->size - 1]);
        if (!behind)
            put(self, '0', at, false);
        put(self, '.', at, false);
        put_number(self, c == 0xbd ? 5 : c == 0xbc ? 2 : 7, at);
        if (c != 0xbd)
            put_number(self, 5, at);
    } else if (mark) {
        put(self, mark, at, false);
    } else if (letter) {
        bool upper = letter <= 'Z';
        put(self, (char)(upper ? letter - 'A' + 'a' : letter), at, upper);
    } else if (is_symbol(c)) {
        put(self, GROUND_SYMBOL, at, false);
    } else {
        put_letter(self, c, at);
    }
}

/* The size of the HTML tag at the front, 0 if there is none. */
static size_t tag_size(str_t text)
{
    size_t at = 1;
    if (at < text.size && text.data[at] == '/')
        at++;
    if (at >= text.size || !((text.data[at] | 0x20) >= 'a' && (text.data[at] | 0x20) <= 'z'))
        return 0;
    for (; at < text.size && at < MAX_TAG && text.data[at] != '<'; at++)
        if (text.data[at] == '>')
            return at + 1;
    return 0;
}

/* "&#50;" and "&nbsp;": their size, and the character. */
static size_t entity_size(str_t text, uint32_t *c)
{
    if (text.size >= 6 && memcmp(text.data, "&nbsp;", 6) == 0) {
        *c = ' ';
        return 6;
    }
    if (text.size < 4 || text.data[1] != '#')
        return 0;
    bool hex = (text.data[2] | 0x20) == 'x';
    uint32_t value = 0;
    for (size_t at = 2 + hex; at < text.size && at < 10; at++) {
        char d = text.data[at];
        if (d == ';' && at > 2u + hex && value >= ' ') {
            *c = value;
            return at + 1;
        }
        int digit = is_digit(d)                                     ? d - '0'
                    : hex && (d | 0x20) >= 'a' && (d | 0x20) <= 'f' ? (d | 0x20) - 'a' + 10
                                                                    : -1;
        if (digit < 0)
            return 0;
        value = value * (hex ? 16 : 10) + (uint32_t)digit;
    }
    return 0;
}

static void put_ascii(ground_plain_t *self, char c, span_t at)
{
    if (c >= 'A' && c <= 'Z')
        put(self, (char)(c - 'A' + 'a'), at, true);
    else if (strchr("*_~`\\{}", c) != NULL) /* c is not 0 here */
        return;
    else if (is_blank(c) || c == '\n')
        put(self, ' ', at, false);
    else
        put(self, c < ' ' || c == 0x7f ? GROUND_SYMBOL : c, at, false);
}

void ground_plain(ground_plain_t *self, str_t sentence)
{
    self->size = 0;
    for (size_t at = 0; at < sentence.size;) {
        str_t rest = {sentence.data + at, sentence.size - at};
        span_t span = {at, at + 1};
        uint32_t c = (unsigned char)rest.data[0];
        size_t size = c == '<' ? tag_size(rest) : c == '&' ? entity_size(rest, &c) : 0;
        if (size > 0) {
            span.to = at + size;
        } else if (c >= 0x80) {
            span.to = at;
            c = utf8_next(sentence, &span.to);
        }
        if (size == 0 || rest.data[0] == '&') {
            if (c == 0)
                put(self, GROUND_SYMBOL, span, false);
            else if (c < 0x80)
                put_ascii(self, (char)c, span);
            else
                put_wide(self, c, span);
        }
        at = span.to;
    }
}

/* ---- tokens ---- */

static char at_or_blank(const ground_plain_t *self, size_t at)
{
    return at < self->size ? self->text[at] : ' ';
}

/* The end of the digits at at, with the marks between them: "4,037.70", "238'999". */
static size_t digits_end(const ground_plain_t *self, size_t at)
{
    while (at < self->size) {
        char c = self->text[at];
        bool mark = (c == ',' || c == '.' || c == '\'') && is_digit(at_or_blank(self, at + 1));
        if (!is_digit(c) && !mark)
            break;
        at++;
    }
    return at;
}

/* "2 3 8 9 9 9", "2-3-8": single digits with single marks between them, three at least. */
static size_t single_digits_end(const ground_plain_t *self, size_t at)
{
    size_t count = 1, end = at + 1;
    while (strchr(" -./", at_or_blank(self, end)) != NULL && is_digit(at_or_blank(self, end + 1)) &&
           !is_digit(at_or_blank(self, end + 2))) {
        end += 2;
        count++;
    }
    return count >= 3 ? end : at;
}

static size_t number_end(const ground_plain_t *self, size_t at)
{
    size_t end = digits_end(self, at);
    if (end == at + 1 || (self->size > at + 1 && !is_digit(self->text[at + 1]))) {
        size_t single = single_digits_end(self, at);
        if (single > end)
            return single;
    }
    return end;
}

size_t ground_tokens(const ground_plain_t *self, ground_token_t *tokens)
{
    size_t count = 0;
    bool spaced = true;
    for (size_t at = 0; at < self->size && count < GROUND_MAX_TOKENS;) {
        char c = self->text[at];
        size_t end = at + 1;
        ground_token_kind_t kind = GROUND_MARK;
        if (c == ' ') {
            spaced = true;
            at++;
            continue;
        }
        if (is_digit(c)) {
            kind = GROUND_DIGITS;
            end = number_end(self, at);
        } else if (is_letter(c)) {
            kind = GROUND_WORD;
            while (is_letter(at_or_blank(self, end)))
                end++;
            /* "don't" */
            if (at_or_blank(self, end) == '\'' && is_letter(at_or_blank(self, end + 1)))
                for (end++; is_letter(at_or_blank(self, end));)
                    end++;
        }
        tokens[count++] = (ground_token_t){.at = (uint16_t)at,
                                           .size = (uint16_t)(end - at),
                                           .kind = (uint8_t)kind,
                                           .spaced = spaced,
                                           .upper = self->upper[at]};
        spaced = false;
        at = end;
    }
    return count;
}

str_t ground_compact(str_t name, char *out, size_t size)
{
    size_t used = 0;
    for (size_t at = 0; at < name.size && used < size;) {
        char low[16], c = name.data[at];
        size_t from = at;
        if ((unsigned char)c < 0x80) { /* most of them: no need to fold it */
            c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
            if ((c >= 'a' && c <= 'z') || is_digit(c))
                out[used++] = c;
            at++;
            continue;
        }
        buf_t folded = {.data = low, .room = sizeof low, .max = sizeof low - 1};
        utf8_next(name, &at);
        text_fold(&folded, (str_t){name.data + from, at - from});
        for (size_t i = 0; i < folded.size && used < size; i++)
            if ((low[i] >= 'a' && low[i] <= 'z') || is_digit(low[i]))
                out[used++] = low[i];
    }
    return (str_t){out, used};
}
