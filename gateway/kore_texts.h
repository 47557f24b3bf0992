/* The rules and the shop's knowledge in versions, for the console: list, show, keep, publish. */
#ifndef MOSTRADOR_GATEWAY_KORE_TEXTS_H
#define MOSTRADOR_GATEWAY_KORE_TEXTS_H

#include "gateway/kore_api.h"

/* document is what stands in the path: rules, knowledge. */
int texts_get(struct http_request *req, str_t document, int64_t started_us);
int texts_post(struct http_request *req, str_t document, int64_t started_us);
int text_get(struct http_request *req, str_t document, int64_t started_us);
int publish_post(struct http_request *req, str_t document, int64_t started_us);

#endif
