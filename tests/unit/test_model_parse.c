/*
 * The pure parts of the model client: server-sent events, the reply they make, and the rules of
 * trying again. Whatever way a stream is cut into pieces, the outcome is the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/chat_reply.h"
#include "agent/retry.h"
#include "agent/sse.h"
#include "common/text.h"

/* ---- server-sent events ---- */

/* Appends each event as [data]. */
static bool collect(void *arg, str_t data)
{
    buf_t *out = arg;
    buf_char(out, '[');
    buf_add(out, data.data, data.size);
    buf_char(out, ']');
    return true;
}

/* Feeds the stream in three pieces, cut at a and b. */
static bool feed_cut(str_t stream, size_t a, size_t b, buf_t *out)
{
    sse_t sse;
    sse_init(&sse, 4096);
    bool good = sse_feed(&sse, (str_t){stream.data, a}, collect, out) &&
                sse_feed(&sse, (str_t){stream.data + a, b - a}, collect, out) &&
                sse_feed(&sse, (str_t){stream.data + b, stream.size - b}, collect, out);
    sse_free(&sse);
    return good;
}

static const struct {
    str_t stream;
    const char *events;
} streams[] = {
    {STR_LIT("data: one\n\ndata: two\n\n"), "[one][two]"},
    {STR_LIT("data: one\r\n\r\ndata: two\r\n\r\n"), "[one][two]"},
    {STR_LIT("data: one\r\rdata: two\r\r"), "[one][two]"},
    {STR_LIT("data: one\r\n\rdata: two\n\r\n"), "[one][two]"},
    {STR_LIT(": keep-alive\n\ndata: one\n: again\ndata: more\n\n"), "[one\nmore]"},
    {STR_LIT("data: one\r\ndata: two\r\n\r\n"), "[one\ntwo]"},
    {STR_LIT("data:tight\n\ndata:  wide\n\n"), "[tight][ wide]"},
    {STR_LIT("event: x\nid: 4\nretry: 5\ndata: d\nother\n\n"), "[d]"},
    {STR_LIT("data\n\ndata:\n\ndata: \n\n"), "[][][]"},
    {STR_LIT("\n\n\r\r\n\n: only\n\nevent: none\n\n"), ""},
    {STR_LIT("\xef\xbb\xbf"
             "data: bom\n\n\xef\xbb\xbf"
             "data: no\n\n"),
     "[bom]"},
    {STR_LIT("data: one\n\ndata: cut off\n"), "[one]"},
    {STR_LIT("data: {\"content\":\"añ🚗o\"}\r\n\r\ndata: [DONE]\r\n\r\n"),
     "[{\"content\":\"añ🚗o\"}][[DONE]]"},
    {STR_LIT("dataset: no\n\ndata : no\n\n"), ""},
};

static void every_cut_gives_the_same_events(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        str_t stream = streams[i].stream;
        for (size_t a = 0; a <= stream.size; a++)
            for (size_t b = a; b <= stream.size; b++) {
                buf_t out;
                buf_init(&out, 4096);
                assert_true(feed_cut(stream, a, b, &out));
                if (!str_is(buf_view(&out), streams[i].events))
                    fail_msg("stream %zu cut at %zu and %zu: %.*s", i, a, b,
                             STR_ARG(buf_view(&out)));
                buf_free(&out);
            }
    }
}

static bool stop_at_once(void *arg, str_t data)
{
    (void)data;
    ++*(int *)arg;
    return false;
}

static void the_receiver_may_stop(void **state)
{
    (void)state;
    sse_t sse;
    int events = 0;
    sse_init(&sse, 100);
    assert_false(sse_feed(&sse, STR_LIT("data: a\n\ndata: b\n\n"), stop_at_once, &events));
    assert_int_equal(events, 1);
    sse_free(&sse);
}

