#include "sessions/redis.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "sessions/redis_error.h"
#include "sessions/redis_poll.h"
#include "sessions/scripts.h"

#define TICK_MS 20
#define LATE_MS 500
#define FIRST_BACKOFF_MS 50
#define SCRIPT_TRIES 3 /* a script that Redis loses this often is a fault, not an accident */

/* Steps of the greeting, in the order they are sent. */
typedef enum greeting {
    GREET_AUTH,
    GREET_SELECT,
    GREET_FENCE,
    GREET_ID,
    GREET_SCRIPT,
    GREET_READY
} greeting_t;
static greeting_t steps[] = {GREET_AUTH, GREET_SELECT, GREET_FENCE,
                             GREET_ID,   GREET_SCRIPT, GREET_READY};

typedef enum state { WAITING, RESOLVING, CONNECTING, GREETING, UP } state_t;
static const char *const state_names[] = {"waiting", "resolving", "connecting", "greeting", "up"};

typedef struct command {
    TAILQ_ENTRY(command) link;
    char *bytes;
    size_t size;
    int64_t deadline;   /* clock_ms */
    int64_t made_us;    /* clock_us, for the histogram */
    unsigned reloads;   /* how often Redis did not know its script */
    redis_done_t *done; /* NULL: nobody waits any more */
    void *arg;
} command_t;

TAILQ_HEAD(commands, command);

/* A lookup outlives its redis_t if it must: libuv cannot always cancel it. */
typedef struct lookup {
    uv_getaddrinfo_t request;
    redis_t *owner; /* NULL: nobody waits */
} lookup_t;

struct redis {
    uv_timer_t timer; /* first: freed as one when it is closed */
    uv_loop_t *loop;
    redis_url_t url;
    state_t state;
    redisAsyncContext *context; /* NULL in WAITING and RESOLVING */
    lookup_t *lookup;           /* in RESOLVING */
    size_t address;          /* which of the name's addresses is tried: the next after a failure */
    int64_t since;           /* clock_ms when the state was entered */
    int64_t backoff;         /* ms */
    int64_t heard;           /* clock_ms of the last answer */
    int64_t ticked;          /* clock_ms of the last tick */
    bool pinging;            /* a PING is under way */
    bool reloading;          /* SCRIPT LOADs are under way outside the greeting */
    long long id;            /* CLIENT ID of this connection */
    long long fence;         /* CLIENT ID of the one given up; 0: none */
    struct commands waiting; /* to be sent */
    struct commands sent;    /* in the order of their answers */
    size_t count;            /* of both */
    size_t bytes;            /* of both */
    char trouble[128];       /* why it is not up */
};

static void start(redis_t *self);
static void send_waiting(redis_t *self);

/* The only place that changes the state. Logs what an operator should know: the changes between up
 * and not up, and a new reason for not being up. */
static void move(redis_t *self, state_t to, const char *why)
{
    log_debug("redis_state", LOG_CSTR("from", state_names[self->state]),
              LOG_CSTR("to", state_names[to]), LOG_CSTR("why", why));
    if (to == UP) {
        log_info("redis_up", LOG_INT("waiting", self->count));
        self->trouble[0] = 0;
        self->backoff = 0;
    } else if (to == WAITING && strcmp(self->trouble, why) != 0) {
        log_warn("redis_down", LOG_CSTR("why", why), LOG_INT("waiting", self->count));
        snprintf(self->trouble, sizeof self->trouble, "%s", why);
    }
    self->state = to;
    self->since = self->heard = clock_ms();
    metric_set(METRIC_REDIS_UP, to == UP);
}

/* ---- commands ---- */

static void command_free(redis_t *self, struct commands *list, command_t *command)
{
    TAILQ_REMOVE(list, command, link);
    self->count--;
    self->bytes -= command->size;
    redisFreeCommand(command->bytes);
    free(command);
}

/* Tells whoever waits, once. */
static void command_done(command_t *command, const redisReply *reply)
{
    redis_done_t *done = command->done;
    command->done = NULL;
    if (done)
        done(command->arg, reply);
}

/* Answers those whose deadline has passed. One under way stays listed until its answer comes, which
 * is then nobody's. */
