/* The circuit breaker: what opens it, how long, who may probe, and any course of events against a
 * second, slower account of the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/breaker.h"

static const breaker_settings_t usual = {
    .failures = 3, .percent = 50, .window_ms = 10000, .open_ms = 1000};

/* One call that begins and ends now; false if it may not begin. */
static bool call(breaker_t *breaker, int64_t now, breaker_outcome_t outcome)
{
    breaker_ticket_t ticket;
    if (!breaker_begin(breaker, now, &ticket))
        return false;
    breaker_end(breaker, now, ticket, outcome, -1);
    return true;
}

static void failures_in_a_row_open_it(void **state)
{
    (void)state;
    breaker_t breaker;
    breaker_init(&breaker, &usual);
    for (int i = 0; i < 5; i++) { /* two at a time are not too many */
        assert_true(call(&breaker, i, BREAKER_FAILURE));
        assert_true(call(&breaker, i, BREAKER_SUCCESS));
    }
    breaker_init(&breaker, &usual);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(breaker_state(&breaker, 100), BREAKER_CLOSED);
        assert_true(call(&breaker, 100, BREAKER_FAILURE));
    }
    assert_int_equal(breaker_state(&breaker, 100), BREAKER_OPEN);
    assert_false(call(&breaker, 1099, BREAKER_SUCCESS));
    assert_int_equal(breaker_state(&breaker, 1100), BREAKER_HALF_OPEN);
    assert_true(call(&breaker, 1100, BREAKER_SUCCESS));
    assert_int_equal(breaker_state(&breaker, 1100), BREAKER_CLOSED);
    assert_true(call(&breaker, 1101, BREAKER_FAILURE)); /* it counts anew */
    assert_true(call(&breaker, 1101, BREAKER_FAILURE));
    assert_int_equal(breaker_state(&breaker, 1101), BREAKER_CLOSED);
}

static void a_rate_opens_it(void **state)
{
    (void)state;
    breaker_t breaker;
    breaker_init(&breaker, &usual);
    for (int i = 0; i < 9; i++) /* ok, failed, ok, failed …: never three in a row */
        assert_true(call(&breaker, i * 100, i % 2 ? BREAKER_FAILURE : BREAKER_SUCCESS));
    assert_int_equal(breaker_state(&breaker, 800), BREAKER_CLOSED); /* 9 calls say nothing */
    assert_true(call(&breaker, 900, BREAKER_FAILURE));
    assert_int_equal(breaker_state(&breaker, 900), BREAKER_OPEN);

    breaker_init(&breaker, &usual); /* the same, spread over more than a window */
    for (int i = 0; i < 50; i++)
        assert_true(call(&breaker, i * 2000, i % 2 ? BREAKER_FAILURE : BREAKER_SUCCESS));
    assert_int_equal(breaker_state(&breaker, 98000), BREAKER_CLOSED);
}

static void one_probe_at_a_time(void **state)
{
    (void)state;
    breaker_t breaker;
    breaker_ticket_t probe, other;
    breaker_init(&breaker, &usual);
    for (int i = 0; i < 3; i++)
        call(&breaker, 0, BREAKER_FAILURE);
    assert_true(breaker_begin(&breaker, 1000, &probe));
    assert_true(probe.probe);
    assert_false(breaker_begin(&breaker, 1500, &other));
    breaker_end(&breaker, 1600, probe, BREAKER_UNKNOWN, -1); /* given up: the next may try */
    assert_true(breaker_begin(&breaker, 1600, &probe));
    assert_false(breaker_begin(&breaker, 1600, &other));
    breaker_end(&breaker, 2000, probe, BREAKER_FAILURE, -1);
    assert_int_equal(breaker_state(&breaker, 3999), BREAKER_OPEN); /* twice as long */
    assert_true(breaker_begin(&breaker, 4000, &probe));
    breaker_end(&breaker, 4000, probe, BREAKER_FAILURE, -1);
    assert_int_equal(breaker_state(&breaker, 7999), BREAKER_OPEN);
    assert_int_equal(breaker_state(&breaker, 8000), BREAKER_HALF_OPEN);
}

