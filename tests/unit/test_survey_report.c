/* The survey in numbers: stored counts become sums, sums become JSON, days come from a query. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/survey_json.h"
#include "sessions/survey_report.h"

static survey_sums_t *new_sums(void)
{
    survey_sums_t *sums = calloc(1, sizeof *sums);
    sums->arena = arena_new(8 << 20);
    sums->opinion_max = 3;
    return sums;
}

static void free_sums(survey_sums_t *sums)
{
    arena_destroy(&sums->arena);
    free(sums);
}

static void add_day(survey_sums_t *sums, const char *field, const char *counts)
{
    survey_sums_day(sums, str_from(field), str_from(counts));
}

static void add_opinion(survey_sums_t *sums, const char *user, int64_t at_ms, const char *comment)
{
    proto_survey_t survey = {
        .state = STR_LIT("closed"), .answered = true, .score = 9, .comment = str_from(comment)};
    buf_t member;
    buf_init(&member, 4096);
    buf_printf(&member, "%zu:%s", strlen(user), user);
    assert_true(proto_encode(&proto_survey_record, &survey, &member, NULL));
    survey_sums_opinion(sums, buf_view(&member), at_ms);
    memset(member.data, 'x', member.size); /* nothing may look into it later */
    buf_free(&member);
}

/* ---- sums ---- */

static void partitions_are_summed_up_by_day_and_rules(void **state)
{
    (void)state;
    survey_sums_t *sums = new_sums();
    add_day(sums, "20001 v2", "1 0 0 0 0 0");
    add_day(sums, "20000 v1", "3 2 1 0 1 15");
    add_day(sums, "20001 v1", "5 1 0 1 0 8");
    add_day(sums, "20001 v2", "2 1 1 0 0 10");
    add_day(sums, "20001 v2", "-1 0 0 0 0 0"); /* taken back in another partition */
    add_day(sums, "20001 ", "1 0 0 0 0 0");
    static const struct {
        int64_t day, asked, answered, sum;
        const char *rules;
    } rows[] = {{20000, 3, 2, 15, "v1"},
                {20001, 1, 0, 0, ""},
                {20001, 5, 1, 8, "v1"},
                {20001, 2, 1, 10, "v2"}};
    assert_int_equal(sums->day_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const proto_survey_day_t *row = &sums->days[i];
        assert_int_equal(row->day, rows[i].day);
        assert_true(str_is(row->rules, rows[i].rules));
        assert_int_equal(row->asked, rows[i].asked);
        assert_int_equal(row->answered, rows[i].answered);
        assert_int_equal(row->sum, rows[i].sum);
    }
    assert_int_equal(sums->damaged, 0);
    free_sums(sums);
}

static void damage_is_counted_and_left_out(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "1 0 0 0 0 0"},           {"v1", "1 0 0 0 0 0"},
        {"20000", "1 0 0 0 0 0"},      {"20000 v1", ""},
        {"20000 v1", "1 2 3 4 5"},     {"20000 v1", "1 2 3 4 5 6 7"},
        {"20000 v1", "1 2 3 4 5 x"},   {"20000 v1", "1  2 3 4 5"},
        {"20000 \xff", "1 2 3 4 5 6"}, {"99999999999999999 v1", "1 0 0 0 0 0"}};
    survey_sums_t *sums = new_sums();
    size_t count = sizeof bad / sizeof *bad;
    for (size_t i = 0; i < count; i++)
        add_day(sums, bad[i][0], bad[i][1]);
    assert_int_equal(sums->day_count, 0);
    assert_int_equal(sums->damaged, count);
    static const char *const members[] = {"",   "3",     "3:",        "3:an",
                                          "0:", "x:ana", "3:ana\xff", "-1:a"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        survey_sums_opinion(sums, str_from(members[i]), 5);
    assert_int_equal(sums->opinion_count, 0);
    assert_int_equal(sums->damaged, count + sizeof members / sizeof *members);
    free_sums(sums);
}

static void too_many_days_are_told(void **state)
{
    (void)state;
    survey_sums_t *sums = new_sums();
    for (int i = 0; i < SURVEY_REPORT_DAYS; i++) {
        char field[32];
        snprintf(field, sizeof field, "%d v1", 30000 - i);
        add_day(sums, field, "1 0 0 0 0 0");
    }
    assert_false(sums->full);
    add_day(sums, "30000 v1", "1 0 0 0 0 0");
    assert_false(sums->full);
    add_day(sums, "1 v1", "1 0 0 0 0 0");
    assert_true(sums->full);
    for (size_t i = 1; i < sums->day_count; i++)
        assert_true(sums->days[i - 1].day < sums->days[i].day);
    free_sums(sums);
}

