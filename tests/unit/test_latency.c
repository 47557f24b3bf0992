/* Percentiles of what turns took. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sessions/histogram.h"
#include "sessions/latency.h"

static histogram_t histogram;

static int64_t random_time(unsigned *seed)
{
    int bits = rand_r(seed) % 40;
    int64_t value = ((int64_t)rand_r(seed) << 20) ^ rand_r(seed);
    return value & (((int64_t)1 << bits) - 1);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Against sorting: never below the true percentile, and at most 1/64 above it. */
static void percentiles_are_near(void **state)
{
    (void)state;
    static int64_t times[2000];
    unsigned seed = 7;
    for (int round = 0; round < 300; round++) {
        size_t count = 1 + (size_t)rand_r(&seed) % 2000;
        histogram = (histogram_t){.count = 0};
        for (size_t i = 0; i < count; i++) {
            times[i] = random_time(&seed);
            histogram_add(&histogram, times[i]);
        }
        qsort(times, count, sizeof *times, by_value);
        static const int64_t asked[] = {1, 500, 900, 950, 990, 1000};
        for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
            int64_t exact = times[(count * (size_t)asked[i] + 999) / 1000 - 1];
            int64_t told = histogram_at(&histogram, asked[i]);
            if (told < exact || told > exact + exact / 64)
                fail_msg("p%lld of %zu: %lld, not %lld", (long long)asked[i], count,
                         (long long)told, (long long)exact);
        }
        assert_int_equal(histogram_at(&histogram, 1000), times[count - 1]);
        assert_int_equal(histogram.count, count);
    }
}

static void the_ends_of_a_histogram(void **state)
{
    (void)state;
    histogram = (histogram_t){.count = 0};
    assert_int_equal(histogram_at(&histogram, 500), 0);
    histogram_add(&histogram, -1);
    histogram_add(&histogram, INT64_MAX);
    assert_int_equal(histogram_at(&histogram, 500), 0);
    assert_int_equal(histogram_at(&histogram, 1000), ((int64_t)1 << HISTOGRAM_BITS) - 1);
    for (int bit = 0; bit < 63; bit++)
        histogram_add(&histogram, (int64_t)1 << bit);
    assert_int_equal(histogram.count, 65);
}

/* ---- groups ---- */

static proto_turn_record_t record(const char *model, const char *rules, int64_t total_us)
{
    return (proto_turn_record_t){.turn_id = STR_LIT("t"),
                                 .outcome = STR_LIT("answered"),
                                 .model = str_from(model),
                                 .rules = str_from(rules),
                                 .total_us = total_us,
                                 .think_us = total_us / 2};
}

static const proto_turn_group_t *group(const proto_latency_t *told, const char *model,
                                       const char *rules)
{
    for (size_t i = 0; i < told->groups_count; i++)
        if (str_is(told->groups[i].model, model) && str_is(told->groups[i].rules, rules))
            return &told->groups[i];
    return NULL;
}

static const proto_step_latency_t *step(const proto_turn_group_t *self, const char *name)
{
    for (size_t i = 0; i < self->steps_count; i++)
        if (str_is(self->steps[i].step, name))
            return &self->steps[i];
    return NULL;
}

static void told_by_model_and_rules(void **state)
{
    (void)state;
    latency_t *latency = latency_new();
    arena_t *arena = arena_new(1 << 20);
    for (int64_t i = 1; i <= 10; i++) {
        proto_turn_record_t turn = record("a", i % 2 ? "v1" : "v2", i);
        latency_add(latency, &turn);
    }
    proto_turn_record_t lost = record("a", "v1", 1000000);
    lost.outcome = STR_LIT("lost");
    lost.tokens_in = 7;
    latency_add(latency, &lost);
    proto_latency_t told = {0};
    assert_true(latency_tell(latency, arena, &told));
    assert_int_equal(told.groups_count, 3);
    const proto_turn_group_t *all = group(&told, "", ""), *v1 = group(&told, "a", "v1");
    assert_ptr_equal(all, &told.groups[0]);
    assert_int_equal(all->turns, 10);
    assert_int_equal(all->failed, 1);
    assert_int_equal(all->tokens_in, 7);
    const proto_step_latency_t *total = step(all, "total");
    assert_int_equal(total->count, 10);
    assert_int_equal(total->p50_us, 5);
    assert_int_equal(total->p90_us, 9);
    assert_int_equal(total->p99_us, 10);
    assert_int_equal(total->max_us, 10);
    assert_int_equal(v1->turns, 5);
    assert_int_equal(v1->failed, 1);
    assert_int_equal(step(v1, "total")->max_us, 9);
    assert_int_equal(step(group(&told, "a", "v2"), "total")->max_us, 10);
    /* what did not happen has no percentiles */
    assert_null(step(all, "tools"));
    assert_null(step(all, "delivered"));
    assert_null(step(all, "first_token"));
    latency_destroy(&latency);
    arena_destroy(&arena);
}

