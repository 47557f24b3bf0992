/* Who may post to the webhooks, and the way of a message through them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "gateway/twilio_gate.h"
#include "gateway/webhook.h"
#include "proto/proto.h"

/* ---- the way ---- */

static const webhook_event_t enqueued = {.kind = WEBHOOK_ON_ENQUEUED, .seq = 7};
static const webhook_event_t known = {
    .kind = WEBHOOK_ON_ENQUEUED, .seq = 7, .replied = true, .fits = true};
static const webhook_event_t known_long = {.kind = WEBHOOK_ON_ENQUEUED, .seq = 7, .replied = true};
static const webhook_event_t reply = {.kind = WEBHOOK_ON_REPLY, .fits = true};
static const webhook_event_t reply_long = {.kind = WEBHOOK_ON_REPLY};
static const webhook_event_t ok = {.kind = WEBHOOK_ON_OK};
static const webhook_event_t resumed = {.kind = WEBHOOK_ON_RESUMED};
static const webhook_event_t stopped = {.kind = WEBHOOK_ON_STOPPED};
static const webhook_event_t busy = {
    .kind = WEBHOOK_ON_ERROR, .code = PROTO_CODE_BUSY, .retry_after_ms = 2500};
static const webhook_event_t claimed = {.kind = WEBHOOK_ON_ERROR, .code = PROTO_CODE_CLAIMED};
static const webhook_event_t internal = {.kind = WEBHOOK_ON_ERROR, .code = PROTO_CODE_INTERNAL};
static const webhook_event_t invalid = {.kind = WEBHOOK_ON_ERROR, .code = PROTO_CODE_INVALID};
static const webhook_event_t timeout = {.kind = WEBHOOK_ON_ERROR, .code = PROTO_CODE_TIMEOUT};
static const webhook_event_t away = {.kind = WEBHOOK_ON_ERROR, .code = PROTO_CODE_UNAVAILABLE};
static const webhook_event_t late = {.kind = WEBHOOK_ON_LATE};
static const webhook_event_t not_waiting = {.kind = WEBHOOK_ON_ERROR,
                                            .code = PROTO_CODE_NOT_WAITING};

static const webhook_event_t *const all[] = {
    &enqueued, &known,   &known_long, &reply,   &reply_long, &ok,   &resumed,     &stopped,
    &busy,     &claimed, &internal,   &invalid, &timeout,    &away, &not_waiting, &late};
#define ALL (sizeof all / sizeof *all)

typedef struct row {
    webhook_state_t from;
    const webhook_event_t *event;
    webhook_state_t to;
} row_t;

static void assert_row(const row_t *row, bool recorded)
{
    webhook_t way;

    webhook_start(&way, true);
    way.state = row->from;
    way.recorded = recorded;
    if (webhook_next(&way, row->event) != row->to)
        fail_msg("state %d, event %d %s: %d instead of %d", row->from, row->event->kind,
                 row->event->code ? row->event->code : "", way.state, row->to);
}

