#include "agent/untrusted.h"

#include "common/text.h"

#define MAX_MARK 32 /* bytes of a mark in square brackets */

/* Cannot be seen; joiners (emoji, some scripts) stay. */
static bool is_unseen(uint32_t c)
{
    return (c < ' ' && c != '\n' && c != '\t' && c != '\r') || (c >= 0x7f && c < 0xa0) ||
           c == 0xad || c == 0x200b || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe0fff);
}

static char at_or_0(str_t text, size_t at)
{
    return at < text.size ? text.data[at] : 0;
}

/* <|im_start|>, <｜User｜>, </s>, <start_of_turn>, <<SYS>>. */
static bool opens_tag(str_t text, size_t at)
{
    char next = at_or_0(text, at);
    return next == '|' || next == '/' || next == '<' || (next >= 'a' && next <= 'z') ||
           (next >= 'A' && next <= 'Z') ||
           (text.size - at >= 3 && memcmp(text.data + at, "\xef\xbd\x9c", 3) == 0);
}

/* [INST], [/INST], [TOOL_CALLS] behind the bracket. */
static bool opens_mark(str_t text, size_t at)
{
    size_t from = at + (at_or_0(text, at) == '/');
    for (at = from; at < text.size && at - from < MAX_MARK; at++)
        if (!(text.data[at] >= 'A' && text.data[at] <= 'Z') && text.data[at] != '_')
            break;
    return at - from >= 3 && at_or_0(text, at) == ']';
}

/* ASCII that can be seen: most of every text. */
static const bool plain[256] = {['\t'] = true, ['\n'] = true, ['\r'] = true, [' ' ... '~'] = true};

static bool has_unseen(str_t text)
{
    for (size_t at = 0; at < text.size;) {
        if (plain[(unsigned char)text.data[at]])
            at++;
        else if (is_unseen(utf8_next(text, &at)))
            return true;
    }
    return false;
}

static void drop_unseen(buf_t *out, str_t text)
{
    for (size_t at = 0; at < text.size;) {
        uint32_t c = utf8_next(text, &at);
        if (!is_unseen(c))
            utf8_add(out, c);
    }
}

/* Breaks the marks in a text where all can be seen. */
static void break_marks(buf_t *out, str_t text)
{
    size_t from = 0;
    for (size_t at = 0; at < text.size; at++) {
        char c = text.data[at];
        if ((c != '<' || !opens_tag(text, at + 1)) && (c != '[' || !opens_mark(text, at + 1)))
            continue;
        buf_add(out, text.data + from, at + 1 - from);
        buf_char(out, ' ');
        from = at + 1;
    }
    if (text.size > from)
        buf_add(out, text.data + from, text.size - from);
}

void untrusted_add(buf_t *out, str_t text)
{
    if (utf8_valid(text) && !has_unseen(text)) {
        break_marks(out, text);
        return;
    }
    buf_t seen;
    buf_init(&seen, 3 * text.size + 1);
    drop_unseen(&seen, text);
    break_marks(out, buf_view(&seen));
    buf_free(&seen);
}
