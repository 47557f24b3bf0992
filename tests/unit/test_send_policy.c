/* What is done after an attempt to send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/send_policy.h"

static send_attempt_t answered(int64_t status, int64_t code)
{
    return (send_attempt_t){
        .reached = true, .status = status, .code = code, .after_ms = -1, .tries = 1};
}

static void assert_step(send_plan_t plan, send_step_t step, const char *reason)
{
    assert_string_equal(plan.reason, reason);
    assert_int_equal(plan.step, step);
}

static void by_answer(void **state)
{
    (void)state;
    const struct {
        int64_t status, code;
        send_step_t step;
        const char *reason;
    } cases[] = {
        {429, 20429, SEND_RETRY, "rate"},
        {429, 0, SEND_RETRY, "rate"},
        {400, 20429, SEND_RETRY, "rate"},
        {400, 63018, SEND_RETRY, "rate"},
        {400, 21611, SEND_RETRY, "queue_full"},
        {503, 20503, SEND_RETRY, "unavailable"},
        {401, 20003, SEND_RETRY, "credentials"},
        {403, 0, SEND_RETRY, "credentials"},
        {400, 63016, SEND_TEMPLATE, "window"},
        {400, 21610, SEND_OPTED_OUT, "opted_out"},
        {403, 21610, SEND_OPTED_OUT, "opted_out"},
        {400, 21211, SEND_GIVE_UP, "refused"},
        {400, 21617, SEND_GIVE_UP, "refused"},
        {404, 20404, SEND_GIVE_UP, "refused"},
        {400, 63021, SEND_GIVE_UP, "refused"},
        {413, 0, SEND_GIVE_UP, "refused"},
        /* may have been taken */
        {500, 20500, SEND_SETTLE, "unknown"},
        {502, 0, SEND_SETTLE, "unknown"},
        {503, 0, SEND_SETTLE, "unknown"},
        {504, 0, SEND_SETTLE, "unknown"},
        {408, 0, SEND_SETTLE, "unknown"},
        {0, 0, SEND_SETTLE, "unknown"},
        {201, 0, SEND_SETTLE, "unknown"},
        {302, 0, SEND_SETTLE, "unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        send_attempt_t attempt = answered(cases[i].status, cases[i].code);
        assert_step(send_policy(&attempt), cases[i].step, cases[i].reason);
    }
    send_attempt_t taken = answered(201, 0);
    taken.sid = true;
    assert_step(send_policy(&taken), SEND_DONE, "taken");
    send_attempt_t never = {.after_ms = -1, .tries = 1};
    assert_step(send_policy(&never), SEND_RETRY, "unreachable");
    send_attempt_t busy = answered(503, 0);
    busy.after_ms = 2000;
    assert_step(send_policy(&busy), SEND_RETRY, "unavailable");
}

static void delays(void **state)
{
    (void)state;
    send_attempt_t attempt = answered(429, 20429);
    const int64_t expected[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000};
    for (int i = 0; i < 7; i++) {
        attempt.tries = i + 1;
        attempt.random = 0;
        assert_int_equal(send_policy(&attempt).delay_ms, expected[i]);
        attempt.random = 999;
        int64_t least = send_policy(&attempt).delay_ms;
        assert_true(least > expected[i] * 3 / 4 - 1 && least < expected[i] * 8 / 10);
    }
    attempt.tries = SEND_TRIES;
    assert_step(send_policy(&attempt), SEND_GIVE_UP, "rate");
    attempt.tries = 1;
    attempt.after_ms = 7500;
    assert_int_equal(send_policy(&attempt).delay_ms, 7500);
    attempt.after_ms = 86400000;
    assert_int_equal(send_policy(&attempt).delay_ms, 300000);
    send_attempt_t rate = answered(400, 63018);
    assert_true(send_policy(&rate).delay_ms >= 6000);
    send_attempt_t unknown = answered(0, 0);
    assert_true(send_policy(&unknown).delay_ms >= 3000);
}

/* Twilio, or the way to it, is away for ten minutes: nothing is lost. */
static void an_outage_is_outlived(void **state)
{
    (void)state;
    send_attempt_t attempt = {.after_ms = -1, .random = 999};
    int64_t lasted_ms = 0;
    while (++attempt.tries < SEND_TRIES) {
        send_plan_t plan = send_policy(&attempt);
        assert_step(plan, SEND_RETRY, "unreachable");
        lasted_ms += plan.delay_ms;
    }
    assert_in_range(lasted_ms, 600000, 1200000);
    assert_step(send_policy(&attempt), SEND_GIVE_UP, "unreachable");
}

static void unknown_is_never_sent_blindly(void **state)
{
    (void)state;
    /* whatever the status, without a code that says so: not taken, or looked up first */
    for (int64_t status = 0; status < 600; status++) {
        send_attempt_t attempt = answered(status, 0);
        if (send_policy(&attempt).step == SEND_RETRY)
            assert_true(status == 429 || status == 401 || status == 403);
    }
}

static void looking(void **state)
{
    (void)state;
    send_look_t look = {.listed = true, .found = true, .settle_ms = 20000, .tries = 1};
    assert_step(send_policy_look(&look), SEND_DONE, "found");
    look.found = false;
    for (look.age_ms = 0; look.age_ms < 20000; look.age_ms += 100) {
        send_plan_t plan = send_policy_look(&look);
        assert_step(plan, SEND_SETTLE, "absent");
        assert_in_range(plan.delay_ms, 1, 20000 - look.age_ms);
    }
    assert_step(send_policy_look(&look), SEND_RETRY, "absent");
    look.tries = SEND_TRIES;
    assert_step(send_policy_look(&look), SEND_GIVE_UP, "absent");
    /* a list that does not come proves nothing, however late */
    look = (send_look_t){.age_ms = 1000, .settle_ms = 20000, .tries = 1};
    for (; look.age_ms < SEND_UNSETTLED_MS; look.age_ms += 1000) {
        assert_step(send_policy_look(&look), SEND_SETTLE, "unlisted");
        assert_in_range(send_policy_look(&look).delay_ms, 250, 60000);
    }
    assert_step(send_policy_look(&look), SEND_GIVE_UP, "unsettled");
}

static void failed_afterwards(void **state)
{
    (void)state;
    assert_step(send_policy_failed(63016, 1, 0), SEND_TEMPLATE, "window");
    assert_step(send_policy_failed(63018, 1, 0), SEND_RETRY, "rate");
    assert_step(send_policy_failed(63018, SEND_TRIES, 0), SEND_GIVE_UP, "rate");
    assert_step(send_policy_failed(21610, 1, 0), SEND_OPTED_OUT, "opted_out");
    assert_step(send_policy_failed(30003, 1, 0), SEND_GIVE_UP, "undelivered");
    assert_step(send_policy_failed(0, 1, 0), SEND_GIVE_UP, "undelivered");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_answer),
        cmocka_unit_test(delays),
        cmocka_unit_test(an_outage_is_outlived),
        cmocka_unit_test(unknown_is_never_sent_blindly),
        cmocka_unit_test(looking),
        cmocka_unit_test(failed_afterwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