static void it_never_waits_forever(void **state)
{
    (void)state;
    breaker_t breaker;
    int64_t now = 0, waited = 0;
    breaker_init(&breaker, &usual);
    for (int i = 0; i < 3; i++)
        call(&breaker, now, BREAKER_FAILURE);
    for (int i = 0; i < 100; i++) {
        waited = breaker.open_until_ms - now;
        now = breaker.open_until_ms;
        assert_true(call(&breaker, now, BREAKER_FAILURE));
    }
    assert_int_equal(waited, 64 * usual.open_ms);
    breaker_ticket_t ticket;
    assert_true(breaker_begin(&breaker, now += waited, &ticket));
    breaker_end(&breaker, now, ticket, BREAKER_REFUSAL, INT64_MAX);
    assert_int_equal(breaker.open_until_ms - now, BREAKER_ASKED_MAX_MS);
}

static void a_quota_opens_it_at_once(void **state)
{
    (void)state;
    breaker_t breaker;
    breaker_ticket_t ticket;
    breaker_init(&breaker, &usual);
    assert_true(breaker_begin(&breaker, 0, &ticket));
    breaker_end(&breaker, 0, ticket, BREAKER_REFUSAL, 7000); /* "retry after 7 s" */
    assert_int_equal(breaker_state(&breaker, 6999), BREAKER_OPEN);
    assert_int_equal(breaker_state(&breaker, 7000), BREAKER_HALF_OPEN);
    breaker_init(&breaker, &usual);
    assert_true(breaker_begin(&breaker, 0, &ticket));
    breaker_end(&breaker, 0, ticket, BREAKER_REFUSAL, 10); /* shorter than open_ms */
    assert_int_equal(breaker_state(&breaker, 999), BREAKER_OPEN);
}

static void what_began_before_says_nothing(void **state)
{
    (void)state;
    breaker_t breaker;
    breaker_ticket_t early[4], probe;
    breaker_init(&breaker, &usual);
    for (int i = 0; i < 4; i++)
        assert_true(breaker_begin(&breaker, 0, &early[i]));
    for (int i = 0; i < 3; i++)
        call(&breaker, 0, BREAKER_FAILURE);
    breaker_end(&breaker, 10, early[0], BREAKER_SUCCESS, -1);
    assert_int_equal(breaker_state(&breaker, 10), BREAKER_OPEN);
    assert_true(breaker_begin(&breaker, 1000, &probe));
    breaker_end(&breaker, 1010, early[1], BREAKER_FAILURE, -1); /* does not end the probe */
    breaker_end(&breaker, 1010, early[2], BREAKER_SUCCESS, -1);
    assert_int_equal(breaker_state(&breaker, 1010), BREAKER_HALF_OPEN);
    breaker_end(&breaker, 1020, probe, BREAKER_SUCCESS, -1);
    breaker_end(&breaker, 1030, early[3], BREAKER_REFUSAL, 9000);
    assert_int_equal(breaker_state(&breaker, 1030), BREAKER_CLOSED);
}

static void none_is_wanted(void **state)
{
    (void)state;
    breaker_t breaker;
    breaker_settings_t never = usual;
    never.failures = 0;
    breaker_init(&breaker, &never);
    for (int i = 0; i < 1000; i++)
        assert_true(call(&breaker, i, i % 2 ? BREAKER_FAILURE : BREAKER_REFUSAL));
}

/* ---- any course of events ---- */

#define MOST 20000

/* Every outcome with its time; the rules by looking at all of them again. */
typedef struct account {
    struct {
        int64_t at;
        bool failed;
    } all[MOST];
    size_t count, from; /* from: since it was closed last */
    breaker_state_t state;
    int64_t until, reopened;
    uint32_t era;
    bool probing;
} account_t;

static void account_open(account_t *self, int64_t now, int64_t asked)
{
    int64_t wait = usual.open_ms;
    for (int64_t i = 0; i < self->reopened && i < BREAKER_LONGER; i++)
        wait *= 2;
    if (asked > wait)
        wait = asked;
    self->state = BREAKER_OPEN;
    self->until = now + wait;
    self->era++;
    self->probing = false;
}

static bool account_begin(account_t *self, int64_t now, uint32_t *era)
{
    if (self->state == BREAKER_OPEN && now >= self->until) {
        self->state = BREAKER_HALF_OPEN;
        self->era++;
        self->probing = false;
    }
    *era = self->era;
    if (self->state == BREAKER_OPEN || (self->state == BREAKER_HALF_OPEN && self->probing))
        return false;
    self->probing = self->state == BREAKER_HALF_OPEN;
    return true;
}