static void the_newest_opinions_stay(void **state)
{
    (void)state;
    survey_sums_t *sums = new_sums();
    static const int64_t times[] = {5, 9, 1, 7, 8, 2, 9};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char text[16];
        snprintf(text, sizeof text, "at %d", (int)times[i]);
        add_opinion(sums, "whatsapp:+5215512345678", times[i], text);
    }
    assert_int_equal(sums->opinion_count, 3);
    static const char *const kept[] = {"at 9", "at 9", "at 8"};
    for (size_t i = 0; i < 3; i++)
        assert_true(str_is(sums->opinions[i].survey->comment, kept[i]));
    assert_true(str_is(sums->opinions[0].user_id, "whatsapp:+5215512345678"));
    sums->opinion_max = 0;
    sums->opinion_count = 0;
    add_opinion(sums, "a", 99, "nobody wants it");
    assert_int_equal(sums->opinion_count, 0);
    free_sums(sums);
}

/* ---- JSON ---- */

static void print(const proto_survey_day_t *row, const char *expected)
{
    survey_query_t query = {row->day, row->day};
    proto_surveyed_t surveyed = {(proto_survey_day_t *)row, 1, NULL, 0};
    buf_t out;
    buf_init(&out, 65536);
    survey_json(&query, &surveyed, &out);
    if (!strstr(out.data, expected))
        fail_msg("%s\nis not in %s", expected, out.data);
    buf_free(&out);
}

static void ratios_are_exact(void **state)
{
    (void)state;
    print(
        &(proto_survey_day_t){
            .asked = 3, .answered = 2, .promoters = 1, .detractors = 1, .sum = 15},
        "\"asked\":3,\"answered\":2,\"response_rate\":0.6667,\"promoters\":1,\"passives\":0,"
        "\"detractors\":1,\"nps\":0.0,\"mean\":7.50}");
    print(
        &(proto_survey_day_t){.asked = 7, .answered = 3, .detractors = 2, .passives = 1, .sum = 10},
        "\"nps\":-66.7,\"mean\":3.33}");
    print(
        &(proto_survey_day_t){.asked = 8, .answered = 8, .promoters = 3, .passives = 5, .sum = 65},
        "\"response_rate\":1.0000,\"promoters\":3,\"passives\":5,\"detractors\":0,\"nps\":37.5,"
        "\"mean\":8.13}");
    print(&(proto_survey_day_t){.asked = 1000, .answered = 1000, .detractors = 1, .sum = 5},
          "\"nps\":-0.1,\"mean\":0.01}");
    print(&(proto_survey_day_t){.asked = 5000, .answered = 5000, .detractors = 1},
          "\"nps\":0.0,\"mean\":0.00}"); /* no -0.0 */
    print(&(proto_survey_day_t){.asked = 4},
          "\"response_rate\":0.0000,\"promoters\":0,\"passives\":0,\"detractors\":0,\"nps\":null,"
          "\"mean\":null}");
    print(&(proto_survey_day_t){0}, "\"response_rate\":null");
}

static void the_whole_is_json(void **state)
{
    (void)state;
    proto_survey_day_t days[] = {{.day = 20000,
                                  .rules = STR_LIT("v1"),
                                  .asked = 2,
                                  .answered = 1,
                                  .promoters = 1,
                                  .sum = 10},
                                 {.day = 20001,
                                  .rules = STR_LIT("v1"),
                                  .asked = 1,
                                  .answered = 1,
                                  .detractors = 1,
                                  .sum = 2},
                                 {.day = 20001, .rules = STR_LIT("v\"2"), .asked = 1}};
    proto_survey_t survey = {.comment = STR_LIT("\"<b>\""), .rules = STR_LIT("v1")};
    proto_opinion_t opinion = {STR_LIT("whatsapp:+5215512345678"), 1700000000123, &survey, 1};
    proto_surveyed_t surveyed = {days, 3, &opinion, 1};
    survey_query_t query = {20000, 20001};
    buf_t out;
    buf_init(&out, 65536);
    survey_json(&query, &surveyed, &out);
    assert_string_equal(
        out.data,
        "{\"since\":\"2024-10-04\",\"until\":\"2024-10-05\",\"total\":{\"asked\":4,\"answered\":2,"
        "\"response_rate\":0.5000,\"promoters\":1,\"passives\":0,\"detractors\":1,\"nps\":0.0,"
        "\"mean\":6.00},\"rules\":[{\"rules\":\"v1\",\"asked\":3,\"answered\":2,"
        "\"response_rate\":0.6667,\"promoters\":1,\"passives\":0,\"detractors\":1,\"nps\":0.0,"
        "\"mean\":6.00},{\"rules\":\"v\\\"2\",\"asked\":1,\"answered\":0,\"response_rate\":0.0000,"
        "\"promoters\":0,\"passives\":0,\"detractors\":0,\"nps\":null,\"mean\":null}],\"days\":["
        "{\"day\":\"2024-10-04\",\"rules\":\"v1\",\"asked\":2,\"answered\":1,"
        "\"response_rate\":0.5000,\"promoters\":1,\"passives\":0,\"detractors\":0,\"nps\":100.0,"
        "\"mean\":10.00},{\"day\":\"2024-10-05\",\"rules\":\"v1\",\"asked\":1,\"answered\":1,"
        "\"response_rate\":1.0000,\"promoters\":0,\"passives\":0,\"detractors\":1,\"nps\":-100.0,"
        "\"mean\":2.00},{\"day\":\"2024-10-05\",\"rules\":\"v\\\"2\",\"asked\":1,\"answered\":0,"
        "\"response_rate\":0.0000,\"promoters\":0,\"passives\":0,\"detractors\":0,\"nps\":null,"
        "\"mean\":null}],\"comments\":[{\"at\":\"2023-11-14T22:13:20.123Z\","
        "\"user\":\"whatsapp:+*********5678\",\"score\":null,\"comment\":\"\\\"\\u003cb>\\\"\","
        "\"rules\":\"v1\",\"model\":\"\",\"channel\":\"\",\"turn_id\":\"\"}]}");
    buf_free(&out);
}

