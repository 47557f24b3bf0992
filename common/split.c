/*
 * One pass over at most one message's length notes the last border of each kind; then the best of
 * them that does not leave the message too empty is taken. See split.h.
 */
#include "common/split.h"

#include <assert.h>
#include <stdint.h>

#include "common/marks.h"
#include "common/text.h"

typedef enum border {
    NO_BORDER, /* only when nothing else is left: inside a number or a link */
    FORMATTED, /* only when nothing else but these is left: inside a run of bold, beside its marks
                */
    CHARACTER,
    WORD,
    SENTENCE,
    LINE,
    ITEM, /* the line behind begins with "2." or "-" */
    PARAGRAPH,
    BORDERS
} border_t;

#define AROUND 3 /* characters looked at on each side of a border */

/* What stands around a place. 0: nothing there. */
typedef struct around {
    uint32_t left[AROUND]; /* left[0] is next to it */
    uint32_t right[AROUND];
} around_t;

/* ---- characters ---- */

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_break(uint32_t c)
{
    return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || is_break(c) || c == 0xa0 || c == 0x3000 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x202f;
}

/* Belongs to the character before it: accents, variants, skin tones, what joins, tags. */
static bool extends(uint32_t c)
{
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) ||
           (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0x200d ||
           c == 0x200c || (c >= 0x1f3fb && c <= 0x1f3ff) || (c >= 0xe0020 && c <= 0xe007f);
}

