/*
 * Markdown, line by line, as WhatsApp has it: one mark for bold, no headings, no tables, links as
 * they are. Within a line: escapes, links and images, marks, in this order.
 */
#include "agent/tidy_steps.h"
#include "common/text.h"

#define MAX_LINK 4096 /* bytes of a link's text or address */

static bool is_space(char c)
{
    return c == ' ';
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* How many of c stand at text[at]. */
static size_t run_of(str_t text, size_t at, char c)
{
    size_t from = at;
    while (at < text.size && text.data[at] == c)
        at++;
    return at - from;
}

static str_t behind(str_t text, size_t at)
{
    return text_trim((str_t){text.data + at, text.size - at});
}

static bool only(str_t text, const char *characters)
{
    for (size_t i = 0; i < text.size; i++)
        if (!strchr(characters, text.data[i]))
            return false;
    return text.size > 0;
}

/* ---- lines as a whole ---- */

/* ``` or ```json alone. */
static bool is_fence(str_t line)
{
    size_t marks = run_of(line, 0, '`');
    if (marks < 3)
        marks = run_of(line, 0, '~');
    return marks >= 3 && !memchr(line.data + marks, ' ', line.size - marks) &&
           !memchr(line.data + marks, '`', line.size - marks) && line.size - marks <= 20;
}

static bool is_rule(str_t line)
{
    size_t marks = 0;
    for (size_t i = 0; i < line.size; i++)
        marks += line.data[i] != ' ';
    return marks >= 3 && line.size && strchr("-*_=", line.data[0]) &&
           only(line, (char[]){line.data[0], ' ', 0});
}

/* |---|:--:| under the heading of a table. */
static bool is_table_rule(str_t line)
{
    return only(line, "|:- ") && memchr(line.data, '|', line.size) &&
           memchr(line.data, '-', line.size);
}

/* > quotes, # headings, list marks; says whether it was a heading. */
static str_t take_front(buf_t *out, str_t line, bool *heading)
{
    *heading = false;
    while (line.size && line.data[0] == '>')
        line = behind(line, 1);
    size_t marks = run_of(line, 0, '#');
    if (marks && marks <= 6 && (marks == line.size || line.data[marks] == ' ')) {
        line = behind(line, marks);
        while (line.size && line.data[line.size - 1] == '#')
            line = text_trim((str_t){line.data, line.size - 1});
        *heading = line.size > 0;
        return line;
    }
    bool dot = line.size > 4 && memcmp(line.data, "\xe2\x80\xa2 ", 4) == 0;
    if (dot || (line.size > 1 && strchr("*+-", line.data[0]) && line.data[1] == ' ')) {
        line = behind(line, dot ? 4 : 2);
        if (line.size >= 3 && line.data[0] == '[' && line.data[2] == ']' &&
            strchr(" xX", line.data[1]))
            line = behind(line, 3);
        if (line.size)
            buf_str(out, "- ");
    }
    return line;
}

/* ---- within a line: links ---- */

/* The index of the bracket that closes the one at text[at], or 0. */
static size_t closing(str_t text, size_t at, char open, char close)
{
    size_t depth = 0;
    for (size_t i = at; i < text.size && i - at < MAX_LINK; i++) {
        if (text.data[i] == open)
            depth++;
        else if (text.data[i] == close && --depth == 0)
            return i;
    }
    return 0;
}

static bool same_address(str_t text, str_t url)
{
    static const char *const fronts[] = {"https://", "http://", "mailto:", "tel:"};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        size_t size = strlen(fronts[i]);
        if (url.size > size && memcmp(url.data, fronts[i], size) == 0 &&
            str_eq(text, (str_t){url.data + size, url.size - size}))
            return true;
    }
    return str_eq(text, url);
}

/* [text](url "title") at line[at]; returns where to go on, or at: it is none. */
static size_t take_link(buf_t *out, str_t line, size_t at)
{
    bool image = line.data[at] == '!';
    size_t open = at + image;
    if (open >= line.size || line.data[open] != '[')
        return at;
    size_t close = closing(line, open, '[', ']');
    if (!close)
        return at;
    str_t text = text_trim((str_t){line.data + open + 1, close - open - 1});
    if (text.size && text.data[0] == '^')
        return close + 1; /* a footnote */
    char next = close + 1 < line.size ? line.data[close + 1] : 0;
    size_t end = next == '(' ? closing(line, close + 1, '(', ')') : 0;
    if (image && next == '[')
        end = closing(line, close + 1, '[', ']');
    if (!end)
        return image && next != '(' ? close + 1 : at;
    if (image)
        return end + 1;
    str_t url = text_trim((str_t){line.data + close + 2, end - close - 2});
    const char *title = url.size ? memchr(url.data, ' ', url.size) : NULL;
    if (title)
        url.size = (size_t)(title - url.data);
    if (!same_address(text, url)) {
        buf_add(out, text.data, text.size);
        if (text.size && url.size)
            buf_char(out, ' ');
    }
    buf_add(out, url.data, url.size);
    return end + 1;
}

/* ---- within a line: the rest ---- */

