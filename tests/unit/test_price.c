/* Prices of language models: reading them, and what tokens come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/price.h"

static price_list_t list;
static char why[PRICE_WHY_SIZE];

static bool parse(const char *text)
{
    return price_list_parse(str_from(text), &list, why);
}

static void a_list_is_read(void **state)
{
    (void)state;
    assert_true(parse("gpt-4.1-mini=0.40/0.10/1.60, qwen3:8b = 0/0/0,a/b=c=7.5/0.000001/1000000"));
    assert_int_equal(list.count, 3);
    const price_t *price = price_list_find(&list, STR_LIT("gpt-4.1-mini"));
    assert_int_equal(price->in, 400000);
    assert_int_equal(price->cached, 100000);
    assert_int_equal(price->out, 1600000);
    assert_non_null(price_list_find(&list, STR_LIT("qwen3:8b")));
    price = price_list_find(&list, STR_LIT("a/b=c"));
    assert_int_equal(price->cached, 1);
    assert_int_equal(price->out, PRICE_MAX);
    assert_null(price_list_find(&list, STR_LIT("gpt-4.1")));
}

static void what_is_no_list_is_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const bad[] = {"x",
                                      "=1/2/3",
                                      "x=",
                                      "x=1",
                                      "x=1/2",
                                      "x=1/2/3/4",
                                      "x=1/2/3/",
                                      "x=-1/2/3",
                                      "x=1//3",
                                      "x=1./2/3",
                                      "x=a/2/3",
                                      "x=1/2/3,",
                                      ",x=1/2/3",
                                      "x=1/2/3;y=1",
                                      "x=0.1234567/2/3",
                                      "x=1000001/0/0",
                                      "x=1000000.5/0/0",
                                      "x=1e3/0/0",
                                      "x=99999999999999999999/0/0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(parse(bad[i]));
        assert_non_null(strstr(why, "is not model=in/cached/out"));
    }
    assert_false(parse("x=1/2/3,x=1/2/3"));
    assert_string_equal(why, "x has two prices");
    char many[PRICE_LIST_MAX * 16 + 16];
    size_t size = 0;
    for (int i = 0; i <= PRICE_LIST_MAX; i++)
        size += (size_t)snprintf(many + size, sizeof many - size, "%sm%d=1/1/1", i ? "," : "", i);
    assert_false(parse(many));
    assert_string_equal(why, "at most 32 models");
}

static void tokens_cost_what_their_kind_costs(void **state)
{
    (void)state;
    price_t price = {.in = 400000, .cached = 100000, .out = 1600000};
    assert_int_equal(price_of(&price, 0, 0, 0), 0);
    assert_int_equal(price_of(&price, 1000000, 0, 0), 400000);
    assert_int_equal(price_of(&price, 1000000, 1000000, 0), 100000);
    /* 176 x 0.40 + 1024 x 0.10 + 35 x 1.60 = 228.8 millionths */
    assert_int_equal(price_of(&price, 1200, 1024, 35), 229);
    assert_int_equal(price_of(&price, 1, 0, 0), 0); /* 0.4 of a millionth */
    assert_int_equal(price_of(&price, 2, 0, 0), 1);
    assert_int_equal(price_of(&price, 100, 5000, 0), 10); /* no more cached than there are */
    assert_int_equal(price_of(&price, -5, -5, -5), 0);
}

static void the_largest_sums_fit(void **state)
{
    (void)state;
    price_t price = {PRICE_MAX, PRICE_MAX, PRICE_MAX};
    assert_int_equal(price_of(&price, INT64_MAX, 0, INT64_MAX),
                     2 * (PRICE_TOKENS_MAX / 1000000) * PRICE_MAX);
    assert_int_equal(price_of(&price, 1999999999, 999999999, 1999999999),
                     INT64_C(3999999998) * 1000000);
}

static void currencies_are_three_capitals(void **state)
{
    (void)state;
    assert_true(price_is_currency(STR_LIT("MXN")));
    assert_false(price_is_currency(STR_LIT("mxn")));
    assert_false(price_is_currency(STR_LIT("MX")));
    assert_false(price_is_currency(STR_LIT("MXNN")));
    assert_false(price_is_currency(STR_LIT("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_read),
        cmocka_unit_test(what_is_no_list_is_refused_with_a_reason),
        cmocka_unit_test(tokens_cost_what_their_kind_costs),
        cmocka_unit_test(the_largest_sums_fit),
        cmocka_unit_test(currencies_are_three_capitals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