/* Too long is too long however it comes: one line, many lines, in a piece or byte by byte. */
static void size_is_bounded(void **state)
{
    (void)state;
    char line[300] = "data: ";
    memset(line + 6, 'x', 200);
    strcpy(line + 206, "\n\n");
    char lines[400] = "";
    for (int i = 0; i < 30; i++)
        strcat(lines, "data: four\n");
    strcat(lines, "\n");
    char comment[300] = ":";
    memset(comment + 1, 'x', 200);
    strcpy(comment + 201, "\n\n");
    const char *const all[] = {line, lines, comment};
    for (size_t i = 0; i < 3; i++)
        for (size_t step = 1; step <= 400; step += 399) {
            sse_t sse;
            buf_t out;
            sse_init(&sse, 100);
            buf_init(&out, 4096);
            bool good = true;
            size_t size = strlen(all[i]);
            for (size_t at = 0; at < size && good; at += step) {
                str_t piece = {all[i] + at, size - at < step ? size - at : step};
                good = sse_feed(&sse, piece, collect, &out);
            }
            assert_false(good);
            assert_int_equal(out.size, 0);
            buf_free(&out);
            sse_free(&sse);
        }
}

/* ---- replies ---- */

typedef struct reply_case {
    const char *events[8];
    model_status_t status;
    const char *text, *error;
} reply_case_t;

#define DELTA(delta) "{\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":null}]}"
#define FINISH(reason) "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}"
#define CALL(rest) DELTA("{\"tool_calls\":[{" rest "}]}")

static const reply_case_t replies[] = {
    {{DELTA("{\"role\":\"assistant\",\"content\":\"\"}"), DELTA("{\"content\":\"Hola \"}"),
      DELTA("{\"content\":\"a\\u00f1o\"}"), FINISH("stop"), "[DONE]"},
     MODEL_TEXT,
     "Hola año",
     NULL},
    {{DELTA("{\"content\":\"sin fin\"}"), "[DONE]"}, MODEL_TEXT, "sin fin", NULL},
    {{DELTA("{\"content\":\"a\"}"), "[DONE]", DELTA("{\"content\":\"b\"}")}, MODEL_TEXT, "a", NULL},
    {{DELTA("{\"content\":\"medio\"}"), FINISH("length")}, MODEL_TEXT, "medio", NULL},
    {{DELTA("{\"content\":\" \\n\"}"), FINISH("stop")}, MODEL_BAD, "", "empty"},
    {{FINISH("length")}, MODEL_BAD, "", "cut"},
    {{DELTA("{\"content\":\"Cla\"}"), FINISH("content_filter")},
     MODEL_REFUSED,
     "Cla",
     "content_filter"},
    {{DELTA("{\"refusal\":\"I can't\"}"), FINISH("stop")}, MODEL_REFUSED, "I can't", "refusal"},
    {{"{\"choices\":"}, MODEL_BAD, "", "garbage"},
    {{"[1,2]"}, MODEL_BAD, "", "garbage"},
    {{"{}", FINISH("stop")}, MODEL_BAD, "", "empty"},
    {{"{\"choices\":[{\"delta\":{\"content\":12,\"tool_calls\":7}}]}", FINISH("stop")},
     MODEL_BAD,
     "",
     "empty"},
    {{CALL("\"index\":0,\"id\":\"c\",\"function\":{\"arguments\":\"{}\"}"), FINISH("tool_calls")},
     MODEL_BAD,
     "",
     "garbage"}, /* no name */
    {{CALL("\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}"),
      FINISH("length")},
     MODEL_BAD,
     "",
     "cut_call"},
};

static chat_reply_t reply_of(const char *const *events)
{
    chat_reply_t reply;
    chat_reply_init(&reply);
    for (size_t i = 0; i < 8 && events[i]; i++)
        if (!chat_reply_event(&reply, str_from(events[i])))
            break;
    return reply;
}

static void replies_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        const reply_case_t *it = &replies[i];
        chat_reply_t reply = reply_of(it->events);
        model_result_t result = {0};
        chat_reply_result(&reply, &result);
        if (result.status != it->status || !str_is(result.text, it->text) ||
            strcmp(result.error ? result.error : "", it->error ? it->error : "") != 0)
            fail_msg("reply %zu: status %d, text %.*s, error %s", i, (int)result.status,
                     STR_ARG(result.text), result.error);
        chat_reply_free(&reply);
    }
}

