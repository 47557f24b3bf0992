/* What turns took and what was spent, as JSON. Times are ms with three decimals. Pure. */
#ifndef MOSTRADOR_GATEWAY_TURN_JSON_H
#define MOSTRADOR_GATEWAY_TURN_JSON_H

#include "common/buf.h"
#include "proto/proto.h"

/* GET /seller/turns */
void turns_json(const proto_turns_t *turns, buf_t *out);

/* GET /seller/latency; since and until as they were asked, Unix ms, 0: open. */
void latency_json(const proto_latency_t *latency, int64_t since_ms, int64_t until_ms, buf_t *out);

/* GET /seller/budget; user_id empty: nobody was asked about. */
void budget_json(const proto_budget_t *budget, str_t user_id, buf_t *out);

#endif
