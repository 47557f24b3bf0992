/*
 * The real client against the simulator (tests/twilio_sim.py, a process of its own): what it sends,
 * and what it says came of it, however the answer comes or does not. And what Twilio's JSON is read
 * as.
 */
#include <signal.h>
#include <stdlib.h>

#include "agent/twilio.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/metrics.h"
#include "tests/unit/simulator.h"

#define ACCOUNT "AC0123456789abcdef0123456789abcdef"
#define ME "whatsapp:+5215512345678"
#define SHOP "whatsapp:+14155238886"

/* The machine may be slow and the process may be stopped for a while: nothing is to be waited for
 * less long than this, except silence. */
#define PATIENCE_MS 60000

/* ---- the simulator ---- */

static helper_t sim;

static int sim_start(void **state)
{
    (void)state;
    sim = helper_start("tests/twilio_sim.py",
                       (const char *const[]){"--port", "0", "--with-stdin", NULL});
    return 0;
}

static int sim_stop(void **state)
{
    (void)state;
    helper_stop(&sim);
    return 0;
}

/* POSTs settings (GETs when NULL); returns what the simulator says. */
static cJSON *ask(const char *path, const char *settings)
{
    return helper_ask(&sim, path, settings);
}

static void script(const char *settings)
{
    cJSON_Delete(ask("/sim/control", settings));
}

/* How many messages the person received. */
static int received(const char *who)
{
    cJSON *people = ask("/sim/people", NULL);
    int count = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(people, who));
    cJSON_Delete(people);
    return count;
}

/* How often something happened, by the simulator's name for it. */
static int count_of(const char *name)
{
    cJSON *stats = ask("/sim/control", NULL);
    cJSON *counters = cJSON_GetObjectItemCaseSensitive(stats, "counters");
    cJSON *count = cJSON_GetObjectItemCaseSensitive(counters, name);
    int value = count ? count->valueint : 0;
    cJSON_Delete(stats);
    return value;
}

static void assert_no_violations(void)
{
    cJSON *stats = ask("/sim/control", NULL);
    cJSON *violations = cJSON_GetObjectItem(stats, "violations");
    if (cJSON_GetArraySize(violations))
        fail_msg("refused by the simulator: %s", cJSON_GetArrayItem(violations, 0)->valuestring);
    cJSON_Delete(stats);
}

/* What the simulator was last sent, as "name=value" of that field. */
static void assert_field(const char *name, const char *expected)
{
    cJSON *stats = ask("/sim/control", NULL);
    cJSON *last = cJSON_GetObjectItem(stats, "last");
    cJSON *request = cJSON_GetArrayItem(last, cJSON_GetArraySize(last) - 1);
    cJSON *field = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItem(request, "fields"), name);
    if (expected) {
        assert_non_null(field);
        assert_string_equal(field->valuestring, expected);
    } else {
        assert_null(field);
    }
    cJSON_Delete(stats);
}

/* ---- asking ---- */

static uv_loop_t loop;
static twilio_t *twilio;
static proto_trace_t trace;

static int client_start(void **state)
{
    (void)state;
    script("{\"reset\": true, \"callbacks\": \"none\"}"); /* nobody is there to hear them */
    char base[96];
    snprintf(base, sizeof base, "http://127.0.0.1:%d/", sim.port);
    setenv("TWILIO_ACCOUNT_SID", ACCOUNT, 1);
    setenv("TWILIO_AUTH_TOKEN", "auth-token-primary", 1);
    setenv("TWILIO_API_BASE", base, 1);
    setenv("TWILIO_MESSAGING_BASE", base, 1);
    setenv("TWILIO_CONNECT_MS", "60s", 1);
    setenv("TWILIO_REQUEST_MS", "60s", 1);
    setenv("PUBLIC_BASE_URL", "https://shop.example/#rc=2", 1);
    unsetenv("TWILIO_API_KEY");
    unsetenv("TWILIO_API_SECRET");
    char why[256];
    assert_true(config_try(NULL, why, sizeof why));
    log_level = LOG_LEVEL_ERROR;
    uv_loop_init(&loop);
    twilio = twilio_new(&loop);
    assert_non_null(twilio);
    return 0;
}

