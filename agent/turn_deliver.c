/*
 * Delivering: the replies that wait in the outbox go out, oldest first, each in parts that a
 * message can hold. Behind a part that is not the last, the rest waits for its status, if Twilio
 * can tell that. Sessions hear of every part before it is sent ("trying") and after, so whoever has
 * the lease next knows whether it may be out already. A part of unknown outcome is looked up in
 * Twilio's list before anything else is done with it.
 *
 * The first reply that cannot be finished now ends the delivering, because the others come after
 * it. What sessions does not hear of in time, or under a lease that is lost, ends it too: the part
 * then counts as tried and is looked up by the next one.
 */
#include "agent/turn.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "common/log.h"
#include "common/marks.h"
#include "common/metrics.h"
#include "common/split.h"

#define REPORT_MS 2000      /* for sessions to answer, before it is asked again */
#define REPORT_AGAIN_MS 200 /* between two times */
#define PACE_WAIT_MS 1500   /* a longer wait gives the lease back meanwhile */
#define PART_PAUSE_MS \
    1000 /* between the parts of a reply if no status comes: WhatsApp may swap them */
#define REFUSED_RETRY_MS 500 /* too many calls at once */

typedef turn_delivery_t delivery_t;

static proto_outgoing_t *entry_of(turn_t *self)
{
    return &self->delivery.entries[self->delivery.at];
}

static void note(turn_t *self, const char *what, const char *reason, int64_t code, int64_t delay_ms)
{
    const delivery_t *delivery = &self->delivery;
    log_info("delivery", LOG_TRACE(&self->trace), LOG_PERSON("user", self->user_id),
             LOG_TEXT("turn", entry_of(self)->turn_id), LOG_CSTR("what", what),
             LOG_CSTR("reason", reason), LOG_INT("code", code), LOG_INT("retry_ms", delay_ms),
             LOG_INT("parts", delivery->parts_sent), LOG_INT("tries", delivery->tries));
}

static void finish(turn_t *self)
{
    turn_move(self, self->upto_seq ? TURN_EVENT_THROUGH : TURN_EVENT_NOTHING_LEFT);
}

static void wake_later(turn_t *self, int64_t delay_ms, void (*wake)(turn_t *self))
{
    self->delivery.wake = wake;
    self->delivery.wake_at_ms = clock_ms() + delay_ms;
}

/* ---- telling sessions ---- */

static void report_again(turn_t *self);
static void wait_for_person(turn_t *self, int64_t wait_ms);

static void on_reported(void *arg, const rpc_answer_t *answer)
{
    turn_t *self = arg;
    delivery_t *delivery = &self->delivery;
    self->session_call = 0;
    if (answer->type == PROTO_OK) {
        if (str_is(delivery->report.state, "trying"))
            delivery->nth = ((const proto_ok_t *)answer->msg)->count;
        delivery->reported(self);
        return;
    }
    const char *error = answer->error ? answer->error : "type";
    if (strcmp(error, PROTO_CODE_EARLY) == 0) {
        send_pace_return(self->parts->pace, entry_of(self)->reply_to);
        wait_for_person(self, ((const proto_error_t *)answer->msg)->retry_after_ms);
        return;
    }
    log_warn("delivery_unreported", LOG_TRACE(&self->trace),
             LOG_TEXT("state", delivery->report.state), LOG_CSTR("error", error));
    bool passing = strcmp(error, PROTO_CODE_TIMEOUT) == 0 ||
                   strcmp(error, PROTO_CODE_UNAVAILABLE) == 0 ||
                   strcmp(error, PROTO_CODE_BUSY) == 0;
    if (strcmp(error, PROTO_CODE_STALE_TOKEN) == 0)
        turn_move(self, TURN_EVENT_STALE);
    else if (passing)
        wake_later(self, REPORT_AGAIN_MS, report_again);
    else
        finish(self); /* it is not ours to deliver any more */
}

static void report_again(turn_t *self)
{
    self->session_call =
        rpc_client_call(self->parts->sessions, PROTO_DELIVERED, &self->delivery.report,
                        &self->trace, REPORT_MS, on_reported, self);
}

