/* Text, money, buffers, settings, logs and metrics. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/config.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/money.h"
#include "common/text.h"

/* ---- text ---- */

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        {"", true},
        {"hola", true},
        {"ñandú 🚗", true},
        {"\xf4\x8f\xbf\xbf", true},  /* U+10FFFF */
        {"\xf4\x90\x80\x80", false}, /* above it */
        {"\xed\xa0\x80", false},     /* surrogate */
        {"\xed\x9f\xbf", true},
        {"\xc0\x80", false}, /* overlong */
        {"\xe0\x80\x80", false},
        {"\xf0\x80\x80\x80", false},
        {"\xc3", false}, /* cut */
        {"\xe2\x82", false},
        {"\x80", false},
        {"\xff", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(utf8_valid(str_from(cases[i].bytes)), cases[i].valid);
    assert_int_equal(utf8_length(STR_LIT("ñandú 🚗")), 7);
    assert_int_equal(utf8_front(STR_LIT("añb"), 2).size, 1);
    assert_int_equal(utf8_front(STR_LIT("añb"), 3).size, 3);
    assert_int_equal(utf8_front(STR_LIT("🚗"), 3).size, 0);
}

static void folds(const char *text, const char *expected)
{
    buf_t out;
    buf_init(&out, 1000);
    text_fold(&out, str_from(text));
    assert_string_equal(out.data ? out.data : "", expected);
    buf_free(&out);
}

static void test_fold(void **state)
{
    (void)state;
    folds("Híbrido CITROËN Ñandú", "hibrido citroen nandu");
    folds("cafe\xcc\x81", "cafe"); /* a combining accent */
    folds("Škoda Łódź Çã Œuvre", "skoda lodz ca oeuvre");
    folds("日本 🚗", "日本 🚗");
    folds("ΑΩ БЯ", "αω бя");
    folds("\xff\xfe", "\xff\xfe");
}

static void masks(const char *id, const char *expected)
{
    char out[64];
    assert_string_equal(text_mask(str_from(id), out, sizeof out), expected);
}

static void test_mask(void **state)
{
    (void)state;
    masks("whatsapp:+5215512345678", "whatsapp:+*********5678");
    masks("+1 234", "+1 234");
    masks("ana.lopez42@example.com", "ana.***ez42@example.com");
    masks("a\nb\x1b[0m", "a?b?[0m");
    masks("", "");
    char small[5];
    assert_string_equal(text_mask(STR_LIT("1234567890"), small, sizeof small), "****");
}

/* ---- money ---- */

static void parses(const char *text, bool good, int64_t cents)
{
    int64_t value = -1;
    assert_int_equal(money_parse(str_from(text), &value), good);
    if (good)
        assert_int_equal(value, cents);
}

static void test_money(void **state)
{
    (void)state;
    parses("461999", true, 46199900);
    parses("461999.0", true, 46199900);
    parses("461999.99", true, 46199999);
    parses("0.5", true, 50);
    parses("1.2300", true, 123);
    parses("1.234", false, 0);
    parses("", false, 0);
    parses(".5", false, 0);
    parses("1.", false, 0);
    parses("-1", false, 0);
    parses("1,000", false, 0);
    parses("1e9", false, 0);
    parses("1000000000000", true, MONEY_MAX);
    parses("1000000000001", false, 0);
    parses("99999999999999999999999", false, 0);
    char text[MONEY_TEXT_SIZE];
    assert_string_equal(money_print(23899900, text), "$238,999");
    assert_string_equal(money_print(937399, text), "$9,373.99");
    assert_string_equal(money_print(5, text), "$0.05");
    assert_string_equal(money_print_cents(23899900, text), "$238,999.00");
    assert_string_equal(money_print_plain(63799900, text), "637999.00");
    assert_string_equal(money_print_plain(-5, text), "-0.05");
    assert_string_equal(number_print(76000, text), "76,000");
    assert_string_equal(number_print(999, text), "999");
    assert_string_equal(number_print(1234567, text), "1,234,567");
    assert_string_equal(number_print(INT64_MIN, text), "-9,223,372,036,854,775,808");
    assert_string_equal(money_print(INT64_MIN, text), "-$92,233,720,368,547,758.08");
}

