/* What the turns of a day came to: what a turn adds, and what many have added. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sessions/tally.h"

static proto_turn_record_t answered(int64_t ms)
{
    return (proto_turn_record_t){.outcome = STR_LIT("answered"), .total_us = ms * 1000};
}

static void add(tally_sums_t *sums, size_t day, const char *field, const char *value)
{
    tally_sums_add(sums, day, str_from(field), str_from(value));
}

/* As turn_log.lua adds it. */
static void add_turn(tally_sums_t *sums, size_t day, int hour, const proto_turn_record_t *record)
{
    tally_pair_t pairs[TALLY_PAIRS];
    size_t count = tally_pairs(record, pairs);
    for (size_t i = 0; i < count; i++) {
        char field[160], value[32];
        snprintf(field, sizeof field, "%d %s", hour, pairs[i].sum);
        snprintf(value, sizeof value, "%lld", (long long)pairs[i].amount);
        add(sums, day, field, value);
    }
}

static void a_turn_adds_what_it_took(void **state)
{
    (void)state;
    proto_turn_record_t record = answered(1700);
    record.model_calls = 2;
    record.tokens_in = 1200;
    record.tokens_out = 35;
    record.currency = STR_LIT("MXN");
    record.cost = 4200;
    tally_pair_t pairs[TALLY_PAIRS];
    assert_int_equal(tally_pairs(&record, pairs), 6);
    static const char *const sums[] = {"t", "b38", "k", "i", "o", "$MXN"};
    static const int64_t amounts[] = {1, 1, 2, 1200, 35, 4200};
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(pairs[i].sum, sums[i]);
        assert_int_equal(pairs[i].amount, amounts[i]);
    }
    record = (proto_turn_record_t){
        .outcome = STR_LIT("failed"), .tokens_in = INT64_MAX, .tokens_out = -5, .total_us = 9000};
    assert_int_equal(tally_pairs(&record, pairs), 2); /* no time: it is not answered */
    assert_string_equal(pairs[0].sum, "f");
    assert_int_equal(pairs[1].amount, INT64_C(1000000000000));
}

static void the_most_a_turn_adds_has_room(void **state)
{
    (void)state;
    proto_turn_record_t record = answered(INT64_MAX / 1000);
    record.model_calls = record.tokens_in = record.tokens_cached = record.tokens_out =
        record.repairs = record.cost = 1;
    record.currency = STR_LIT("USD");
    tally_pair_t pairs[TALLY_PAIRS];
    assert_int_equal(tally_pairs(&record, pairs), 8);
    assert_string_equal(pairs[1].sum, "b79");
}

static void steps_are_reached_by_tools_that_found_something(void **state)
{
    (void)state;
    proto_tool_call_t tools[] = {{.name = STR_LIT("search_cars"), .ok = true},
                                 {.name = STR_LIT("quote_financing"), .ok = false},
                                 {.name = STR_LIT("save_lead"), .ok = true}};
    proto_turn_record_t record = {.tools = tools, .tools_count = 3};
    assert_true(tally_reaches(&record, TALLY_TALK));
    assert_true(tally_reaches(&record, TALLY_LIST));
    assert_false(tally_reaches(&record, TALLY_QUOTE));
    assert_true(tally_reaches(&record, TALLY_LEAD));
    assert_int_equal(tally_step_named(STR_LIT("quote")), TALLY_QUOTE);
    assert_int_equal(tally_step_named(STR_LIT("quot")), TALLY_STEPS);
    assert_int_equal(tally_step_named(STR_LIT("")), TALLY_STEPS);
}

static void what_is_meant_to_be_is_no_failure(void **state)
{
    (void)state;
    proto_turn_record_t record = answered(1);
    assert_true(str_is(tally_failure(&record), ""));
    record.why = STR_LIT("no_key");
    assert_true(str_is(tally_failure(&record), ""));
    record.why = STR_LIT("reset");
    assert_true(str_is(tally_failure(&record), ""));
    record.why = STR_LIT("budget");
    assert_true(str_is(tally_failure(&record), "budget"));
    record.outcome = STR_LIT("lost");
    assert_true(str_is(tally_failure(&record), "lost"));
}

/* Whatever a turn took, half of one turn took what it took, but for an eighth. */
static void times_are_told_within_an_eighth(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms < 1000000; ms += ms / 50 + 1) {
        proto_turn_record_t record = answered(ms);
        proto_numbers_t told;
        tally_sums_t *sums = tally_sums_new(1);
        arena_t *arena = arena_new(1 << 20);
        add_turn(sums, 0, 0, &record);
        assert_true(tally_sums_tell(sums, 20000, arena, &told));
        int64_t off = told.total->p50_ms - ms;
        assert_true((off < 0 ? -off : off) * 8 <= ms);
        assert_int_equal(told.total->p95_ms, told.total->p50_ms);
        arena_destroy(&arena);
        tally_sums_destroy(&sums);
    }
}

