#include "sessions/people_index.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "common/log.h"
#include "common/text.h"
#include "sessions/answer.h"
#include "sessions/refuse.h"
#include "sessions/script_command.h"
#include "sessions/store.h"

#define ARENA_MAX (4 << 20)       /* what is told */
#define READ_ARENA_MAX (32 << 20) /* one conversation */
#define TEXT_MAX 240              /* bytes of what was said last */

struct people_index {
    redis_t *redis;
    const request_limits_t *limits;
    arena_t *arena; /* of the conversation at hand */
    size_t count;   /* requests under way */
};

typedef struct look look_t;

/* One of those that are told; its conversation is being read. */
typedef struct seen {
    look_t *look;
    proto_person_t *person;
} seen_t;

/* One request under way. */
struct look {
    people_index_t *index;
    rpc_request_t request; /* its message is gone */
    int64_t deadline;
    arena_t *arena;
    str_t filter, q;   /* empty: all */
    str_t before_user; /* the last one of the page before … */
    int64_t before_ms; /* … and when it wrote; 0: from the newest */
    size_t limit, looked, reading;
    bool failed, more;
    proto_person_t people[PEOPLE_SHOWN];
    bool gone[PEOPLE_SHOWN];
    seen_t seen[PEOPLE_SHOWN];
    size_t found;
};

static const session_key_t keys[] = {KEY_PEOPLE, KEY_MARKS, KEY_CHANGES};

static bool ask(people_index_t *self, const str_t *args, size_t count, int64_t deadline,
                redis_done_t *done, void *arg)
{
    size_t size;
    char *bytes =
        script_command(SCRIPT_PEOPLE, keys, sizeof keys / sizeof *keys, args, count, &size);
    return redis_send(self->redis, bytes, size, deadline, done, arg);
}

/* ---- told and not waited for ---- */

static void on_told(void *arg, const redisReply *reply)
{
    (void)arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY)
        log_warn("people_untold",
                 LOG_CSTR("error", reply && reply->type == REDIS_REPLY_ERROR ? reply->str : ""));
}

static void mark(people_index_t *self, str_t user_id, str_t what, int64_t deadline)
{
    const str_t args[] = {STR_LIT("mark"), user_id, what};
    if (!ask(self, args, 3, deadline, on_told, NULL))
        log_warn("people_untold", LOG_CSTR("error", "busy"));
}

void people_index_failed(people_index_t *self, str_t user_id, int64_t deadline)
{
    mark(self, user_id, STR_LIT("failed"), deadline);
}

void people_index_lead(people_index_t *self, str_t user_id, str_t stage, bool made,
                       int64_t deadline)
{
    const str_t args[] = {made ? STR_LIT("lead") : STR_LIT("mark"), user_id, stage};
    if (!ask(self, args, 3, deadline, on_told, NULL))
        log_warn("people_untold", LOG_CSTR("error", "busy"));
}

void people_index_scored(people_index_t *self, str_t user_id, int64_t score, int64_t deadline)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, score);
    mark(self, user_id, str_from(text), deadline);
}

void people_index_touched(people_index_t *self, str_t user_id, bool wrote, int64_t deadline)
{
    const str_t args[] = {STR_LIT("touch"), user_id, wrote ? STR_LIT("1") : STR_LIT("0")};
    if (!ask(self, args, 3, deadline, on_told, NULL))
        log_warn("people_untold", LOG_CSTR("error", "busy"));
}

bool people_index_forget(people_index_t *self, str_t user_id, int64_t deadline)
{
    const str_t args[] = {STR_LIT("forget"), user_id};
    return ask(self, args, 2, deadline, on_told, NULL);
}

/* ---- the end of a look ---- */

static void look_free(look_t *self)
{
    self->index->count--;
    arena_destroy(&self->arena);
    free(self);
}