/* ---- memory ---- */

static void test_buf(void **state)
{
    (void)state;
    buf_t b;
    buf_init(&b, 10);
    buf_str(&b, "hello");
    buf_printf(&b, "%d", 12345);
    assert_true(buf_ok(&b));
    assert_string_equal(b.data, "hello12345");
    buf_char(&b, '!');
    assert_false(buf_ok(&b));
    assert_int_equal(b.size, 10);
    buf_clear(&b);
    assert_true(buf_ok(&b));
    buf_str(&b, "abcdef");
    buf_skip(&b, 2);
    assert_string_equal(b.data, "cdef");
    char *taken = buf_take(&b);
    assert_string_equal(taken, "cdef");
    free(taken);
    assert_int_equal(b.size, 0);
    buf_free(&b);
}

static void test_arena(void **state)
{
    (void)state;
    arena_t *arena = arena_new(100000);
    for (int i = 0; i < 1000; i++) {
        char *bytes = arena_alloc(arena, 64);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        for (int b = 0; b < 64; b++)
            assert_int_equal(bytes[b], 0);
        memset(bytes, 0xaa, 64);
    }
    assert_int_equal(arena_used(arena), 64000);
    assert_null(arena_alloc(arena, 100000));
    assert_null(arena_alloc(arena, SIZE_MAX));
    arena_reset(arena);
    char *bytes = arena_alloc(arena, 100);
    for (int b = 0; b < 100; b++)
        assert_int_equal(bytes[b], 0);
    assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
    arena_destroy(&arena);
    assert_null(arena);
}

/* ---- settings ---- */

static bool try_with(const char *env_text, char *why, size_t size)
{
    char path[] = "/tmp/mostrador-env-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd != -1);
    assert_int_equal(write(fd, env_text, strlen(env_text)), (ssize_t)strlen(env_text));
    close(fd);
    bool good = config_try(path, why, size);
    unlink(path);
    return good;
}

static void accepts_env(const char *text)
{
    char why[512] = "";
    if (!try_with(text, why, sizeof why))
        fail_msg("%s", why);
}

static void refuses_env(const char *text, const char *reason)
{
    char why[512] = "";
    assert_false(try_with(text, why, sizeof why));
    if (!strstr(why, reason))
        fail_msg("said '%s' instead of '%s'", why, reason);
}

