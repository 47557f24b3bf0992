#include "sessions/console.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/log.h"
#include "common/metrics.h"
#include "sessions/console_rules.h"
#include "sessions/password.h"
#include "sessions/refuse.h"
#include "sessions/reply_at.h"
#include "sessions/script_command.h"
#include "sessions/store.h"

#define ARENA_MAX (64 << 10) /* what a request says, and what it is answered */
#define MOST_CALLS 256       /* under way; WHO_IS is one of every request of the console */
#define MOST_ARGS 12
#define MOST_USERS 100
#define BUSY_RETRY_MS 1000

typedef struct call call_t;
struct console {
    redis_t *redis;
    passwords_t *passwords;
    console_limits_t limits;
    LIST_HEAD(call_list, call) calls; /* under way, so many: */
    size_t count;
};

/* One request under way. */
struct call {
    LIST_ENTRY(call) all;
    console_t *console;
    rpc_server_t *server;
    rpc_peer_t peer;
    proto_header_t header;
    int64_t deadline;
    arena_t *arena; /* of the copy of the request, which is wiped */
    void *msg;
    char name[CONSOLE_NAME_SIZE];
    bool known;                    /* there is somebody of that name */
    char hash[PASSWORD_HASH_SIZE]; /* that is kept of it */
    char fresh[PASSWORD_HASH_SIZE];
    char token[CONSOLE_TOKEN_SIZE]; /* of the new session */
    char of_name[CONSOLE_BUCKET_SIZE], of_address[CONSOLE_BUCKET_SIZE];
    void (*next)(call_t *self, const redisReply *reply); /* with an answer that begins with ok */
};

/* ---- the end of a call ---- */

static void finish(call_t *self)
{
    LIST_REMOVE(self, all);
    self->console->count--;
    arena_destroy(&self->arena);
    sodium_memzero(self, sizeof *self);
    free(self);
}

static bool signs(const call_t *self)
{
    return self->header.type == PROTO_SIGN_IN || self->header.type == PROTO_NEW_PASSWORD;
}

/* For the metric, and for who reads the log. Names nobody has are not shown: people type their
 * passwords there. */
static void note(const call_t *self, const char *outcome)
{
    const char *name = self->known || !signs(self) ? self->name : "?";
    str_t address = {0};
    if (self->header.type == PROTO_SIGN_IN)
        address = ((const proto_sign_in_t *)self->msg)->address;
    else if (self->header.type == PROTO_NEW_PASSWORD)
        address = ((const proto_new_password_t *)self->msg)->address;
    if (signs(self))
        metric_add_label(METRIC_CONSOLE_SIGN_INS, outcome, 1);
    if (self->header.type == PROTO_WHO_IS || self->header.type == PROTO_LIST_USERS)
        return;
    log_info("console", LOG_TRACE(&self->header.trace),
             LOG_CSTR("step", proto_type_name(self->header.type)), LOG_CSTR("name", name),
             LOG_CSTR("outcome", outcome), LOG_TEXT("address", address));
}

static void fail(call_t *self, const char *code, int64_t retry_ms, const char *detail)
{
    note(self, strcmp(code, PROTO_CODE_DENIED) == 0   ? "denied"
               : strcmp(code, PROTO_CODE_LOCKED) == 0 ? "locked"
               : strcmp(code, PROTO_CODE_BUSY) == 0   ? "busy"
                                                      : "failed");
    rpc_server_error(self->server, &self->peer, &self->header, code, retry_ms, "%s", detail);
    finish(self);
}

static void deny(call_t *self)
{
    fail(self, PROTO_CODE_DENIED, 0,
         signs(self) ? "name or password is wrong" : "there is no such session");
}

static void busy(call_t *self)
{
    fail(self, PROTO_CODE_BUSY, BUSY_RETRY_MS, "too many passwords are being checked");
}

static void damaged(call_t *self)
{
    log_error("console_damaged", LOG_TRACE(&self->header.trace));
    fail(self, PROTO_CODE_INTERNAL, 0, "what is stored cannot be read");
}

static void reply(call_t *self, proto_type_t type, const void *msg)
{
    note(self, "ok");
    rpc_server_reply(self->server, &self->peer, &self->header, type, msg);
    finish(self);
}

/* ---- steps in Redis ---- */