static void expire(redis_t *self, struct commands *list, int64_t now)
{
    for (command_t *command = TAILQ_FIRST(list), *next; command; command = next) {
        next = TAILQ_NEXT(command, link);
        if (command->done && command->deadline <= now) {
            metric_add_label(METRIC_REDIS_REFUSED, "away", 1);
            command_done(command, NULL);
        }
        if (!command->done && list == &self->waiting)
            command_free(self, list, command);
    }
}

/* ---- losing the connection ---- */

/* Back to WAITING. What was under way goes before what waits, in its old order; what nobody waits
 * for any more is dropped by the tick, before there is a new connection. hiredis may still call us
 * for the old context, but finds that it is not ours. */
static void lose(redis_t *self, const char *why)
{
    redisAsyncContext *context = self->context;
    self->context = NULL;
    if (context)
        redisAsyncFree(context);
    if (self->lookup) {
        self->lookup->owner = NULL;
        uv_cancel((uv_req_t *)&self->lookup->request);
        self->lookup = NULL;
    }
    if (self->state == CONNECTING)
        self->address++;
    size_t again = 0;
    for (command_t *command; (command = TAILQ_LAST(&self->sent, commands)) != NULL;) {
        TAILQ_REMOVE(&self->sent, command, link);
        TAILQ_INSERT_HEAD(&self->waiting, command, link);
        again += command->done != NULL;
    }
    metric_add(METRIC_REDIS_RESENT, (int64_t)again);
    if (again)
        log_warn("redis_resend", LOG_INT("commands", again), LOG_CSTR("why", why));
    self->pinging = self->reloading = false;
    self->backoff = self->backoff ? self->backoff * 2 : FIRST_BACKOFF_MS;
    if (self->backoff > REDIS_BACKOFF_MS)
        self->backoff = REDIS_BACKOFF_MS;
    move(self, WAITING, why);
}

/* The same for a connection that is open while Redis is silent: what it holds must not run late. */
static void give_up(redis_t *self, const char *why)
{
    if (self->id)
        self->fence = self->id;
    lose(self, why);
}

/* ---- sending and answers ---- */

static void on_plain(redisAsyncContext *context, void *reply, void *arg)
{
    (void)arg;
    redis_t *self = context->data;
    if (!reply || self->context != context)
        return;
    self->heard = clock_ms();
    self->pinging = false;
    const redisReply *answer = reply;
    if (answer->type == REDIS_REPLY_ERROR &&
        redis_error((str_t){answer->str, answer->len}) == REDIS_ERROR_AWAY)
        lose(self, answer->str);
}

static void on_reloaded(redisAsyncContext *context, void *reply, void *arg)
{
    (void)arg;
    redis_t *self = context->data;
    if (reply && self->context == context)
        self->reloading = false;
}

static void load_script(redis_t *self, script_t script, redisCallbackFn *done, void *arg)
{
    str_t source = script_source(script);
    const char *words[] = {"SCRIPT", "LOAD", source.data};
    size_t sizes[] = {6, 4, source.size};
    redisAsyncCommandArgv(self->context, done, arg, 3, words, sizes);
}

static void on_reply(redisAsyncContext *context, void *reply, void *arg)
{
    redis_t *self = context->data;
    if (!reply || self->context != context)
        return; /* the connection is lost; the command is in other hands */
    command_t *command = arg;
    const redisReply *answer = reply;
    assert(command == TAILQ_FIRST(&self->sent));
    self->heard = clock_ms();
    if (answer->type == REDIS_REPLY_ERROR) {
        redis_error_t error = redis_error((str_t){answer->str, answer->len});
        if (error == REDIS_ERROR_AWAY) {
            lose(self, answer->str);
            return;
        }
        if (error == REDIS_ERROR_SCRIPT && command->reloads++ < SCRIPT_TRIES) {
            log_info("redis_scripts_lost", LOG_INT("tries", command->reloads));
            if (!self->reloading)
                for (script_t script = 0; script < SCRIPT_COUNT; script++)
                    load_script(self, script, on_reloaded, NULL);
            self->reloading = true;
            TAILQ_REMOVE(&self->sent, command, link);
            TAILQ_INSERT_TAIL(&self->waiting, command, link);
            send_waiting(self);
            return;
        }
    }
    metric_observe(METRIC_REDIS_SECONDS, clock_us() - command->made_us);
    command_done(command, answer);
    command_free(self, &self->sent, command);
}

