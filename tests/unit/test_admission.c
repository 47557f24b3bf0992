/* How many turns an agent lets run: all while it keeps up, fewer while it is late by its own work.
 */
#include "agent/admission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MOST 1000
#define LATE (ADMISSION_LATE_MS + 50)

static void fill(admission_t *self, size_t turns)
{
    while (self->running < turns)
        assert_true(admission_enter(self, 0));
}

static void all_of_the_credit_runs_while_nothing_is_late(void **unused)
{
    (void)unused;
    admission_t self;
    admission_init(&self, MOST);
    fill(&self, MOST);
    assert_false(admission_enter(&self, 0));
    admission_leave(&self);
    assert_true(admission_enter(&self, 0));
    for (int64_t now = 0; now < 10000; now += ADMISSION_LOOK_MS)
        admission_look(&self, now, ADMISSION_LATE_MS - 1, 0);
    assert_int_equal(self.allowed, MOST);
}

/* Commits and renewals of those who are in come before claims of those who are not. */
static void nobody_comes_in_while_the_session_service_has_much_to_answer(void **unused)
{
    (void)unused;
    admission_t self;
    admission_init(&self, MOST);
    assert_false(admission_enter(&self, ADMISSION_CALLS));
    assert_int_equal(self.running, 0);
    assert_true(admission_enter(&self, ADMISSION_CALLS - 1));
}

static void a_late_loop_gets_fewer_step_by_step_down_to_the_least(void **unused)
{
    (void)unused;
    admission_t self;
    admission_init(&self, MOST);
    fill(&self, 800);
    int64_t now = 100000;
    admission_look(&self, now, LATE, 0);
    assert_int_equal(self.allowed, 700); /* of those that run, not of those that might */
    admission_look(&self, now + 1, LATE, 0);
    assert_int_equal(self.allowed, 700); /* it cannot show yet */
    assert_false(admission_enter(&self, 0));
    for (size_t i = 0; i < 100; i++)
        admission_look(&self, now += LATE, LATE, 0);
    assert_int_equal(self.allowed, ADMISSION_LEAST);
}

static void a_loop_that_was_idle_is_not_to_blame(void **unused)
{
    (void)unused;
    admission_t self;
    admission_init(&self, MOST);
    fill(&self, MOST);
    for (int64_t now = 100000; now < 200000; now += LATE)
        admission_look(&self, now, LATE, LATE / 4);
    assert_int_equal(self.allowed, MOST);
}

static void it_recovers_in_some_seconds(void **unused)
{
    (void)unused;
    admission_t self;
    admission_init(&self, MOST);
    int64_t now = 100000;
    for (size_t i = 0; i < 100; i++)
        admission_look(&self, now += LATE, LATE, 0);
    int64_t began = now;
    while (self.allowed < MOST && now < began + 60000)
        admission_look(&self, now += ADMISSION_LOOK_MS, 0, 0);
    assert_int_equal(self.allowed, MOST);
    assert_in_range(now - began, 1000, 15000);
}

static void a_small_credit_is_the_least(void **unused)
{
    (void)unused;
    admission_t self;
    admission_init(&self, 3);
    fill(&self, 3);
    for (int64_t now = 100000; now < 200000; now += LATE)
        admission_look(&self, now, LATE, 0);
    assert_int_equal(self.allowed, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_the_credit_runs_while_nothing_is_late),
        cmocka_unit_test(nobody_comes_in_while_the_session_service_has_much_to_answer),
        cmocka_unit_test(a_late_loop_gets_fewer_step_by_step_down_to_the_least),
        cmocka_unit_test(a_loop_that_was_idle_is_not_to_blame),
        cmocka_unit_test(it_recovers_in_some_seconds),
        cmocka_unit_test(a_small_credit_is_the_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
