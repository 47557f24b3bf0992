#include "sessions/request.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sessions/carrier.h"
#include "sessions/keys.h"
#include "sessions/scripts.h"

#define WORDS 64
#define KEYS_MAX KEY_COUNT /* of a command */
#define STATE_MARGIN_MS 3600000
/* Bytes that context and messages of one CLAIMED may have; the rest is for what is around them. */
#define CLAIM_ROOM (PROTO_MAX_BODY - 65536)
/* The same of one EXPORTED; one item alone may have more: a record has at most 1 MiB. */
#define EXPORT_ROOM (512 << 10)

/* EVALSHA sha numkeys key … arg …, word by word. */
typedef struct words {
    const char *data[WORDS];
    size_t size[WORDS];
    int count;
    char numbers[WORDS][24]; /* texts of add_number */
} words_t;

static void add(words_t *self, str_t word)
{
    assert(self->count < WORDS);
    self->data[self->count] = word.data ? word.data : "";
    self->size[self->count++] = word.size;
}

static void add_number(words_t *self, int64_t number)
{
    char *text = self->numbers[self->count];
    snprintf(text, sizeof self->numbers[0], "%" PRId64, number);
    add(self, str_from(text));
}

static void add_keys(words_t *self, buf_t *names, str_t user, str_t id, const session_key_t *keys,
                     size_t count)
{
    size_t ends[KEYS_MAX];
    assert(count <= sizeof ends / sizeof *ends);
    add_number(self, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        keys_name(names, keys[i], user, id);
        ends[i] = names->size;
    }
    assert(buf_ok(names));
    for (size_t i = 0, at = 0; i < count; at = ends[i++])
        add(self, (str_t){names->data + at, ends[i] - at});
}

static void begin(words_t *self, script_t script)
{
    add(self, STR_LIT("EVALSHA"));
    add(self, script_sha(script));
}

static char *format(const words_t *self, size_t *size)
{
    char *bytes = NULL;
    int length = redisFormatCommandArgv(&bytes, self->count, (const char **)self->data, self->size);
    if (length < 0)
        abort(); /* memory */
    *size = (size_t)length;
    return bytes;
}

static int64_t state_ttl(const request_limits_t *limits)
{
    int64_t longer =
        limits->session_ttl > limits->dedup_ttl ? limits->session_ttl : limits->dedup_ttl;
    return longer + STATE_MARGIN_MS;
}

/* ---- what makes sense ---- */

#define CHECK(condition, sentence) \
    do {                           \
        if (!(condition)) {        \
            *why = (sentence);     \
            return false;          \
        }                          \
    } while (0)
#define CHECK_USER(msg) CHECK((msg)->user_id.size > 0, "user_id is empty")
#define CHECK_TOKEN(msg) \
    CHECK((msg)->token > 0 && (msg)->token <= REQUEST_MAX_TOKEN, "token is not one")
#define CHECK_SPENT(tokens, calls)                                          \
    CHECK((tokens) >= 0 && (tokens) <= REQUEST_MAX_SPENT && (calls) >= 0 && \
              (calls) <= REQUEST_MAX_SPENT,                                 \
          "tokens and calls must be 0 to 1000000000")
#define CHECK_TURN(msg) CHECK((msg)->turn_id.size > 0, "turn_id is empty")
#define CHECK_LEASE(msg)                                                  \
    CHECK((msg)->lease_ms > 0 && (msg)->lease_ms <= REQUEST_MAX_LEASE_MS, \
          "lease_ms must be 1 to 600000")

static bool among(str_t word, const char *const *words)
{
    while (*words && !str_is(word, *words))
        words++;
    return *words != NULL;
}

/* ---- one function per request: checks, then adds keys and arguments ---- */

typedef struct request {
    const request_limits_t *limits;
    const void *msg;
    words_t words;
    buf_t names;      /* of the keys */
    buf_t records[4]; /* encoded: they must live until the command is made */
} request_t;

#define KEYS(self, user, id, ...)                                                            \
    add_keys(&(self)->words, &(self)->names, user, id, (const session_key_t[]){__VA_ARGS__}, \
             sizeof((const session_key_t[]){__VA_ARGS__}) / sizeof(session_key_t))

