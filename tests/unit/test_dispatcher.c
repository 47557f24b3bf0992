/* The dispatcher's mind, event by event: a clock that is a number, and messages that land in a
 * list. test_dispatcher_random.c plays with chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "gateway/dispatcher_table.h"

#define BASE 0x1234567800000000u
#define SENT_MAX 4096

typedef struct sent {
    proto_type_t type;
    int peer;
    uint64_t id;
    uint16_t attempt;
    char user[32]; /* TURN, NUDGE */
    char text[96]; /* TURN: dead; ERROR: code; PARTIAL: text; ANSWER: turn id */
    bool stream;
    int64_t retry_after_ms;
} sent_t;

typedef struct world {
    dispatcher_t *dispatcher;
    sent_t sent[SENT_MAX];
    size_t count, seen;
    int deaf; /* a peer nothing can be sent to, or 0 */
} world_t;

static rpc_peer_t peer_of(int number)
{
    rpc_peer_t peer = {.size = 5};
    peer.id[1] = (uint8_t)number;
    return peer;
}

static sent_t *note(world_t *self, const rpc_peer_t *peer, proto_type_t type, uint64_t id)
{
    assert_true(self->count < SENT_MAX);
    sent_t *sent = &self->sent[self->count++];
    *sent = (sent_t){.type = type, .peer = peer->id[1], .id = id};
    return sent;
}

static bool to_agent(void *arg, const rpc_peer_t *peer, const proto_header_t *header,
                     const void *msg)
{
    world_t *self = arg;
    if (peer->id[1] == self->deaf)
        return false;
    sent_t *sent = note(self, peer, header->type, header->id);
    sent->attempt = header->attempt;
    const proto_turn_t *turn = msg;
    const proto_nudge_t *nudge = msg;
    bool is_turn = header->type == PROTO_TURN;
    str_t user = is_turn ? turn->user_id : nudge->user_id;
    snprintf(sent->user, sizeof sent->user, "%.*s", STR_ARG(user));
    if (is_turn)
        snprintf(sent->text, sizeof sent->text, "%.*s", STR_ARG(turn->dead));
    sent->stream = is_turn ? turn->stream : nudge->stream;
    return true;
}

static bool to_waiter(void *arg, const rpc_peer_t *peer, const proto_header_t *request,
                      proto_type_t type, const void *msg)
{
    sent_t *sent = note(arg, peer, type, request->id);
    if (type == PROTO_ERROR) {
        const proto_error_t *error = msg;
        snprintf(sent->text, sizeof sent->text, "%.*s", STR_ARG(error->code));
        sent->retry_after_ms = error->retry_after_ms;
    } else if (type == PROTO_ANSWER) {
        const proto_answer_t *answer = msg;
        snprintf(sent->text, sizeof sent->text, "%.*s", STR_ARG(answer->reply->turn_id));
    } else {
        const proto_partial_t *partial = msg;
        snprintf(sent->text, sizeof sent->text, "%.*s", STR_ARG(partial->text));
    }
    return true;
}

static const dispatcher_limits_t limits = {.queue = 3,
                                           .waiters_per_user = 3,
                                           .waiters = 8,
                                           .agents = 3,
                                           .silent_ms = 1000,
                                           .turn_ms = 60000,
                                           .wait_ms = 100000};

static int set_up(void **state)
{
    world_t *self = test_calloc(1, sizeof *self);
    dispatcher_effects_t effects = {to_agent, to_waiter, self};
    self->dispatcher = dispatcher_new(&limits, &effects, BASE | 77);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    world_t *self = *state;
    dispatcher_destroy(&self->dispatcher);
    test_free(self);
    return 0;
}

/* ---- events ---- */

static void work_wanting(world_t *self, int64_t now, int peer, uint64_t id, const char *user,
                         int64_t seq, bool stream, uint32_t left_ms)
{
    rpc_peer_t gateway = peer_of(peer);
    proto_header_t header = {.type = PROTO_WORK, .id = id, .left_ms = left_ms};
    proto_work_t msg = {str_from(user), seq, stream};
    dispatcher_work(self->dispatcher, now, &gateway, &header, &msg);
}

static void work(world_t *self, int64_t now, uint64_t id, const char *user, int64_t seq)
{
    work_wanting(self, now, 100, id, user, seq, false, 0);
}

static dispatcher_heard_t beat(world_t *self, int64_t now, int peer, const char *name, int64_t boot,
                               int64_t credit, int64_t running)
{
    rpc_peer_t agent = peer_of(peer);
    proto_process_t process = {.name = str_from(name),
                               .role = STR_LIT("agent"),
                               .boot = boot,
                               .credit = credit,
                               .running = running};
    return dispatcher_heartbeat(self->dispatcher, now, &agent, &process);
}