/* Escapes, links, code marks, the bars of a table. */
static void take_inline(buf_t *out, str_t line)
{
    for (size_t at = 0; at < line.size;) {
        char c = line.data[at];
        char next = at + 1 < line.size ? line.data[at + 1] : 0;
        size_t linked = c == '[' || c == '!' ? take_link(out, line, at) : at;
        if (linked != at) {
            at = linked;
        } else if (c == '\\' && next && strchr("\\`*_{}[]()#+-.!$%&~>|<\"'", next)) {
            at += strchr("*`~", next) ? 2 : 1;
        } else if (c == '`') {
            at++;
        } else if (c == '|') {
            bool first = text_trim(buf_view(out)).size == 0;
            at += run_of(line, at, '|');
            bool last = behind(line, at).size == 0;
            buf_str(out, first || last ? " " : " \xc2\xb7 ");
        } else {
            buf_char(out, c);
            at++;
        }
    }
}

/* A star between blanks multiplies or decorates: it would make half a line bold. */
static void take_lone_stars(buf_t *out, str_t line)
{
    for (size_t at = 0; at < line.size; at++) {
        bool before = at == 0 || line.data[at - 1] == ' ';
        bool after = at + 1 == line.size || line.data[at + 1] == ' ';
        if (line.data[at] != '*' || !before || !after)
            buf_char(out, line.data[at]);
        else if (at && at + 1 < line.size)
            buf_str(out, "\xc3\x97"); /* × */
    }
}

/* ** and __ become *, ~~ becomes ~, blanks become one. */
static void take_marks(buf_t *out, str_t line)
{
    for (size_t at = 0; at < line.size;) {
        char c = line.data[at];
        size_t run = strchr("*_~ ", c) ? run_of(line, at, c) : 1;
        char before = at ? line.data[at - 1] : ' ';
        char after = at + run < line.size ? line.data[at + run] : ' ';
        at += run;
        if (c == '_' && run > 4)
            continue;
        if (c == '_' && run > 1 && is_word(before) && is_word(after))
            for (size_t i = 0; i < run; i++)
                buf_char(out, '_');
        else if (c == '_' && run > 1)
            buf_char(out, '*');
        else
            buf_char(out, c);
    }
}

/* The stars of a line in pairs, close to their words; an odd one is dropped. */
static void take_pairs(buf_t *out, str_t line)
{
    size_t stars = 0;
    for (size_t i = 0; i < line.size; i++)
        stars += line.data[i] == '*';
    stars -= stars % 2;
    for (size_t at = 0; at < line.size;) {
        if (line.data[at] != '*' || !stars) {
            if (line.data[at] != '*')
                buf_char(out, line.data[at]);
            at++;
            continue;
        }
        const char *end = memchr(line.data + at + 1, '*', line.size - at - 1);
        str_t inside = {line.data + at + 1, (size_t)(end - line.data) - at - 1};
        str_t words = text_trim(inside);
        if (inside.size && is_space(inside.data[0]))
            buf_char(out, ' ');
        if (words.size) {
            buf_char(out, '*');
            buf_add(out, words.data, words.size);
            buf_char(out, '*');
            if (is_space(inside.data[inside.size - 1]))
                buf_char(out, ' ');
        }
        at += inside.size + 2;
        stars -= 2;
    }
}

/* ---- the lines ---- */

static void add_line(buf_t *out, str_t line, buf_t spare[2])
{
    bool heading;
    buf_t front;
    buf_init(&front, 16);
    line = take_front(&front, line, &heading);
    static void (*const steps[])(buf_t *, str_t) = {take_inline, take_lone_stars, take_marks,
                                                    take_pairs};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        buf_clear(&spare[i % 2]);
        steps[i](&spare[i % 2], line);
        line = text_trim(buf_view(&spare[i % 2]));
    }
    bool bold = heading && line.size && !memchr(line.data, '*', line.size);
    if (line.size)
        buf_add(out, front.data, front.size);
    if (bold)
        buf_char(out, '*');
    buf_add(out, line.data, line.size);
    if (bold)
        buf_char(out, '*');
    buf_free(&front);
}

void tidy_markdown(buf_t *out, str_t text)
{
    buf_t spare[2];
    size_t empty = 0, begin = out->size;
    buf_init(&spare[0], 4 * text.size + 64);
    buf_init(&spare[1], 4 * text.size + 64);
    for (size_t at = 0; at < text.size;) {
        const char *end = memchr(text.data + at, '\n', text.size - at);
        size_t size = end ? (size_t)(end - text.data) - at : text.size - at;
        str_t line = text_trim((str_t){text.data + at, size});
        at += size + 1;
        if (is_fence(line) || is_table_rule(line))
            continue;
        size_t before = out->size;
        if (before > begin)
            buf_str(out, empty ? "\n\n" : "\n");
        size_t start = out->size;
        if (!is_rule(line))
            add_line(out, line, spare);
        if (out->size == start) { /* nothing is left of the line */
            out->size = before;
            empty++;
        } else {
            empty = 0;
        }
    }
    buf_free(&spare[0]);
    buf_free(&spare[1]);
}