static void calls_belong_to_their_own_model(void **state)
{
    (void)state;
    latency_t *latency = latency_new();
    arena_t *arena = arena_new(1 << 20);
    proto_model_call_t calls[2] = {{.model = STR_LIT("gpt"),
                                    .outcome = STR_LIT("failed"),
                                    .first_us = 3,
                                    .total_us = 40,
                                    .tokens_in = 10,
                                    .tokens_out = 1},
                                   {.model = STR_LIT("offline"), .total_us = 2}};
    proto_tool_call_t tool = {.name = STR_LIT("get_car"), .us = 5};
    proto_turn_record_t turn = record("offline", "v1", 50);
    turn.calls = calls;
    turn.calls_count = 2;
    turn.tools = &tool;
    turn.tools_count = 1;
    turn.model_calls = 3; /* two more than are listed */
    turn.tokens_in = 14;
    turn.tokens_out = 1;
    latency_add(latency, &turn);
    proto_latency_t told = {0};
    assert_true(latency_tell(latency, arena, &told));
    const proto_turn_group_t *gpt = group(&told, "gpt", "v1"), *all = &told.groups[0];
    const proto_turn_group_t *offline = group(&told, "offline", "v1");
    assert_int_equal(gpt->turns, 0);
    assert_int_equal(gpt->model_calls, 1);
    assert_int_equal(gpt->tokens_in, 10);
    assert_int_equal(step(gpt, "model_call")->max_us, 40);
    assert_int_equal(step(gpt, "first_token")->max_us, 3);
    assert_int_equal(offline->turns, 1);
    assert_int_equal(offline->model_calls, 2);
    assert_int_equal(offline->tokens_in, 4);
    assert_int_equal(step(offline, "model_call")->max_us, 2);
    assert_int_equal(step(offline, "tool_call")->max_us, 5);
    assert_int_equal(all->model_calls, 3);
    assert_int_equal(all->tokens_in, 14);
    assert_int_equal(step(all, "model_call")->count, 2);
    latency_destroy(&latency);
    arena_destroy(&arena);
}

static void groups_are_bounded(void **state)
{
    (void)state;
    latency_t *latency = latency_new();
    arena_t *arena = arena_new(1 << 20);
    for (int i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof name, "model-%d", i % 25);
        proto_turn_record_t turn = record(name, "v1", 5);
        latency_add(latency, &turn);
    }
    proto_latency_t told = {0};
    assert_true(latency_tell(latency, arena, &told));
    assert_int_equal(told.groups_count, LATENCY_GROUPS + 2);
    assert_int_equal(group(&told, "model-3", "v1")->turns, 2);
    assert_int_equal(group(&told, "other", "other")->turns, 2 * (25 - LATENCY_GROUPS));
    buf_t out;
    buf_init(&out, PROTO_MAX_BODY);
    assert_true(proto_encode(proto_message(PROTO_LATENCY), &told, &out, NULL));
    buf_free(&out);
    latency_destroy(&latency);
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_near),
        cmocka_unit_test(the_ends_of_a_histogram),
        cmocka_unit_test(told_by_model_and_rules),
        cmocka_unit_test(calls_belong_to_their_own_model),
        cmocka_unit_test(groups_are_bounded),
    };
    return cmocka_run_group_tests_name("latency", tests, NULL, NULL);
}