static int client_stop(void **state)
{
    (void)state;
    twilio_destroy(&twilio);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

/* As another setting would have made it. */
static void client_again(void)
{
    char why[256];
    twilio_destroy(&twilio);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(config_try(NULL, why, sizeof why));
    twilio = twilio_new(&loop);
}

static void client_waits(const char *request_ms)
{
    setenv("TWILIO_REQUEST_MS", request_ms, 1);
    client_again();
}

typedef struct outcome {
    int done;
    send_attempt_t attempt;
    char sid[64], status[32], error[32];
    bool listed;
    size_t count;
    char bodies[512]; /* "b|a|" */
    bool found;
    str_t wanted;
} outcome_t;

static void on_sent(void *arg, const twilio_result_t *result)
{
    outcome_t *o = arg;
    o->done++;
    o->attempt = result->attempt;
    snprintf(o->sid, sizeof o->sid, "%.*s", STR_ARG(result->entry.sid));
    snprintf(o->status, sizeof o->status, "%.*s", STR_ARG(result->entry.status));
    snprintf(o->error, sizeof o->error, "%s", result->error ? result->error : "");
}

static void on_listed(void *arg, const twilio_entry_t *entries, size_t count)
{
    outcome_t *o = arg;
    o->done++;
    o->listed = entries != NULL;
    o->count = count;
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (size < sizeof o->bodies - 40)
            size += (size_t)snprintf(o->bodies + size, 40, "%.*s|", STR_ARG(entries[i].body));
        if (o->wanted.size && twilio_may_be(&entries[i], TWILIO_BY_API, o->wanted, clock_unix_ms()))
            o->found = true;
    }
}

static void tick(uv_timer_t *timer)
{
    (void)timer;
}

/* The timer keeps the loop turning when all that was awaited has ended and nothing else will. */
static void run_until(const int *done, int wanted)
{
    uv_timer_t timer;
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, tick, 10, 10);
    int64_t deadline = clock_ms() + 2 * PATIENCE_MS;
    while (*done < wanted && clock_ms() < deadline)
        uv_run(&loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_true(*done >= wanted);
}

static twilio_outgoing_t message_of(const char *body)
{
    return (twilio_outgoing_t){.to = STR_LIT(ME), .from = STR_LIT(SHOP), .body = str_from(body)};
}

static outcome_t send_one(const twilio_outgoing_t *message)
{
    outcome_t o = {0};
    assert_non_null(twilio_send(twilio, message, &trace, on_sent, &o));
    assert_int_equal(o.done, 0); /* never from inside the call */
    run_until(&o.done, 1);
    return o;
}

static outcome_t send_text(const char *body)
{
    twilio_outgoing_t message = message_of(body);
    return send_one(&message);
}

static outcome_t list_for(const char *wanted)
{
    outcome_t o = {.wanted = str_from(wanted)};
    assert_non_null(twilio_list(twilio, STR_LIT(ME), STR_LIT(SHOP), clock_unix_ms() - 5000, &trace,
                                on_listed, &o));
    run_until(&o.done, 1);
    return o;
}

/* Until the list has it: the simulator may get to a message after we no longer wait for it. */
static void await_listed(const char *wanted)
{
    int64_t deadline = clock_ms() + PATIENCE_MS;
    while (!list_for(wanted).found)
        assert_true(clock_ms() < deadline);
}

static send_step_t step_of(const outcome_t *o)
{
    send_attempt_t attempt = o->attempt;
    attempt.tries = 1;
    return send_policy(&attempt).step;
}

/* ---- sending ---- */

