#include "sessions/alerts.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "sessions/refuse.h"
#include "sessions/store.h"
#include "sessions/words.h"

#define ARENA_MAX (1 << 20) /* what is told at once */
#define MAX_TAKEN 16        /* alerts at once, as the protocol has it */
#define MAX_LEASE_MS 600000
#define MAX_RETRY_MS 86400000
#define MAX_TARGETS ((1 << 8) - 1)
#define ASKED_MS 86400000 /* how long it counts that an agent asked for alerts */
#define TAKEN_WORDS 4     /* of an answer, for one alert */
#define DIGEST_TEXT 41

struct alerts {
    redis_t *redis;
    int64_t repeat_ms, rate;
    size_t count; /* requests under way */
};

/* A request under way; its server is NULL for one of our own. */
typedef struct pending {
    alerts_t *alerts;
    rpc_request_t request; /* its message is gone */
} pending_t;

/* ---- commands ---- */

/* Every key here has a fixed name. */
static void begin(words_t *self, buf_t *names, script_t script, const session_key_t *keys,
                  size_t count)
{
    self->count = 0;
    buf_init(names, count * KEY_MAX);
    words_begin(self, script);
    words_keys(self, names, (str_t){0}, (str_t){0}, keys, count);
}

#define BEGIN(self, names, script, ...)                              \
    begin(self, names, script, (const session_key_t[]){__VA_ARGS__}, \
          sizeof((const session_key_t[]){__VA_ARGS__}) / sizeof(session_key_t))

static bool send_words(alerts_t *self, const words_t *words, buf_t *names, int64_t deadline,
                       redis_done_t *done, void *arg)
{
    size_t size;
    char *bytes = words_format(words, &size);
    buf_free(names);
    return redis_send(self->redis, bytes, size, deadline, done, arg);
}

/* The key may name a person, and is kept longer than the alert: only its digest is. */
static void digest(str_t key, char text[DIGEST_TEXT])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(key.data, key.size, bytes, &size, EVP_sha256(), NULL);
    for (size_t i = 0; i < (DIGEST_TEXT - 1) / 2; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static bool keep(alerts_t *self, const proto_alert_t *alert, str_t key, int64_t deadline,
                 redis_done_t *done, void *arg)
{
    words_t words;
    buf_t names, record;
    char digest_text[DIGEST_TEXT];
    buf_init(&record, PROTO_MAX_BODY);
    if (!proto_encode(&proto_alert_record, alert, &record, NULL)) {
        buf_free(&record);
        return false;
    }
    digest(key, digest_text);
    BEGIN(&words, &names, SCRIPT_RAISE_ALERT, KEY_ALERTS, KEY_ALERT_ITEMS, KEY_ALERT_TOLD,
          KEY_ALERT_RATES, KEY_ALERT_WANTED);
    words_add(&words, alert->id);
    words_add(&words, str_from(digest_text));
    words_add(&words, alert->kind);
    words_add(&words, alert->user_id);
    words_add(&words, buf_view(&record));
    words_number(&words, self->repeat_ms);
    words_number(&words, self->rate);
    words_number(&words, ALERTS_KEPT);
    bool sent = send_words(self, &words, &names, deadline, done, arg);
    buf_free(&record);
    return sent;
}

/* ---- answers ---- */

static str_t status_of(const redisReply *reply)
{
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 ||
        reply->element[0]->type != REDIS_REPLY_STRING)
        return (str_t){0};
    return (str_t){reply->element[0]->str, reply->element[0]->len};
}

static void note_raised(str_t status)
{
    static const char *const outcomes[] = {"raised", "again", "unwanted", "told", "held", "full"};
    const char *outcome = "lost";
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (str_is(status, outcomes[i]))
            outcome = outcomes[i];
    metric_add_label(METRIC_ALERTS_RAISED, outcome, 1);
    if (strcmp(outcome, "lost") == 0 || strcmp(outcome, "full") == 0)
        log_warn("alert_lost", LOG_CSTR("why", outcome));
}