static void test_config(void **state)
{
    (void)state;
    accepts_env("");
    assert_int_equal(config.PORT, 8000);
    assert_int_equal(config.SESSION_TTL, 7LL * 86400 * 1000);
    assert_int_equal(config.FINANCING_RATE, 1000);
    assert_string_equal(config.SESSIONS_ENDPOINT, "ipc://var/run/sessions.sock");
    /* a model that takes 20 s for a call, and calls a tool before it answers, answers itself */
    assert_true(config.OPENAI_FIRST_MS > 22000 && config.TURN_MS > 2 * 22000);
    assert_true(config.TWIML_WAIT_MS <= 9000); /* and its webhook is answered in 10 s */

    accepts_env("# a comment\n\nexport VAR=/tmp/x\n"
                "SESSION_TTL=45m\nFINANCING_RATE=10.5\nSHOP_NAME=\"Autos Ñ\"\nAPI_TOKEN='s#1'\n"
                "export LOG_LEVEL=debug\nPORT=1\nPORT=2\n");
    assert_string_equal(config.VAR, "/tmp/x");
    assert_string_equal(config.REDIS_URL, "unix:///tmp/x/run/redis.sock");
    assert_int_equal(config.SESSION_TTL, 45 * 60000);
    assert_int_equal(config.FINANCING_RATE, 1050);
    assert_string_equal(config.SHOP_NAME, "Autos Ñ");
    assert_string_equal(config.API_TOKEN, "s#1");
    assert_int_equal(config.PORT, 2);

    accepts_env("PORT=3\nSITE_ADDRESS=shop.example\nTLS_PUBLISH=443\nCOMPOSE_PROFILES=demo\n");
    assert_int_equal(config.PORT, 3);
    refuses_env("SITE_ADDRES=shop.example\n", ":1: there is no setting SITE_ADDRES");

    refuses_env("PROT=1\n", ":1: there is no setting PROT");
    refuses_env("PORT=1\nnonsense\n", ":2: expected NAME=value");
    refuses_env("PORT=eighty\n", "PORT=eighty: expected a number of 1..65535");
    refuses_env("PORT=0\n", "PORT=0");
    refuses_env("PORT=65536\n", "PORT=65536");
    refuses_env("SESSION_TTL=7y\n", "SESSION_TTL=7y");
    refuses_env("SESSION_TTL=99999999999999999w\n", "SESSION_TTL");
    refuses_env("LOG_LEVEL=loud\n", "expected one of debug|info|warn|error");
    refuses_env("SESSIONS_ENDPOINT=http://x\n", "expected ipc://path or tcp://host:port");
    refuses_env("FINANCING_RATE=10.555\n", "FINANCING_RATE=10.555");
    refuses_env("FINANCING_MIN_MONTHS=72\nFINANCING_MAX_MONTHS=36\n", "is above");
    refuses_env("HTTP_ADDR=0.0.0.0\n", "set API_TOKEN");
    accepts_env("HTTP_ADDR=0.0.0.0\nAPI_TOKEN=secret\n");
    accepts_env("HTTP_ADDR=0.0.0.0\nPROXY_ADDR=127.0.0.1:8000,[::1]:8443,localhost:1,\n");
    refuses_env("HTTP_ADDR=0.0.0.0\nPROXY_ADDR=127.0.0.1:8000,shop.example\n", "set API_TOKEN");
    refuses_env("HTTP_ADDR=127.0.0.1\nPROXY_ADDR=0.0.0.0:8000\n", "set API_TOKEN");
    refuses_env("PROXY_ADDR=127.0.0.1:8000,127.shop.example:8000\n", "set API_TOKEN");
    refuses_env("PROXY_ADDR=localhost.shop.example\n", "set API_TOKEN");
    accepts_env("PROXY_ADDR=127.0.0.1, ::1, localhost,127.0.0.9:1\n");
    refuses_env("SESSIONS_ENDPOINT=tcp://127.shop.example:5570\n", "set KEYS_DIR");
    refuses_env("SESSIONS_ENDPOINT=tcp://sessions:5570\n", "set KEYS_DIR");
    refuses_env("SESSIONS_ENDPOINT=tcp://127.0.0.1:1,tcp://[::]:5570\n", "set KEYS_DIR");
    accepts_env("SESSIONS_ENDPOINT=tcp://sessions:5570\nKEYS_DIR=keys\n");
    accepts_env("SESSIONS_ENDPOINT=tcp://127.0.0.1:5570,tcp://localhost:1,tcp://[::1]:1\n");
    refuses_env("PORT_FILE=/x\n", "there is no setting PORT_FILE");
    refuses_env("API_TOKEN_FILE=/does/not/exist\n", "cannot be read");

    setenv("PORT", "77", 1);
    accepts_env("PORT=1\n");
    assert_int_equal(config.PORT, 77); /* the environment wins */
    unsetenv("PORT");
}

