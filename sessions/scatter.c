#include "sessions/scatter.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "common/log.h"

/* A command under way, or room for one. */
typedef struct slot {
    struct scatter *scatter;
    unsigned place;
    SLIST_ENTRY(slot) link;
} slot_t;

typedef struct scatter {
    redis_t *redis;
    const scatter_use_t *use;
    void *arg;
    proto_trace_t trace;
    int64_t deadline;
    bool failed;
    size_t under_way;
    SLIST_HEAD(slots, slot) idle;
    slot_t slots[];
} scatter_t;

static void on_reply(void *arg, const redisReply *reply);

/* Asks as many places as may be asked; the end, if that is none and none is under way. */
static void go_on(scatter_t *self)
{
    slot_t *slot;
    char *bytes;
    size_t size;
    while (!self->failed && (slot = SLIST_FIRST(&self->idle)) != NULL &&
           (bytes = self->use->next(self->arg, &slot->place, &size)) != NULL) {
        if (!redis_send(self->redis, bytes, size, self->deadline, on_reply, slot)) {
            self->failed = true;
            break;
        }
        SLIST_REMOVE_HEAD(&self->idle, link);
        self->under_way++;
    }
    if (self->under_way == 0) {
        self->use->end(self->arg, self->failed);
        free(self);
    }
}

static void on_reply(void *arg, const redisReply *reply)
{
    slot_t *slot = arg;
    scatter_t *self = slot->scatter;
    if (reply && reply->type == REDIS_REPLY_ERROR)
        log_error("redis_error", LOG_TRACE(&self->trace),
                  LOG_TEXT("text", ((str_t){reply->str, reply->len})));
    if (!reply || reply->type != REDIS_REPLY_ARRAY ||
        !self->use->take(self->arg, slot->place, reply))
        self->failed = true;
    SLIST_INSERT_HEAD(&self->idle, slot, link);
    self->under_way--;
    go_on(self);
}

void scatter(redis_t *redis, const proto_trace_t *trace, int64_t deadline, const scatter_use_t *use,
             void *arg)
{
    scatter_t *self = calloc(1, sizeof *self + use->most * sizeof *self->slots);
    if (!self)
        abort();
    self->redis = redis;
    self->use = use;
    self->arg = arg;
    self->trace = *trace;
    self->deadline = deadline;
    SLIST_INIT(&self->idle);
    for (size_t i = 0; i < use->most; i++) {
        self->slots[i].scatter = self;
        SLIST_INSERT_HEAD(&self->idle, &self->slots[i], link);
    }
    go_on(self);
}
