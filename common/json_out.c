#include "common/json_out.h"

#include <string.h>

#include "common/money.h"

/* Nothing ends in one of these but what a first member, a first element or a value comes behind. */
void json_comma(buf_t *out)
{
    if (out->size && !strchr("{[:,", out->data[out->size - 1]))
        buf_char(out, ',');
}

void json_key(buf_t *out, const char *key)
{
    json_comma(out);
    buf_char(out, '"');
    buf_str(out, key);
    buf_str(out, "\":");
}

void json_int(buf_t *out, const char *key, int64_t number)
{
    json_key(out, key);
    buf_int(out, number);
}

void json_cents(buf_t *out, int64_t cents)
{
    char text[MONEY_TEXT_SIZE];
    buf_str(out, money_print_plain(cents, text));
}

void json_money(buf_t *out, const char *key, int64_t cents)
{
    json_key(out, key);
    json_cents(out, cents);
}

void json_bool(buf_t *out, const char *key, bool value)
{
    json_key(out, key);
    buf_str(out, value ? "true" : "false");
}

void json_null(buf_t *out, const char *key)
{
    json_key(out, key);
    buf_str(out, "null");
}

void json_int_or_null(buf_t *out, const char *key, bool is_there, int64_t number)
{
    if (is_there)
        json_int(out, key, number);
    else
        json_null(out, key);
}

void json_open(buf_t *out)
{
    json_comma(out);
    buf_char(out, '{');
}

void json_object(buf_t *out, const char *key)
{
    json_key(out, key);
    buf_char(out, '{');
}

void json_list(buf_t *out, const char *key)
{
    json_key(out, key);
    buf_char(out, '[');
}
