/*
 * A turn's dealings with the session service. Every call is idempotent: CLAIM by its holder, RENEW
 * and RELEASE by the token, COMMIT by the turn id. A stale token at any point means that another
 * agent has the conversation: this one withdraws without a word to the customer.
 */
#include "agent/literal.h"
#include "agent/turn.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "common/marks.h"
#include "common/metrics.h"
#include "common/text.h"

#define CLAIM_MS 5000       /* time to answer a claim */
#define COMMIT_MS 3000      /* … a COMMIT, before it is repeated */
#define COMMIT_AGAIN_MS 200 /* between two COMMITs */
#define RELEASE_MS 1000
#define BUSY_RETRY_MS 200 /* when it is not told how long the lease lives */

static uint64_t ask(turn_t *self, proto_type_t type, const void *msg, int64_t timeout_ms,
                    rpc_done_t *done)
{
    return rpc_client_call(self->parts->sessions, type, msg, &self->trace, timeout_ms, done, self);
}

/* Counted from the answer, so the lease may end a little earlier than this says; who takes it then
 * makes our token stale, and that is what counts. */
static void lease_granted(turn_t *self)
{
    int64_t now = clock_ms();
    self->lease_until_ms = now + self->parts->lease_ms;
    self->renew_at_ms = now + self->parts->lease_ms / 3;
}

static bool is_stale(const rpc_answer_t *answer)
{
    return answer->error && strcmp(answer->error, PROTO_CODE_STALE_TOKEN) == 0;
}

/* ---- messages ---- */

/* Adds the messages that are new; returns how many there were, or -1 when there is no room. A word
 * of leaving or returning is the last: it has an answer of its own, whatever follows. */
static int take_messages(turn_t *self, const proto_claimed_t *claimed)
{
    int count = 0;
    for (size_t i = 0; i < claimed->messages_count && !self->context.opt.size; i++) {
        const proto_waiting_t *message = &claimed->messages[i];
        if (message->seq <= self->upto_seq)
            continue;
        if (!turn_hear(self, message))
            return -1;
        if (!self->from_seq) {
            self->from_seq = message->seq;
            self->ledger.record.received_ms = message->received_ms;
        }
        self->upto_seq = message->seq;
        self->ledger.record.channel = context_clean(self->arena, message->channel, 16);
        turn_note_whatsapp(self, message);
        self->heard_us = clock_us();
        count++;
    }
    return count;
}

/* ---- CLAIM ---- */

/* What was said while a person of the shop had the conversation. */
static bool take_talk(turn_t *self, const proto_claimed_t *claimed)
{
    for (size_t i = 0; i < claimed->talk_count; i++) {
        const proto_waiting_t *said = &claimed->talk[i];
        if (!context_talk(&self->context, said))
            return false;
        self->talk = said->seq;
    }
    return true;
}

static bool open_context(turn_t *self, const proto_claimed_t *claimed)
{
    char turn_id[ID_TEXT_SIZE];
    id_text(turn_id);
    if (!context_open(&self->context, self->arena,
                      claimed->context_count ? &claimed->context[0] : NULL, turn_id) ||
        !take_talk(self, claimed))
        return false;
    size_t count = claimed->messages_count;
    turn_survey_open(self, claimed, count ? claimed->messages[count - 1].channel : (str_t){0});
    if (claimed->ask ? !turn_survey_ask(self) : take_messages(self, claimed) <= 0)
        return false;
    turn_fit(self, false);
    return true;
}

void turn_claimed(turn_t *self, const proto_claimed_t *claimed)
{
    self->token = claimed->token;
    lease_granted(self);
    bool messages = claimed->messages_count > 0, asks = claimed->ask && !messages;
    if ((!messages && !claimed->outgoing_count && !asks) || !turn_take_outgoing(self, claimed) ||
        ((messages || asks) && !open_context(self, claimed))) {
        log_error("claim_unusable", LOG_TRACE(&self->trace),
                  LOG_INT("messages", claimed->messages_count),
                  LOG_INT("outgoing", claimed->outgoing_count));
        turn_move(self, TURN_EVENT_UNAVAILABLE);
        return;
    }
    turn_record_claimed(self, claimed);
    if (claimed->budget.size)
        self->budget = str_is(claimed->budget, "person") ? "person" : "day";
    turn_move(self, self->delivery.count ? TURN_EVENT_OWED
                    : asks               ? TURN_EVENT_ASK
                                         : TURN_EVENT_GRANTED);
}

static void on_unclaimed(void *arg, const rpc_answer_t *answer)
{
    (void)arg; /* the turn is gone by now */
    (void)answer;
}

