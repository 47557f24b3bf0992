/* Where the shop's days begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/shop_day.h"

#define HOUR INT64_C(3600000)
#define NOON_UTC INT64_C(1795348800000) /* 2026-11-22T12:00:00Z */

static void zones_are_checked(void **state)
{
    (void)state;
    static const char *const none[] = {
        "",        "Mexico_City",         "../../etc/passwd", "/etc/passwd", "America/",
        "America", "America/Mexico City", "zone.tab",         "GMT+6; rm -r"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (shop_day_open(none[i]))
            fail_msg("%s was taken", none[i]);
    assert_true(shop_day_open("UTC"));
    assert_true(shop_day_open("America/Mexico_City"));
}

static void assert_day(int64_t unix_ms, const char *text, int64_t begins_ms)
{
    char buffer[SHOP_DAY_SIZE];
    int64_t day = (unix_ms + shop_day_offset_ms(unix_ms)) / SHOP_DAY_MS;
    assert_string_equal(shop_day_text(day, buffer), text);
    assert_int_equal(shop_day_begins_ms(day), begins_ms);
}

static void days_begin_at_midnight_there(void **state)
{
    (void)state;
    assert_true(shop_day_open("America/Mexico_City")); /* UTC-6, no summer time */
    assert_day(NOON_UTC, "2026-11-22", NOON_UTC - 6 * HOUR);
    assert_day(NOON_UTC - 6 * HOUR - 1, "2026-11-21", NOON_UTC - 30 * HOUR);
    assert_true(shop_day_open("UTC"));
    assert_day(NOON_UTC, "2026-11-22", NOON_UTC - 12 * HOUR);
    assert_true(shop_day_open("Asia/Kolkata")); /* UTC+5:30 */
    assert_day(NOON_UTC, "2026-11-22", NOON_UTC - 12 * HOUR - 5 * HOUR - HOUR / 2);
}

static void hours_are_those_of_its_clock(void **state)
{
    (void)state;
    assert_true(shop_day_open("America/Mexico_City"));
    assert_int_equal(shop_day_hour(NOON_UTC), 6);
    assert_int_equal(shop_day_hour(NOON_UTC - 6 * HOUR - 1), 23);
    assert_int_equal(shop_day_hour(1000), 18); /* of the day before 1970 */
    assert_true(shop_day_open("Asia/Kolkata"));
    assert_int_equal(shop_day_hour(NOON_UTC + HOUR / 2), 18);
}

/* 2026-03-29 in Madrid has 23 hours, 2026-10-25 has 25. */
static void some_days_are_shorter_or_longer(void **state)
{
    (void)state;
    assert_true(shop_day_open("Europe/Madrid"));
    const int64_t shorter = INT64_C(1774738800000); /* 2026-03-28T23:00:00Z */
    const int64_t longer = INT64_C(1792879200000);  /* 2026-10-24T22:00:00Z */
    assert_day(shorter, "2026-03-29", shorter);
    assert_day(shorter + 23 * HOUR - 1, "2026-03-29", shorter);
    assert_day(shorter + 23 * HOUR, "2026-03-30", shorter + 23 * HOUR);
    assert_day(longer, "2026-10-25", longer);
    assert_day(longer + 25 * HOUR - 1, "2026-10-25", longer);
    assert_day(longer + 25 * HOUR, "2026-10-26", longer + 25 * HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_checked),
        cmocka_unit_test(days_begin_at_midnight_there),
        cmocka_unit_test(hours_are_those_of_its_clock),
        cmocka_unit_test(some_days_are_shorter_or_longer),
    };
    return cmocka_run_group_tests_name("shop_day", tests, NULL, NULL);
}