static void account_end(account_t *self, int64_t now, uint32_t era, breaker_outcome_t outcome,
                        int64_t asked)
{
    if (era != self->era)
        return;
    if (self->state == BREAKER_HALF_OPEN) {
        self->probing = false;
        if (outcome == BREAKER_SUCCESS) {
            self->state = BREAKER_CLOSED;
            self->era++;
            self->reopened = 0;
            self->from = self->count;
        } else if (outcome != BREAKER_UNKNOWN) {
            self->reopened++;
            account_open(self, now, asked);
        }
        return;
    }
    if (outcome == BREAKER_UNKNOWN)
        return;
    self->all[self->count].at = now;
    self->all[self->count++].failed = outcome != BREAKER_SUCCESS;
    int64_t slot = usual.window_ms / BREAKER_SLOTS, calls = 0, failures = 0, in_a_row = 0;
    for (size_t i = self->from; i < self->count; i++) {
        in_a_row = self->all[i].failed ? in_a_row + 1 : 0;
        if (self->all[i].at / slot > now / slot - BREAKER_SLOTS) {
            calls++;
            failures += self->all[i].failed;
        }
    }
    bool rate = calls >= BREAKER_LEAST_CALLS && failures * 100 >= calls * usual.percent;
    if (outcome == BREAKER_REFUSAL ||
        (outcome == BREAKER_FAILURE && (in_a_row >= usual.failures || rate)))
        account_open(self, now, asked);
}

static void any_course_of_events(void **state)
{
    (void)state;
    account_t *account = malloc(sizeof *account);
    size_t opened = 0, closed = 0;
    for (unsigned seed = 1; seed <= 200; seed++) {
        breaker_t breaker;
        struct {
            breaker_ticket_t ticket;
            uint32_t era;
        } under_way[40];
        size_t calls = 0;
        int64_t now = 1000000 + seed;
        int bad = 5 + (int)(seed % 80);
        srand(seed);
        memset(account, 0, sizeof *account);
        breaker_init(&breaker, &usual);
        for (int i = 0; i < 2000; i++) {
            now += rand() % 3 ? rand() % 30 : rand() % 900;
            breaker_state_t before = breaker_state(&breaker, now);
            if (calls < 40 && (!calls || rand() % 2)) {
                uint32_t era;
                breaker_ticket_t ticket;
                bool may = breaker_begin(&breaker, now, &ticket);
                assert_int_equal(may, account_begin(account, now, &era));
                if (may) {
                    assert_int_equal(ticket.probe, account->state == BREAKER_HALF_OPEN);
                    under_way[calls].ticket = ticket;
                    under_way[calls++].era = era;
                }
            } else if (calls) {
                size_t at = (size_t)rand() % calls;
                int dice = rand() % 100;
                breaker_outcome_t outcome = dice < bad       ? BREAKER_FAILURE
                                            : dice < bad + 2 ? BREAKER_REFUSAL
                                            : dice < bad + 6 ? BREAKER_UNKNOWN
                                                             : BREAKER_SUCCESS;
                int64_t asked = rand() % 4 ? -1 : rand() % 5000;
                breaker_end(&breaker, now, under_way[at].ticket, outcome, asked);
                account_end(account, now, under_way[at].era, outcome, asked);
                under_way[at] = under_way[--calls];
            }
            breaker_state_t is = breaker_state(&breaker, now);
            breaker_state_t wanted = account->state == BREAKER_OPEN && now >= account->until
                                         ? BREAKER_HALF_OPEN
                                         : account->state;
            assert_int_equal(is, wanted);
            opened += is == BREAKER_OPEN && before != BREAKER_OPEN;
            closed += is == BREAKER_CLOSED && before != BREAKER_CLOSED;
        }
    }
    assert_true(opened > 1000 && closed > 500); /* the courses went through all of it */
    free(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_in_a_row_open_it),
        cmocka_unit_test(a_rate_opens_it),
        cmocka_unit_test(one_probe_at_a_time),
        cmocka_unit_test(it_never_waits_forever),
        cmocka_unit_test(a_quota_opens_it_at_once),
        cmocka_unit_test(what_began_before_says_nothing),
        cmocka_unit_test(none_is_wanted),
        cmocka_unit_test(any_course_of_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
