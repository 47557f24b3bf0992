/* JSON values; see json_text.h. */
#include "gateway/json_text.h"

#include <time.h>

#include "common/text.h"

#define REPLACEMENT 0xFFFD

void json_put_text(buf_t *out, str_t text)
{
    size_t at = 0;

    buf_char(out, '"');
    while (at < text.size) {
        size_t from = at;
        uint32_t c = utf8_next(text, &at);

        switch (c) {
        case '"':
            buf_str(out, "\\\"");
            break;
        case '\\':
            buf_str(out, "\\\\");
            break;
        case '\n':
            buf_str(out, "\\n");
            break;
        case '\t':
            buf_str(out, "\\t");
            break;
        case REPLACEMENT:
            utf8_add(out, c);
            break;
        default:
            if (c < 0x20 || c == '<' || c == 0x7f || c == 0x2028 || c == 0x2029)
                buf_printf(out, "\\u%04x", (unsigned)c);
            else
                buf_add(out, text.data + from, at - from);
        }
    }
    buf_char(out, '"');
}

void json_put_time(buf_t *out, int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    char text[40];
    struct tm parts;

    /* year 9999: what lies behind has no four digits */
    if (unix_ms <= 0 || seconds > 253402300799 || !gmtime_r(&seconds, &parts) ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        buf_str(out, "null");
        return;
    }
    buf_printf(out, "\"%s.%03dZ\"", text, (int)(unix_ms % 1000));
}

void json_str_key(buf_t *out, str_t key)
{
    json_comma(out);
    json_put_text(out, key);
    buf_char(out, ':');
}

void json_str(buf_t *out, const char *key, str_t text)
{
    json_key(out, key);
    json_put_text(out, text);
}

void json_time(buf_t *out, const char *key, int64_t unix_ms)
{
    json_key(out, key);
    json_put_time(out, unix_ms);
}

void json_str_or_null(buf_t *out, const char *key, str_t text)
{
    if (text.size)
        json_str(out, key, text);
    else
        json_null(out, key);
}