/* One of those that were taken; false if it cannot be read, and then it waits for its end. */
static bool taken_at(const redisReply *reply, size_t i, arena_t *arena, proto_alert_t *alert)
{
    for (size_t n = 0; n + 1 < TAKEN_WORDS; n++)
        if (reply->element[i + n]->type != REDIS_REPLY_INTEGER)
            return false;
    const redisReply *record = reply->element[i + 3];
    if (record->type != REDIS_REPLY_STRING ||
        !proto_decode(&proto_alert_record, record->str, record->len, alert, arena, NULL))
        return false;
    alert->tries = reply->element[i]->integer;
    alert->sent = reply->element[i + 1]->integer;
    alert->held_back = reply->element[i + 2]->integer;
    return true;
}

static void answer_taken(const pending_t *self, const redisReply *reply)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_alert_t alerts[MAX_TAKEN];
    proto_alerts_t msg = {.alerts = alerts};
    if (reply->elements > 1 && reply->element[1]->type == REDIS_REPLY_INTEGER &&
        reply->element[1]->integer > 0) {
        metric_add_label(METRIC_ALERTS_RAISED, "given_up", reply->element[1]->integer);
        log_warn("alert_lost", LOG_CSTR("why", "given_up"),
                 LOG_INT("alerts", reply->element[1]->integer));
    }
    for (size_t i = 2; i + TAKEN_WORDS <= reply->elements && msg.alerts_count < MAX_TAKEN;
         i += TAKEN_WORDS)
        if (taken_at(reply, i, arena, &alerts[msg.alerts_count]))
            msg.alerts_count++;
        else
            log_error("stored_alert_damaged", LOG_TRACE(&self->request.header.trace));
    rpc_server_reply(self->request.server, &self->request.peer, &self->request.header, PROTO_ALERTS,
                     &msg);
    arena_destroy(&arena);
}

static void on_reply(void *arg, const redisReply *reply)
{
    pending_t *self = arg;
    str_t status = status_of(reply);
    proto_ok_t ok = {.count = str_is(status, "raised") || str_is(status, "again")};
    if (self->request.header.type == PROTO_RAISE_ALERT)
        note_raised(status);
    if (status.size == 0) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            log_error("redis_error", LOG_TRACE(&self->request.header.trace),
                      LOG_TEXT("text", ((str_t){reply->str, reply->len})));
        if (self->request.server)
            refuse(&self->request, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    } else if (!self->request.server) {
        log_debug("alert", LOG_TEXT("outcome", status));
    } else if (self->request.header.type == PROTO_TAKE_ALERTS) {
        answer_taken(self, reply);
    } else if (str_is(status, "stale")) {
        refuse(&self->request, PROTO_CODE_STALE_TOKEN,
               "another has taken this alert, or it is told");
    } else {
        rpc_server_reply(self->request.server, &self->request.peer, &self->request.header, PROTO_OK,
                         &ok);
    }
    self->alerts->count--;
    free(self);
}

/* ---- requests; NULL when the request makes sense, else a sentence that says why not ---- */

static const char *wrong_alert(const proto_alert_t *alert, str_t key)
{
    if (alert->id.size == 0 || alert->kind.size == 0)
        return "alert.id or alert.kind is empty";
    if (key.size == 0)
        return "key is empty";
    return NULL;
}

static const char *wrong_take(const proto_take_alerts_t *msg)
{
    if (msg->lease_ms < 1 || msg->lease_ms > MAX_LEASE_MS)
        return "lease_ms must be 1 to 600000";
    return msg->max < 1 || msg->max > MAX_TAKEN ? "max must be 1 to 16" : NULL;
}

static const char *wrong_settle(const proto_settle_alert_t *msg)
{
    if (msg->alert_id.size == 0)
        return "alert_id is empty";
    if (msg->tries < 1 || msg->sent < 0 || msg->sent > MAX_TARGETS)
        return "tries or sent is not one";
    return msg->retry_ms < 0 || msg->retry_ms > MAX_RETRY_MS ? "retry_ms must be 0 to 86400000"
                                                             : NULL;
}

static const char *wrong(const rpc_request_t *request)
{
    switch (request->header.type) {
    case PROTO_RAISE_ALERT: {
        const proto_raise_alert_t *msg = request->msg; /* REQUIRED: there is one alert */
        return wrong_alert(msg->alert, msg->key);
    }
    case PROTO_TAKE_ALERTS:
        return wrong_take(request->msg);
    default:
        return wrong_settle(request->msg);
    }
}

