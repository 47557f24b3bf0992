#include "sessions/redis_sentinel.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "sessions/redis_dial.h"
#include "sessions/redis_master.h"

#define TICK_MS 20
#define LATE_MS 500

/* A connection to the sentinel at hand. One asks, the other listens, because whoever has subscribed
 * may not ask. */
typedef struct call {
    redis_sentinel_t *owner;
    void (*connected)(struct call *self);
    redis_dial_t *dial;
    redisAsyncContext *context;
    int64_t closed; /* clock_ms */
} call_t;

struct redis_sentinel {
    uv_timer_t timer; /* first: freed as one when it is closed */
    uv_loop_t *loop;
    const redis_url_t *url;
    redis_mastered_t *mastered;
    void *arg;
    size_t at; /* which of the sentinels */
    call_t asks, listens;
    bool connected;    /* asks is */
    bool asking;       /* a question is under way */
    bool answers;      /* the master that was named does */
    int64_t asked;     /* clock_ms: last time */
    int64_t heard;     /* clock_ms of the last answer, or of the call */
    int64_t good;      /* clock_ms when the master answered last, or of the call */
    int64_t ticked;    /* clock_ms */
    char trouble[128]; /* why no sentinel tells; empty: one does */
};

static const redis_address_t *address(const redis_sentinel_t *self)
{
    return &self->url->hosts[self->at];
}

static void note_trouble(redis_sentinel_t *self, const char *why)
{
    char text[REDIS_ADDRESS_TEXT];
    log_debug("sentinel_left", LOG_CSTR("server", redis_address_text(address(self), text)),
              LOG_CSTR("why", why));
    if (strcmp(self->trouble, why) != 0)
        log_warn("sentinel_down", LOG_CSTR("server", redis_address_text(address(self), text)),
                 LOG_CSTR("why", why));
    snprintf(self->trouble, sizeof self->trouble, "%s", why);
}

/* ---- connections ---- */

/* hiredis may still call us for the old context, but finds that it is not ours. */
static void hang_up(call_t *self)
{
    redisAsyncContext *context = self->context;
    self->context = NULL;
    self->closed = clock_ms();
    redis_dial_cancel(&self->dial);
    if (context)
        redisAsyncFree(context);
}

static void call(call_t *self);

/* On to the next sentinel. */
static void turn_to_next(redis_sentinel_t *self)
{
    hang_up(&self->asks);
    hang_up(&self->listens);
    self->connected = self->asking = false;
    self->at = (self->at + 1) % self->url->count;
}

static void leave(redis_sentinel_t *self, const char *why)
{
    note_trouble(self, why);
    turn_to_next(self);
}

static void lost(call_t *self, const char *why)
{
    redis_sentinel_t *owner = self->owner;
    if (self == &owner->asks)
        leave(owner, why && why[0] ? why : "connection closed");
    else
        hang_up(self); /* the questions go on; the tick calls again */
}

static void on_connected(const redisAsyncContext *context, int status)
{
    call_t *self = context->data;
    if (self->context != context)
        return;
    if (status != REDIS_OK) {
        self->context = NULL; /* hiredis frees it after this call */
        lost(self, context->errstr);
        return;
    }
    self->connected(self);
}

static void on_disconnected(const redisAsyncContext *context, int status)
{
    (void)status;
    call_t *self = context->data;
    if (self->context != context)
        return;
    self->context = NULL; /* hiredis frees it after this call */
    lost(self, context->errstr);
}

static void on_dialled(void *arg, redisAsyncContext *context, const char *why)
{
    call_t *self = arg;
    self->dial = NULL;
    if (!context) {
        lost(self, why);
        return;
    }
    context->data = self;
    self->context = context;
    redisAsyncSetConnectCallback(context, on_connected);
    redisAsyncSetDisconnectCallback(context, on_disconnected);
}

static void call(call_t *self)
{
    self->closed = clock_ms();
    self->dial = redis_dial(self->owner->loop, address(self->owner), 0, on_dialled, self);
}

static void on_login(redisAsyncContext *context, void *reply, void *arg)
{
    (void)arg;
    call_t *self = context->data;
    const redisReply *answer = reply;
    if (answer && self->context == context && answer->type == REDIS_REPLY_ERROR)
        lost(self, answer->str);
}

static void log_in(call_t *self)
{
    const redis_login_t *login = &self->owner->url->sentinel;
    if (login->user[0])
        redisAsyncCommand(self->context, on_login, NULL, "AUTH %s %s", login->user,
                          login->password);
    else if (login->password[0])
        redisAsyncCommand(self->context, on_login, NULL, "AUTH %s", login->password);
}

/* ---- asking ---- */

