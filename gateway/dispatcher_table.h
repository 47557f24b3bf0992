/*
 * What the dispatcher remembers: agents, users with work, and the requests
 * (waiters) that want their answers. Only lists, counts and the state of a
 * user; what happens when is decided in dispatcher.c. Nothing here is durable:
 * after a restart gateways ask again and agents announce themselves again.
 */
#ifndef MOSTRADOR_GATEWAY_DISPATCHER_TABLE_H
#define MOSTRADOR_GATEWAY_DISPATCHER_TABLE_H

#include <sys/queue.h>

#include "gateway/dispatcher.h"

#define AGENT_NAME_SIZE 65   /* proto: process.name, and a 0 */
#define AGENT_HOLDER_SIZE 96 /* "<name>/<boot>", as leases know it */

typedef struct user user_t;
typedef struct agent agent_t;
typedef struct waiter waiter_t;

/*
 * Every state of a user and every way from one to another. dispatch_user_move is the
 * only one that changes it, and only along these lines.
 *   M(from, to, when)
 */
/* clang-format off */
#define USER_STATES(S) S(NEW) S(QUEUED) S(RUNNING) S(DELAYED) S(GONE)
#define USER_MOVES(M) \
    M(NEW,     QUEUED,  "somebody asks, or the sweeper names the user") \
    M(QUEUED,  RUNNING, "an agent with credit was sent the turn") \
    M(QUEUED,  GONE,    "a turn of before our start has answered everybody") \
    M(RUNNING, QUEUED,  "the agent died, or the turn ended and more waits") \
    M(RUNNING, DELAYED, "the turn is to be tried again, but not now") \
    M(RUNNING, GONE,    "the turn ended and nobody waits") \
    M(DELAYED, QUEUED,  "its time has come, or there is news of the user") \
    M(DELAYED, GONE,    "nobody waits any more: the sweeper will find it if need be")
/* clang-format on */

typedef enum user_state {
#define USER_STATE_C(name) USER_##name,
    USER_STATES(USER_STATE_C)
} user_state_t;

TAILQ_HEAD(user_list, user);
TAILQ_HEAD(waiter_list, waiter);
TAILQ_HEAD(agent_list, agent);

struct waiter {
    TAILQ_ENTRY(waiter) of_user;
    TAILQ_ENTRY(waiter) by_deadline;
    user_t *user;
    rpc_peer_t peer;       /* the gateway's worker */
    proto_header_t header; /* of its WORK: id and trace go into the answer */
    int64_t seq;           /* the message that wants an answer */
    int64_t deadline_ms;
    bool stream;   /* wants PARTIAL */
    bool watching; /* has seen the text of this turn from its beginning */
    bool fresh;    /* came after the turn was sent: the turn may not know its message */
};

struct user {
    TAILQ_ENTRY(user) link; /* in the list of its state: queue, agent's turns, delayed */
    user_state_t state;
    str_t id; /* its bytes follow the struct */
    struct waiter_list waiters;
    size_t waiter_count;
    agent_t *agent;               /* RUNNING: where */
    uint64_t turn_id;             /* RUNNING: request id of its TURN */
    uint16_t turn_attempt;        /* RUNNING: how often that was sent again */
    int64_t since_ms;             /* RUNNING: when it was sent last */
    int64_t due_ms;               /* DELAYED: until when */
    unsigned failures;            /* in a row: the next delay grows with them */
    proto_trace_t trace;          /* of the newest request */
    char dead[AGENT_HOLDER_SIZE]; /* the holder that had the turn and died, or "" */
};

struct agent {
    TAILQ_ENTRY(agent) link;
    char name[AGENT_NAME_SIZE];
    int64_t boot;
    int64_t replaced_boot; /* of the one whose name it took over; that one is not let back in */
    rpc_peer_t peer;
    int64_t seen_ms;        /* any sign of life */
    int64_t credit;         /* turns it runs at once */
    int64_t foreign;        /* turns it runs that we did not give it: of before our start */
    struct user_list turns; /* ours, the longest since its last TURN first */
    size_t turn_count;
    bool leaving;             /* said BYE */
    bool stuck;               /* a TURN could not be sent: none until its next heartbeat */
    arena_t *arena;           /* where process lives */
    proto_process_t *process; /* what it last said of itself */
};

typedef struct dispatcher_table dispatcher_table_t;

dispatcher_table_t *dispatcher_table_new(void);
void dispatcher_table_destroy(dispatcher_table_t **self_p);

/* ---- users ---- */

/* NULL if there is none of that id. */
user_t *dispatch_user_find(const dispatcher_table_t *self, str_t id);

/* In state NEW: move it at once. */
user_t *dispatch_user_new(dispatcher_table_t *self, str_t id);

/*
 * Takes the user out of the list of its state and puts it into that of the
 * next: QUEUED to the tail, RUNNING to the tail of agent's turns, DELAYED by
 * due_ms, which must be set. agent is for RUNNING only. GONE frees the user
 * with all its waiters.
 */
void dispatch_user_move(dispatcher_table_t *self, user_t *user, user_state_t to, agent_t *agent);

/* The same to QUEUED, but to the head: for those who have waited already. */
void dispatch_user_requeue_first(dispatcher_table_t *self, user_t *user);

/* Puts a running user behind the other turns of its agent. */
void dispatch_user_turn_sent_again(user_t *user, int64_t now_ms);

user_t *dispatch_user_queued_first(const dispatcher_table_t *self);
user_t *dispatch_user_delayed_first(const dispatcher_table_t *self);

const char *dispatch_user_state_name(user_state_t state);

/* Why a user may move from one state to another; NULL if it may not. */
const char *dispatch_user_move_reason(user_state_t from, user_state_t to);

/* ---- waiters ---- */

/* A waiter of user, with peer, header, seq, stream and deadline as given. */
waiter_t *dispatch_waiter_new(dispatcher_table_t *self, user_t *user, const rpc_peer_t *peer,
                              const proto_header_t *header, int64_t seq, bool stream,
                              int64_t deadline_ms);
void dispatch_waiter_destroy(dispatcher_table_t *self, waiter_t **waiter_p);

/* The one whose deadline comes first. */
waiter_t *dispatch_waiter_first(const dispatcher_table_t *self);
waiter_t *dispatch_waiter_find(const user_t *user, const rpc_peer_t *peer, uint64_t id);
void dispatch_waiter_set_deadline(dispatcher_table_t *self, waiter_t *waiter, int64_t deadline_ms);

/* ---- agents ---- */

agent_t *dispatch_agent_new(dispatcher_table_t *self, const proto_process_t *process);

/* It must have no turns any more. */
void dispatch_agent_destroy(dispatcher_table_t *self, agent_t **agent_p);
agent_t *dispatch_agent_by_peer(const dispatcher_table_t *self, const rpc_peer_t *peer);
agent_t *dispatch_agent_by_name(const dispatcher_table_t *self, str_t name);

/* Turns it would take now. */
int64_t dispatch_agent_free(const agent_t *self);

/* The one that would take the most turns now; NULL if none takes any. */
agent_t *dispatch_agent_most_free(const dispatcher_table_t *self);
const struct agent_list *dispatch_agents(const dispatcher_table_t *self);

/* "agent-1/123", as a lease knows its holder. */
void dispatch_agent_holder(const agent_t *self, char holder[AGENT_HOLDER_SIZE]);

dispatcher_numbers_t dispatcher_table_numbers(const dispatcher_table_t *self);

bool dispatch_peer_eq(const rpc_peer_t *a, const rpc_peer_t *b);

#endif
