/* What Redis answers becomes messages; its errors and the carrier's words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "sessions/answer.h"
#include "sessions/carrier.h"
#include "sessions/redis_error.h"
#include "sessions/stored.h"

/* ---- answers ---- */

typedef struct fixture {
    arena_t *arena;
    redisReply *reply;
    answer_t answer;
} fixture_t;

static int set_up(void **state)
{
    fixture_t *self = calloc(1, sizeof *self);
    self->arena = arena_new(1 << 20);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    fixture_t *self = *state;
    if (self->reply)
        freeReplyObject(self->reply);
    arena_destroy(&self->arena);
    free(self);
    return 0;
}

/* What becomes of a reply in Redis' own notation. */
static answer_t *answered(fixture_t *self, proto_type_t request, const char *wire, size_t size)
{
    void *reply = NULL;
    redisReader *reader = redisReaderCreate();
    redisReaderFeed(reader, wire, size);
    assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
    assert_non_null(reply);
    redisReaderFree(reader);
    if (self->reply)
        freeReplyObject(self->reply);
    self->reply = reply;
    answer_make(&self->answer, request, reply, self->arena);
    return &self->answer;
}
#define ANSWERED(self, request, wire) answered(self, request, wire, sizeof(wire) - 1)

static void assert_error(const answer_t *answer, const char *code)
{
    assert_int_equal(answer->type, PROTO_ERROR);
    assert_string_equal(answer->msg.error.code.data, code);
    assert_true(answer->msg.error.detail.size > 0);
}

static void enqueued_is_read(void **state)
{
    fixture_t *self = *state;
    answer_t *answer = ANSWERED(self, PROTO_ENQUEUE,
                                "*6\r\n$3\r\nnew\r\n:5\r\n$4\r\nleft\r\n:2\r\n:0\r\n$3\r\nAna\r\n");
    assert_int_equal(answer->type, PROTO_ENQUEUED);
    assert_int_equal(answer->msg.enqueued.seq, 5);
    assert_false(answer->msg.enqueued.duplicate);
    assert_true(str_is(answer->change, "left"));
    assert_int_equal(answer->dropped, 2);
    assert_true(str_is(answer->lapsed, "Ana"));
    assert_false(answer->msg.enqueued.silent);
    answer = ANSWERED(self, PROTO_ENQUEUE,
                      "*10\r\n$4\r\nheld\r\n:5\r\n$0\r\n\r\n:0\r\n:0\r\n$0\r\n\r\n"
                      "$3\r\nAna\r\n:1700000000001\r\n$6\r\nAna L.\r\n:2\r\n");
    assert_true(answer->msg.enqueued.silent && !answer->msg.enqueued.duplicate);
    assert_true(str_is(answer->msg.enqueued.by, "Ana"));
    assert_true(str_is(answer->msg.enqueued.shown, "Ana L."));
    assert_int_equal(answer->msg.enqueued.since_ms, 1700000000001);
    assert_int_equal(answer->lost, 2);
    answer =
        ANSWERED(self, PROTO_ENQUEUE, "*5\r\n$6\r\nsilent\r\n:5\r\n$0\r\n\r\n:0\r\n$0\r\n\r\n");
    assert_true(answer->msg.enqueued.duplicate && answer->msg.enqueued.silent);
    answer = ANSWERED(self, PROTO_ENQUEUE, "*2\r\n$7\r\nwaiting\r\n:5\r\n");
    assert_true(answer->msg.enqueued.duplicate);
    assert_int_equal(answer->msg.enqueued.reply_count, 0);
    assert_error(
        ANSWERED(self, PROTO_ENQUEUE, "*5\r\n$4\r\nfull\r\n$0\r\n\r\n:0\r\n:0\r\n$0\r\n\r\n"),
        PROTO_CODE_BUSY);
    assert_true(self->answer.msg.error.retry_after_ms > 0);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "*2\r\n$9\r\nforgotten\r\n:5\r\n"),
                 PROTO_CODE_INVALID);
}

