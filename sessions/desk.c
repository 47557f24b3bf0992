#include "sessions/desk.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "common/arena.h"
#include "sessions/keys.h"
#include "sessions/refuse.h"
#include "sessions/request.h"
#include "sessions/scatter.h"
#include "sessions/store.h"

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
    rpc_request_t request; /* its message is gone */
    proto_list_desk_t asked;
    unsigned next;                       /* partition */
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

static bool take(void *arg, unsigned partition, const redisReply *reply)
{
    look_t *self = arg;
    (void)partition;
    for (size_t i = 1; i + WORDS <= reply->elements; i += WORDS)
        add(self, reply, i);
    return true;
}

static void finish(void *arg, bool failed)
{
    look_t *self = arg;
    proto_desk_t msg = {self->people, self->people_count};
    if (failed)
        refuse(&self->request, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    else
        rpc_server_reply(self->request.server, &self->request.peer, &self->request.header,
                         PROTO_DESK, &msg);
    self->desk->count--;
    arena_destroy(&self->arena);
    free(self);
}

static char *next(void *arg, unsigned *partition, size_t *size)
{
    look_t *self = arg;
    if (self->next == KEYS_PARTITIONS)
        return NULL;
    *partition = self->next++;
    return request_desk(*partition, &self->asked, size);
}

static const scatter_use_t use = {DESK_WAVE, next, take, finish};

void desk_handle(desk_t *self, const rpc_request_t *request)
{
    const proto_list_desk_t *msg = request->msg;
    if (msg->limit < 1 || msg->limit > DESK_MAX) {
        refuse(request, PROTO_CODE_INVALID, "limit must be 1 to %d", DESK_MAX);
        return;
    }
    if (self->count >= DESK_AT_ONCE) {
        refuse(request, PROTO_CODE_BUSY, "%d looks are under way", DESK_AT_ONCE);
        return;
    }
    look_t *look = calloc(1, sizeof *look);
    if (!look)
        abort();
    look->desk = self;
    look->request = rpc_request_later(request);
    look->asked = *msg;
    look->arena = arena_new(ARENA_MAX);
    self->count++;
    scatter(self->redis, &request->header.trace, store_deadline(&request->header), &use, look);
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