static void calls_are_joined_by_index(void **state)
{
    (void)state;
    const char *const events[8] = {
        DELTA("{\"content\":\"Busco.\"}"),
        CALL("\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}"),
        CALL("\"index\":0,\"function\":{\"arguments\":\"{\\\"x\"}"),
        CALL("\"index\":1,\"id\":\"a\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}"),
        CALL("\"index\":0,\"function\":{\"arguments\":\"\\\":1}\"}"),
        FINISH("tool_calls"),
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":70,\"completion_tokens\":8,"
        "\"prompt_tokens_details\":{\"cached_tokens\":64}}}",
    };
    chat_reply_t reply = reply_of(events);
    model_result_t result = {0};
    chat_reply_result(&reply, &result);
    assert_int_equal(result.status, MODEL_CALLS);
    assert_int_equal(result.call_count, 2);
    assert_true(str_is(result.text, "Busco."));
    assert_true(str_is(result.calls[0].arguments, "{\"x\":1}"));
    assert_true(str_is(result.calls[1].name, "g"));
    assert_true(str_is(result.calls[0].id, "a"));
    assert_false(str_is(result.calls[1].id, "a")); /* ids must differ: pairs are made by them */
    assert_int_equal(result.tokens_in, 70);
    assert_int_equal(result.tokens_cached, 64);
    assert_int_equal(result.tokens_out, 8);
    chat_reply_free(&reply);
}

/* Servers that do not number their calls. */
static void calls_without_index(void **state)
{
    (void)state;
    const char *const events[8] = {
        CALL("\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\"\"}"),
        CALL("\"function\":{\"arguments\":\":2}\"}"),
        CALL("\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}"),
        FINISH("stop"),
    };
    chat_reply_t reply = reply_of(events);
    model_result_t result = {0};
    chat_reply_result(&reply, &result);
    assert_int_equal(result.status, MODEL_CALLS);
    assert_int_equal(result.call_count, 2);
    assert_true(str_is(result.calls[0].arguments, "{\"x\":2}"));
    chat_reply_free(&reply);
}

static void replies_are_bounded(void **state)
{
    (void)state;
    chat_reply_t reply;
    chat_reply_init(&reply);
    char event[256];
    for (int i = 0; i <= MODEL_MAX_CALLS; i++) {
        snprintf(event, sizeof event,
                 CALL("\"index\":%d,\"id\":\"c%d\",\"function\":{\"name\":\"f\"}"), i, i);
        assert_int_equal(chat_reply_event(&reply, str_from(event)), i < MODEL_MAX_CALLS);
    }
    assert_string_equal(reply.bad, "too_many_calls");
    chat_reply_free(&reply);
    chat_reply_init(&reply);
    size_t pieces = 0;
    while (chat_reply_event(&reply, STR_LIT(DELTA("{\"content\":\"0123456789abcdef\"}"))))
        pieces++;
    assert_string_equal(reply.bad, "too_long");
    assert_int_equal(pieces, CHAT_MAX_TEXT / 16);
    chat_reply_free(&reply);
}

/* What goes on to others is UTF-8, whatever a server sends. */
static void text_is_made_valid(void **state)
{
    (void)state;
    const char *const events[8] = {DELTA("{\"content\":\"ma\xf1"
                                         "ana \xff\"}"),
                                   FINISH("stop")};
    chat_reply_t reply = reply_of(events);
    model_result_t result = {0};
    chat_reply_result(&reply, &result);
    assert_int_equal(result.status, MODEL_TEXT);
    assert_true(utf8_valid(result.text));
    chat_reply_free(&reply);
}

static void errors_are_read(void **state)
{
    (void)state;
    chat_error_t error;
    chat_error_read(&error, STR_LIT("{\"error\":{\"message\":\"m\",\"type\":\"insufficient_quota\","
                                    "\"param\":null,\"code\":\"insufficient_quota\"}}"));
    assert_true(error.quota);
    assert_string_equal(error.code, "insufficient_quota");
    chat_error_read(&error, STR_LIT("{\"error\":{\"type\":\"requests\",\"code\":null}}"));
    assert_false(error.quota);
    assert_string_equal(error.code, "requests");
    chat_error_read(&error, STR_LIT("{\"error\":\"model not found\"}"));
    assert_string_equal(error.code, "");
    chat_error_read(&error, STR_LIT("<html>"));
    assert_string_equal(error.code, "");
}

/* ---- trying again ---- */