/* The lease goes back at once, or nobody could try again before its end. */
void turn_unclaim(turn_t *self)
{
    proto_release_t msg = {.user_id = self->user_id, .token = self->token};
    rpc_client_call(self->parts->sessions, PROTO_RELEASE, &msg, &self->trace, RELEASE_MS,
                    on_unclaimed, NULL);
    turn_move(self, TURN_EVENT_UNAVAILABLE);
}

static void on_claimed(void *arg, const rpc_answer_t *answer)
{
    turn_t *self = arg;
    self->session_call = 0;
    if (answer->type != PROTO_CLAIMED) {
        const proto_error_t *error = answer->type == PROTO_ERROR ? answer->msg : NULL;
        self->retry_ms = error ? error->retry_after_ms : 0;
        log_warn("claim_failed", LOG_TRACE(&self->trace),
                 LOG_CSTR("error", answer->error ? answer->error : "type"));
        turn_move(self, TURN_EVENT_UNAVAILABLE);
        return;
    }
    const proto_claimed_t *claimed = answer->msg;
    if (str_is(claimed->status, "empty")) {
        turn_move(self, TURN_EVENT_EMPTY);
    } else if (!str_is(claimed->status, "granted")) {
        self->retry_ms = claimed->retry_ms > 0 ? claimed->retry_ms : BUSY_RETRY_MS;
        turn_move(self, TURN_EVENT_BUSY);
    } else {
        turn_editions(self, claimed);
    }
}

/* Who is not let in yet asks again with the next tick, those who came first first. */
static bool let_in(turn_t *self)
{
    admission_t *admission = self->parts->admission;
    if (admission && !self->admitted)
        self->admitted = admission_enter(admission, rpc_client_in_flight(self->parts->sessions));
    return self->admitted || !admission;
}

void turn_claim(turn_t *self)
{
    if (!let_in(self))
        return;
    proto_claim_t msg = {.user_id = self->user_id,
                         .holder = str_from(self->parts->holder),
                         .lease_ms = self->parts->lease_ms,
                         .dead = self->dead};
    self->session_call = ask(self, PROTO_CLAIM, &msg, CLAIM_MS, on_claimed);
}

/* ---- upkeep: RENEW, and news after a NUDGE ---- */

static void on_renewed(void *arg, const rpc_answer_t *answer)
{
    turn_t *self = arg;
    self->renew_call = 0;
    if (is_stale(answer)) {
        turn_move(self, TURN_EVENT_STALE);
        return;
    }
    if (answer->type == PROTO_OK)
        lease_granted(self);
    else /* soon again: whoever takes the lease meanwhile makes our token stale */
        self->renew_at_ms = clock_ms() + self->parts->lease_ms / 10;
}

void turn_upkeep(turn_t *self, int64_t now_ms)
{
    if (self->renew_call || now_ms < self->renew_at_ms)
        return;
    proto_renew_t msg = {
        .user_id = self->user_id, .token = self->token, .lease_ms = self->parts->lease_ms};
    self->renew_call = ask(self, PROTO_RENEW, &msg, self->parts->lease_ms / 3, on_renewed);
}

/* New messages join the turn: it begins anew, with all of them. No tool has an effect outside, so
 * what ran until now may be thrown away. */
static void take_news(turn_t *self, const proto_claimed_t *claimed)
{
    bool more = claimed->messages_count &&
                claimed->messages[claimed->messages_count - 1].seq > self->upto_seq;
    if (!more || self->context.opt.size || self->joins >= TURN_MAX_JOINS) {
        turn_look_for_news(self);
        return;
    }
    self->joins += !self->think_at_ms;
    metric_add(METRIC_TURNS_JOINED, 1);
    turn_rewind(self);
    self->lead = (proto_lead_t){0}; /* they may think otherwise by now */
    take_messages(self, claimed);   /* those there is no room for wait for the next turn */
    turn_fit(self, false);
    self->model_calls = 0;
    turn_move(self, TURN_EVENT_AGAIN);
}

static void on_news(void *arg, const rpc_answer_t *answer)
{
    turn_t *self = arg;
    self->news_call = 0;
    if (answer->type == PROTO_CLAIMED) {
        const proto_claimed_t *claimed = answer->msg;
        if (str_is(claimed->status, "busy")) {
            turn_move(self, TURN_EVENT_STALE);
        } else {
            lease_granted(self);
            take_news(self, claimed);
        }
    } else if (is_stale(answer)) {
        turn_move(self, TURN_EVENT_STALE);
    }
}

void turn_look_for_news(turn_t *self)
{
    if (!self->news_wanted || self->news_call ||
        (self->state != TURN_THINKING && self->state != TURN_TOOLING))
        return;
    self->news_wanted = false;
    proto_claim_t msg = {.user_id = self->user_id,
                         .holder = str_from(self->parts->holder),
                         .lease_ms = self->parts->lease_ms,
                         .token = self->token};
    self->news_call = ask(self, PROTO_CLAIM, &msg, CLAIM_MS, on_news);
}