/* Keys and arguments of a script behind outbox.lua: its keys, and those of the script. */
#define OUTBOX_KEYS KEY_STATE, KEY_INBOX, KEY_READY, KEY_OUTBOX, KEY_OUTGOING
#define SURVEY_KEYS KEY_SURVEY, KEY_SURVEYS, KEY_OPINIONS
#define OUTBOX(self, user, id, ...)                            \
    do {                                                       \
        KEYS(self, user, id, __VA_ARGS__);                     \
        add(&(self)->words, user);                             \
        add_number(&(self)->words, state_ttl((self)->limits)); \
    } while (0)

static bool enqueue(request_t *self, const char **why)
{
    const proto_enqueue_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->message_id.size > 0, "message_id is empty");
    CHECK(msg->channel.size > 0, "channel is empty");
    /* seq and received_ms are the script's to give: they stand before the record */
    proto_waiting_t waiting = {.message_id = msg->message_id,
                               .channel = msg->channel,
                               .text = msg->text,
                               .reply_to = msg->reply_to,
                               .opt = msg->opt};
    CHECK(msg->opt.size == 0 || str_is(msg->opt, "out") || str_is(msg->opt, "in"),
          "opt must be out or in");
    CHECK(msg->hold_ms >= 0 && msg->hold_ms <= REQUEST_MAX_HOLD_MS, "hold_ms must be 0 to 60000");
    CHECK(proto_encode(&proto_waiting_record, &waiting, &self->records[0], NULL),
          "the message cannot be stored");
    proto_outgoing_t target = {
        .channel = msg->channel, .reply_to = msg->reply_to, .message_id = msg->message_id};
    CHECK(msg->reply_to.size == 0 || msg->silent ||
              proto_encode(&proto_outgoing_record, &target, &self->records[1], NULL),
          "where the reply goes cannot be stored");
    OUTBOX(self, msg->user_id, msg->message_id, OUTBOX_KEYS, KEY_SEEN, KEY_REPLIES, KEY_CONTEXT,
           KEY_TARGETS, KEY_KNOWN, KEY_TALK, KEY_DESK, SURVEY_KEYS);
    add(&self->words, buf_view(&self->records[0]));
    add_number(&self->words, self->limits->inbox_max);
    add_number(&self->words, self->limits->dedup_ttl);
    add_number(&self->words, self->limits->session_ttl);
    add_number(&self->words, REQUEST_GRACE_MS);
    add(&self->words, buf_view(&self->records[1]));
    add_number(&self->words, msg->hold_ms);
    add_number(&self->words, REQUEST_MAX_OUTBOX);
    /* who waits on the line is written to nowhere else: there is nothing to leave */
    add(&self->words, msg->reply_to.size ? msg->opt : (str_t){0});
    add_number(&self->words, msg->silent);
    return true;
}

static bool withdraw(request_t *self, const char **why)
{
    const proto_withdraw_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->message_id.size > 0, "message_id is empty");
    OUTBOX(self, msg->user_id, msg->message_id, OUTBOX_KEYS, KEY_SEEN, KEY_TARGETS, KEY_KNOWN);
    add_number(&self->words, REQUEST_GRACE_MS);
    return true;
}

static bool claim(request_t *self, const char **why)
{
    const proto_claim_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->holder.size > 0, "holder is empty");
    CHECK_LEASE(msg);
    CHECK(msg->token >= 0 && msg->token <= REQUEST_MAX_TOKEN, "token is not one");
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_CONTEXT, KEY_SPENT, KEY_TALK, KEY_DESK,
           SURVEY_KEYS);
    add(&self->words, msg->holder);
    add_number(&self->words, msg->lease_ms);
    add(&self->words, msg->dead);
    add_number(&self->words, msg->token);
    add_number(&self->words, CLAIM_ROOM);
    add_number(&self->words, self->limits->nps_after > 0);
    add_number(&self->words, self->limits->day_offset_ms);
    return true;
}