static void steps(void **state)
{
    static const row_t rows[] = {
        {WEBHOOK_ENQUEUE, &enqueued, WEBHOOK_WORK},
        {WEBHOOK_ENQUEUE, &known, WEBHOOK_TAKE},
        {WEBHOOK_ENQUEUE, &known_long, WEBHOOK_LATER},
        {WEBHOOK_WORK, &reply, WEBHOOK_TAKE},
        {WEBHOOK_WORK, &reply_long, WEBHOOK_LATER},
        {WEBHOOK_WORK, &not_waiting, WEBHOOK_PAUSE},
        {WEBHOOK_WORK, &busy, WEBHOOK_LATER},
        {WEBHOOK_WORK, &away, WEBHOOK_LATER},
        {WEBHOOK_WORK, &timeout, WEBHOOK_LATER},
        {WEBHOOK_WORK, &internal, WEBHOOK_LATER},
        {WEBHOOK_WORK, &stopped, WEBHOOK_LATER},
        {WEBHOOK_PAUSE, &resumed, WEBHOOK_ENQUEUE},
        {WEBHOOK_PAUSE, &timeout, WEBHOOK_LATER},
        {WEBHOOK_PAUSE, &stopped, WEBHOOK_LATER},
        {WEBHOOK_TAKE, &ok, WEBHOOK_TEXT},
        {WEBHOOK_TAKE, &claimed, WEBHOOK_ELSEWHERE},
        {WEBHOOK_TAKE, &timeout, WEBHOOK_RETURNED},
        {WEBHOOK_TAKE, &away, WEBHOOK_RETURNED},
        {WEBHOOK_TAKE, &stopped, WEBHOOK_RETURNED},
        {WEBHOOK_TAKE, &internal, WEBHOOK_LATER},
        {WEBHOOK_TAKE, &busy, WEBHOOK_LATER},
        {WEBHOOK_TEXT, &late, WEBHOOK_RETURNED},
        /* what a state does not expect */
        {WEBHOOK_ENQUEUE, &ok, WEBHOOK_ENQUEUE},
        {WEBHOOK_WORK, &ok, WEBHOOK_WORK},
        {WEBHOOK_PAUSE, &reply, WEBHOOK_PAUSE},
        {WEBHOOK_TAKE, &reply, WEBHOOK_TAKE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_row(&rows[i], true);
}

/* Nothing is acknowledged that is not recorded, and what is recorded is never refused. */
static void recorded_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        webhook_t way;
        bool error = all[i]->kind == WEBHOOK_ON_ERROR || all[i]->kind == WEBHOOK_ON_STOPPED;

        webhook_start(&way, true);
        webhook_next(&way, all[i]);
        assert_int_equal(way.recorded, all[i]->kind == WEBHOOK_ON_ENQUEUED);
        assert_int_equal(way.state == WEBHOOK_REFUSED, error);
        webhook_start(&way, true);
        webhook_next(&way, &enqueued);
        webhook_next(&way, &not_waiting);
        webhook_next(&way, &resumed);
        assert_int_equal(way.state, WEBHOOK_ENQUEUE);
        if (webhook_next(&way, all[i]) == WEBHOOK_REFUSED)
            fail();
        if (error)
            assert_int_equal(way.state, WEBHOOK_LATER);
    }
}

static void refusals(void **state)
{
    static const struct {
        const webhook_event_t *event;
        int status;
        int64_t retry_after_s;
    } rows[] = {{&busy, 503, 3},    {&timeout, 503, 1}, {&away, 503, 1},
                {&stopped, 503, 1}, {&invalid, 400, 0}, {&internal, 502, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        webhook_t way;

        webhook_start(&way, true);
        assert_int_equal(webhook_next(&way, rows[i].event), WEBHOOK_REFUSED);
        assert_int_equal(way.problem.status, rows[i].status);
        assert_int_equal(way.problem.retry_after_s, rows[i].retry_after_s);
    }
}

static void nobody_waits(void **state)
{
    webhook_t way;

    (void)state;
    webhook_start(&way, false);
    assert_int_equal(webhook_next(&way, &enqueued), WEBHOOK_STARTED);
    assert_int_equal(way.seq, 7);
    webhook_start(&way, false);
    assert_int_equal(webhook_next(&way, &known), WEBHOOK_ELSEWHERE);
    webhook_start(&way, false);
    assert_int_equal(webhook_next(&way, &away), WEBHOOK_REFUSED);
}

/* The text is only ever reached through a TAKE that was granted; an end is an end. */
static void text_only_after_take(void **state)
{
    (void)state;
    for (webhook_state_t from = WEBHOOK_ENQUEUE; from <= WEBHOOK_REFUSED; from++) {
        for (size_t i = 0; i < ALL; i++) {
            webhook_t way;

            webhook_start(&way, true);
            way.state = from;
            webhook_next(&way, all[i]);
            if (from == WEBHOOK_TEXT && all[i] == &late)
                assert_int_equal(way.state, WEBHOOK_RETURNED);
            else if (from >= WEBHOOK_TEXT)
                assert_int_equal(way.state, from);
            else
                assert_int_equal(way.state == WEBHOOK_TEXT, from == WEBHOOK_TAKE && all[i] == &ok);
            assert_int_equal(webhook_ended(&way), way.state >= WEBHOOK_TEXT);
            assert_non_null(webhook_outcome(&way));
        }
    }
}

static void pauses_grow(void **state)
{
    static const int64_t expected[] = {0, 20, 40, 80, 160, 320, 640, 1000, 1000};
    webhook_t way;

    (void)state;
    webhook_start(&way, true);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        webhook_next(&way, &enqueued);
        webhook_next(&way, &not_waiting);
        assert_int_equal(way.pause_ms, expected[i]);
        webhook_next(&way, &resumed);
    }
}

/* ---- the gate ---- */

#define BASE "https://mycompany.com"
#define TARGET "/myapp.php?foo=1&bar=2"
#define BODY                                                                           \
    "CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&" \
    "To=%2B18005551212"
