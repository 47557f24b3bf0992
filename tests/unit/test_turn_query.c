/* Which turns /seller/turns and /seller/latency are asked about, and what they answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/turn_json.h"
#include "gateway/turn_query.h"
#include "gateway/url.h"

#define NOW INT64_C(1795344000000) /* 2026-11-22T10:40:00Z */

static arena_t *arena;

static void times_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms; /* 0: none */
    } cases[] = {
        {"2026-11-22T10:40:00Z", NOW},
        {"2026-11-22T10:40:00", NOW},
        {"2026-11-22T10:40", NOW},
        {"2026-11-22T10:40:00.123Z", NOW + 123},
        {"2026-11-22", NOW - (10 * 60 + 40) * 60000},
        {"90s", NOW - 90000},
        {"15m", NOW - 900000},
        {"24h", NOW - 86400000},
        {"7d", NOW - 7 * 86400000},
        {"250ms", NOW - 250},
        {"", 0},
        {"1795344000000", 0},
        {"now", 0},
        {"-5m", 0},
        {"2026-13-01", 0},
        {"2026-00-01", 0},
        {"2026-01-32", 0},
        {"2026-02-30", 0},
        {"2026-11-22T24:00:00Z", 0},
        {"2026-11-22T10:40:00+06:00", 0},
        {"2026-11-22T10:40:00Zx", 0},
        {"2026-11-22T", 0},
        {"2026-11-22T10:40:", 0},
        {"1969-11-22", 0},
        {"99999999w", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 0;
        bool good = turn_query_time(str_from(cases[i].text), NOW, &ms);
        if (good != (cases[i].ms != 0) || (good && ms != cases[i].ms))
            fail_msg("%s: %lld", cases[i].text, (long long)ms);
    }
}

