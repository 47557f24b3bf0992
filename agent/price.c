/* Prices of language models; see price.h. */
#include "agent/price.h"

#include <stdio.h>

#define MILLION 1000000
#define DECIMALS 6

static str_t trim(str_t text)
{
    while (text.size && text.data[0] == ' ')
        text = (str_t){text.data + 1, text.size - 1};
    while (text.size && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

/* What is before the mark, which *rest then begins behind; without one, all of it. */
static str_t take_until(str_t *rest, char mark)
{
    const char *end = rest->size ? memchr(rest->data, mark, rest->size) : NULL;
    str_t front = *rest;
    if (end) {
        front.size = (size_t)(end - rest->data);
        *rest = (str_t){end + 1, rest->size - front.size - 1};
    } else {
        *rest = (str_t){0};
    }
    return front;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "0.4" to 400000; up to six decimals. */
static bool parse_micros(str_t text, int64_t *micros)
{
    size_t at = 0, decimals = 0;
    *micros = 0;
    for (; at < text.size && is_digit(text.data[at]); at++) {
        *micros = *micros * 10 + (text.data[at] - '0');
        if (*micros > PRICE_MAX / MILLION)
            return false;
    }
    if (at == 0)
        return false;
    if (at < text.size && text.data[at] == '.') {
        for (at++; at < text.size && is_digit(text.data[at]) && decimals < DECIMALS; at++) {
            *micros = *micros * 10 + (text.data[at] - '0');
            decimals++;
        }
        if (!decimals)
            return false;
    }
    for (; decimals < DECIMALS; decimals++)
        *micros *= 10;
    return at == text.size && *micros <= PRICE_MAX;
}

static bool parse_price(str_t text, price_t *price)
{
    int64_t *const parts[] = {&price->in, &price->cached, &price->out};
    for (size_t i = 0; i < 3; i++) {
        if (i && !text.data)
            return false;
        if (!parse_micros(trim(take_until(&text, '/')), parts[i]))
            return false;
    }
    return !text.data;
}

/* The last '=' ends the name: a model's may have one. */
static bool split_entry(str_t entry, str_t *model, str_t *price)
{
    size_t at = entry.size;
    while (at > 0 && entry.data[at - 1] != '=')
        at--;
    if (at == 0)
        return false;
    *model = trim((str_t){entry.data, at - 1});
    *price = trim((str_t){entry.data + at, entry.size - at});
    return model->size > 0;
}

bool price_list_parse(str_t text, price_list_t *self, char why[PRICE_WHY_SIZE])
{
    self->count = 0;
    do {
        str_t entry = trim(take_until(&text, ',')), model, price;
        if (self->count == PRICE_LIST_MAX) {
            snprintf(why, PRICE_WHY_SIZE, "at most %d models", PRICE_LIST_MAX);
            return false;
        }
        if (!split_entry(entry, &model, &price) ||
            !parse_price(price, &self->all[self->count].price)) {
            snprintf(why, PRICE_WHY_SIZE,
                     "\"%.*s\" is not model=in/cached/out, each the price of a million tokens as "
                     "in 0.40",
                     entry.size < 48 ? (int)entry.size : 48, entry.size ? entry.data : "");
            return false;
        }
        if (price_list_find(self, model)) {
            snprintf(why, PRICE_WHY_SIZE, "%.*s has two prices",
                     model.size < 64 ? (int)model.size : 64, model.data);
            return false;
        }
        self->all[self->count++].model = model;
    } while (text.data);
    return true;
}

const price_t *price_list_find(const price_list_t *self, str_t model)
{
    for (size_t i = 0; i < self->count; i++)
        if (str_eq(self->all[i].model, model))
            return &self->all[i].price;
    return NULL;
}

bool price_is_currency(str_t text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    return text.size == 3;
}

static int64_t bounded(int64_t tokens)
{
    return tokens < 0 ? 0 : tokens < PRICE_TOKENS_MAX ? tokens : PRICE_TOKENS_MAX;
}

int64_t price_of(const price_t *price, int64_t in, int64_t cached, int64_t out)
{
    in = bounded(in);
    cached = bounded(cached) < in ? bounded(cached) : in;
    const int64_t tokens[] = {in - cached, cached, bounded(out)};
    const int64_t prices[] = {price->in, price->cached, price->out};
    int64_t whole = 0, rest = 0; /* apart, or the product would not fit */
    for (size_t i = 0; i < 3; i++) {
        whole += tokens[i] / MILLION * prices[i];
        rest += tokens[i] % MILLION * prices[i];
    }
    return whole + (rest + MILLION / 2) / MILLION;
}