static void test_secret_files(void **state)
{
    (void)state;
    char path[] = "/tmp/mostrador-key-XXXXXX", env[200];
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "sk-1 2\n", 7), 7);
    close(fd);
    snprintf(env, sizeof env, "OPENAI_API_KEY_FILE=%s\n", path);
    accepts_env(env);
    assert_string_equal(config.OPENAI_API_KEY, "sk-1 2");

    /* empty, as the compose file sets what .env does not; the same; something else */
    snprintf(env, sizeof env, "OPENAI_API_KEY=\nOPENAI_API_KEY_FILE=%s\n", path);
    accepts_env(env);
    assert_string_equal(config.OPENAI_API_KEY, "sk-1 2");
    snprintf(env, sizeof env, "OPENAI_API_KEY=sk-1 2\nOPENAI_API_KEY_FILE=%s\n", path);
    accepts_env(env);
    snprintf(env, sizeof env, "OPENAI_API_KEY=sk-3\nOPENAI_API_KEY_FILE=%s\n", path);
    refuses_env(env, "OPENAI_API_KEY and OPENAI_API_KEY_FILE=/tmp/mostrador-key-");
    refuses_env(env, "are both set and differ");

    /* the environment wins over .env, whichever of the two it says */
    setenv("OPENAI_API_KEY", "sk-4", 1);
    accepts_env(env);
    assert_string_equal(config.OPENAI_API_KEY, "sk-4");
    setenv("OPENAI_API_KEY", "", 1);
    accepts_env(env);
    assert_string_equal(config.OPENAI_API_KEY, "");
    setenv("OPENAI_API_KEY_FILE", path, 1);
    accepts_env("OPENAI_API_KEY=sk-3\n");
    assert_string_equal(config.OPENAI_API_KEY, "sk-1 2");
    unsetenv("OPENAI_API_KEY");
    accepts_env("OPENAI_API_KEY=sk-3\n");
    assert_string_equal(config.OPENAI_API_KEY, "sk-1 2");
    setenv("OPENAI_API_KEY_FILE", "", 1);
    accepts_env("OPENAI_API_KEY=sk-3\n");
    assert_string_equal(config.OPENAI_API_KEY, "sk-3");
    unsetenv("OPENAI_API_KEY_FILE");
    unlink(path);
}

static void test_every_default_is_allowed(void **state)
{
    (void)state;
    /* the example, with its comment signs taken away, must load */
    char self[200], command[400];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = 0;
    snprintf(command, sizeof command,
             "\"$(dirname '%s')\"/../bin/describe settings | sed -n 's/^#\\([A-Z_]*=\\)/\\1/p'",
             self);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    char text[16384];
    size_t size = fread(text, 1, sizeof text - 1, in);
    text[size] = 0;
    assert_int_equal(pclose(in), 0);
    assert_true(size > 800);
    accepts_env(text);
}

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {{"0", 0},          {"1500", 1500},
                 {"500ms", 500},    {"30s", 30000},
                 {"45m", 2700000},  {"12h", 43200000},
                 {"7d", 604800000}, {"2w", 1209600000},
                 {"", -1},          {"m", -1},
                 {"1.5h", -1},      {"-1s", -1},
                 {"1 h", -1},       {"9999999999999999999", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -1;
        bool good = config_parse_ms(str_from(cases[i].text), &ms);
        assert_int_equal(good, cases[i].ms >= 0);
        if (good)
            assert_int_equal(ms, cases[i].ms);
    }
}

/* ---- logs ---- */

/* What log_event writes to stderr, through a pipe. */
static void logged(const char *format, str_t value, char *line, size_t size)
{
    int ends[2], saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_start("unit", "info", format);
    proto_trace_t trace = {{0xab, 1, 2, 3, 4, 5, 6, 7}};
    log_debug("hidden", LOG_INT("n", 1));
    log_info("seen", LOG_TRACE(&trace), LOG_PERSON("user", STR_LIT("+5215512345678")),
             LOG_TEXT("value", value), LOG_INT("n", -5));
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    ssize_t got = read(ends[0], line, size - 1);
    assert_true(got > 0);
    line[got] = 0;
    close(ends[0]);
}