static void done_with(world_t *self, int64_t now, int peer, uint64_t turn, proto_turn_done_t done)
{
    rpc_peer_t agent = peer_of(peer);
    proto_header_t header = {.type = PROTO_TURN_DONE, .id = turn};
    dispatcher_turn_done(self->dispatcher, now, &agent, &header, &done);
}

static void done(world_t *self, int64_t now, int peer, uint64_t turn, const char *user,
                 const char *status, int64_t retry_ms)
{
    done_with(self, now, peer, turn,
              (proto_turn_done_t){
                  .user_id = str_from(user), .status = str_from(status), .retry_ms = retry_ms});
}

static void answered(world_t *self, int64_t now, int peer, uint64_t turn, const char *user,
                     int64_t from, int64_t upto, int64_t waiting)
{
    proto_reply_t reply = {
        .turn_id = STR_LIT("T"), .text = STR_LIT("hola"), .from_seq = from, .upto_seq = upto};
    done_with(self, now, peer, turn,
              (proto_turn_done_t){.user_id = str_from(user),
                                  .status = STR_LIT("answered"),
                                  .reply = &reply,
                                  .reply_count = 1,
                                  .waiting = waiting});
}

static void tick(world_t *self, int64_t now)
{
    dispatcher_tick(self->dispatcher, now);
}

/* Ticks as often as the process would. */
static void pass(world_t *self, int64_t from, int64_t to)
{
    for (int64_t now = from; now < to; now += 50)
        tick(self, now);
    tick(self, to);
}

static void swept(world_t *self, int64_t now, const char *user)
{
    proto_user_t users[] = {{str_from(user)}};
    proto_trace_t trace = {{0}};
    dispatcher_swept(self->dispatcher, now, &trace, &(proto_swept_t){users, 1});
}

/* ---- what came of it ---- */

static const sent_t *next(world_t *self, proto_type_t type, int peer)
{
    if (self->seen >= self->count)
        fail_msg("nothing was sent, expected %s", proto_type_name(type));
    const sent_t *sent = &self->sent[self->seen++];
    assert_string_equal(proto_type_name(sent->type), proto_type_name(type));
    assert_int_equal(sent->peer, peer);
    return sent;
}

static uint64_t next_turn(world_t *self, int peer, const char *user, const char *dead)
{
    const sent_t *sent = next(self, PROTO_TURN, peer);
    assert_string_equal(sent->user, user);
    assert_string_equal(sent->text, dead);
    return sent->id;
}

static void next_answer(world_t *self, uint64_t id)
{
    assert_int_equal(next(self, PROTO_ANSWER, 100)->id, id);
}

static const sent_t *next_error(world_t *self, uint64_t id, const char *code)
{
    const sent_t *sent = next(self, PROTO_ERROR, 100);
    assert_int_equal(sent->id, id);
    assert_string_equal(sent->text, code);
    return sent;
}

static void nothing(world_t *self)
{
    if (self->seen < self->count)
        fail_msg("unexpected %s", proto_type_name(self->sent[self->seen].type));
}

static dispatcher_numbers_t numbers(world_t *self)
{
    return dispatcher_numbers(self->dispatcher);
}

static void expect_users(world_t *self, size_t queued, size_t delayed, size_t running)
{
    assert_int_equal(numbers(self).queued, queued);
    assert_int_equal(numbers(self).delayed, delayed);
    assert_int_equal(numbers(self).running, running);
}

/* ---- the table of moves ---- */

static void test_moves_are_the_ones_documented(void **state)
{
    (void)state;
    static const char *const expected[] = {"NEW>QUEUED",     "QUEUED>RUNNING",  "QUEUED>GONE",
                                           "RUNNING>QUEUED", "RUNNING>DELAYED", "RUNNING>GONE",
                                           "DELAYED>QUEUED", "DELAYED>GONE"};
    size_t found = 0;
    for (user_state_t from = USER_NEW; from <= USER_GONE; from++)
        for (user_state_t to = USER_NEW; to <= USER_GONE; to++) {
            const char *reason = dispatch_user_move_reason(from, to);
            if (!reason)
                continue;
            char move[32];
            snprintf(move, sizeof move, "%s>%s", dispatch_user_state_name(from),
                     dispatch_user_state_name(to));
            print_message("%-16s %s\n", move, reason);
            assert_true(found < sizeof expected / sizeof *expected);
            assert_string_equal(move, expected[found++]);
        }
    assert_int_equal(found, sizeof expected / sizeof *expected);
}

/* ---- giving work ---- */

static void test_a_turn_from_work_to_answer(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 10, 0);
    work(self, 0, 500, "ana", 7);
    uint64_t turn = next_turn(self, 1, "ana", "");
    assert_int_equal(turn & 0xffffffff00000000u, BASE);
    expect_users(self, 0, 0, 1);
    answered(self, 5, 1, turn, "ana", 7, 7, 0);
    next_answer(self, 500);
    expect_users(self, 0, 0, 0);
    assert_int_equal(numbers(self).waiters, 0);
    nothing(self);
}

