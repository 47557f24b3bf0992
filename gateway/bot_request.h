/* The body of POST /seller/bot/: {"msg": …, "user_id": …}. Pure. */
#ifndef MOSTRADOR_GATEWAY_BOT_REQUEST_H
#define MOSTRADOR_GATEWAY_BOT_REQUEST_H

#include "common/arena.h"
#include "gateway/problem.h"

#define BOT_REQUEST_MAX_CHARACTERS 4096

typedef struct bot_request {
    str_t user_id; /* 1 to PROTO_MAX_USER bytes without control characters */
    str_t text;    /* 1 to BOT_REQUEST_MAX_CHARACTERS characters, not only blanks */
} bot_request_t;

/* Reads a body into the arena. false and a 400 if it is not exactly what is expected; fields that
 * are not known are passed over. */
bool bot_request_parse(str_t body, arena_t *arena, bot_request_t *request, problem_t *problem);

/* May this be what somebody says? */
bool message_check(str_t text, problem_t *problem);

/* May this be a user id? */
bool user_id_check(str_t user_id, problem_t *problem);

/* May this be a message id (the header Idempotency-Key)? */
bool message_id_check(str_t message_id, problem_t *problem);

/* Is authorization the value "Bearer <token>"? Takes as long for a wrong token as for the right
 * one. An empty token lets everybody in. */
bool bearer_matches(str_t authorization, const char *token);

#endif
