/*
 * What people of the shop do with a conversation: take it over, write, give it back, see who waits
 * for them; and what a chat page asks for to show what they wrote.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_HANDOFF_H
#define MOSTRADOR_GATEWAY_KORE_HANDOFF_H

#include "gateway/kore_api.h"

/* id is the user id as it stands in the path. */
int take_post(struct http_request *req, str_t id, int64_t started_us);
int say_post(struct http_request *req, str_t id, int64_t started_us);
int give_post(struct http_request *req, str_t id, int64_t started_us);
int messages_get(struct http_request *req, str_t id, int64_t started_us);

int sessions_get(struct http_request *req, int64_t started_us);

#endif