static void test_most_free_credit_goes_first(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 2, 0);
    beat(self, 0, 2, "agent-2", 22, 3, 0);
    assert_int_equal(numbers(self).credit, 5);
    work(self, 0, 1, "a", 1);
    next_turn(self, 2, "a", ""); /* 2 and 3 free */
    work(self, 0, 2, "b", 1);
    next_turn(self, 1, "b", ""); /* 2 and 2: the first */
    work(self, 0, 3, "c", 1);
    next_turn(self, 2, "c", ""); /* 1 and 2 */
    work(self, 0, 4, "d", 1);
    next_turn(self, 1, "d", "");
    work(self, 0, 5, "e", 1);
    next_turn(self, 2, "e", "");
    work(self, 0, 6, "f", 1);
    nothing(self); /* no credit is left */
    expect_users(self, 1, 0, 5);
}

static void test_turns_of_an_earlier_start_use_credit(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 3, 2);
    work(self, 0, 1, "a", 1);
    next_turn(self, 1, "a", "");
    work(self, 0, 2, "b", 1);
    nothing(self);
    answered(self, 1, 1, 999, "zoe", 1, 1, 0); /* one of those that ran before us has ended */
    next_turn(self, 1, "b", "");
}

static void test_users_are_served_in_the_order_they_came(void **state)
{
    world_t *self = *state;
    work(self, 0, 1, "a", 1);
    work(self, 1, 2, "b", 1);
    work(self, 2, 3, "c", 1);
    nothing(self);
    beat(self, 3, 1, "agent-1", 11, 1, 0);
    uint64_t turn = next_turn(self, 1, "a", "");
    work(self, 4, 4, "a", 2); /* writes again: behind the others */
    next(self, PROTO_NUDGE, 1);
    answered(self, 5, 1, turn, "a", 1, 1, 1);
    next_answer(self, 1);
    turn = next_turn(self, 1, "b", "");
    answered(self, 6, 1, turn, "b", 1, 1, 0);
    next_answer(self, 2);
    turn = next_turn(self, 1, "c", "");
    answered(self, 7, 1, turn, "c", 1, 1, 0);
    next_answer(self, 3);
    turn = next_turn(self, 1, "a", "");
    answered(self, 8, 1, turn, "a", 2, 2, 0);
    next_answer(self, 4);
    nothing(self);
}

static void test_an_unsent_turn_goes_to_another_agent(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    beat(self, 0, 2, "agent-2", 22, 1, 0);
    self->deaf = 1;
    work(self, 1, 1, "a", 1);
    next_turn(self, 2, "a", "");
    work(self, 2, 2, "b", 1);
    nothing(self); /* agent-1 is left alone until it gives a sign */
    expect_users(self, 1, 0, 1);
    self->deaf = 0;
    beat(self, 3, 1, "agent-1", 11, 9, 0);
    next_turn(self, 1, "b", "");
}

