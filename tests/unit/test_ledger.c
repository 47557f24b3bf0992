/* What a turn took, as it is added up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/ledger.h"

static model_result_t result(model_status_t status, int64_t in, int64_t cached, int64_t out)
{
    return (model_result_t){.status = status,
                            .first_us = 300400,
                            .total_us = 845600,
                            .tokens_in = in,
                            .tokens_cached = cached,
                            .tokens_out = out};
}

static void calls_are_kept_and_summed(void **state)
{
    (void)state;
    ledger_t ledger;
    ledger_init(&ledger);
    model_result_t calls = result(MODEL_CALLS, 1200, 1024, 35),
                   text = result(MODEL_TEXT, 1300, 0, 80);
    ledger_called(&ledger, "gpt-x", true, &calls);
    ledger_called(&ledger, "gpt-y", true, &text);
    const proto_turn_record_t *record = &ledger.record;
    assert_int_equal(record->calls_count, 2);
    assert_true(str_is(record->calls[0].model, "gpt-x"));
    assert_true(str_is(record->calls[0].outcome, "calls"));
    assert_int_equal(record->calls[0].first_us, 300400);
    assert_int_equal(record->calls[0].total_us, 845600);
    assert_int_equal(record->calls[0].tokens_cached, 1024);
    assert_true(str_is(record->model, "gpt-y"));
    assert_int_equal(record->model_calls, 2);
    assert_int_equal(record->tokens_in, 2500);
    assert_int_equal(record->tokens_cached, 1024);
    assert_int_equal(record->tokens_out, 115);
}

static void the_offline_seller_costs_nothing(void **state)
{
    (void)state;
    ledger_t ledger;
    ledger_init(&ledger);
    model_result_t failed = result(MODEL_FAILED, 0, 0, 0), text = result(MODEL_TEXT, 0, 0, 0);
    failed.error = "http_500";
    ledger_called(&ledger, "gpt-x", true, &failed);
    ledger_called(&ledger, "offline", false, &text);
    assert_int_equal(ledger.record.model_calls, 1);
    assert_int_equal(ledger.record.calls_count, 2);
    assert_true(str_is(ledger.record.calls[0].error, "http_500"));
    assert_true(str_is(ledger.record.model, "offline"));
}

static void tokens_of_a_model_with_a_price_cost(void **state)
{
    (void)state;
    price_t price = {.in = 400000, .cached = 100000, .out = 1600000};
    ledger_t ledger;
    ledger_init(&ledger);
    ledger_cost(&ledger, &price, 1200, 1024, 35);
    ledger_cost(&ledger, NULL, 1200, 1024, 35);
    ledger_cost(&ledger, &price, 1000, 0, 0);
    assert_int_equal(ledger.record.cost, 229 + 400);
}

static void a_cut_call_counts_as_a_call(void **state)
{
    (void)state;
    ledger_t ledger;
    ledger_init(&ledger);
    ledger_cut(&ledger, "gpt-x", true, 5000);
    assert_int_equal(ledger.record.model_calls, 1);
    assert_true(str_is(ledger.record.calls[0].outcome, "cut"));
    assert_int_equal(ledger.record.calls[0].total_us, 5000);
}

/* What is beyond the lists is in the sums. */
static void the_lists_are_bounded(void **state)
{
    (void)state;
    ledger_t ledger;
    ledger_init(&ledger);
    model_result_t calls = result(MODEL_CALLS, 10, 0, 1);
    for (int i = 0; i < 20; i++)
        ledger_called(&ledger, "gpt-x", true, &calls);
    for (int i = 0; i < 40; i++)
        ledger_tool(&ledger, STR_LIT("search_cars"), 1000, i % 2 == 0);
    ledger_checked(&ledger, 70, 2);
    ledger_checked(&ledger, 30, 0);
    ledger_repaired(&ledger);
    proto_turn_record_t *record = &ledger.record;
    assert_int_equal(record->calls_count, LEDGER_CALLS);
    assert_int_equal(record->tools_count, LEDGER_TOOLS);
    assert_int_equal(record->model_calls, 20);
    assert_int_equal(record->tokens_in, 200);
    assert_int_equal(record->tool_calls, 40);
    assert_false(record->tools[1].ok);
    assert_int_equal(record->checks_us, 100);
    assert_int_equal(record->findings, 2);
    assert_int_equal(record->repairs, 1);
    record->turn_id = STR_LIT("t1");
    record->outcome = STR_LIT("answered");
    buf_t out;
    buf_init(&out, 8192);
    assert_true(proto_encode(&proto_turn_record_record, record, &out, NULL));
    buf_free(&out);
}

/* Counts come from a server, names from a setting: neither may break the record. */
static void nonsense_of_a_server_is_not_kept(void **state)
{
    (void)state;
    ledger_t ledger;
    ledger_init(&ledger);
    model_result_t text = result(MODEL_TEXT, -5, INT64_MAX, INT64_MIN);
    char longest[200];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    ledger_called(&ledger, longest, true, &text);
    assert_int_equal(ledger.record.tokens_in, 0);
    assert_int_equal(ledger.record.tokens_cached, 0);
    assert_int_equal(ledger.record.tokens_out, 0);
    assert_int_equal(ledger.record.model.size, 64);
}

static void it_reads_well_in_a_log(void **state)
{
    (void)state;
    ledger_t ledger;
    buf_t out;
    ledger_init(&ledger);
    buf_init(&out, 1024);
    model_result_t calls = result(MODEL_CALLS, 1200, 0, 35), text = result(MODEL_TEXT, 1300, 0, 80);
    ledger_called(&ledger, "gpt-x", true, &calls);
    ledger_called(&ledger, "gpt-x", true, &text);
    ledger_print_calls(&ledger, &out);
    assert_string_equal(out.data, "gpt-x:calls:300/846ms:1200+35 gpt-x:text:300/846ms:1300+80");
    buf_clear(&out);
    ledger_tool(&ledger, STR_LIT("search_cars"), 2600, true);
    ledger_tool(&ledger, STR_LIT("get_car"), 400, false);
    ledger_print_tools(&ledger, &out);
    assert_string_equal(out.data, "search_cars:3ms get_car:refused:0ms");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_kept_and_summed),
        cmocka_unit_test(the_offline_seller_costs_nothing),
        cmocka_unit_test(tokens_of_a_model_with_a_price_cost),
        cmocka_unit_test(a_cut_call_counts_as_a_call),
        cmocka_unit_test(the_lists_are_bounded),
        cmocka_unit_test(nonsense_of_a_server_is_not_kept),
        cmocka_unit_test(it_reads_well_in_a_log),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
