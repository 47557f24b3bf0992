#include "sessions/sweep.h"

#include <assert.h>
#include <stdlib.h>

#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "sessions/keys.h"
#include "sessions/refuse.h"
#include "sessions/reply_at.h"
#include "sessions/scatter.h"
#include "sessions/store.h"

#define MAX_USERS 1000

struct sweeper {
    redis_t *redis;
    request_limits_t limits;
    unsigned next; /* partition; begins anywhere, so that several processes share the work */
    size_t count;  /* sweeps under way */
};

/* One SWEEP under way. */
typedef struct sweep {
    sweeper_t *sweeper;
    rpc_request_t request; /* its message is gone */
    size_t max;            /* users the asker takes */
    size_t share;          /* of them a partition may tell */
    size_t promised;       /* what those that are being asked may tell */
    unsigned looked;       /* partitions asked so far */
    int64_t set_back_ms;   /* Redis' clock was, by the most that a partition knows of */
    proto_user_t *users;   /* their ids are ours to free */
    size_t user_count;
} sweep_t;

static bool take(void *arg, unsigned partition, const redisReply *reply)
{
    sweep_t *self = arg;
    int64_t set_back_ms;
    str_t user;
    (void)partition;
    self->promised -= self->share;
    if (number_at(reply, 1, &set_back_ms) && set_back_ms > self->set_back_ms)
        self->set_back_ms = set_back_ms;
    for (size_t i = 2; i < reply->elements && self->user_count < self->max; i++) {
        if (!text_at(reply, i, &user))
            continue;
        char *id = malloc(user.size ? user.size : 1);
        if (!id)
            abort();
        memcpy(id, user.data, user.size);
        self->users[self->user_count++].user_id = (str_t){id, user.size};
    }
    return true;
}

static void finish(void *arg, bool failed)
{
    sweep_t *self = arg;
    const proto_header_t *header = &self->request.header;
    proto_swept_t msg = {self->users, self->user_count};
    if (self->user_count)
        log_info("swept", LOG_TRACE(&header->trace), LOG_INT("users", self->user_count));
    if (failed && self->user_count == 0)
        refuse(&self->request, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    else
        rpc_server_reply(self->request.server, &self->request.peer, header, PROTO_SWEPT, &msg);
    if (self->set_back_ms) {
        metric_add(METRIC_REDIS_SET_BACK, 1);
        log_warn("redis_clock_set_back", LOG_TRACE(&header->trace),
                 LOG_INT("ms", self->set_back_ms));
    }
    for (size_t i = 0; i < self->user_count; i++)
        free((char *)self->users[i].user_id.data);
    self->sweeper->count--;
    free(self->users);
    free(self);
}

/* All that is told has to fit: the last ones are asked for what is left, one after the other. */
static char *next(void *arg, unsigned *partition, size_t *size)
{
    sweep_t *self = arg;
    sweeper_t *sweeper = self->sweeper;
    size_t room = self->max - self->user_count - self->promised;
    if (room < self->share && self->promised == 0)
        self->share = room;
    if (self->looked == SWEEP_WINDOW || room < self->share || room == 0)
        return NULL;
    self->promised += self->share;
    self->looked++;
    *partition = sweeper->next;
    sweeper->next = (sweeper->next + 1) % KEYS_PARTITIONS;
    return request_sweep(&sweeper->limits, *partition, self->share, size);
}

static const scatter_use_t use = {SWEEP_WAVE, next, take, finish};

void sweeper_handle(sweeper_t *self, const rpc_request_t *request)
{
    const proto_sweep_t *msg = request->msg;
    if (msg->max < 1 || msg->max > MAX_USERS) {
        refuse(request, PROTO_CODE_INVALID, "max must be 1 to %d", MAX_USERS);
        return;
    }
    if (self->count >= SWEEP_AT_ONCE) {
        refuse(request, PROTO_CODE_BUSY, "%d sweeps are under way", SWEEP_AT_ONCE);
        return;
    }
    sweep_t *sweep = calloc(1, sizeof *sweep);
    if (!sweep || !(sweep->users = calloc((size_t)msg->max, sizeof *sweep->users)))
        abort();
    sweep->sweeper = self;
    sweep->request = rpc_request_later(request);
    sweep->max = (size_t)msg->max;
    sweep->share = sweep->max < SWEEP_WAVE ? 1 : sweep->max / SWEEP_WAVE;
    self->count++;
    scatter(self->redis, &request->header.trace, store_deadline(&request->header), &use, sweep);
}

sweeper_t *sweeper_new(redis_t *redis, const request_limits_t *limits)
{
    sweeper_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->limits = *limits;
    self->next = (unsigned)(id_random() % KEYS_PARTITIONS);
    return self;
}

void sweeper_destroy(sweeper_t **self_p)
{
    sweeper_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    free(self);
    *self_p = NULL;
}