/* Appends a bulk string. */
static void bulk(buf_t *out, str_t text)
{
    buf_printf(out, "$%zu\r\n", text.size);
    buf_add(out, text.data, text.size);
    buf_str(out, "\r\n");
}

static void a_stored_reply_is_read(void **state)
{
    fixture_t *self = *state;
    buf_t stored, wire;
    buf_init(&stored, 4096);
    buf_init(&wire, 4096);
    proto_reply_t reply = {.turn_id = STR_LIT("t1"), .text = STR_LIT("listo"), .upto_seq = 6};
    buf_str(&stored, "5 1700000000000 ");
    assert_true(proto_encode(&proto_reply_record, &reply, &stored, NULL));
    buf_str(&wire, "*3\r\n$8\r\nanswered\r\n:5\r\n");
    bulk(&wire, buf_view(&stored));
    answer_t *answer = answered(self, PROTO_ENQUEUE, wire.data, wire.size);
    assert_int_equal(answer->type, PROTO_ENQUEUED);
    assert_int_equal(answer->msg.enqueued.reply_count, 1);
    assert_true(str_is(answer->msg.enqueued.reply->text, "listo"));
    buf_free(&stored);
    buf_free(&wire);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "*3\r\n$8\r\nanswered\r\n:5\r\n$4\r\n5 6 \r\n"),
                 PROTO_CODE_INTERNAL);
}

