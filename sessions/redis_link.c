#include "sessions/redis_link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "sessions/redis_dial.h"
#include "sessions/redis_error.h"
#include "sessions/scripts.h"

#define TICK_MS 20
#define LATE_MS 500
#define FIRST_BACKOFF_MS 50
#define HOLD_MS 100
#define SCRIPT_TRIES 3 /* a script that Redis loses this often is a fault, not an accident */

/* Steps of the greeting, in the order they are sent. */
typedef enum greeting {
    GREET_AUTH,
    GREET_SELECT,
    GREET_FENCE,
    GREET_ID,
    GREET_SCRIPT,
    GREET_ROLE,
    GREET_READY
} greeting_t;
static greeting_t steps[] = {GREET_AUTH,   GREET_SELECT, GREET_FENCE, GREET_ID,
                             GREET_SCRIPT, GREET_ROLE,   GREET_READY};

typedef enum state { WAITING, DIALLING, CONNECTING, GREETING, UP } state_t;
static const char *const state_names[] = {"waiting", "dialling", "connecting", "greeting", "up"};

struct redis_link {
    uv_timer_t timer; /* first: freed as one when it is closed */
    uv_loop_t *loop;
    const redis_link_use_t *use;
    redis_address_t address; /* nothing in it: not known yet */
    state_t state;
    redisAsyncContext *context; /* NULL in WAITING and DIALLING */
    redis_dial_t *dial;         /* in DIALLING */
    size_t tried;               /* which of the name's addresses is: the next after a failure */
    int64_t since;              /* clock_ms when the state was entered */
    int64_t backoff;            /* ms */
    int64_t heard;              /* clock_ms of the last answer */
    int64_t ticked;             /* clock_ms of the last tick */
    bool pinging;               /* a PING is under way */
    int64_t held;               /* clock_ms until which nothing is sent; 0: it is */
    bool reloading;             /* SCRIPT LOADs are under way outside the greeting */
    long long id;               /* CLIENT ID of this connection */
    long long fence;            /* CLIENT ID of the one given up; 0: none */
    redis_commands_t waiting;   /* to be sent */
    redis_commands_t sent;      /* in the order of their answers */
    char trouble[128];          /* why it is not up */
};

static void send_waiting(redis_link_t *self);

static bool placed(const redis_link_t *self)
{
    return self->address.path[0] || self->address.host[0];
}

/* The only place that changes the state. Logs what an operator should know: the changes between up
 * and not up, and a new reason for not being up. */
static void move(redis_link_t *self, state_t to, const char *why)
{
    char text[REDIS_ADDRESS_TEXT];
    log_field_t server = LOG_CSTR("server", redis_address_text(&self->address, text));
    log_debug("redis_state", server, LOG_CSTR("from", state_names[self->state]),
              LOG_CSTR("to", state_names[to]), LOG_CSTR("why", why));
    if (to == UP) {
        log_info("redis_up", server);
        self->trouble[0] = 0;
        self->backoff = 0;
    } else if (to == WAITING && strcmp(self->trouble, why) != 0) {
        log_warn("redis_down", server, LOG_CSTR("why", why));
        snprintf(self->trouble, sizeof self->trouble, "%s", why);
    }
    self->state = to;
    self->since = self->heard = clock_ms();
    if (to == UP || to == WAITING)
        self->use->changed(self->use->arg, self);
}

/* ---- losing the connection ---- */

/* Back to WAITING. What was under way goes before what waits, in its old order; what nobody waits
 * for any more is dropped by the tick, before there is a new connection. hiredis may still call us
 * for the old context, but finds that it is not ours. */
static void lose(redis_link_t *self, const char *why)
{
    redisAsyncContext *context = self->context;
    self->context = NULL;
    if (context)
        redisAsyncFree(context);
    redis_dial_cancel(&self->dial);
    if (self->state == CONNECTING)
        self->tried++;
    size_t again = 0;
    for (redis_command_t *command; (command = TAILQ_LAST(&self->sent, redis_commands)) != NULL;) {
        TAILQ_REMOVE(&self->sent, command, link);
        TAILQ_INSERT_HEAD(&self->waiting, command, link);
        again += command->done != NULL;
    }
    metric_add(METRIC_REDIS_RESENT, (int64_t)again);
    if (again)
        log_warn("redis_resend", LOG_INT("commands", again), LOG_CSTR("why", why));
    self->pinging = self->reloading = false;
    self->held = 0;
    self->backoff = self->backoff ? self->backoff * 2 : FIRST_BACKOFF_MS;
    if (self->backoff > REDIS_BACKOFF_MS)
        self->backoff = REDIS_BACKOFF_MS;
    move(self, WAITING, why);
}

/* The same for a connection that is open while Redis is silent: what it holds must not run late. */
static void give_up(redis_link_t *self, const char *why)
{
    if (self->id)
        self->fence = self->id;
    lose(self, why);
}

/* ---- sending and answers ---- */

static void on_plain(redisAsyncContext *context, void *reply, void *arg)
{
    (void)arg;
    redis_link_t *self = context->data;
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
    redis_link_t *self = context->data;
    if (reply && self->context == context)
        self->reloading = false;
}

