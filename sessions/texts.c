#include "sessions/texts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/shop_text.h"
#include "common/ticker.h"
#include "common/tokens.h"
#include "sessions/refuse.h"
#include "sessions/reply_at.h"
#include "sessions/script_command.h"
#include "sessions/store.h"

#define EVERY_MS 1000
#define MOST_VERSIONS 101 /* with that of the installation */
#define WORDS 8           /* of an answer, for one */
#define ARENA_MAX (64 << 10)
#define NUMBER_SIZE 24

struct texts {
    ticker_t *ticker;
    redis_t *redis;
    bool known, looking;
    int64_t live[SHOP_TEXT_COUNT], saved_ms[SHOP_TEXT_COUNT];
    size_t count; /* requests under way */
};

/* A request under way. */
typedef struct call {
    texts_t *texts;
    rpc_request_t request; /* its message is gone */
    shop_text_t document;
    int64_t tokens; /* SAVE_TEXT: of the text */
} call_t;

static bool send_step(texts_t *self, script_t script, const str_t *args, size_t count,
                      int64_t deadline, void (*done)(void *arg, const redisReply *reply), void *arg)
{
    static const session_key_t keys[] = {KEY_RULES, KEY_KNOWLEDGE};
    size_t size;
    char *bytes = script_command(script, keys, 2, args, count, &size);
    return redis_send(self->redis, bytes, size, deadline, done, arg);
}

/* ---- what is live ---- */

static void on_look(void *arg, const redisReply *reply)
{
    texts_t *self = arg;
    int64_t told[2 * SHOP_TEXT_COUNT];
    self->looking = false;
    for (size_t i = 0; i < 2 * SHOP_TEXT_COUNT; i++)
        if (!reply || reply->type != REDIS_REPLY_ARRAY || !number_at(reply, i + 1, &told[i])) {
            log_warn(
                "texts_unknown",
                LOG_CSTR("error", reply && reply->type == REDIS_REPLY_ERROR ? reply->str : ""));
            return;
        }
    for (shop_text_t i = 0; i < SHOP_TEXT_COUNT; i++) {
        if (self->live[i] != told[(size_t)2 * i])
            log_info("text_live", LOG_CSTR("document", shop_text_name(i)),
                     LOG_INT("version", told[(size_t)2 * i]));
        self->live[i] = told[(size_t)2 * i];
        self->saved_ms[i] = told[(size_t)2 * i + 1];
    }
    self->known = true;
}

bool texts_look(texts_t *self, int64_t deadline)
{
    const str_t args[] = {STR_LIT("look"), STR_LIT("rules")};
    return send_step(self, SCRIPT_TEXTS_READ, args, 2, deadline, on_look, self);
}

static void on_tick(void *arg)
{
    texts_t *self = arg;
    if (!self->looking)
        self->looking = texts_look(self, clock_ms() + STORE_PATIENCE_MS);
}

bool texts_known(const texts_t *self)
{
    return self->known;
}

void texts_tell(const texts_t *self, proto_claimed_t *claimed)
{
    claimed->rules = self->live[SHOP_RULES];
    claimed->rules_ms = self->saved_ms[SHOP_RULES];
    claimed->knowledge = self->live[SHOP_KNOWLEDGE];
    claimed->knowledge_ms = self->saved_ms[SHOP_KNOWLEDGE];
}

/* ---- the end of a request ---- */

static void finish(call_t *self, const char *outcome)
{
    metric_add_label(METRIC_TEXTS, outcome, 1);
    self->texts->count--;
    free(self);
}

static void fail(call_t *self, const char *code, const char *detail)
{
    refuse(&self->request, code, "%s", detail);
    finish(self, code);
}

/* ---- what Redis answered ---- */

/* Who was faster, and what there is now. */
static void fail_conflict(call_t *self, const redisReply *reply)
{
    char detail[160];
    int64_t version = 0;
    str_t by = {0};
    number_at(reply, 1, &version);
    text_at(reply, 2, &by);
    snprintf(detail, sizeof detail, "%s%.*s %s meanwhile: version %" PRId64,
             by.size ? "" : "somebody", STR_ARG(by),
             self->request.header.type == PROTO_SAVE_TEXT ? "kept another" : "published another",
             version);
    fail(self, PROTO_CODE_CONFLICT, detail);
}

