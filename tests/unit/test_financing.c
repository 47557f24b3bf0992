/*
 * Financing to the cent. With --stdin the program is a calculator instead: it reads lines
 * "price down months rate_bp" and prints "instalment total interest", which tests/test_seller.py
 * holds against Python's decimal for 10,000 random cases.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/financing.h"
#include "common/money.h"

static const financing_terms_t SHOP = {
    .rate_bp = 1000, .min_down_bp = 0, .min_months = 36, .max_months = 72};

typedef struct sample {
    int64_t price, down, months, rate_bp;
    int64_t instalment, total, interest;
} sample_t;

/* Made with Python's decimal at 80 digits. */
static const sample_t SAMPLES[] = {
    {46199900, 9239980, 48, 1000, 937399, 44995152, 8035232},
    {19899900, 3979980, 48, 1000, 403770, 19380960, 3461040},
    {19899900, 3979980, 36, 1000, 513691, 18492876, 2572956},
    {19899900, 3979980, 60, 1000, 338251, 20295060, 4375140},
    {19899900, 3979980, 72, 1000, 294930, 21234960, 5315040},
    {36000000, 0, 36, 0, 1000000, 36000000, 0},
    {100, 0, 72, 0, 1, 100, 0},  /* 1.39 cents a month: the instalments stay below the price */
    {108, 0, 72, 0, 2, 144, 36}, /* 1.5 rounds to the even 2 */
    {180, 0, 72, 0, 2, 180, 0},  /* 2.5 rounds to the even 2 */
    {1, 0, 36, 1000, 0, 1, 0},   /* a cent */
    {MONEY_MAX, 0, 72, 20000, 16666918832630, 1200018155949360, 1100018155949360},
};

static void quote_is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(SAMPLES) / sizeof(SAMPLES[0]); i++) {
        const sample_t *s = &SAMPLES[i];
        financing_terms_t terms = SHOP;
        terms.rate_bp = s->rate_bp;
        proto_quote_t quote = {.stock_id = 7};
        assert_int_equal(financing_quote(&terms, s->price, s->down, s->months, &quote),
                         FINANCING_OK);
        assert_int_equal(quote.instalment, s->instalment);
        assert_int_equal(quote.total, s->total);
        assert_int_equal(quote.interest, s->interest);
        assert_int_equal(quote.financed, s->price - s->down);
        assert_int_equal(quote.price, s->price);
        assert_int_equal(quote.down_payment, s->down);
        assert_int_equal(quote.months, s->months);
        assert_int_equal(quote.rate_bp, s->rate_bp);
        assert_int_equal(quote.stock_id, 7);
    }
}

static void quote_refuses(void **state)
{
    (void)state;
    financing_terms_t terms = SHOP;
    terms.min_down_bp = 1000;
    proto_quote_t quote;
    const struct {
        int64_t price, down, months;
        financing_status_t status;
    } cases[] = {
        {0, 0, 48, FINANCING_BAD_PRICE},
        {-100, 0, 48, FINANCING_BAD_PRICE},
        {MONEY_MAX + 1, 0, 48, FINANCING_BAD_PRICE},
        {10000000, -1, 48, FINANCING_BAD_DOWN},
        {10000000, 10000000, 48, FINANCING_DOWN_TOO_HIGH},
        {10000000, 20000000, 48, FINANCING_DOWN_TOO_HIGH},
        {10000000, 999999, 48, FINANCING_DOWN_TOO_LOW},
        {10000000, 1000000, 48, FINANCING_OK},
        {10000000, 9999999, 48, FINANCING_OK},
        {10000000, 1000000, 24, FINANCING_MONTHS_TOO_FEW},
        {10000000, 1000000, 35, FINANCING_MONTHS_TOO_FEW},
        {10000000, 1000000, 36, FINANCING_OK},
        {10000000, 1000000, 72, FINANCING_OK},
        {10000000, 1000000, 73, FINANCING_MONTHS_TOO_MANY},
        {10000000, 1000000, 120, FINANCING_MONTHS_TOO_MANY},
        {10000000, 1000000, -48, FINANCING_MONTHS_TOO_FEW},
        {10000000, 1000000, INT64_MAX, FINANCING_MONTHS_TOO_MANY},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(
            financing_quote(&terms, cases[i].price, cases[i].down, cases[i].months, &quote),
            cases[i].status);
        assert_true(strlen(financing_reason(cases[i].status)) > 1);
    }
    terms.rate_bp = 20001;
    assert_int_equal(financing_quote(&terms, 100, 10, 48, &quote), FINANCING_BAD_RATE);
    terms.rate_bp = -1;
    assert_int_equal(financing_quote(&terms, 100, 10, 48, &quote), FINANCING_BAD_RATE);
}

static void limits_hold_the_longest_plan(void **state)
{
    (void)state;
    financing_terms_t terms = {.rate_bp = 19999, .min_months = 1, .max_months = 100000};
    proto_quote_t quote;
    assert_int_equal(financing_quote(&terms, MONEY_MAX, 0, 600, &quote), FINANCING_OK);
    assert_true(quote.instalment > MONEY_MAX / 7 && quote.instalment < MONEY_MAX / 5);
    assert_int_equal(financing_quote(&terms, MONEY_MAX, 0, 1, &quote), FINANCING_OK);
    assert_int_equal(quote.instalment, 116665833333333);
    assert_int_equal(financing_quote(&terms, MONEY_MAX, 0, 601, &quote), FINANCING_MONTHS_TOO_MANY);
}

static void percent_rounds_half_even(void **state)
{
    (void)state;
    assert_int_equal(financing_percent(46199900, 2000), 9239980);
    assert_int_equal(financing_percent(19899900, 2000), 3979980);
    assert_int_equal(financing_percent(50, 100), 0);  /* 0.5 */
    assert_int_equal(financing_percent(150, 100), 2); /* 1.5 */
    assert_int_equal(financing_percent(250, 100), 2); /* 2.5 */
    assert_int_equal(financing_percent(251, 100), 3);
    assert_int_equal(financing_percent(MONEY_MAX, 9999), MONEY_MAX / 10000 * 9999);
    assert_int_equal(financing_percent(-5, 100), 0);
    assert_int_equal(financing_percent(5, -100), 0);
}

static int calculator(void)
{
    char line[160];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        long long price, down, months, rate_bp;
        if (sscanf(line, "%lld %lld %lld %lld", &price, &down, &months, &rate_bp) != 4)
            return 2;
        financing_terms_t terms = {.rate_bp = rate_bp, .min_months = 1, .max_months = 600};
        proto_quote_t quote;
        financing_status_t status = financing_quote(&terms, price, down, months, &quote);
        if (status != FINANCING_OK)
            printf("%s\n", financing_reason(status));
        else
            printf("%lld %lld %lld\n", (long long)quote.instalment, (long long)quote.total,
                   (long long)quote.interest);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--stdin") == 0)
        return calculator();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quote_is_exact),
        cmocka_unit_test(quote_refuses),
        cmocka_unit_test(limits_hold_the_longest_plan),
        cmocka_unit_test(percent_rounds_half_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
