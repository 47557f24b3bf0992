/* JSON that is walked over, and the events of a model that are read that way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "agent/chat_delta.h"
#include "agent/chat_reply.h"
#include "agent/json_walk.h"

static void test_what_is_an_object(void **state)
{
    static const char *const good[] = {"{}",
                                       " {\"a\":1}\n",
                                       "{\"a\":\"\\n\"}",
                                       "{\"a\":\"\\\"\"}",
                                       "{\"a\":\"\\u00e1\"}",
                                       "{\"a\":[1,-2.5e+3,true,false,null,{}],\"b\":\"ñ\"}"};
    static const char *const wrong[] = {"",
                                        "[]",
                                        "{",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "{}}",
                                        "{\"a\":01x}",
                                        "{\"a\":tru}",
                                        "{\"a\":\"}",
                                        "{\"a\":\"\\x\"}",
                                        "{\"a\":\"\n\"}",
                                        "{\"a\":\"\\u12g4\"}",
                                        "{\"a\":\"\\u12\"}",
                                        "{a:1}",
                                        "{\"a\":1 \"b\":2}",
                                        "{\"a\":-}",
                                        "{\"a\":\"\\"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(json_walk_is_object(str_from(good[i])));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(json_walk_is_object(str_from(wrong[i])));
    buf_t deep;
    buf_init(&deep, 4096);
    buf_str(&deep, "{\"a\":");
    for (unsigned i = 0; i < 1000; i++)
        buf_char(&deep, '[');
    assert_false(json_walk_is_object(buf_view(&deep)));
    buf_free(&deep);
}

#define EVENT(delta, more)                                                                    \
    "{\"id\":\"c\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{" delta \
    "}" more "}]}"

static void test_the_usual_events(void **state)
{
    chat_delta_t delta;
    (void)state;
    assert_true(chat_delta_read(
        STR_LIT(EVENT("\"content\":\"a \\\"b\\\"\"", ",\"logprobs\":null,\"finish_reason\":null")),
        &delta));
    assert_true(str_is(delta.content, "a \\\"b\\\""));
    assert_true(delta.index < 0 && !delta.finish.data);
    assert_true(chat_delta_read(STR_LIT(EVENT("", ",\"finish_reason\":\"stop\"")), &delta));
    assert_true(str_is(delta.finish, "stop") && !delta.content.data);
    assert_true(chat_delta_read(
        STR_LIT(EVENT("\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{\"}}]", "")),
        &delta));
    assert_true(delta.index == 1 && str_is(delta.arguments, "{"));
}

/* Each event behind each other one: what it is does not depend on what was before it. */
static void test_an_event_is_the_same_behind_any_other(void **state)
{
    static const char *const events[] = {
        EVENT("\"content\":\"a\"", ",\"finish_reason\":null"),
        EVENT("\"content\":\"\"", ",\"finish_reason\":null"),
        EVENT("\"content\":\"b \\\"c\\\\\"", ",\"finish_reason\":null"),
        EVENT("\"content\":\"\\u00e1\"", ",\"finish_reason\":null"),
        EVENT("\"content\":\"\xff\"", ",\"finish_reason\":null"),
        EVENT("\"content\":\"d", ",\"finish_reason\":null"),
        EVENT("\"content\":\"e\",\"content\":\"f\"", ",\"finish_reason\":null"),
        EVENT("\"content\":\"g\"},\"delta\":{\"content\":\"h\"", ",\"finish_reason\":null"),
        EVENT("\"content\":\"i\"", ",\"finish_reason\":\"stop\""),
        EVENT("\"content\":null", ",\"finish_reason\":null"),
        EVENT("", ",\"finish_reason\":\"stop\""),
        EVENT("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"j\"}}]", ""),
        EVENT("\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"k\"}}]", ""),
        "{\"choices\":[{\"delta\":{\"content\":\"l\"}}]} x",
        "\"",
        "",
    };
    size_t count = sizeof events / sizeof *events;
    (void)state;
    for (size_t i = 0; i < count * count; i++) {
        str_t event = str_from(events[i % count]);
        chat_shape_t shape = {.front = 0};
        chat_delta_t delta, alone;
        chat_delta_next(&shape, str_from(events[i / count]), &delta);
        bool good = chat_delta_next(&shape, event, &delta);
        assert_int_equal(good, chat_delta_read(event, &alone));
        if (!good)
            continue;
        assert_true(str_eq(delta.content, alone.content) &&
                    delta.content.data == alone.content.data);
        assert_true(str_eq(delta.arguments, alone.arguments) &&
                    delta.arguments.data == alone.arguments.data);
        assert_true(str_eq(delta.finish, alone.finish) && delta.index == alone.index);
    }
}