static void look_fail(look_t *self)
{
    refuse(&self->request, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    look_free(self);
}

static void finish(look_t *self)
{
    proto_people_t msg = {.people = self->people};
    if (self->failed) {
        look_fail(self);
        return;
    }
    if (self->more && self->found) {
        const proto_person_t *last = &self->people[self->found - 1];
        msg.before = str_from(
            arena_printf(self->arena, "%" PRId64 " %.*s", last->at_ms, STR_ARG(last->user_id)));
    }
    for (size_t i = 0; i < self->found; i++)
        if (!self->gone[i])
            self->people[msg.people_count++] = self->people[i];
    rpc_server_reply(self->request.server, &self->request.peer, &self->request.header, PROTO_PEOPLE,
                     &msg);
    look_free(self);
}

/* ---- what is shown of each ---- */

static str_t keep(look_t *self, str_t text, size_t max)
{
    text = utf8_front(text, max);
    return (str_t){arena_copy(self->arena, text), text.size};
}

static void show_last(look_t *self, proto_person_t *person, str_t role, str_t text)
{
    person->last_role = keep(self, role.size ? role : STR_LIT("user"), 16);
    person->last_text = keep(self, text, TEXT_MAX);
}

/* What was said with somebody of the shop is newer than all that the bot knows of. */
static bool show_talk(look_t *self, proto_person_t *person, const proto_session_t *session)
{
    for (size_t i = session->talk_count; i > 0; i--) {
        const proto_waiting_t *said = &session->talk[i - 1];
        if (said->text.size && (!said->role.size || str_is(said->role, "person"))) {
            show_last(self, person, said->role, said->text);
            return true;
        }
    }
    return false;
}

static void show(look_t *self, proto_person_t *person, const proto_session_t *session)
{
    const proto_context_t *context = session->context_count ? session->context : NULL;
    bool talked = show_talk(self, person, session);
    person->by = keep(self, session->by, 64);
    person->wanted_ms = session->wanted_ms;
    person->waiting = session->waiting;
    person->undelivered = session->outbox;
    person->writing = session->leased;
    person->opted_out = session->opted_out;
    if (!context)
        return;
    person->language = keep(self, context->language, 8);
    person->turns = context->turns;
    for (size_t i = context->entries_count; i > 0 && !talked; i--) {
        const proto_entry_t *entry = &context->entries[i - 1];
        talked = entry->text.size > 0 &&
                 (str_is(entry->role, "user") || str_is(entry->role, "assistant") ||
                  str_is(entry->role, "person"));
        if (talked)
            show_last(self, person, entry->role, entry->text);
    }
}

static void on_read(void *arg, const redisReply *reply)
{
    seen_t *seen = arg;
    look_t *self = seen->look;
    people_index_t *index = self->index;
    answer_t answer;
    answer_make(&answer, PROTO_READ, reply, index->arena);
    const proto_session_t *session = &answer.msg.session;
    size_t at = (size_t)(seen - self->seen);
    if (answer.type != PROTO_SESSION) {
        self->failed = true;
    } else if (session->context_count || session->waiting || session->leased ||
               session->talk_count || session->by.size) {
        show(self, seen->person, session);
    } else { /* forgotten, or it expired */
        self->gone[at] = true;
        people_index_forget(index, seen->person->user_id, self->deadline);
    }
    arena_reset(index->arena);
    if (--self->reading == 0)
        finish(self);
}

static void read_all(look_t *self)
{
    size_t size;
    const char *why;
    self->reading = self->found;
    if (!self->found) {
        finish(self);
        return;
    }
    for (size_t i = 0; i < self->found; i++) {
        proto_read_t msg = {.user_id = self->people[i].user_id};
        char *bytes = request_command(self->index->limits, PROTO_READ, &msg, &size, &why);
        self->seen[i] = (seen_t){self, &self->people[i]};
        if (!bytes ||
            !redis_send(self->index->redis, bytes, size, self->deadline, on_read, &self->seen[i])) {
            self->failed = true;
            self->reading--;
        }
    }
    if (self->reading == 0)
        finish(self);
}

/* ---- who is shown ---- */

static bool contains(str_t text, str_t part)
{
    for (size_t i = 0; i + part.size <= text.size; i++)
        if (strncasecmp(text.data + i, part.data, part.size) == 0)
            return true;
    return false;
}

static bool wanted(const look_t *self, const proto_person_t *person)
{
    if (self->before_ms && person->at_ms == self->before_ms &&
        strncmp(person->user_id.data, self->before_user.data, PROTO_MAX_USER) >= 0)
        return false; /* the set has those of one moment by name, the last first */
    if (self->q.size && !contains(person->user_id, self->q))
        return false;
    if (str_is(self->filter, "failed"))
        return person->failed_ms > 0;
    if (str_is(self->filter, "unhappy"))
        return person->scored && person->score <= 6;
    if (str_is(self->filter, "scored"))
        return person->scored;
    if (str_is(self->filter, "hot"))
        return str_is(person->lead, "new") || str_is(person->lead, "contacted") ||
               str_is(person->lead, "visit");
    return true;
}

/* user, ms, mark */
static bool take(look_t *self, redisReply *const *element)
{
    long long failed = 0, score = -1;
    char lead[17] = "";
    if (element[0]->type != REDIS_REPLY_STRING || element[1]->type != REDIS_REPLY_INTEGER ||
        element[2]->type != REDIS_REPLY_STRING || element[0]->len > PROTO_MAX_USER)
        return false;
    str_t user = {element[0]->str, element[0]->len};
    sscanf(element[2]->str, "%lld %lld %16[a-z]", &failed, &score, lead);
    proto_person_t person = {.user_id = user,
                             .at_ms = element[1]->integer,
                             .failed_ms = failed,
                             .scored = score >= 0,
                             .score = score >= 0 ? score : 0,
                             .lead = str_from(lead)};
    if (!utf8_valid(user) || !wanted(self, &person))
        return true;
    if (self->found == self->limit) {
        self->more = true;
        return true;
    }
    person.user_id = (str_t){arena_copy(self->arena, user), user.size};
    person.lead = keep(self, person.lead, sizeof lead);
    self->people[self->found++] = person;
    return true;
}

static void on_list(void *arg, const redisReply *reply);

static bool look_on(look_t *self)
{
    char upto[24] = "+inf", from[24], count[24];
    if (self->before_ms)
        snprintf(upto, sizeof upto, "%" PRId64, self->before_ms);
    snprintf(from, sizeof from, "%zu", self->looked);
    snprintf(count, sizeof count, "%d", PEOPLE_STEP);
    const str_t args[] = {STR_LIT("read"), str_from(upto), str_from(from), str_from(count)};
    return ask(self->index, args, 4, self->deadline, on_list, self);
}

static void on_list(void *arg, const redisReply *reply)
{
    look_t *self = arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements % 3 != 1) {
        look_fail(self);
        return;
    }
    for (size_t i = 1; i < reply->elements && !self->more; i += 3)
        if (!take(self, reply->element + i)) {
            look_fail(self);
            return;
        }
    size_t told = reply->elements / 3;
    self->looked += told;
    if (self->more || told < PEOPLE_STEP || self->looked >= REQUEST_MAX_PEOPLE)
        read_all(self);
    else if (!look_on(self))
        look_fail(self);
}