static void sends(void **state)
{
    (void)state;
    outcome_t o = send_text("¡Hola! 50% & más + \"comillas\"\n2. Mazda 🚗 =;/?");
    assert_int_equal(o.attempt.status, 201);
    assert_true(o.attempt.sid && o.attempt.reached);
    assert_int_equal(strlen(o.sid), 34);
    assert_string_equal(o.status, "queued");
    assert_int_equal(step_of(&o), SEND_DONE);
    assert_field("Body", "¡Hola! 50% & más + \"comillas\"\n2. Mazda 🚗 =;/?");
    assert_field("From", SHOP);
    assert_field("To", ME);
    assert_field("StatusCallback", "https://shop.example/webhook/twilio/status#rc=2");
    assert_no_violations();
    assert_int_equal(received(ME), 1);
}

static void sends_otherwise(void **state)
{
    (void)state;
    twilio_outgoing_t template = message_of("");
    template.content_sid = STR_LIT("HX0123456789abcdef0123456789abcdef");
    template.content_variables = STR_LIT("{\"1\":\"Ana\"}");
    template.status_callback = STR_LIT("https://other.example/status");
    assert_int_equal(send_one(&template).attempt.status, 201);
    assert_field("ContentVariables", "{\"1\":\"Ana\"}");
    assert_field("Body", NULL);
    assert_field("StatusCallback", "https://other.example/status");
    twilio_outgoing_t service = message_of("hola");
    service.from = STR_LIT("MG0123456789abcdef0123456789abcdef");
    assert_int_equal(send_one(&service).attempt.status, 201);
    assert_field("MessagingServiceSid", "MG0123456789abcdef0123456789abcdef");
    assert_field("From", NULL);
    assert_no_violations();
    setenv("PUBLIC_BASE_URL", "", 1);
    client_again();
    send_text("sin avisos");
    assert_field("StatusCallback", NULL);
}

static void signs_in_with_a_key(void **state)
{
    (void)state;
    setenv("TWILIO_API_KEY", "SKfedcba9876543210fedcba9876543210", 1);
    setenv("TWILIO_API_SECRET", "api-key-secret", 1);
    setenv("TWILIO_AUTH_TOKEN", "", 1);
    client_again();
    assert_int_equal(send_text("hola").attempt.status, 201);
    setenv("TWILIO_API_SECRET", "wrong", 1);
    client_again();
    outcome_t o = send_text("hola");
    assert_int_equal(o.attempt.status, 401);
    assert_int_equal(o.attempt.code, 20003);
    setenv("TWILIO_API_SECRET", "", 1);
    client_again();
    assert_null(twilio); /* nothing to sign in with */
}

static void refused(void **state)
{
    (void)state;
    const struct {
        const char *failure;
        int64_t status, code, after_ms;
        send_step_t step;
    } cases[] = {
        {"{\"kind\": \"429\", \"retry_after\": 2}", 429, 20429, 2000, SEND_RETRY},
        {"\"429\"", 429, 20429, -1, SEND_RETRY},
        {"\"503\"", 503, 20503, -1, SEND_RETRY},
        {"\"500\"", 500, 20500, -1, SEND_SETTLE},
        {"\"502\"", 502, 0, -1, SEND_SETTLE},
        {"\"html\"", 502, 0, -1, SEND_SETTLE},
        {"\"63016\"", 400, 63016, -1, SEND_TEMPLATE},
        {"\"21610\"", 400, 21610, -1, SEND_OPTED_OUT},
        {"\"400\"", 400, 21211, -1, SEND_GIVE_UP},
        {"\"404\"", 404, 20404, -1, SEND_GIVE_UP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "{\"failures\": [%s]}", cases[i].failure);
        script(settings);
        outcome_t o = send_text("hola");
        assert_int_equal(o.attempt.status, cases[i].status);
        assert_int_equal(o.attempt.code, cases[i].code);
        assert_int_equal(o.attempt.after_ms, cases[i].after_ms);
        assert_true(o.attempt.reached && !o.attempt.sid);
        assert_int_equal(step_of(&o), cases[i].step);
    }
    assert_int_equal(received(ME), 0);
    char *much = malloc(1602);
    memset(much, 'x', 1601);
    much[1601] = 0;
    assert_int_equal(send_text(much).attempt.code, 21617);
    free(much);
}

/* ---- outcomes that are not known ---- */

