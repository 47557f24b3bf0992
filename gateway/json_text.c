/* JSON values; see json_text.h. */
#include "gateway/json_text.h"

#include <inttypes.h>
#include <time.h>

#include "common/money.h"
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

void json_put_money(buf_t *out, int64_t cents)
{
    char text[MONEY_TEXT_SIZE];

    buf_str(out, money_print_plain(cents, text));
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

/* Nothing ends in one of these but what a first member, a first element or a value comes behind. */
static void comma(buf_t *out)
{
    char last = out->size ? out->data[out->size - 1] : '{';

    if (last != '{' && last != '[' && last != ':')
        buf_char(out, ',');
}

void json_add_name(buf_t *out, const char *name)
{
    comma(out);
    buf_printf(out, "\"%s\":", name);
}

void json_add_key(buf_t *out, str_t name)
{
    comma(out);
    json_put_text(out, name);
    buf_char(out, ':');
}

void json_add_text(buf_t *out, const char *name, str_t text)
{
    json_add_name(out, name);
    json_put_text(out, text);
}

void json_add_number(buf_t *out, const char *name, int64_t number)
{
    json_add_name(out, name);
    buf_printf(out, "%" PRId64, number);
}

void json_add_money(buf_t *out, const char *name, int64_t cents)
{
    json_add_name(out, name);
    json_put_money(out, cents);
}

void json_add_time(buf_t *out, const char *name, int64_t unix_ms)
{
    json_add_name(out, name);
    json_put_time(out, unix_ms);
}

void json_add_bool(buf_t *out, const char *name, bool value)
{
    json_add_name(out, name);
    json_put_bool(out, value);
}

void json_add_null(buf_t *out, const char *name)
{
    json_add_name(out, name);
    buf_str(out, "null");
}

void json_add_text_or_null(buf_t *out, const char *name, str_t text)
{
    if (text.size)
        json_add_text(out, name, text);
    else
        json_add_null(out, name);
}

void json_add_number_or_null(buf_t *out, const char *name, bool is_there, int64_t number)
{
    if (is_there)
        json_add_number(out, name, number);
    else
        json_add_null(out, name);
}

void json_open(buf_t *out)
{
    comma(out);
    buf_char(out, '{');
}

void json_add_object(buf_t *out, const char *name)
{
    json_add_name(out, name);
    buf_char(out, '{');
}

void json_add_list(buf_t *out, const char *name)
{
    json_add_name(out, name);
    buf_char(out, '[');
}