static void claimed_is_read(void **state)
{
    fixture_t *self = *state;
    buf_t context, stored, place, said, asked, wire;
    buf_t *all[] = {&context, &stored, &place, &said, &asked, &wire};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_init(all[i], 4096);
    proto_context_t remembered = {.version = 1, .language = STR_LIT("es"), .turns = 3};
    assert_true(proto_encode(&proto_context_record, &remembered, &context, NULL));
    proto_waiting_t waiting = {
        .message_id = STR_LIT("m"), .channel = STR_LIT("api"), .text = STR_LIT("más")};
    buf_str(&stored, "12 1700000000001 ");
    assert_true(proto_encode(&proto_waiting_record, &waiting, &stored, NULL));
    proto_outgoing_t target = {.channel = STR_LIT("twilio"),
                               .reply_to = STR_LIT("whatsapp:+1"),
                               .message_id = STR_LIT("m")};
    assert_true(proto_encode(&proto_outgoing_record, &target, &place, NULL));
    proto_reply_t reply = {.turn_id = STR_LIT("t1"),
                           .text = STR_LIT("listo"),
                           .upto_seq = 6,
                           .literal = STR_LIT("1 2")};
    assert_true(proto_encode(&proto_reply_record, &reply, &said, NULL));
    proto_survey_t survey = {.state = STR_LIT("asked"), .turn_id = STR_LIT("q1"), .score = 9};
    assert_true(proto_encode(&proto_survey_record, &survey, &asked, NULL));
    buf_str(&wire, "*35\r\n$7\r\ngranted\r\n:1700000000002\r\n");
    bulk(&wire, buf_view(&context));
    buf_str(&wire, ":1700000000099\r\n$6\r\nclosed\r\n");
    bulk(&wire, buf_view(&asked));
    buf_str(&wire, ":1\r\n:1\r\n:3000000000\r\n:17\r\n$3\r\nAna\r\n:2\r\n:1\r\n");
    buf_str(&wire, "$3\r\ndue\r\n:0\r\n:0\r\n:0\r\n$4\r\nSM01\r\n:1\r\n$3\r\nW16\r\n$3\r\nHX1\r\n");
    bulk(&wire, buf_view(&place));
    buf_str(&wire, "$0\r\n\r\n$6\r\nunsure\r\n:2\r\n:3\r\n:1700000000004\r\n$4\r\nSM01\r\n:0\r\n");
    buf_str(&wire, "$2\r\nt1\r\n$0\r\n\r\n");
    bulk(&wire, buf_view(&place));
    bulk(&wire, buf_view(&said));
    bulk(&wire, buf_view(&stored)); /* said while a person of the shop had it … */
    bulk(&wire, buf_view(&stored)); /* … and what waits */
    answer_t *answer = answered(self, PROTO_CLAIM, wire.data, wire.size);
    assert_int_equal(answer->type, PROTO_CLAIMED);
    const proto_claimed_t *msg = &answer->msg.claimed;
    assert_true(str_is(msg->status, "granted"));
    assert_int_equal(msg->token, 1700000000002);
    assert_int_equal(msg->now_ms, 1700000000099);
    assert_int_equal(answer->tokens, 3000000000);
    assert_int_equal(answer->calls, 17);
    assert_int_equal(msg->context_count, 1);
    assert_int_equal(msg->context->turns, 3);
    assert_true(str_is(answer->lapsed, "Ana"));
    assert_int_equal(msg->talk_count, 1);
    assert_true(str_is(msg->talk->text, "más"));
    assert_int_equal(msg->messages_count, 1);
    assert_int_equal(msg->messages[0].seq, 12);
    assert_int_equal(msg->messages[0].received_ms, 1700000000001);
    assert_true(str_is(msg->messages[0].text, "más"));
    assert_int_equal(msg->outgoing_count, 2);
    assert_true(str_is(msg->outgoing[1].turn_id, "t1"));
    assert_true(str_is(msg->outgoing[1].text, "listo"));
    assert_true(str_is(msg->outgoing[1].literal, "1 2"));
    assert_true(str_is(msg->outgoing[1].channel, "twilio"));
    assert_true(str_is(msg->outgoing[1].reply_to, "whatsapp:+1"));
    assert_true(str_is(msg->outgoing[1].message_id, "m"));
    assert_true(str_is(msg->outgoing[1].state, "unsure"));
    assert_int_equal(msg->outgoing[1].parts_sent, 2);
    assert_int_equal(msg->outgoing[1].attempts, 3);
    assert_int_equal(msg->outgoing[1].since_ms, 1700000000004);
    assert_true(str_is(msg->outgoing[1].sids, "SM01"));
    assert_false(msg->outgoing[1].unasked);
    assert_int_equal(msg->outgoing[1].template_sid.size, 0);
    assert_true(str_is(msg->outgoing[0].turn_id, "W16"));
    assert_true(str_is(msg->outgoing[0].template_sid, "HX1"));
    assert_true(str_is(msg->outgoing[0].reply_to, "whatsapp:+1"));
    assert_true(msg->outgoing[0].unasked && !msg->outgoing[0].text.size);
    assert_int_equal(msg->survey_count, 1);
    assert_true(str_is(msg->survey->state, "closed")); /* sessions knows it best */
    assert_true(str_is(msg->survey->turn_id, "q1"));
    assert_true(msg->ask && msg->opted_out);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
}