static bool renew(request_t *self, const char **why)
{
    const proto_renew_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    CHECK_LEASE(msg);
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS);
    add_number(&self->words, msg->token);
    add_number(&self->words, msg->lease_ms);
    return true;
}

static bool survey_is_sound(request_t *self, const proto_survey_t *survey, const char **why)
{
    static const char *const states[] = {"due", "asked", "scored", "closed", NULL};
    CHECK(among(survey->state, states), "survey.state is none");
    CHECK(survey->score >= 0 && survey->score <= 10, "survey.score must be 0 to 10");
    CHECK(proto_encode(&proto_survey_record, survey, &self->records[2], NULL),
          "the survey cannot be stored");
    return true;
}

static void add_survey(request_t *self, const proto_survey_t *survey)
{
    const request_limits_t *limits = self->limits;
    bool longer = limits->nps_every > REQUEST_SURVEY_KEPT_MS;
    add(&self->words, survey ? survey->state : (str_t){0});
    add(&self->words, buf_view(&self->records[2]));
    if (survey && survey->answered)
        add_number(&self->words, survey->score);
    else
        add(&self->words, (str_t){0});
    add(&self->words, survey ? survey->rules : (str_t){0});
    add_number(&self->words, survey && survey->comment.size > 0);
    add_number(&self->words, limits->nps_after);
    add_number(&self->words, limits->nps_every);
    add_number(&self->words, REQUEST_ASK_WINDOW_MS);
    add_number(&self->words, longer ? limits->nps_every : REQUEST_SURVEY_KEPT_MS);
}

/* What of it changes apart stands beside the record. */
static bool lead_is_sound(request_t *self, const proto_lead_t *lead, const char **why)
{
    static const char *const interests[] = {"visit", "test_drive", "reserve",
                                            "buy",   "contact",    NULL};
    CHECK(among(lead->interest, interests), "lead.interest is none");
    CHECK(lead->stock_id >= 0 && lead->stock_id <= REQUEST_MAX_TOKEN, "lead.stock_id is none");
    proto_lead_t told = *lead;
    told.lead_id = told.user_id = told.stage = told.name = told.contact = (str_t){0};
    told.created_ms = told.at_ms = told.note_count = 0;
    told.notes_count = 0;
    CHECK(proto_encode(&proto_lead_record, &told, &self->records[3], NULL),
          "the lead cannot be stored");
    return true;
}

static void add_lead(request_t *self, const proto_lead_t *lead)
{
    if (!lead) {
        for (int i = 0; i < 4; i++)
            add(&self->words, (str_t){0});
    } else {
        add_number(&self->words, lead->stock_id);
        add(&self->words, lead->name);
        add(&self->words, lead->contact);
        add(&self->words, buf_view(&self->records[3]));
    }
    add_number(&self->words, REQUEST_LEAD_KEPT_MS);
    add(&self->words, lead ? lead->interest : (str_t){0});
}

static bool commit(request_t *self, const char **why)
{
    static const char *const reasons[] = {"asked", "failed", "anger", NULL};
    const proto_commit_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    const proto_reply_t *reply = msg->reply; /* REQUIRED: there is one */
    CHECK(reply->turn_id.size > 0, "reply.turn_id is empty");
    const proto_survey_t *survey = msg->survey_count ? msg->survey : NULL;
    bool asks = survey && str_is(survey->state, "asked");
    CHECK(reply->upto_seq >= !asks && reply->upto_seq <= REQUEST_MAX_TOKEN,
          "reply.upto_seq is not one");
    if (survey && !survey_is_sound(self, survey, why))
        return false;
    CHECK(proto_encode(&proto_reply_record, reply, &self->records[0], NULL),
          "the reply cannot be stored");
    CHECK(msg->context_count == 0 ||
              proto_encode(&proto_context_record, msg->context, &self->records[1], NULL),
          "the context is larger than 1 MiB");
    CHECK_SPENT(msg->tokens, msg->calls);
    CHECK(msg->talk >= 0 && msg->talk <= REQUEST_MAX_TOKEN, "talk is not one");
    CHECK(msg->wanted.size == 0 || among(msg->wanted, reasons), "wanted is no reason");
    const proto_lead_t *lead = msg->lead_count ? msg->lead : NULL;
    if (lead && !lead_is_sound(self, lead, why))
        return false;
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_CONTEXT, KEY_REPLIES, KEY_TARGETS,
           KEY_SPENT, KEY_DESK, KEY_LEADS, KEY_LISTED, SURVEY_KEYS);
    add_number(&self->words, msg->token);
    add(&self->words, reply->turn_id);
    add_number(&self->words, reply->upto_seq);
    add(&self->words, buf_view(&self->records[0]));
    add(&self->words, buf_view(&self->records[1]));
    add_number(&self->words, self->limits->session_ttl);
    add_number(&self->words, self->limits->dedup_ttl);
    add_number(&self->words, REQUEST_GRACE_MS);
    add_number(&self->words, REQUEST_MAX_REPLIES);
    add_survey(self, survey);
    add_number(&self->words, msg->tokens);
    add_number(&self->words, msg->calls);
    add_number(&self->words, self->limits->day_offset_ms);
    add_number(&self->words, msg->talk);
    add(&self->words, msg->wanted);
    add(&self->words, msg->wanted_note);
    add_lead(self, lead);
    return true;
}

