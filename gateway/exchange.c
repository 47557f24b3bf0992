/* One message's way; the table is in exchange.h. */
#include "gateway/exchange.h"

#include <string.h>

#include "proto/proto.h"

#define PAUSE_MAX_MS 1000

void exchange_start(exchange_t *self)
{
    memset(self, 0, sizeof *self);
    self->state = EXCHANGE_ENQUEUE;
}

static bool is(const exchange_event_t *event, const char *code)
{
    return event->code && strcmp(event->code, code) == 0;
}

static exchange_state_t refuse(exchange_t *self, int status, const char *detail)
{
    problem_set(&self->problem, status, "%s", detail);
    if (status == 503)
        self->problem.retry_after_s =
            self->retry_after_ms > 1000 ? (self->retry_after_ms + 999) / 1000 : 1;
    return self->state = EXCHANGE_REFUSED;
}

/* At first at once, then doubling: 0, 20, 40 … ms. The deadline of the request ends it. */
static exchange_state_t pause_for(exchange_t *self)
{
    self->pause_ms = 0;
    if (self->tries > 0)
        self->pause_ms = self->tries > 6 ? PAUSE_MAX_MS : 10 << self->tries;
    self->tries++;
    return self->state = EXCHANGE_PAUSE;
}

/* Errors that mean the same in every state. */
static exchange_state_t common_error(exchange_t *self, const exchange_event_t *event)
{
    if (is(event, PROTO_CODE_TIMEOUT)) {
        if (self->recorded)
            return refuse(self, 504,
                          "The answer takes longer than this request may. It is still "
                          "being made: ask again with the same Idempotency-Key.");
        return refuse(self, 503, "The message could not be recorded in time.");
    }
    if (is(event, PROTO_CODE_UNAVAILABLE))
        return refuse(self, 503, "A part behind the gateway is away.");
    if (is(event, PROTO_CODE_INVALID))
        return refuse(self, 400, "The message was refused.");
    return refuse(self, 502, "A part behind the gateway failed.");
}

static exchange_state_t on_enqueue(exchange_t *self, const exchange_event_t *event)
{
    if (event->kind == EXCHANGE_ON_ENQUEUED) {
        if (!self->recorded) /* later ones are copies of our own */
            self->duplicate = event->duplicate;
        self->recorded = true;
        self->seq = event->seq;
        return self->state = event->replied ? EXCHANGE_ANSWERED : EXCHANGE_WORK;
    }
    if (event->kind != EXCHANGE_ON_ERROR)
        return self->state;
    if (is(event, PROTO_CODE_BUSY))
        return refuse(self, 503, "Too many messages wait already.");
    return common_error(self, event);
}

static exchange_state_t on_work(exchange_t *self, const exchange_event_t *event)
{
    if (event->kind == EXCHANGE_ON_ANSWER)
        return self->state = EXCHANGE_ANSWERED;
    if (event->kind != EXCHANGE_ON_ERROR)
        return self->state;
    if (is(event, PROTO_CODE_NOT_WAITING) || is(event, PROTO_CODE_UNAVAILABLE))
        return pause_for(self);
    if (is(event, PROTO_CODE_BUSY)) {
        if (self->duplicate)
            return refuse(self, 503,
                          "Everybody is busy. The message is recorded: ask again with "
                          "the same Idempotency-Key.");
        return self->state = EXCHANGE_WITHDRAW;
    }
    return common_error(self, event);
}

static exchange_state_t on_withdraw(exchange_t *self, const exchange_event_t *event)
{
    if (event->kind == EXCHANGE_ON_OK) {
        self->recorded = false;
        return refuse(self, 503, "Everybody is busy. Nothing was recorded: send it again later.");
    }
    if (event->kind != EXCHANGE_ON_ERROR)
        return self->state;
    if (is(event, PROTO_CODE_TIMEOUT) || is(event, PROTO_CODE_UNAVAILABLE))
        return common_error(self, event);
    return pause_for(self);
}

exchange_state_t exchange_next(exchange_t *self, const exchange_event_t *event)
{
    if (self->state == EXCHANGE_ANSWERED || self->state == EXCHANGE_REFUSED)
        return self->state;
    if (event->kind == EXCHANGE_ON_STOPPED) {
        self->retry_after_ms = 0;
        return refuse(self, 503,
                      self->recorded ? "The gateway restarts. The message is recorded: ask again "
                                       "with the same Idempotency-Key."
                                     : "The gateway restarts.");
    }
    if (event->kind == EXCHANGE_ON_ERROR)
        self->retry_after_ms = event->retry_after_ms > 0 ? event->retry_after_ms : 0;
    switch (self->state) {
    case EXCHANGE_ENQUEUE:
        return on_enqueue(self, event);
    case EXCHANGE_WORK:
        return on_work(self, event);
    case EXCHANGE_WITHDRAW:
        return on_withdraw(self, event);
    case EXCHANGE_PAUSE:
        if (event->kind == EXCHANGE_ON_RESUMED)
            return self->state = EXCHANGE_ENQUEUE;
        if (event->kind == EXCHANGE_ON_ERROR) /* the deadline, told as a timeout */
            return common_error(self, event);
        return self->state;
    default:
        return self->state;
    }
}
