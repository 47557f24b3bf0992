/* Writes TwiML; see twiml.h. */
#include "gateway/twiml.h"

#include <stdint.h>

#include "common/text.h"

/* Those of XML 1.0, without the controls it frowns upon. */
static bool allowed(uint32_t c)
{
    if (c == '\n' || c == '\t')
        return true;
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && (c & 0xfffe) != 0xfffe &&
           !(c >= 0xfdd0 && c <= 0xfdef);
}

static const char *entity(uint32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    default:
        return NULL;
    }
}

/* Returns whether anything of it can be seen. */
static bool add_text(buf_t *out, str_t text)
{
    bool visible = false;
    for (size_t at = 0; at < text.size;) {
        uint32_t c = utf8_next(text, &at);
        if (!allowed(c))
            continue;
        visible = visible || (c > ' ' && c != 0xa0);
        const char *escaped = entity(c);
        if (escaped)
            buf_str(out, escaped);
        else
            utf8_add(out, c);
    }
    return visible;
}

static void begin_message(buf_t *out, str_t callback)
{
    buf_str(out, "<Message");
    if (callback.size) {
        buf_str(out, " statusCallback=\"");
        add_text(out, callback);
        buf_char(out, '"');
    }
    buf_str(out, "><Body>");
}

bool twiml_print(const str_t *parts, size_t count, str_t callback, buf_t *out)
{
    buf_t all, one;
    size_t messages = 0;
    buf_init(&all, TWIML_MAX);
    buf_init(&one, TWIML_MAX);
    buf_str(&all, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>");
    for (size_t i = 0; i < count; i++) {
        buf_clear(&one);
        if (!add_text(&one, parts[i]))
            continue;
        begin_message(&all, callback);
        buf_add(&all, one.data, one.size);
        buf_str(&all, "</Body></Message>");
        all.bad = all.bad || one.bad;
        messages++;
    }
    buf_str(&all, "</Response>\n");
    bool ok = buf_ok(&all);
    if (ok && messages)
        buf_add(out, all.data, all.size);
    else if (ok)
        buf_str(out, TWIML_NOTHING);
    buf_free(&all);
    buf_free(&one);
    return ok;
}
