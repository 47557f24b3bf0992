/*
 * Tells the session service the rules of the installation, which the console shows as version 0,
 * and how long other rules may be so that they fit: until it knows, whenever that changes, and now
 * and then, for a Redis may be a new one.
 */
#ifndef MOSTRADOR_AGENT_RULES_OFFER_H
#define MOSTRADOR_AGENT_RULES_OFFER_H

#include <uv.h>

#include "agent/editions.h"
#include "common/rpc_client.h"

typedef struct rules_offer rules_offer_t;

/* Borrows all. */
rules_offer_t *rules_offer_new(uv_loop_t *loop, rpc_client_t *sessions, editions_t *editions);
void rules_offer_destroy(rules_offer_t **self_p);

#endif