static void test_writing_again_nudges_the_agent(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    work(self, 0, 1, "a", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    work_wanting(self, 1, 100, 2, "a", 2, true, 0);
    const sent_t *sent = next(self, PROTO_NUDGE, 1);
    assert_string_equal(sent->user, "a");
    assert_true(sent->stream);
    answered(self, 2, 1, turn, "a", 1, 2, 0); /* both messages were in the turn */
    next_answer(self, 1);
    next_answer(self, 2);
    expect_users(self, 0, 0, 0);
}

static void test_only_messages_of_the_turn_get_its_answer(void **state)
{
    world_t *self = *state;
    work(self, 0, 1, "a", 3);
    work(self, 0, 2, "a", 4);
    work(self, 0, 3, "a", 5);
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    uint64_t turn = next_turn(self, 1, "a", "");
    answered(self, 2, 1, turn, "a", 4, 4, 1);
    next_error(self, 1, "not_waiting"); /* 3 was answered in an earlier turn, otherwise */
    next_answer(self, 2);
    next_turn(self, 1, "a", ""); /* 5 waits for the next */
    nothing(self);
}

static void test_messages_that_wait_without_a_request_get_a_turn(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    work(self, 0, 1, "a", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    answered(self, 2, 1, turn, "a", 1, 1, 2);
    next_answer(self, 1);
    turn = next_turn(self, 1, "a", "");
    answered(self, 3, 1, turn, "a", 2, 3, 0);
    expect_users(self, 0, 0, 0);
    nothing(self);
}

/* ---- how turns end ---- */

static void test_empty_dismisses_whom_the_turn_should_have_seen(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    work(self, 0, 1, "a", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    work(self, 1, 2, "a", 2); /* recorded after the agent's claim, perhaps */
    next(self, PROTO_NUDGE, 1);
    done(self, 2, 1, turn, "a", "empty", 0);
    next_error(self, 1, "not_waiting");
    turn = next_turn(self, 1, "a", "");
    done(self, 3, 1, turn, "a", "empty", 0);
    next_error(self, 2, "not_waiting");
    expect_users(self, 0, 0, 0);
    nothing(self);
}

static void test_busy_is_tried_again_when_the_lease_ends(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    work(self, 0, 1, "a", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    done(self, 0, 1, turn, "a", "busy", 400);
    expect_users(self, 0, 1, 0);
    pass(self, 0, 399);
    nothing(self);
    tick(self, 400);
    next_turn(self, 1, "a", "");
}

static void test_delays_are_bounded(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    work(self, 0, 1, "a", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    done(self, 0, 1, turn, "a", "failed", INT64_MAX);
    for (int64_t now = 0; now < 5000; now += 50) {
        beat(self, now, 1, "agent-1", 11, 9, 0);
        tick(self, now);
    }
    nothing(self);
    tick(self, 5000);
    turn = next_turn(self, 1, "a", "");
    done(self, 5000, 1, turn, "a", "busy", INT64_MIN);
    expect_users(self, 0, 1, 0);
    tick(self, 5050);
    turn = next_turn(self, 1, "a", "");
    /* a lease that is renewed on and on may be given back at any time */
    done(self, 5050, 1, turn, "a", "busy", INT64_MAX);
    for (int64_t now = 5050; now < 6050; now += 50) {
        beat(self, now, 1, "agent-1", 11, 9, 0);
        tick(self, now);
    }
    nothing(self);
    tick(self, 6050);
    next_turn(self, 1, "a", "");
}

static void test_delays_end_in_the_order_they_are_due(void **state)
{
    world_t *self = *state;
    static const int64_t delays[] = {300, 100, 200};
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    for (uint64_t id = 0; id < 3; id++) {
        char user[] = {(char)('a' + id), 0};
        work(self, 0, id + 1, user, 1);
        uint64_t turn = next_turn(self, 1, user, "");
        done(self, 0, 1, turn, user, "busy", delays[id]);
    }
    tick(self, 100);
    next_turn(self, 1, "b", "");
    nothing(self);
    tick(self, 300);
    next_turn(self, 1, "c", "");
    next_turn(self, 1, "a", "");
}

static void test_failures_back_off(void **state)
{
    world_t *self = *state;
    work(self, 0, 1, "a", 1);
    static const int64_t delays[] = {200, 400, 800, 1600, 3200, 5000, 5000};
    int64_t now = 0;
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        beat(self, now, 1, "agent-1", 11, 9, 0);
        uint64_t turn = next_turn(self, 1, "a", "");
        done(self, now, 1, turn, "a", i % 2 ? "failed" : "a word of tomorrow", 0);
        for (int64_t end = now + delays[i] - 1; now < end; now += 1) {
            beat(self, now, 1, "agent-1", 11, 9, 0);
            tick(self, now);
        }
        nothing(self);
        tick(self, ++now);
    }
    uint64_t turn = next_turn(self, 1, "a", "");
    answered(self, now, 1, turn, "a", 1, 1, 0);
    next_answer(self, 1);
}

static void test_a_lost_turn_is_tried_again(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    work(self, 0, 1, "a", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    done(self, 0, 1, turn, "a", "lost", 0);
    tick(self, 199);
    nothing(self);
    tick(self, 200);
    next_turn(self, 1, "a", "");
}

static void test_nobody_waits_for_it_so_the_sweeper_keeps_it(void **state)
{
    world_t *self = *state;
    static const char *const words[] = {"busy", "failed", "lost"};
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    for (int i = 0; i < 3; i++) {
        swept(self, 0, "a");
        uint64_t turn = next_turn(self, 1, "a", "");
        done(self, 0, 1, turn, "a", words[i], 100);
        expect_users(self, 0, 0, 0);
    }
    /* the waiter goes while the user is delayed */
    work_wanting(self, 0, 100, 1, "a", 1, false, 300);
    uint64_t turn = next_turn(self, 1, "a", "");
    done(self, 0, 1, turn, "a", "busy", 500);
    pass(self, 0, 500);
    expect_users(self, 0, 0, 0);
    nothing(self);
}

static void test_an_answer_of_before_our_start_counts(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 1);
    beat(self, 0, 2, "agent-2", 22, 1, 0);
    work(self, 0, 1, "a", 1); /* agent-2 has it from our predecessor */
    uint64_t turn = next_turn(self, 1, "a", "");
    done(self, 1, 1, turn, "a", "busy", 3000);
    expect_users(self, 0, 1, 0);
    answered(self, 2, 2, 4711, "a", 1, 1, 0);
    next_answer(self, 1);
    expect_users(self, 0, 0, 0);
    /* with more waiting the delay is over */
    work(self, 3, 2, "a", 2);
    turn = next_turn(self, 1, "a", "");
    work(self, 3, 3, "a", 3);
    next(self, PROTO_NUDGE, 1);
    done(self, 4, 1, turn, "a", "busy", 3000);
    answered(self, 5, 2, 4711, "a", 2, 2, 1);
    next_answer(self, 2);
    next_turn(self, 1, "a", "");
    nothing(self);
}

static void test_a_queued_user_whom_another_answered_needs_no_turn(void **state)
{
    world_t *self = *state;
    work(self, 0, 1, "a", 1);
    expect_users(self, 1, 0, 0);
    answered(self, 2, 2, 4711, "a", 1, 1, 0); /* from an agent that has not announced itself yet */
    next_answer(self, 1);
    expect_users(self, 0, 0, 0);
}

static void test_the_same_agent_may_end_the_turn_under_its_old_id(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 1);
    work(self, 0, 1, "a", 1);
    next_turn(self, 1, "a", "");
    answered(self, 1, 1, 4711, "a", 1, 1, 0);
    next_answer(self, 1);
    expect_users(self, 0, 0, 0);
}

static void test_a_stale_end_does_not_end_the_next_turn(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    work(self, 0, 1, "a", 1);
    uint64_t first = next_turn(self, 1, "a", "");
    answered(self, 1, 1, first, "a", 1, 1, 0);
    next_answer(self, 1);
    work(self, 2, 2, "a", 2);
    next_turn(self, 1, "a", "");
    done(self, 3, 1, first, "a", "lost", 0);
    beat(self, 3, 2, "agent-2", 22, 9, 0);
    done(self, 3, 2, first, "a", "empty", 0);
    done(self, 3, 2, 4711, "a", "empty", 0); /* a turn of before our start, elsewhere */
    done(self, 3, 3, 4711, "a", "empty", 0); /* of an agent we do not know */
    expect_users(self, 0, 0, 1);
    nothing(self);
}

/* ---- agents die ---- */

static void test_turns_of_a_silent_agent_go_to_another_in_order(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 2, 0);
    work(self, 0, 1, "a", 1);
    work(self, 0, 2, "b", 1);
    work(self, 0, 3, "c", 1);
    uint64_t stale = next_turn(self, 1, "a", "");
    next_turn(self, 1, "b", "");
    pass(self, 0, 999);
    nothing(self);
    tick(self, 1000);
    assert_int_equal(numbers(self).agents, 0);
    expect_users(self, 3, 0, 0);
    beat(self, 1001, 2, "agent-2", 22, 9, 0);
    uint64_t turn = next_turn(self, 2, "a", "agent-1/11");
    next_turn(self, 2, "b", "agent-1/11");
    next_turn(self, 2, "c", "");
    /* it was only frozen: its stale token was refused, and it says so */
    beat(self, 1100, 1, "agent-1", 11, 9, 2);
    done(self, 1101, 1, stale, "a", "lost", 0);
    expect_users(self, 0, 0, 3);
    answered(self, 1102, 2, turn, "a", 1, 1, 1);
    next_answer(self, 1);
    next_turn(self, 1, "a", ""); /* the dead holder is not named for ever */
    nothing(self);
}

static void test_any_sign_of_life_counts(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 2, 0);
    pass(self, 0, 950);
    done(self, 950, 1, 1, "x", "empty", 0);
    pass(self, 950, 1900);
    assert_int_equal(numbers(self).agents, 1);
    pass(self, 1900, 2000);
    assert_int_equal(numbers(self).agents, 0);
}

static void test_a_new_boot_means_the_old_one_is_dead(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 2, 0);
    work(self, 0, 1, "a", 1);
    next_turn(self, 1, "a", "");
    assert_int_equal(beat(self, 1, 2, "agent-1", 12, 2, 0), DISPATCHER_WELCOME);
    next_turn(self, 2, "a", "agent-1/11");
    /* the old one was frozen: it is not let back in, else they would replace each other for ever */
    assert_int_equal(beat(self, 2, 1, "agent-1", 11, 2, 0), DISPATCHER_REPLACED);
    assert_int_equal(beat(self, 3, 2, "agent-1", 12, 2, 1), DISPATCHER_WELCOME);
    expect_users(self, 0, 0, 1);
    nothing(self);
}