static void on_reply(void *arg, const redisReply *reply)
{
    static const struct {
        const char *word, *code, *detail;
    } refusals[] = {
        {"exists", PROTO_CODE_CONFLICT, "there is somebody of that name"},
        {"full", PROTO_CODE_CONFLICT, "there are 100 users, which is all there may be"},
        {"last", PROTO_CODE_CONFLICT, "somebody must stay an owner"},
        {"none", PROTO_CODE_NOT_FOUND, "there is nobody of that name"},
    };
    call_t *self = arg;
    str_t word;
    int64_t wait, known;
    if (!reply || reply->type == REDIS_REPLY_ERROR) {
        if (reply)
            log_error("redis_error", LOG_TRACE(&self->header.trace), LOG_CSTR("text", reply->str));
        fail(self, PROTO_CODE_UNAVAILABLE, BUSY_RETRY_MS, "Redis did not answer in time");
        return;
    }
    if (reply->type != REDIS_REPLY_ARRAY || !text_at(reply, 0, &word)) {
        damaged(self);
    } else if (str_is(word, "ok")) {
        self->next(self, reply);
    } else if (str_is(word, "denied")) {
        deny(self);
    } else if (str_is(word, "locked") && number_at(reply, 1, &wait) &&
               number_at(reply, 2, &known)) {
        self->known = known != 0;
        fail(self, PROTO_CODE_LOCKED, wait, "too many attempts");
    } else {
        for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
            if (str_is(word, refusals[i].word)) {
                fail(self, refusals[i].code, 0, refusals[i].detail);
                return;
            }
        damaged(self);
    }
}

/* One step of console.lua; its answer goes to next. */
static void step(call_t *self, const char *name, const str_t *args, size_t count,
                 void (*next)(call_t *self, const redisReply *reply))
{
    static const session_key_t keys[] = {KEY_USERS, KEY_SESSIONS, KEY_TRIES};
    str_t all[3 + MOST_ARGS] = {str_from(name)};
    char idle[24], most[24];
    size_t size;
    assert(count <= MOST_ARGS);
    snprintf(idle, sizeof idle, "%" PRId64, self->console->limits.idle_ms);
    snprintf(most, sizeof most, "%" PRId64, self->console->limits.max_ms);
    all[1] = str_from(idle);
    all[2] = str_from(most);
    memcpy(all + 3, args, count * sizeof *args);
    char *bytes = script_command(SCRIPT_CONSOLE, keys, 3, all, 3 + count, &size);
    self->next = next;
    if (!redis_send(self->console->redis, bytes, size, self->deadline, on_reply, self))
        fail(self, PROTO_CODE_BUSY, BUSY_RETRY_MS, "too many requests wait for Redis");
}

#define STEP(self, name, next, ...)                \
    step(self, name, (const str_t[]){__VA_ARGS__}, \
         sizeof((const str_t[]){__VA_ARGS__}) / sizeof(str_t), next)

/* ---- sessions ---- */

/* name, role, end: whose session it is. */
static void signed_in(call_t *self, const redisReply *answer, str_t token, bool fresh)
{
    char csrf[CONSOLE_TOKEN_SIZE];
    proto_signed_in_t msg = {.token = fresh ? token : (str_t){0}};
    if (!text_at(answer, 1, &msg.name) || !text_at(answer, 2, &msg.role) ||
        !number_at(answer, 3, &msg.expires_ms) || !text_at(answer, 4, &msg.shown)) {
        damaged(self);
        return;
    }
    console_csrf(token, csrf);
    msg.csrf = str_from(csrf);
    reply(self, PROTO_SIGNED_IN, &msg);
}

static void begun(call_t *self, const redisReply *answer)
{
    signed_in(self, answer, str_from(self->token), true);
}

static void found(call_t *self, const redisReply *answer)
{
    signed_in(self, answer, ((const proto_who_is_t *)self->msg)->token, false);
}

static void enter(call_t *self)
{
    const proto_sign_in_t *msg = self->msg;
    char key[CONSOLE_KEY_SIZE], old[CONSOLE_KEY_SIZE];
    console_token(self->token);
    console_key(str_from(self->token), key);
    console_key(msg->old, old);
    STEP(self, "enter", begun, str_from(self->name), str_from(self->hash), str_from(key),
         str_from(old), str_from(self->of_name), str_from(self->of_address));
}

static void change(void *arg, password_end_t end, const char *hash)
{
    call_t *self = arg;
    const proto_new_password_t *msg = self->msg;
    char key[CONSOLE_KEY_SIZE], new[CONSOLE_KEY_SIZE];
    if (end != PASSWORD_RIGHT) {
        fail(self, PROTO_CODE_UNAVAILABLE, BUSY_RETRY_MS, "the password could not be hashed");
        return;
    }
    snprintf(self->fresh, sizeof self->fresh, "%s", hash);
    console_token(self->token);
    console_key(msg->token, key);
    console_key(str_from(self->token), new);
    STEP(self, "change", begun, str_from(self->name), str_from(self->hash), str_from(self->fresh),
         str_from(key), str_from(new), str_from(self->of_name), str_from(self->of_address));
}