static void test_log(void **state)
{
    (void)state;
    char line[4096];
    logged("logfmt", STR_LIT("a=\"b\"\nc\x1b[31m\xff"), line, sizeof line);
    assert_non_null(strstr(line, "level=info process=unit event=seen trace=ab01020304050607"));
    assert_non_null(
        strstr(line, "user=+*********5678 value=\"a=\\\"b\\\"\\nc\\u001b[31m\\ufffd\" n=-5\n"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1); /* one line, one event */
    assert_null(strstr(line, "hidden"));
    logged("json", STR_LIT("a\nb"), line, sizeof line);
    assert_non_null(strstr(line, "\"event\":\"seen\",\"trace\":\"ab01020304050607\",\"user\":"
                                 "\"+*********5678\",\"value\":\"a\\nb\",\"n\":-5}\n"));
    char *big = malloc(100000);
    memset(big, 'x', 100000);
    logged("json", (str_t){big, 100000}, line, sizeof line);
    assert_true(strlen(line) < 2000);
    assert_non_null(strstr(line, "…\",\"n\":-5}\n"));
    free(big);
}

/* Of the newest warnings and errors, and of nothing else. */
static void test_failures(void **state)
{
    (void)state;
    int saved = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
    log_start("unit", "info", "logfmt");
    arena_t *arena = arena_new(1 << 16);
    proto_failure_t *failures;
    size_t count;
    log_info("all_is_well", LOG_INT("n", 1));
    log_failures(arena, &failures, &count);
    assert_int_equal(count, 0);
    for (int i = 1; i <= 10; i++)
        log_warn("it_broke", LOG_PERSON("user", STR_LIT("+5215512345678")), LOG_INT("n", i));
    char big[1000];
    memset(big, 'x', sizeof big);
    log_error("at_length", LOG_TEXT("why", ((str_t){big, sizeof big})));
    log_failures(arena, &failures, &count);
    dup2(saved, STDERR_FILENO);
    close(saved);
    assert_int_equal(count, 8);
    assert_true(str_is(failures[0].event, "it_broke") && failures[0].at_ms > 0);
    assert_true(str_is(failures[0].detail, "user=+*********5678 n=4"));
    assert_true(str_is(failures[7].event, "at_length"));
    assert_int_equal(failures[7].detail.size, 256);
    arena_destroy(&arena);
}

/* ---- metrics ---- */

static void test_metrics(void **state)
{
    (void)state;
    metric_add_label(METRIC_TURNS, "answered", 2);
    metric_add_label(METRIC_TURNS, "failed", 1);
    metric_observe(METRIC_TURN_SECONDS, 700);
    metric_observe(METRIC_TURN_SECONDS, 90000000);
    metric_set(METRIC_TURNS_RUNNING, 3);
    for (int i = 0; i < 100; i++) { /* a label cannot grow without bound */
        char label[32];
        snprintf(label, sizeof label, "tool-%d", i);
        metric_add_label(METRIC_TOOL_CALLS, label, 1);
    }
    arena_t *arena = arena_new(1 << 20);
    proto_process_t process = {.name = STR_LIT("a\"1"), .role = STR_LIT("agent")};
    metrics_samples(arena, &process.samples, &process.samples_count);
    assert_true(process.samples_count < 1024);
    buf_t out;
    buf_init(&out, 1 << 20);
    metrics_print(&process, 1, &out);
    assert_non_null(strstr(out.data, "# TYPE mostrador_turns_total counter\n"
                                     "mostrador_turns_total{process=\"a\\\"1\",role=\"agent\","
                                     "outcome=\"answered\"} 2\n"));
    assert_non_null(strstr(
        out.data,
        "mostrador_turn_seconds_bucket{process=\"a\\\"1\",role=\"agent\",le=\"0.0005\"} 0\n"));
    assert_non_null(strstr(out.data, ",le=\"0.001\"} 1\n"));
    assert_non_null(strstr(out.data, ",le=\"+Inf\"} 2\n"));
    assert_non_null(strstr(
        out.data, "mostrador_turn_seconds_sum{process=\"a\\\"1\",role=\"agent\"} 90.000700\n"));
    assert_non_null(strstr(out.data, ",tool=\"other\"} 68\n"));
    assert_int_equal(metric_value(METRIC_TOOL_CALLS), 100);
    buf_free(&out);
    arena_destroy(&arena);
}

static void test_ids(void **state)
{
    (void)state;
    char a[ID_TEXT_SIZE], b[ID_TEXT_SIZE];
    id_text(a);
    id_text(b);
    assert_int_equal(strlen(a), 26);
    assert_string_not_equal(a, b);
    assert_true(id_random() > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_buf),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_secret_files),
        cmocka_unit_test(test_every_default_is_allowed),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