static void parameters_are_read(void **state)
{
    (void)state;
    turn_query_t query;
    problem_t problem;
    assert_true(turns_query_parse(STR_LIT("user_id=whatsapp:%2B5215512345678"), NOW, arena, &query,
                                  &problem));
    assert_true(str_is(query.user, "whatsapp:+*********5678")); /* as turns are kept */
    assert_true(turns_query_parse(STR_LIT("since=1h&until=5m&outcome=budget&before=01AB&limit=7"),
                                  NOW, arena, &query, &problem));
    assert_int_equal(query.since_ms, NOW - 3600000);
    assert_int_equal(query.until_ms, NOW - 300000);
    assert_true(str_is(query.outcome, "budget"));
    assert_true(str_is(query.before, "01AB"));
    assert_int_equal(query.limit, 7);
    assert_true(turns_query_parse(STR_LIT("did=quote&sought=Mazda%203&missed=Kia&longer=2s&hour=0"),
                                  NOW, arena, &query, &problem));
    assert_true(str_is(query.did, "quote") && str_is(query.sought, "Mazda 3"));
    assert_true(str_is(query.missed, "Kia"));
    assert_int_equal(query.longer_ms, 2000);
    assert_int_equal(query.hour, 1);
    assert_true(turns_query_parse(STR_LIT("hour=23"), NOW, arena, &query, &problem));
    assert_int_equal(query.hour, 24);
    assert_true(turns_query_parse(STR_LIT("hour="), NOW, arena, &query, &problem));
    assert_int_equal(query.hour, 0);
    assert_true(turns_query_parse(STR_LIT("since=&limit="), NOW, arena, &query, &problem));
    assert_int_equal(query.since_ms, 0);
    assert_int_equal(query.limit, TURN_QUERY_LIMIT);
    assert_true(latency_query_parse(STR_LIT(""), NOW, arena, &query, &problem));
    assert_int_equal(query.since_ms, NOW - TURN_QUERY_SINCE_MS);
    assert_true(latency_query_parse(STR_LIT("until=5m"), NOW, arena, &query, &problem));
    assert_int_equal(query.since_ms, 0);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text, *detail;
    } cases[] = {
        {"since=yesterday", "since must be a time"},
        {"until=x", "until must be a time"},
        {"since=1h&until=2h", "since is after until."},
        {"since=1h&since=2h", "since is given more than once."},
        {"limit=0", "limit must be"},
        {"limit=101", "limit must be"},
        {"limit=-1", "limit must be"},
        {"limit=9999", "limit must be"},
        {"outcome=a%20b", "outcome must be"},
        {"outcome=aaaaaaaaaaaaaaaaa", "outcome must be"},
        {"before=%27", "before must be"},
        {"user=ana",
         "A parameter is not known. There are since, until, outcome, before, limit, user_id, did, "
         "sought, missed, longer, hour."},
        {"did=sing", "did must be"},
        {"longer=x", "longer must be"},
        {"longer=0", "longer must be"},
        {"hour=24", "hour must be"},
        {"hour=-1", "hour must be"},
        {"hour=1000", "hour must be"},
        {"sought=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "sought may have 64 bytes."},
        {"user_id=%20", "user_id is empty."},
        {"since=%ff", "percent-encoded"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        turn_query_t query;
        problem_t problem = {0};
        assert_false(turns_query_parse(str_from(cases[i].text), NOW, arena, &query, &problem));
        assert_int_equal(problem.status, 400);
        if (!strstr(problem.detail, cases[i].detail))
            fail_msg("%s: %s", cases[i].text, problem.detail);
    }
    turn_query_t query;
    problem_t problem = {0};
    assert_false(latency_query_parse(STR_LIT("limit=5"), NOW, arena, &query, &problem));
    assert_string_equal(problem.detail, "A parameter is not known. There are since, until.");
}

static void they_ask_for_the_token(void **state)
{
    (void)state;
    assert_true(route_find(STR_LIT("/seller/turns"), METHOD_GET).who == WHO_API);
    assert_true(route_find(STR_LIT("/seller/latency"), METHOD_GET).who == WHO_API);
    assert_int_equal(route_find(STR_LIT("/seller/turns"), METHOD_GET).methods,
                     METHOD_GET | METHOD_HEAD);
}

static void turns_are_told(void **state)
{
    (void)state;
    proto_model_call_t call = {.model = STR_LIT("gpt-x"),
                               .outcome = STR_LIT("failed"),
                               .error = STR_LIT("http_500"),
                               .total_us = 1200999,
                               .tokens_in = 5};
    proto_tool_call_t tool = {.name = STR_LIT("get_car"), .us = 7};
    proto_turn_record_t turn = {.turn_id = STR_LIT("01A"),
                                .user = STR_LIT("whatsapp:+*********5678"),
                                .channel = STR_LIT("twilio"),
                                .received_ms = NOW,
                                .claimed_ms = NOW + 1,
                                .outcome = STR_LIT("answered"),
                                .why = STR_LIT("failed"),
                                .model = STR_LIT("offline"),
                                .rules = STR_LIT("v1"),
                                .total_us = 1300000,
                                .waiting_us = 1000,
                                .first_part_us = 1400000,
                                .calls = &call,
                                .calls_count = 1,
                                .tools = &tool,
                                .tools_count = 1,
                                .cars = 5};
    proto_turns_t turns = {.turns = &turn, .turns_count = 1, .before = STR_LIT("01A")};
    buf_t out;
    buf_init(&out, 1 << 16);
    turns_json(&turns, &out);
    assert_string_equal(
        out.data,
        "{\"turns\":[{\"turn_id\":\"01A\",\"user\":\"whatsapp:+*********5678\",\"channel\":"
        "\"twilio\",\"received_at\":\"2026-11-22T10:40:00.000Z\",\"claimed_at\":"
        "\"2026-11-22T10:40:00.001Z\",\"outcome\":\"answered\",\"why\":\"failed\",\"model\":"
        "\"offline\",\"rules\":\"v1\",\"knowledge\":0,\"sought\":\"\",\"missed\":\"\",\"total_ms\":"
        "1300.000,\"waiting_ms\":1.000,"
        "\"claim_ms\":0."
        "000,"
        "\"owed_ms\":0.000,\"thinking_ms\":0.000,\"tools_ms\":0.000,\"checks_ms\":0.000,"
        "\"commit_ms\":0.000,\"first_part_ms\":1400.000,\"calls\":[{\"model\":\"gpt-x\","
        "\"outcome\":\"failed\",\"error\":\"http_500\",\"total_ms\":1200.999,\"tokens_in\":5,"
        "\"tokens_cached\":0,\"tokens_out\":0}],\"tools\":[{\"name\":\"get_car\",\"ms\":0.007,"
        "\"ok\":false}],\"model_calls\":0,\"tool_calls\":0,\"tokens_in\":0,\"tokens_cached\":0,"
        "\"tokens_out\":0,\"findings\":0,\"repairs\":0,\"cars\":5,\"joins\":0}],\"before\":"
        "\"01A\"}");
    buf_clear(&out);
    turn.currency = STR_LIT("MXN");
    turn.cost = 1234;
    turns_json(&turns, &out);
    assert_non_null(strstr(out.data, "\"tokens_out\":0,\"cost_micros\":1234,\"currency\":\"MXN\","
                                     "\"findings\""));
    buf_free(&out);
}

static void percentiles_are_told(void **state)
{
    (void)state;
    proto_step_latency_t step = {STR_LIT("total"), 4, 1, 2000, 3000, 4000, 5000};
    proto_turn_group_t groups[2] = {{.turns = 4, .steps = &step, .steps_count = 1},
                                    {.model = STR_LIT("m"), .rules = STR_LIT("v1"), .failed = 1}};
    proto_latency_t latency = {.groups = groups, .groups_count = 2, .partial = true};
    buf_t out;
    buf_init(&out, 1 << 16);
    latency_json(&latency, NOW, 0, &out);
    assert_string_equal(
        out.data,
        "{\"since\":\"2026-11-22T10:40:00.000Z\",\"until\":null,\"oldest\":null,\"partial\":true,"
        "\"all\":{\"turns\":4,\"failed\":0,\"model_calls\":0,\"tokens_in\":0,\"tokens_cached\":0,"
        "\"tokens_out\":0,\"findings\":0,\"repairs\":0,\"steps\":{\"total\":{\"count\":4,\"p50_"
        "ms\":"
        "0.001,\"p90_ms\":2.000,\"p95_ms\":3.000,\"p99_ms\":4.000,\"max_ms\":5.000}}},\"groups\":[{"
        "\"model\":\"m\",\"rules\":\"v1\",\"turns\":0,\"failed\":1,\"model_calls\":0,\"tokens_in\":"
        "0,"
        "\"tokens_cached\":0,\"tokens_out\":0,\"findings\":0,\"repairs\":0,\"steps\":{}}]}");
    buf_clear(&out);
    latency_json(&(proto_latency_t){0}, 0, 0, &out);
    assert_true(buf_ok(&out));
    assert_non_null(strstr(out.data, "\"groups\":[]}"));
    buf_free(&out);
}

static void budgets_are_asked_for(void **state)
{
    (void)state;
    str_t user_id;
    problem_t problem;
    assert_true(budget_query_parse(STR_LIT(""), arena, &user_id, &problem));
    assert_int_equal(user_id.size, 0);
    assert_true(
        budget_query_parse(STR_LIT("user_id=whatsapp%3A%2B521"), arena, &user_id, &problem));
    assert_true(str_is(user_id, "whatsapp:+521"));
    static const char *const wrong[] = {"user_id=", "user=a", "user_id=a&user_id=b", "user_id=%ff",
                                        "user_id=%0a"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(budget_query_parse(str_from(wrong[i]), arena, &user_id, &problem));
        assert_int_equal(problem.status, 400);
    }
    assert_true(route_find(STR_LIT("/seller/budget"), METHOD_GET).who == WHO_API);
}

static void budgets_are_told(void **state)
{
    (void)state;
    proto_budget_t budget = {.day = STR_LIT("2026-11-22"),
                             .ends_ms = NOW,
                             .day_tokens = 5,
                             .day_calls = 2,
                             .most_day_tokens = 5,
                             .person_tokens = 3,
                             .most_person_calls = 7,
                             .used_up = STR_LIT("day")};
    buf_t out;
    buf_init(&out, 1 << 12);
    budget_json(&budget, STR_LIT("ana"), &out);
    assert_string_equal(
        out.data, "{\"day\":\"2026-11-22\",\"ends_at\":\"2026-11-22T10:40:00.000Z\",\"used_up\":"
                  "\"day\",\"all\":{\"most_tokens\":5,\"most_calls\":null,\"tokens\":5,\"calls\":2}"
                  ",\"person\":{\"most_tokens\":null,\"most_calls\":7,\"tokens\":3,\"calls\":0,"
                  "\"user_id\":\"ana\"}}");
    buf_clear(&out);
    budget.used_up = STR_LIT("");
    budget_json(&budget, STR_LIT(""), &out);
    assert_non_null(strstr(out.data, "\"used_up\":null"));
    assert_non_null(strstr(out.data, "\"person\":{\"most_tokens\":null,\"most_calls\":7}}"));
    buf_free(&out);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1 << 16);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),        cmocka_unit_test(parameters_are_read),
        cmocka_unit_test(what_is_wrong_is_said), cmocka_unit_test(they_ask_for_the_token),
        cmocka_unit_test(turns_are_told),        cmocka_unit_test(percentiles_are_told),
        cmocka_unit_test(budgets_are_asked_for), cmocka_unit_test(budgets_are_told),
    };
    return cmocka_run_group_tests_name("turn_query", tests, set_up, tear_down);
}
