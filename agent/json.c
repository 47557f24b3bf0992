/* Writes JSON piece by piece; a comma is put where the last byte says that something came before.
 */
#include "agent/json.h"

#include <string.h>

#include "common/text.h"

#define PIECE 512 /* bytes */

/* What cannot stand in a string as it is. */
static const bool escaped[256] = {[0 ... 0x1f] = true, ['"'] = true, ['\\'] = true, [0x7f] = true};

static char *add_escape(char *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    *to++ = '\\';
    if (c == '"' || c == '\\') {
        *to++ = (char)c;
    } else if (c == '\n') {
        *to++ = 'n';
    } else {
        *to++ = 'u';
        *to++ = '0';
        *to++ = '0';
        *to++ = hex[c >> 4];
        *to++ = hex[c & 15];
    }
    return to;
}

/* In pieces, each put together where there is room for the worst: results are full of quotes. */
static void quote_plain(buf_t *out, str_t text)
{
    char piece[6 * PIECE];
    for (size_t at = 0; at < text.size;) {
        size_t end = text.size - at < PIECE ? text.size : at + PIECE;
        char *to = piece;
        for (; at < end; at++) {
            unsigned char c = (unsigned char)text.data[at];
            if (!escaped[c])
                *to++ = (char)c;
            else
                to = add_escape(to, c);
        }
        buf_add(out, piece, (size_t)(to - piece));
    }
}

void json_quote(buf_t *out, str_t text)
{
    buf_char(out, '"');
    if (utf8_valid(text)) {
        quote_plain(out, text);
    } else {
        buf_t mended;
        buf_init(&mended, text.size * 3 + 1);
        for (size_t at = 0; at < text.size;)
            utf8_add(&mended, utf8_next(text, &at));
        quote_plain(out, buf_view(&mended));
        buf_free(&mended);
    }
    buf_char(out, '"');
}

void json_text(buf_t *out, const char *key, str_t text)
{
    json_key(out, key);
    json_quote(out, text);
}

static void text_if(buf_t *out, const char *key, str_t text)
{
    if (text.size)
        json_text(out, key, text);
}

static void int_if(buf_t *out, const char *key, int64_t number)
{
    if (number)
        json_int(out, key, number);
}

static void money_if(buf_t *out, const char *key, int64_t cents)
{
    if (cents)
        json_money(out, key, cents);
}

void json_car(buf_t *out, const proto_car_t *car)
{
    json_open(out);
    json_int(out, "stock_id", car->stock_id);
    json_text(out, "make", car->make);
    json_text(out, "model", car->model);
    text_if(out, "version", car->version);
    json_int(out, "year", car->year);
    json_money(out, "price", car->price);
    json_int(out, "km", car->km);
    json_bool(out, "bluetooth", car->bluetooth);
    json_bool(out, "car_play", car->car_play);
    int_if(out, "length_mm", car->length);
    int_if(out, "width_mm", car->width);
    int_if(out, "height_mm", car->height);
    text_if(out, "body", car->body);
    text_if(out, "fuel", car->fuel);
    text_if(out, "transmission", car->transmission);
    text_if(out, "colour", car->colour);
    text_if(out, "city", car->city);
    buf_char(out, '}');
}

void json_quote_plan(buf_t *out, const proto_quote_t *quote)
{
    json_open(out);
    int_if(out, "stock_id", quote->stock_id);
    json_money(out, "price", quote->price);
    json_money(out, "down_payment", quote->down_payment);
    json_int(out, "months", quote->months);
    json_money(out, "instalment", quote->instalment);
    json_money(out, "rate_percent", quote->rate_bp); /* basis points: two decimals, like cents */
    json_money(out, "financed", quote->financed);
    json_money(out, "interest", quote->interest);
    json_money(out, "total", quote->total);
    buf_char(out, '}');
}

static void wish(buf_t *out, const char *key, int64_t value)
{
    if (value)
        json_bool(out, key, value == 1);
}

void json_filters(buf_t *out, const proto_query_t *query)
{
    json_open(out);
    text_if(out, "make", query->make);
    text_if(out, "model", query->model);
    text_if(out, "text", query->q);
    int_if(out, "year_min", query->year_min);
    int_if(out, "year_max", query->year_max);
    money_if(out, "price_min", query->price_min);
    money_if(out, "price_max", query->price_max);
    int_if(out, "km_min", query->km_min);
    int_if(out, "km_max", query->km_max);
    wish(out, "bluetooth", query->bluetooth);
    wish(out, "car_play", query->car_play);
    text_if(out, "body", query->body);
    text_if(out, "fuel", query->fuel);
    text_if(out, "transmission", query->transmission);
    text_if(out, "colour", query->colour);
    text_if(out, "city", query->city);
    text_if(out, "exclude", query->exclude);
    int_if(out, "length_max", query->length_max);
    int_if(out, "width_max", query->width_max);
    int_if(out, "height_max", query->height_max);
    int_if(out, "length_min", query->length_min);
    int_if(out, "width_min", query->width_min);
    int_if(out, "height_min", query->height_min);
    text_if(out, "sort", query->sort);
    int_if(out, "page_size", query->page_size);
    buf_char(out, '}');
}
