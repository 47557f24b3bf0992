/* One webhook's way; the table is in webhook.h. */
#include "gateway/webhook.h"

#include <string.h>

#include "proto/proto.h"

#define PAUSE_MAX_MS 1000

void webhook_start(webhook_t *self, bool waits)
{
    *self = (webhook_t){.state = WEBHOOK_ENQUEUE, .waits = waits};
}

bool webhook_ended(const webhook_t *self)
{
    return self->state >= WEBHOOK_TEXT;
}

const char *webhook_outcome(const webhook_t *self)
{
    switch (self->state) {
    case WEBHOOK_TEXT:
        return "twiml";
    case WEBHOOK_STARTED:
        return "rest";
    case WEBHOOK_LATER:
        return "later";
    case WEBHOOK_ELSEWHERE:
        return "elsewhere";
    case WEBHOOK_RETURNED:
        return "returned";
    case WEBHOOK_REFUSED:
        return "refused";
    default:
        return "waiting";
    }
}

static bool is(const webhook_event_t *event, const char *code)
{
    return event->kind == WEBHOOK_ON_ERROR && event->code && strcmp(event->code, code) == 0;
}

/* Nobody knows whether it was done. */
static bool is_unknown(const webhook_event_t *event)
{
    return event->kind == WEBHOOK_ON_STOPPED || is(event, PROTO_CODE_TIMEOUT) ||
           is(event, PROTO_CODE_UNAVAILABLE);
}

static bool is_end(const webhook_event_t *event)
{
    return event->kind == WEBHOOK_ON_STOPPED || event->kind == WEBHOOK_ON_ERROR;
}

static webhook_state_t refuse(webhook_t *self, const webhook_event_t *event)
{
    if (event->kind == WEBHOOK_ON_STOPPED)
        problem_set(&self->problem, 503, "The gateway restarts.");
    else if (is(event, PROTO_CODE_BUSY))
        problem_set(&self->problem, 503, "Too many messages wait already.");
    else if (is_unknown(event))
        problem_set(&self->problem, 503, "The message could not be recorded in time.");
    else if (is(event, PROTO_CODE_INVALID))
        problem_set(&self->problem, 400, "The message was refused.");
    else
        problem_set(&self->problem, 502, "A part behind the gateway failed.");
    if (self->problem.status == 503)
        self->problem.retry_after_s =
            event->retry_after_ms > 1000 ? (event->retry_after_ms + 999) / 1000 : 1;
    return WEBHOOK_REFUSED;
}

/* At first at once, then doubling: 0, 20, 40 … ms. */
static webhook_state_t pause_for(webhook_t *self)
{
    self->pause_ms = 0;
    if (self->tries > 0)
        self->pause_ms = self->tries > 6 ? PAUSE_MAX_MS : 10 << self->tries;
    self->tries++;
    return WEBHOOK_PAUSE;
}

static webhook_state_t on_enqueue(webhook_t *self, const webhook_event_t *event)
{
    if (event->kind == WEBHOOK_ON_ENQUEUED) {
        self->recorded = true;
        self->seq = event->seq;
        if (!self->waits)
            return event->replied ? WEBHOOK_ELSEWHERE : WEBHOOK_STARTED;
        if (!event->replied)
            return WEBHOOK_WORK;
        return event->fits ? WEBHOOK_TAKE : WEBHOOK_LATER;
    }
    if (!is_end(event))
        return self->state;
    return self->recorded ? WEBHOOK_LATER : refuse(self, event);
}

static webhook_state_t on_work(webhook_t *self, const webhook_event_t *event)
{
    if (event->kind == WEBHOOK_ON_REPLY)
        return event->fits ? WEBHOOK_TAKE : WEBHOOK_LATER;
    if (is(event, PROTO_CODE_NOT_WAITING))
        return pause_for(self);
    return is_end(event) ? WEBHOOK_LATER : self->state;
}

static webhook_state_t on_take(const webhook_t *self, const webhook_event_t *event)
{
    if (event->kind == WEBHOOK_ON_OK)
        return WEBHOOK_TEXT;
    if (is(event, PROTO_CODE_CLAIMED))
        return WEBHOOK_ELSEWHERE;
    if (is_unknown(event))
        return WEBHOOK_RETURNED;
    return is_end(event) ? WEBHOOK_LATER : self->state;
}

webhook_state_t webhook_next(webhook_t *self, const webhook_event_t *event)
{
    switch (self->state) {
    case WEBHOOK_ENQUEUE:
        return self->state = on_enqueue(self, event);
    case WEBHOOK_WORK:
        return self->state = on_work(self, event);
    case WEBHOOK_PAUSE:
        if (event->kind == WEBHOOK_ON_RESUMED)
            self->state = WEBHOOK_ENQUEUE;
        else if (is_end(event))
            self->state = WEBHOOK_LATER;
        return self->state;
    case WEBHOOK_TAKE:
        return self->state = on_take(self, event);
    case WEBHOOK_TEXT:
        if (event->kind == WEBHOOK_ON_LATE)
            self->state = WEBHOOK_RETURNED;
        return self->state;
    default:
        return self->state;
    }
}