static void load_script(redis_link_t *self, script_t script, redisCallbackFn *done, void *arg)
{
    str_t source = script_source(script);
    const char *words[] = {"SCRIPT", "LOAD", source.data};
    size_t sizes[] = {6, 4, source.size};
    redisAsyncCommandArgv(self->context, done, arg, 3, words, sizes);
}

/* The master has no replica in touch, which may be a matter of moments: keeps the command, and what
 * comes behind it, for a while. */
static void hold(redis_link_t *self, redis_command_t *command)
{
    if (!self->held)
        log_warn("redis_lone", LOG_CSTR("why", "the master has no replica in touch"));
    self->held = clock_ms() + HOLD_MS;
    metric_add_label(METRIC_REDIS_REDIRECTS, "noreplicas", 1);
    TAILQ_REMOVE(&self->sent, command, link);
    TAILQ_INSERT_TAIL(&self->waiting, command, link);
}

/* Redis does not know the command's script: tells it, and sends the command again behind that. */
static void reload_scripts(redis_link_t *self, redis_command_t *command)
{
    log_info("redis_scripts_lost", LOG_INT("tries", command->reloads));
    if (!self->reloading)
        for (script_t script = 0; script < SCRIPT_COUNT; script++)
            load_script(self, script, on_reloaded, NULL);
    self->reloading = true;
    TAILQ_REMOVE(&self->sent, command, link);
    TAILQ_INSERT_TAIL(&self->waiting, command, link);
    send_waiting(self);
}

static void on_reply(redisAsyncContext *context, void *reply, void *arg)
{
    redis_link_t *self = context->data;
    if (!reply || self->context != context)
        return; /* the connection is lost; the command is in other hands */
    redis_command_t *command = arg;
    const redisReply *answer = reply;
    assert(command == TAILQ_FIRST(&self->sent));
    self->heard = clock_ms();
    if (answer->type == REDIS_REPLY_ERROR) {
        redis_error_t error = redis_error((str_t){answer->str, answer->len});
        bool cluster = self->use->redirected != NULL;
        bool lone = error == REDIS_ERROR_LONE &&
                    clock_us() - command->made_us < REDIS_LONE_MS * INT64_C(1000);
        if (cluster && (error == REDIS_ERROR_ELSEWHERE || error == REDIS_ERROR_LATER || lone)) {
            TAILQ_REMOVE(&self->sent, command, link);
            self->use->redirected(self->use->arg, self, command, (str_t){answer->str, answer->len});
            return;
        }
        if (lone) {
            hold(self, command);
            return;
        }
        if (error == REDIS_ERROR_AWAY || error == REDIS_ERROR_LATER) {
            lose(self, answer->str);
            return;
        }
        if (error == REDIS_ERROR_SCRIPT && command->reloads++ < SCRIPT_TRIES) {
            reload_scripts(self, command);
            return;
        }
    }
    metric_observe(METRIC_REDIS_SECONDS, clock_us() - command->made_us);
    redis_command_done(command, answer);
    TAILQ_REMOVE(&self->sent, command, link);
    redis_command_free(&command);
}

static void send_waiting(redis_link_t *self)
{
    for (redis_command_t *command; (command = TAILQ_FIRST(&self->waiting)) != NULL;) {
        TAILQ_REMOVE(&self->waiting, command, link);
        if (TAILQ_EMPTY(&self->sent))
            self->heard = clock_ms(); /* the silence that counts begins now */
        TAILQ_INSERT_TAIL(&self->sent, command, link);
        if (command->asking)
            redisAsyncCommand(self->context, NULL, NULL, "ASKING");
        redisAsyncFormattedCommand(self->context, on_reply, command, command->bytes, command->size);
    }
}

void redis_link_send(redis_link_t *self, redis_command_t *command)
{
    TAILQ_INSERT_TAIL(&self->waiting, command, link);
    if (self->state == UP && !self->held)
        send_waiting(self);
}

void redis_link_take_waiting(redis_link_t *self, redis_commands_t *list)
{
    TAILQ_CONCAT(list, &self->waiting, link);
}

/* ---- greeting ---- */

/* What ROLE answers begins with the role. */
static bool is_master(const redisReply *role)
{
    return role->type == REDIS_REPLY_ARRAY && role->elements > 0 &&
           role->element[0]->type == REDIS_REPLY_STRING &&
           strcmp(role->element[0]->str, "master") == 0;
}

