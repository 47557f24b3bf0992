/* What a turn does on entering and leaving a state, and how it ends. */
#include "agent/turn.h"

#include <assert.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"

#define FAILED_RETRY_MS 500 /* what a dispatcher is told after a failure */

/* ---- the end ---- */

/* There was nothing to think about, and the agent does not leave. */
static bool delivered_only(const turn_t *self)
{
    return self->delivery.count && !self->upto_seq && !self->retry_ms;
}

static const char *outcome_of(const turn_t *self, turn_event_t event)
{
    switch (event) {
    case TURN_EVENT_COMMITTED:
        return !self->asks ? "answered" : self->overtaken ? "overtaken" : "asked";
    case TURN_EVENT_RELEASED:
        return delivered_only(self) ? "delivered" : "failed";
    case TURN_EVENT_EMPTY:
        return "empty";
    case TURN_EVENT_BUSY:
        return "busy";
    case TURN_EVENT_STALE:
        return "lost";
    default:
        return "failed";
    }
}

static void tell_askers(turn_t *self, const char *outcome)
{
    proto_turn_done_t done = {.user_id = self->user_id, .status = str_from(outcome)};
    if (str_is(done.status, "delivered") || str_is(done.status, "asked") ||
        str_is(done.status, "overtaken")) {
        /* no reply: whoever waits for one is left waiting, and has the next turn */
        done.status = STR_LIT("answered");
        done.waiting = self->waiting + self->news_wanted;
    } else if (str_is(done.status, "answered")) {
        done.reply = &self->reply;
        done.reply_count = 1;
        done.waiting = self->waiting;
    } else if (str_is(done.status, "failed") || str_is(done.status, "busy")) {
        done.retry_ms = self->retry_ms ? self->retry_ms : FAILED_RETRY_MS;
    }
    for (size_t i = 0; i < DISPATCH_LINKS_MAX; i++)
        if (self->askers[i].link)
            dispatch_link_done(self->askers[i].link, self->askers[i].id, &self->trace, &done);
}

static void end(turn_t *self, turn_event_t event)
{
    const char *outcome = outcome_of(self, event);
    if (event == TURN_EVENT_COMMITTED)
        turn_send_partial(self, true);
    turn_record_end(self, outcome); /* first: nobody can speak of its delivery before */
    tell_askers(self, outcome);
    self->gone(self->gone_arg, self);
    partial_free(&self->partial);
    turn_check_close(self);
    for (shop_text_t i = 0; i < SHOP_TEXT_COUNT; i++)
        editions_release(&self->editions[i]);
    arena_t *arena = self->arena; /* the turn lives in it */
    arena_destroy(&arena);
}

/* ---- states ---- */

static void leave(turn_t *self)
{
    switch (self->state) {
    case TURN_DELIVERING:
        turn_deliver_cancel(self);
        break;
    case TURN_THINKING:
        turn_think_cancel(self);
        break;
    case TURN_TOOLING:
        turn_cancel_tools(self);
        break;
    case TURN_CLAIMING:
    case TURN_COMMITTING:
    case TURN_RELEASING:
        turn_cancel_session(self);
        break;
    case TURN_ENDED:
    case TURN_STATE_COUNT:
        break;
    }
}

/* What comes in the pause before the start joins without beginning anything anew. */
static void enter_thinking(turn_t *self, turn_event_t event)
{
    int64_t now = clock_ms();
    turn_choose_model(self);
    turn_show_typing(self);
    if (event == TURN_EVENT_GRANTED || event == TURN_EVENT_THROUGH) {
        self->think_at_ms = self->parts->coalesce_ms ? now + self->parts->coalesce_ms : 0;
        self->deadline_ms = now + self->parts->coalesce_ms + self->parts->turn_ms;
    }
    if (self->think_at_ms)
        turn_look_for_news(self);
    else
        turn_think(self);
}

static void enter(turn_t *self, turn_event_t event)
{
    if (self->state == TURN_COMMITTING || self->state == TURN_RELEASING ||
        self->state == TURN_ENDED)
        turn_cancel_upkeep(self);
    switch (self->state) {
    case TURN_CLAIMING:
        turn_claim(self);
        break;
    case TURN_DELIVERING:
        turn_deliver(self);
        break;
    case TURN_THINKING:
        enter_thinking(self, event);
        break;
    case TURN_TOOLING:
        turn_run_tools(self);
        break;
    case TURN_COMMITTING:
        turn_commit(self);
        break;
    case TURN_RELEASING:
        turn_release(self);
        break;
    case TURN_ENDED:
        end(self, event);
        break;
    case TURN_STATE_COUNT:
        break;
    }
}