static bool release(request_t *self, const char **why)
{
    const proto_release_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS);
    add_number(&self->words, msg->token);
    add_number(&self->words, REQUEST_GRACE_MS);
    return true;
}

static bool reset(request_t *self, const char **why)
{
    const proto_reset_t *msg = self->msg;
    CHECK_USER(msg);
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_CONTEXT, KEY_TALK, KEY_TICKS);
    add_number(&self->words, REQUEST_GRACE_MS);
    return true;
}

static bool read_(request_t *self, const char **why)
{
    const proto_read_t *msg = self->msg;
    CHECK_USER(msg);
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_INBOX, KEY_CONTEXT, KEY_OUTBOX, KEY_SURVEY,
         KEY_TALK, KEY_TICKS);
    return true;
}

/* All keys of a person: known, state, the others, and those shared with others; the script is told
 * how many are the person's own. */
static void person_keys(request_t *self, str_t user)
{
    session_key_t keys[2 * KEY_COUNT] = {KEY_KNOWN, KEY_STATE}, found[KEY_COUNT];
    size_t count = 2, own = keys_of_scope(SCOPE_PERSON, found);
    for (size_t i = 0; i < own; i++)
        if (found[i] != KEY_KNOWN && found[i] != KEY_STATE)
            keys[count++] = found[i];
    count += keys_of_scope(SCOPE_PARTITION, keys + count);
    add_keys(&self->words, &self->names, user, (str_t){0}, keys, count);
    add(&self->words, user);
    add_number(&self->words, (int64_t)own);
}

static bool export_(request_t *self, const char **why)
{
    const proto_export_t *msg = self->msg;
    long long place = 1, item = 0;
    char next[65], more;
    CHECK_USER(msg);
    snprintf(next, sizeof next, "%.*s", STR_ARG(msg->next));
    CHECK(msg->next.size == 0 || (sscanf(next, "%lld %lld%c", &place, &item, &more) == 2 &&
                                  place > 0 && place <= KEY_COUNT && item >= 0 && item < INT32_MAX),
          "next is not one of an answer");
    person_keys(self, msg->user_id);
    add_number(&self->words, place);
    add_number(&self->words, item);
    add_number(&self->words, EXPORT_ROOM);
    return true;
}

static bool erase(request_t *self, const char **why)
{
    const proto_erase_t *msg = self->msg;
    CHECK_USER(msg);
    person_keys(self, msg->user_id);
    return true;
}

static bool take(request_t *self, const char **why)
{
    const proto_take_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TURN(msg);
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS);
    add(&self->words, msg->turn_id);
    add_number(&self->words, self->limits->settle_ms);
    add(&self->words, msg->taker);
    return true;
}

static bool forgo(request_t *self, const char **why)
{
    const proto_forgo_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->message_id.size > 0, "message_id is empty");
    OUTBOX(self, msg->user_id, msg->message_id, OUTBOX_KEYS, KEY_SEEN, KEY_TARGETS);
    return true;
}