static void test_other_events_are_left(void **state)
{
    static const char *const others[] = {
        EVENT("\"content\":\"\\u00e1\"", ""), /* may be half a character */
        EVENT("\"content\":\"a\",\"content\":\"b\"", ""),
        EVENT("\"content\":\"\xff\"", ""),
        EVENT("\"content\":1", ""),
        EVENT("\"refusal\":\"no\"", ""),
        EVENT("\"reasoning\":\"hm\"", ""),
        EVENT("\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"arguments\":\"\"}}]", ""),
        EVENT("\"tool_calls\":[{\"index\":-1,\"function\":{\"arguments\":\"\"}}]", ""),
        EVENT("\"tool_calls\":[{\"index\":99999,\"function\":{\"arguments\":\"\"}}]", ""),
        EVENT("\"tool_calls\":[{\"function\":{\"arguments\":\"\"}}]", ""),
        EVENT("\"tool_calls\":[]", ""),
        EVENT("", ",\"delta\":{}"),
        EVENT("", "},{\"index\":1,\"delta\":{}"),
        "{\"choices\":[]}",
        "{\"error\":{\"message\":\"x\"},\"choices\":[{\"delta\":{}}]}",
        "{\"usage\":{},\"choices\":[{\"delta\":{}}]}",
        "{\"choices\":[{\"delta\":{}}]} x",
        "{}",
        "",
    };
    chat_delta_t delta;
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(chat_delta_read(str_from(others[i]), &delta));
}

/* The same stream, once with a field in every event that makes it an unusual one. */
static void read_stream(chat_reply_t *reply, const char *more)
{
    static const char *const deltas[] = {
        "\"role\":\"assistant\",\"content\":\"\"", "\"content\":\"¡Hola!\\n\\t\"",
        "\"content\":\"\\\"Jetta\\\" \\\\ \\/\"",
        "\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":"
        "\"f\","
        "\"arguments\":\"{\"}}]",
        "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"a\\\":1}\"}}]"};
    chat_reply_init(reply);
    for (size_t i = 0; i <= sizeof deltas / sizeof *deltas; i++) {
        bool last = i == sizeof deltas / sizeof *deltas;
        buf_t event;
        buf_init(&event, 4096);
        buf_printf(&event, "{%s\"choices\":[{\"index\":0,\"delta\":{%s},\"finish_reason\":%s}]}",
                   more, last ? "" : deltas[i], last ? "\"tool_calls\"" : "null");
        assert_true(chat_reply_event(reply, buf_view(&event)));
        buf_free(&event);
    }
}

static void test_both_ways_read_the_same(void **state)
{
    chat_reply_t quick, slow;
    (void)state;
    read_stream(&quick, "");
    read_stream(&slow, "\"unknown\":0,");
    assert_string_equal(quick.text.data, slow.text.data);
    assert_string_equal(quick.text.data, "¡Hola!\n\t\"Jetta\" \\ /");
    assert_int_equal(quick.call_count, 1);
    assert_int_equal(slow.call_count, 1);
    assert_string_equal(quick.calls[0].arguments.data, "{\"a\":1}");
    assert_string_equal(slow.calls[0].arguments.data, "{\"a\":1}");
    assert_int_equal(quick.finish, slow.finish);
    assert_int_equal(quick.finish, CHAT_STOP);
    chat_reply_free(&quick);
    chat_reply_free(&slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_an_object),
        cmocka_unit_test(test_the_usual_events),
        cmocka_unit_test(test_an_event_is_the_same_behind_any_other),
        cmocka_unit_test(test_other_events_are_left),
        cmocka_unit_test(test_both_ways_read_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
