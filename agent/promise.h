/*
 * Promises in an answer that the shop did not make: discounts, gifts, a car put aside, guarantees,
 * approved credit … in Spanish, English and Portuguese. What is denied («no puedo dar descuentos»)
 * is no promise, and what the shop's own pages say in this conversation («garantía de 3 meses») it
 * did make, with the same figures and conditions. Phrase tables (promise_table.c): what is promised
 * in words nobody thought of is not found.
 *
 * Figures as such (prices, instalments, phone numbers) are not looked at here. Pure.
 */
#ifndef MOSTRADOR_AGENT_PROMISE_H
#define MOSTRADOR_AGENT_PROMISE_H

#include "common/str.h"

#define PROMISE_MAX_TEXT 65536 /* bytes that are read; an answer is shorter */

/* id, name in metrics and logs, what the model is told */
/* clang-format off */
#define PROMISE_KINDS(K) \
    K(DISCOUNT,    "discount",    "no discounts or other prices than the catalog's; take it out") \
    K(GIFT,        "gift",        "nothing is free or a gift unless a page of the shop says so") \
    K(SALE,        "sale",        "nothing is sold or agreed on here; an advisor does that") \
    K(RESERVED,    "reserved",    "no car is put aside here; say how to do it (search_knowledge)") \
    K(GUARANTEE,   "guarantee",   "guarantee nothing beyond what a page of the shop says") \
    K(CREDIT,      "credit",      "no credit is approved here") \
    K(INTEREST,    "interest",    "there is no credit without interest unless a page says so") \
    K(AVAILABLE,   "available",   "do not promise that a car will still be there") \
    K(DELIVERY,    "delivery",    "promise no delivery date that no page of the shop says") \
    K(BINDING,     "binding",     "nothing written here is binding or a contract") \
    K(PRICE_MATCH, "price_match", "do not promise to match or beat other prices") \
    K(FINAL_PRICE, "final_price", "do not call a price final, the lowest or all-inclusive") \
    K(INSURANCE,   "insurance",   "promise no insurance, taxes, plates or paperwork") \
    K(TAX,         "tax",         "give no tax advice; an advisor does that") \
    K(TRADE_IN,    "trade_in",    "do not value the customer's car; an appraiser does that") \
    K(APPOINTMENT, "appointment", "nothing is booked here; an advisor does that")
/* clang-format on */

typedef enum promise_kind {
#define PROMISE_C(id, name, advice) PROMISE_##id,
    PROMISE_KINDS(PROMISE_C) PROMISE_KIND_COUNT
#undef PROMISE_C
} promise_kind_t;

typedef struct promise {
    promise_kind_t kind;
    str_t said; /* the words, in text */
} promise_t;

/* "discount", for the metric's label and the log. */
const char *promise_kind_name(promise_kind_t kind);

/* A sentence for the model that is to write the answer again. */
const char *promise_kind_advice(promise_kind_t kind);

/* Finds the promises of text (any bytes) that none of the known texts makes: passages of the shop's
 * pages as they are, or search_knowledge's results as JSON. At most max are written, one of a kind
 * and sentence; returns how many. */
size_t promise_find(str_t text, const str_t *known, size_t known_count, promise_t *found,
                    size_t max);

#endif