static void fail_long(call_t *self, const redisReply *reply)
{
    char detail[240], size[48] = "";
    int64_t room = 0;
    number_at(reply, 1, &room);
    if (self->tokens)
        snprintf(size, sizeof size, " (they are %" PRId64 ")", self->tokens);
    snprintf(detail, sizeof detail,
             "the rules may have about %" PRId64 " tokens%s: the tools, the makes and a "
             "conversation have to fit into CONTEXT_TOKENS too",
             room, size);
    fail(self, PROTO_CODE_INVALID, detail);
}

static bool read_version(const redisReply *reply, size_t at, proto_text_version_t *version)
{
    return number_at(reply, at, &version->version) &&
           number_at(reply, at + 1, &version->saved_ms) && text_at(reply, at + 2, &version->by) &&
           text_at(reply, at + 3, &version->note) && number_at(reply, at + 4, &version->size) &&
           number_at(reply, at + 5, &version->tokens) &&
           number_at(reply, at + 6, &version->published_ms) &&
           text_at(reply, at + 7, &version->published_by);
}

static bool tell_texts(const call_t *self, const redisReply *reply)
{
    proto_texts_t msg = {0};
    proto_text_version_t versions[MOST_VERSIONS];
    if (!number_at(reply, 1, &msg.live) || !number_at(reply, 2, &msg.last) ||
        !number_at(reply, 3, &msg.room))
        return false;
    msg.versions = versions;
    for (size_t at = 4; at + WORDS <= reply->elements && msg.versions_count < MOST_VERSIONS;
         at += WORDS)
        if (!read_version(reply, at, &versions[msg.versions_count++]))
            return false;
    rpc_server_reply(self->request.server, &self->request.peer, &self->request.header, PROTO_TEXTS,
                     &msg);
    return true;
}

static bool tell_text(const call_t *self, const redisReply *reply)
{
    proto_text_version_t version;
    proto_text_t msg = {.version = &version, .version_count = 1};
    if (!read_version(reply, 1, &version) || !text_at(reply, 1 + WORDS, &msg.text))
        return false;
    rpc_server_reply(self->request.server, &self->request.peer, &self->request.header, PROTO_TEXT,
                     &msg);
    return true;
}

static bool tell(call_t *self, const redisReply *reply)
{
    proto_ok_t done = {0};
    switch (self->request.header.type) {
    case PROTO_GET_TEXT:
        return tell_text(self, reply);
    case PROTO_OFFER_RULES:
        rpc_server_reply(self->request.server, &self->request.peer, &self->request.header, PROTO_OK,
                         &done);
        return true;
    case PROTO_PUBLISH_TEXT: /* the next CLAIM here shall know of it */
        texts_look(self->texts, clock_ms() + STORE_PATIENCE_MS);
        return tell_texts(self, reply);
    default:
        return tell_texts(self, reply);
    }
}

static void on_reply(void *arg, const redisReply *reply)
{
    call_t *self = arg;
    str_t word;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || !text_at(reply, 0, &word)) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            log_error("redis_error", LOG_TRACE(&self->request.header.trace),
                      LOG_CSTR("text", reply->str));
        fail(self, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    } else if (str_is(word, "conflict")) {
        fail_conflict(self, reply);
    } else if (str_is(word, "long")) {
        fail_long(self, reply);
    } else if (str_is(word, "none")) {
        fail(self, PROTO_CODE_NOT_FOUND, "there is no such version");
    } else if (!str_is(word, "ok") || !tell(self, reply)) {
        fail(self, PROTO_CODE_INTERNAL, "what is stored cannot be read");
    } else {
        log_debug("text", LOG_TRACE(&self->request.header.trace),
                  LOG_CSTR("request", proto_type_name(self->request.header.type)),
                  LOG_CSTR("document", shop_text_name(self->document)));
        finish(self, "ok");
    }
}

/* ---- requests ---- */

static const char *number(int64_t value, char text[NUMBER_SIZE])
{
    snprintf(text, NUMBER_SIZE, "%" PRId64, value);
    return text;
}

static bool step(call_t *self, script_t script, const char *name, const str_t *more, size_t count)
{
    str_t args[8] = {str_from(name), str_from(shop_text_name(self->document))};
    assert(count <= 6);
    if (count)
        memcpy(args + 2, more, count * sizeof *more);
    return send_step(self->texts, script, args, 2 + count, store_deadline(&self->request.header),
                     on_reply, self);
}