static void unknown_outcomes(void **state)
{
    (void)state;
    const struct {
        const char *failure;
        bool taken;
    } cases[] = {{"timeout", false},     {"timeout_accepted", true}, {"cut", false},
                 {"cut_accepted", true}, {"empty_201", true},        {"garbage_201", true}};
    int taken = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char settings[128], body[32];
        snprintf(settings, sizeof settings, "{\"failures\": [\"%s\"]}", cases[i].failure);
        snprintf(body, sizeof body, "mensaje %zu", i);
        script(settings);
        client_waits(strncmp(cases[i].failure, "timeout", 7) == 0 ? "300ms" : "60s");
        outcome_t o = send_text(body);
        assert_false(o.attempt.sid);
        assert_int_equal(step_of(&o), SEND_SETTLE);
        client_waits("60s");
        if (cases[i].taken)
            await_listed(body);
        outcome_t list = list_for(body);
        assert_true(list.listed);
        if (list.found != cases[i].taken)
            fail_msg("%s: %s", cases[i].failure, list.found ? "found" : "not found");
        taken += cases[i].taken;
    }
    assert_int_equal(received(ME), taken);
    assert_no_violations();
}

/* Twilio was slower than our patience: the message shows up after it was not in the list. */
static void taken_late(void **state)
{
    (void)state;
    script("{\"failures\": [{\"kind\": \"late_accepted\", \"ms\": 0}], \"hold\": true}");
    client_waits("300ms");
    outcome_t o = send_text("tarde");
    assert_int_equal(step_of(&o), SEND_SETTLE);
    client_waits("60s");
    assert_false(list_for("tarde").found);
    script("{\"hold\": false}");
    await_listed("tarde");
    assert_int_equal(received(ME), 1);
}

/* On a connection that was used before, curl would by itself post once more. */
static void a_cut_connection_is_not_tried_again(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(send_text("primero").attempt.status, 201);
        script("{\"failures\": [\"cut_accepted\"]}");
        outcome_t o = send_text("segundo");
        assert_true(o.attempt.reached);
        assert_int_equal(o.attempt.status, 0);
        assert_int_equal(step_of(&o), SEND_SETTLE);
        assert_int_equal(received(ME), 2 * (i + 1));
    }
}

static void unreachable(void **state)
{
    (void)state;
    setenv("TWILIO_API_BASE", "http://127.0.0.1:1", 1);
    client_again();
    outcome_t o = send_text("hola");
    assert_false(o.attempt.reached);
    assert_string_equal(o.error, "connect");
    assert_int_equal(step_of(&o), SEND_RETRY);
    setenv("TWILIO_API_BASE", "http://nowhere.invalid", 1);
    client_waits("300ms"); /* a resolver may keep still */
    o = send_text("hola");
    assert_false(o.attempt.reached);
    assert_int_equal(step_of(&o), SEND_RETRY);
    outcome_t list = list_for("hola");
    assert_false(list.listed);
}

/* ---- listing ---- */

static void lists_pages(void **state)
{
    (void)state;
    for (int i = 0; i < TWILIO_PAGE + 3; i++) {
        char body[32];
        snprintf(body, sizeof body, "m%d", i);
        assert_int_equal(send_text(body).attempt.status, 201);
    }
    twilio_outgoing_t other = message_of("para otra");
    other.to = STR_LIT("whatsapp:+5215599999999");
    send_one(&other);
    outcome_t o = list_for("m0"); /* on the second page */
    assert_int_equal(o.count, TWILIO_PAGE + 3);
    assert_memory_equal(o.bodies, "m52|m51|", 8);
    assert_true(o.found);
    outcome_t none = list_for("para otra");
    assert_false(none.found);
    script("{\"list_failures\": [\"500\", \"cut\"]}");
    outcome_t wrong = list_for("m0");
    assert_false(wrong.listed);
    wrong = list_for("m0");
    /* a GET may be repeated: curl does so where the connection was used before */
    assert_int_equal(wrong.done, 1);
    assert_no_violations();
}

