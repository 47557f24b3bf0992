/*
 * What a loan costs. Pure arithmetic on int64 cents; nothing is ever estimated by a model.
 *
 * M = P r / (1 − (1 + r)^−n), P = price − down payment, r = yearly rate / 12, rounded half-even to
 * the cent once, at the end; r = 0 gives P / n. total = n M, interest = total − P. (When M is
 * rounded down, n M can be a few cents below P at r = 0; interest is then 0 and total is P.)
 */
#ifndef MOSTRADOR_AGENT_FINANCING_H
#define MOSTRADOR_AGENT_FINANCING_H

#include "proto/proto.h"

typedef enum financing_status {
    FINANCING_OK,
    FINANCING_BAD_PRICE,      /* not above 0, or above MONEY_MAX */
    FINANCING_BAD_DOWN,       /* below 0 */
    FINANCING_DOWN_TOO_HIGH,  /* the down payment covers the price */
    FINANCING_DOWN_TOO_LOW,   /* below the shop's minimum */
    FINANCING_MONTHS_TOO_FEW, /* shorter than the shop's shortest plan */
    FINANCING_MONTHS_TOO_MANY,
    FINANCING_BAD_RATE,
} financing_status_t;

typedef struct financing_terms {
    int64_t rate_bp;     /* yearly, basis points */
    int64_t min_down_bp; /* of the price */
    int64_t min_months, max_months;
} financing_terms_t;

/* The terms of config. */
financing_terms_t financing_terms_configured(void);

/* Fills in every field of quote but stock_id. */
financing_status_t financing_quote(const financing_terms_t *terms, int64_t price,
                                   int64_t down_payment, int64_t months, proto_quote_t *quote);

/* percent of price in basis points, to cents, half-even. */
int64_t financing_percent(int64_t price, int64_t basis_points);

/* For the model: "down payment must be below the price". */
const char *financing_reason(financing_status_t status);

#endif
