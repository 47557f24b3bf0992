/*
 * The real client against the simulator (tests/openai_sim.py, a process of its own): every way an
 * answer can come, or not come. Each test scripts the simulator, asks, and looks at the result and
 * at what the simulator saw.
 */
#include "tests/unit/model_world.h"

#include <sys/resource.h>

#include "agent/http.h"

/* ---- answers ---- */

static void text_is_streamed(void **state)
{
    (void)state;
    outcome_t outcome;
    script("{\"hold\":\"middle\",\"auth\":\"sk-test-secret\"}");
    begin(&outcome, "hola", PATIENCE_MS);
    while (!outcome.deltas)
        uv_run(&loop, UV_RUN_ONCE);
    assert_false(outcome.done); /* half of the text is here, the rest is not made yet */
    script("{\"hold\":null}");
    run();
    assert_int_equal(outcome.status, MODEL_TEXT);
    assert_string_equal(outcome.text.data,
                        "¡Hola! Dime qué auto buscas y tu presupuesto, y te muestro lo que hay.");
    assert_string_equal(outcome.pieces.data, outcome.text.data);
    assert_true(outcome.deltas > 1);
    assert_true(outcome.result.first_us > 0);
    assert_true(outcome.result.total_us >= outcome.result.first_us);
    assert_true(outcome.result.tokens_in > 1000); /* the tools alone */
    assert_true(outcome.result.tokens_out > 5);
    assert_int_equal(metric_value(METRIC_MODEL_CALLS), 1);
    assert_no_violations();
    outcome_free(&outcome);
}

static void calls_are_joined(void **state)
{
    (void)state;
    outcome_t outcome;
    ask(&outcome, "busco un Nisan de menos de 300 mil", PATIENCE_MS);
    assert_int_equal(outcome.status, MODEL_CALLS);
    assert_int_equal(outcome.call_count, 1);
    assert_string_equal(outcome.name, "search_cars");
    cJSON *arguments = cJSON_Parse(outcome.arguments);
    assert_non_null(arguments);
    assert_string_equal(cJSON_GetObjectItem(arguments, "make")->valuestring, "nisan");
    assert_int_equal(cJSON_GetObjectItem(arguments, "price_max")->valueint, 300000);
    cJSON_Delete(arguments);
    assert_no_violations();
    outcome_free(&outcome);
}

static void several_calls_in_one_answer(void **state)
{
    (void)state;
    outcome_t outcome;
    script("{\"calls\":[[{\"name\":\"get_car\",\"arguments\":{\"stock_id\":1}},"
           "{\"name\":\"get_car\",\"arguments\":{\"stock_id\":2}}]]}");
    ask(&outcome, "los dos", PATIENCE_MS);
    assert_int_equal(outcome.status, MODEL_CALLS);
    assert_int_equal(outcome.call_count, 2);
    assert_string_equal(outcome.arguments, "{\"stock_id\": 1}");
    outcome_free(&outcome);
}

/* However the bytes are cut and the lines end, the answer is the same. */
static void any_split_is_the_same(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "{\"newline\":\"lf\",\"chunk_bytes\":1}",
        "{\"newline\":\"crlf\",\"chunk_bytes\":1}",
        "{\"newline\":\"cr\",\"chunk_bytes\":3,\"keepalive\":true}",
        "{\"newline\":\"crlf\",\"chunk_bytes\":-1,\"keepalive\":true}",
        "{\"newline\":\"crlf\",\"chunk_bytes\":0,\"done\":false}",
        "{\"plain\":true}",
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        script("{\"reset\":true,\"say\":\"Año 2020: «Híbrido» 🚗 a $238,999\"}");
        script(settings[i]);
        outcome_t outcome;
        ask(&outcome, "hola", PATIENCE_MS);
        assert_int_equal(outcome.status, MODEL_TEXT);
        assert_string_equal(outcome.text.data, "Año 2020: «Híbrido» 🚗 a $238,999");
        assert_true(outcome.result.tokens_in > 1000);
        outcome_free(&outcome);
        ask(&outcome, "busco un mazda", PATIENCE_MS);
        assert_int_equal(outcome.status, MODEL_CALLS);
        outcome_free(&outcome);
    }
}