static bool delivered(request_t *self, const char **why)
{
    static const char *const by_agent[] = {"trying", "sent",   "done",   "again",
                                           "unsure", "parked", "failed", NULL};
    static const char *const by_gateway[] = {"done", "again", NULL};
    const proto_delivered_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TURN(msg);
    CHECK(msg->token >= 0 && msg->token <= REQUEST_MAX_TOKEN, "token is not one");
    CHECK(among(msg->state, msg->token ? by_agent : by_gateway),
          "state is not one that this sender may tell");
    CHECK(msg->parts_sent >= 0 && msg->parts_sent <= REQUEST_MAX_PARTS,
          "parts_sent must be 0 to 1000");
    CHECK(!str_is(msg->state, "sent") || msg->parts_sent > 0, "sent, but no parts_sent");
    CHECK(msg->retry_ms >= 0 && msg->retry_ms <= REQUEST_MAX_RETRY_MS,
          "retry_ms must be 0 to a day");
    CHECK(msg->code >= 0 && msg->code <= REQUEST_MAX_TOKEN, "code is not one");
    CHECK(msg->nth >= 0 && msg->nth <= REQUEST_MAX_TOKEN, "nth is not one");
    OUTBOX(self, msg->user_id, msg->sid, OUTBOX_KEYS, KEY_SID, KEY_SENT, KEY_KNOWN, KEY_PACE,
           KEY_TICKS, SURVEY_KEYS);
    add(&self->words, msg->turn_id);
    add_number(&self->words, msg->token);
    add(&self->words, msg->state);
    add_number(&self->words, msg->parts_sent);
    add(&self->words, msg->sid);
    add_number(&self->words, msg->code);
    add_number(&self->words, msg->retry_ms);
    add_number(&self->words, msg->nth);
    add_number(&self->words, self->limits->dedup_ttl);
    add_number(&self->words, REQUEST_GRACE_MS);
    add_number(&self->words, REQUEST_OPTED_OUT);
    add_number(&self->words, CARRIER_SENDING);
    add_number(&self->words, REQUEST_OUTSIDE);
    add_number(&self->words, self->limits->person_ms * 1000);
    add_number(&self->words, self->limits->person_burst);
    add(&self->words, self->limits->template_sid);
    add(&self->words, msg->taker);
    return true;
}

/* A batch is a quarter of a second's places: few are lost with an agent that dies, and however many
 * messages wait and agents ask, an address costs some four requests a second and agent at most. */
static bool pace(request_t *self, const char **why)
{
    const proto_pace_t *msg = self->msg;
    int64_t rate = self->limits->number_rate, most = rate * REQUEST_AT_ONCE_MS / 1000;
    CHECK(msg->address.size > 0, "address is empty");
    CHECK(msg->wanted > 0 && msg->wanted <= REQUEST_MAX_TOKEN, "wanted must be 1 or more");
    most = most > 0 ? most : 1;
    KEYS(self, (str_t){0}, msg->address, KEY_RATE);
    add_number(&self->words, (1000000 + rate - 1) / rate);
    add_number(&self->words, msg->wanted < most ? msg->wanted : most);
    add_number(&self->words, REQUEST_AHEAD_US);
    return true;
}

static bool status(request_t *self, const char **why)
{
    const proto_status_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->sid.size > 0, "sid is empty");
    CHECK(msg->status.size > 0, "status is empty");
    CHECK(msg->code >= 0 && msg->code <= REQUEST_MAX_TOKEN, "code is not one");
    OUTBOX(self, msg->user_id, msg->sid, OUTBOX_KEYS, KEY_SID, KEY_SENT, KEY_KNOWN, KEY_TICKS,
           SURVEY_KEYS);
    add(&self->words, msg->status);
    add_number(&self->words, carrier_status_rank(msg->status));
    add_number(&self->words, msg->code);
    add_number(&self->words, self->limits->dedup_ttl);
    add_number(&self->words, CARRIER_SENDING);
    add_number(&self->words, REQUEST_OUTSIDE);
    add_number(&self->words, REQUEST_OPTED_OUT);
    add(&self->words, self->limits->template_sid);
    return true;
}

