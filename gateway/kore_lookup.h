/* Endpoints that ask one service one question: conversations, people, what turns took, the survey
 * and the catalog. */
#ifndef MOSTRADOR_GATEWAY_KORE_LOOKUP_H
#define MOSTRADOR_GATEWAY_KORE_LOOKUP_H

#include "gateway/kore_wait.h"

/* id is the user id as it stands in the path. */
int session_get(struct http_request *req, str_t id, int64_t started_us);
int session_delete(struct http_request *req, str_t id, int64_t started_us);

/* Everything that is stored of a person; erases it. */
int person_get(struct http_request *req, str_t id, int64_t started_us);
int person_delete(struct http_request *req, str_t id, int64_t started_us);

int conversations_get(struct http_request *req, int64_t started_us);
int turns_get(struct http_request *req, int64_t started_us);
int latency_get(struct http_request *req, int64_t started_us);
int budget_get(struct http_request *req, int64_t started_us);
int alerts_test_post(struct http_request *req, int64_t started_us);

int nps_get(struct http_request *req, int64_t started_us);

int cars_get(struct http_request *req, int64_t started_us);
int makes_get(struct http_request *req, int64_t started_us);

/* ---- what others that ask one question use too ---- */

/* The user id that stands in a path, decoded; false and a 400 if it is none. */
bool lookup_user(arena_t *arena, str_t id, str_t *user_id, problem_t *problem);

/* How long it may take, ms. */
int64_t lookup_patience(void);

/* True if it is the answer asked for; otherwise the request is answered with a problem. */
bool lookup_arrived(wait_t *wait, const rpc_answer_t *answer, proto_type_t type);

/* The JSON is in the body. */
void lookup_ready(wait_t *wait);

#endif
