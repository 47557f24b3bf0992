/*
 * The lead that a turn has made, if any (save_lead): what it told of the customer, completed from
 * the conversation when that is final, so that COMMIT stores both in one step.
 */
#include "agent/kept.h"
#include "agent/turn.h"
#include "common/text.h"

#define MAX_SAID 500 /* bytes of the customer's words */

void turn_lead_take(turn_t *self, const proto_lead_t *lead)
{
    proto_lead_t before = self->lead;
    self->lead = *lead;
    if (lead->stock_id == before.stock_id || !lead->stock_id) { /* two calls, of one lead */
        if (!self->lead.name.size)
            self->lead.name = before.name;
        if (!self->lead.contact.size)
            self->lead.contact = before.contact;
    }
}

/* What the customer wrote in this turn, its front. */
static str_t said(const turn_t *self)
{
    const context_t *context = &self->context;
    for (size_t i = context->turn_start; i < context->now.entries_count; i++)
        if (str_is(context->now.entries[i].role, "user"))
            return utf8_front(context->now.entries[i].text, MAX_SAID);
    return (str_t){0};
}

const proto_lead_t *turn_lead_whole(turn_t *self)
{
    proto_lead_t *lead = &self->lead;
    const proto_context_t *now = &self->context.now;
    if (!lead->interest.size)
        return NULL;
    lead->quote = (proto_quote_t *)kept_plan(now, lead->stock_id);
    lead->quote_count = lead->quote != NULL;
    if (lead->quote)
        lead->price = lead->quote->price; /* as it was told */
    lead->channel = self->ledger.record.channel;
    lead->language = now->language;
    lead->said = said(self);
    return lead;
}