static bool log_turn(request_t *self, const char **why)
{
    const proto_log_turn_t *msg = self->msg;
    const proto_turn_record_t *record = msg->record; /* REQUIRED: there is one */
    CHECK_USER(msg);
    CHECK(record->turn_id.size > 0, "record.turn_id is empty");
    CHECK(record->claimed_ms > 0 && record->claimed_ms <= REQUEST_MAX_TOKEN,
          "record.claimed_ms is not one");
    CHECK(record->received_ms > 0 && record->received_ms <= record->claimed_ms,
          "record.received_ms is not one");
    CHECK_SPENT(record->tokens_spent, record->model_calls);
    CHECK(proto_encode(&proto_turn_record_record, record, &self->records[0], NULL),
          "the record cannot be stored");
    KEYS(self, msg->user_id, (str_t){0}, KEY_TURNS, KEY_RECORDS, KEY_PEOPLE, KEY_MARKS,
         KEY_CHANGES);
    add(&self->words, record->turn_id);
    add_number(&self->words, record->received_ms);
    add_number(&self->words, record->claimed_ms);
    add(&self->words, buf_view(&self->records[0]));
    add_number(&self->words, self->limits->turn_log);
    add(&self->words, str_is(record->outcome, "answered") ? msg->user_id : (str_t){0});
    add_number(&self->words, REQUEST_MAX_PEOPLE);
    add_number(&self->words, self->limits->session_ttl);
    return true;
}

static void add_spend(words_t *words, buf_t *names, const request_limits_t *limits, str_t user_id,
                      str_t turn_id, int64_t tokens, int64_t calls)
{
    static const session_key_t keys[] = {OUTBOX_KEYS, KEY_SPENT};
    add_keys(words, names, user_id, (str_t){0}, keys, sizeof keys / sizeof *keys);
    add(words, user_id);
    add_number(words, state_ttl(limits));
    add(words, turn_id);
    add_number(words, tokens);
    add_number(words, calls);
    add_number(words, limits->day_offset_ms);
}

/* ---- a person of the shop ---- */

static bool take_over(request_t *self, const char **why)
{
    const proto_take_over_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->by.size > 0, "by is empty");
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_TALK, KEY_DESK, KEY_TARGETS,
           SURVEY_KEYS);
    add(&self->words, msg->by);
    add_number(&self->words, msg->force);
    add_number(&self->words, self->limits->handoff_ttl);
    add_number(&self->words, self->limits->session_ttl);
    return true;
}

static bool say(request_t *self, const char **why)
{
    const proto_say_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->say_id.size > 0, "say_id is empty");
    CHECK(msg->text.size > 0, "text is empty");
    CHECK(msg->turn_id.size > 4 && memcmp(msg->turn_id.data, "say-", 4) == 0,
          "turn_id must begin with say-");
    proto_waiting_t said = {.message_id = msg->turn_id,
                            .text = msg->text,
                            .role = STR_LIT("person")}; /* by is the script's to say */
    proto_reply_t reply = {.turn_id = msg->turn_id, .text = msg->text};
    CHECK(proto_encode(&proto_waiting_record, &said, &self->records[0], NULL) &&
              proto_encode(&proto_reply_record, &reply, &self->records[1], NULL),
          "the message cannot be stored");
    OUTBOX(self, msg->user_id, msg->say_id, OUTBOX_KEYS, KEY_SAYING, KEY_TALK, KEY_DESK, KEY_KNOWN,
           KEY_TICKS);
    add(&self->words, msg->by);
    add(&self->words, msg->turn_id);
    add(&self->words, buf_view(&self->records[0]));
    add(&self->words, buf_view(&self->records[1]));
    add_number(&self->words, self->limits->handoff_ttl);
    add_number(&self->words, self->limits->session_ttl);
    add_number(&self->words, self->limits->dedup_ttl);
    add_number(&self->words, REQUEST_MAX_OUTBOX);
    return true;
}

