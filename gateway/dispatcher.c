#include "gateway/dispatcher.h"

#include <czmq.h>

#include "common/log.h"
#include "common/metrics.h"
#include "gateway/dispatcher_table.h"

#define BUSY_RETRY_MS 1000 /* what a refused caller is told to wait */
#define DELAY_MIN_MS 50
#define DELAY_MAX_MS 5000
#define BUSY_MAX_MS 1000 /* the lease may end well before its time */
#define BACKOFF_MS 200   /* after the first failure; doubles with each */
#define CREDIT_MAX 20000 /* settings: AGENT_CREDIT */
#define SWEEP_MAX 1000   /* proto: sweep.max */

struct dispatcher {
    dispatcher_limits_t limits;
    dispatcher_effects_t effects;
    dispatcher_table_t *table;
    uint64_t id_base; /* upper 32 bits of the ids of our TURNs */
    uint32_t turns;   /* lower 32 bits of the newest */
    int64_t tick_ms;  /* of the last tick, 0 before the first */
    int64_t alone_ms; /* since when there is no agent to give work to, 0: there is one */
};

dispatcher_t *dispatcher_new(const dispatcher_limits_t *limits, const dispatcher_effects_t *effects,
                             uint64_t id_base)
{
    dispatcher_t *self = zmalloc(sizeof *self);
    self->limits = *limits;
    self->effects = *effects;
    self->id_base = id_base & 0x7fffffff00000000u;
    self->table = dispatcher_table_new();
    return self;
}