void turn_cancel_upkeep(turn_t *self)
{
    rpc_client_cancel(self->parts->sessions, self->renew_call);
    rpc_client_cancel(self->parts->sessions, self->news_call);
    self->renew_call = self->news_call = 0;
}

/* ---- COMMIT ---- */

/* The reply and what is remembered, made once: a repeated COMMIT is the same to the byte. */
static bool make_reply(turn_t *self)
{
    shown_t shown;
    proto_reply_t *reply = &self->reply;
    context_t *context = &self->context;
    shown_find(self->text, &self->found, &shown);
    turn_person(self);
    if (!context_answered(context, self->text, &shown, clock_unix_ms()))
        return false;
    buf_t literal;
    buf_init(&literal, MARKS_LITERAL_MAX);
    literal_find(&literal, self->text, &context->now);
    turn_fit(self, true);
    turn_survey_end(self);
    const char *rules = prompt_version(self->editions[SHOP_RULES]->prompt);
    context->now.rules = utf8_front(str_from(arena_copy(self->arena, str_from(rules))), 32);
    *reply = (proto_reply_t){.turn_id = str_from(context->turn_id),
                             .text = turn_survey_whole(self),
                             .from_seq = self->from_seq,
                             .upto_seq = self->upto_seq};
    if (literal.size)
        reply->literal = str_from(arena_copy(self->arena, buf_view(&literal)));
    buf_free(&literal);
    if (shown.count) {
        reply->cars = context->now.shown;
        reply->cars_count = shown.count;
    }
    if (shown.page) {
        reply->list = (proto_list_t *)shown.page->list;
        reply->list_count = 1;
    }
    return true;
}

static void on_committed(void *arg, const rpc_answer_t *answer)
{
    turn_t *self = arg;
    self->session_call = 0;
    if (answer->type == PROTO_COMMITTED) {
        const proto_committed_t *committed = answer->msg;
        self->waiting = committed->waiting;
        self->overtaken = committed->overtaken;
        self->lead_made = str_is(committed->lead, "made");
        turn_move(self, TURN_EVENT_COMMITTED);
        return;
    }
    if (is_stale(answer)) {
        turn_move(self, TURN_EVENT_STALE);
        return;
    }
    const char *error = answer->error ? answer->error : "type";
    bool hopeless = strcmp(error, PROTO_CODE_INVALID) == 0 ||
                    strcmp(error, PROTO_CODE_BAD_MESSAGE) == 0 || answer->type != PROTO_ERROR;
    log_warn("commit_unsure", LOG_TRACE(&self->trace), LOG_CSTR("error", error));
    if (hopeless || clock_ms() >= self->lease_until_ms)
        turn_move(self, TURN_EVENT_REFUSED);
    else
        self->retry_at_ms = clock_ms() + COMMIT_AGAIN_MS;
}

void turn_commit(turn_t *self)
{
    if (!self->reply.turn_id.size && !make_reply(self)) {
        log_error("reply_too_large", LOG_TRACE(&self->trace));
        turn_move(self, TURN_EVENT_REFUSED);
        return;
    }
    proto_commit_t msg = {.user_id = self->user_id,
                          .token = self->token,
                          .reply = &self->reply,
                          .reply_count = 1,
                          .context = &self->context.now,
                          .context_count = 1,
                          .survey = &self->survey_after,
                          .survey_count = self->survey_after.state.size > 0,
                          .tokens = turn_tokens(self),
                          .calls = self->ledger.record.model_calls,
                          .talk = self->talk};
    const proto_lead_t *lead = turn_lead_whole(self);
    if (lead && !self->trial) {
        msg.lead = (proto_lead_t *)lead;
        msg.lead_count = 1;
    }
    if (!self->trial) {
        if (self->person.wanted && *self->person.wanted)
            msg.wanted = str_from(self->person.wanted);
        msg.wanted_note = self->person.note;
    }
    self->session_call = ask(self, PROTO_COMMIT, &msg, COMMIT_MS, on_committed);
}

/* ---- RELEASE ---- */

static void on_released(void *arg, const rpc_answer_t *answer)
{
    (void)answer; /* if it did not work, the lease runs out by itself */
    turn_t *self = arg;
    self->session_call = 0;
    turn_move(self, TURN_EVENT_RELEASED);
}

void turn_release(turn_t *self)
{
    proto_release_t msg = {.user_id = self->user_id, .token = self->token};
    self->session_call = ask(self, PROTO_RELEASE, &msg, RELEASE_MS, on_released);
}

void turn_cancel_session(turn_t *self)
{
    rpc_client_cancel(self->parts->sessions, self->session_call);
    self->session_call = 0;
}