static bool give_back(request_t *self, const char **why)
{
    const proto_give_back_t *msg = self->msg;
    CHECK_USER(msg);
    proto_waiting_t note = {.text = msg->note, .role = STR_LIT("note")};
    CHECK(msg->note.size == 0 ||
              proto_encode(&proto_waiting_record, &note, &self->records[0], NULL),
          "the note cannot be stored");
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_TALK, KEY_DESK);
    add(&self->words, msg->by);
    add(&self->words, buf_view(&self->records[0]));
    add_number(&self->words, self->limits->session_ttl);
    return true;
}

static bool get_said(request_t *self, const char **why)
{
    const proto_get_said_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->after >= 0 && msg->after <= REQUEST_MAX_TOKEN, "after is not one");
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_TALK);
    add_number(&self->words, msg->after);
    return true;
}

static bool get_budget(request_t *self, const char **why)
{
    const proto_get_budget_t *msg = self->msg;
    (void)why;
    add_spend(&self->words, &self->names, self->limits, msg->user_id, STR_LIT(""), 0, 0);
    return true;
}

static const struct {
    proto_type_t type;
    script_t script;
    bool (*fill)(request_t *self, const char **why);
} requests[] = {
    {PROTO_ENQUEUE, SCRIPT_ENQUEUE, enqueue},
    {PROTO_WITHDRAW, SCRIPT_WITHDRAW, withdraw},
    {PROTO_CLAIM, SCRIPT_CLAIM, claim},
    {PROTO_RENEW, SCRIPT_RENEW, renew},
    {PROTO_COMMIT, SCRIPT_COMMIT, commit},
    {PROTO_RELEASE, SCRIPT_RELEASE, release},
    {PROTO_RESET, SCRIPT_RESET, reset},
    {PROTO_READ, SCRIPT_READ, read_},
    {PROTO_TAKE, SCRIPT_TAKE, take},
    {PROTO_EXPORT, SCRIPT_EXPORT, export_},
    {PROTO_ERASE, SCRIPT_ERASE, erase},
    {PROTO_FORGO, SCRIPT_FORGO, forgo},
    {PROTO_STATUS, SCRIPT_STATUS, status},
    {PROTO_DELIVERED, SCRIPT_DELIVERED, delivered},
    {PROTO_LOG_TURN, SCRIPT_TURN_LOG, log_turn},
    {PROTO_GET_BUDGET, SCRIPT_SPEND, get_budget},
    {PROTO_PACE, SCRIPT_PACE, pace},
    {PROTO_TAKE_OVER, SCRIPT_TAKEOVER, take_over},
    {PROTO_SAY, SCRIPT_SAY, say},
    {PROTO_GIVE_BACK, SCRIPT_GIVEBACK, give_back},
    {PROTO_GET_SAID, SCRIPT_SAID, get_said},
};

char *request_command(const request_limits_t *limits, proto_type_t type, const void *msg,
                      size_t *size, const char **why)
{
    request_t self = {.limits = limits, .msg = msg};
    buf_init(&self.names, KEYS_MAX * KEY_MAX);
    buf_init(&self.records[0], PROTO_MAX_BODY);
    buf_init(&self.records[1], PROTO_MAX_CONTEXT);
    buf_init(&self.records[2], PROTO_MAX_TEXT);
    buf_init(&self.records[3], PROTO_MAX_TEXT);
    char *bytes = NULL;
    *why = "not a request of this service";
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        if (requests[i].type == type) {
            begin(&self.words, requests[i].script);
            if (requests[i].fill(&self, why))
                bytes = format(&self.words, size);
        }
    buf_free(&self.names);
    buf_free(&self.records[0]);
    buf_free(&self.records[1]);
    buf_free(&self.records[2]);
    buf_free(&self.records[3]);
    return bytes;
}

char *request_spend(const request_limits_t *limits, str_t user_id, str_t turn_id, int64_t tokens,
                    int64_t calls, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names;
    buf_init(&names, KEYS_MAX * KEY_MAX);
    begin(&words, SCRIPT_SPEND);
    add_spend(&words, &names, limits, user_id, turn_id, tokens, calls);
    char *bytes = format(&words, size);
    buf_free(&names);
    return bytes;
}