static void sums_are_of_days_hours_and_all(void **state)
{
    (void)state;
    proto_turn_record_t fast = answered(100), slow = answered(10000),
                        lost = {.outcome = STR_LIT("lost"), .tokens_in = 7};
    fast.currency = slow.currency = STR_LIT("USD");
    fast.cost = 1;
    slow.cost = 10;
    tally_sums_t *sums = tally_sums_new(2);
    for (int i = 0; i < 19; i++)
        add_turn(sums, 0, 9, &fast);
    slow.currency = STR_LIT("MXN");
    add_turn(sums, 1, 23, &slow);
    add_turn(sums, 1, 9, &lost);
    tally_sums_people(sums, 0, 5);
    tally_sums_people(sums, 1, 2);
    tally_sums_reached(sums, TALLY_TALK, 6);
    tally_sums_reached(sums, TALLY_LEAD, 1);
    arena_t *arena = arena_new(1 << 20);
    proto_numbers_t told;
    assert_true(tally_sums_tell(sums, 20000, arena, &told));
    assert_int_equal(tally_sums_damaged(sums), 0);
    assert_int_equal(told.total->turns, 20);
    assert_int_equal(told.total->failed, 1);
    assert_int_equal(told.total->tokens_in, 7);
    assert_int_equal(told.total->people, 6);
    assert_int_equal(told.total->p50_ms, told.days[0].p50_ms);
    assert_int_equal(told.total->p95_ms, told.days[0].p50_ms); /* 19 of 20 */
    assert_true(told.days[1].p50_ms > 8000);
    assert_int_equal(told.total->costs_count, 2);
    assert_true(str_is(told.total->costs[0].currency, "USD"));
    assert_int_equal(told.total->costs[0].micros, 19);
    assert_int_equal(told.total->costs[1].micros, 10);
    assert_int_equal(told.days_count, 2);
    assert_int_equal(told.days[0].at, 20000);
    assert_int_equal(told.days[1].at, 20001);
    assert_int_equal(told.days[1].turns, 1);
    assert_int_equal(told.days[1].people, 2);
    assert_int_equal(told.hours[9].turns, 19);
    assert_int_equal(told.hours[9].failed, 1);
    assert_int_equal(told.hours[23].turns, 1);
    assert_true(str_is(told.steps[3].step, "lead"));
    assert_int_equal(told.steps[3].people, 1);
    arena_destroy(&arena);
    tally_sums_destroy(&sums);
}

static void names_are_told_by_how_frequent_they_are(void **state)
{
    (void)state;
    tally_sums_t *sums = tally_sums_new(2);
    add(sums, 0, "sMazda 3", "2");
    add(sums, 1, "sMazda 3", "3");
    add(sums, 1, "sNissan", "9");
    add(sums, 1, "s", "1");
    add(sums, 0, "mTesla", "4");
    add(sums, 0, "ybudget", "1");
    for (int i = 0; i < 30; i++) {
        char field[16];
        snprintf(field, sizeof field, "m%02d", i);
        add(sums, 0, field, "1");
    }
    arena_t *arena = arena_new(1 << 20);
    proto_numbers_t told;
    assert_true(tally_sums_tell(sums, 1, arena, &told));
    assert_int_equal(told.names_count, 3 + TALLY_NAMES + 1);
    assert_true(str_is(told.names[0].name, "Nissan"));
    assert_true(str_is(told.names[1].name, "Mazda 3"));
    assert_int_equal(told.names[1].count, 5);
    assert_true(str_is(told.names[2].name, ""));
    assert_true(str_is(told.names[3].name, "Tesla"));
    assert_true(str_is(told.names[4].name, "00"));
    assert_true(str_is(told.names[3 + TALLY_NAMES].what, "failure"));
    arena_destroy(&arena);
    tally_sums_destroy(&sums);
}

static void too_many_names_are_others(void **state)
{
    (void)state;
    tally_sums_t *sums = tally_sums_new(1);
    for (int i = 0; i < 6000; i++) {
        char field[16];
        snprintf(field, sizeof field, "%c%d", "smy"[i % 3], i);
        add(sums, 0, field, "1");
    }
    assert_int_equal(tally_sums_damaged(sums), 0);
    arena_t *arena = arena_new(4 << 20);
    proto_numbers_t told;
    int64_t others = 0;
    assert_true(tally_sums_tell(sums, 1, arena, &told));
    for (size_t i = 0; i < told.names_count; i++)
        if (!told.names[i].name.size)
            others += told.names[i].count;
    assert_int_equal(others, 6000 - 4093);
    arena_destroy(&arena);
    tally_sums_destroy(&sums);
}

static void what_cannot_be_read_is_counted(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"", "1"},
                                         {"24 t", "1"},
                                         {"9", "1"},
                                         {"9 ", "1"},
                                         {"9 x", "1"},
                                         {"9 tt", "1"},
                                         {"9 b", "1"},
                                         {"9 b80", "1"},
                                         {"9 b1x", "1"},
                                         {"9 $usd", "1"},
                                         {"9 $USDX", "1"},
                                         {"9 t", ""},
                                         {"9 t", "-1"},
                                         {"9 t", "1x"},
                                         {"-1 t", "1"},
                                         {"9-t", "1"},
                                         {"z", "1"},
                                         {"s\xff", "1"},
                                         {"9 t", "1234567890123456789"}};
    size_t count = sizeof bad / sizeof *bad;
    tally_sums_t *sums = tally_sums_new(1);
    for (size_t i = 0; i < count; i++) {
        add(sums, 0, bad[i][0], bad[i][1]);
        assert_int_equal(tally_sums_damaged(sums), i + 1);
    }
    static const char *const currencies[] = {"9 $AAA", "9 $BBB", "9 $CCC", "9 $DDD", "9 $EEE"};
    for (size_t i = 0; i < 5; i++)
        add(sums, 0, currencies[i], "1");
    assert_int_equal(tally_sums_damaged(sums), count + 1);
    tally_sums_destroy(&sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_adds_what_it_took),
        cmocka_unit_test(the_most_a_turn_adds_has_room),
        cmocka_unit_test(steps_are_reached_by_tools_that_found_something),
        cmocka_unit_test(what_is_meant_to_be_is_no_failure),
        cmocka_unit_test(times_are_told_within_an_eighth),
        cmocka_unit_test(sums_are_of_days_hours_and_all),
        cmocka_unit_test(names_are_told_by_how_frequent_they_are),
        cmocka_unit_test(too_many_names_are_others),
        cmocka_unit_test(what_cannot_be_read_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
