/*
 * POST /webhook/twilio/: a message of Twilio's in, TwiML out; and POST /webhook/twilio/status: how
 * a message that was sent fares. Both are answered with a 2xx only when what they say is recorded.
 *
 * Words of leaving and returning (STOP, BAJA, START, ALTA …) are recorded with what they mean,
 * which sessions keeps with the person, and are answered like any other message. Where Twilio has
 * answered them itself (OptOutType) nothing is added.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_WEBHOOK_H
#define MOSTRADOR_GATEWAY_KORE_WEBHOOK_H

#include "gateway/kore_api.h"

/* The first run of the handlers; the later ones are wait_handle. */
int webhook_post(struct http_request *req, int64_t started_us);
int webhook_status_post(struct http_request *req, int64_t started_us);

#endif