static void send_waiting(redis_t *self)
{
    for (command_t *command; (command = TAILQ_FIRST(&self->waiting)) != NULL;) {
        TAILQ_REMOVE(&self->waiting, command, link);
        if (TAILQ_EMPTY(&self->sent))
            self->heard = clock_ms(); /* the silence that counts begins now */
        TAILQ_INSERT_TAIL(&self->sent, command, link);
        redisAsyncFormattedCommand(self->context, on_reply, command, command->bytes, command->size);
    }
}

bool redis_send(redis_t *self, char *bytes, size_t size, int64_t deadline, redis_done_t *done,
                void *arg)
{
    if (self->count >= REDIS_COMMANDS || self->bytes + size > REDIS_BYTES) {
        metric_add_label(METRIC_REDIS_REFUSED, "full", 1);
        redisFreeCommand(bytes);
        return false;
    }
    command_t *command = calloc(1, sizeof *command);
    if (!command)
        abort();
    *command = (command_t){.bytes = bytes,
                           .size = size,
                           .deadline = deadline,
                           .made_us = clock_us(),
                           .done = done,
                           .arg = arg};
    self->count++;
    self->bytes += size;
    TAILQ_INSERT_TAIL(&self->waiting, command, link);
    if (self->state == UP)
        send_waiting(self);
    return true;
}

/* ---- greeting ---- */

static void on_greeted(redisAsyncContext *context, void *reply, void *arg)
{
    redis_t *self = context->data;
    if (!reply || self->context != context)
        return;
    const redisReply *answer = reply;
    greeting_t step = *(const greeting_t *)arg;
    self->heard = clock_ms();
    if (answer->type == REDIS_REPLY_ERROR) {
        if (step == GREET_FENCE || step == GREET_ID) { /* none to kill, or not allowed to */
            log_debug("redis_fence", LOG_CSTR("answer", answer->str));
        } else {
            lose(self, answer->str);
            return;
        }
    }
    if (step == GREET_FENCE)
        self->fence = 0;
    if (step == GREET_ID && answer->type == REDIS_REPLY_INTEGER)
        self->id = answer->integer;
    if (step == GREET_READY) {
        move(self, UP, "");
        send_waiting(self);
    }
}

#define GREET(self, step, ...) \
    redisAsyncCommand((self)->context, on_greeted, &steps[step], __VA_ARGS__)

static void greet(redis_t *self)
{
    const redis_url_t *url = &self->url;
    self->id = 0;
    if (url->user[0])
        GREET(self, GREET_AUTH, "AUTH %s %s", url->user, url->password);
    else if (url->password[0])
        GREET(self, GREET_AUTH, "AUTH %s", url->password);
    if (url->database)
        GREET(self, GREET_SELECT, "SELECT %u", url->database);
    if (self->fence)
        GREET(self, GREET_FENCE, "CLIENT KILL ID %lld", self->fence);
    GREET(self, GREET_ID, "CLIENT ID");
    for (script_t script = 0; script < SCRIPT_COUNT; script++)
        load_script(self, script, on_greeted, &steps[GREET_SCRIPT]);
    GREET(self, GREET_READY, "PING"); /* tells whether it is still loading its data */
}

static void on_connected(const redisAsyncContext *context, int status)
{
    redis_t *self = context->data;
    if (self->context != context)
        return;
    if (status != REDIS_OK) {
        self->context = NULL; /* hiredis frees it after this call */
        lose(self, context->errstr && context->errstr[0] ? context->errstr : "cannot connect");
        return;
    }
    move(self, GREETING, "");
    greet(self);
}

static void on_disconnected(const redisAsyncContext *context, int status)
{
    (void)status;
    redis_t *self = context->data;
    if (self->context != context)
        return;
    self->context = NULL; /* hiredis frees it after this call */
    lose(self, context->errstr && context->errstr[0] ? context->errstr : "connection closed");
}

/* ---- connecting ---- */

/* Takes over a context that hiredis has just made. */
static void adopt(redis_t *self, redisAsyncContext *context)
{
    char why[128] = "the loop cannot watch the connection";
    if (context && context->err)
        snprintf(why, sizeof why, "%s", context->errstr);
    if (!context || context->err || !redis_poll_attach(context, self->loop)) {
        if (context)
            redisAsyncFree(context);
        lose(self, why);
        return;
    }
    context->data = self;
    self->context = context;
    move(self, CONNECTING, "");
    redisAsyncSetConnectCallback(context, on_connected);
    redisAsyncSetDisconnectCallback(context, on_disconnected);
}