#define SIGNATURE "0/KCTR6DLpKmkAf8muzZqo1nDgQ=" /* published, with the token 12345 */
#define FORM_TYPE "application/x-www-form-urlencoded"

static const twilio_gate_t signed_gate = {{BASE, sizeof BASE - 1}, {"12345", ""}, false};
static const twilio_gate_t open_gate = {{NULL, 0}, {"", NULL}, true};

static void assert_pass(const twilio_gate_t *gate, const char *type, const char *signature,
                        const char *body, int status, const char *reason)
{
    twilio_post_t post = {str_from(type), STR_LIT(TARGET), str_from(signature), str_from(body)};
    arena_t *arena = arena_new(1 << 20);
    problem_t problem = {0};
    const char *why = "";
    form_t form;
    bool ok_ = twilio_gate_pass(gate, &post, arena, &form, &why, &problem);

    if (ok_ != (status == 200) || (!ok_ && (problem.status != status || strcmp(why, reason) != 0)))
        fail_msg("%s, %s, %.40s: %d %s", type, signature, body, problem.status, why);
    if (ok_)
        assert_true(form.count > 0);
    arena_destroy(&arena);
}

static void gate_states(void **state)
{
    twilio_gate_t gate = open_gate;

    (void)state;
    assert_int_equal(twilio_gate_state(&gate), TWILIO_GATE_OPEN);
    gate.loopback = false;
    assert_int_equal(twilio_gate_state(&gate), TWILIO_GATE_CLOSED);
    gate.base = STR_LIT(BASE);
    assert_int_equal(twilio_gate_state(&gate), TWILIO_GATE_CLOSED);
    gate.tokens[1] = "secondary";
    assert_int_equal(twilio_gate_state(&gate), TWILIO_GATE_SIGNED);
    gate.loopback = true; /* a token closes it here too */
    assert_int_equal(twilio_gate_state(&gate), TWILIO_GATE_SIGNED);
    gate.base = (str_t){NULL, 0};
    assert_int_equal(twilio_gate_state(&gate), TWILIO_GATE_CLOSED);
}

static void gate_passes(void **state)
{
    twilio_gate_t closed = {{NULL, 0}, {"12345", ""}, true};

    (void)state;
    assert_pass(&signed_gate, FORM_TYPE, SIGNATURE, BODY, 200, "");
    assert_pass(&signed_gate, "Application/X-WWW-form-urlencoded ; charset=utf-8", SIGNATURE, BODY,
                200, "");
    assert_pass(&signed_gate, FORM_TYPE, "", BODY, 403, "unsigned");
    assert_pass(&signed_gate, FORM_TYPE, SIGNATURE, BODY "&a=b", 403, "signature");
    assert_pass(&signed_gate, FORM_TYPE, SIGNATURE, "a=%", 403, "signature");
    assert_pass(&signed_gate, "application/json", SIGNATURE, "{\"a\":1}", 403, "signature");
    assert_pass(&signed_gate, "text/plain", SIGNATURE, BODY, 400, "malformed");
    assert_pass(&signed_gate, "text/plain", "", BODY, 403, "unsigned");
    assert_pass(&signed_gate, "", SIGNATURE, BODY, 400, "malformed");
    assert_pass(&closed, FORM_TYPE, SIGNATURE, BODY, 403, "closed");
    assert_pass(&open_gate, FORM_TYPE, "", BODY, 200, "");
    assert_pass(&open_gate, FORM_TYPE, "wrong", BODY, 200, "");
    assert_pass(&open_gate, FORM_TYPE, "", "a=%", 400, "malformed");
    assert_pass(&open_gate, "application/json;charset=utf-8", "", "{\"a\":1}", 200, "");
    assert_pass(&open_gate, "application/json", "", "{", 400, "malformed");
}

static void gate_bounds(void **state)
{
    buf_t body;

    (void)state;
    buf_init(&body, 1 << 20);
    for (int i = 0; i <= FORM_MAX_FIELDS; i++)
        buf_printf(&body, "a%d=&", i);
    assert_pass(&open_gate, FORM_TYPE, "", body.data, 413, "too_large");
    assert_pass(&signed_gate, FORM_TYPE, SIGNATURE, body.data, 413, "too_large");
    buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(recorded_or_refused),
        cmocka_unit_test(refusals),
        cmocka_unit_test(nobody_waits),
        cmocka_unit_test(text_only_after_take),
        cmocka_unit_test(pauses_grow),
        cmocka_unit_test(gate_states),
        cmocka_unit_test(gate_passes),
        cmocka_unit_test(gate_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