/* ---- requests ---- */

static bool read_before(look_t *self, str_t before)
{
    char *copy = arena_copy(self->arena, before), *end = NULL;
    if (!before.size)
        return true;
    self->before_ms = strtoll(copy, &end, 10);
    if (end == copy || *end != ' ' || self->before_ms <= 0 || self->before_ms > REQUEST_MAX_TOKEN)
        return false;
    self->before_user = str_from(end + 1);
    return true;
}

static void list(people_index_t *self, const rpc_request_t *request)
{
    static const char *const filters[] = {"", "failed", "unhappy", "scored", "hot"};
    const proto_list_people_t *msg = request->msg;
    look_t *look;
    bool known = false;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        known |= str_is(msg->filter, filters[i]);
    if (!known || msg->limit < 1 || msg->limit > PEOPLE_SHOWN) {
        refuse(request, PROTO_CODE_INVALID, "filter or limit is none");
        return;
    }
    if (self->count >= PEOPLE_AT_ONCE) {
        refuse(request, PROTO_CODE_BUSY, "as many lists as may be are being made");
        return;
    }
    look = calloc(1, sizeof *look);
    if (!look)
        abort();
    self->count++;
    look->index = self;
    look->request = rpc_request_later(request);
    look->deadline = store_deadline(&request->header);
    look->arena = arena_new(ARENA_MAX);
    look->limit = (size_t)msg->limit;
    look->filter = keep(look, msg->filter, 16);
    look->q = keep(look, msg->q, PROTO_MAX_USER);
    if (!read_before(look, msg->before)) {
        refuse(request, PROTO_CODE_INVALID, "before is none of ours");
        look_free(look);
    } else if (!look_on(look)) {
        refuse(request, PROTO_CODE_BUSY, "too many requests wait for Redis");
        look_free(look);
    }
}

/* A request whose answer is one number. */
typedef struct asked {
    people_index_t *index;
    rpc_request_t request;
} asked_t;

static void on_changes(void *arg, const redisReply *reply)
{
    asked_t *self = arg;
    proto_changes_t msg = {0};
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        reply->element[1]->type != REDIS_REPLY_INTEGER) {
        refuse(&self->request, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    } else {
        msg.count = reply->element[1]->integer;
        rpc_server_reply(self->request.server, &self->request.peer, &self->request.header,
                         PROTO_CHANGES, &msg);
    }
    self->index->count--;
    free(self);
}

static void changes(people_index_t *self, const rpc_request_t *request)
{
    const str_t args[] = {STR_LIT("changes")};
    asked_t *asked = calloc(1, sizeof *asked);
    if (!asked)
        abort();
    asked->index = self;
    asked->request = rpc_request_later(request);
    self->count++;
    if (ask(self, args, 1, store_deadline(&request->header), on_changes, asked))
        return;
    refuse(request, PROTO_CODE_BUSY, "too many requests wait for Redis");
    self->count--;
    free(asked);
}

void people_index_handle(people_index_t *self, const rpc_request_t *request)
{
    if (request->header.type == PROTO_LIST_PEOPLE)
        list(self, request);
    else
        changes(self, request);
}

people_index_t *people_index_new(redis_t *redis, const request_limits_t *limits)
{
    people_index_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->limits = limits;
    self->arena = arena_new(READ_ARENA_MAX);
    return self;
}

void people_index_destroy(people_index_t **self_p)
{
    people_index_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    arena_destroy(&self->arena);
    free(self);
    *self_p = NULL;
}