/* ---- failures: what is asked for, and what comes of it ---- */

typedef struct failure {
    const char *script; /* failures of the simulator */
    const char *said;
    model_status_t status;
    const char *error;
    int requests; /* that the simulator saw */
} failure_t;

static const failure_t failures[] = {
    /* tried again */
    {"[{\"kind\":\"429\",\"retry_after_ms\":5}]", "hola", MODEL_TEXT, "", 2},
    {"[{\"kind\":\"500\",\"retry_after_ms\":5},{\"kind\":\"503\",\"retry_after\":0}]", "hola",
     MODEL_TEXT, "", 3},
    {"[{\"kind\":\"408\",\"retry_after_ms\":5},{\"kind\":\"409\",\"retry_after_ms\":5}]", "hola",
     MODEL_TEXT, "", 3},
    {"[{\"kind\":\"400\",\"should_retry\":true,\"retry_after_ms\":5}]", "hola", MODEL_TEXT, "", 2},
    {"[\"reset\"]", "hola", MODEL_TEXT, "", 2},
    {"[\"empty\"]", "hola", MODEL_TEXT, "", 2},
    {"[\"truncated_early\"]", "hola", MODEL_TEXT, "", 2},
    {"[\"error_event\"]", "hola", MODEL_TEXT, "", 2},
    {"[\"html\"]", "hola", MODEL_TEXT, "", 2},
    /* given up */
    {"[{\"kind\":\"500\",\"retry_after_ms\":5},{\"kind\":\"500\",\"retry_after_ms\":5},"
     "{\"kind\":\"500\"}]",
     "hola", MODEL_FAILED, "http_500", 3},
    {"[{\"kind\":\"429\",\"retry_after\":60}]", "hola", MODEL_FAILED, "http_429", 1},
    {"[{\"kind\":\"503\",\"should_retry\":false}]", "hola", MODEL_FAILED, "http_503", 1},
    {"[\"quota\"]", "hola", MODEL_FAILED, "quota", 1},
    {"[\"400\"]", "hola", MODEL_FAILED, "http_400", 1},
    {"[\"401\"]", "hola", MODEL_FAILED, "http_401", 1},
    {"[{\"kind\":\"400\",\"code\":\"content_filter\"}]", "hola", MODEL_REFUSED, "http_400", 1},
    /* cut after the first token: never tried again, a customer may have seen it */
    {"[\"truncated\"]", "hola", MODEL_FAILED, "truncated", 1},
    {"[\"cut\"]", "hola", MODEL_FAILED, "cut", 1},
    {"[\"truncated\"]", "busco un nissan", MODEL_FAILED, "truncated", 1},
    /* of no use */
    {"[\"html_200\"]", "hola", MODEL_BAD, "garbage", 1},
    {"[\"garbage\"]", "hola", MODEL_BAD, "garbage", 1},
    {"[\"garbage_json\"]", "hola", MODEL_BAD, "garbage", 1},
    {"[\"garbage_event\"]", "hola", MODEL_BAD, "garbage", 1},
    {"[\"empty_stream\"]", "hola", MODEL_BAD, "empty", 1},
    {"[\"no_answer\"]", "hola", MODEL_BAD, "empty", 1},
    {"[\"length_empty\"]", "hola", MODEL_BAD, "cut", 1},
    {"[\"length_call\"]", "busco un nissan", MODEL_BAD, "cut_call", 1},
    {"[\"long\"]", "hola", MODEL_BAD, "too_long", 1},
    {"[\"huge\"]", "hola", MODEL_BAD, "too_long", 1},
    {"[\"too_many_calls\"]", "busco un nissan", MODEL_BAD, "too_many_calls", 1},
    /* unusual, and good enough */
    {"[\"refusal\"]", "hola", MODEL_REFUSED, "refusal", 1},
    {"[\"content_filter\"]", "hola", MODEL_REFUSED, "content_filter", 1},
    {"[\"length\"]", "hola", MODEL_TEXT, "", 1},
    {"[\"wrong_type\"]", "hola", MODEL_TEXT, "", 1},
    {"[\"plain\"]", "hola", MODEL_TEXT, "", 1},
    {"[\"slow\"]", "hola", MODEL_TEXT, "", 1},
    {"[\"plain\"]", "busco un nissan", MODEL_CALLS, "", 1},
    {"[\"bad_arguments\"]", "busco un nissan", MODEL_CALLS, "", 1},
    {"[\"unknown_tool\"]", "busco un nissan", MODEL_CALLS, "", 1},
    {"[\"no_ids\"]", "busco un nissan", MODEL_CALLS, "", 1},
};

