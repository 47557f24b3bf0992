/* Endpoints that ask one service one question: conversations, people, what turns took, the survey
 * and the catalog. */
#ifndef MOSTRADOR_GATEWAY_KORE_LOOKUP_H
#define MOSTRADOR_GATEWAY_KORE_LOOKUP_H

#include "common/str.h"
#include "gateway/kore_api.h"

/* id is the user id as it stands in the path. */
int session_get(struct http_request *req, str_t id, int64_t started_us);
int session_delete(struct http_request *req, str_t id, int64_t started_us);

/* Everything that is stored of a person; erases it. */
int person_get(struct http_request *req, str_t id, int64_t started_us);
int person_delete(struct http_request *req, str_t id, int64_t started_us);

int conversations_get(struct http_request *req, int64_t started_us);
int turns_get(struct http_request *req, int64_t started_us);
int latency_get(struct http_request *req, int64_t started_us);
int numbers_get(struct http_request *req, int64_t started_us);
int budget_get(struct http_request *req, int64_t started_us);
int alerts_test_post(struct http_request *req, int64_t started_us);

int nps_get(struct http_request *req, int64_t started_us);

int cars_get(struct http_request *req, int64_t started_us);
int makes_get(struct http_request *req, int64_t started_us);

#endif