/* What became of the reply, and what is done when sessions knows. */
static void report(turn_t *self, const char *state, int64_t code, int64_t retry_ms,
                   void (*reported)(turn_t *self))
{
    delivery_t *delivery = &self->delivery;
    delivery->report = (proto_delivered_t){.user_id = self->user_id,
                                           .turn_id = entry_of(self)->turn_id,
                                           .token = self->token,
                                           .state = str_from(state),
                                           .parts_sent = delivery->parts_sent,
                                           .sid = delivery->sid,
                                           .code = code,
                                           .retry_ms = retry_ms,
                                           .nth = delivery->nth};
    delivery->reported = reported;
    report_again(self);
}

/* ---- one reply after the other, one part after the other ---- */

static void next_part(turn_t *self);

static void next_entry(turn_t *self)
{
    self->delivery.at++;
    turn_deliver(self);
}

static bool is_whatsapp(str_t address)
{
    static const char front[] = "whatsapp:";
    return address.size >= sizeof front - 1 && memcmp(address.data, front, sizeof front - 1) == 0;
}

/* The reply as it goes out; the entry's own text if there is no room, which is only less pretty. */
static str_t text_of(turn_t *self)
{
    const proto_outgoing_t *entry = entry_of(self);
    if (!is_whatsapp(entry->reply_to))
        return entry->text;
    buf_t text;
    buf_init(&text, 3 * PROTO_MAX_REPLY);
    marks_print(&text, entry->text, entry->literal);
    char *copy = buf_ok(&text) ? arena_copy(self->arena, buf_view(&text)) : NULL;
    str_t printed = copy ? (str_t){copy, text.size} : entry->text;
    buf_free(&text);
    return printed;
}

/* The next part; false when there are no more. A template has one, without a text of ours. */
static bool find_part(delivery_t *delivery)
{
    str_t text = delivery->text;
    delivery->part = (str_t){0};
    if (delivery->entries[delivery->at].template_sid.size)
        return delivery->parts_sent == 0;
    for (int64_t i = 0; i <= delivery->parts_sent; i++)
        if (!split_next(&text, SPLIT_WHATSAPP, &delivery->part))
            return false;
    return true;
}

static void part_is_out(turn_t *self, str_t sid, const char *reason)
{
    delivery_t *delivery = &self->delivery;
    delivery->sid = (str_t){arena_copy(self->arena, sid), sid.size};
    if (!delivery->sid.data || sid.size > 64)
        delivery->sid = (str_t){0};
    delivery->parts_sent++;
    delivery->tries = 0;
    if (find_part(delivery)) {
        note(self, "sent", reason, 0, 0);
        bool told = self->parts->part_wait_ms > 0; /* of its status, before that time */
        report(self, "sent", 0, self->parts->part_wait_ms, told ? finish : next_part);
    } else {
        note(self, "done", reason, 0, 0);
        report(self, "done", 0, 0, next_entry);
    }
}

/* ---- after an attempt ---- */

/* All that an attempt or a look can lead to but success. */
static void follow(turn_t *self, const send_plan_t *plan, int64_t code)
{
    delivery_t *delivery = &self->delivery;
    switch (plan->step) {
    case SEND_DONE:
        break;
    case SEND_RETRY:
        note(self, "again", plan->reason, code, plan->delay_ms);
        report(self, "again", code, plan->delay_ms, plan->delay_ms ? finish : next_part);
        break;
    case SEND_SETTLE:
        note(self, "unsure", plan->reason, code, plan->delay_ms);
        report(self, "unsure", code, plan->delay_ms, finish);
        break;
    case SEND_TEMPLATE: /* of which sessions knows whether it is to be sent */
        note(self, entry_of(self)->unasked ? "failed" : "parked", plan->reason, code, 0);
        if (entry_of(self)->unasked)
            report(self, "failed", code, 0, next_entry);
        else
            report(self, "parked", code, 0, finish);
        break;
    case SEND_OPTED_OUT:
        note(self, "failed", plan->reason, code, 0);
        report(self, "failed", code, 0, finish); /* takes what else there is for them along */
        break;
    case SEND_GIVE_UP:
        log_error("reply_lost", LOG_TRACE(&self->trace), LOG_PERSON("user", self->user_id),
                  LOG_TEXT("turn", entry_of(self)->turn_id), LOG_CSTR("reason", plan->reason),
                  LOG_INT("code", code), LOG_INT("tries", delivery->tries));
        report(self, "failed", code, 0, next_entry);
        break;
    }
}