/* ---- days ---- */

static void every_day_there_and_back(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t day;
    } known[] = {{"1970-01-01", 0},     {"1970-12-31", 364},   {"1972-02-29", 789},
                 {"2000-02-29", 11016}, {"2000-03-01", 11017}, {"2024-10-04", 20000},
                 {"2100-02-28", 47540}, {"2100-03-01", 47541}, {"9999-12-31", 2932896}};
    int64_t day;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_true(day_parse(str_from(known[i].text), &day));
        assert_int_equal(day, known[i].day);
    }
    for (int64_t expected = 0; expected <= 2932896; expected++) {
        char text[11];
        day_print(expected, text);
        if (!day_parse(str_from(text), &day) || day != expected)
            fail_msg("%s is not day %d", text, (int)expected);
    }
    static const char *const bad[] = {"",           "2026-1-01",  "2026-01-1",  "2026-13-01",
                                      "2026-00-01", "2026-01-00", "2026-01-32", "2026-02-29",
                                      "2100-02-29", "1969-12-31", "2026/01/01", "2026-01-011",
                                      "20260-1-01", "2026-04-31", " 026-01-01", "2026-01-0a"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (day_parse(str_from(bad[i]), &day))
            fail_msg("%s is no day", bad[i]);
}

static void queries(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t since, until; /* -1: refused */
    } rows[] = {{"", 19971, 20000},
                {"until=2024-10-04", 19971, 20000},
                {"since=2024-10-04", 20000, 20000},
                {"since=2024-10-05", 20001, 20001}, /* tomorrow: nothing yet */
                {"since=2024-10-01&until=2024-10-03", 19997, 19999},
                {"until=1970-01-02", 0, 1},
                {"since=2024%2D10-01&until=2024-10-03", 19997, 19999},
                {"since=2024-10-03&until=2024-10-01", -1, 0},
                {"since=2023-08-31&until=2024-10-03", 19600, 19999},
                {"since=2023-08-30&until=2024-10-03", -1, 0},
                {"since=", -1, 0},
                {"until=1", -1, 0},
                {"x=1", -1, 0},
                {"since=2024-10-01&since=2024-10-01", -1, 0},
                {"until=2024-10-01&until=2024-10-01", -1, 0},
                {"since=%zz", -1, 0}};
    arena_t *arena = arena_new(65536);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        survey_query_t query;
        problem_t problem = {0};
        bool good = survey_query_parse(str_from(rows[i].text), arena, 20000, &query, &problem);
        if (good != (rows[i].since >= 0))
            fail_msg("%s: %s", rows[i].text, good ? "taken" : problem.detail);
        assert_true(good || (problem.status == 400 && problem.detail[0]));
        if (good) {
            assert_int_equal(query.since, rows[i].since);
            assert_int_equal(query.until, rows[i].until);
        }
    }
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partitions_are_summed_up_by_day_and_rules),
        cmocka_unit_test(damage_is_counted_and_left_out),
        cmocka_unit_test(too_many_days_are_told),
        cmocka_unit_test(the_newest_opinions_stay),
        cmocka_unit_test(ratios_are_exact),
        cmocka_unit_test(the_whole_is_json),
        cmocka_unit_test(every_day_there_and_back),
        cmocka_unit_test(queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