static void test_after_bye_no_new_work(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 2, 0);
    work(self, 0, 1, "a", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    rpc_peer_t peer = peer_of(1);
    dispatcher_bye(self->dispatcher, 1, &peer, &(proto_bye_t){STR_LIT("agent-1")});
    work(self, 1, 2, "b", 1);
    nothing(self);
    assert_string_equal(dispatcher_missing(self->dispatcher), "agents");
    answered(self, 2, 1, turn, "a", 1, 1, 0); /* what runs is finished */
    next_answer(self, 1);
    beat(self, 3, 1, "agent-1", 11, 2, 0);
    nothing(self);
    expect_users(self, 1, 0, 0);
}

static void test_our_own_sleep_is_not_an_agents_silence(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 2, 0);
    work(self, 0, 1, "a", 1);
    next_turn(self, 1, "a", "");
    pass(self, 0, 200);
    tick(self, 50000); /* the machine was suspended */
    assert_int_equal(numbers(self).agents, 1);
    expect_users(self, 0, 0, 1);
    pass(self, 50050, 51000);
    assert_int_equal(numbers(self).agents, 0); /* but it has no more than its usual time */
}

static void test_a_reconnected_agent_is_told_its_turns_again(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 5, 0);
    work(self, 0, 1, "a", 1);
    work(self, 0, 2, "b", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    next_turn(self, 1, "b", "");
    beat(self, 1, 3, "agent-1", 11, 5, 1);
    const sent_t *sent = next(self, PROTO_TURN, 3);
    assert_string_equal(sent->user, "a");
    assert_int_equal(sent->id, turn);
    assert_int_equal(sent->attempt, 1);
    next_turn(self, 3, "b", "");
    nothing(self);
    answered(self, 2, 3, turn, "a", 1, 1, 0);
    next_answer(self, 1);
}

