/* A comma is asked for where the byte before is not the one that opened the object or array. */
#include "agent/json_walk.h"

#define MAX_DEPTH 32

json_walk_t json_walk(str_t json)
{
    const char *from = json.data ? json.data : "";
    return (json_walk_t){.at = from, .end = from + json.size};
}

static bool wrong(json_walk_t *self, const char *why)
{
    if (!self->why)
        self->why = why;
    return false;
}

static void blanks(json_walk_t *self)
{
    while (self->at < self->end &&
           (*self->at == ' ' || *self->at == '\n' || *self->at == '\r' || *self->at == '\t'))
        self->at++;
}

int json_walk_peek(json_walk_t *self)
{
    blanks(self);
    if (self->why || self->at == self->end)
        return -1;
    char c = *self->at;
    return c == '-' || (c >= '0' && c <= '9') ? '0' : strchr("{[\"tfn", c) ? c : -1;
}

bool json_walk_enter(json_walk_t *self, char open)
{
    if (json_walk_peek(self) != open || ++self->depth > MAX_DEPTH)
        return wrong(self, "another kind of value was expected");
    self->at++;
    return true;
}

/* In front of the next thing in an object or array; false: it was the last. */
static bool next(json_walk_t *self, char open, char close)
{
    bool first = self->at[-1] == open;
    blanks(self);
    if (self->why || self->at == self->end)
        return wrong(self, "the JSON ends in the middle");
    if (*self->at == close) {
        self->at++;
        self->depth--;
        return false;
    }
    if (first)
        return true;
    if (*self->at != ',')
        return wrong(self, "a comma is missing");
    self->at++;
    return true;
}

bool json_walk_key(json_walk_t *self, str_t *key)
{
    if (!next(self, '{', '}') || !json_walk_string(self, key))
        return false;
    blanks(self);
    if (self->at == self->end || *self->at != ':')
        return wrong(self, "a colon is missing");
    self->at++;
    return true;
}

bool json_walk_element(json_walk_t *self)
{
    return next(self, '[', ']');
}

/* What stands behind a backslash. */
static bool escape(const char *at, const char *end)
{
    if (at == end || !*at || !strchr("\"\\/bfnrtu", *at))
        return false;
    for (unsigned i = 1; *at == 'u' && i <= 4; i++)
        if (at + i >= end || !at[i] || !strchr("0123456789abcdefABCDEF", at[i]))
            return false;
    return true;
}

/* What stands in a string as it is. */
static const bool plain[256] = {[0x20 ... '!'] = true, ['#' ... '['] = true, [']' ... 0xff] = true};

bool json_walk_string(json_walk_t *self, str_t *raw)
{
    if (json_walk_peek(self) != '"')
        return wrong(self, "a string was expected");
    const char *from = ++self->at, *end = self->end;
    for (const char *at = from; at < end; at++) {
        if (plain[(unsigned char)*at])
            continue;
        if (*at == '"') {
            *raw = (str_t){from, (size_t)(at - from)};
            self->at = at + 1;
            return true;
        }
        if (*at != '\\')
            return wrong(self, "a control character in a string");
        if (!escape(++at, end))
            return wrong(self, "a bad escape");
        at += *at == 'u' ? 4 : 0;
    }
    return wrong(self, "a string does not end");
}

static bool digits(json_walk_t *self)
{
    const char *from = self->at;
    while (self->at < self->end && *self->at >= '0' && *self->at <= '9')
        self->at++;
    return self->at > from || wrong(self, "a digit is missing");
}

static bool skip_number(json_walk_t *self)
{
    if (*self->at == '-')
        self->at++;
    if (!digits(self))
        return false;
    if (self->at < self->end && *self->at == '.') {
        self->at++;
        if (!digits(self))
            return false;
    }
    if (self->at < self->end && (*self->at == 'e' || *self->at == 'E')) {
        self->at++;
        if (self->at < self->end && (*self->at == '+' || *self->at == '-'))
            self->at++;
        return digits(self);
    }
    return true;
}

static bool skip_word(json_walk_t *self, str_t word)
{
    if ((size_t)(self->end - self->at) < word.size || memcmp(self->at, word.data, word.size) != 0)
        return wrong(self, "an unknown word");
    self->at += word.size;
    return true;
}

bool json_walk_skip(json_walk_t *self)
{
    str_t text;
    switch (json_walk_peek(self)) {
    case '{':
        if (!json_walk_enter(self, '{'))
            return false;
        while (json_walk_key(self, &text))
            json_walk_skip(self);
        return !self->why;
    case '[':
        if (!json_walk_enter(self, '['))
            return false;
        while (json_walk_element(self))
            json_walk_skip(self);
        return !self->why;
    case '"':
        return json_walk_string(self, &text);
    case '0':
        return skip_number(self);
    case 't':
        return skip_word(self, STR_LIT("true"));
    case 'f':
        return skip_word(self, STR_LIT("false"));
    case 'n':
        return skip_word(self, STR_LIT("null"));
    default:
        return wrong(self, "a value is missing");
    }
}

bool json_walk_end(json_walk_t *self)
{
    blanks(self);
    return !self->why && (self->at == self->end || wrong(self, "something behind the JSON"));
}

bool json_walk_is_object(str_t json)
{
    json_walk_t walk = json_walk(json);
    return json_walk_peek(&walk) == '{' && json_walk_skip(&walk) && json_walk_end(&walk);
}