static void checked(void *arg, password_end_t end, const char *hash)
{
    call_t *self = arg;
    (void)hash;
    if (end == PASSWORD_WRONG)
        deny(self);
    else if (end == PASSWORD_FAILED)
        fail(self, PROTO_CODE_UNAVAILABLE, BUSY_RETRY_MS, "the password could not be checked");
    else if (self->header.type == PROTO_SIGN_IN)
        enter(self);
    else if (!passwords_hash(self->console->passwords,
                             ((const proto_new_password_t *)self->msg)->password, change, self))
        busy(self);
}

static void tried(call_t *self, const redisReply *answer)
{
    bool sign_in = self->header.type == PROTO_SIGN_IN;
    str_t hash;
    if (!text_at(answer, 1, &hash) || hash.size >= sizeof self->hash) {
        damaged(self);
        return;
    }
    self->known = hash.size > 0;
    snprintf(self->hash, sizeof self->hash, "%.*s", STR_ARG(hash));
    str_t password = sign_in ? ((const proto_sign_in_t *)self->msg)->password
                             : ((const proto_new_password_t *)self->msg)->old;
    if (!passwords_check(self->console->passwords, password, hash, checked, self))
        busy(self);
}

static void try_password(call_t *self, str_t typed, str_t address)
{
    char limit[24], lock[24];
    console_bucket('n', self->name[0] ? str_from(self->name) : typed, self->of_name);
    console_bucket('a', address, self->of_address);
    snprintf(limit, sizeof limit, "%" PRId64, self->console->limits.tries);
    snprintf(lock, sizeof lock, "%" PRId64, self->console->limits.lock_ms);
    STEP(self, "try", tried, str_from(self->name), str_from(self->of_name),
         str_from(self->of_address), str_from(limit), str_from(lock));
}

static void owned(call_t *self, const redisReply *answer)
{
    const proto_new_password_t *msg = self->msg;
    str_t name;
    if (!text_at(answer, 1, &name) || !console_name(name, self->name)) {
        damaged(self);
        return;
    }
    const char *wrong = console_password_wrong(msg->password, self->name);
    if (wrong)
        fail(self, PROTO_CODE_INVALID, 0, wrong);
    else
        try_password(self, name, msg->address);
}

/* ---- users ---- */

static void told(call_t *self, const redisReply *answer)
{
    proto_users_t msg = {.users = arena_alloc(self->arena, MOST_USERS * sizeof *msg.users)};
    for (size_t i = 1; i < answer->elements && msg.users_count < MOST_USERS; i += 5) {
        proto_console_user_t *user = &msg.users[msg.users_count++];
        if (!text_at(answer, i, &user->name) || !text_at(answer, i + 1, &user->role) ||
            !number_at(answer, i + 2, &user->created_ms) ||
            !number_at(answer, i + 3, &user->seen_ms) || !text_at(answer, i + 4, &user->shown)) {
            damaged(self);
            return;
        }
    }
    reply(self, PROTO_USERS, &msg);
}

static void done(call_t *self, const redisReply *answer)
{
    proto_ok_t msg = {0};
    if (number_at(answer, 1, &msg.count))
        reply(self, PROTO_OK, &msg);
    else
        damaged(self);
}

static void put(call_t *self)
{
    const proto_put_user_t *msg = self->msg;
    STEP(self, "put", done, str_from(self->name), msg->role, str_from(self->fresh),
         str_from(msg->fresh   ? "fresh"
                  : msg->known ? "known"
                               : ""),
         text_trim(msg->shown), str_from(msg->show ? "1" : ""));
}

static void hashed(void *arg, password_end_t end, const char *hash)
{
    call_t *self = arg;
    if (end != PASSWORD_RIGHT) {
        fail(self, PROTO_CODE_UNAVAILABLE, BUSY_RETRY_MS, "the password could not be hashed");
        return;
    }
    snprintf(self->fresh, sizeof self->fresh, "%s", hash);
    put(self);
}