static void test_a_turn_without_end_is_asked_for_again(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 5, 0);
    work(self, 0, 1, "a", 1);
    next_turn(self, 1, "a", "");
    for (int64_t now = 0; now < 60000; now += 50) {
        beat(self, now, 1, "agent-1", 11, 5, 1);
        tick(self, now);
    }
    nothing(self);
    tick(self, 60000);
    assert_int_equal(next(self, PROTO_TURN, 1)->attempt, 1);
    tick(self, 60050);
    nothing(self);
}

/* ---- requests ---- */

static void test_the_same_request_again_is_one_waiter(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 5, 0);
    work_wanting(self, 0, 100, 1, "a", 1, false, 500);
    uint64_t turn = next_turn(self, 1, "a", "");
    work_wanting(self, 400, 100, 1, "a", 1, false, 500);
    nothing(self);
    assert_int_equal(numbers(self).waiters, 1);
    beat(self, 700, 1, "agent-1", 11, 5, 1);
    tick(self, 899); /* its deadline was renewed */
    assert_int_equal(numbers(self).waiters, 1);
    work_wanting(self, 899, 101, 1, "a", 1, false, 500); /* another gateway's is another */
    next(self, PROTO_NUDGE, 1);
    answered(self, 899, 1, turn, "a", 1, 1, 0);
    next_answer(self, 1);
    assert_int_equal(next(self, PROTO_ANSWER, 101)->id, 1);
    nothing(self);
}

static void test_cancel_and_deadline_remove_the_waiter_only(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 5, 0);
    work_wanting(self, 0, 100, 1, "a", 1, false, 300);
    uint64_t turn = next_turn(self, 1, "a", "");
    work(self, 0, 2, "a", 1);
    next(self, PROTO_NUDGE, 1);
    rpc_peer_t other = peer_of(101), gateway = peer_of(100);
    proto_header_t header = {.type = PROTO_CANCEL, .id = 2};
    proto_cancel_t cancel = {STR_LIT("a")};
    dispatcher_cancel(self->dispatcher, &other, &header, &cancel); /* not its own */
    assert_int_equal(numbers(self).waiters, 2);
    dispatcher_cancel(self->dispatcher, &gateway, &header, &cancel);
    assert_int_equal(numbers(self).waiters, 1);
    pass(self, 0, 300);
    assert_int_equal(numbers(self).waiters, 0);
    expect_users(self, 0, 0, 1); /* the turn goes on */
    answered(self, 300, 1, turn, "a", 1, 1, 0);
    expect_users(self, 0, 0, 0);
    nothing(self);
}

static void test_nobody_waits_for_ever(void **state)
{
    world_t *self = *state;
    work(self, 0, 1, "a", 1);
    work_wanting(self, 0, 100, 2, "a", 1, false, UINT32_MAX);
    pass(self, 0, 99999);
    assert_int_equal(numbers(self).waiters, 2);
    tick(self, 100000);
    assert_int_equal(numbers(self).waiters, 0);
}

static void test_text_goes_to_those_who_watch(void **state)
{
    world_t *self = *state;
    rpc_peer_t agent = peer_of(1), stranger = peer_of(2);
    beat(self, 0, 1, "agent-1", 11, 5, 0);
    work_wanting(self, 0, 100, 1, "a", 1, true, 0);
    assert_true(next(self, PROTO_TURN, 1)->stream);
    work(self, 0, 2, "a", 2);
    next(self, PROTO_NUDGE, 1);
    work_wanting(self, 0, 100, 3, "a", 3, true, 0);
    next(self, PROTO_NUDGE, 1);
    proto_partial_t partial = {STR_LIT("a"), STR_LIT("Ho"), false};
    dispatcher_partial(self->dispatcher, 1, &agent, &partial);
    assert_int_equal(next(self, PROTO_PARTIAL, 100)->id, 1);
    nothing(self); /* 2 does not want it, 3 came in the middle */
    partial = (proto_partial_t){STR_LIT("a"), STR_LIT("Ho"), true};
    dispatcher_partial(self->dispatcher, 1, &agent, &partial);
    assert_int_equal(next(self, PROTO_PARTIAL, 100)->id, 1);
    assert_int_equal(next(self, PROTO_PARTIAL, 100)->id, 3); /* from the beginning */
    dispatcher_partial(self->dispatcher, 1, &stranger, &partial);
    partial.user_id = STR_LIT("b");
    dispatcher_partial(self->dispatcher, 1, &agent, &partial);
    nothing(self);
}

