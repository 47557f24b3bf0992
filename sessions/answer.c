#include "sessions/answer.h"

#include "common/text.h"
#include "sessions/redis_error.h"
#include "sessions/reply_at.h"
#include "sessions/stored.h"

#define AWAY_RETRY_MS 1000 /* what a caller is told when Redis is away */
#define FULL_RETRY_MS 2000 /* what a caller is told when an inbox is full: about a turn */
#define MAX_WAITING 100
#define MAX_OUTGOING 8
#define MAX_SIDS 1024 /* bytes, as the next two */
#define MAX_TURN_ID 32
#define MAX_TEMPLATE 64
#define STORED_WORDS 4    /* the same, for one item of an export */
#define OUTGOING_WORDS 10 /* of an answer, for one */
#define GRANTED_WORDS 13  /* before them */
#define SHOWN_WORDS 16    /* of a conversation, before its ticks */
#define MAX_PERSON 64     /* bytes of a name of the shop's, as the next three */
#define MAX_NOTE 2048
#define MAX_STATE 16
#define MAX_LEAD 16
#define MAX_CODE 12 /* the blank and digits */
#define MAX_TALK 256
#define MAX_TICKS 512

static void fail(answer_t *self, const char *code, const char *detail, int64_t retry_ms)
{
    self->type = PROTO_ERROR;
    self->msg.error = (proto_error_t){
        .code = str_from(code), .detail = str_from(detail), .retry_after_ms = retry_ms};
}

/* Does the script say so, for good? Then it is told as an ERROR. */
static bool failed_as(answer_t *self, const char *status, const char *code, const char *detail)
{
    bool so = str_is(self->status, status);
    if (so)
        fail(self, code, detail, 0);
    return so;
}

static bool failed_stale(answer_t *self)
{
    return failed_as(self, "stale", PROTO_CODE_STALE_TOKEN, "the lease is somebody else's now");
}

static bool digits(str_t text, size_t *at, int64_t *number)
{
    size_t from = *at;
    *number = 0;
    for (; *at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at) {
        if (*at - from >= 18)
            return false;
        *number = *number * 10 + (text.data[*at] - '0');
    }
    return *at > from && *at < text.size && text.data[(*at)++] == ' ';
}

bool answer_stored(str_t text, int64_t *first, int64_t *second, str_t *record)
{
    size_t at = 0;
    if (!digits(text, &at, first) || !digits(text, &at, second))
        return false;
    *record = (str_t){text.data + at, text.size - at};
    return true;
}

/* ---- elements of an answer ---- */

/* A stored context; none when it is empty. One that cannot be read counts as none: the person is
 * better off with a seller who has forgotten than with one who never answers. */
static bool context_at(answer_t *self, const redisReply *reply, size_t i, arena_t *arena,
                       proto_context_t **context, size_t *count)
{
    str_t text;
    if (!text_at(reply, i, &text))
        return false;
    if (text.size == 0)
        return true;
    *context = arena_alloc(arena, sizeof **context);
    if (!*context ||
        !proto_decode(&proto_context_record, text.data, text.size, *context, arena, NULL))
        self->damaged = true;
    else
        *count = 1;
    return true;
}

/* Its state, which sessions knows best, and its record; none when that is empty. */
static bool survey_at(answer_t *self, const redisReply *reply, size_t i, arena_t *arena,
                      proto_survey_t **survey, size_t *count)
{
    str_t state, text;
    if (!word_at(reply, i, MAX_STATE, &state) || !text_at(reply, i + 1, &text))
        return false;
    if (text.size == 0)
        return true;
    *survey = arena_alloc(arena, sizeof **survey);
    if (!*survey ||
        !proto_decode(&proto_survey_record, text.data, text.size, *survey, arena, NULL)) {
        self->damaged = true;
        return true;
    }
    (*survey)->state = state;
    *count = 1;
    return true;
}

/* ---- one function per request; false when the answer is not one the script gives ---- */

/* A person of the shop has the conversation, or had it when that message came. */
static bool held_at(answer_t *self, const redisReply *reply, size_t i)
{
    proto_enqueued_t *msg = &self->msg.enqueued;
    msg->silent = true;
    return word_at(reply, i, MAX_PERSON, &msg->by) && number_at(reply, i + 1, &msg->since_ms) &&
           word_at(reply, i + 2, MAX_PERSON, &msg->shown);
}

