/* HTML that a model writes although nobody asked: the tags go, the words stay. */
#include <stdlib.h>

#include "agent/tidy_steps.h"
#include "common/text.h"

#define MAX_TAG 400 /* bytes between < and > */
#define MAX_ENTITY 10

static const struct {
    const char *name;
    uint32_t character;
} entities[] = {
    {"amp", '&'},     {"lt", '<'},       {"gt", '>'},       {"quot", '"'},      {"apos", '\''},
    {"nbsp", ' '},    {"aacute", 0xe1},  {"eacute", 0xe9},  {"iacute", 0xed},   {"oacute", 0xf3},
    {"uacute", 0xfa}, {"Aacute", 0xc1},  {"Eacute", 0xc9},  {"Iacute", 0xcd},   {"Oacute", 0xd3},
    {"Uacute", 0xda}, {"ntilde", 0xf1},  {"Ntilde", 0xd1},  {"uuml", 0xfc},     {"Uuml", 0xdc},
    {"atilde", 0xe3}, {"otilde", 0xf5},  {"ccedil", 0xe7},  {"ecirc", 0xea},    {"acirc", 0xe2},
    {"iquest", 0xbf}, {"iexcl", 0xa1},   {"laquo", 0xab},   {"raquo", 0xbb},    {"middot", 0xb7},
    {"bull", 0x2022}, {"ndash", 0x2013}, {"mdash", 0x2014}, {"hellip", 0x2026}, {"euro", 0x20ac},
    {"deg", 0xb0},    {"times", 0xd7},   {"copy", 0xa9},    {"reg", 0xae},      {"dollar", '$'},
    {"percnt", '%'},  {"comma", ','},    {"period", '.'},   {"num", '#'}};

/* What ends a line, so that words do not run together. */
static const char *const breaking[] = {"br", "p",  "div", "li", "ul", "ol", "tr", "table",
                                       "h1", "h2", "h3",  "h4", "h5", "h6", "hr", NULL};
/* No words for readers between the tags. */
static const char *const hidden[] = {"think",  "thinking", "thought", "reasoning", "analysis",
                                     "script", "style",    "head",    NULL};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_one_of(str_t name, const char *const *list)
{
    for (; *list; list++)
        if (name.size == strlen(*list) && strncasecmp(name.data, *list, name.size) == 0)
            return true;
    return false;
}

static bool starts(str_t text, size_t at, const char *word)
{
    size_t size = strlen(word);
    return text.size - at >= size && memcmp(text.data + at, word, size) == 0;
}

typedef struct tag {
    str_t name;
    bool closes;
    str_t inside; /* between < and > */
    size_t end;   /* behind > */
} tag_t;

/* Reads the tag whose < stands at text[at]. */
static bool read_tag(str_t text, size_t at, tag_t *tag)
{
    size_t from = at + 1, end = from;
    while (end < text.size && end - from < MAX_TAG && !strchr("<>\n", text.data[end]))
        end++;
    if (end >= text.size || text.data[end] != '>')
        return false;
    *tag = (tag_t){.inside = {text.data + from, end - from}, .end = end + 1};
    tag->closes = from < end && text.data[from] == '/';
    from += tag->closes;
    size_t name = from;
    while (name < end && (is_letter(text.data[name]) ||
                          (name > from && text.data[name] >= '0' && text.data[name] <= '9')))
        name++;
    tag->name = (str_t){text.data + from, name - from};
    return tag->name.size > 0;
}

/* Behind the tag that closes the hidden element, or the end: it was never closed. */
static size_t skip_hidden(str_t text, size_t at, str_t name)
{
    tag_t tag;
    for (; at < text.size; at++)
        if (text.data[at] == '<' && read_tag(text, at, &tag) && tag.closes &&
            tag.name.size == name.size && strncasecmp(tag.name.data, name.data, name.size) == 0)
            return tag.end;
    return text.size;
}

static size_t take_comment(str_t text, size_t at)
{
    const char *end = memmem(text.data + at, text.size - at, "-->", 3);
    return end ? (size_t)(end - text.data) + 3 : text.size;
}

/* An address in angle brackets is no tag. */
static bool is_address(str_t inside)
{
    return memmem(inside.data, inside.size, "://", 3) || memchr(inside.data, '@', inside.size);
}

static size_t take_tag(buf_t *out, str_t text, size_t at)
{
    tag_t tag;
    if (starts(text, at, "<!--"))
        return take_comment(text, at);
    if (!read_tag(text, at, &tag)) {
        buf_char(out, '<');
        return at + 1;
    }
    if (is_address(tag.inside) && !memchr(tag.inside.data, ' ', tag.inside.size)) {
        buf_add(out, tag.inside.data, tag.inside.size);
        return tag.end;
    }
    if (!tag.closes && is_one_of(tag.name, hidden))
        return skip_hidden(text, tag.end, tag.name);
    if (is_one_of(tag.name, breaking))
        buf_char(out, '\n');
    return tag.end;
}

static uint32_t read_entity(str_t name)
{
    if (name.size > 1 && name.data[0] == '#') {
        char digits[MAX_ENTITY + 1] = {0};
        bool hex = name.data[1] == 'x' || name.data[1] == 'X';
        memcpy(digits, name.data + 1 + hex, name.size - 1 - hex);
        char *end;
        unsigned long value = strtoul(digits, &end, hex ? 16 : 10);
        return *digits && *end == 0 && value >= ' ' && value <= 0x10ffff ? (uint32_t)value : 0;
    }
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (str_is(name, entities[i].name))
            return entities[i].character;
    return 0;
}

static size_t take_entity(buf_t *out, str_t text, size_t at)
{
    size_t from = at + 1, end = from;
    while (end < text.size && end - from < MAX_ENTITY &&
           (is_letter(text.data[end]) || text.data[end] == '#' ||
            (text.data[end] >= '0' && text.data[end] <= '9')))
        end++;
    bool whole = end < text.size && text.data[end] == ';';
    uint32_t c = whole ? read_entity((str_t){text.data + from, end - from}) : 0;
    if (!c || (c >= 0xd800 && c < 0xe000)) {
        buf_char(out, '&');
        return from;
    }
    utf8_add(out, c);
    return end + 1;
}

void tidy_html(buf_t *out, str_t text)
{
    for (size_t at = 0; at < text.size;) {
        if (text.data[at] == '<')
            at = take_tag(out, text, at);
        else if (text.data[at] == '&')
            at = take_entity(out, text, at);
        else
            buf_char(out, text.data[at++]);
    }
}