static bool take(alerts_t *self, const proto_take_alerts_t *msg, int64_t deadline, void *arg)
{
    words_t words;
    buf_t names;
    BEGIN(&words, &names, SCRIPT_TAKE_ALERTS, KEY_ALERTS, KEY_ALERT_ITEMS, KEY_ALERT_WANTED);
    words_number(&words, msg->lease_ms);
    words_number(&words, msg->max);
    words_number(&words, ASKED_MS);
    return send_words(self, &words, &names, deadline, on_reply, arg);
}

static bool settle(alerts_t *self, const proto_settle_alert_t *msg, int64_t deadline, void *arg)
{
    words_t words;
    buf_t names;
    BEGIN(&words, &names, SCRIPT_SETTLE_ALERT, KEY_ALERTS, KEY_ALERT_ITEMS);
    words_add(&words, msg->alert_id);
    words_number(&words, msg->tries);
    words_number(&words, msg->sent);
    words_number(&words, msg->retry_ms);
    return send_words(self, &words, &names, deadline, on_reply, arg);
}

static bool ask(alerts_t *self, const rpc_request_t *request, void *arg)
{
    int64_t deadline = store_deadline(&request->header);
    const proto_raise_alert_t *raised = request->msg;
    switch (request->header.type) {
    case PROTO_RAISE_ALERT:
        return keep(self, raised->alert, raised->key, deadline, on_reply, arg);
    case PROTO_TAKE_ALERTS:
        return take(self, request->msg, deadline, arg);
    default:
        return settle(self, request->msg, deadline, arg);
    }
}

static pending_t *pending_new(alerts_t *self)
{
    pending_t *pending = calloc(1, sizeof *pending);
    if (!pending)
        abort();
    pending->alerts = self;
    self->count++;
    return pending;
}

static void pending_free(pending_t *self)
{
    self->alerts->count--;
    free(self);
}

void alerts_handle(alerts_t *self, const rpc_request_t *request)
{
    const char *why = wrong(request);
    if (why) {
        refuse(request, PROTO_CODE_INVALID, "%s", why);
        return;
    }
    pending_t *pending = pending_new(self);
    pending->request = rpc_request_later(request);
    if (!ask(self, request, pending)) {
        refuse(request, PROTO_CODE_BUSY, "too many requests wait for Redis");
        pending_free(pending);
    }
}

void alerts_raise(alerts_t *self, const proto_alert_t *alert, str_t key)
{
    char id[ID_TEXT_SIZE];
    proto_alert_t mine = *alert;
    id_text(id);
    mine.id = str_from(id);
    mine.at_ms = clock_unix_ms();
    pending_t *pending = pending_new(self);
    pending->request.header.type = PROTO_RAISE_ALERT;
    if (!keep(self, &mine, key, clock_ms() + STORE_PATIENCE_MS, on_reply, pending)) {
        note_raised((str_t){0});
        pending_free(pending);
    }
}

static void on_forgotten(void *arg, const redisReply *reply)
{
    (void)arg;
    if (status_of(reply).size == 0)
        log_error("alerts_not_forgotten",
                  LOG_CSTR("error", reply && reply->type == REDIS_REPLY_ERROR ? reply->str : ""));
}

bool alerts_forget(alerts_t *self, str_t user_id, int64_t deadline)
{
    words_t words;
    buf_t names;
    BEGIN(&words, &names, SCRIPT_FORGET_ALERTS, KEY_ALERTS, KEY_ALERT_ITEMS);
    words_add(&words, user_id);
    return send_words(self, &words, &names, deadline, on_forgotten, NULL);
}

/* ---- life ---- */

alerts_t *alerts_new(redis_t *redis, int64_t repeat_ms, int64_t rate)
{
    alerts_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    *self = (alerts_t){.redis = redis, .repeat_ms = repeat_ms, .rate = rate};
    return self;
}

void alerts_destroy(alerts_t **self_p)
{
    alerts_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    free(self);
    *self_p = NULL;
}