static bool enqueued(answer_t *self, const redisReply *reply, arena_t *arena)
{
    if (str_is(self->status, "full")) {
        fail(self, PROTO_CODE_BUSY, "too many messages of this user wait", FULL_RETRY_MS);
        return text_at(reply, 1, &self->change) && number_at(reply, 2, &self->dropped) &&
               number_at(reply, 3, &self->taken) && text_at(reply, 4, &self->lapsed);
    }
    self->type = PROTO_ENQUEUED;
    proto_enqueued_t *msg = &self->msg.enqueued;
    if (!number_at(reply, 1, &msg->seq))
        return false;
    if (str_is(self->status, "new") || str_is(self->status, "held"))
        return text_at(reply, 2, &self->change) && number_at(reply, 3, &self->dropped) &&
               number_at(reply, 4, &self->taken) && text_at(reply, 5, &self->lapsed) &&
               (str_is(self->status, "new") ||
                (held_at(self, reply, 6) && number_at(reply, 9, &self->lost)));
    msg->duplicate = true;
    if (str_is(self->status, "silent"))
        return held_at(self, reply, 2);
    if (str_is(self->status, "waiting"))
        return true;
    if (failed_as(self, "forgotten", PROTO_CODE_INVALID,
                  "this message was answered before, and the answer is not kept any more"))
        return true;
    str_t stored, record;
    int64_t from, made;
    msg->reply = arena_alloc(arena, sizeof *msg->reply);
    msg->reply_count = 1;
    return str_is(self->status, "answered") && msg->reply && text_at(reply, 2, &stored) &&
           answer_stored(stored, &from, &made, &record) &&
           proto_decode(&proto_reply_record, record.data, record.size, msg->reply, arena, NULL);
}

static bool withdrawn(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)reply;
    (void)arena;
    self->type = PROTO_OK;
    self->msg.ok.count = str_is(self->status, "withdrawn");
    if (str_is(self->status, "claimed"))
        fail(self, PROTO_CODE_CLAIMED, "a turn has the message, or had it", 0);
    else
        return self->msg.ok.count || str_is(self->status, "none");
    return true;
}

/* One reply to deliver: its state, numbers, where it goes, and what it says. */
static bool outgoing_at(const redisReply *reply, size_t i, arena_t *arena, proto_outgoing_t *out)
{
    str_t state, sids, turn, template, to, record;
    int64_t parts, attempts, since, unasked;
    proto_reply_t said = {0};
    if (!text_at(reply, i, &state) || !number_at(reply, i + 1, &parts) ||
        !number_at(reply, i + 2, &attempts) || !number_at(reply, i + 3, &since) ||
        !word_at(reply, i + 4, MAX_SIDS, &sids) || !number_at(reply, i + 5, &unasked) ||
        !word_at(reply, i + 6, MAX_TURN_ID, &turn) ||
        !word_at(reply, i + 7, MAX_TEMPLATE, &template) || !text_at(reply, i + 8, &to) ||
        !text_at(reply, i + 9, &record) ||
        !proto_decode(&proto_outgoing_record, to.data, to.size, out, arena, NULL) ||
        (!template.size &&
         !proto_decode(&proto_reply_record, record.data, record.size, &said, arena, NULL)))
        return false;
    if (!str_is(state, "due") && !str_is(state, "unsure"))
        return false;
    out->turn_id = turn;
    out->text = said.text;
    out->literal = said.literal;
    out->template_sid = template;
    out->state = state;
    out->parts_sent = parts;
    out->attempts = attempts;
    out->since_ms = since;
    out->sids = sids;
    out->unasked = unasked != 0;
    return true;
}

static bool waiting_at(const redisReply *reply, size_t i, arena_t *arena, proto_waiting_t *message)
{
    str_t stored, record;
    int64_t seq, received_ms;
    if (!text_at(reply, i, &stored) || !answer_stored(stored, &seq, &received_ms, &record) ||
        !proto_decode(&proto_waiting_record, record.data, record.size, message, arena, NULL))
        return false;
    message->seq = seq;
    message->received_ms = received_ms;
    return true;
}

