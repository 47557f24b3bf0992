/* What is told of conversations that a person of the shop has, as JSON. Pure. */
#ifndef MOSTRADOR_GATEWAY_HANDOFF_JSON_H
#define MOSTRADOR_GATEWAY_HANDOFF_JSON_H

#include "gateway/problem.h"
#include "proto/proto.h"

/* {"by":"Ana","since":…}; null if by is empty. */
void person_json(str_t by, int64_t since_ms, buf_t *out);

/* The same for the customer, who is told of them by the name shown, which may be empty. */
void attendant_json(str_t by, str_t shown, int64_t since_ms, buf_t *out);

/* In place of a reply, for the customer: who has the conversation. */
void held_json(str_t user_id, const proto_enqueued_t *enqueued, buf_t *out);

/* How take, say (id: the client's) and give went. */
void taken_json(str_t user_id, const proto_handoff_t *handoff, buf_t *out);
void said_json(str_t user_id, str_t id, const proto_handoff_t *handoff, bool closed, buf_t *out);
void given_json(str_t user_id, buf_t *out);

/* Why it did not, and who has the conversation. */
void conflict_json(const problem_t *problem, const proto_handoff_t *handoff, buf_t *out);

/* What was written to a customer, for them; who waits for a person or has one. */
void messages_json(str_t user_id, const proto_said_t *said, buf_t *out);
void desk_json(const proto_desk_t *desk, buf_t *out);

#endif
