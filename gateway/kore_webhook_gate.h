/* The gate of the webhooks, made of our settings; see twilio_gate.h. */
#ifndef MOSTRADOR_GATEWAY_KORE_WEBHOOK_GATE_H
#define MOSTRADOR_GATEWAY_KORE_WEBHOOK_GATE_H

#include "gateway/kore_api.h"
#include "gateway/twilio_gate.h"

#define WEBHOOK_ARENA (512 << 10) /* a body as it came, and as it was read */

/* Before Kore starts: logs who may post, and what is missing. */
void webhook_gate_start(void);

/* The parameters of a request that may pass. Otherwise it is answered, counted and logged. */
bool webhook_gate_read(struct http_request *req, arena_t *arena, form_t *form, int64_t started_us);

/* The same for parameters that make no sense; why is a literal. */
void webhook_gate_refuse(struct http_request *req, const char *why, int64_t started_us);

#endif
