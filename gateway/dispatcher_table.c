#include "gateway/dispatcher_table.h"

#include <assert.h>
#include <czmq.h>

#include "common/log.h"

#define AGENT_ARENA_MAX (512 << 10) /* bytes that an agent may say of itself */

struct dispatcher_table {
    zhashx_t *users; /* by id; the key is &user->id */
    struct user_list queue;
    struct user_list delayed;   /* by due_ms */
    struct waiter_list waiters; /* by deadline_ms */
    struct agent_list agents;
    size_t queued, delayed_count, running, waiter_count, agent_count;
};

bool dispatch_peer_eq(const rpc_peer_t *a, const rpc_peer_t *b)
{
    return a->size == b->size && memcmp(a->id, b->id, a->size) == 0;
}

/* ---- states ---- */

const char *dispatch_user_state_name(user_state_t state)
{
    static const char *const names[] = {
#define USER_STATE_NAME(name) #name,
        USER_STATES(USER_STATE_NAME)};
    return names[state];
}

const char *dispatch_user_move_reason(user_state_t from, user_state_t to)
{
    static const struct {
        user_state_t from, to;
        const char *when;
    } moves[] = {
#define USER_MOVE_C(from, to, when) {USER_##from, USER_##to, when},
        USER_MOVES(USER_MOVE_C)};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (moves[i].from == from && moves[i].to == to)
            return moves[i].when;
    return NULL;
}

/* ---- the table ---- */

static size_t hash_id(const void *key)
{
    const str_t *id = key;
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < id->size; i++)
        hash = (hash ^ (uint8_t)id->data[i]) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

static int compare_ids(const void *a, const void *b)
{
    return str_eq(*(const str_t *)a, *(const str_t *)b) ? 0 : 1;
}

dispatcher_table_t *dispatcher_table_new(void)
{
    dispatcher_table_t *self = zmalloc(sizeof *self);
    self->users = zhashx_new();
    zhashx_set_key_duplicator(self->users, NULL);
    zhashx_set_key_destructor(self->users, NULL);
    zhashx_set_key_hasher(self->users, hash_id);
    zhashx_set_key_comparator(self->users, compare_ids);
    TAILQ_INIT(&self->queue);
    TAILQ_INIT(&self->delayed);
    TAILQ_INIT(&self->waiters);
    TAILQ_INIT(&self->agents);
    return self;
}

static void user_free(dispatcher_table_t *self, user_t *user)
{
    for (waiter_t *waiter = TAILQ_FIRST(&user->waiters), *next; waiter; waiter = next) {
        next = TAILQ_NEXT(waiter, of_user);
        dispatch_waiter_destroy(self, &waiter);
    }
    zhashx_delete(self->users, &user->id);
    free(user);
}

void dispatcher_table_destroy(dispatcher_table_t **self_p)
{
    dispatcher_table_t *self = *self_p;
    if (!self)
        return;
    user_t *user;
    while ((user = zhashx_first(self->users)) != NULL)
        user_free(self, user);
    zhashx_destroy(&self->users);
    for (agent_t *agent = TAILQ_FIRST(&self->agents), *next; agent; agent = next) {
        next = TAILQ_NEXT(agent, link);
        agent->turn_count = 0; /* its users are gone already */
        dispatch_agent_destroy(self, &agent);
    }
    free(self);
    *self_p = NULL;
}

/* ---- users ---- */

user_t *dispatch_user_find(const dispatcher_table_t *self, str_t id)
{
    return zhashx_lookup(self->users, &id);
}

user_t *dispatch_user_new(dispatcher_table_t *self, str_t id)
{
    user_t *user = zmalloc(sizeof *user + id.size);
    memcpy(user + 1, id.data, id.size);
    user->id = (str_t){(char *)(user + 1), id.size};
    TAILQ_INIT(&user->waiters);
    user->state = USER_NEW;
    zhashx_insert(self->users, &user->id, user);
    return user;
}

