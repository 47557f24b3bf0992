/* When somebody is in the shop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/shop_hours.h"

enum { MO, TU, WE, TH, FR, SA, SU };
#define AT(hours, minutes) ((hours)*60 + (minutes))

static shop_hours_t parsed(const char *text)
{
    shop_hours_t hours;
    char why[SHOP_HOURS_WHY] = "";
    if (!shop_hours_parse(str_from(text), &hours, why))
        fail_msg("%s: %s", text, why);
    return hours;
}

static void a_week(void **state)
{
    (void)state;
    shop_hours_t hours = parsed("Mo-Fr 09:00-14:00,16:00-19:00; sa 10:00-14:00;");
    assert_false(shop_hours_open(&hours, MO, AT(8, 59)));
    assert_true(shop_hours_open(&hours, MO, AT(9, 0)));
    assert_true(shop_hours_open(&hours, FR, AT(13, 59)));
    assert_false(shop_hours_open(&hours, FR, AT(14, 0)));
    assert_true(shop_hours_open(&hours, WE, AT(18, 59)));
    assert_true(shop_hours_open(&hours, SA, AT(10, 0)));
    assert_false(shop_hours_open(&hours, SU, AT(12, 0)));
}

static void later_rules_replace_earlier_ones(void **state)
{
    (void)state;
    shop_hours_t hours = parsed(" 09:00 - 18:00 ; We,Sa-Su off; Su 10:00-24:00");
    assert_true(shop_hours_open(&hours, TU, AT(9, 0)));
    assert_false(shop_hours_open(&hours, WE, AT(9, 0)));
    assert_false(shop_hours_open(&hours, SA, AT(9, 0)));
    assert_false(shop_hours_open(&hours, SU, AT(9, 59)));
    assert_true(shop_hours_open(&hours, SU, AT(23, 59)));
    hours = parsed("Sa-Mo 10:00-11:00");
    assert_true(shop_hours_open(&hours, SU, AT(10, 0)));
    assert_true(shop_hours_open(&hours, MO, AT(10, 0)));
    assert_false(shop_hours_open(&hours, FR, AT(10, 0)));
    hours = parsed("24/7");
    for (int day = MO; day <= SU; day++)
        assert_true(shop_hours_open(&hours, day, 0) && shop_hours_open(&hours, day, 1439));
}

static void assert_next(const shop_hours_t *hours, int weekday, int minute, int days, int at)
{
    shop_opening_t next = shop_hours_next(hours, weekday, minute);
    assert_int_equal(next.days, days);
    assert_int_equal(next.weekday, (weekday + days) % 7);
    assert_int_equal(next.minute, at);
}

static void the_next_opening(void **state)
{
    (void)state;
    shop_hours_t hours = parsed("Mo-Fr 09:00-14:00,16:00-19:00; Sa 10:00-14:00");
    assert_next(&hours, MO, AT(7, 0), 0, AT(9, 0));
    assert_next(&hours, MO, AT(15, 0), 0, AT(16, 0));
    assert_next(&hours, MO, AT(10, 0), 0, AT(10, 0)); /* it is open */
    assert_next(&hours, MO, AT(19, 0), 1, AT(9, 0));
    assert_next(&hours, SA, AT(14, 0), 2, AT(9, 0));
    hours = parsed("Tu 10:00-11:00");
    assert_next(&hours, TU, AT(11, 0), 7, AT(10, 0)); /* in a week */
}

static void what_is_none_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "time"},
        {"Mo-Fr", "time"},
        {"Lu-Vi 09:00-19:00", "time"},
        {"Mo- 09:00-19:00", "after the dash"},
        {"Mo, 09:00-19:00", "after the comma"},
        {"Mo 9:00-19:00", "like 09:00"},
        {"Mo 09:60-19:00", "like 09:00"},
        {"Mo 09:00", "dash"},
        {"Mo 09:00-25:00", "24:00"},
        {"Mo 22:00-02:00", "same day"},
        {"Mo 09:00-09:00", "same day"},
        {"Mo 09:00-12:00,11:00-13:00", "overlap"},
        {"Mo 09:00-12:00 PH off", "no day and no time"},
        {"Mo 09:00-10:00,10:00-11:00,11:00-12:00,12:00-13:00,13:00-14:00,14:00-15:00,15:00-16:00",
         "too many"},
        {"Mo 09:00-12:00;;Tu 09:00-12:00", "time"},
        {"off", "never"},
        {"Mo 09:00-12:00; Mo off", "never"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shop_hours_t hours;
        char why[SHOP_HOURS_WHY] = "";
        if (shop_hours_parse(str_from(rows[i].text), &hours, why))
            fail_msg("%s was taken", rows[i].text);
        if (!strstr(why, rows[i].why))
            fail_msg("%s: %s", rows[i].text, why);
    }
}

static void days_have_their_weekday(void **state)
{
    (void)state;
    assert_int_equal(shop_hours_weekday(0), TH); /* 1970-01-01 */
    assert_int_equal(shop_hours_weekday(4), MO);
    assert_int_equal(shop_hours_weekday(20780), MO); /* 2026-11-23 */
    assert_int_equal(shop_hours_weekday(-1), WE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_week),
        cmocka_unit_test(later_rules_replace_earlier_ones),
        cmocka_unit_test(the_next_opening),
        cmocka_unit_test(what_is_none_is_refused_with_the_reason),
        cmocka_unit_test(days_have_their_weekday),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
