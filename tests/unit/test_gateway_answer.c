/* What clients are told: JSON, problems, events, the page; and the way of a message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/exchange.h"
#include "gateway/json_text.h"
#include "gateway/page_fill.h"
#include "gateway/problem.h"
#include "gateway/reply_json.h"

static buf_t out;

static int set_up(void **state)
{
    (void)state;
    buf_init(&out, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&out);
    return 0;
}

static void is(const char *expected)
{
    assert_true(buf_ok(&out));
    assert_string_equal(out.data, expected);
    buf_clear(&out);
}

static void values(void **state)
{
    (void)state;
    json_put_text(&out, STR_LIT("a\"\\\n\t\x01</b> ñ\xff🚗"));
    is("\"a\\\"\\\\\\n\\t\\u0001\\u003c/b> ñ\xef\xbf\xbd🚗\"");
    json_put_text(&out, (str_t){NULL, 0});
    is("\"\"");
    json_cents(&out, 63799900);
    is("637999.00");
    json_cents(&out, 9007199254740993);
    is("90071992547409.93");
    json_put_time(&out, 1767225600007);
    is("\"2026-01-01T00:00:00.007Z\"");
    json_put_time(&out, 0);
    is("null");
    json_put_time(&out, INT64_MAX);
    is("null");
}

static void problems(void **state)
{
    problem_t problem;

    (void)state;
    assert_false(problem_set(&problem, 404, "There is no %s.", "such \"car\""));
    problem_print(&problem, &out);
    is("{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
       "\"detail\":\"There is no such \\\"car\\\".\"}");
    assert_string_equal(status_word(503), "503");
    assert_string_equal(status_word(299), "other");
}

static const proto_car_t car = {.stock_id = 301650,
                                .make = STR_LIT("Nissan"),
                                .model = STR_LIT("Versa"),
                                .version = STR_LIT("Advance"),
                                .year = 2022,
                                .price = 63799900,
                                .km = 12491,
                                .car_play = true,
                                .height = 1475,
                                .city = STR_LIT("Toluca")};
#define CAR                                                                                 \
    "{\"stock_id\":301650,\"make\":\"Nissan\",\"model\":\"Versa\",\"version\":\"Advance\"," \
    "\"year\":2022,\"km\":12491,\"price\":637999.00,\"bluetooth\":false,\"car_play\":true"

static void replies(void **state)
{
    proto_list_t list = {.total = 12, .page = 1, .pages = 3, .pages_left = 2, .page_size = 5};
    proto_reply_t reply = {.turn_id = STR_LIT("T"), .text = STR_LIT("hola")};
    proto_paged_t page = {.cars = (proto_car_t *)&car, .cars_count = 1};

    (void)state;
    reply_json(STR_LIT("ana"), &reply, &out);
    is("{\"user_id\":\"ana\",\"turn_id\":\"T\",\"reply\":\"hola\",\"cars\":[]}");
    reply.cars = (proto_car_t *)&car;
    reply.cars_count = 1;
    reply.list = &list;
    reply.list_count = 1;
    reply_json(STR_LIT("ana"), &reply, &out);
    is("{\"user_id\":\"ana\",\"turn_id\":\"T\",\"reply\":\"hola\",\"cars\":[" CAR "}],"
       "\"list\":{\"total\":12,\"page\":1,\"pages\":3,\"pages_left\":2}}");
    cars_json(&page, &out);
    is("{\"cars\":[" CAR ",\"height\":1475,\"city\":\"Toluca\"}],\"corrections\":[],\"near\":[]}");
}

static void events(void **state)
{
    (void)state;
    delta_json(STR_LIT("a\nb"), &out);
    is("{\"text\":\"a\\nb\"}");
    event_print("delta", STR_LIT("{}"), &out);
    is("event: delta\ndata: {}\n\n");
}

static void pages(void **state)
{
    (void)state;
    page_fill(STR_LIT("<h1>{{SHOP_NAME}}</h1><b {{MODE}}>{{SHOP_NAME}}{{"), "<A> & \"B's\"", "page",
              &out);
    is("<h1>&#60;A&#62; &#38; &#34;B&#39;s&#34;</h1><b page>&#60;A&#62; &#38; &#34;B&#39;s&#34;{{");
    page_fill(STR_LIT("x"), "", "", &out);
    is("x");
}

/* ---- the way of a message ---- */