/* So many of what was said, from i on. */
static bool talk_at(const redisReply *reply, size_t i, size_t count, arena_t *arena,
                    proto_waiting_t **talk, size_t *talk_count)
{
    if (count > MAX_TALK || i + count > reply->elements)
        return false;
    *talk = arena_alloc(arena, (count + 1) * sizeof **talk);
    if (!*talk)
        return false;
    for (; *talk_count < count; ++*talk_count)
        if (!waiting_at(reply, i + *talk_count, arena, &(*talk)[*talk_count]))
            return false;
    return true;
}

static bool granted(answer_t *self, const redisReply *reply, arena_t *arena)
{
    proto_claimed_t *msg = &self->msg.claimed;
    int64_t outgoing = 0, talk = 0, ask = 0, opted_out = 0;
    if (!number_at(reply, 1, &msg->token) ||
        !context_at(self, reply, 2, arena, &msg->context, &msg->context_count) ||
        !number_at(reply, 3, &msg->now_ms) ||
        !survey_at(self, reply, 4, arena, &msg->survey, &msg->survey_count) ||
        !number_at(reply, 6, &ask) || !number_at(reply, 7, &opted_out) ||
        !number_at(reply, 8, &self->tokens) || !number_at(reply, 9, &self->calls) ||
        !text_at(reply, 10, &self->lapsed) || !number_at(reply, 11, &outgoing) || outgoing < 0 ||
        outgoing > MAX_OUTGOING || !number_at(reply, 12, &talk) || talk < 0)
        return false;
    msg->ask = ask != 0;
    msg->opted_out = opted_out != 0;
    size_t at = GRANTED_WORDS, first = at + (size_t)outgoing * OUTGOING_WORDS;
    if (!talk_at(reply, first, (size_t)talk, arena, &msg->talk, &msg->talk_count))
        return false;
    size_t said = first;
    first += (size_t)talk;
    if (reply->elements < first || reply->elements > first + MAX_WAITING)
        return false;
    msg->outgoing = arena_alloc(arena, ((size_t)outgoing + 1) * sizeof *msg->outgoing);
    msg->messages = arena_alloc(arena, (reply->elements - first + 1) * sizeof *msg->messages);
    if (!msg->outgoing || !msg->messages)
        return false;
    for (; at < said; at += OUTGOING_WORDS)
        if (!outgoing_at(reply, at, arena, &msg->outgoing[msg->outgoing_count++]))
            return false;
    for (at = first; at < reply->elements; at++)
        if (!waiting_at(reply, at, arena, &msg->messages[msg->messages_count++]))
            return false;
    return true;
}

static bool claimed(answer_t *self, const redisReply *reply, arena_t *arena)
{
    self->type = PROTO_CLAIMED;
    proto_claimed_t *msg = &self->msg.claimed;
    msg->status = self->status;
    if (failed_stale(self))
        return true;
    if (str_is(self->status, "empty"))
        return text_at(reply, 1, &self->lapsed);
    if (str_is(self->status, "busy"))
        return number_at(reply, 1, &msg->retry_ms);
    return str_is(self->status, "granted") && granted(self, reply, arena);
}

static bool committed(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    self->type = PROTO_COMMITTED;
    if (failed_stale(self) || failed_as(self, "wrong", PROTO_CODE_INVALID,
                                        "reply.upto_seq is not a message that this turn was told"))
        return true;
    int64_t commented = 0;
    bool overtaken = str_is(self->status, "overtaken");
    bool good = (overtaken || str_is(self->status, "committed") || str_is(self->status, "again")) &&
                number_at(reply, 1, &self->msg.committed.waiting) &&
                text_at(reply, 2, &self->event) && text_at(reply, 3, &self->heard) &&
                number_at(reply, 4, &commented) && number_at(reply, 5, &self->wanted) &&
                word_at(reply, 6, MAX_LEAD, &self->msg.committed.lead) &&
                text_at(reply, 7, &self->stage);
    self->msg.committed.overtaken = overtaken;
    self->commented = commented != 0;
    return good;
}