void dispatcher_destroy(dispatcher_t **self_p)
{
    if (!*self_p)
        return;
    dispatcher_table_destroy(&(*self_p)->table);
    free(*self_p);
    *self_p = NULL;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Users that wait for an agent or for their time. */
static size_t waiting_users(const dispatcher_t *self)
{
    dispatcher_numbers_t numbers = dispatcher_table_numbers(self->table);
    return numbers.queued + numbers.delayed;
}

/* ---- telling waiters ---- */

static void refuse(const dispatcher_t *self, const rpc_peer_t *gateway,
                   const proto_header_t *request, const char *code, int64_t retry_after_ms,
                   const char *detail)
{
    proto_error_t error = {
        .code = str_from(code), .detail = str_from(detail), .retry_after_ms = retry_after_ms};
    self->effects.to_waiter(self->effects.arg, gateway, request, PROTO_ERROR, &error);
}

/* A gateway that cannot be told is gone or full; it asks again, and sessions has the answer. */
static void answer_waiters(dispatcher_t *self, user_t *user, const proto_reply_t *reply)
{
    proto_reply_t copy = *reply;
    proto_answer_t answer = {&copy, 1};
    for (waiter_t *waiter = TAILQ_FIRST(&user->waiters), *next; waiter; waiter = next) {
        next = TAILQ_NEXT(waiter, of_user);
        if (waiter->seq > reply->upto_seq)
            continue;
        /* an older message than the turn had: its reply was another one, told by sessions */
        if (waiter->seq < reply->from_seq)
            refuse(self, &waiter->peer, &waiter->header, PROTO_CODE_NOT_WAITING, 0,
                   "answered before: ask sessions");
        else
            self->effects.to_waiter(self->effects.arg, &waiter->peer, &waiter->header, PROTO_ANSWER,
                                    &answer);
        dispatch_waiter_destroy(self->table, &waiter);
    }
}

/* For those whose message the turn must have seen, had it been waiting. */
static void dismiss_waiters(dispatcher_t *self, user_t *user)
{
    for (waiter_t *waiter = TAILQ_FIRST(&user->waiters), *next; waiter; waiter = next) {
        next = TAILQ_NEXT(waiter, of_user);
        if (waiter->fresh)
            continue;
        refuse(self, &waiter->peer, &waiter->header, PROTO_CODE_NOT_WAITING, 0,
               "nothing waits: ask sessions");
        dispatch_waiter_destroy(self->table, &waiter);
    }
}

static bool wants_stream(const user_t *user)
{
    const waiter_t *waiter;
    for (waiter = TAILQ_FIRST(&user->waiters); waiter; waiter = TAILQ_NEXT(waiter, of_user))
        if (waiter->stream)
            return true;
    return false;
}

/* ---- giving work ---- */

static bool send_turn(dispatcher_t *self, agent_t *agent, const user_t *user, uint64_t id,
                      uint16_t attempt)
{
    proto_header_t header = {
        .type = PROTO_TURN, .attempt = attempt, .id = id, .trace = user->trace};
    proto_turn_t turn = {
        .user_id = user->id, .dead = str_from(user->dead), .stream = wants_stream(user)};
    if (self->effects.to_agent(self->effects.arg, &agent->peer, &header, &turn))
        return true;
    agent->stuck = true; /* and take no more from it than a heartbeat's time */
    metric_add_label(METRIC_DISPATCH_RETRIED, "unsent", 1);
    log_warn("turn_unsent", LOG_TRACE(&user->trace), LOG_PERSON("user", user->id),
             LOG_CSTR("agent", agent->name));
    return false;
}

/* Gives the queue to the agents, as far as their credit goes. */
static void give_work(dispatcher_t *self, int64_t now_ms)
{
    user_t *user;
    agent_t *agent;
    while ((user = dispatch_user_queued_first(self->table)) != NULL &&
           (agent = dispatch_agent_most_free(self->table)) != NULL) {
        uint64_t id = self->id_base | ++self->turns;
        if (!send_turn(self, agent, user, id, 0))
            continue; /* that agent is stuck now: the next one */
        waiter_t *waiter;
        for (waiter = TAILQ_FIRST(&user->waiters); waiter; waiter = TAILQ_NEXT(waiter, of_user)) {
            waiter->fresh = false;
            waiter->watching = waiter->stream;
        }
        user->turn_id = id;
        user->turn_attempt = 0;
        user->since_ms = now_ms;
        dispatch_user_move(self->table, user, USER_RUNNING, agent);
    }
}

/* The TURN or its end may have been lost: asks the same agent again. One that has the turn takes
 * it as a nudge, one that has not begins it. */
static void turn_again(dispatcher_t *self, int64_t now_ms, user_t *user, const char *reason)
{
    metric_add_label(METRIC_DISPATCH_RETRIED, reason, 1);
    log_warn("turn_again", LOG_TRACE(&user->trace), LOG_PERSON("user", user->id),
             LOG_CSTR("agent", user->agent->name), LOG_CSTR("reason", reason));
    send_turn(self, user->agent, user, user->turn_id, ++user->turn_attempt);
    dispatch_user_turn_sent_again(user, now_ms);
}

/* ---- from gateways ---- */

/* Nobody has been there for so long that those who wait are better told. */
static bool is_alone(const dispatcher_t *self, int64_t now_ms)
{
    return self->limits.agentless_ms && self->alone_ms &&
           now_ms - self->alone_ms >= self->limits.agentless_ms;
}

static const char *work_refused(const dispatcher_t *self, int64_t now_ms, const user_t *user)
{
    if (is_alone(self, now_ms) && !(user && user->state == USER_RUNNING))
        return "no agent is here";
    if (dispatcher_table_numbers(self->table).waiters >= self->limits.waiters)
        return "too many requests wait";
    if (user)
        return user->waiter_count >= self->limits.waiters_per_user
                   ? "too many requests wait for this user"
                   : NULL;
    return waiting_users(self) >= self->limits.queue ? "the queue is full" : NULL;
}

static void nudge(const dispatcher_t *self, const user_t *user, const waiter_t *waiter)
{
    proto_header_t header = {
        .type = PROTO_NUDGE, .id = user->turn_id, .trace = waiter->header.trace};
    proto_nudge_t msg = {.user_id = user->id, .stream = waiter->stream};
    /* unsent is no loss: the message waits, and the turn's end tells of it */
    self->effects.to_agent(self->effects.arg, &user->agent->peer, &header, &msg);
}

void dispatcher_work(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *gateway,
                     const proto_header_t *header, const proto_work_t *work)
{
    int64_t wait_ms =
        header->left_ms ? clamp(header->left_ms, 1, self->limits.wait_ms) : self->limits.wait_ms;
    user_t *user = dispatch_user_find(self->table, work->user_id);
    waiter_t *waiter = user ? dispatch_waiter_find(user, gateway, header->id) : NULL;
    if (waiter) {
        dispatch_waiter_set_deadline(self->table, waiter, now_ms + wait_ms);
        return;
    }
    const char *refused = work_refused(self, now_ms, user);
    if (refused) {
        metric_add(METRIC_DISPATCH_REFUSED, 1);
        log_warn("work_refused", LOG_TRACE(&header->trace), LOG_PERSON("user", work->user_id),
                 LOG_CSTR("because", refused));
        refuse(self, gateway, header, PROTO_CODE_BUSY, BUSY_RETRY_MS, refused);
        return;
    }
    if (!user)
        user = dispatch_user_new(self->table, work->user_id);
    user->trace = header->trace;
    waiter = dispatch_waiter_new(self->table, user, gateway, header, work->seq, work->stream,
                                 now_ms + wait_ms);
    if (user->state == USER_NEW)
        dispatch_user_move(self->table, user, USER_QUEUED, NULL);
    if (user->state == USER_RUNNING) {
        waiter->fresh = true;
        nudge(self, user, waiter);
    }
    give_work(self, now_ms);
}

void dispatcher_cancel(dispatcher_t *self, const rpc_peer_t *gateway, const proto_header_t *header,
                       const proto_cancel_t *cancel)
{
    user_t *user = dispatch_user_find(self->table, cancel->user_id);
    waiter_t *waiter = user ? dispatch_waiter_find(user, gateway, header->id) : NULL;
    if (waiter)
        dispatch_waiter_destroy(self->table, &waiter);
}

/* ---- agents come and go ---- */

/* Its turns go to the head of the queue in the order they were given: they have waited already. */
static void agent_bury(dispatcher_t *self, agent_t *agent, const char *reason)
{
    char holder[AGENT_HOLDER_SIZE];
    dispatch_agent_holder(agent, holder);
    log_at(agent->leaving && agent->turn_count == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "agent_gone",
           LOG_CSTR("agent", holder), LOG_CSTR("reason", reason),
           LOG_INT("turns", agent->turn_count));
    user_t *user;
    while ((user = TAILQ_LAST(&agent->turns, user_list)) != NULL) {
        memcpy(user->dead, holder, sizeof holder);
        metric_add(METRIC_DISPATCH_REDISPATCHED, 1);
        dispatch_user_requeue_first(self->table, user);
    }
    dispatch_agent_destroy(self->table, &agent);
}

/* Known under another routing id: the connection was made anew, and what was on its way may be
 * lost with the old one. */
static void agent_moved(dispatcher_t *self, int64_t now_ms, agent_t *agent, const rpc_peer_t *peer)
{
    agent->peer = *peer;
    for (size_t left = agent->turn_count; left > 0; left--)
        turn_again(self, now_ms, TAILQ_FIRST(&agent->turns), "reconnected");
}

static agent_t *agent_greet(dispatcher_t *self, const rpc_peer_t *peer,
                            const proto_process_t *process, int64_t replaced_boot)
{
    agent_t *agent = dispatch_agent_new(self->table, process);
    agent->peer = *peer;
    agent->replaced_boot = replaced_boot;
    log_info("agent_came", LOG_CSTR("agent", agent->name), LOG_INT("boot", agent->boot),
             LOG_INT("credit", process->credit), LOG_INT("running", process->running));
    return agent;
}

static void agent_note(agent_t *agent, int64_t now_ms, const proto_process_t *process)
{
    agent->seen_ms = now_ms;
    agent->stuck = false;
    agent->credit = clamp(process->credit, 0, CREDIT_MAX);
    /* It reports after it has told every end we know of, so what it runs more than we know of is
     * of before our start. It may run less: TURNs on their way. */
    agent->foreign =
        clamp(clamp(process->running, 0, CREDIT_MAX) - (int64_t)agent->turn_count, 0, CREDIT_MAX);
    arena_reset(agent->arena);
    agent->process = arena_alloc(agent->arena, sizeof *agent->process);
    if (!proto_copy(&proto_process_record, process, agent->process, agent->arena)) {
        log_warn("heartbeat_too_long", LOG_CSTR("agent", agent->name));
        agent->process = NULL;
    }
}

dispatcher_heard_t dispatcher_heartbeat(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *peer,
                                        const proto_process_t *process)
{
    agent_t *agent = dispatch_agent_by_name(self->table, process->name);
    if (agent && agent->boot != process->boot) {
        if (agent->replaced_boot == process->boot)
            return DISPATCHER_REPLACED;
        int64_t replaced_boot = agent->boot;
        agent_bury(self, agent, "started anew");
        agent = agent_greet(self, peer, process, replaced_boot);
    } else if (!agent) {
        if (dispatcher_table_numbers(self->table).agents >= self->limits.agents)
            return DISPATCHER_FULL;
        agent = agent_greet(self, peer, process, 0);
    }
    agent_note(agent, now_ms, process);
    if (!dispatch_peer_eq(&agent->peer, peer))
        agent_moved(self, now_ms, agent, peer);
    give_work(self, now_ms);
    return DISPATCHER_WELCOME;
}

void dispatcher_bye(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *peer,
                    const proto_bye_t *bye)
{
    agent_t *agent = dispatch_agent_by_peer(self->table, peer);
    if (!agent || !str_is(bye->name, agent->name))
        return;
    agent->seen_ms = now_ms;
    agent->leaving = true;
    log_info("agent_leaves", LOG_CSTR("agent", agent->name), LOG_INT("turns", agent->turn_count));
}

/* Any sign of life counts. */
static agent_t *agent_heard(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *peer)
{
    agent_t *agent = dispatch_agent_by_peer(self->table, peer);
    if (agent)
        agent->seen_ms = now_ms;
    return agent;
}

/* ---- a turn ends ---- */

/* To be run again for those who wait; without any the sweeper will find it. */
static void turn_delay(dispatcher_t *self, int64_t now_ms, user_t *user, const char *reason,
                       int64_t delay_ms)
{
    if (user->waiter_count == 0) {
        dispatch_user_move(self->table, user, USER_GONE, NULL);
        return;
    }
    metric_add_label(METRIC_DISPATCH_RETRIED, reason, 1);
    user->due_ms = now_ms + clamp(delay_ms, DELAY_MIN_MS, DELAY_MAX_MS);
    dispatch_user_move(self->table, user, USER_DELAYED, NULL);
}

static int64_t backoff_ms(user_t *user)
{
    unsigned doublings = user->failures < 5 ? user->failures : 5;
    user->failures++;
    return (int64_t)BACKOFF_MS << doublings;
}

/* The end of a turn that we gave to the agent that tells it. Its waiters have been answered. */
static void turn_ended(dispatcher_t *self, int64_t now_ms, user_t *user,
                       const proto_turn_done_t *done)
{
    if (str_is(done->status, "answered") || str_is(done->status, "empty")) {
        if (str_is(done->status, "empty"))
            dismiss_waiters(self, user);
        user->dead[0] = 0;
        user->failures = 0;
        bool more = user->waiter_count > 0 || done->waiting > 0;
        dispatch_user_move(self->table, user, more ? USER_QUEUED : USER_GONE, NULL);
    } else if (str_is(done->status, "busy")) {
        turn_delay(self, now_ms, user, "busy",
                   done->retry_ms < BUSY_MAX_MS ? done->retry_ms : BUSY_MAX_MS);
    } else if (str_is(done->status, "lost")) {
        turn_delay(self, now_ms, user, "lost", BACKOFF_MS);
    } else { /* failed, or a word we do not know */
        int64_t least_ms = backoff_ms(user);
        turn_delay(self, now_ms, user, "failed",
                   done->retry_ms > least_ms ? done->retry_ms : least_ms);
    }
}

/* News of a user that is not at the agent which tells it: the turn was given by us before a
 * restart, or its agent was taken for dead. What it answered is committed all the same. */
static void foreign_turn_ended(dispatcher_t *self, user_t *user, const proto_turn_done_t *done)
{
    if (!str_is(done->status, "answered") || user->state == USER_RUNNING)
        return;
    if (user->waiter_count == 0 && done->waiting == 0)
        dispatch_user_move(self->table, user, USER_GONE, NULL);
    else if (user->state == USER_DELAYED)
        dispatch_user_move(self->table, user, USER_QUEUED, NULL);
}

void dispatcher_turn_done(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *peer,
                          const proto_header_t *header, const proto_turn_done_t *done)
{
    agent_t *agent = agent_heard(self, now_ms, peer);
    user_t *user = dispatch_user_find(self->table, done->user_id);
    /* An id of an earlier start counts too: that agent had the turn when we asked it again. An
     * older id of this start does not: it was told before the newer TURN arrived. */
    bool ours =
        user && user->state == USER_RUNNING && user->agent == agent &&
        (header->id == user->turn_id || (header->id & 0xffffffff00000000u) != self->id_base);
    if (agent && !ours && agent->foreign > 0)
        agent->foreign--;
    log_debug("turn_done", LOG_TRACE(&header->trace), LOG_PERSON("user", done->user_id),
              LOG_TEXT("status", done->status), LOG_CSTR("agent", agent ? agent->name : "?"),
              LOG_INT("ours", ours));
    if (user) {
        if (str_is(done->status, "answered") && done->reply_count > 0)
            answer_waiters(self, user, &done->reply[0]);
        if (ours)
            turn_ended(self, now_ms, user, done);
        else
            foreign_turn_ended(self, user, done);
    }
    give_work(self, now_ms);
}

void dispatcher_partial(dispatcher_t *self, int64_t now_ms, const rpc_peer_t *peer,
                        const proto_partial_t *partial)
{
    agent_t *agent = agent_heard(self, now_ms, peer);
    user_t *user = dispatch_user_find(self->table, partial->user_id);
    if (!agent || !user || user->state != USER_RUNNING || user->agent != agent)
        return;
    waiter_t *waiter;
    for (waiter = TAILQ_FIRST(&user->waiters); waiter; waiter = TAILQ_NEXT(waiter, of_user)) {
        waiter->watching = waiter->watching || (waiter->stream && partial->restart);
        if (waiter->watching)
            self->effects.to_waiter(self->effects.arg, &waiter->peer, &waiter->header,
                                    PROTO_PARTIAL, partial);
    }
}

/* ---- the sweeper ---- */

size_t dispatcher_sweep_room(const dispatcher_t *self)
{
    dispatcher_numbers_t numbers = dispatcher_table_numbers(self->table);
    size_t waiting = numbers.queued + numbers.delayed;
    if (waiting >= self->limits.queue || numbers.credit <= (int64_t)numbers.queued)
        return 0;
    size_t room = self->limits.queue - waiting;
    size_t credit = (size_t)numbers.credit - numbers.queued;
    room = room < credit ? room : credit;
    return room < SWEEP_MAX ? room : SWEEP_MAX;
}

void dispatcher_swept(dispatcher_t *self, int64_t now_ms, const proto_trace_t *trace,
                      const proto_swept_t *swept)
{
    for (size_t i = 0; i < swept->users_count; i++) {
        user_t *user = dispatch_user_find(self->table, swept->users[i].user_id);
        if (user && user->state == USER_RUNNING &&
            now_ms - user->since_ms >= self->limits.silent_ms) {
            turn_again(self, now_ms, user, "swept"); /* nobody has the lease: it went astray */
        } else if (user && user->state == USER_DELAYED) {
            dispatch_user_move(self->table, user, USER_QUEUED, NULL);
        } else if (!user && waiting_users(self) < self->limits.queue) {
            user = dispatch_user_new(self->table, swept->users[i].user_id);
            user->trace = *trace;
            dispatch_user_move(self->table, user, USER_QUEUED, NULL);
            metric_add(METRIC_DISPATCH_SWEPT, 1);
        }
    }
    give_work(self, now_ms);
}

/* ---- time passes ---- */

static void expire_waiters(dispatcher_t *self, int64_t now_ms)
{
    waiter_t *waiter;
    while ((waiter = dispatch_waiter_first(self->table)) != NULL && waiter->deadline_ms <= now_ms) {
        metric_add(METRIC_DISPATCH_EXPIRED, 1);
        log_info("work_expired", LOG_TRACE(&waiter->header.trace),
                 LOG_PERSON("user", waiter->user->id),
                 LOG_CSTR("state", dispatch_user_state_name(waiter->user->state)));
        dispatch_waiter_destroy(self->table, &waiter);
    }
}

static void wake_delayed(dispatcher_t *self, int64_t now_ms)
{
    user_t *user;
    while ((user = dispatch_user_delayed_first(self->table)) != NULL && user->due_ms <= now_ms)
        dispatch_user_move(self->table, user, user->waiter_count ? USER_QUEUED : USER_GONE, NULL);
}

static void watch_agents(dispatcher_t *self, int64_t now_ms)
{
    /* Were we stopped ourselves, their beats lie unread: that is not their silence. */
    int64_t slept_ms = self->tick_ms ? now_ms - self->tick_ms : 0;
    bool overslept = slept_ms > self->limits.silent_ms / 2;
    for (agent_t *agent = TAILQ_FIRST(dispatch_agents(self->table)), *next; agent; agent = next) {
        next = TAILQ_NEXT(agent, link);
        if (overslept)
            agent->seen_ms += slept_ms;
        if (now_ms - agent->seen_ms >= self->limits.silent_ms) {
            agent_bury(self, agent, "silent");
            continue;
        }
        user_t *oldest;
        while ((oldest = TAILQ_FIRST(&agent->turns)) != NULL &&
               now_ms - oldest->since_ms >= self->limits.turn_ms)
            turn_again(self, now_ms, oldest, "endless");
    }
}

static bool has_agent(const dispatcher_t *self)
{
    const agent_t *agent;
    for (agent = TAILQ_FIRST(dispatch_agents(self->table)); agent; agent = TAILQ_NEXT(agent, link))
        if (!agent->leaving)
            return true;
    return false;
}

/* Its waiters are told, and it is forgotten: the sweeper finds what stays recorded. */
static void send_away(dispatcher_t *self, user_t *user)
{
    waiter_t *waiter;
    while ((waiter = TAILQ_FIRST(&user->waiters)) != NULL) {
        metric_add(METRIC_DISPATCH_REFUSED, 1);
        refuse(self, &waiter->peer, &waiter->header, PROTO_CODE_BUSY, BUSY_RETRY_MS,
               "no agent is here");
        dispatch_waiter_destroy(self->table, &waiter);
    }
    dispatch_user_move(self->table, user, USER_GONE, NULL);
}

static void watch_loneliness(dispatcher_t *self, int64_t now_ms)
{
    user_t *user;
    if (has_agent(self))
        self->alone_ms = 0;
    else if (!self->alone_ms)
        self->alone_ms = now_ms;
    if (!is_alone(self, now_ms))
        return;
    size_t left = waiting_users(self);
    if (left)
        log_warn("sent_away", LOG_CSTR("because", "no agent is here"), LOG_INT("users", left));
    while ((user = dispatch_user_queued_first(self->table)) != NULL)
        send_away(self, user);
    while ((user = dispatch_user_delayed_first(self->table)) != NULL)
        send_away(self, user);
}

void dispatcher_tick(dispatcher_t *self, int64_t now_ms)
{
    expire_waiters(self, now_ms);
    wake_delayed(self, now_ms);
    watch_agents(self, now_ms);
    watch_loneliness(self, now_ms);
    self->tick_ms = now_ms;
    give_work(self, now_ms);
}

/* ---- looking inside ---- */

dispatcher_numbers_t dispatcher_numbers(const dispatcher_t *self)
{
    return dispatcher_table_numbers(self->table);
}

const char *dispatcher_missing(const dispatcher_t *self)
{
    if (!has_agent(self))
        return "agents";
    return waiting_users(self) >= self->limits.queue ? "room" : NULL;
}

size_t dispatcher_processes(const dispatcher_t *self, proto_process_t *processes, size_t max)
{
    size_t count = 0;
    const agent_t *agent;
    for (agent = TAILQ_FIRST(dispatch_agents(self->table)); agent; agent = TAILQ_NEXT(agent, link))
        if (agent->process && count < max)
            processes[count++] = *agent->process;
    return count;
}