static void on_greeted(redisAsyncContext *context, void *reply, void *arg)
{
    redis_link_t *self = context->data;
    if (!reply || self->context != context)
        return;
    const redisReply *answer = reply;
    greeting_t step = *(const greeting_t *)arg;
    self->heard = clock_ms();
    if (answer->type == REDIS_REPLY_ERROR) {
        bool away = redis_error((str_t){answer->str, answer->len}) == REDIS_ERROR_AWAY;
        if (!away &&
            (step == GREET_FENCE || step == GREET_ID)) { /* none to kill, or not allowed to */
            log_debug("redis_fence", LOG_CSTR("answer", answer->str));
        } else {
            lose(self, answer->str);
            return;
        }
    }
    if (step == GREET_ROLE && !is_master(answer)) {
        lose(self, "a replica, not the master");
        return;
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

static void greet(redis_link_t *self)
{
    const redis_login_t *login = &self->use->login;
    self->id = 0;
    if (login->user[0])
        GREET(self, GREET_AUTH, "AUTH %s %s", login->user, login->password);
    else if (login->password[0])
        GREET(self, GREET_AUTH, "AUTH %s", login->password);
    if (self->use->database)
        GREET(self, GREET_SELECT, "SELECT %u", self->use->database);
    if (self->fence)
        GREET(self, GREET_FENCE, "CLIENT KILL ID %lld", self->fence);
    GREET(self, GREET_ID, "CLIENT ID");
    for (script_t script = 0; script < SCRIPT_COUNT; script++)
        load_script(self, script, on_greeted, &steps[GREET_SCRIPT]);
    if (self->use->master)
        GREET(self, GREET_ROLE, "ROLE");
    GREET(self, GREET_READY, "PING"); /* tells whether it is still loading its data */
}

static void on_connected(const redisAsyncContext *context, int status)
{
    redis_link_t *self = context->data;
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
    redis_link_t *self = context->data;
    if (self->context != context)
        return;
    self->context = NULL; /* hiredis frees it after this call */
    lose(self, context->errstr && context->errstr[0] ? context->errstr : "connection closed");
}

/* ---- connecting ---- */

static void on_dialled(void *arg, redisAsyncContext *context, const char *why)
{
    redis_link_t *self = arg;
    self->dial = NULL;
    if (!context) {
        lose(self, why);
        return;
    }
    context->data = self;
    self->context = context;
    move(self, CONNECTING, "");
    redisAsyncSetConnectCallback(context, on_connected);
    redisAsyncSetDisconnectCallback(context, on_disconnected);
}

static void start(redis_link_t *self)
{
    move(self, DIALLING, "");
    redis_dial_t *dial = redis_dial(self->loop, &self->address, self->tried, on_dialled, self);
    if (self->state == DIALLING)
        self->dial = dial;
}

/* ---- time ---- */

static void on_tick(uv_timer_t *timer)
{
    redis_link_t *self = timer->data;
    int64_t now = clock_ms();
    if (now - self->ticked >= LATE_MS) /* it was us who slept: answers may be there already */
        self->heard = self->since = now;
    self->ticked = now;
    switch (self->state) {
    case WAITING:
        if (placed(self) && now - self->since >= self->backoff)
            start(self);
        break;
    case DIALLING:
    case CONNECTING:
    case GREETING:
        if (now - self->since >= REDIS_CONNECT_MS)
            give_up(self, "no connection in time");
        break;
    case UP:
        if (self->held && now >= self->held) {
            self->held = 0;
            send_waiting(self);
        }
        if (now - self->heard >= REDIS_COMMAND_MS)
            give_up(self, "no answer in time");
        else if (now - self->heard >= REDIS_PING_MS && TAILQ_EMPTY(&self->sent) && !self->pinging) {
            self->pinging = true;
            redisAsyncCommand(self->context, on_plain, NULL, "PING");
        }
        break;
    }
    redis_commands_expire(&self->sent, now, false);
    redis_commands_expire(&self->waiting, now, true);
}

/* ---- life ---- */

redis_link_t *redis_link_new(uv_loop_t *loop, const redis_link_use_t *use,
                             const redis_address_t *address)
{
    redis_link_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->loop = loop;
    self->use = use;
    self->ticked = clock_ms();
    TAILQ_INIT(&self->waiting);
    TAILQ_INIT(&self->sent);
    snprintf(self->trouble, sizeof self->trouble, "not connected yet");
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_tick, TICK_MS, TICK_MS);
    if (address) {
        self->address = *address;
        start(self);
    }
    return self;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle);
}

void redis_link_destroy(redis_link_t **self_p)
{
    redis_link_t *self = *self_p;
    if (!self)
        return;
    snprintf(self->trouble, sizeof self->trouble, "not needed any more"); /* no news */
    lose(self, self->trouble);
    redis_commands_expire(&self->waiting, INT64_MAX, true);
    uv_timer_stop(&self->timer);
    uv_close((uv_handle_t *)&self->timer, on_timer_closed);
    *self_p = NULL;
}

void redis_link_move(redis_link_t *self, const redis_address_t *address)
{
    if (placed(self))
        lose(self, "another server takes its place");
    redis_commands_expire(&self->waiting, clock_ms(), true);
    self->address = *address;
    self->fence = self->id = 0; /* they were the other server's */
    self->tried = 0;
    start(self);
}

bool redis_link_up(const redis_link_t *self)
{
    return self->state == UP;
}

bool redis_link_idle(const redis_link_t *self)
{
    return TAILQ_EMPTY(&self->waiting) && TAILQ_EMPTY(&self->sent);
}

const redis_address_t *redis_link_address(const redis_link_t *self)
{
    return &self->address;
}

const char *redis_link_trouble(const redis_link_t *self)
{
    return self->trouble;
}
