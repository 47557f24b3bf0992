/*
 * The dispatcher under chance: agents that crash, freeze, restart and answer
 * in any way, gateways that ask, repeat, cancel and give up, sends that fail.
 * After every event what must always be true is checked; at the end everybody
 * is well again, and nobody who still waits may be left without an answer.
 * A failure prints its seed: run with it as the argument to see it again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/log.h"
#include "gateway/dispatcher_table.h"

#define USERS 12
#define AGENTS 4
#define WAITERS 4096
#define SILENT_MS 1000
#define CREDIT 4
#define RUNS 300
#define EVENTS 1500

typedef struct turn {
    bool open;        /* the agent would run it */
    uint64_t id;      /* of its TURN */
    int64_t from_seq; /* the first message it has */
    int64_t upto_seq;
} turn_t;

/* An agent as it is, not as the dispatcher sees it. */
typedef struct body {
    int64_t boot;
    bool frozen;
    int64_t seen_ms; /* when the dispatcher heard of it last */
    turn_t turns[USERS];
} body_t;

typedef struct person {
    int64_t newest_seq;    /* recorded */
    int64_t committed_seq; /* answered */
    int given;             /* agent whose turn the dispatcher has not seen the end of, or -1 */
    int64_t given_boot;
    uint64_t given_id;
    bool given_up; /* that agent was silent for too long since */
} person_t;

typedef struct request {
    int user;
    int64_t seq;
    int64_t deadline_ms;
    bool cancelled;
    int finals;
} request_t;

typedef struct world {
    dispatcher_t *dispatcher;
    unsigned seed;
    int64_t now;
    body_t agents[AGENTS];
    person_t people[USERS];
    request_t requests[WAITERS];
    size_t request_count;
    bool rough; /* sends may fail */
} world_t;

