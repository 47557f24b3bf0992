/*
 * What a language model's tokens cost: read from MODEL_PRICES, and what a call's tokens come to.
 * Money is int64 millionths of the currency's unit (micros), never floating point. Pure.
 */
#ifndef MOSTRADOR_AGENT_PRICE_H
#define MOSTRADOR_AGENT_PRICE_H

#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

#define PRICE_LIST_MAX 32            /* models */
#define PRICE_MAX 1000000000000      /* micros of a million tokens: a unit each */
#define PRICE_WHY_SIZE 160           /* of what is wrong with a list */
#define PRICE_TOKENS_MAX 2000000000L /* of a kind; beyond it nobody has made that many */

/* Micros of a million tokens. */
typedef struct price {
    int64_t in, cached, out;
} price_t;

typedef struct price_list {
    size_t count;
    struct {
        str_t model; /* a view into the text that was parsed */
        price_t price;
    } all[PRICE_LIST_MAX];
} price_list_t;

/*
 * "gpt-4.1-mini=0.40/0.10/1.60,qwen3:8b=0/0/0": of each model what a million tokens in, cached
 * tokens in, and tokens out cost. false, and why, if it is no such list.
 */
bool price_list_parse(str_t text, price_list_t *self, char why[PRICE_WHY_SIZE]);

/* NULL: it has none. */
const price_t *price_list_find(const price_list_t *self, str_t model);

/* Three capital letters, as ISO 4217 has them. */
bool price_is_currency(str_t text);

/* What tokens come to, in micros, rounded once; cached ones are some of those in. */
int64_t price_of(const price_t *price, int64_t in, int64_t cached, int64_t out);

#endif