/* RENEW, RELEASE, RESET, FORGO, LOG_TURN and ERASE. */
static bool done(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    self->type = PROTO_OK;
    if (failed_stale(self))
        return true;
    return str_is(self->status, "ok") &&
           (reply->elements == 1 || number_at(reply, 1, &self->msg.ok.count));
}

/* "<status> <code>" */
static bool tick_at(const redisReply *reply, size_t i, proto_tick_t *tick)
{
    str_t stands;
    if (!word_at(reply, i, MAX_TURN_ID, &tick->turn_id) ||
        !word_at(reply, i + 1, MAX_STATE + MAX_CODE, &stands))
        return false;
    const char *blank = memchr(stands.data, ' ', stands.size);
    if (!blank || blank - stands.data > MAX_STATE || stands.data + stands.size - blank > MAX_CODE)
        return false;
    tick->status = (str_t){stands.data, (size_t)(blank - stands.data)};
    const char *at = blank + 1, *end = stands.data + stands.size;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        tick->code = tick->code * 10 + (*at - '0');
    return at == end;
}

static bool talk_shown(proto_session_t *msg, const redisReply *reply, arena_t *arena)
{
    int64_t count;
    if (!number_at(reply, SHOWN_WORDS - 1, &count) || count < 0 || count > MAX_TICKS ||
        reply->elements < SHOWN_WORDS + 2 * (size_t)count)
        return false;
    size_t at = SHOWN_WORDS, behind = at + 2 * (size_t)count;
    msg->ticks = arena_alloc(arena, ((size_t)count + 1) * sizeof *msg->ticks);
    if (!msg->ticks)
        return false;
    for (; at < behind; at += 2) {
        msg->ticks[msg->ticks_count] = (proto_tick_t){0};
        if (!tick_at(reply, at, &msg->ticks[msg->ticks_count++]))
            return false;
    }
    return talk_at(reply, behind, reply->elements - behind, arena, &msg->talk, &msg->talk_count);
}

static bool shown(answer_t *self, const redisReply *reply, arena_t *arena)
{
    self->type = PROTO_SESSION;
    proto_session_t *msg = &self->msg.session;
    int64_t leased = 0, opted_out = 0;
    bool good = str_is(self->status, "ok") &&
                context_at(self, reply, 1, arena, &msg->context, &msg->context_count) &&
                number_at(reply, 2, &msg->waiting) && number_at(reply, 3, &leased) &&
                number_at(reply, 4, &msg->expires_ms) && number_at(reply, 5, &msg->outbox) &&
                number_at(reply, 6, &opted_out) &&
                survey_at(self, reply, 7, arena, &msg->survey, &msg->survey_count) &&
                word_at(reply, 9, MAX_PERSON, &msg->by) && number_at(reply, 10, &msg->by_ms) &&
                number_at(reply, 11, &msg->wanted_ms) &&
                word_at(reply, 12, MAX_STATE, &msg->wanted_why) &&
                word_at(reply, 13, MAX_NOTE, &msg->wanted_note) &&
                word_at(reply, 14, MAX_PERSON, &msg->shown) && talk_shown(msg, reply, arena);
    msg->leased = leased != 0;
    msg->opted_out = opted_out != 0;
    return good;
}

static bool taken(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)reply;
    (void)arena;
    self->type = PROTO_OK;
    self->event = self->status;
    if (!str_is(self->status, "claimed"))
        return str_is(self->status, "taken");
    self->event = STR_LIT("refused");
    fail(self, PROTO_CODE_CLAIMED, "the reply goes out otherwise, or another is before it", 0);
    return true;
}

static bool delivered(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    self->type = PROTO_OK;
    if (failed_stale(self) ||
        failed_as(self, "claimed", PROTO_CODE_CLAIMED,
                  "the reply goes out otherwise, or went out") ||
        failed_as(self, "wrong", PROTO_CODE_INVALID, "an older reply comes first"))
        return true;
    if (str_is(self->status, "early")) {
        int64_t wait_ms;
        if (!number_at(reply, 1, &wait_ms))
            return false;
        self->event = STR_LIT("early");
        fail(self, PROTO_CODE_EARLY, "the person has been written to much lately", wait_ms);
        return true;
    }
    self->event = self->status;
    return number_at(reply, 1, &self->msg.ok.count) &&
           (str_is(self->status, "same") ||
            (number_at(reply, 2, &self->code) && number_at(reply, 3, &self->invited) &&
             number_at(reply, 4, &self->dropped)));
}

