/* What clients send: paths, query strings, bodies, tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/bot_request.h"
#include "gateway/car_query.h"
#include "gateway/url.h"

static arena_t *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(&arena);
    return 0;
}

#define assert_str(view, text) assert_true(str_is(view, text))

static void routes(void **state)
{
    (void)state;
    assert_int_equal(route_find(STR_LIT("/seller/bot"), METHOD_GET).name, ROUTE_BOT);
    assert_int_equal(route_find(STR_LIT("/seller/bot/"), METHOD_GET).name, ROUTE_BOT);
    assert_true(route_find(STR_LIT("/seller/bot/"), METHOD_POST).who == WHO_VISITOR);
    assert_int_equal(route_find(STR_LIT("/seller/sessions/a%2Fb"), METHOD_GET).name, ROUTE_SESSION);
    assert_str(route_find(STR_LIT("/seller/sessions/a%2Fb"), METHOD_GET).rest, "a%2Fb");
    assert_int_equal(route_find(STR_LIT("/seller/sessions/"), METHOD_GET).name, ROUTE_UNKNOWN);
    assert_int_equal(route_find(STR_LIT("/seller/sessions/a/b"), METHOD_GET).name, ROUTE_UNKNOWN);
    assert_int_equal(route_find(STR_LIT("/"), METHOD_GET).name, ROUTE_PAGE);
    assert_int_equal(route_find(STR_LIT(""), METHOD_GET).name, ROUTE_UNKNOWN);
    assert_int_equal(route_find(STR_LIT("/healthz/"), METHOD_GET).name, ROUTE_UNKNOWN);
    assert_int_equal(route_find(STR_LIT("/webhook/twilio"), METHOD_GET).name, ROUTE_WEBHOOK);
    assert_int_equal(route_find(STR_LIT("/webhook/twilio/"), METHOD_GET).name, ROUTE_WEBHOOK);
    assert_int_equal(route_find(STR_LIT("/webhook/twilio/status"), METHOD_GET).name,
                     ROUTE_WEBHOOK_STATUS);
    assert_int_equal(route_find(STR_LIT("/webhook/twilio/status/"), METHOD_GET).name,
                     ROUTE_WEBHOOK_STATUS);
    assert_int_equal(route_find(STR_LIT("/webhook/twilio//"), METHOD_GET).name, ROUTE_UNKNOWN);
    assert_true(route_find(STR_LIT("/webhook/twilio/"), METHOD_POST).who == WHO_SIGNED);
    assert_true(route_find(STR_LIT("/healthz"), METHOD_HEAD).who == WHO_ANYBODY);
    assert_int_equal(route_find(STR_LIT("/seller/people/a"), METHOD_DELETE).role, ROLE_OWNER);
    assert_string_equal(route_find(STR_LIT("/seller/people/a"), METHOD_OTHER).allow,
                        "GET, HEAD, DELETE");
    /* what a path does not take is nobody's */
    assert_true(route_find(STR_LIT("/healthz"), METHOD_POST).who == WHO_CONSOLE);
    assert_int_equal(route_find(STR_LIT("/healthz"), METHOD_POST).role, ROLE_OWNER);
}

static void decoding(void **state)
{
    static const char *const bad[] = {"%", "%4", "%zz", "a%", "%00", "%ff", "%c3%28", "%ed%a0%80"};
    str_t decoded;

    (void)state;
    assert_true(url_decode(arena, STR_LIT("a%2B+%c3%91"), false, &decoded));
    assert_str(decoded, "a++Ñ");
    assert_true(url_decode(arena, STR_LIT("a+%2b"), true, &decoded));
    assert_str(decoded, "a +");
    assert_true(url_decode(arena, (str_t){NULL, 0}, true, &decoded));
    assert_int_equal(decoded.size, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(url_decode(arena, str_from(bad[i]), false, &decoded));
}

static void pairs(void **state)
{
    str_t query = STR_LIT("&a=b=c&&d&=e&f=");
    str_t name;
    str_t value;
    static const char *const expected[][2] = {{"a", "b=c"}, {"d", ""}, {"", "e"}, {"f", ""}};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(url_pair(arena, &query, &name, &value), 1);
        assert_str(name, expected[i][0]);
        assert_str(value, expected[i][1]);
    }
    assert_int_equal(url_pair(arena, &query, &name, &value), 0);
    query = STR_LIT("a=%");
    assert_int_equal(url_pair(arena, &query, &name, &value), -1);
}

