/* The widget's origins, keys and pace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gateway/origins.h"
#include "gateway/pace.h"
#include "gateway/visitor.h"

/* ---- origins ---- */

static bool printed(const char *list, const char *expected)
{
    char why[256] = "";
    bool same;
    buf_t out;

    buf_init(&out, 1024);
    same = origins_print(list, &out, why, sizeof why) && str_is(buf_view(&out), expected);
    buf_free(&out);
    return same;
}

static void origins(void **state)
{
    (void)state;
    assert_true(printed("", ""));
    assert_true(printed("  , ", ""));
    assert_true(printed("https://shop.example", "https://shop.example"));
    assert_true(printed(" https://shop.example,http://127.0.0.1:8080 ",
                        "https://shop.example http://127.0.0.1:8080"));
}

static void what_is_no_origin_is_named(void **state)
{
    static const char *const bad[] = {"*",
                                      "shop.example",
                                      "ftp://shop.example",
                                      "https://",
                                      "https://shop.example/",
                                      "https://shop.example:",
                                      "https://shop.example:0",
                                      "https://shop.example:65536",
                                      "https://shop.example:80a",
                                      "https://a;script-src",
                                      "https://*.shop.example",
                                      "'self'",
                                      "https://user@shop.example",
                                      "https://.example",
                                      "https://shop.example\n"};
    char why[256];
    buf_t out;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        buf_init(&out, 1024);
        assert_false(origins_print(bad[i], &out, why, sizeof why));
        assert_non_null(strstr(why, bad[i]));
        buf_free(&out);
    }
}

/* ---- keys ---- */

static const unsigned char chance[VISITOR_RANDOM] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255};

static str_t id_of(const char *key, const char *secret)
{
    static char header[256];

    snprintf(header, sizeof header, "Visitor %s", key);
    return visitor_id(str_from(header), secret);
}

static void a_key_is_known_again(void **state)
{
    char key[VISITOR_KEY_SIZE];

    (void)state;
    visitor_key(chance, "secret", key);
    assert_int_equal(strlen(key), VISITOR_KEY_SIZE - 1);
    assert_true(str_is(id_of(key, "secret"), "web-000102030405060708090aff"));
    assert_true(str_is(visitor_id(str_from("visitor x"), "secret"), ""));
}

static void any_other_key_is_none(void **state)
{
    char key[VISITOR_KEY_SIZE], long_key[VISITOR_KEY_SIZE + 1];

    (void)state;
    visitor_key(chance, "secret", key);
    assert_int_equal(id_of(key, "Secret").size, 0);
    assert_int_equal(id_of("", "secret").size, 0);
    snprintf(long_key, sizeof long_key, "%s0", key);
    assert_int_equal(id_of(long_key, "secret").size, 0);
    for (size_t i = 0; i < VISITOR_KEY_SIZE - 1; i++) {
        char was = key[i];

        key[i] = was == '1' ? '2' : '1';
        assert_int_equal(id_of(key, "secret").size, 0);
        key[i] = was;
    }
    key[VISITOR_KEY_SIZE - 2] = 0;
    assert_int_equal(id_of(key, "secret").size, 0);
}

/* ---- pace ---- */

static pace_t pace;

static void so_many_a_minute(void **state)
{
    int64_t wait;

    (void)state;
    pace_init(&pace, 3, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pace_take(&pace, STR_LIT("a"), 1000), 0);
    wait = pace_take(&pace, STR_LIT("a"), 1000);
    assert_int_equal(wait, 20000);
    assert_int_equal(pace_take(&pace, STR_LIT("b"), 1000), 0);
    assert_int_equal(pace_take(&pace, STR_LIT("a"), 1000 + wait - 1), 1);
    assert_int_equal(pace_take(&pace, STR_LIT("a"), 1000 + wait), 0);
    assert_true(pace_take(&pace, STR_LIT("a"), 1000 + wait) > 0);
}

static void nobody_may(void **state)
{
    (void)state;
    pace_init(&pace, 0, 1);
    assert_true(pace_take(&pace, STR_LIT("a"), 0) > 0);
}

/* A flood from many addresses drops who is quiet, never who is over the limit in the same place
 * while somebody quieter is there. */
static void a_full_table_forgets_the_quietest(void **state)
{
    char address[32];

    (void)state;
    pace_init(&pace, 2, 7);
    for (int i = 0; i < 3 * PACE_SLOTS; i++) {
        int64_t now = 1000 + i;

        while (pace_take(&pace, STR_LIT("busy"), now) == 0)
            ;
        snprintf(address, sizeof address, "10.0.%d.%d", i / 256, i % 256);
        assert_int_equal(pace_take(&pace, str_from(address), now), 0);
        assert_true(pace_take(&pace, STR_LIT("busy"), now) > 0);
    }
}

static void a_long_address_is_cut(void **state)
{
    char address[200];

    (void)state;
    memset(address, 'x', sizeof address);
    pace_init(&pace, 1, 1);
    assert_int_equal(pace_take(&pace, (str_t){address, sizeof address}, 0), 0);
    assert_true(pace_take(&pace, (str_t){address, sizeof address}, 0) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origins),
        cmocka_unit_test(what_is_no_origin_is_named),
        cmocka_unit_test(a_key_is_known_again),
        cmocka_unit_test(any_other_key_is_none),
        cmocka_unit_test(so_many_a_minute),
        cmocka_unit_test(nobody_may),
        cmocka_unit_test(a_full_table_forgets_the_quietest),
        cmocka_unit_test(a_long_address_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