static bool noted(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    self->type = PROTO_OK;
    return (str_is(self->status, "known") || str_is(self->status, "unknown") ||
            str_is(self->status, "back")) &&
           number_at(reply, 1, &self->msg.ok.count) && text_at(reply, 2, &self->event) &&
           number_at(reply, 3, &self->code) && number_at(reply, 4, &self->dropped) &&
           number_at(reply, 5, &self->invited);
}

static bool paced(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    self->type = PROTO_PACED;
    proto_paced_t *msg = &self->msg.paced;
    return str_is(self->status, "ok") && number_at(reply, 1, &msg->places) &&
           number_at(reply, 2, &msg->first_us) && number_at(reply, 3, &msg->every_us);
}

/* The rest of it is not in Redis' answer. */
static bool budgeted(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    self->type = PROTO_BUDGET;
    proto_budget_t *msg = &self->msg.budget;
    return str_is(self->status, "ok") && number_at(reply, 1, &msg->person_tokens) &&
           number_at(reply, 2, &msg->person_calls);
}

/* Everything of a person, item by item; next is told as export.lua counts. */
static bool exported(answer_t *self, const redisReply *reply, arena_t *arena)
{
    self->type = PROTO_EXPORTED;
    proto_exported_t *msg = &self->msg.exported;
    int64_t place, item;
    if (!str_is(self->status, "ok") || !number_at(reply, 1, &place) || !number_at(reply, 2, &item))
        return false;
    if (reply->elements > 3 + STORED_MAX_ITEMS * STORED_WORDS)
        return false;
    msg->stored = arena_alloc(arena, (reply->elements / STORED_WORDS + 1) * sizeof *msg->stored);
    if (!msg->stored)
        return false;
    for (size_t i = 3; i < reply->elements; i += STORED_WORDS) {
        str_t key, name, value;
        int64_t number;
        if (!word_at(reply, i, STORED_MAX_KEY, &key) || !text_at(reply, i + 1, &name) ||
            !number_at(reply, i + 2, &number) || !text_at(reply, i + 3, &value) ||
            value.size > PROTO_MAX_CONTEXT)
            return false;
        name = utf8_valid(name) ? utf8_front(name, STORED_MAX_NAME) : STR_LIT("?");
        stored_read(key, name, number, value, &msg->stored[msg->stored_count++]);
    }
    msg->next = place
                    ? str_from(arena_printf(arena, "%lld %lld", (long long)place, (long long)item))
                    : (str_t){0};
    return true;
}

/* ---- a person of the shop ---- */

/* What none of them did is told as a status, not as an ERROR: who has it belongs to it. */
static bool not_done(answer_t *self, const redisReply *reply)
{
    proto_handoff_t *msg = &self->msg.handoff;
    if (str_is(self->status, "taken"))
        return word_at(reply, 1, MAX_PERSON, &msg->by) && number_at(reply, 2, &msg->since_ms);
    if (str_is(self->status, "free"))
        return text_at(reply, 1, &self->lapsed);
    return str_is(self->status, "unknown") || str_is(self->status, "opted_out") ||
           str_is(self->status, "unreachable") || str_is(self->status, "full");
}

static bool taken_over(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    proto_handoff_t *msg = &self->msg.handoff;
    self->type = PROTO_HANDOFF;
    msg->status = self->status;
    if (!str_is(self->status, "ok"))
        return not_done(self, reply);
    return word_at(reply, 1, MAX_PERSON, &msg->by) && number_at(reply, 2, &msg->since_ms) &&
           word_at(reply, 3, MAX_PERSON, &msg->before) && number_at(reply, 4, &msg->dropped) &&
           number_at(reply, 5, &msg->moved) && number_at(reply, 6, &self->lost) &&
           number_at(reply, 7, &self->taken);
}

