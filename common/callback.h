/*
 * Where Twilio tells how a message fares: an address below PUBLIC_BASE_URL, which may end in
 * Twilio's connection overrides ("https://shop.example#rc=2&rp=ct,rt"); these stay at the end.
 *
 * A message that goes out in the answer to a webhook gets its id from Twilio, and nobody tells us
 * which. So the address itself says which answer it is of: Twilio calls and signs it as it is.
 * Pure.
 */
#ifndef MOSTRADOR_COMMON_CALLBACK_H
#define MOSTRADOR_COMMON_CALLBACK_H

#include "common/buf.h"

#define CALLBACK_PATH "/webhook/twilio/status"
#define CALLBACK_TURN "turn" /* the parameter that says which answer */

/* Appends the address, with the answer's turn id if it is not empty; nothing without a base. */
void callback_print(buf_t *out, str_t base, str_t turn_id);

#endif