char *request_budget(const request_limits_t *limits, str_t turn_id, int64_t tokens, int64_t calls,
                     size_t *size)
{
    static const session_key_t keys[] = {KEY_BUDGET, KEY_COUNTED};
    words_t words = {.count = 0};
    buf_t names;
    buf_init(&names, KEYS_MAX * KEY_MAX);
    begin(&words, SCRIPT_BUDGET);
    add_keys(&words, &names, (str_t){0}, turn_id, keys, turn_id.size ? 2 : 1);
    add_number(&words, limits->day_offset_ms);
    add_number(&words, limits->day_tokens);
    add_number(&words, limits->day_calls);
    add_number(&words, tokens);
    add_number(&words, calls);
    add_number(&words, REQUEST_COUNTED_MS);
    char *bytes = format(&words, size);
    buf_free(&names);
    return bytes;
}

char *request_turn_out(str_t turn_id, bool all, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names;
    buf_init(&names, KEYS_MAX * KEY_MAX);
    begin(&words, SCRIPT_TURN_OUT);
    add_keys(&words, &names, (str_t){0}, (str_t){0}, (const session_key_t[]){KEY_RECORDS}, 1);
    add(&words, turn_id);
    add_number(&words, all);
    char *bytes = format(&words, size);
    buf_free(&names);
    return bytes;
}

char *request_turn_read(const request_turns_t *range, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names;
    buf_init(&names, KEYS_MAX * KEY_MAX);
    begin(&words, SCRIPT_TURN_READ);
    add_keys(&words, &names, (str_t){0}, (str_t){0},
             (const session_key_t[]){KEY_TURNS, KEY_RECORDS}, 2);
    if (range->since_ms)
        add_number(&words, range->since_ms);
    else
        add(&words, STR_LIT("-inf"));
    if (range->until_ms)
        add_number(&words, range->until_ms);
    else
        add(&words, STR_LIT("+inf"));
    add(&words, range->before);
    add_number(&words, (int64_t)range->max);
    char *bytes = format(&words, size);
    buf_free(&names);
    return bytes;
}

/* A script with two keys of a partition, whose names are the caller's to free. */
static void begin_partition(words_t *words, buf_t names[2], script_t script, unsigned partition,
                            const session_key_t keys[2])
{
    begin(words, script);
    add_number(words, 2);
    for (size_t i = 0; i < 2; i++) {
        buf_init(&names[i], KEY_MAX);
        keys_partition_name(&names[i], keys[i], partition);
        add(words, buf_view(&names[i]));
    }
}

char *request_sweep(const request_limits_t *limits, unsigned partition, size_t max, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names[2];
    begin_partition(&words, names, SCRIPT_SWEEP, partition,
                    (const session_key_t[]){KEY_READY, KEY_CLOCK});
    add_number(&words, (int64_t)max);
    add_number(&words, limits->lease_ms);
    char *bytes = format(&words, size);
    buf_free(&names[0]);
    buf_free(&names[1]);
    return bytes;
}

char *request_surveys(unsigned partition, const proto_surveys_t *msg, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names[2];
    begin_partition(&words, names, SCRIPT_SURVEYS, partition,
                    (const session_key_t[]){KEY_SURVEYS, KEY_OPINIONS});
    add_number(&words, msg->since_day);
    add_number(&words, msg->until_day);
    add_number(&words, msg->comments);
    char *bytes = format(&words, size);
    buf_free(&names[0]);
    buf_free(&names[1]);
    return bytes;
}

char *request_desk(unsigned partition, const proto_list_desk_t *msg, size_t *size)
{
    words_t words = {.count = 0};
    buf_t name, front;
    buf_init(&name, KEY_MAX);
    buf_init(&front, KEY_MAX);
    begin(&words, SCRIPT_DESK);
    add_number(&words, 1);
    keys_partition_name(&name, KEY_DESK, partition);
    add(&words, buf_view(&name));
    buf_printf(&front, "most:{%u}:%s:", partition, keys_kind(KEY_STATE));
    add(&words, buf_view(&front));
    add_number(&words, !msg->taken);
    add_number(&words, msg->limit);
    char *bytes = format(&words, size);
    buf_free(&name);
    buf_free(&front);
    return bytes;
}