/* ---- bounds ---- */

static void test_a_full_queue_refuses_and_recovers(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 11, 1, 0);
    work(self, 0, 1, "a", 1);
    uint64_t turn = next_turn(self, 1, "a", "");
    for (uint64_t id = 2; id < 5; id++) {
        char user[] = {(char)('a' + id), 0};
        work(self, 0, id, user, 1);
    }
    assert_string_equal(dispatcher_missing(self->dispatcher), "room");
    nothing(self);
    work(self, 0, 5, "z", 1);
    assert_true(next_error(self, 5, "busy")->retry_after_ms > 0);
    work(self, 0, 6, "a", 2); /* somebody known is no new user in the queue */
    next(self, PROTO_NUDGE, 1);
    answered(self, 1, 1, turn, "a", 1, 2, 0);
    next_answer(self, 1);
    next_answer(self, 6);
    next_turn(self, 1, "c", "");
    assert_null(dispatcher_missing(self->dispatcher));
    work(self, 1, 7, "z", 1);
    nothing(self);
    expect_users(self, 3, 0, 1);
}

static void test_requests_are_bounded(void **state)
{
    world_t *self = *state;
    for (uint64_t id = 1; id <= 3; id++)
        work(self, 0, id, "a", (int64_t)id);
    work(self, 0, 4, "a", 4);
    next_error(self, 4, "busy");
    for (uint64_t id = 5; id <= 7; id++)
        work(self, 0, id, "b", (int64_t)id);
    work(self, 0, 8, "c", 1);
    work(self, 0, 9, "c", 2);
    nothing(self);
    work(self, 0, 10, "c", 3);
    next_error(self, 10, "busy"); /* eight in all */
}

static void test_agents_are_bounded(void **state)
{
    world_t *self = *state;
    assert_string_equal(dispatcher_missing(self->dispatcher), "agents");
    assert_int_equal(beat(self, 0, 1, "agent-1", 1, 5, 0), DISPATCHER_WELCOME);
    assert_int_equal(beat(self, 0, 2, "agent-2", 1, 5, 0), DISPATCHER_WELCOME);
    assert_int_equal(beat(self, 0, 3, "agent-3", 1, 5, 0), DISPATCHER_WELCOME);
    assert_int_equal(beat(self, 0, 4, "agent-4", 1, 5, 0), DISPATCHER_FULL);
    assert_int_equal(beat(self, 0, 1, "agent-1", 2, 5, 0), DISPATCHER_WELCOME);
    proto_process_t processes[8];
    assert_int_equal(dispatcher_processes(self->dispatcher, processes, 8), 3);
    assert_int_equal(dispatcher_processes(self->dispatcher, processes, 2), 2);
    assert_true(str_is(processes[0].name, "agent-2"));
}

static void test_numbers_from_outside_are_bounded(void **state)
{
    world_t *self = *state;
    beat(self, 0, 1, "agent-1", 1, INT64_MAX, INT64_MIN);
    beat(self, 0, 2, "agent-2", 1, INT64_MIN, INT64_MAX);
    assert_int_equal(numbers(self).credit, 20000);
}

/* ---- the sweeper ---- */

static void test_forgotten_users_get_a_turn(void **state)
{
    world_t *self = *state;
    assert_int_equal(dispatcher_sweep_room(self->dispatcher), 0); /* no agent */
    beat(self, 0, 1, "agent-1", 11, 2, 0);
    assert_int_equal(dispatcher_sweep_room(self->dispatcher), 2);
    swept(self, 0, "a");
    uint64_t turn = next_turn(self, 1, "a", "");
    assert_int_equal(dispatcher_sweep_room(self->dispatcher), 1);
    swept(self, 10, "a"); /* the agent has not claimed it yet */
    nothing(self);
    beat(self, 900, 1, "agent-1", 11, 2, 1);
    swept(self, 1000, "a"); /* it should have: the TURN went astray */
    const sent_t *sent = next(self, PROTO_TURN, 1);
    assert_int_equal(sent->id, turn);
    assert_int_equal(sent->attempt, 1);
    done(self, 1001, 1, turn, "a", "answered", 0);
    expect_users(self, 0, 0, 0);
    /* a delayed one need not wait longer */
    work(self, 1002, 1, "a", 1);
    turn = next_turn(self, 1, "a", "");
    done(self, 1003, 1, turn, "a", "busy", 4000);
    swept(self, 1004, "a");
    next_turn(self, 1, "a", "");
    nothing(self);
}