static void every_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        const failure_t *failure = &failures[i];
        char settings[512];
        snprintf(settings, sizeof settings, "{\"reset\":true,\"failures\":%s}", failure->script);
        script(settings);
        outcome_t outcome;
        ask(&outcome, failure->said, PATIENCE_MS);
        if (outcome.status != failure->status || strcmp(outcome.error, failure->error) != 0)
            fail_msg("%s gives status %d, error %s", failure->script, (int)outcome.status,
                     outcome.error);
        if (stat_of("requests") != failure->requests)
            fail_msg("%s: %d requests", failure->script, stat_of("requests"));
        if (outcome.status == MODEL_CALLS)
            assert_true(outcome.id[0] && outcome.name[0]);
        if (outcome.status == MODEL_TEXT)
            assert_string_equal(outcome.pieces.size ? outcome.pieces.data : outcome.text.data,
                                outcome.text.data);
        assert_no_violations();
        outcome_free(&outcome);
    }
}

/* ---- time ---- */

static void silence_ends(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int64_t first_ms, idle_ms;
        const char *error;
    } silences[] = {{"hang", 150, PATIENCE_MS, "first_byte_timeout"},
                    {"hang_headers", 150, PATIENCE_MS, "first_byte_timeout"},
                    {"hang_mid", PATIENCE_MS, 150, "idle_timeout"},
                    {"drip", PATIENCE_MS, 150, "idle_timeout"}};
    config.OPENAI_RETRIES = 0;
    for (size_t i = 0; i < sizeof silences / sizeof *silences; i++) {
        config.OPENAI_FIRST_MS = silences[i].first_ms;
        config.OPENAI_IDLE_MS = silences[i].idle_ms;
        reopen();
        char settings[128];
        snprintf(settings, sizeof settings, "{\"reset\":true,\"failures\":[\"%s\"]}",
                 silences[i].kind);
        script(settings);
        outcome_t outcome;
        ask(&outcome, "hola", PATIENCE_MS);
        assert_int_equal(outcome.status, MODEL_FAILED);
        assert_string_equal(outcome.error, silences[i].error);
        outcome_free(&outcome);
    }
}

static void silence_before_the_first_byte_is_tried_again(void **state)
{
    (void)state;
    config.OPENAI_FIRST_MS = 300;
    config.OPENAI_RETRIES = 20; /* the simulator may be slow once more */
    reopen();
    script("{\"failures\":[\"hang\"]}");
    int64_t retries = metric_value(METRIC_MODEL_RETRIES);
    outcome_t outcome;
    ask(&outcome, "hola", PATIENCE_MS);
    assert_int_equal(outcome.status, MODEL_TEXT);
    assert_int_equal(stat_of("pending"), 0); /* it did hang */
    assert_true(metric_value(METRIC_MODEL_RETRIES) > retries);
    outcome_free(&outcome);
}

