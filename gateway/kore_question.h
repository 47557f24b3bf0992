/*
 * Endpoints that ask one service one question. What a request says is read into an asked_t; if it
 * is good the request sleeps and the question is put, and what is answered is told as JSON or as a
 * problem. Which services, messages and problems these are is a table's line, a question_t.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_QUESTION_H
#define MOSTRADOR_GATEWAY_KORE_QUESTION_H

#include "common/id.h"
#include "gateway/kore_wait.h"

/* What an ERROR of the service means to who asked. */
typedef struct question_error {
    const char *code; /* NULL ends a list */
    int status;
    const char *detail; /* NULL: what the service says, as a sentence */
} question_error_t;

typedef struct question {
    const wait_kind_t *kind; /* of a struct whose first member is a question_wait_t */
    rpc_client_t **service;
    proto_type_t type, answer;
    void (*tell)(wait_t *wait, const void *msg); /* ends in question_told, _refused or _put */
    const question_error_t *errors;              /* NULL, and those not named: wait_failed */
    int64_t most_ms;                             /* 0: as long as for a page of cars */
} question_t;

typedef struct question_wait {
    wait_t wait; /* first: http_state_create makes both */
    const question_t *question;
} question_wait_t;

/* What a request says, until it sleeps. What a parser leaves in the arena is good until the request
 * ends, query and body as long as its handler runs. */
typedef struct asked {
    struct http_request *req;
    int64_t started_us;
    arena_t *arena; /* the wait's, once it sleeps */
    str_t query, body;
    str_t user_id; /* whom it is about; empty: nobody */
    problem_t problem;
    char id[ID_TEXT_SIZE];
} asked_t;

/* room: of its arena, bytes. Ends in asked_put or asked_sleep. */
asked_t asked_begin(struct http_request *req, size_t room, int64_t started_us);

/* The user id that stands in the path, decoded; false and a 400 if it is none. */
bool asked_user(asked_t *self, str_t encoded);

/* False and a 400 if there is a query string. */
bool asked_no_query(asked_t *self);

/* A new id, by which the service knows the request when it is put again. */
str_t asked_id(asked_t *self);

/* Puts the question if the request is good, answers it otherwise; what a handler returns. */
int asked_put(asked_t *self, bool good, const question_t *question, const void *msg);

/* The same in two steps, for what has to be kept until the answer. NULL: it is answered. */
question_wait_t *asked_sleep(asked_t *self, bool good, const question_t *question);
int question_put(wait_t *wait, const void *msg);

/* What was put in the body is the answer; where it did not fit, a problem. */
void question_told(wait_t *wait);

/* The answer is a problem. */
void question_refused(wait_t *wait, int status, const char *detail);

#endif
