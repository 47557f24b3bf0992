/*
 * Whether what save_lead was called with may be kept: somebody of the shop acts on it, so nothing
 * in it may be a model's own. The car is one that this conversation has shown, name and contact are
 * the customer's words. Pure.
 */
#ifndef MOSTRADOR_AGENT_LEAD_H
#define MOSTRADOR_AGENT_LEAD_H

#include "agent/tool_table.h"

#define LEAD_MAX_NAME 64 /* bytes, as the protocol has it */
#define LEAD_MAX_CONTACT 96
#define LEAD_MAX_CAR 160

/* false: *why is a sentence for the model. */
bool lead_check(const proto_context_t *context, const tool_args_t *args, const char **why);

/* May this be somebody's name: words of letters? */
bool lead_is_name(str_t text);

/* A phone number of 7 to 15 digits, or a mail address? */
bool lead_is_contact(str_t text);

/* Has the conversation shown this car, in a list, alone, or in a quote? */
bool lead_has_seen(const proto_context_t *context, int64_t stock_id);

#endif