static void deadline_ends_all(void **state)
{
    (void)state;
    outcome_t hang, retry, late;
    script("{\"always\":\"hang\"}");
    ask(&hang, "hola", 200);
    assert_int_equal(hang.status, MODEL_FAILED);
    assert_string_equal(hang.error, "deadline");
    /* a retry that could only begin after the deadline is not waited for */
    script("{\"reset\":true,\"always\":{\"kind\":\"500\",\"retry_after\":60}}");
    ask(&retry, "hola", PATIENCE_MS);
    assert_int_equal(retry.status, MODEL_FAILED);
    assert_string_equal(retry.error, "http_500");
    assert_true(retry.result.total_us < PATIENCE_MS * 900);
    /* a call that begins too late is not sent */
    script("{\"reset\":true}");
    ask(&late, "hola", 0);
    assert_int_equal(late.status, MODEL_FAILED);
    assert_int_equal(stat_of("requests"), 0);
    outcome_free(&hang);
    outcome_free(&retry);
    outcome_free(&late);
}

static void nobody_listens(void **state)
{
    (void)state;
    config.OPENAI_BASE_URL = "http://127.0.0.1:1/v1/";
    config.OPENAI_RETRIES = 1;
    reopen();
    int64_t retries = metric_value(METRIC_MODEL_RETRIES);
    outcome_t outcome;
    ask(&outcome, "hola", PATIENCE_MS);
    assert_int_equal(outcome.status, MODEL_FAILED);
    assert_string_equal(outcome.error, "connect");
    assert_int_equal(metric_value(METRIC_MODEL_RETRIES), retries + 1);
    outcome_free(&outcome);
}

/* ---- cancelling ---- */

static void cancelled_calls_say_nothing(void **state)
{
    (void)state;
    outcome_t early, running, waiting, streaming;
    /* before it was sent */
    cancel(begin(&early, "hola", PATIENCE_MS));
    /* while the server thinks */
    script("{\"failures\":[\"hang\"]}");
    model_call_t *call = begin(&running, "hola", PATIENCE_MS);
    wait_stat("requests", 1);
    cancel(call);
    wait_stat("gone", 1); /* the server sees it */
    /* between two tries */
    script("{\"reset\":true,\"always\":{\"kind\":\"500\",\"retry_after\":50}}");
    call = begin(&waiting, "hola", PATIENCE_MS);
    int64_t retries = metric_value(METRIC_MODEL_RETRIES);
    while (metric_value(METRIC_MODEL_RETRIES) == retries)
        uv_run(&loop, UV_RUN_ONCE);
    cancel(call);
    /* from inside its own delta */
    script("{\"reset\":true,\"drip_ms\":5}");
    model_call_t *own = begin(&streaming, "hola", PATIENCE_MS);
    streaming.cancel = &own;
    run();
    assert_int_equal(streaming.deltas, 1);
    assert_false(early.done || running.done || waiting.done || streaming.done);
    outcome_free(&early);
    outcome_free(&running);
    outcome_free(&waiting);
    outcome_free(&streaming);
}

static bool cancel_itself(void *arg, int64_t status, str_t bytes)
{
    (void)status;
    (void)bytes;
    http_cancel(arg);
    call_ended();
    return false; /* and has enough: the call must not be ended a second time */
}

static void never_done(void *arg, const http_end_t *end)
{
    (void)arg;
    (void)end;
    fail_msg("told of its end after it was cancelled");
}

static void cancelled_by_its_own_data(void **state)
{
    (void)state;
    char url[80];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/control", sim.port);
    http_t *http = http_new(&loop, &(http_settings_t){.url = url,
                                                      .bearer = "",
                                                      .ca_file = "",
                                                      .connections = 1,
                                                      .in_flight = 1,
                                                      .connect_ms = PATIENCE_MS,
                                                      .first_ms = PATIENCE_MS,
                                                      .idle_ms = PATIENCE_MS,
                                                      .max_bytes = 100000});
    open_calls++;
    http_call_t *call = http_post(http, STR_LIT("{}"), 0, clock_ms() + PATIENCE_MS, cancel_itself,
                                  never_done, &call);
    run();
    assert_null(call);
    http_destroy(&http);
}

