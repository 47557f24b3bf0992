/*
 * What the tests of the model client share: the simulator (tests/openai_sim.py) as a process of its
 * own, and the real client on a loop. Only included by tests, each of which is one program.
 */
#ifndef MOSTRADOR_TESTS_MODEL_WORLD_H
#define MOSTRADOR_TESTS_MODEL_WORLD_H

#include <signal.h>
#include <stdlib.h>

#include "agent/model.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/metrics.h"
#include "tests/unit/simulator.h"

/* The machine may be slow and the process may be stopped for a while: nothing is to be waited for
 * less long than this, except silence. */
#define PATIENCE_MS 60000
#define BURST_MS (5 * PATIENCE_MS) /* for hundreds at once */
#define GUARD_MS (2 * BURST_MS)

/* ---- the simulator ---- */

static helper_t sim;
static char sim_url[64];
static uv_loop_t loop;

static int sim_start(void **state)
{
    (void)state;
    sim = helper_start("tests/openai_sim.py",
                       (const char *const[]){"--port", "0", "--with-stdin", NULL});
    snprintf(sim_url, sizeof sim_url, "http://127.0.0.1:%d/v1", sim.port);
    return 0;
}

static int sim_stop(void **state)
{
    (void)state;
    helper_stop(&sim);
    return 0;
}

/* POSTs settings (GETs when NULL); returns what the simulator says of itself. */
static inline cJSON *control(const char *settings)
{
    return helper_ask(&sim, "/control", settings);
}

static inline void script(const char *settings)
{
    cJSON_Delete(control(settings));
}

static inline int stat_of(const char *name)
{
    cJSON *stats = control(NULL);
    int value = cJSON_GetObjectItem(stats, name)->valueint;
    cJSON_Delete(stats);
    return value;
}

/* The loop runs until the simulator says that it has so many. */
static inline void wait_stat(const char *name, int least)
{
    int64_t end = clock_ms() + GUARD_MS;
    while (stat_of(name) < least) {
        if (clock_ms() > end)
            fail_msg("%s is %d, not %d", name, stat_of(name), least);
        uv_run(&loop, UV_RUN_NOWAIT);
    }
}

static inline void assert_no_violations(void)
{
    cJSON *stats = control(NULL);
    cJSON *violations = cJSON_GetObjectItem(stats, "violations");
    if (cJSON_GetArraySize(violations))
        fail_msg("refused by the simulator: %s", cJSON_GetArrayItem(violations, 0)->valuestring);
    cJSON_Delete(stats);
}

/* ---- asking ---- */

typedef struct outcome {
    bool done;
    model_status_t status;
    buf_t text;
    buf_t pieces; /* what delta told */
    size_t deltas;
    char error[32];
    size_t call_count;
    char id[65], name[65], arguments[512]; /* of the first call */
    model_result_t result;                 /* its numbers */
    model_t *model;
    model_call_t **cancel; /* delta cancels this one */
} outcome_t;

static config_t defaults;
static model_t *model;
static size_t open_calls;

/* A call has ended: the last one ends run() too. The loop could not be asked after each of its
 * iterations, because one that ends the last call with a timer waits for the guard before it comes
 * back. */
static void call_ended(void)
{
    if (--open_calls == 0)
        uv_stop(&loop);
}

static inline void cancel(model_call_t *call)
{
    model->cancel(model, call);
    call_ended();
}

static void on_delta(void *arg, str_t piece, bool restart)
{
    outcome_t *outcome = arg;
    assert_false(restart);
    assert_true(piece.size > 0);
    assert_false(outcome->done);
    buf_add(&outcome->pieces, piece.data, piece.size);
    outcome->deltas++;
    if (outcome->cancel)
        cancel(*outcome->cancel);
}

static void on_done(void *arg, const model_result_t *result)
{
    outcome_t *outcome = arg;
    assert_false(outcome->done);
    outcome->done = true;
    outcome->status = result->status;
    outcome->result = *result;
    buf_add(&outcome->text, result->text.data, result->text.size);
    snprintf(outcome->error, sizeof outcome->error, "%s", result->error ? result->error : "");
    outcome->call_count = result->call_count;
    if (result->call_count) {
        const model_tool_call_t *call = &result->calls[0];
        snprintf(outcome->id, sizeof outcome->id, "%.*s", STR_ARG(call->id));
        snprintf(outcome->name, sizeof outcome->name, "%.*s", STR_ARG(call->name));
        snprintf(outcome->arguments, sizeof outcome->arguments, "%.*s", STR_ARG(call->arguments));
    }
    call_ended();
}

static void outcome_init(outcome_t *outcome)
{
    *outcome = (outcome_t){.model = model};
    buf_init(&outcome->text, 1 << 20);
    buf_init(&outcome->pieces, 1 << 20);
}

static inline void outcome_free(outcome_t *outcome)
{
    buf_free(&outcome->text);
    buf_free(&outcome->pieces);
}

static inline model_call_t *begin(outcome_t *outcome, const char *said, int64_t ms)
{
    outcome_init(outcome);
    proto_entry_t entry = {.role = STR_LIT("user"), .text = str_from(said)};
    proto_context_t context = {.version = 1, .entries = &entry, .entries_count = 1};
    model_request_t request = {.context = &context,
                               .rules = STR_LIT("Eres un vendedor de autos."),
                               .user_id = STR_LIT("whatsapp:+5215512345678"),
                               .deadline_ms = clock_ms() + ms,
                               .tools = true};
    open_calls++;
    model_call_t *call = model->start(model, &request, on_delta, on_done, outcome);
    return call; /* cppcheck-suppress returnDanglingLifetime; the request is copied */
}

static void on_guard(uv_timer_t *timer)
{
    (void)timer;
    fail_msg("%zu calls never ended", open_calls);
}

/* Until every call has ended. */
static inline void run(void)
{
    uv_timer_t guard;
    uv_timer_init(&loop, &guard);
    uv_update_time(&loop);
    uv_timer_start(&guard, on_guard, GUARD_MS, 0);
    while (open_calls)
        uv_run(&loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&guard, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
}

static inline void ask(outcome_t *outcome, const char *said, int64_t ms)
{
    begin(outcome, said, ms);
    assert_false(outcome->done); /* never from inside start */
    run();
    assert_true(outcome->done);
}

static int model_begin(void **state)
{
    (void)state;
    config = defaults;
    config.OPENAI_BASE_URL = sim_url;
    config.OPENAI_API_KEY = "sk-test-secret";
    config.OPENAI_RETRIES = 2;
    config.OPENAI_CONNECT_MS = PATIENCE_MS;
    config.OPENAI_FIRST_MS = PATIENCE_MS;
    config.OPENAI_IDLE_MS = PATIENCE_MS;
    script("{\"reset\":true}");
    assert_int_equal(uv_loop_init(&loop), 0);
    model = model_openai_new(&loop, config.OPENAI_MODEL, NULL);
    open_calls = 0;
    return 0;
}

static int model_end(void **state)
{
    (void)state;
    if (model)
        model->destroy(&model);
    assert_null(model);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0); /* nothing is left that runs */
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

/* A model with other settings. */
static inline void reopen(void)
{
    model->destroy(&model);
    model = model_openai_new(&loop, config.OPENAI_MODEL, NULL);
}

/* Call first in main: settings without this machine's .env, and few log lines. */
static inline void model_world_settings(void)
{
    char why[256];
    if (!config_try("/dev/null", why, sizeof why))
        log_fatal("%s", why);
    defaults = config;
    log_start("test", "error", "logfmt");
}

#endif