static void put_user(call_t *self)
{
    const proto_put_user_t *msg = self->msg;
    const char *wrong = NULL;
    if (!console_name(msg->name, self->name))
        wrong = "a name has 1 to 32 of a-z, 0-9, '.', '_' and '-', a letter or digit first";
    else if (msg->role.size && !console_is_role(msg->role))
        wrong = "role must be owner, seller or viewer";
    else if (msg->fresh && (!msg->role.size || !msg->password.size))
        wrong = "somebody new needs a role and a password";
    else if (!console_shown(msg->shown))
        wrong = "what customers are told has at most 64 bytes, of one line";
    else if (!msg->role.size && !msg->password.size && !msg->show)
        wrong = "there is nothing to change";
    else if (msg->password.size)
        wrong = console_password_wrong(msg->password, self->name);
    if (wrong)
        fail(self, PROTO_CODE_INVALID, 0, wrong);
    else if (!msg->password.size)
        put(self);
    else if (!passwords_hash(self->console->passwords, msg->password, hashed, self))
        busy(self);
}

/* ---- requests ---- */

static void sign_in(call_t *self)
{
    const proto_sign_in_t *msg = self->msg;
    console_name(msg->name, self->name); /* what cannot be a name is nobody's */
    try_password(self, msg->name, msg->address);
}

static void with_token(call_t *self, str_t token)
{
    char key[CONSOLE_KEY_SIZE];
    console_key(token, key);
    if (self->header.type == PROTO_WHO_IS)
        STEP(self, "who", found, str_from(key));
    else if (self->header.type == PROTO_SIGN_OUT)
        STEP(self, "leave", done, str_from(key));
    else
        STEP(self, "owner_of", owned, str_from(key));
}

static void begin(call_t *self)
{
    switch (self->header.type) {
    case PROTO_SIGN_IN:
        sign_in(self);
        break;
    case PROTO_WHO_IS:
        with_token(self, ((const proto_who_is_t *)self->msg)->token);
        break;
    case PROTO_SIGN_OUT:
        with_token(self, ((const proto_sign_out_t *)self->msg)->token);
        break;
    case PROTO_NEW_PASSWORD:
        with_token(self, ((const proto_new_password_t *)self->msg)->token);
        break;
    case PROTO_LIST_USERS:
        STEP(self, "list", told, ((const proto_list_users_t *)self->msg)->name);
        break;
    case PROTO_PUT_USER:
        put_user(self);
        break;
    default:
        if (console_name(((const proto_drop_user_t *)self->msg)->name, self->name))
            STEP(self, "drop", done, str_from(self->name));
        else
            fail(self, PROTO_CODE_NOT_FOUND, 0, "there is nobody of that name");
    }
}

bool console_takes(proto_type_t type)
{
    return type >= PROTO_SIGN_IN && type <= PROTO_NEW_PASSWORD && type != PROTO_SIGNED_IN &&
           type != PROTO_USERS;
}

/* There is no copy of it to look into. */
static void refuse_large(call_t *self)
{
    rpc_server_error(self->server, &self->peer, &self->header, PROTO_CODE_INTERNAL, 0,
                     "the request is too large");
    finish(self);
}

/* Is it said again, before it was answered? A password takes a while, a busy machine's a long one;
 * twice it would count as two attempts, or get a hash that who signs in meanwhile does not know. */
static bool is_under_way(const console_t *self, const rpc_request_t *request)
{
    const call_t *call;
    if (!request->header.attempt)
        return false;
    LIST_FOREACH(call, &self->calls, all)
    if (call->header.id == request->header.id && call->peer.size == request->peer.size &&
        memcmp(call->peer.id, request->peer.id, call->peer.size) == 0)
        return true;
    return false;
}

void console_handle(console_t *self, const rpc_request_t *request)
{
    call_t *call;
    if (is_under_way(self, request))
        return;
    if (self->count >= MOST_CALLS) {
        refuse(request, PROTO_CODE_BUSY, "too many requests of the console are under way");
        return;
    }
    call = calloc(1, sizeof *call);
    if (!call)
        abort();
    call->console = self;
    call->server = request->server;
    call->peer = request->peer;
    call->header = request->header;
    call->deadline = store_deadline(&request->header);
    call->arena = arena_new(ARENA_MAX);
    call->msg = arena_alloc(call->arena, request->record->size);
    LIST_INSERT_HEAD(&self->calls, call, all);
    self->count++;
    if (call->msg && proto_copy(request->record, request->msg, call->msg, call->arena))
        begin(call);
    else
        refuse_large(call);
}

console_t *console_new(uv_loop_t *loop, redis_t *redis, const console_limits_t *limits)
{
    console_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->limits = *limits;
    LIST_INIT(&self->calls);
    self->passwords = passwords_new(loop);
    return self;
}

void console_destroy(console_t **self_p)
{
    console_t *self = *self_p;
    if (!self)
        return;
    passwords_destroy(&self->passwords);
    assert(self->count == 0);
    free(self);
    *self_p = NULL;
}