static exchange_state_t enqueued(exchange_t *self, bool duplicate, bool replied)
{
    exchange_event_t event = {
        .kind = EXCHANGE_ON_ENQUEUED, .seq = 7, .duplicate = duplicate, .replied = replied};

    return exchange_next(self, &event);
}

static exchange_state_t happens(exchange_t *self, exchange_kind_t kind)
{
    exchange_event_t event = {.kind = kind};

    return exchange_next(self, &event);
}

static exchange_state_t fails(exchange_t *self, const char *code, int64_t retry_after_ms)
{
    exchange_event_t event = {
        .kind = EXCHANGE_ON_ERROR, .code = code, .retry_after_ms = retry_after_ms};

    return exchange_next(self, &event);
}

static void straight_on(void **state)
{
    exchange_t self;

    (void)state;
    exchange_start(&self);
    assert_int_equal(self.state, EXCHANGE_ENQUEUE);
    assert_int_equal(enqueued(&self, false, false), EXCHANGE_WORK);
    assert_int_equal(self.seq, 7);
    assert_int_equal(happens(&self, EXCHANGE_ON_ANSWER), EXCHANGE_ANSWERED);
    assert_int_equal(fails(&self, "timeout", 0), EXCHANGE_ANSWERED);
    exchange_start(&self);
    assert_int_equal(enqueued(&self, true, true), EXCHANGE_ANSWERED);
}

static void not_waiting_asks_again_ever_more_slowly(void **state)
{
    exchange_t self;
    int64_t last = -1;

    (void)state;
    exchange_start(&self);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(enqueued(&self, i > 0, false), EXCHANGE_WORK);
        assert_int_equal(fails(&self, "not_waiting", 0), EXCHANGE_PAUSE);
        assert_true(i > 6 ? self.pause_ms == 1000 : self.pause_ms > last);
        last = self.pause_ms;
        assert_int_equal(happens(&self, EXCHANGE_ON_RESUMED), EXCHANGE_ENQUEUE);
    }
    assert_false(self.duplicate);
    assert_int_equal(enqueued(&self, true, false), EXCHANGE_WORK);
    assert_int_equal(fails(&self, "not_waiting", 0), EXCHANGE_PAUSE);
    assert_int_equal(fails(&self, "timeout", 0), EXCHANGE_REFUSED);
    assert_int_equal(self.problem.status, 504);
}

static void busy_takes_back_only_what_is_ours(void **state)
{
    exchange_t self;

    (void)state;
    exchange_start(&self);
    enqueued(&self, false, false);
    assert_int_equal(fails(&self, "busy", 1500), EXCHANGE_WITHDRAW);
    assert_int_equal(happens(&self, EXCHANGE_ON_OK), EXCHANGE_REFUSED);
    assert_int_equal(self.problem.status, 503);
    assert_int_equal(self.problem.retry_after_s, 2);

    exchange_start(&self);
    enqueued(&self, false, false);
    fails(&self, "busy", 0);
    assert_int_equal(fails(&self, "claimed", 0), EXCHANGE_PAUSE);
    assert_int_equal(happens(&self, EXCHANGE_ON_RESUMED), EXCHANGE_ENQUEUE);

    exchange_start(&self);
    enqueued(&self, true, false);
    assert_int_equal(fails(&self, "busy", 0), EXCHANGE_REFUSED);
}

static void refusals(void **state)
{
    static const struct {
        const char *code;
        int status;
    } cases[] = {{"busy", 503},    {"unavailable", 503}, {"timeout", 503},
                 {"invalid", 400}, {"internal", 502},    {"what?", 502}};
    exchange_t self;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        exchange_start(&self);
        assert_int_equal(fails(&self, cases[i].code, 0), EXCHANGE_REFUSED);
        assert_int_equal(self.problem.status, cases[i].status);
        assert_int_equal(self.problem.retry_after_s, cases[i].status == 503 ? 1 : 0);
    }
    exchange_start(&self);
    assert_int_equal(happens(&self, EXCHANGE_ON_ANSWER), EXCHANGE_ENQUEUE);
    assert_int_equal(happens(&self, EXCHANGE_ON_STOPPED), EXCHANGE_REFUSED);
    assert_int_equal(self.problem.status, 503);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(problems),
        cmocka_unit_test(replies),
        cmocka_unit_test(events),
        cmocka_unit_test(pages),
        cmocka_unit_test(straight_on),
        cmocka_unit_test(not_waiting_asks_again_ever_more_slowly),
        cmocka_unit_test(busy_takes_back_only_what_is_ours),
        cmocka_unit_test(refusals),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
