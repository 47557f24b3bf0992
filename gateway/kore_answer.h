/*
 * Every byte that goes back to a client is put together here: status, the headers all answers have,
 * and the body. No byte from outside ever becomes part of a header.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_ANSWER_H
#define MOSTRADOR_GATEWAY_KORE_ANSWER_H

#include "gateway/kore_api.h"
#include "gateway/problem.h"

typedef struct answer {
    int status;
    const char *type;      /* Content-Type, NULL without a body */
    const char *allow;     /* of a 405 */
    const char *etag;      /* of a file of the page */
    const char *cookie;    /* Set-Cookie; made by cookie_print */
    const char *frame;     /* the sites that may frame it and load it; NULL: none */
    int64_t retry_after_s; /* 0: none */
    str_t body;
    int64_t started_us; /* when the request came, 0: just now */
} answer_t;

#define TYPE_JSON "application/json"

/* Answers a request; the connection goes on with its next one. A request whose client has gone is
 * passed over. Returns whether the bytes were handed to the kernel. */
bool answer_send(struct http_request *req, const answer_t *answer);

/* Does anybody wait for the answer? A client that has hung up is known here before its request
 * ends.
 */
bool answer_has_reader(const struct connection *c);

/* Of an answer that was sent: it may not have arrived. Not all of it has left, the client refused
 * it, or it hung up before it had all. */
bool answer_is_doubtful(const struct connection *c);

/* The same with a problem as its body; allow is for a 405. */
void answer_problem(struct http_request *req, const problem_t *problem, const char *allow,
                    int64_t started_us);

/* Queues a problem for a connection that has no request, as the last thing it hears. */
void answer_raw_problem(struct connection *c, const problem_t *problem);

/* Queues the head of a stream of server-sent events. */
void answer_raw_events(struct connection *c);

/* From now on every answer is the last of its connection. */
void answer_close_all(void);

#endif