/* The addresses of a name in turn: "localhost" is ::1 first, and Redis may listen on 127.0.0.1. */
static const struct addrinfo *nth_address(const struct addrinfo *found, size_t n)
{
    size_t count = 0;
    for (const struct addrinfo *one = found; one; one = one->ai_next)
        count++;
    if (count == 0)
        return NULL;
    for (n %= count; n > 0; n--)
        found = found->ai_next;
    return found;
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    lookup_t *lookup = request->data;
    redis_t *self = lookup->owner;
    char address[64] = "";
    const struct addrinfo *one = status == 0 ? nth_address(found, self ? self->address : 0) : NULL;
    if (one && one->ai_family == AF_INET)
        uv_ip4_name((const struct sockaddr_in *)one->ai_addr, address, sizeof address);
    else if (one && one->ai_family == AF_INET6)
        uv_ip6_name((const struct sockaddr_in6 *)one->ai_addr, address, sizeof address);
    uv_freeaddrinfo(found);
    free(lookup);
    if (!self)
        return;
    self->lookup = NULL;
    if (address[0])
        adopt(self, redisAsyncConnect(address, atoi(self->url.port)));
    else
        lose(self, "the host of REDIS_URL is not known");
}

/* Looked up anew each time, and not by hiredis, which would hold the loop up meanwhile. */
static void resolve(redis_t *self)
{
    lookup_t *lookup = calloc(1, sizeof *lookup);
    if (!lookup)
        abort();
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    lookup->owner = self;
    lookup->request.data = lookup;
    move(self, RESOLVING, "");
    if (uv_getaddrinfo(self->loop, &lookup->request, on_resolved, self->url.host, self->url.port,
                       &hints) == 0) {
        self->lookup = lookup;
    } else {
        free(lookup);
        lose(self, "the host of REDIS_URL cannot be looked up");
    }
}

static void start(redis_t *self)
{
    if (self->url.path[0])
        adopt(self, redisAsyncConnectUnix(self->url.path));
    else
        resolve(self);
}

/* ---- time ---- */

static void on_tick(uv_timer_t *timer)
{
    redis_t *self = timer->data;
    int64_t now = clock_ms();
    if (now - self->ticked >= LATE_MS) /* it was us who slept: answers may be there already */
        self->heard = self->since = now;
    self->ticked = now;
    switch (self->state) {
    case WAITING:
        if (now - self->since >= self->backoff)
            start(self);
        break;
    case RESOLVING:
    case CONNECTING:
    case GREETING:
        if (now - self->since >= REDIS_CONNECT_MS)
            give_up(self, "no connection in time");
        break;
    case UP:
        if (now - self->heard >= REDIS_COMMAND_MS)
            give_up(self, "no answer in time");
        else if (now - self->heard >= REDIS_PING_MS && TAILQ_EMPTY(&self->sent) && !self->pinging) {
            self->pinging = true;
            redisAsyncCommand(self->context, on_plain, NULL, "PING");
        }
        break;
    }
    expire(self, &self->sent, now);
    expire(self, &self->waiting, now);
}

/* ---- life ---- */

redis_t *redis_new(uv_loop_t *loop, const redis_url_t *url)
{
    redis_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->loop = loop;
    self->url = *url;
    self->ticked = clock_ms();
    TAILQ_INIT(&self->waiting);
    TAILQ_INIT(&self->sent);
    snprintf(self->trouble, sizeof self->trouble, "not connected yet");
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_tick, TICK_MS, TICK_MS);
    start(self);
    return self;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle);
}

void redis_destroy(redis_t **self_p)
{
    redis_t *self = *self_p;
    if (!self)
        return;
    snprintf(self->trouble, sizeof self->trouble, "the service ends"); /* no news */
    lose(self, self->trouble);
    expire(self, &self->waiting, INT64_MAX);
    uv_timer_stop(&self->timer);
    uv_close((uv_handle_t *)&self->timer, on_timer_closed);
    *self_p = NULL;
}

bool redis_up(const redis_t *self)
{
    return self->state == UP;
}

const char *redis_trouble(const redis_t *self)
{
    return self->trouble;
}
