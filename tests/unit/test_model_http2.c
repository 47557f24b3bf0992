/*
 * The real client over TLS, against a front that speaks HTTP/2 (tests/h2_front.py) before the
 * simulator: a burst shares few connections, and a server that knows only HTTP/1.1 gets its way.
 */
#include "tests/unit/model_world.h"

#define MANY 400

static helper_t front;
static char front_url[64];

static cJSON *front_counts(void)
{
    char url[64];
    snprintf(url, sizeof url, "https://localhost:%d/front", front.port);
    return fetch_json(url, "tests/tls/cert.pem", NULL);
}

static int count_of(const char *name)
{
    cJSON *counts = front_counts();
    int value = cJSON_GetObjectItem(counts, name)->valueint;
    cJSON_Delete(counts);
    return value;
}

/* A front, and a model that goes through it with at most 8 connections. */
static void open_front(const char *option, const char *value)
{
    char port[16];
    snprintf(port, sizeof port, "%d", sim.port);
    front =
        helper_start("tests/h2_front.py", (const char *const[]){"--to", port, option, value, NULL});
    snprintf(front_url, sizeof front_url, "https://localhost:%d/v1", front.port);
    config.OPENAI_BASE_URL = front_url;
    config.OPENAI_CA_FILE = "tests/tls/cert.pem";
    config.OPENAI_CONNECTIONS = 8;
    config.OPENAI_FIRST_MS = BURST_MS;
    reopen();
}

static void ask_many(void)
{
    static outcome_t outcomes[MANY];
    for (size_t i = 0; i < MANY; i++)
        begin(&outcomes[i], i % 2 ? "hola" : "busco un nissan", BURST_MS);
    run();
    for (size_t i = 0; i < MANY; i++) {
        if (outcomes[i].status == MODEL_FAILED)
            fail_msg("%s", outcomes[i].error);
        assert_int_equal(outcomes[i].status, i % 2 ? MODEL_TEXT : MODEL_CALLS);
        outcome_free(&outcomes[i]);
    }
}

static void a_burst_shares_connections(void **state)
{
    (void)state;
    open_front("--streams", "100");
    script("{\"latency_ms\":300}");
    ask_many();
    ask_many();
    assert_true(count_of("most") <= 8 + 1); /* and the one that asks for the counts */
    assert_true(count_of("most_streams") > 1);
    assert_int_equal(stat_of("requests"), 2 * MANY);
    assert_no_violations();
    helper_stop(&front);
}

/* Fewer streams than we count on: the rest waits in curl, none is lost. */
static void few_streams_are_enough(void **state)
{
    (void)state;
    open_front("--streams", "10");
    script("{\"latency_ms\":100}");
    ask_many();
    assert_true(count_of("most") <= 8 + 1);
    assert_int_equal(stat_of("requests"), MANY);
    helper_stop(&front);
}

static void without_http2_each_call_has_its_connection(void **state)
{
    (void)state;
    open_front("--h1", NULL);
    outcome_t first, outcomes[20];
    ask(&first, "hola", PATIENCE_MS); /* and learns what the server speaks */
    outcome_free(&first);
    script("{\"hold\":\"start\"}");
    for (size_t i = 0; i < 20; i++)
        begin(&outcomes[i], "hola", PATIENCE_MS);
    wait_stat("active", 20); /* OPENAI_CONNECTIONS bounds HTTP/2 only */
    script("{\"hold\":null}");
    run();
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(outcomes[i].status, MODEL_TEXT);
        outcome_free(&outcomes[i]);
    }
    ask_many();
    helper_stop(&front);
}

static void the_switch_turns_it_off(void **state)
{
    (void)state;
    config.OPENAI_HTTP = "1.1";
    open_front("--streams", "100");
    outcome_t outcome;
    ask(&outcome, "hola", PATIENCE_MS);
    assert_int_equal(outcome.status, MODEL_TEXT);
    assert_int_equal(count_of("requests"), 1); /* ours; HTTP/1.1 passes through uncounted */
    outcome_free(&outcome);
    helper_stop(&front);
}

static void failures_come_through(void **state)
{
    (void)state;
    open_front("--streams", "100");
    script("{\"failures\":[{\"kind\":\"429\",\"retry_after_ms\":5},"
           "{\"kind\":\"500\",\"retry_after_ms\":5}]}");
    outcome_t outcome;
    ask(&outcome, "hola", PATIENCE_MS);
    assert_int_equal(outcome.status, MODEL_TEXT);
    assert_int_equal(stat_of("requests"), 3);
    outcome_free(&outcome);
    /* a cancelled call ends its stream, not its neighbours' connection */
    script("{\"reset\":true,\"hold\":\"start\"}");
    outcome_t kept, dropped;
    begin(&kept, "hola", PATIENCE_MS);
    model_call_t *call = begin(&dropped, "hola", PATIENCE_MS);
    wait_stat("requests", 2);
    cancel(call);
    script("{\"hold\":null}");
    run();
    assert_int_equal(kept.status, MODEL_TEXT);
    assert_false(dropped.done);
    outcome_free(&kept);
    outcome_free(&dropped);
    helper_stop(&front);
}

static void strangers_certificates_are_refused(void **state)
{
    (void)state;
    open_front("--streams", "100");
    config.OPENAI_CA_FILE = "";
    config.OPENAI_RETRIES = 0;
    reopen();
    outcome_t outcome;
    ask(&outcome, "hola", PATIENCE_MS);
    assert_int_equal(outcome.status, MODEL_FAILED);
    assert_string_equal(outcome.error, "tls");
    assert_int_equal(stat_of("requests"), 0);
    outcome_free(&outcome);
    helper_stop(&front);
}

int main(void)
{
    model_world_settings();
#define TEST(name) cmocka_unit_test_setup_teardown(name, model_begin, model_end)
    const struct CMUnitTest tests[] = {
        TEST(a_burst_shares_connections),
        TEST(few_streams_are_enough),
        TEST(without_http2_each_call_has_its_connection),
        TEST(the_switch_turns_it_off),
        TEST(failures_come_through),
        TEST(strangers_certificates_are_refused),
    };
    return cmocka_run_group_tests(tests, sim_start, sim_stop);
}