static retry_t after(int64_t tries, int64_t status)
{
    return (retry_t){
        .tries = tries, .retries = 2, .status = status, .after_ms = -1, .left_ms = 60000};
}

static void which_failures_are_tried_again(void **state)
{
    (void)state;
    static const int64_t yes[] = {0, 408, 409, 429, 500, 502, 503, 504, 529};
    static const int64_t no[] = {300, 400, 401, 403, 404, 413, 422};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        retry_t retry = after(1, yes[i]);
        assert_true(retry_delay(&retry) >= 0);
        retry.wish = RETRY_NO;
        assert_int_equal(retry_delay(&retry), -1);
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        retry_t retry = after(1, no[i]);
        assert_int_equal(retry_delay(&retry), -1);
        retry.wish = RETRY_YES;
        assert_true(retry_delay(&retry) >= 0);
    }
}

static void what_forbids_another_try(void **state)
{
    (void)state;
    retry_t third = after(3, 500), begun = after(1, 0), quota = after(1, 429), late = after(1, 500);
    begun.begun = true;
    quota.quota = true;
    quota.wish = RETRY_YES;
    late.left_ms = 300;
    retry_t none = after(1, 500);
    none.retries = 0;
    assert_int_equal(retry_delay(&third), -1);
    assert_int_equal(retry_delay(&begun), -1);
    assert_int_equal(retry_delay(&quota), -1);
    assert_int_equal(retry_delay(&late), -1);
    assert_int_equal(retry_delay(&none), -1);
}

static void how_long_is_waited(void **state)
{
    (void)state;
    for (int64_t tries = 1; tries <= 8; tries++) {
        int64_t full = tries > 5 ? 8000 : 500 << (tries - 1);
        for (uint32_t random = 0; random < 3000; random += 7) {
            retry_t retry = after(tries, 500);
            retry.retries = 10;
            retry.random = random;
            int64_t delay = retry_delay(&retry);
            assert_true(delay <= full && delay >= full * 3 / 4);
        }
    }
    retry_t wish = after(1, 429);
    wish.after_ms = 7000;
    assert_int_equal(retry_delay(&wish), 7000);
    wish.after_ms = 0;
    assert_int_equal(retry_delay(&wish), 0);
    wish.after_ms = 60001; /* too long a wait is not waited for */
    assert_in_range(retry_delay(&wish), 375, 500);
    wish.after_ms = 5000;
    wish.left_ms = 4000;
    assert_int_equal(retry_delay(&wish), -1);
}

static void what_retry_after_says(void **state)
{
    (void)state;
    assert_int_equal(retry_after(NULL, NULL, 0), -1);
    assert_int_equal(retry_after("250", "9", 0), 250);
    assert_int_equal(retry_after("250.7", NULL, 0), 250);
    assert_int_equal(retry_after("soon", "2", 0), 2000);
    assert_int_equal(retry_after(NULL, "0.5", 0), 500);
    assert_int_equal(retry_after(NULL, "-1", 0), -1);
    assert_int_equal(retry_after(NULL, "1e300", 0), -1);
    assert_int_equal(retry_after(NULL, "nan", 0), -1);
    assert_int_equal(retry_after("", "", 0), -1);
    int64_t now = 1700000000000; /* Tue, 14 Nov 2023 22:13:20 GMT */
    assert_int_equal(retry_after(NULL, "Tue, 14 Nov 2023 22:13:25 GMT", now), 5000);
    assert_int_equal(retry_after(NULL, "Tue, 14 Nov 2023 22:13:15 GMT", now), 0);
    assert_int_equal(retry_after(NULL, "in a while", now), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_gives_the_same_events),
        cmocka_unit_test(the_receiver_may_stop),
        cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(replies_are_judged),
        cmocka_unit_test(calls_are_joined_by_index),
        cmocka_unit_test(calls_without_index),
        cmocka_unit_test(replies_are_bounded),
        cmocka_unit_test(text_is_made_valid),
        cmocka_unit_test(errors_are_read),
        cmocka_unit_test(which_failures_are_tried_again),
        cmocka_unit_test(what_forbids_another_try),
        cmocka_unit_test(how_long_is_waited),
        cmocka_unit_test(what_retry_after_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