static void typing(void **state)
{
    (void)state;
    twilio_typing(twilio, STR_LIT("SM0123456789abcdef0123456789abcdef"), &trace);
    int64_t deadline = clock_ms() + PATIENCE_MS;
    int count = 0;
    while (!count && clock_ms() < deadline) {
        uv_run(&loop, UV_RUN_NOWAIT);
        cJSON *stats = ask("/sim/control", NULL);
        count = cJSON_GetArraySize(cJSON_GetObjectItem(stats, "typing"));
        cJSON_Delete(stats);
    }
    assert_int_equal(count, 1);
    assert_no_violations();
}

/* ---- many, and the end ---- */

#define MANY 500

static void send_many(outcome_t *outcomes)
{
    memset(outcomes, 0, MANY * sizeof *outcomes);
    for (int i = 0; i < MANY; i++) {
        twilio_outgoing_t message = message_of("hola");
        assert_non_null(twilio_send(twilio, &message, &trace, on_sent, &outcomes[i]));
    }
    for (int i = 0; i < MANY; i++)
        run_until(&outcomes[i].done, 1);
}

static void many_at_once(void **state)
{
    (void)state;
    static outcome_t outcomes[MANY];
    send_many(outcomes);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(outcomes[i].attempt.status, 201);
    assert_int_equal(received(ME), MANY);
}

/* Twilio keeps still: those whose turn does not come in time are not sent. */
static void many_that_wait_in_vain(void **state)
{
    (void)state;
    script("{\"always\": \"timeout\"}");
    client_waits("100ms");
    static outcome_t outcomes[MANY];
    send_many(outcomes);
    int reached = 0;
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(outcomes[i].attempt.status, 0);
        reached += outcomes[i].attempt.reached;
    }
    assert_true(reached < MANY);
    assert_true(count_of("POST Messages.json") <= reached);
}

static void bounded(void **state)
{
    (void)state;
    static outcome_t o;
    twilio_outgoing_t message = message_of("hola");
    int64_t before = metric_value(METRIC_TWILIO_REQUESTS);
    for (int i = 0; i < TWILIO_CALLS_MAX; i++)
        assert_non_null(twilio_send(twilio, &message, &trace, on_sent, &o));
    assert_null(twilio_send(twilio, &message, &trace, on_sent, &o));
    assert_null(twilio_list(twilio, message.to, message.from, 0, &trace, on_listed, &o));
    twilio_typing(twilio, STR_LIT("SM1"), &trace);
    assert_int_equal(metric_value(METRIC_TWILIO_REQUESTS), before + 3);
    /* client_stop cancels them all: nobody is called */
}

static void cancelled(void **state)
{
    (void)state;
    outcome_t o = {0};
    twilio_outgoing_t message = message_of("hola");
    twilio_call_t *call = twilio_send(twilio, &message, &trace, on_sent, &o);
    twilio_cancel(&call);
    assert_null(call);
    script("{\"failures\": [\"timeout\"]}");
    call = twilio_send(twilio, &message, &trace, on_sent, &o);
    uv_run(&loop, UV_RUN_ONCE);
    twilio_cancel(&call);
    send_text("otra");
    assert_int_equal(o.done, 0);
}

/* ---- JSON ---- */