void turn_move(turn_t *self, turn_event_t event)
{
    turn_state_t next;
    if (!turn_state_next(self->state, event, &next)) {
        log_error("turn_step_unknown", LOG_TRACE(&self->trace),
                  LOG_CSTR("state", turn_state_name(self->state)),
                  LOG_CSTR("event", turn_event_name(event)));
        return;
    }
    log_debug("turn_step", LOG_TRACE(&self->trace), LOG_CSTR("state", turn_state_name(self->state)),
              LOG_CSTR("event", turn_event_name(event)), LOG_CSTR("next", turn_state_name(next)));
    leave(self);
    int64_t now_us = clock_us();
    self->state_us[self->state] += now_us - self->entered_us;
    self->entered_us = now_us;
    self->state = next;
    enter(self, event);
}

/* ---- from outside ---- */

turn_t *turn_new(const turn_parts_t *parts, str_t user_id, str_t dead, const proto_trace_t *trace,
                 void (*gone)(void *arg, turn_t *turn), void *gone_arg)
{
    arena_t *arena = arena_new(TURN_ARENA);
    turn_t *self = arena_alloc(arena, sizeof *self);
    assert(self);
    self->arena = arena;
    self->parts = parts;
    self->gone = gone;
    self->gone_arg = gone_arg;
    self->user_id = (str_t){arena_copy(arena, user_id), user_id.size};
    self->dead = (str_t){arena_copy(arena, dead), dead.size};
    self->trace = *trace;
    self->started_ms = clock_ms();
    self->started_us = self->entered_us = clock_us();
    ledger_init(&self->ledger);
    self->deadline_ms = self->started_ms + parts->turn_ms;
    self->model = parts->offline;
    self->choice = -1;
    partial_init(&self->partial);
    turn_check_open(self);
    for (shop_text_t i = 0; i < SHOP_TEXT_COUNT; i++)
        self->editions[i] = editions_latest(parts->editions, i);
    self->state = TURN_CLAIMING;
    enter(self, TURN_EVENT_AGAIN);
    return self;
}

void turn_asked(turn_t *self, dispatch_link_t *link, uint64_t id, bool stream)
{
    turn_asker_t *asker = &self->askers[dispatch_link_index(link)];
    if (stream && !asker->stream)
        partial_replay(&self->partial);
    *asker = (turn_asker_t){link, id, stream};
}

void turn_nudged(turn_t *self, dispatch_link_t *link, bool stream)
{
    turn_asker_t *asker = &self->askers[dispatch_link_index(link)];
    if (stream && !asker->stream) {
        asker->stream = true;
        partial_replay(&self->partial);
    }
    if (self->state == TURN_CLAIMING && !self->session_call)
        return; /* it has not asked for anything yet: it will get everything */
    self->news_wanted = true;
    turn_look_for_news(self);
}

void turn_tick(turn_t *self, int64_t now_ms)
{
    if (self->state == TURN_THINKING || self->state == TURN_TOOLING) {
        turn_send_partial(self, false);
        turn_upkeep(self, now_ms);
        if (self->think_at_ms && now_ms >= self->think_at_ms) {
            self->think_at_ms = 0;
            turn_think(self);
        } else if (now_ms >= self->deadline_ms) {
            turn_fall_back(self, "deadline", NULL);
        }
    } else if (self->state == TURN_DELIVERING) {
        turn_upkeep(self, now_ms);
        turn_deliver_tick(self, now_ms); /* may be the end */
    } else if (self->state == TURN_CLAIMING && !self->session_call) {
        turn_claim(self);
    } else if (self->state == TURN_COMMITTING && !self->session_call &&
               now_ms >= self->retry_at_ms) {
        turn_move(self, TURN_EVENT_UNSURE);
    }
}

void turn_stop(turn_t *self)
{
    self->retry_ms = 1;
    turn_move(self, TURN_EVENT_STOP);
}
