/*
 * A request that sleeps until something behind the gateway has answered. Its state lives in the
 * request (hdlr_extra), so it ends with it, also when the client goes away before.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_WAIT_H
#define MOSTRADOR_GATEWAY_KORE_WAIT_H

#include <sys/queue.h>

#include "common/arena.h"
#include "gateway/kore_answer.h"
#include "gateway/kore_upstream.h"
#include "gateway/problem.h"

typedef struct wait wait_t;

/* What differs between kinds of requests. */
typedef struct wait_kind {
    const char *name;                           /* in the log */
    size_t size;                                /* of the struct whose first member is the wait_t */
    void (*tick)(wait_t *self, int64_t now_ms); /* every 50 ms; may be NULL */
    void (*stop)(wait_t *self);                 /* the gateway ends: become ready now */
    void (*end)(wait_t *self); /* the request ends, answered (sent) or not; may be NULL */
    /* the answer goes out now: the last moment to make it another one, also where that takes a
     * reader who has not gone; false: nobody is there for it. May be NULL */
    bool (*go)(wait_t *self);
} wait_kind_t;

struct wait {
    TAILQ_ENTRY(wait) link;
    const wait_kind_t *kind;
    struct http_request *req;
    arena_t *arena; /* what the request said, until it ends */
    str_t user_id;  /* "" where it is about nobody */
    proto_trace_t trace;
    int64_t started_us;
    int64_t deadline_ms;
    rpc_client_t *client; /* of the call under way */
    uint64_t call;        /* 0: none */
    bool ready;           /* the answer is below */
    bool sent;            /* the answer has left */
    bool doubtful;        /* and may not have arrived */
    bool streamed;        /* it went out in pieces; the connection only has to be closed */
    int status;
    const char *type;
    int64_t retry_after_s;
    const char *cookie; /* that goes with a good answer, NULL: none */
    buf_t body;
};

/* At most so many requests of this worker sleep at once. */
void wait_limit(size_t max);

/* Puts a request to sleep. NULL, and the request is answered 503, at the bound and when the
 * gateway ends. What the request said goes into arena, which is the wait's from now on. */
wait_t *wait_start(struct http_request *req, const wait_kind_t *kind, arena_t **arena,
                   str_t user_id, int64_t started_us, int64_t timeout_ms);

/* One call, whose answer goes to done (wait_t *). */
void wait_call(wait_t *self, rpc_client_t *client, proto_type_t type, const void *msg,
               rpc_done_t *done);

/* ms until the deadline, at least 1. */
int64_t wait_left(const wait_t *self);

/* The answer is in body; status and type are given here. Wakes the request. */
void wait_ready(wait_t *self, int status, const char *type);
void wait_problem(wait_t *self, const problem_t *problem);

/* What an ERROR from behind means for a simple call. */
void wait_failed(wait_t *self, const rpc_answer_t *answer);

/* The handler of a request that has a wait: answers if it is ready, sleeps on otherwise. */
int wait_handle(struct http_request *req);

/* The stop of kinds that have nothing else to do then: 503. */
void wait_restarts(wait_t *self);

/* Sends a piece of an answer that is streamed. A client who is too far behind is let go. */
void wait_stream(wait_t *self, str_t bytes);

/* A request that was woken goes on as if it had never slept: its wait, and what the arena holds,
 * are gone. */
void wait_end(wait_t *self);

/* ---- for the worker ---- */

void wait_tick(int64_t now_ms);
size_t wait_count(void);

/* So many sleep that who can be answered otherwise should not sleep too. */
bool wait_crowded(void);

/* No new ones from now on. */
void wait_close(void);

/* Every request that sleeps is told that the gateway ends. */
void wait_stop_all(void);

#endif