static void leave(dispatcher_table_t *self, user_t *user)
{
    switch (user->state) {
    case USER_QUEUED:
        TAILQ_REMOVE(&self->queue, user, link);
        self->queued--;
        break;
    case USER_RUNNING:
        TAILQ_REMOVE(&user->agent->turns, user, link);
        user->agent->turn_count--;
        user->agent = NULL;
        self->running--;
        break;
    case USER_DELAYED:
        TAILQ_REMOVE(&self->delayed, user, link);
        self->delayed_count--;
        break;
    case USER_NEW:
    case USER_GONE:
        break;
    }
}

/* Delays are much alike, so the place is near the tail. */
static void insert_delayed(dispatcher_table_t *self, user_t *user)
{
    user_t *before = TAILQ_LAST(&self->delayed, user_list);
    while (before && before->due_ms > user->due_ms)
        before = TAILQ_PREV(before, user_list, link);
    if (before)
        TAILQ_INSERT_AFTER(&self->delayed, before, user, link);
    else
        TAILQ_INSERT_HEAD(&self->delayed, user, link);
    self->delayed_count++;
}

void dispatch_user_move(dispatcher_table_t *self, user_t *user, user_state_t to, agent_t *agent)
{
    const char *reason = dispatch_user_move_reason(user->state, to);
    assert(reason);
    assert((to == USER_RUNNING) == (agent != NULL));
    log_debug("user_moved", LOG_TRACE(&user->trace), LOG_PERSON("user", user->id),
              LOG_CSTR("from", dispatch_user_state_name(user->state)),
              LOG_CSTR("to", dispatch_user_state_name(to)), LOG_CSTR("because", reason));
    leave(self, user);
    user->state = to;
    switch (to) {
    case USER_QUEUED:
        TAILQ_INSERT_TAIL(&self->queue, user, link);
        self->queued++;
        break;
    case USER_RUNNING:
        TAILQ_INSERT_TAIL(&agent->turns, user, link);
        agent->turn_count++;
        user->agent = agent;
        self->running++;
        break;
    case USER_DELAYED:
        insert_delayed(self, user);
        break;
    case USER_GONE:
        user_free(self, user);
        break;
    case USER_NEW:
        break;
    }
}

void dispatch_user_requeue_first(dispatcher_table_t *self, user_t *user)
{
    dispatch_user_move(self, user, USER_QUEUED, NULL);
    TAILQ_REMOVE(&self->queue, user, link);
    TAILQ_INSERT_HEAD(&self->queue, user, link);
}

void dispatch_user_turn_sent_again(user_t *user, int64_t now_ms)
{
    user->since_ms = now_ms;
    TAILQ_REMOVE(&user->agent->turns, user, link);
    TAILQ_INSERT_TAIL(&user->agent->turns, user, link);
}

user_t *dispatch_user_queued_first(const dispatcher_table_t *self)
{
    return TAILQ_FIRST(&self->queue);
}

user_t *dispatch_user_delayed_first(const dispatcher_table_t *self)
{
    return TAILQ_FIRST(&self->delayed);
}

/* ---- waiters ---- */

/* Deadlines are much alike, so the place is near the tail. */
static void insert_by_deadline(dispatcher_table_t *self, waiter_t *waiter)
{
    waiter_t *before = TAILQ_LAST(&self->waiters, waiter_list);
    while (before && before->deadline_ms > waiter->deadline_ms)
        before = TAILQ_PREV(before, waiter_list, by_deadline);
    if (before)
        TAILQ_INSERT_AFTER(&self->waiters, before, waiter, by_deadline);
    else
        TAILQ_INSERT_HEAD(&self->waiters, waiter, by_deadline);
}

waiter_t *dispatch_waiter_new(dispatcher_table_t *self, user_t *user, const rpc_peer_t *peer,
                              const proto_header_t *header, int64_t seq, bool stream,
                              int64_t deadline_ms)
{
    waiter_t *waiter = zmalloc(sizeof *waiter);
    *waiter = (waiter_t){.user = user,
                         .peer = *peer,
                         .header = *header,
                         .seq = seq,
                         .stream = stream,
                         .deadline_ms = deadline_ms};
    TAILQ_INSERT_TAIL(&user->waiters, waiter, of_user);
    user->waiter_count++;
    self->waiter_count++;
    insert_by_deadline(self, waiter);
    return waiter;
}