static void destroyed_with_calls_under_way(void **state)
{
    (void)state;
    outcome_t outcomes[3];
    script("{\"hold\":\"start\"}");
    for (size_t i = 0; i < 3; i++)
        begin(&outcomes[i], "hola", PATIENCE_MS);
    wait_stat("requests", 3);
    model->destroy(&model);
    for (size_t i = 0; i < 3; i++) {
        assert_false(outcomes[i].done);
        outcome_free(&outcomes[i]);
    }
}

/* ---- many at once ---- */

#define MANY 500

static void hundreds_at_once(void **state)
{
    (void)state;
    static outcome_t outcomes[MANY];
    struct rlimit files;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = 256; /* fewer than the calls: the client asks for more */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    config.OPENAI_FIRST_MS = BURST_MS;
    reopen();
    for (int round = 0; round < 2; round++) {
        script("{\"hold\":\"start\"}");
        for (size_t i = 0; i < MANY; i++)
            begin(&outcomes[i], i % 2 ? "hola" : "busco un nissan", BURST_MS);
        wait_stat("active", MANY); /* they run side by side */
        script("{\"hold\":null}");
        run();
        for (size_t i = 0; i < MANY; i++) {
            assert_int_equal(outcomes[i].status, i % 2 ? MODEL_TEXT : MODEL_CALLS);
            outcome_free(&outcomes[i]);
        }
        assert_true(stat_of("connections") <= MANY); /* and are used again */
    }
    assert_int_equal(stat_of("requests"), 2 * MANY);
    assert_no_violations();
}

/* More calls than AGENT_CREDIT wait for room instead of failing. */
static void beyond_the_bound_they_wait(void **state)
{
    (void)state;
    static outcome_t outcomes[40];
    config.AGENT_CREDIT = 4;
    reopen();
    script("{\"latency_ms\":20}");
    for (size_t i = 0; i < 40; i++)
        begin(&outcomes[i], "hola", PATIENCE_MS);
    run();
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(outcomes[i].status, MODEL_TEXT);
        outcome_free(&outcomes[i]);
    }
    assert_true(stat_of("max_active") <= 4);
}

/* ---- what is sent ---- */

static void strangers_are_not_told_who_asks(void **state)
{
    (void)state;
    config.OPENAI_API_KEY = "";
    reopen();
    script("{\"auth\":\"none\"}");
    outcome_t outcome;
    ask(&outcome, "hola", PATIENCE_MS);
    assert_int_equal(outcome.status, MODEL_TEXT);
    cJSON *stats = control(NULL);
    cJSON *last = cJSON_GetArrayItem(cJSON_GetObjectItem(stats, "last"), 0);
    cJSON *body = cJSON_GetObjectItem(last, "body");
    assert_null(cJSON_GetObjectItem(body, "safety_identifier"));
    assert_null(cJSON_GetObjectItem(body, "prompt_cache_key"));
    assert_non_null(cJSON_GetObjectItem(body, "max_completion_tokens"));
    cJSON_Delete(stats);
    outcome_free(&outcome);
}

int main(void)
{
    model_world_settings();
#define TEST(name) cmocka_unit_test_setup_teardown(name, model_begin, model_end)
    const struct CMUnitTest tests[] = {
        TEST(text_is_streamed),
        TEST(calls_are_joined),
        TEST(several_calls_in_one_answer),
        TEST(any_split_is_the_same),
        TEST(every_failure),
        TEST(silence_ends),
        TEST(silence_before_the_first_byte_is_tried_again),
        TEST(deadline_ends_all),
        TEST(nobody_listens),
        TEST(cancelled_calls_say_nothing),
        TEST(cancelled_by_its_own_data),
        TEST(destroyed_with_calls_under_way),
        TEST(hundreds_at_once),
        TEST(beyond_the_bound_they_wait),
        TEST(strangers_are_not_told_who_asks),
    };
    return cmocka_run_group_tests(tests, sim_start, sim_stop);
}