static bool said(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    proto_handoff_t *msg = &self->msg.handoff;
    int64_t outbox = 0;
    self->type = PROTO_HANDOFF;
    msg->status = self->status;
    if (!str_is(self->status, "ok") && !str_is(self->status, "again"))
        return not_done(self, reply);
    bool good = number_at(reply, 1, &msg->number) && number_at(reply, 2, &outbox) &&
                number_at(reply, 3, &msg->wrote_ms) && number_at(reply, 4, &self->lost) &&
                word_at(reply, 5, MAX_PERSON, &msg->by) && number_at(reply, 6, &msg->since_ms);
    msg->outbox = outbox != 0;
    return good;
}

static bool given_back(answer_t *self, const redisReply *reply, arena_t *arena)
{
    (void)arena;
    proto_handoff_t *msg = &self->msg.handoff;
    self->type = PROTO_HANDOFF;
    msg->status = self->status;
    if (!str_is(self->status, "ok"))
        return not_done(self, reply);
    return word_at(reply, 1, MAX_PERSON, &msg->by) && number_at(reply, 2, &msg->since_ms) &&
           number_at(reply, 3, &self->lost);
}

/* The customer's own words and notes are not for those who fetch what was written to them. */
static bool told_said(answer_t *self, const redisReply *reply, arena_t *arena)
{
    proto_said_t *msg = &self->msg.said;
    self->type = PROTO_SAID;
    if (!str_is(self->status, "ok") || !word_at(reply, 1, MAX_PERSON, &msg->by) ||
        !number_at(reply, 2, &msg->since_ms) || !number_at(reply, 3, &msg->wanted_ms) ||
        !number_at(reply, 4, &msg->last) || !word_at(reply, 5, MAX_PERSON, &msg->shown) ||
        !talk_at(reply, 6, reply->elements - 6, arena, &msg->said, &msg->said_count))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < msg->said_count; i++)
        if (str_is(msg->said[i].role, "person"))
            msg->said[kept++] = msg->said[i];
    msg->said_count = kept;
    return true;
}

static const struct {
    proto_type_t request;
    bool (*read)(answer_t *self, const redisReply *reply, arena_t *arena);
} readers[] = {
    {PROTO_ENQUEUE, enqueued}, {PROTO_WITHDRAW, withdrawn},   {PROTO_CLAIM, claimed},
    {PROTO_RENEW, done},       {PROTO_COMMIT, committed},     {PROTO_RELEASE, done},
    {PROTO_RESET, done},       {PROTO_READ, shown},           {PROTO_TAKE, taken},
    {PROTO_FORGO, done},       {PROTO_DELIVERED, delivered},  {PROTO_STATUS, noted},
    {PROTO_LOG_TURN, done},    {PROTO_GET_BUDGET, budgeted},  {PROTO_EXPORT, exported},
    {PROTO_ERASE, done},       {PROTO_PACE, paced},           {PROTO_TAKE_OVER, taken_over},
    {PROTO_SAY, said},         {PROTO_GIVE_BACK, given_back}, {PROTO_GET_SAID, told_said},
};

void answer_make(answer_t *self, proto_type_t request, const redisReply *reply, arena_t *arena)
{
    memset(self, 0, sizeof *self);
    if (!reply) {
        fail(self, PROTO_CODE_UNAVAILABLE, "Redis did not answer in time", AWAY_RETRY_MS);
        return;
    }
    if (reply->type == REDIS_REPLY_ERROR) {
        redis_error_t error = redis_error((str_t){reply->str, reply->len});
        if (error == REDIS_ERROR_FULL || error == REDIS_ERROR_LONE)
            fail(self, PROTO_CODE_UNAVAILABLE, "Redis cannot store anything now", AWAY_RETRY_MS);
        else
            fail(self, PROTO_CODE_INTERNAL, "Redis refused a command", 0);
        return;
    }
    if (reply->type == REDIS_REPLY_ARRAY && text_at(reply, 0, &self->status))
        for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
            if (readers[i].request == request && readers[i].read(self, reply, arena))
                return;
    memset(&self->msg, 0, sizeof self->msg);
    fail(self, PROTO_CODE_INTERNAL, "what is stored cannot be read", 0);
}