static void on_answer(redisAsyncContext *context, void *reply, void *arg)
{
    (void)arg;
    call_t *self = context->data;
    if (!reply || self->context != context)
        return;
    redis_sentinel_t *owner = self->owner;
    const redisReply *answer = reply;
    redis_address_t master;
    owner->asking = false;
    owner->heard = clock_ms();
    if (!redis_master_read(answer, &master)) {
        leave(owner, answer->type == REDIS_REPLY_ERROR ? answer->str
                                                       : "it does not know a master of that name");
        return;
    }
    owner->trouble[0] = 0;
    owner->mastered(owner->arg, &master);
}

static void ask(redis_sentinel_t *self)
{
    self->asking = true;
    self->asked = self->heard = clock_ms();
    redisAsyncCommand(self->asks.context, on_answer, NULL, "SENTINEL GET-MASTER-ADDR-BY-NAME %s",
                      self->url->master);
}

static void asks_connected(call_t *self)
{
    self->owner->connected = true;
    log_in(self);
    ask(self->owner);
}

/* ---- listening ---- */

static void on_message(redisAsyncContext *context, void *reply, void *arg)
{
    (void)arg;
    call_t *self = context->data;
    if (!reply || self->context != context)
        return;
    const redisReply *message = reply;
    redis_address_t master;
    if (message->type == REDIS_REPLY_ERROR) {
        char text[REDIS_ADDRESS_TEXT];
        log_debug("sentinel_unheard",
                  LOG_CSTR("server", redis_address_text(address(self->owner), text)),
                  LOG_CSTR("why", message->str));
        hang_up(self);
        return;
    }
    if (message->type == REDIS_REPLY_ARRAY && message->elements == 3 &&
        message->element[2]->type == REDIS_REPLY_STRING &&
        redis_master_switched((str_t){message->element[2]->str, message->element[2]->len},
                              str_from(self->owner->url->master), &master)) {
        log_info("sentinel_switched");
        self->owner->mastered(self->owner->arg, &master);
    }
}

static void listens_connected(call_t *self)
{
    log_in(self);
    redisAsyncCommand(self->context, on_message, NULL, "SUBSCRIBE +switch-master");
}

/* ---- time ---- */

static void watch(redis_sentinel_t *self, int64_t now)
{
    call_t *listens = &self->listens;
    if (self->answers)
        self->good = now;
    if (now - self->heard >= REDIS_SENTINEL_SILENT_MS && (self->asking || !self->connected))
        leave(self, "no answer in time");
    else if (now - self->good >= REDIS_SENTINEL_SILENT_MS && self->connected)
        turn_to_next(self); /* what it names does not answer as a master: others may know more */
    else if (self->connected && !self->asking &&
             now - self->asked >=
                 (self->answers ? REDIS_SENTINEL_WATCH_MS : REDIS_SENTINEL_DOWN_MS))
        ask(self);
    if (self->connected && !listens->context && !listens->dial &&
        now - listens->closed >= REDIS_SENTINEL_DOWN_MS)
        call(listens);
}

static void on_tick(uv_timer_t *timer)
{
    redis_sentinel_t *self = timer->data;
    int64_t now = clock_ms();
    if (now - self->ticked >= LATE_MS) /* it was us who slept: answers may be there already */
        self->heard = self->good = now;
    self->ticked = now;
    if (self->asks.context || self->asks.dial) {
        watch(self, now);
    } else if (now - self->asks.closed >= REDIS_SENTINEL_DOWN_MS / 4) {
        self->heard = self->good = now;
        call(&self->asks);
    }
}

/* ---- life ---- */

redis_sentinel_t *redis_sentinel_new(uv_loop_t *loop, const redis_url_t *url,
                                     redis_mastered_t *mastered, void *arg)
{
    redis_sentinel_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->loop = loop;
    self->url = url;
    self->mastered = mastered;
    self->arg = arg;
    self->ticked = clock_ms();
    self->asks = (call_t){.owner = self, .connected = asks_connected};
    self->listens = (call_t){.owner = self, .connected = listens_connected};
    snprintf(self->trouble, sizeof self->trouble, "no sentinel was asked yet");
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_tick, 0, TICK_MS);
    return self;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle);
}

void redis_sentinel_destroy(redis_sentinel_t **self_p)
{
    redis_sentinel_t *self = *self_p;
    if (!self)
        return;
    hang_up(&self->asks);
    hang_up(&self->listens);
    uv_timer_stop(&self->timer);
    uv_close((uv_handle_t *)&self->timer, on_timer_closed);
    *self_p = NULL;
}

void redis_sentinel_told(redis_sentinel_t *self, bool answers)
{
    if (self->answers && !answers)
        self->asked = 0; /* at once */
    self->answers = answers;
}

const char *redis_sentinel_trouble(const redis_sentinel_t *self)
{
    return self->trouble;
}