static void on_sent(void *arg, const twilio_result_t *result)
{
    turn_t *self = arg;
    self->delivery.call = NULL;
    send_attempt_t attempt = result->attempt;
    attempt.tries = self->delivery.tries;
    attempt.random = (uint32_t)id_random();
    send_plan_t plan = send_policy(&attempt);
    int64_t look_ms = self->parts->settle_ms / 4; /* a first look, well before it is given up */
    if (plan.step == SEND_SETTLE && plan.delay_ms > look_ms)
        plan.delay_ms = look_ms;
    if (plan.step == SEND_DONE)
        part_is_out(self, result->entry.sid, plan.reason);
    else
        follow(self, &plan, attempt.code);
}

static void not_sent(turn_t *self, int64_t delay_ms, const char *reason)
{
    note(self, "again", reason, 0, delay_ms);
    report(self, "again", 0, delay_ms, finish);
}

/* Sessions knows that the part is tried. If that took long, as it does when this process was
 * stopped meanwhile, somebody else may be looking for it in the list already. */
static void send_part(turn_t *self)
{
    delivery_t *delivery = &self->delivery;
    int64_t now = clock_ms();
    if (now >= self->lease_until_ms || now - delivery->trying_ms > self->parts->settle_ms / 2) {
        not_sent(self, REFUSED_RETRY_MS, "late");
        return;
    }
    twilio_outgoing_t message = {.to = self->user_id,
                                 .from = entry_of(self)->reply_to,
                                 .body = delivery->part,
                                 .content_sid = entry_of(self)->template_sid};
    delivery->call = twilio_send(self->parts->twilio, &message, &self->trace, on_sent, self);
    if (!delivery->call)
        not_sent(self, REFUSED_RETRY_MS, "busy");
}

/* The address has a place for it; sessions knows whether the person has. */
static void on_place(void *arg, int64_t away_ms)
{
    turn_t *self = arg;
    delivery_t *delivery = &self->delivery;
    delivery->place = NULL;
    if (away_ms) {
        not_sent(self, away_ms, "rate");
        return;
    }
    delivery->tries++;
    delivery->trying_ms = clock_ms();
    report(self, "trying", 0, 0, send_part);
}

static void try_part(turn_t *self)
{
    int64_t away_ms = send_pace_wait(self->parts->pace, entry_of(self)->reply_to, on_place, self,
                                     &self->delivery.place);
    if (away_ms)
        not_sent(self, away_ms, "rate");
}

/* Not yet, says sessions: nothing was recorded. */
static void wait_for_person(turn_t *self, int64_t wait_ms)
{
    self->delivery.tries--;
    if (wait_ms > PACE_WAIT_MS)
        not_sent(self, wait_ms, "pace");
    else
        wake_later(self, wait_ms, try_part);
}

static void next_part(turn_t *self)
{
    delivery_t *delivery = &self->delivery;
    delivery->nth = 0;
    if (delivery->sid.size) { /* another part of this reply has just gone out */
        delivery->sid = (str_t){0};
        wake_later(self, PART_PAUSE_MS, try_part);
    } else {
        try_part(self);
    }
}

/* ---- what may be out already ---- */

static bool is_known(const proto_outgoing_t *entry, str_t sid)
{
    return sid.size && entry->sids.size >= sid.size &&
           memmem(entry->sids.data, entry->sids.size, sid.data, sid.size);
}

/* The oldest of those that may be it. What went out before it is left out, because the same words
 * may have been sent to the same person a moment ago; Twilio tells times in whole seconds. */
static const twilio_entry_t *pick(const turn_t *self, const twilio_entry_t *entries, size_t count)
{
    const delivery_t *delivery = &self->delivery;
    const proto_outgoing_t *entry = &delivery->entries[delivery->at];
    /* what nobody has tried to send yet was given to a gateway, for its answer to Twilio */
    twilio_way_t way = delivery->tries ? TWILIO_BY_API : TWILIO_BY_TWIML;
    int64_t last_ms = 0;
    for (size_t i = 0; i < count; i++)
        if (is_known(entry, entries[i].sid) && entries[i].created_ms > last_ms)
            last_ms = entries[i].created_ms;
    for (size_t i = count; i-- > 0;) {
        bool before = entries[i].created_ms < last_ms || is_known(entry, entries[i].sid);
        if (!before && twilio_may_be(&entries[i], way, delivery->part, entry->since_ms))
            return &entries[i];
    }
    return NULL;
}

