#include "sessions/desk.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/log.h"
#include "sessions/keys.h"
#include "sessions/request.h"
#include "sessions/store.h"

#define BUSY_RETRY_MS 500
#define ARENA_MAX \
    (64 << 20)  /* what partitions tell is copied before it is known who waits longer */
#define WORDS 7 /* of an answer, for one */

struct desk {
    redis_t *redis;
    size_t count; /* looks under way */
};

/* One LIST_DESK under way. */
typedef struct look {
    desk_t *desk;
    rpc_server_t *server;
    rpc_peer_t peer;
    proto_header_t header;
    proto_list_desk_t asked;
    int64_t deadline;                    /* clock_ms */
    unsigned next;                       /* partition */
    unsigned flying;                     /* commands of this wave that are not answered */
    bool failed;                         /* Redis did not answer: end with this wave */
    proto_desk_entry_t people[DESK_MAX]; /* the longest first */
    size_t people_count;
    arena_t *arena; /* their strings */
} look_t;

static str_t word(const redisReply *reply, size_t i)
{
    const redisReply *element = reply->element[i];
    return element->type == REDIS_REPLY_STRING ? (str_t){element->str, element->len} : (str_t){0};
}

static int64_t number(const redisReply *reply, size_t i)
{
    return reply->element[i]->type == REDIS_REPLY_INTEGER ? reply->element[i]->integer : 0;
}

static str_t keep(look_t *self, str_t text)
{
    char *copy = arena_copy(self->arena, text);
    return (str_t){copy, copy ? text.size : 0};
}

/* To its place among those who wait, if that is among the first. */
static void add(look_t *self, const redisReply *reply, size_t i)
{
    int64_t since = number(reply, i + 1);
    size_t at = self->people_count;
    while (at > 0 && self->people[at - 1].since_ms > since)
        at--;
    if (at >= (size_t)self->asked.limit)
        return;
    if (self->people_count < (size_t)self->asked.limit)
        self->people_count++;
    memmove(&self->people[at + 1], &self->people[at],
            (self->people_count - 1 - at) * sizeof *self->people);
    self->people[at] = (proto_desk_entry_t){.user_id = keep(self, word(reply, i)),
                                            .since_ms = since,
                                            .by = keep(self, word(reply, i + 2)),
                                            .wanted_ms = number(reply, i + 3),
                                            .why = keep(self, word(reply, i + 4)),
                                            .note = keep(self, word(reply, i + 5)),
                                            .wrote_ms = number(reply, i + 6)};
}

static void take(look_t *self, const redisReply *reply)
{
    if (!reply || reply->type != REDIS_REPLY_ARRAY) {
        self->failed = true;
        if (reply && reply->type == REDIS_REPLY_ERROR)
            log_error("redis_error", LOG_TRACE(&self->header.trace),
                      LOG_TEXT("text", ((str_t){reply->str, reply->len})));
        return;
    }
    for (size_t i = 1; i + WORDS <= reply->elements; i += WORDS)
        add(self, reply, i);
}

static void finish(look_t *self)
{
    if (self->failed) {
        log_warn("request_refused", LOG_TRACE(&self->header.trace), LOG_CSTR("type", "LIST_DESK"),
                 LOG_CSTR("code", PROTO_CODE_UNAVAILABLE));
        rpc_server_error(self->server, &self->peer, &self->header, PROTO_CODE_UNAVAILABLE,
                         BUSY_RETRY_MS, "Redis did not answer in time");
    } else {
        proto_desk_t msg = {self->people, self->people_count};
        rpc_server_reply(self->server, &self->peer, &self->header, PROTO_DESK, &msg);
    }
    self->desk->count--;
    arena_destroy(&self->arena);
    free(self);
}

static void on_reply(void *arg, const redisReply *reply);

/* Asks the next partitions; false when there is nothing more to ask. */
static bool wave(look_t *self)
{
    while (self->flying < DESK_WAVE && self->next < KEYS_PARTITIONS && !self->failed) {
        size_t size;
        char *bytes = request_desk(self->next++, &self->asked, &size);
        if (redis_send(self->desk->redis, bytes, size, self->deadline, on_reply, self))
            self->flying++;
        else
            self->failed = true;
    }
    return self->flying > 0;
}

static void on_reply(void *arg, const redisReply *reply)
{
    look_t *self = arg;
    take(self, reply);
    if (--self->flying == 0 && !wave(self))
        finish(self);
}

void desk_handle(desk_t *self, const rpc_request_t *request)
{
    const proto_list_desk_t *msg = request->msg;
    const proto_header_t *header = &request->header;
    bool good = msg->limit >= 1 && msg->limit <= DESK_MAX;
    if (!good || self->count >= DESK_AT_ONCE) {
        const char *code = good ? PROTO_CODE_BUSY : PROTO_CODE_INVALID;
        log_warn("request_refused", LOG_TRACE(&header->trace), LOG_CSTR("type", "LIST_DESK"),
                 LOG_CSTR("code", code));
        rpc_server_error(request->server, &request->peer, header, code, good ? BUSY_RETRY_MS : 0,
                         good ? "%d looks are under way" : "limit must be 1 to %d",
                         good ? DESK_AT_ONCE : DESK_MAX);
        return;
    }
    look_t *look = calloc(1, sizeof *look);
    if (!look)
        abort();
    look->desk = self;
    look->server = request->server;
    look->peer = request->peer;
    look->header = *header;
    look->asked = *msg;
    look->deadline = store_deadline(header);
    look->arena = arena_new(ARENA_MAX);
    self->count++;
    if (!wave(look))
        finish(look);
}

desk_t *desk_new(redis_t *redis)
{
    desk_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    return self;
}

void desk_destroy(desk_t **self_p)
{
    desk_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    free(self);
    *self_p = NULL;
}