static void filters(void **state)
{
    proto_query_t query;
    problem_t problem;
    str_t make;

    (void)state;
    assert_true(car_query_parse(STR_LIT("make=nisan&price_max=300000.5&bluetooth=0&page=3&sort=-km"
                                        "&km_max=&height_max=1600"),
                                arena, &query, &problem));
    assert_str(query.make, "nisan");
    assert_int_equal(query.price_max, 30000050);
    assert_int_equal(query.bluetooth, 2);
    assert_int_equal(query.page, 3);
    assert_str(query.sort, "-km");
    assert_int_equal(query.km_max, 0);
    assert_int_equal(query.height_max, 1600);
    assert_true(car_query_parse((str_t){NULL, 0}, arena, &query, &problem));
    assert_false(car_query_parse(STR_LIT("price_min=2&price_max=1"), arena, &query, &problem));
    assert_int_equal(problem.status, 400);
    assert_true(makes_query_parse(STR_LIT("make=Audi"), arena, &make, &problem));
    assert_str(make, "Audi");
    assert_false(makes_query_parse(STR_LIT("make=a&make=b"), arena, &make, &problem));
    assert_true(no_query_check((str_t){NULL, 0}, &problem));
    assert_false(no_query_check(STR_LIT("a"), &problem));
}

static void bodies(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{\"msg\":\"a\"}",
        "{\"msg\":\"a\",\"user_id\":1}",
        "{\"msg\":\" \",\"user_id\":\"b\"}",
        "{\"msg\":\"a\",\"user_id\":\"b\"}x",
        "{\"msg\":\"a\",\"msg\":\"a\",\"user_id\":\"b\"}",
        "{\"msg\":\"\\u0000\",\"user_id\":\"b\"}",
        "{\"msg\":\"\\\\\\u0000\",\"user_id\":\"b\"}",
        "{\"msg\":\"\xff\",\"user_id\":\"b\"}",
        "{\"msg\":\"a\",\"user_id\":\"b\\n\"}",
        "\\u000",
    };
    bot_request_t request;
    problem_t problem;

    (void)state;
    assert_true(bot_request_parse(STR_LIT(" {\"x\":[{}],\"user_id\":\"ana\",\"msg\":\"\\\\u0000 "
                                          "\\u00f1\"} \n"),
                                  arena, &request, &problem));
    assert_str(request.user_id, "ana");
    assert_str(request.text, "\\u0000 ñ");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        problem.status = 0;
        assert_false(bot_request_parse(str_from(bad[i]), arena, &request, &problem));
        assert_int_equal(problem.status, 400);
    }
}

static void bearers(void **state)
{
    (void)state;
    assert_true(bearer_matches(STR_LIT("Bearer abc"), "abc"));
    assert_true(bearer_matches(STR_LIT("bearer  abc "), "abc"));
    assert_true(bearer_matches((str_t){NULL, 0}, ""));
    assert_false(bearer_matches((str_t){NULL, 0}, "abc"));
    assert_false(bearer_matches(STR_LIT("Bearer "), "abc"));
    assert_false(bearer_matches(STR_LIT("Bearer ab"), "abc"));
    assert_false(bearer_matches(STR_LIT("Bearer abcabc"), "abc"));
    assert_false(bearer_matches(STR_LIT("Bearer abd"), "abc"));
    assert_false(bearer_matches(STR_LIT("Basic abc"), "abc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes),  cmocka_unit_test(decoding), cmocka_unit_test(pairs),
        cmocka_unit_test(filters), cmocka_unit_test(bodies),   cmocka_unit_test(bearers),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