static void on_listed(void *arg, const twilio_entry_t *entries, size_t count)
{
    turn_t *self = arg;
    delivery_t *delivery = &self->delivery;
    delivery->call = NULL;
    const twilio_entry_t *found = pick(self, entries, count);
    send_look_t look = {.listed = entries != NULL,
                        .found = found != NULL,
                        .age_ms = delivery->looked_ms - entry_of(self)->since_ms,
                        .settle_ms = self->parts->settle_ms,
                        .tries = delivery->tries};
    send_plan_t plan = send_policy_look(&look);
    bool failed =
        found && (str_is(found->status, "failed") || str_is(found->status, "undelivered"));
    if (failed)
        plan = send_policy_failed(found->code, delivery->tries, (uint32_t)id_random());
    if (found && !failed)
        part_is_out(self, found->sid, plan.reason);
    else
        follow(self, &plan, failed ? found->code : 0);
}

static void look(turn_t *self)
{
    delivery_t *delivery = &self->delivery;
    const proto_outgoing_t *entry = entry_of(self);
    delivery->looked_ms = clock_unix_ms();
    delivery->call = twilio_list(self->parts->twilio, self->user_id, entry->reply_to,
                                 entry->since_ms, &self->trace, on_listed, self);
    if (!delivery->call)
        report(self, "unsure", 0, REFUSED_RETRY_MS, finish);
}

/* ---- the state ---- */

bool turn_take_outgoing(turn_t *self, const proto_claimed_t *claimed)
{
    delivery_t *delivery = &self->delivery;
    for (size_t i = 0; i < claimed->outgoing_count && i < TURN_MAX_OUTGOING; i++) {
        if (!proto_copy(&proto_outgoing_record, &claimed->outgoing[i], &delivery->entries[i],
                        self->arena))
            return i > 0;
        delivery->count = i + 1;
    }
    return true;
}

void turn_deliver(turn_t *self)
{
    delivery_t *delivery = &self->delivery;
    if (delivery->at >= delivery->count) {
        self->waiting = delivery->count == TURN_MAX_OUTGOING; /* there may be more */
        finish(self);
        return;
    }
    const proto_outgoing_t *entry = entry_of(self);
    delivery->parts_sent = entry->parts_sent;
    delivery->tries = entry->attempts;
    delivery->nth = 0;
    delivery->sid = (str_t){0};
    delivery->text = text_of(self);
    if (!str_is(entry->channel, "twilio") || !self->parts->twilio) {
        send_plan_t plan = {SEND_GIVE_UP, 0, "no_carrier"};
        follow(self, &plan, 0);
    } else if (!find_part(delivery)) {
        report(self, "done", 0, 0, next_entry);
    } else if (str_is(entry->state, "unsure")) {
        look(self);
    } else {
        try_part(self);
    }
}

void turn_deliver_tick(turn_t *self, int64_t now_ms)
{
    delivery_t *delivery = &self->delivery;
    if (now_ms >= self->lease_until_ms) {
        turn_move(self, TURN_EVENT_STALE); /* whoever has it now looks first */
    } else if (delivery->wake && now_ms >= delivery->wake_at_ms) {
        void (*wake)(turn_t *) = delivery->wake;
        delivery->wake = NULL;
        wake(self);
    }
}

void turn_deliver_cancel(turn_t *self)
{
    turn_cancel_session(self);
    self->delivery.wake = NULL;
    send_pace_cancel(&self->delivery.place);
    if (self->delivery.call)
        twilio_cancel(&self->delivery.call);
}

/* ---- showing that an answer is being written ---- */

void turn_note_whatsapp(turn_t *self, const proto_waiting_t *message)
{
    const turn_parts_t *parts = self->parts;
    if (!parts->twilio || !parts->typing || !is_whatsapp(message->reply_to) ||
        !str_is(message->channel, "twilio"))
        return;
    const char *copy = arena_copy(self->arena, message->message_id);
    self->typing_for = (str_t){copy, copy ? message->message_id.size : 0};
}

void turn_show_typing(turn_t *self)
{
    /* the offline seller has answered before it would be seen */
    if (self->typing_for.size && self->model != self->parts->offline)
        twilio_typing(self->parts->twilio, self->typing_for, &self->trace);
    self->typing_for = (str_t){0};
}
