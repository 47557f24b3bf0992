/*
 * Who may do what was asked for: the rules of routes.h, applied. Bearers are told at once; whose
 * cookie it is, the session service says, and the request sleeps until then.
 *
 * A cookie counts
 *   to read    at a path of the console; elsewhere if there is an API_TOKEN, or with X-CSRF-Token
 *   to change  only with the X-CSRF-Token that belongs to it
 * so that without an API_TOKEN the API is as open on loopback as it was, also to who is signed in.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_ADMIT_H
#define MOSTRADOR_GATEWAY_KORE_ADMIT_H

#include "gateway/cookie.h"
#include "gateway/kore_api.h"
#include "gateway/problem.h"
#include "gateway/url.h"
#include "gateway/visitor.h"
#include "proto/proto.h"

/* Who asks, while the request is handled: the handler copies what it needs later. */
typedef struct caller {
    char name[40];  /* of the console's user; empty: the bearer of API_TOKEN, or anybody */
    char shown[72]; /* how customers are told of that user; empty: as somebody of the shop */
    char visitor[VISITOR_ID_SIZE]; /* a visitor of the widget: whose conversation alone they have */
    char csrf[72];
    char token[COOKIE_TOKEN_MAX + 1];
    role_t role;
    int64_t expires_ms;
} caller_t;

extern caller_t caller;

typedef enum admission {
    ADMIT_YES,   /* go on; caller says who it is */
    ADMIT_NO,    /* problem says why */
    ADMIT_LATER, /* the request is answered, or sleeps and comes back to admit_again */
} admission_t;

admission_t admit(struct http_request *req, const route_t *route, int64_t started_us,
                  problem_t *problem);

/* Does the request sleep for admit? */
bool admit_sleeps(struct http_request *req);

/* It was woken: ADMIT_YES, or ADMIT_LATER with the answer sent or still to come. */
admission_t admit_again(struct http_request *req, const route_t *route);

role_t role_of(str_t word);

/* The cookie of a request; empty if it has none. */
str_t request_token(struct http_request *req);
bool request_https(struct http_request *req);
void request_address(struct http_request *req, char out[ADDRESS_SIZE]);

#endif