static void reads_json(void **state)
{
    (void)state;
    arena_t *arena = arena_new(1 << 20);
    twilio_entry_t entry;
    assert_true(twilio_read_message(
        STR_LIT("{\"sid\":\"SM1\",\"status\":\"sent\",\"error_code\":\"63016\",\"date_created\":"
                "\"Fri, 24 May 2019 17:44:46 +0000\",\"direction\":\"outbound-api\"}"),
        arena, &entry));
    assert_int_equal(entry.code, 63016);
    assert_int_equal(entry.created_ms, 1558719886000);
    const char *bad[] = {"",    "{}", "[]", "{\"sid\":1}", "{\"sid\":\"\"}", "{\"sid\":\"SM1\"",
                         "null"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(twilio_read_message(str_from(bad[i]), arena, &entry));
    twilio_page_t page;
    assert_true(
        twilio_read_page(STR_LIT("{\"messages\":[],\"next_page_uri\":null}"), arena, &page));
    assert_int_equal(page.count, 0);
    assert_true(twilio_read_page(
        STR_LIT("{\"messages\":[{\"sid\":\"SM1\"}],\"next_page_uri\":\"http://x/y?Page=1&a=b\"}"),
        arena, &page));
    assert_true(str_is(page.next, "Page=1&a=b"));
    assert_false(twilio_read_page(STR_LIT("{\"messages\":{}}"), arena, &page));
    assert_false(twilio_read_page(STR_LIT("{\"messages\":[1]}"), arena, &page));
    assert_false(twilio_read_page(STR_LIT("{\"messages\":[{}]}"), arena, &page));
    assert_int_equal(twilio_read_error(STR_LIT("{\"code\":20429}")), 20429);
    assert_int_equal(twilio_read_error(STR_LIT("{\"code\":-1}")), 0);
    assert_int_equal(twilio_read_error(STR_LIT("{\"code\":1e300}")), 0);
    assert_int_equal(twilio_read_error(STR_LIT("<html>")), 0);
    arena_destroy(&arena);
}

static void which_one(void **state)
{
    (void)state;
    twilio_entry_t entry = {.sid = STR_LIT("SM1"),
                            .body = STR_LIT("Hola\nAna"),
                            .direction = STR_LIT("outbound-api"),
                            .created_ms = 1000000};
    assert_true(twilio_may_be(&entry, TWILIO_BY_API, STR_LIT("Hola\nAna"), 1000500));
    assert_true(twilio_may_be(&entry, TWILIO_BY_API, STR_LIT(" Hola\r\nAna\n"), 1000500));
    assert_true(
        twilio_may_be(&entry, TWILIO_BY_API, STR_LIT(""), 1000500)); /* a template: any text */
    assert_false(twilio_may_be(&entry, TWILIO_BY_API, STR_LIT("Hola\nAn"), 1000500));
    assert_false(twilio_may_be(&entry, TWILIO_BY_API, STR_LIT("Hola\nAna!"), 1000500));
    assert_true(
        twilio_may_be(&entry, TWILIO_BY_API, STR_LIT("Hola\nAna"), 1000000 + TWILIO_SKEW_MS));
    assert_false(
        twilio_may_be(&entry, TWILIO_BY_API, STR_LIT("Hola\nAna"), 1000001 + TWILIO_SKEW_MS));
    entry.direction = STR_LIT("outbound-reply"); /* by TwiML: another way, another message */
    assert_false(twilio_may_be(&entry, TWILIO_BY_API, STR_LIT("Hola\nAna"), 1000500));
    assert_true(twilio_may_be(&entry, TWILIO_BY_TWIML, STR_LIT("Hola\nAna"), 1000500));
    entry.direction = STR_LIT("outbound-api");
    assert_false(twilio_may_be(&entry, TWILIO_BY_TWIML, STR_LIT("Hola\nAna"), 1000500));
    entry.body = STR_LIT("Sent from your Twilio trial account - Hola\nAna");
    assert_true(twilio_may_be(&entry, TWILIO_BY_API, STR_LIT("Hola\nAna"), 1000500));
}

#define CLIENT_TEST(name) cmocka_unit_test_setup_teardown(name, client_start, client_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLIENT_TEST(sends),
        CLIENT_TEST(sends_otherwise),
        CLIENT_TEST(signs_in_with_a_key),
        CLIENT_TEST(refused),
        CLIENT_TEST(unknown_outcomes),
        CLIENT_TEST(taken_late),
        CLIENT_TEST(a_cut_connection_is_not_tried_again),
        CLIENT_TEST(unreachable),
        CLIENT_TEST(lists_pages),
        CLIENT_TEST(typing),
        CLIENT_TEST(many_at_once),
        CLIENT_TEST(many_that_wait_in_vain),
        CLIENT_TEST(bounded),
        CLIENT_TEST(cancelled),
        cmocka_unit_test(reads_json),
        cmocka_unit_test(which_one),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, sim_start, sim_stop);
}