void dispatch_waiter_destroy(dispatcher_table_t *self, waiter_t **waiter_p)
{
    waiter_t *waiter = *waiter_p;
    TAILQ_REMOVE(&waiter->user->waiters, waiter, of_user);
    TAILQ_REMOVE(&self->waiters, waiter, by_deadline);
    waiter->user->waiter_count--;
    self->waiter_count--;
    free(waiter);
    *waiter_p = NULL;
}

waiter_t *dispatch_waiter_first(const dispatcher_table_t *self)
{
    return TAILQ_FIRST(&self->waiters);
}

waiter_t *dispatch_waiter_find(const user_t *user, const rpc_peer_t *peer, uint64_t id)
{
    waiter_t *waiter;
    for (waiter = TAILQ_FIRST(&user->waiters); waiter; waiter = TAILQ_NEXT(waiter, of_user))
        if (waiter->header.id == id && dispatch_peer_eq(&waiter->peer, peer))
            return waiter;
    return NULL;
}

void dispatch_waiter_set_deadline(dispatcher_table_t *self, waiter_t *waiter, int64_t deadline_ms)
{
    waiter->deadline_ms = deadline_ms;
    TAILQ_REMOVE(&self->waiters, waiter, by_deadline);
    insert_by_deadline(self, waiter);
}

/* ---- agents ---- */

agent_t *dispatch_agent_new(dispatcher_table_t *self, const proto_process_t *process)
{
    agent_t *agent = zmalloc(sizeof *agent);
    snprintf(agent->name, sizeof agent->name, "%.*s", STR_ARG(process->name));
    agent->boot = process->boot;
    agent->arena = arena_new(AGENT_ARENA_MAX);
    TAILQ_INIT(&agent->turns);
    TAILQ_INSERT_TAIL(&self->agents, agent, link);
    self->agent_count++;
    return agent;
}

void dispatch_agent_destroy(dispatcher_table_t *self, agent_t **agent_p)
{
    agent_t *agent = *agent_p;
    assert(agent->turn_count == 0);
    TAILQ_REMOVE(&self->agents, agent, link);
    self->agent_count--;
    arena_destroy(&agent->arena);
    free(agent);
    *agent_p = NULL;
}

agent_t *dispatch_agent_by_peer(const dispatcher_table_t *self, const rpc_peer_t *peer)
{
    agent_t *agent;
    for (agent = TAILQ_FIRST(&self->agents); agent; agent = TAILQ_NEXT(agent, link))
        if (dispatch_peer_eq(&agent->peer, peer))
            return agent;
    return NULL;
}

agent_t *dispatch_agent_by_name(const dispatcher_table_t *self, str_t name)
{
    agent_t *agent;
    for (agent = TAILQ_FIRST(&self->agents); agent; agent = TAILQ_NEXT(agent, link))
        if (str_is(name, agent->name))
            return agent;
    return NULL;
}

int64_t dispatch_agent_free(const agent_t *self)
{
    int64_t room = self->credit - self->foreign - (int64_t)self->turn_count;
    return self->leaving || self->stuck || room < 0 ? 0 : room;
}

agent_t *dispatch_agent_most_free(const dispatcher_table_t *self)
{
    agent_t *agent, *best = NULL;
    for (agent = TAILQ_FIRST(&self->agents); agent; agent = TAILQ_NEXT(agent, link))
        if (dispatch_agent_free(agent) > (best ? dispatch_agent_free(best) : 0))
            best = agent;
    return best;
}

const struct agent_list *dispatch_agents(const dispatcher_table_t *self)
{
    return &self->agents;
}

void dispatch_agent_holder(const agent_t *self, char holder[AGENT_HOLDER_SIZE])
{
    snprintf(holder, AGENT_HOLDER_SIZE, "%s/%lld", self->name, (long long)self->boot);
}

dispatcher_numbers_t dispatcher_table_numbers(const dispatcher_table_t *self)
{
    dispatcher_numbers_t numbers = {.queued = self->queued,
                                    .delayed = self->delayed_count,
                                    .running = self->running,
                                    .waiters = self->waiter_count,
                                    .agents = self->agent_count};
    const agent_t *agent;
    for (agent = TAILQ_FIRST(&self->agents); agent; agent = TAILQ_NEXT(agent, link))
        numbers.credit += dispatch_agent_free(agent);
    return numbers;
}