#define check(self, condition)                                                                    \
    do {                                                                                          \
        if (!(condition))                                                                         \
            fail_msg("seed %u at %lld ms: %s", (self)->seed, (long long)(self)->now, #condition); \
    } while (0)

/* xorshift: the same on every machine. */
static unsigned chance(world_t *self, unsigned below)
{
    static unsigned state, of_seed;
    if (of_seed != self->seed || self->now == 0) {
        of_seed = self->seed;
        state = self->seed * 2654435761u + 1;
        self->now = 1;
    }
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (state >> 8) % below;
}

static void user_name(int user, char name[16])
{
    snprintf(name, 16, "u%d", user);
}

static int user_number(str_t id)
{
    char text[16];
    snprintf(text, sizeof text, "%.*s", STR_ARG(id));
    return atoi(text + 1);
}

static rpc_peer_t agent_peer(int agent)
{
    rpc_peer_t peer = {.size = 5};
    peer.id[1] = (uint8_t)(1 + agent);
    return peer;
}

static const rpc_peer_t gateway = {.id = {0, 99}, .size = 5};

/* ---- what the dispatcher sends ---- */

/* The process that the person's turn was given to is no more. */
static bool gone(const world_t *self, const person_t *person)
{
    return self->agents[person->given].boot != person->given_boot;
}

/* A turn may be given twice only if the one that had it is dead by the dispatcher's rules. */
static void check_given(world_t *self, int user, const proto_turn_t *turn)
{
    person_t *person = &self->people[user];
    if (person->given < 0)
        return;
    char holder[AGENT_HOLDER_SIZE];
    snprintf(holder, sizeof holder, "agent-%d/%lld", person->given, (long long)person->given_boot);
    if (!str_is(turn->dead, holder))
        fail_msg("seed %u: u%d is at %s, but the new turn says %.*s is dead", self->seed, user,
                 holder, STR_ARG(turn->dead));
    check(self, person->given_up || gone(self, person));
}

static bool to_agent(void *arg, const rpc_peer_t *peer, const proto_header_t *header,
                     const void *msg)
{
    world_t *self = arg;
    int agent = peer->id[1] - 1;
    body_t *body = &self->agents[agent];
    if (self->rough && chance(self, 20) == 0)
        return false;
    if (header->type == PROTO_NUDGE) {
        const proto_nudge_t *nudge = msg;
        int user = user_number(nudge->user_id);
        check(self, self->people[user].given == agent);
        if (body->turns[user].open && chance(self, 2))
            body->turns[user].upto_seq = self->people[user].newest_seq;
        return true;
    }
    const proto_turn_t *turn = msg;
    int user = user_number(turn->user_id);
    person_t *person = &self->people[user];
    if (header->attempt == 0)
        check_given(self, user, turn);
    else
        check(self, person->given == agent && person->given_id == header->id);
    person->given = agent;
    person->given_boot = body->boot;
    person->given_id = header->id;
    person->given_up = false;
    int load = 0;
    for (int i = 0; i < USERS; i++)
        load += self->people[i].given == agent && self->people[i].given_boot == body->boot;
    check(self, load <= CREDIT);
    if (body->turns[user].open) /* it has the turn already, and ends it under the newest id */
        body->turns[user].id = header->id;
    else
        body->turns[user] =
            (turn_t){true, header->id, person->committed_seq + 1, person->newest_seq};
    return true;
}

static bool to_waiter(void *arg, const rpc_peer_t *peer, const proto_header_t *request_header,
                      proto_type_t type, const void *msg)
{
    world_t *self = arg;
    (void)peer;
    request_t *request = &self->requests[request_header->id - 1];
    if (type == PROTO_PARTIAL)
        return true;
    request->finals++;
    check(self, request->finals == 1);
    check(self, !request->cancelled && request->deadline_ms > self->now - 100);
    if (type == PROTO_ANSWER) {
        const proto_answer_t *answer = msg;
        check(self, request->seq >= answer->reply->from_seq);
        check(self, request->seq <= answer->reply->upto_seq);
    } else {
        const proto_error_t *error = msg;
        check(self,
              str_is(error->code, PROTO_CODE_NOT_WAITING) || str_is(error->code, PROTO_CODE_BUSY));
    }
    return true;
}

/* ---- what happens ---- */

static void ask(world_t *self, request_t *request)
{
    char name[16];
    user_name(request->user, name);
    proto_header_t header = {.type = PROTO_WORK,
                             .id = (uint64_t)(request - self->requests) + 1,
                             .left_ms = (uint32_t)(request->deadline_ms - self->now)};
    proto_work_t work = {str_from(name), request->seq, chance(self, 2)};
    dispatcher_work(self->dispatcher, self->now, &gateway, &header, &work);
}

static void write_message(world_t *self, int user)
{
    if (self->request_count == WAITERS)
        return;
    request_t *request = &self->requests[self->request_count++];
    *request = (request_t){.user = user,
                           .seq = ++self->people[user].newest_seq,
                           .deadline_ms = self->now + 500 + chance(self, 20000)};
    ask(self, request);
}

static bool is_open(const world_t *self, const request_t *request)
{
    return !request->cancelled && request->finals == 0 && request->deadline_ms > self->now;
}

static request_t *some_open(world_t *self)
{
    for (int tries = 0; tries < 10 && self->request_count; tries++) {
        size_t back = 1 + chance(self, 30);
        if (back > self->request_count)
            continue;
        request_t *request = &self->requests[self->request_count - back];
        if (is_open(self, request))
            return request;
    }
    return NULL;
}

static void cancel(world_t *self, request_t *request)
{
    char name[16];
    user_name(request->user, name);
    request->cancelled = true;
    proto_header_t header = {.type = PROTO_CANCEL, .id = (uint64_t)(request - self->requests) + 1};
    proto_cancel_t msg = {str_from(name)};
    dispatcher_cancel(self->dispatcher, &gateway, &header, &msg);
}

static void beat(world_t *self, int agent)
{
    body_t *body = &self->agents[agent];
    if (body->frozen)
        return;
    char name[16];
    snprintf(name, sizeof name, "agent-%d", agent);
    proto_process_t process = {
        .name = str_from(name), .role = STR_LIT("agent"), .boot = body->boot, .credit = CREDIT};
    for (int user = 0; user < USERS; user++)
        process.running += body->turns[user].open;
    body->seen_ms = self->now;
    rpc_peer_t peer = agent_peer(agent);
    check(self,
          dispatcher_heartbeat(self->dispatcher, self->now, &peer, &process) == DISPATCHER_WELCOME);
}

static void restart(world_t *self, int agent)
{
    body_t *body = &self->agents[agent];
    *body = (body_t){.boot = body->boot + 1, .seen_ms = body->seen_ms};
    beat(self, agent);
}

/* The agent ends a turn; a stale one is refused by sessions, as it would be. */
static void finish(world_t *self, int agent, int user, bool well)
{
    static const char *const words[] = {"answered", "answered", "answered", "empty",
                                        "busy",     "failed",   "lost"};
    body_t *body = &self->agents[agent];
    person_t *person = &self->people[user];
    turn_t turn = body->turns[user];
    if (body->frozen || !turn.open)
        return;
    body->turns[user].open = false;
    const char *word = well ? "answered" : words[chance(self, 7)];
    bool empty = turn.upto_seq < turn.from_seq;
    bool stale = turn.from_seq != person->committed_seq + 1;
    if (str_is(str_from(word), "answered") && (empty || stale))
        word = empty ? "empty" : "lost";
    if (str_is(str_from(word), "empty") && !empty)
        word = "failed";
    char name[16];
    user_name(user, name);
    proto_reply_t reply = {.turn_id = STR_LIT("T"),
                           .text = STR_LIT("hola"),
                           .from_seq = turn.from_seq,
                           .upto_seq = turn.upto_seq};
    proto_turn_done_t done = {
        .user_id = str_from(name), .status = str_from(word), .retry_ms = chance(self, 3000)};
    if (str_is(done.status, "answered")) {
        person->committed_seq = turn.upto_seq;
        done.reply = &reply;
        done.reply_count = 1;
        done.waiting = person->newest_seq - person->committed_seq;
        if (person->given >= 0 && (person->given_up || gone(self, person)))
            person->given = -1; /* a commit frees the lease, whoever had it before */
    }
    if (person->given == agent && person->given_id == turn.id && person->given_boot == body->boot)
        person->given = -1;
    body->seen_ms = self->now;
    rpc_peer_t peer = agent_peer(agent);
    proto_header_t header = {.type = PROTO_TURN_DONE, .id = turn.id};
    dispatcher_turn_done(self->dispatcher, self->now, &peer, &header, &done);
}

static void sweep(world_t *self)
{
    size_t room = dispatcher_sweep_room(self->dispatcher);
    char names[USERS][16];
    proto_user_t users[USERS];
    proto_swept_t swept = {users, 0};
    for (int user = 0; user < USERS && swept.users_count < room; user++) {
        bool leased = false;
        for (int agent = 0; agent < AGENTS; agent++)
            leased = leased || self->agents[agent].turns[user].open;
        if (leased || self->people[user].committed_seq == self->people[user].newest_seq)
            continue;
        user_name(user, names[user]);
        users[swept.users_count++].user_id = str_from(names[user]);
    }
    proto_trace_t trace = {{0}};
    dispatcher_swept(self->dispatcher, self->now, &trace, &swept);
}

static void check_numbers(world_t *self)
{
    size_t open = 0;
    for (size_t i = 0; i < self->request_count; i++)
        open += is_open(self, &self->requests[i]);
    dispatcher_numbers_t numbers = dispatcher_numbers(self->dispatcher);
    check(self, numbers.waiters == open);
    check(self, numbers.queued + numbers.delayed + numbers.running <= USERS);
}

static void pass(world_t *self, int64_t ms)
{
    self->now += ms;
    for (int user = 0; user < USERS; user++) {
        person_t *person = &self->people[user];
        if (person->given >= 0 && self->now - self->agents[person->given].seen_ms >= SILENT_MS)
            person->given_up = true;
    }
    dispatcher_tick(self->dispatcher, self->now);
    check_numbers(self);
}

static void something_happens(world_t *self)
{
    int agent = (int)chance(self, AGENTS), user = (int)chance(self, USERS);
    request_t *request;
    switch (chance(self, 16)) {
    case 0:
    case 1:
    case 2:
        write_message(self, user);
        break;
    case 3:
        if ((request = some_open(self)) != NULL)
            ask(self, request);
        break;
    case 4:
        if ((request = some_open(self)) != NULL)
            cancel(self, request);
        break;
    case 5:
        if (chance(self, 6) == 0)
            restart(self, agent);
        break;
    case 6:
        if (chance(self, 6) == 0)
            self->agents[agent].frozen = !self->agents[agent].frozen;
        break;
    case 7:
        sweep(self);
        break;
    case 8:
    case 9:
    case 10:
        for (agent = 0; agent < AGENTS; agent++)
            beat(self, agent);
        pass(self, 1 + chance(self, 90));
        break;
    case 11:
        pass(self, 1 + chance(self, 400));
        break;
    default:
        finish(self, agent, user, false);
        break;
    }
    check_numbers(self);
}

/* Everybody is well, and time enough passes. */
static void calm_down(world_t *self)
{
    self->rough = false;
    for (int agent = 0; agent < AGENTS; agent++)
        self->agents[agent].frozen = false;
    for (size_t i = 0; i < self->request_count; i++)
        if (is_open(self, &self->requests[i])) {
            self->requests[i].deadline_ms = self->now + 60000;
            ask(self, &self->requests[i]);
        }
    for (int round = 0; round < 400; round++) {
        for (int agent = 0; agent < AGENTS; agent++) {
            beat(self, agent);
            for (int user = 0; user < USERS; user++)
                finish(self, agent, user, true);
        }
        sweep(self);
        pass(self, 50);
    }
}

static void run(unsigned seed)
{
    static world_t world;
    world = (world_t){.seed = seed, .rough = true};
    const dispatcher_limits_t limits = {.queue = 8,
                                        .waiters_per_user = 16,
                                        .waiters = 100,
                                        .agents = AGENTS,
                                        .silent_ms = SILENT_MS,
                                        .turn_ms = 8000,
                                        .wait_ms = 100000};
    dispatcher_effects_t effects = {to_agent, to_waiter, &world};
    world.dispatcher = dispatcher_new(&limits, &effects, (uint64_t)seed << 32);
    for (int i = 0; i < AGENTS; i++)
        world.agents[i].boot = 100 * (i + 1);
    for (int i = 0; i < USERS; i++)
        world.people[i].given = -1;
    for (int i = 0; i < EVENTS; i++)
        something_happens(&world);
    calm_down(&world);
    for (size_t i = 0; i < world.request_count; i++)
        if (world.requests[i].finals == 0 && !world.requests[i].cancelled &&
            world.requests[i].deadline_ms > world.now)
            fail_msg("seed %u: request %zu was never answered", seed, i);
    dispatcher_numbers_t numbers = dispatcher_numbers(world.dispatcher);
    check(&world, numbers.queued + numbers.delayed + numbers.running + numbers.waiters == 0);
    for (int user = 0; user < USERS; user++)
        check(&world, world.people[user].committed_seq == world.people[user].newest_seq);
    dispatcher_destroy(&world.dispatcher);
}

static unsigned only_seed;

static void test_chance(void **state)
{
    (void)state;
    if (only_seed)
        run(only_seed);
    else
        for (unsigned seed = 1; seed <= RUNS; seed++)
            run(seed);
}

int main(int argc, char **argv)
{
    only_seed = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
    log_level =
        getenv("TRACE") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR; /* it warns of all that we do to it */
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_chance)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