static void refused_claims_are_read(void **state)
{
    fixture_t *self = *state;
    answer_t *answer = ANSWERED(self, PROTO_CLAIM, "*2\r\n$4\r\nbusy\r\n:250\r\n");
    assert_true(str_is(answer->msg.claimed.status, "busy"));
    assert_int_equal(answer->msg.claimed.retry_ms, 250);
    answer = ANSWERED(self, PROTO_CLAIM, "*2\r\n$5\r\nempty\r\n$0\r\n\r\n");
    assert_true(str_is(answer->msg.claimed.status, "empty"));
    assert_error(ANSWERED(self, PROTO_CLAIM, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
}

/* Better a seller who has forgotten than one who never answers. */
static void a_damaged_context_counts_as_none(void **state)
{
    fixture_t *self = *state;
    answer_t *answer =
        ANSWERED(self, PROTO_CLAIM,
                 "*13\r\n$7\r\ngranted\r\n:9\r\n$3\r\n\xff\xff\xff\r\n:1\r\n$"
                 "0\r\n\r\n$0\r\n\r\n:0\r\n:0\r\n:0\r\n:0\r\n$0\r\n\r\n:0\r\n:0\r\n");
    assert_int_equal(answer->type, PROTO_CLAIMED);
    assert_int_equal(answer->msg.claimed.context_count, 0);
    assert_true(answer->damaged);
}

static void a_damaged_message_is_an_error(void **state)
{
    fixture_t *self = *state;
#define GRANTED                                                                               \
    "\r\n$7\r\ngranted\r\n:9\r\n$0\r\n\r\n:5\r\n$0\r\n\r\n$0\r\n\r\n:0\r\n:0\r\n:0\r\n:0\r\n" \
    "$0\r\n\r\n"
    static const char *const wires[] = {
        "*14" GRANTED ":0\r\n:0\r\n$3\r\n1 2\r\n",
        /* replies that are not there, one that is none, and too many */
        "*13" GRANTED ":1\r\n:0\r\n",
        "*13" GRANTED ":-1\r\n:0\r\n",
        "*13" GRANTED ":9\r\n:0\r\n",
        "*23" GRANTED ":1\r\n:0\r\n$3\r\ndue\r\n:0\r\n:0\r\n:0\r\n$1\r\nx\r\n:0\r\n$1\r\nt\r\n$"
        "0\r\n\r\n$1\r\nx\r\n$1\r\nx\r\n",
        /* words of a person that are not there, that are none, and too many */
        "*13" GRANTED ":0\r\n:1\r\n",
        "*14" GRANTED ":0\r\n:1\r\n$3\r\n1 2\r\n",
        "*13" GRANTED ":0\r\n:-1\r\n",
        "*13" GRANTED ":0\r\n:257\r\n",
    };
    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++)
        assert_error(answered(self, PROTO_CLAIM, wires[i], strlen(wires[i])), PROTO_CODE_INTERNAL);
}

static void the_rest_is_read(void **state)
{
    fixture_t *self = *state;
    assert_int_equal(ANSWERED(self, PROTO_RENEW, "*1\r\n$2\r\nok\r\n")->type, PROTO_OK);
    assert_error(ANSWERED(self, PROTO_RENEW, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
    assert_int_equal(ANSWERED(self, PROTO_COMMIT,
                              "*8\r\n$9\r\ncommitted\r\n:2\r\n$6\r\nqueued\r\n$5\r\nasked\r\n:"
                              "1\r\n:1\r\n$4\r\nmade\r\n$3\r\nnew\r\n")
                         ->msg.committed.waiting,
                     2);
    assert_int_equal(
        ANSWERED(self, PROTO_COMMIT,
                 "*8\r\n$5\r\nagain\r\n:1\r\n$0\r\n\r\n$0\r\n\r\n:0\r\n:0\r\n$0\r\n\r\n$0\r\n\r\n")
            ->type,
        PROTO_COMMITTED);
    assert_true(str_is(self->answer.heard, ""));
    assert_true(
        ANSWERED(
            self, PROTO_COMMIT,
            "*8\r\n$9\r\novertaken\r\n:1\r\n$0\r\n\r\n$0\r\n\r\n:0\r\n:0\r\n$0\r\n\r\n$0\r\n\r\n")
            ->msg.committed.overtaken);
    assert_error(ANSWERED(self, PROTO_COMMIT, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
    assert_error(ANSWERED(self, PROTO_COMMIT, "*3\r\n$5\r\nwrong\r\n:1\r\n:2\r\n"),
                 PROTO_CODE_INVALID);
    assert_int_equal(ANSWERED(self, PROTO_RESET, "*2\r\n$2\r\nok\r\n:1\r\n")->msg.ok.count, 1);
    assert_int_equal(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$9\r\nwithdrawn\r\n")->msg.ok.count, 1);
    assert_int_equal(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$4\r\nnone\r\n")->msg.ok.count, 0);
    assert_error(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$7\r\nclaimed\r\n"), PROTO_CODE_CLAIMED);
    const proto_session_t *session =
        &ANSWERED(self, PROTO_READ,
                  "*18\r\n$2\r\nok\r\n$0\r\n\r\n:3\r\n:1\r\n:99\r\n:4\r\n:1\r\n$0\r\n\r\n$0\r\n\r\n"
                  "$3\r\nAna\r\n:7\r\n:6\r\n$5\r\nasked\r\n$4\r\nnota\r\n$6\r\nAna "
                  "L.\r\n:1\r\n$5\r\nsay-1\r\n$"
                  "6\r\nread 0\r\n")
             ->msg.session;
    assert_int_equal(session->waiting, 3);
    assert_true(session->leased);
    assert_int_equal(session->expires_ms, 99);
    assert_int_equal(session->context_count, 0);
    assert_int_equal(session->outbox, 4);
    assert_true(session->opted_out);
    assert_true(str_is(session->by, "Ana") && str_is(session->wanted_note, "nota"));
    assert_true(str_is(session->shown, "Ana L."));
    assert_int_equal(session->ticks_count, 1);
    assert_true(str_is(session->ticks->turn_id, "say-1") && str_is(session->ticks->status, "read"));
}

static void what_people_of_the_shop_did_is_read(void **state)
{
    fixture_t *self = *state;
    const proto_handoff_t *handoff =
        &ANSWERED(self, PROTO_TAKE_OVER,
                  "*8\r\n$2\r\nok\r\n$3\r\nAna\r\n:7\r\n$4\r\nLuis\r\n:2\r\n:3\r\n:4\r\n:5\r\n")
             ->msg.handoff;
    assert_true(str_is(handoff->status, "ok") && str_is(handoff->before, "Luis"));
    assert_int_equal(handoff->dropped, 2);
    assert_int_equal(handoff->moved, 3);
    assert_int_equal(self->answer.lost, 4);
    handoff = &ANSWERED(self, PROTO_SAY, "*3\r\n$5\r\ntaken\r\n$3\r\nAna\r\n:7\r\n")->msg.handoff;
    assert_true(str_is(handoff->status, "taken") && str_is(handoff->by, "Ana"));
    handoff =
        &ANSWERED(self, PROTO_SAY, "*7\r\n$2\r\nok\r\n:4\r\n:1\r\n:99\r\n:0\r\n$3\r\nAna\r\n:7\r\n")
             ->msg.handoff;
    assert_int_equal(handoff->number, 4);
    assert_true(handoff->outbox && handoff->wrote_ms == 99);
    handoff = &ANSWERED(self, PROTO_GIVE_BACK, "*2\r\n$4\r\nfree\r\n$3\r\nAna\r\n")->msg.handoff;
    assert_true(str_is(handoff->status, "free") && str_is(self->answer.lapsed, "Ana"));
    const proto_said_t *said =
        &ANSWERED(self, PROTO_GET_SAID, "*6\r\n$2\r\nok\r\n$0\r\n\r\n:0\r\n:6\r\n:9\r\n$0\r\n\r\n")
             ->msg.said;
    assert_int_equal(said->last, 9);
    assert_int_equal(said->said_count, 0);
}

static void deliveries_are_read(void **state)
{
    fixture_t *self = *state;
    assert_int_equal(ANSWERED(self, PROTO_TAKE, "*1\r\n$5\r\ntaken\r\n")->type, PROTO_OK);
    assert_error(ANSWERED(self, PROTO_TAKE, "*1\r\n$7\r\nclaimed\r\n"), PROTO_CODE_CLAIMED);
    assert_int_equal(ANSWERED(self, PROTO_FORGO, "*2\r\n$2\r\nok\r\n:1\r\n")->msg.ok.count, 1);
    answer_t *answer =
        ANSWERED(self, PROTO_DELIVERED, "*5\r\n$6\r\ntrying\r\n:4\r\n:0\r\n:0\r\n:0\r\n");
    assert_int_equal(answer->type, PROTO_OK);
    assert_int_equal(answer->msg.ok.count, 4);
    answer = ANSWERED(self, PROTO_DELIVERED, "*5\r\n$6\r\nfailed\r\n:2\r\n:21610\r\n:1\r\n:3\r\n");
    assert_int_equal(answer->msg.ok.count, 2);
    assert_int_equal(answer->code, 21610);
    assert_int_equal(answer->invited, 1);
    assert_int_equal(answer->dropped, 3);
    assert_true(str_is(answer->event, "failed"));
    assert_int_equal(ANSWERED(self, PROTO_DELIVERED, "*2\r\n$4\r\nsame\r\n:0\r\n")->type, PROTO_OK);
    assert_error(ANSWERED(self, PROTO_DELIVERED, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
    assert_error(ANSWERED(self, PROTO_DELIVERED, "*1\r\n$7\r\nclaimed\r\n"), PROTO_CODE_CLAIMED);
    assert_error(ANSWERED(self, PROTO_DELIVERED, "*1\r\n$5\r\nwrong\r\n"), PROTO_CODE_INVALID);
    answer = ANSWERED(self, PROTO_DELIVERED, "*2\r\n$5\r\nearly\r\n:1234\r\n");
    assert_error(answer, PROTO_CODE_EARLY);
    assert_int_equal(answer->msg.error.retry_after_ms, 1234);
    answer = ANSWERED(self, PROTO_PACE, "*4\r\n$2\r\nok\r\n:20\r\n:500\r\n:12500\r\n");
    assert_int_equal(answer->msg.paced.places, 20);
    assert_int_equal(answer->msg.paced.first_us, 500);
    assert_int_equal(answer->msg.paced.every_us, 12500);
    answer = ANSWERED(self, PROTO_STATUS,
                      "*6\r\n$5\r\nknown\r\n:1\r\n$6\r\nfailed\r\n:30003\r\n:3\r\n:1\r\n");
    assert_int_equal(answer->invited, 1);
    assert_int_equal(answer->type, PROTO_OK);
    assert_int_equal(answer->msg.ok.count, 1);
    assert_int_equal(answer->code, 30003);
    assert_int_equal(answer->dropped, 3);
    assert_true(str_is(answer->event, "failed"));
}

static void what_makes_no_sense_is_internal(void **state)
{
    fixture_t *self = *state;
    static const proto_type_t types[] = {
        PROTO_ENQUEUE,   PROTO_WITHDRAW,  PROTO_CLAIM,    PROTO_RENEW, PROTO_COMMIT,
        PROTO_RELEASE,   PROTO_RESET,     PROTO_READ,     PROTO_TAKE,  PROTO_FORGO,
        PROTO_DELIVERED, PROTO_STATUS,    PROTO_EXPORT,   PROTO_ERASE, PROTO_TAKE_OVER,
        PROTO_SAY,       PROTO_GIVE_BACK, PROTO_GET_SAID, PROTO_PACE};
    static const char *const wires[] = {
        ":1\r\n",
        "$2\r\nok\r\n",
        "*0\r\n",
        "*1\r\n:1\r\n",
        "*1\r\n$3\r\nwho\r\n",
        "*1\r\n$7\r\ngranted\r\n",
        "$-1\r\n",
        "*1\r\n$9\r\ncommitted\r\n",
        "*2\r\n$2\r\nok\r\n$1\r\nx\r\n",
        "-ERR oh no\r\n",
    };
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t w = 0; w < sizeof wires / sizeof *wires; w++)
            assert_error(answered(self, types[t], wires[w], strlen(wires[w])), PROTO_CODE_INTERNAL);
}

static void redis_away_is_unavailable(void **state)
{
    fixture_t *self = *state;
    answer_make(&self->answer, PROTO_READ, NULL, self->arena);
    assert_error(&self->answer, PROTO_CODE_UNAVAILABLE);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "-OOM command not allowed\r\n"),
                 PROTO_CODE_UNAVAILABLE);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "-MISCONF Redis is configured to save\r\n"),
                 PROTO_CODE_UNAVAILABLE);
}

/* ---- the carrier's words ---- */

static void statuses_are_ranked(void **state)
{
    (void)state;
    static const char *const order[] = {"made-up", "accepted",  "queued", "sending",
                                        "sent",    "delivered", "read",   "failed"};
    for (size_t i = 1; i < sizeof order / sizeof *order; i++)
        assert_true(carrier_status_rank(str_from(order[i - 1])) <
                    carrier_status_rank(str_from(order[i])));
    assert_int_equal(carrier_status_rank(STR_LIT("undelivered")),
                     carrier_status_rank(STR_LIT("failed")));
    assert_true(carrier_status_failed(STR_LIT("undelivered")));
    assert_true(carrier_status_failed(STR_LIT("canceled")));
    assert_false(carrier_status_failed(STR_LIT("read")));
    assert_string_equal(carrier_status_name(STR_LIT("read")), "read");
    assert_string_equal(carrier_status_name(STR_LIT("rea")), "other");
    assert_string_equal(carrier_status_name(STR_LIT("")), "other");
}

static void codes_become_labels(void **state)
{
    (void)state;
    char text[8];
    assert_string_equal(carrier_code_label(0, text), "none");
    assert_string_equal(carrier_code_label(63016, text), "63016");
    assert_string_equal(carrier_code_label(999999, text), "999999");
    assert_string_equal(carrier_code_label(1000000, text), "other");
    assert_string_equal(carrier_code_label(-1, text), "other");
}

static void errors_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(redis_error(STR_LIT("NOSCRIPT No matching script.")), REDIS_ERROR_SCRIPT);
    assert_int_equal(redis_error(STR_LIT("LOADING Redis is loading")), REDIS_ERROR_AWAY);
    assert_int_equal(redis_error(STR_LIT("READONLY You can't write")), REDIS_ERROR_AWAY);
    assert_int_equal(redis_error(STR_LIT("BUSY Redis is busy")), REDIS_ERROR_AWAY);
    assert_int_equal(redis_error(STR_LIT("OOM")), REDIS_ERROR_FULL);
    assert_int_equal(redis_error(STR_LIT("ERR OOM")), REDIS_ERROR_OTHER);
    assert_int_equal(redis_error(STR_LIT("")), REDIS_ERROR_OTHER);
}

static void stored_texts(void **state)
{
    (void)state;
    int64_t a, b;
    str_t record;
    assert_true(answer_stored(STR_LIT("1 22 x y"), &a, &b, &record));
    assert_int_equal(a, 1);
    assert_int_equal(b, 22);
    assert_true(str_is(record, "x y"));
    assert_true(answer_stored(STR_LIT("1 2 "), &a, &b, &record));
    assert_int_equal(record.size, 0);
    static const char *const bad[] = {
        "", "1", "1 ", "1 2", " 1 2 ", "1  2 x", "-1 2 x", "1 x 2", "1 9999999999999999999 x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(answer_stored(str_from(bad[i]), &a, &b, &record));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_are_ranked),
        cmocka_unit_test(codes_become_labels),
        cmocka_unit_test(errors_are_told_apart),
        cmocka_unit_test(stored_texts),
        cmocka_unit_test_setup_teardown(enqueued_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stored_reply_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(claimed_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused_claims_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_context_counts_as_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_message_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_rest_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_people_of_the_shop_did_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deliveries_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_makes_no_sense_is_internal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(redis_away_is_unavailable, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
