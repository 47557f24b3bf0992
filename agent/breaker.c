#include "agent/breaker.h"

#include <stddef.h>

const char *breaker_state_name(breaker_state_t state)
{
    static const char *const names[] = {"closed", "half_open", "open"};
    return state <= BREAKER_OPEN ? names[state] : "?";
}

static void forget_calls(breaker_t *self)
{
    self->in_a_row = 0;
    for (size_t i = 0; i < BREAKER_SLOTS; i++)
        self->slots[i].at = -1;
}

void breaker_init(breaker_t *self, const breaker_settings_t *settings)
{
    *self = (breaker_t){.settings = *settings};
    forget_calls(self);
}

/* The only place that changes the state. */
static void move(breaker_t *self, breaker_state_t state)
{
    self->state = state;
    self->era++;
    self->probing = false;
    if (state == BREAKER_CLOSED) {
        self->reopened = 0;
        forget_calls(self);
    }
}

static void open_for(breaker_t *self, int64_t now_ms, int64_t asked_ms)
{
    int64_t times = self->reopened < BREAKER_LONGER ? self->reopened : BREAKER_LONGER;
    int64_t wait_ms = self->settings.open_ms << times;
    if (asked_ms > BREAKER_ASKED_MAX_MS)
        asked_ms = BREAKER_ASKED_MAX_MS;
    self->open_until_ms = now_ms + (asked_ms > wait_ms ? asked_ms : wait_ms);
    move(self, BREAKER_OPEN);
}

breaker_state_t breaker_state(const breaker_t *self, int64_t now_ms)
{
    bool over = self->state == BREAKER_OPEN && now_ms >= self->open_until_ms;
    return over ? BREAKER_HALF_OPEN : self->state;
}

bool breaker_begin(breaker_t *self, int64_t now_ms, breaker_ticket_t *ticket)
{
    if (breaker_state(self, now_ms) != self->state)
        move(self, BREAKER_HALF_OPEN);
    bool may =
        self->state == BREAKER_CLOSED || (self->state == BREAKER_HALF_OPEN && !self->probing);
    if (!may)
        return false;
    self->probing = self->state == BREAKER_HALF_OPEN;
    *ticket = (breaker_ticket_t){self->era, self->probing};
    return true;
}

/* ---- counting, while it is closed ---- */

static void count(breaker_t *self, int64_t now_ms, bool failed)
{
    int64_t slot_ms = self->settings.window_ms / BREAKER_SLOTS;
    int64_t at = now_ms / (slot_ms > 0 ? slot_ms : 1);
    size_t i = (size_t)(at % BREAKER_SLOTS);
    if (self->slots[i].at != at) {
        self->slots[i].at = at;
        self->slots[i].calls = self->slots[i].failures = 0;
    }
    self->slots[i].calls++;
    self->slots[i].failures += failed;
    self->in_a_row = failed ? self->in_a_row + 1 : 0;
}

static bool too_many(const breaker_t *self, int64_t now_ms)
{
    int64_t slot_ms = self->settings.window_ms / BREAKER_SLOTS, calls = 0, failures = 0;
    int64_t at = now_ms / (slot_ms > 0 ? slot_ms : 1);
    if (self->in_a_row >= self->settings.failures)
        return true;
    for (size_t i = 0; i < BREAKER_SLOTS; i++)
        if (self->slots[i].at > at - BREAKER_SLOTS) {
            calls += self->slots[i].calls;
            failures += self->slots[i].failures;
        }
    return calls >= BREAKER_LEAST_CALLS && failures * 100 >= calls * self->settings.percent;
}

/* ---- the end of a call ---- */

static void end_probe(breaker_t *self, int64_t now_ms, breaker_outcome_t outcome, int64_t asked_ms)
{
    self->probing = false;
    if (outcome == BREAKER_SUCCESS) {
        move(self, BREAKER_CLOSED);
    } else if (outcome != BREAKER_UNKNOWN) {
        self->reopened++;
        open_for(self, now_ms, asked_ms);
    }
}

void breaker_end(breaker_t *self, int64_t now_ms, breaker_ticket_t ticket,
                 breaker_outcome_t outcome, int64_t asked_ms)
{
    if (ticket.era != self->era)
        return;
    if (ticket.probe) {
        end_probe(self, now_ms, outcome, asked_ms);
        return;
    }
    if (outcome == BREAKER_UNKNOWN || !self->settings.failures)
        return;
    count(self, now_ms, outcome != BREAKER_SUCCESS);
    if (outcome == BREAKER_REFUSAL || (outcome == BREAKER_FAILURE && too_many(self, now_ms)))
        open_for(self, now_ms, asked_ms);
}
