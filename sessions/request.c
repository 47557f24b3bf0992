#include "sessions/request.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sessions/keys.h"
#include "sessions/scripts.h"

#define WORDS 24
#define STATE_MARGIN_MS 3600000
/* Bytes that context and messages of one CLAIMED may have; the rest is for what is around them. */
#define CLAIM_ROOM (PROTO_MAX_BODY - 65536)

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

static void add_keys(words_t *self, buf_t *names, str_t user, str_t message_id,
                     const session_key_t *keys, size_t count)
{
    size_t ends[8];
    assert(count <= sizeof ends / sizeof *ends);
    add_number(self, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        keys_name(names, keys[i], user, message_id);
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
#define CHECK_LEASE(msg)                                                  \
    CHECK((msg)->lease_ms > 0 && (msg)->lease_ms <= REQUEST_MAX_LEASE_MS, \
          "lease_ms must be 1 to 600000")

/* ---- one function per request: checks, then adds keys and arguments ---- */

typedef struct request {
    const request_limits_t *limits;
    const void *msg;
    words_t words;
    buf_t names;      /* of the keys */
    buf_t records[2]; /* encoded: they must live until the command is made */
} request_t;

#define KEYS(self, user, message_id, ...)                      \
    add_keys(&(self)->words, &(self)->names, user, message_id, \
             (const session_key_t[]){__VA_ARGS__},             \
             sizeof((const session_key_t[]){__VA_ARGS__}) / sizeof(session_key_t))

static bool enqueue(request_t *self, const char **why)
{
    const proto_enqueue_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->message_id.size > 0, "message_id is empty");
    CHECK(msg->channel.size > 0, "channel is empty");
    /* seq and received_ms are the script's to give: they stand before the record */
    proto_waiting_t waiting = {
        .message_id = msg->message_id, .channel = msg->channel, .text = msg->text};
    CHECK(proto_encode(&proto_waiting_record, &waiting, &self->records[0], NULL),
          "the message cannot be stored");
    KEYS(self, msg->user_id, msg->message_id, KEY_SEEN, KEY_STATE, KEY_INBOX, KEY_READY,
         KEY_REPLIES, KEY_CONTEXT);
    add(&self->words, msg->user_id);
    add(&self->words, buf_view(&self->records[0]));
    add_number(&self->words, self->limits->inbox_max);
    add_number(&self->words, self->limits->dedup_ttl);
    add_number(&self->words, self->limits->session_ttl);
    add_number(&self->words, REQUEST_GRACE_MS);
    return true;
}

static bool withdraw(request_t *self, const char **why)
{
    const proto_withdraw_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->message_id.size > 0, "message_id is empty");
    KEYS(self, msg->user_id, msg->message_id, KEY_SEEN, KEY_STATE, KEY_INBOX, KEY_READY);
    add(&self->words, msg->user_id);
    add_number(&self->words, state_ttl(self->limits));
    return true;
}

static bool claim(request_t *self, const char **why)
{
    const proto_claim_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->holder.size > 0, "holder is empty");
    CHECK_LEASE(msg);
    CHECK(msg->token >= 0 && msg->token <= REQUEST_MAX_TOKEN, "token is not one");
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_INBOX, KEY_READY, KEY_CONTEXT);
    add(&self->words, msg->user_id);
    add(&self->words, msg->holder);
    add_number(&self->words, msg->lease_ms);
    add(&self->words, msg->dead);
    add_number(&self->words, msg->token);
    add_number(&self->words, CLAIM_ROOM);
    return true;
}

static bool renew(request_t *self, const char **why)
{
    const proto_renew_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    CHECK_LEASE(msg);
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_READY);
    add(&self->words, msg->user_id);
    add_number(&self->words, msg->token);
    add_number(&self->words, msg->lease_ms);
    return true;
}

static bool commit(request_t *self, const char **why)
{
    const proto_commit_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    const proto_reply_t *reply = msg->reply; /* REQUIRED: there is one */
    CHECK(reply->turn_id.size > 0, "reply.turn_id is empty");
    CHECK(reply->upto_seq > 0 && reply->upto_seq <= REQUEST_MAX_TOKEN, "reply.upto_seq is not one");
    CHECK(proto_encode(&proto_reply_record, reply, &self->records[0], NULL),
          "the reply cannot be stored");
    CHECK(msg->context_count == 0 ||
              proto_encode(&proto_context_record, msg->context, &self->records[1], NULL),
          "the context is larger than 1 MiB");
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_INBOX, KEY_READY, KEY_CONTEXT, KEY_REPLIES);
    add(&self->words, msg->user_id);
    add_number(&self->words, msg->token);
    add(&self->words, reply->turn_id);
    add_number(&self->words, reply->upto_seq);
    add(&self->words, buf_view(&self->records[0]));
    add(&self->words, buf_view(&self->records[1]));
    add_number(&self->words, self->limits->session_ttl);
    add_number(&self->words, self->limits->dedup_ttl);
    add_number(&self->words, state_ttl(self->limits));
    add_number(&self->words, REQUEST_GRACE_MS);
    add_number(&self->words, REQUEST_MAX_REPLIES);
    return true;
}

static bool release(request_t *self, const char **why)
{
    const proto_release_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_INBOX, KEY_READY);
    add(&self->words, msg->user_id);
    add_number(&self->words, msg->token);
    add_number(&self->words, REQUEST_GRACE_MS);
    return true;
}

static bool reset(request_t *self, const char **why)
{
    const proto_reset_t *msg = self->msg;
    CHECK_USER(msg);
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_INBOX, KEY_READY, KEY_CONTEXT);
    add(&self->words, msg->user_id);
    add_number(&self->words, REQUEST_GRACE_MS);
    return true;
}

static bool read_(request_t *self, const char **why)
{
    const proto_read_t *msg = self->msg;
    CHECK_USER(msg);
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_INBOX, KEY_CONTEXT);
    return true;
}

static const struct {
    proto_type_t type;
    script_t script;
    bool (*fill)(request_t *self, const char **why);
} requests[] = {
    {PROTO_ENQUEUE, SCRIPT_ENQUEUE, enqueue}, {PROTO_WITHDRAW, SCRIPT_WITHDRAW, withdraw},
    {PROTO_CLAIM, SCRIPT_CLAIM, claim},       {PROTO_RENEW, SCRIPT_RENEW, renew},
    {PROTO_COMMIT, SCRIPT_COMMIT, commit},    {PROTO_RELEASE, SCRIPT_RELEASE, release},
    {PROTO_RESET, SCRIPT_RESET, reset},       {PROTO_READ, SCRIPT_READ, read_},
};

char *request_command(const request_limits_t *limits, proto_type_t type, const void *msg,
                      size_t *size, const char **why)
{
    request_t self = {.limits = limits, .msg = msg};
    buf_init(&self.names, 8 * KEY_MAX);
    buf_init(&self.records[0], PROTO_MAX_BODY);
    buf_init(&self.records[1], PROTO_MAX_CONTEXT);
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
    return bytes;
}

char *request_sweep(const request_limits_t *limits, unsigned partition, size_t max, size_t *size)
{
    words_t words = {.count = 0};
    buf_t name;
    buf_init(&name, KEY_MAX);
    begin(&words, SCRIPT_SWEEP);
    add_number(&words, 1);
    keys_ready(&name, partition);
    add(&words, buf_view(&name));
    add_number(&words, (int64_t)max);
    add_number(&words, limits->lease_ms);
    char *bytes = format(&words, size);
    buf_free(&name);
    return bytes;
}
