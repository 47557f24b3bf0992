#include "common/marks.h"

#include "common/text.h"

#define NOWHERE ((size_t)-1)

bool is_mark(char c)
{
    return c == '*' || c == '_' || c == '~' || c == '`';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_ascii_letter(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_letter(uint32_t c)
{
    return is_ascii_letter(c) || (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7);
}

/* The character before at, if it may be a letter; else 0. */
static uint32_t before(str_t text, size_t at)
{
    if (at == 0)
        return 0;
    size_t start = at - 1;
    if (text.data[start] & 0x80 && start > 0) /* a letter beyond ASCII has two bytes */
        start--;
    size_t end = start;
    uint32_t c = utf8_next(text, &end);
    return end == at && is_letter(c) ? c : 0;
}

static uint32_t from(str_t text, size_t at)
{
    uint32_t c = utf8_next(text, &at);
    return is_letter(c) ? c : 0;
}

bool marks_letter_at(str_t text, size_t at)
{
    return from(text, at) != 0;
}

bool marks_letter_before(str_t text, size_t at)
{
    return before(text, at) != 0;
}

size_t marks_link(str_t text, size_t at)
{
    static const char *const fronts[] = {"http://", "https://", "www.", "wa.me/"};
    str_t rest = {text.data + at, text.size - at};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        size_t size = strlen(fronts[i]);
        if (rest.size <= size || memcmp(rest.data, fronts[i], size) != 0)
            continue;
        while (size < rest.size && !is_blank(rest.data[size]))
            size++;
        return size;
    }
    return 0;
}

/* May the mark at at be the first of two? */
static bool opens(str_t text, size_t at)
{
    char next = at + 1 < text.size ? text.data[at + 1] : ' ';
    return !is_blank(next) && !marks_letter_before(text, at);
}

size_t marks_run(str_t text, size_t at)
{
    if (!is_mark(text.data[at]) || !opens(text, at))
        return 0;
    size_t characters = 1, most = at + 4 * MARKS_RUN_MAX;
    for (size_t i = at + 1; i < text.size && i < most && text.data[i] != '\n'; i++) {
        characters += ((unsigned char)text.data[i] & 0xc0) != 0x80;
        if (characters > MARKS_RUN_MAX)
            break;
        if (text.data[i] == text.data[at] && i > at + 1 && !is_blank(text.data[i - 1]) &&
            !marks_letter_at(text, i + 1))
            return i + 1 - at;
    }
    return 0;
}

/* ---- printing ---- */

static const char *look_alike(char mark)
{
    switch (mark) {
    case '*':
        return "\u2217"; /* asterisk operator */
    case '_':
        return "\u02cd"; /* low macron */
    case '~':
        return "\u223c"; /* tilde operator */
    default:
        return "'";
    }
}

/* The next offset of the list, which it is taken off; NOWHERE behind the last. */
static size_t next_offset(str_t *list)
{
    size_t value = 0, at = 0;
    while (at < list->size && list->data[at] == ' ')
        at++;
    size_t first = at;
    for (; at < list->size && at - first < 9 && list->data[at] >= '0' && list->data[at] <= '9';
         at++)
        value = value * 10 + (size_t)(list->data[at] - '0');
    if (at == first)
        return NOWHERE;
    *list = (str_t){list->data + at, list->size - at};
    return value;
}

/* *end: of the link before, or of this one. */
static bool in_link(str_t text, size_t at, size_t *end)
{
    size_t size = at < *end ? 0 : marks_link(text, at);
    if (size)
        *end = at + size;
    return at < *end;
}

/* Without those that are to be read as they are. */
static void print_literal(buf_t *out, str_t text, str_t literal)
{
    bool all = str_is(literal, MARKS_ALL);
    size_t next = all ? NOWHERE : next_offset(&literal), link_end = 0;
    for (size_t at = 0; at < text.size; at++) {
        char c = text.data[at];
        bool linked = in_link(text, at, &link_end);
        while (next < at)
            next = next_offset(&literal);
        bool replaced = (all || at == next) && is_mark(c) && !linked &&
                        !(is_ascii_letter(before(text, at)) && is_ascii_letter(from(text, at + 1)));
        if (replaced)
            buf_str(out, look_alike(c));
        else
            buf_char(out, c);
    }
}

/* Is it a mark for who takes "ñ" for no letter, and none for others? */
static bool is_doubtful(str_t text, size_t at)
{
    uint32_t left = before(text, at), right = from(text, at + 1);
    char last = at > 0 ? text.data[at - 1] : ' ',
         next = at + 1 < text.size ? text.data[at + 1] : ' ';
    return (left >= 0x80 && !is_blank(next)) || (right >= 0x80 && !is_blank(last));
}

/* Without those that begin a run which is too long, or has no end here; a backtick begins none. */
static void print_short(buf_t *out, str_t text)
{
    size_t link_end = 0, ends[128] = {0}; /* of the last run of each kind */
    for (size_t at = 0; at < text.size; at++) {
        char c = text.data[at];
        bool linked = in_link(text, at, &link_end);
        if (!is_mark(c) || (linked && c != '`')) {
            buf_char(out, c);
            continue;
        }
        size_t *end = &ends[(unsigned char)c];
        size_t size = at < *end ? 0 : marks_run(text, at);
        bool paired = size || at + 1 == *end;
        bool endless = at >= *end && opens(text, at);
        if (size)
            *end = at + size;
        if (c == '`' || (!paired && (endless || is_doubtful(text, at))))
            buf_str(out, look_alike(c));
        else
            buf_char(out, c);
    }
}

void marks_print(buf_t *out, str_t text, str_t literal)
{
    buf_t read;
    buf_init(&read, 3 * text.size + 1);
    print_literal(&read, text, literal);
    print_short(out, buf_view(&read));
    buf_free(&read);
}
