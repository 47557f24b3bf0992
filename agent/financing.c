/*
 * The instalment as an exact fraction. With r = a/b (b = 120,000, reduced) and X = (a + b)^n
 *
 *     M = P a X / (b (X − b^n))
 *
 * both sides of which are whole numbers of at most MAX_LIMBS limbs, so that the quotient, its
 * remainder and the half-even rounding are exact for every input: there is no floating point here
 * that could be a cent off on another machine.
 */
#include "agent/financing.h"

#include <assert.h>

#include "common/config.h"
#include "common/money.h"

#define MAX_RATE_BP 20000 /* the most FINANCING_RATE allows */
#define MAX_MONTHS 600    /* the most FINANCING_MAX_MONTHS allows */
#define RATE_UNIT 120000  /* basis points in 1, times the months of a year */
/* 140,000^600 takes 10,258 bits, price and factors 47 + 18 more */
#define MAX_LIMBS 168

/* A whole number, least limb first, no leading zeros. */
typedef struct big {
    uint64_t limbs[MAX_LIMBS];
    size_t count;
} big_t;

static void big_times(big_t *self, uint64_t factor)
{
    unsigned __int128 carry = 0;
    for (size_t i = 0; i < self->count; i++) {
        carry += (unsigned __int128)self->limbs[i] * factor;
        self->limbs[i] = (uint64_t)carry;
        carry >>= 64;
    }
    if (carry != 0) {
        assert(self->count < MAX_LIMBS);
        self->limbs[self->count++] = (uint64_t)carry;
    }
    while (self->count > 0 && self->limbs[self->count - 1] == 0)
        self->count--;
}

static void big_power(big_t *self, uint64_t base, int64_t exponent)
{
    self->limbs[0] = 1;
    self->count = 1;
    for (int64_t i = 0; i < exponent; i++)
        big_times(self, base);
}

/* self −= other, which is not above self */
static void big_minus(big_t *self, const big_t *other)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < self->count; i++) {
        uint64_t take = i < other->count ? other->limbs[i] : 0;
        uint64_t left = self->limbs[i] - take;
        uint64_t next = (uint64_t)(self->limbs[i] < take) | (uint64_t)(left < borrow);
        self->limbs[i] = left - borrow;
        borrow = next;
    }
    assert(borrow == 0);
    while (self->count > 0 && self->limbs[self->count - 1] == 0)
        self->count--;
}

static int big_compare(const big_t *a, const big_t *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (size_t i = a->count; i-- > 0;)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

static void big_product(big_t *out, const big_t *a, uint64_t factor)
{
    out->count = a->count;
    for (size_t i = 0; i < a->count; i++)
        out->limbs[i] = a->limbs[i];
    big_times(out, factor);
}

/* above / below, half-even; the quotient must be below 2^48 */
static int64_t big_ratio(big_t *above, const big_t *below)
{
    big_t trial;
    uint64_t quotient = 0;
    for (int bit = 47; bit >= 0; bit--) {
        uint64_t next = quotient | (uint64_t)1 << bit;
        big_product(&trial, below, next);
        if (big_compare(&trial, above) <= 0)
            quotient = next;
    }
    big_product(&trial, below, quotient);
    big_minus(above, &trial);
    big_times(above, 2);
    int half = big_compare(above, below);
    if (half > 0 || (half == 0 && quotient % 2 == 1))
        quotient++;
    return (int64_t)quotient;
}

static int64_t ratio_half_even(__int128 above, int64_t below)
{
    __int128 quotient = above / below;
    __int128 rest2 = (above - quotient * below) * 2;
    if (rest2 > below || (rest2 == below && quotient % 2 == 1))
        quotient++;
    return (int64_t)quotient;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int64_t instalment(int64_t financed, int64_t rate_bp, int64_t months)
{
    if (rate_bp == 0)
        return ratio_half_even(financed, months);
    int64_t divisor = common_divisor(rate_bp, RATE_UNIT);
    uint64_t a = (uint64_t)(rate_bp / divisor);
    uint64_t b = (uint64_t)(RATE_UNIT / divisor);
    big_t above, below, base;
    big_power(&above, a + b, months);
    big_power(&base, b, months);
    below = above;
    big_minus(&below, &base);
    big_times(&below, b);
    big_times(&above, a);
    big_times(&above, (uint64_t)financed);
    return big_ratio(&above, &below);
}

financing_terms_t financing_terms_configured(void)
{
    return (financing_terms_t){
        .rate_bp = config.FINANCING_RATE,
        .min_down_bp = config.FINANCING_MIN_DOWN,
        .min_months = config.FINANCING_MIN_MONTHS,
        .max_months = config.FINANCING_MAX_MONTHS,
    };
}

int64_t financing_percent(int64_t price, int64_t basis_points)
{
    if (price <= 0 || basis_points <= 0)
        return 0;
    return ratio_half_even((__int128)price * basis_points, 10000);
}

financing_status_t financing_quote(const financing_terms_t *terms, int64_t price,
                                   int64_t down_payment, int64_t months, proto_quote_t *quote)
{
    if (price <= 0 || price > MONEY_MAX)
        return FINANCING_BAD_PRICE;
    if (terms->rate_bp < 0 || terms->rate_bp > MAX_RATE_BP)
        return FINANCING_BAD_RATE;
    if (down_payment < 0)
        return FINANCING_BAD_DOWN;
    if (down_payment >= price)
        return FINANCING_DOWN_TOO_HIGH;
    if (down_payment < financing_percent(price, terms->min_down_bp))
        return FINANCING_DOWN_TOO_LOW;
    if (months < 1 || months < terms->min_months)
        return FINANCING_MONTHS_TOO_FEW;
    if (months > terms->max_months || months > MAX_MONTHS)
        return FINANCING_MONTHS_TOO_MANY;
    quote->price = price;
    quote->down_payment = down_payment;
    quote->months = months;
    quote->rate_bp = terms->rate_bp;
    quote->financed = price - down_payment;
    quote->instalment = instalment(quote->financed, terms->rate_bp, months);
    quote->total = quote->instalment * months;
    if (quote->total < quote->financed)
        quote->total = quote->financed;
    quote->interest = quote->total - quote->financed;
    return FINANCING_OK;
}

const char *financing_reason(financing_status_t status)
{
    switch (status) {
    case FINANCING_OK:
        return "ok";
    case FINANCING_BAD_PRICE:
        return "the price must be above 0";
    case FINANCING_BAD_DOWN:
        return "the down payment must not be negative";
    case FINANCING_DOWN_TOO_HIGH:
        return "the down payment must be below the price";
    case FINANCING_DOWN_TOO_LOW:
        return "the down payment is below the shop's minimum";
    case FINANCING_MONTHS_TOO_FEW:
        return "fewer months than the shop's shortest plan";
    case FINANCING_MONTHS_TOO_MANY:
        return "more months than the shop's longest plan";
    case FINANCING_BAD_RATE:
        return "the yearly rate must be between 0 and 200 percent";
    }
    return "unknown";
}
