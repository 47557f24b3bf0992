/* The places that an agent has reserved to send in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/send_line.h"

#define SECOND 1000000
#define EVERY 10000

static int64_t take(send_line_t *line, int64_t now_us, int64_t *lapsed)
{
    int64_t taken = 0, more = 0;
    *lapsed = 0;
    while (send_line_take(line, now_us, &more)) {
        taken++;
        *lapsed += more;
    }
    *lapsed += more;
    return taken;
}

static void a_place_is_good_when_its_time_has_come(void **state)
{
    (void)state;
    int64_t now = 5 * SECOND, lapsed;
    send_line_t line = {0};
    assert_false(send_line_take(&line, now, &lapsed));
    assert_int_equal(send_line_wanted(&line, 7, now), 7);
    send_line_given(&line, 5, 30000, EVERY, now);
    assert_int_equal(take(&line, now + 29999, &lapsed), 0);
    assert_int_equal(send_line_wakes_us(&line, false), now + 30000);
    assert_int_equal(take(&line, now + 30000, &lapsed), 1);
    assert_int_equal(take(&line, now + 50000, &lapsed), 2);
    assert_int_equal(take(&line, now + SECOND / 2, &lapsed), 2);
    assert_int_equal(lapsed, 0);
    assert_int_equal(take(&line, now + SECOND, &lapsed), 0);
}

/* Who was stopped does not send in a burst what it could have sent meanwhile. */
static void a_place_that_is_past_is_void(void **state)
{
    (void)state;
    int64_t now = 5 * SECOND, lapsed;
    send_line_t line = {0};
    send_line_given(&line, 25, 0, EVERY, now);
    assert_int_equal(take(&line, now + SEND_LINE_LAPSE_US + 20 * EVERY, &lapsed), 4);
    assert_int_equal(lapsed, 21);
}

static void more_is_asked_for_when_a_run_ends(void **state)
{
    (void)state;
    int64_t now = 5 * SECOND, lapsed;
    send_line_t line = {0};
    assert_int_equal(send_line_wanted(&line, 0, now), 0);
    send_line_given(&line, 20, 0, EVERY, now);
    assert_int_equal(send_line_wanted(&line, 100, now), 0);
    assert_int_equal(take(&line, now + 140000, &lapsed), 15);
    assert_int_equal(send_line_wanted(&line, 5, now + 140000), 0); /* there is one for each */
    assert_int_equal(send_line_wanted(&line, 85, now + 140000), 80);
    send_line_given(&line, 20, 160000, EVERY, now + 140000); /* others were faster */
    assert_int_equal(send_line_wanted(&line, 85, now + 140000), 0);
    assert_int_equal(take(&line, now + 299999, &lapsed), 5);
    assert_int_equal(take(&line, now + 300000, &lapsed), 1);
    assert_int_equal(take(&line, now + 490000, &lapsed), 19);
    assert_int_equal(send_line_wanted(&line, 60, now + 490000), 60);
}

static void where_there_is_none_nobody_asks_for_a_while(void **state)
{
    (void)state;
    int64_t now = 5 * SECOND;
    send_line_t line = {0};
    send_line_given(&line, 0, 250000, EVERY, now);
    assert_int_equal(send_line_wanted(&line, 5, now + 249999), 0);
    assert_int_equal(send_line_wakes_us(&line, false), now + 250000);
    assert_true(send_line_wakes_us(&line, true) > now + SECOND);
    assert_int_equal(send_line_wanted(&line, 5, now + 250000), 5);
    send_line_given(&line, 0, 0, EVERY, now);
    assert_int_equal(send_line_wanted(&line, 5, now + SEND_LINE_AGAIN_US - 1), 0);
    send_line_failed(&line, SECOND, now);
    assert_int_equal(send_line_wanted(&line, 5, now + SECOND - 1), 0);
}

static void a_place_may_be_given_back(void **state)
{
    (void)state;
    int64_t now = 5 * SECOND, lapsed;
    send_line_t line = {0};
    send_line_given(&line, 2, 0, EVERY, now);
    assert_int_equal(take(&line, now, &lapsed), 1);
    send_line_return(&line);
    assert_int_equal(take(&line, now, &lapsed), 1);
    assert_int_equal(take(&line, now + EVERY, &lapsed), 1);
    send_line_return(&line);
    assert_int_equal(take(&line, now + SECOND, &lapsed), 0);
    assert_int_equal(lapsed, 1);
}

/* A thousand that cannot wait come back one after the other, as fast as this agent sends. */
static void who_is_sent_away_comes_back_in_turn(void **state)
{
    (void)state;
    int64_t now = 5 * SECOND, lapsed, last = 0;
    send_line_t line = {0};
    send_line_given(&line, 25, 0, EVERY, now);
    assert_int_equal(take(&line, now + 240000, &lapsed), 25);
    send_line_given(&line, 25, 260000, EVERY, now + 240000); /* half of the places are ours */
    assert_false(send_line_full(&line, 75));
    assert_true(send_line_full(&line, 76));
    for (int i = 0; i < 1000; i++) {
        int64_t away = send_line_away_us(&line, now + 240000);
        assert_true(away >= SEND_LINE_WAIT_US && (!last || away == last + 2 * EVERY));
        last = away;
    }
    /* when they are back it begins anew */
    assert_int_equal(send_line_away_us(&line, now + 60 * (int64_t)SECOND),
                     SEND_LINE_WAIT_US + 2 * EVERY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_good_when_its_time_has_come),
        cmocka_unit_test(a_place_that_is_past_is_void),
        cmocka_unit_test(more_is_asked_for_when_a_run_ends),
        cmocka_unit_test(where_there_is_none_nobody_asks_for_a_while),
        cmocka_unit_test(a_place_may_be_given_back),
        cmocka_unit_test(who_is_sent_away_comes_back_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