static bool is_regional(uint32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

static bool ends_sentence(uint32_t c)
{
    return c == '.' || c == '!' || c == '?' || c == 0x2026 || c == 0x3002 || c == 0xff01 ||
           c == 0xff1f;
}

static bool closes(uint32_t c)
{
    return c == ')' || c == '"' || c == '\'' || c == '*' || c == '_' || c == 0xbb || c == 0x201d ||
           c == 0x2019;
}

static bool is_bullet(uint32_t c)
{
    return c == '-' || c == '*' || c == 0x2022 || c == 0x2013 || c == 0x2014 || c == 0xb7 ||
           c == 0x25aa || c == 0x25cf || c == 0x2714 || c == 0x2705;
}

static bool in_number(uint32_t c)
{
    return c == '.' || c == ',' || c == '\'' || c == 0x2019 || c == ':' || c == '/' || c == '-' ||
           c == '(' || c == ')' || (is_space(c) && !is_break(c));
}

static bool before_number(uint32_t c)
{
    return c == '$' || c == '+' || c == '-' || c == '#' || c == 0x20ac || c == 0x2212;
}

static bool after_number(uint32_t c)
{
    return c == '%' || c == 0xb0 || c == 0x20ac;
}

/* ---- places ---- */

static uint32_t previous(str_t text, size_t *at)
{
    if (*at == 0)
        return 0;
    size_t start = *at - 1;
    while (start > 0 && *at - start < 4 && (text.data[start] & 0xc0) == 0x80)
        start--;
    size_t end = start;
    uint32_t c = utf8_next(text, &end);
    if (end != *at) { /* not one good character: the last byte alone */
        c = 0xfffd;
        start = *at - 1;
    }
    *at = start;
    return c;
}

static around_t look(str_t text, size_t at)
{
    around_t around;
    size_t left = at, right = at;
    for (size_t i = 0; i < AROUND; i++) {
        around.left[i] = previous(text, &left);
        around.right[i] = utf8_next(text, &right);
    }
    return around;
}

/* Is there a digit on both sides, or a digit and its sign, with at most one separator between? */
static bool inside_number(const around_t *a)
{
    const uint32_t *l = a->left, *r = a->right;
    bool left = is_digit(l[0]) || before_number(l[0]);
    bool right = is_digit(r[0]) || after_number(r[0]);
    if (left && right && (is_digit(l[0]) || is_digit(r[0])))
        return true;
    if (left && in_number(r[0]) && (is_digit(r[1]) || (is_digit(l[0]) && after_number(r[1]))))
        return true;
    if (right && in_number(l[0]) && (is_digit(l[1]) || (is_digit(r[0]) && before_number(l[1]))))
        return true;
    /* "+52 (55) 1234": two separators */
    if (is_digit(l[0]) && is_space(r[0]) && r[1] == '(' && is_digit(r[2]))
        return true;
    return is_digit(l[1]) && l[0] == ')' && is_space(r[0]) && is_digit(r[1]);
}

static bool inside_character(const around_t *a, size_t regionals)
{
    if (extends(a->right[0]) || a->left[0] == 0x200d)
        return true;
    if (a->left[0] == '\r' && a->right[0] == '\n')
        return true;
    return is_regional(a->left[0]) && is_regional(a->right[0]) && regionals % 2 == 1;
}

/* What a line begins with: a bullet, "3.", "3)", then a blank. Returns its size, 0 if it does not.
 */
static size_t marker_size(str_t text, size_t at)
{
    size_t start = at, end = at;
    while (end < text.size && (text.data[end] == ' ' || text.data[end] == '\t'))
        end++;
    size_t digits = end;
    while (digits < text.size && digits - end < 4 && is_digit((uint8_t)text.data[digits]))
        digits++;
    if (digits > end) {
        uint32_t dot = utf8_next(text, &digits);
        end = digits;
        if (dot != '.' && dot != ')')
            return 0;
    } else if (!is_bullet(utf8_next(text, &end))) {
        return 0;
    }
    return end < text.size && text.data[end] == ' ' ? end + 1 - start : 0;
}

/* The kind of a border in front of white space that begins at at, and where the text goes on. */
static border_t kind_at_space(str_t text, size_t at, const around_t *a, size_t *next)
{
    size_t breaks = 0, end = at, line = at;
    for (size_t ahead = at; ahead < text.size; end = ahead) {
        uint32_t c = utf8_next(text, &ahead);
        if (!is_space(c))
            break;
        if (c == '\n' || (is_break(c) && c != '\r')) {
            breaks++;
            line = ahead;
        }
    }
    *next = end;
    if (breaks > 1)
        return PARAGRAPH;
    if (breaks == 1)
        return marker_size(text, line) ? ITEM : LINE;
    size_t peek = end;
    uint32_t first = utf8_next(text, &peek);
    bool ended = ends_sentence(a->left[0]) || (closes(a->left[0]) && ends_sentence(a->left[1]));
    /* "S.A. de C.V." and "aprox. 20,000" go on */
    bool goes_on = (first >= 'a' && first <= 'z') ||
                   (a->left[0] == '.' && is_digit(first) && !is_digit(a->left[1]));
    return ended && !goes_on ? SENTENCE : WORD;
}

/* ---- choosing ---- */

typedef struct scan {
    size_t at[BORDERS];    /* bytes before the last border of each kind; 0: none */
    size_t units[BORDERS]; /* the same in units */
} scan_t;

/* How full a message must be for a border of that kind, in eighths. */
static size_t choose(const scan_t *scan, size_t most)
{
    static const size_t least[BORDERS] = {
        [WORD] = 2, [SENTENCE] = 3, [LINE] = 3, [ITEM] = 4, [PARAGRAPH] = 4};
    for (border_t kind = PARAGRAPH; kind >= WORD; kind--)
        if (scan->at[kind] && scan->units[kind] >= most * least[kind] / 8)
            return scan->at[kind];
    size_t last = 0;
    for (border_t kind = CHARACTER; kind < BORDERS; kind++)
        if (scan->at[kind] > last)
            last = scan->at[kind];
    if (!last)
        last = scan->at[FORMATTED];
    return last ? last : scan->at[NO_BORDER];
}

/* The kind of border between two characters; what is known of the way there comes along. */
typedef struct way {
    bool in_link;
    size_t regionals; /* of a flag, just before */
    size_t marker;    /* the text from here to there is a list's marker */
    size_t run;       /* the text to there is formatted as one: "*Nissan Versa*" */
} way_t;

static border_t kind_of(str_t text, size_t at, const way_t *way)
{
    around_t a = look(text, at);
    size_t next;
    if (inside_character(&a, way->regionals))
        return BORDERS;
    if (is_space(a.left[0]) || at <= way->marker)
        return NO_BORDER;
    if (is_space(a.right[0])) {
        border_t kind = kind_at_space(text, at, &a, &next);
        if (kind == WORD && inside_number(&a))
            return NO_BORDER;
        return at < way->run ? FORMATTED : kind;
    }
    if (way->in_link || inside_number(&a))
        return NO_BORDER;
    /* a mark between letters means nothing, at the end of a message it may */
    bool beside = is_mark(text.data[at]) || is_mark(text.data[at - 1]);
    return at < way->run || beside ? FORMATTED : CHARACTER;
}

static void step(str_t text, size_t at, uint32_t c, way_t *way)
{
    if (is_space(c))
        way->in_link = false;
    else if (!way->in_link)
        way->in_link = marks_link(text, at) > 0;
    if (at >= way->run && is_mark(text.data[at]))
        way->run = at + marks_run(text, at);
    way->regionals = is_regional(c) ? way->regionals + 1 : 0;
    size_t begun = at;
    if (at == 0 || is_break(previous(text, &begun))) {
        size_t size = marker_size(text, at);
        if (size)
            way->marker = at + size;
    }
}

/* Bytes of the next message. text begins with a visible character and has more than most units. */
static size_t cut(str_t text, size_t most)
{
    scan_t scan = {{0}, {0}};
    way_t way = {false, 0, 0, 0};
    size_t at = 0, units = 0, whole = 0;
    while (at < text.size) {
        size_t next = at;
        uint32_t c = utf8_next(text, &next);
        units += c >= 0x10000 ? 2 : 1;
        if (units > most)
            break;
        step(text, at, c, &way);
        at = whole = next;
        border_t kind = at < text.size ? kind_of(text, at, &way) : BORDERS;
        if (kind < BORDERS) {
            scan.at[kind] = at;
            scan.units[kind] = units;
        }
    }
    size_t chosen = choose(&scan, most);
    return chosen ? chosen : whole; /* one character of more parts than fit */
}

/* ---- the text as a whole ---- */

static str_t trim(str_t text)
{
    size_t at = 0;
    while (at < text.size) {
        size_t next = at;
        if (!is_space(utf8_next(text, &next)))
            break;
        at = next;
    }
    text = (str_t){text.data + at, text.size - at};
    for (size_t end = text.size; text.size && is_space(previous(text, &end));)
        text.size = end;
    return text;
}

static bool longer(str_t text, size_t most)
{
    size_t units = 0;
    for (size_t at = 0; at < text.size && units <= most;)
        units += utf8_next(text, &at) >= 0x10000 ? 2 : 1;
    return units > most;
}

size_t split_length(str_t text)
{
    size_t units = 0;
    for (size_t at = 0; at < text.size;)
        units += utf8_next(text, &at) >= 0x10000 ? 2 : 1;
    return units;
}

bool split_next(str_t *rest, size_t most, str_t *part)
{
    assert(most >= 16);
    if (rest->size)
        *rest = trim(*rest);
    if (rest->size == 0)
        return false;
    size_t size = longer(*rest, most) ? cut(*rest, most) : rest->size;
    *part = trim((str_t){rest->data, size});
    *rest = (str_t){rest->data + size, rest->size - size};
    return true;
}

size_t split_count(str_t text, size_t most)
{
    size_t count = 0;
    for (str_t part; split_next(&text, most, &part);)
        count++;
    return count;
}