static bool save(call_t *self, const proto_save_text_t *msg)
{
    char last[NUMBER_SIZE], tokens[NUMBER_SIZE];
    self->tokens = (int64_t)tokens_of(msg->text);
    const str_t args[] = {msg->text, str_from(number(msg->last, last)), msg->by, msg->note,
                          str_from(number(self->tokens, tokens))};
    return step(self, SCRIPT_TEXTS, "save", args, 5);
}

static bool publish(call_t *self, const proto_publish_text_t *msg)
{
    char version[NUMBER_SIZE], live[NUMBER_SIZE];
    const str_t args[] = {str_from(number(msg->version, version)),
                          str_from(number(msg->live, live)), msg->by};
    return step(self, SCRIPT_TEXTS, "publish", args, 3);
}

static bool offer(call_t *self, const proto_offer_rules_t *msg)
{
    char room[NUMBER_SIZE], tokens[NUMBER_SIZE];
    const str_t args[] = {str_from(number(msg->room, room)), msg->text,
                          str_from(number(msg->tokens, tokens))};
    return step(self, SCRIPT_TEXTS, "offer", args, 3);
}

static bool get(call_t *self, const proto_get_text_t *msg)
{
    char version[NUMBER_SIZE];
    const str_t args[] = {str_from(number(msg->version, version))};
    return step(self, SCRIPT_TEXTS_READ, "get", args, 1);
}

static bool begin(call_t *self, const void *msg)
{
    switch (self->request.header.type) {
    case PROTO_SAVE_TEXT:
        return save(self, msg);
    case PROTO_PUBLISH_TEXT:
        return publish(self, msg);
    case PROTO_OFFER_RULES:
        return offer(self, msg);
    case PROTO_GET_TEXT:
        return get(self, msg);
    default:
        return step(self, SCRIPT_TEXTS_READ, "list", NULL, 0);
    }
}

/* Which document a request is about, and what is wrong with the request, or NULL. */
static const char *check(proto_type_t type, const void *msg, shop_text_t *document)
{
    const proto_save_text_t *save_text = msg;
    const proto_offer_rules_t *offer_rules = msg;
    int64_t version = 0;
    str_t name = STR_LIT("rules");
    if (type == PROTO_LIST_TEXTS)
        name = ((const proto_list_texts_t *)msg)->document;
    else if (type == PROTO_GET_TEXT)
        name = ((const proto_get_text_t *)msg)->document,
        version = ((const proto_get_text_t *)msg)->version;
    else if (type == PROTO_SAVE_TEXT)
        name = save_text->document;
    else if (type == PROTO_PUBLISH_TEXT)
        name = ((const proto_publish_text_t *)msg)->document,
        version = ((const proto_publish_text_t *)msg)->version;
    *document = shop_text_by_name(name);
    if (*document == SHOP_TEXT_COUNT)
        return "document must be rules or knowledge";
    if (version < 0)
        return "there is no such version";
    if (type == PROTO_OFFER_RULES && (offer_rules->room < 0 || offer_rules->tokens < 0))
        return "room is not one";
    return type == PROTO_SAVE_TEXT ? shop_text_wrong(*document, save_text->text) : NULL;
}

bool texts_takes(proto_type_t type)
{
    return type >= PROTO_LIST_TEXTS && type <= PROTO_OFFER_RULES && type != PROTO_TEXTS &&
           type != PROTO_TEXT;
}

void texts_handle(texts_t *self, const rpc_request_t *request)
{
    shop_text_t document;
    const char *wrong = check(request->header.type, request->msg, &document);
    call_t *call = calloc(1, sizeof *call);
    if (!call)
        abort();
    *call = (call_t){.texts = self, .request = rpc_request_later(request), .document = document};
    self->count++;
    if (wrong)
        fail(call, PROTO_CODE_INVALID, wrong);
    else if (self->count > TEXTS_AT_ONCE || !begin(call, request->msg))
        fail(call, PROTO_CODE_BUSY, "too many requests are under way");
}

/* ---- life ---- */

texts_t *texts_new(uv_loop_t *loop, redis_t *redis)
{
    texts_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->ticker = ticker_new(loop, 0, EVERY_MS, on_tick, self);
    return self;
}

void texts_destroy(texts_t **self_p)
{
    texts_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    ticker_destroy(&self->ticker);
    free(self);
    *self_p = NULL;
}