static void test_the_sweeper_does_not_overfill_the_queue(void **state)
{
    world_t *self = *state;
    work(self, 0, 1, "a", 1);
    work(self, 0, 2, "b", 1);
    swept(self, 0, "c");
    swept(self, 0, "d");
    expect_users(self, 3, 0, 0);
    assert_int_equal(dispatcher_sweep_room(self->dispatcher), 0);
    beat(self, 0, 1, "agent-1", 11, 9, 0);
    assert_int_equal(dispatcher_sweep_room(self->dispatcher), 3);
}

static void test_without_an_agent_for_long_who_waits_is_sent_away(void **state)
{
    world_t *self = *state;
    dispatcher_limits_t lonely = limits;
    dispatcher_effects_t effects = {to_agent, to_waiter, self};
    lonely.agentless_ms = 2000;
    dispatcher_destroy(&self->dispatcher);
    self->dispatcher = dispatcher_new(&lonely, &effects, BASE | 77);
    tick(self, 1000);
    work(self, 1000, 1, "ana", 1);
    swept(self, 1500, "bea"); /* nobody waits for her */
    pass(self, 1000, 2950);
    nothing(self); /* one may be about to come */
    expect_users(self, 2, 0, 0);
    tick(self, 3000);
    assert_int_equal(next_error(self, 1, "busy")->retry_after_ms, 1000);
    expect_users(self, 0, 0, 0);
    work(self, 3010, 2, "ana", 1);
    next_error(self, 2, "busy");
    beat(self, 3020, 1, "agent-1", 7, 1, 0);
    tick(self, 3050);
    work(self, 3060, 3, "ana", 1);
    uint64_t turn = next_turn(self, 1, "ana", "");
    /* the only agent leaves: what is written to a turn that still runs is its own */
    rpc_peer_t agent = peer_of(1);
    dispatcher_bye(self->dispatcher, 3100, &agent, &(proto_bye_t){STR_LIT("agent-1")});
    for (int64_t now = 3100; now <= 5900; now += 400) {
        tick(self, now);
        beat(self, now, 1, "agent-1", 7, 0, 1);
    }
    work(self, 5950, 4, "ana", 2);
    assert_int_equal(next(self, PROTO_NUDGE, 1)->id, turn);
    work(self, 5960, 5, "bea", 1);
    next_error(self, 5, "busy");
    answered(self, 5970, 1, turn, "ana", 1, 2, 0);
    next_answer(self, 3);
    next_answer(self, 4);
    nothing(self);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves_are_the_ones_documented),
        TEST(test_without_an_agent_for_long_who_waits_is_sent_away),
        TEST(test_a_turn_from_work_to_answer),
        TEST(test_most_free_credit_goes_first),
        TEST(test_turns_of_an_earlier_start_use_credit),
        TEST(test_users_are_served_in_the_order_they_came),
        TEST(test_an_unsent_turn_goes_to_another_agent),
        TEST(test_writing_again_nudges_the_agent),
        TEST(test_only_messages_of_the_turn_get_its_answer),
        TEST(test_messages_that_wait_without_a_request_get_a_turn),
        TEST(test_empty_dismisses_whom_the_turn_should_have_seen),
        TEST(test_busy_is_tried_again_when_the_lease_ends),
        TEST(test_delays_are_bounded),
        TEST(test_delays_end_in_the_order_they_are_due),
        TEST(test_failures_back_off),
        TEST(test_a_lost_turn_is_tried_again),
        TEST(test_nobody_waits_for_it_so_the_sweeper_keeps_it),
        TEST(test_an_answer_of_before_our_start_counts),
        TEST(test_a_queued_user_whom_another_answered_needs_no_turn),
        TEST(test_the_same_agent_may_end_the_turn_under_its_old_id),
        TEST(test_a_stale_end_does_not_end_the_next_turn),
        TEST(test_turns_of_a_silent_agent_go_to_another_in_order),
        TEST(test_any_sign_of_life_counts),
        TEST(test_a_new_boot_means_the_old_one_is_dead),
        TEST(test_after_bye_no_new_work),
        TEST(test_our_own_sleep_is_not_an_agents_silence),
        TEST(test_a_reconnected_agent_is_told_its_turns_again),
        TEST(test_a_turn_without_end_is_asked_for_again),
        TEST(test_the_same_request_again_is_one_waiter),
        TEST(test_cancel_and_deadline_remove_the_waiter_only),
        TEST(test_nobody_waits_for_ever),
        TEST(test_text_goes_to_those_who_watch),
        TEST(test_a_full_queue_refuses_and_recovers),
        TEST(test_requests_are_bounded),
        TEST(test_agents_are_bounded),
        TEST(test_numbers_from_outside_are_bounded),
        TEST(test_forgotten_users_get_a_turn),
        TEST(test_the_sweeper_does_not_overfill_the_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
