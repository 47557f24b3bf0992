#include "sessions/sweep.h"

#include <assert.h>
#include <stdlib.h>

#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "sessions/keys.h"
#include "sessions/store.h"

#define BUSY_RETRY_MS 500
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
    rpc_server_t *server;
    rpc_peer_t peer;
    proto_header_t header;
    int64_t deadline;    /* clock_ms */
    size_t max;          /* users the asker takes */
    unsigned looked;     /* partitions asked so far */
    unsigned flying;     /* commands of this wave that are not answered */
    bool failed;         /* Redis did not answer: end with this wave */
    int64_t set_back_ms; /* its clock was, by the most that a partition knows of */
    proto_user_t *users; /* their ids are ours to free */
    size_t user_count;
} sweep_t;

static void take(sweep_t *self, const redisReply *reply)
{
    if (!reply || reply->type != REDIS_REPLY_ARRAY) {
        self->failed = true;
        if (reply && reply->type == REDIS_REPLY_ERROR)
            log_error("redis_error", LOG_TRACE(&self->header.trace),
                      LOG_TEXT("text", ((str_t){reply->str, reply->len})));
        return;
    }
    if (reply->elements > 1 && reply->element[1]->integer > self->set_back_ms)
        self->set_back_ms = reply->element[1]->integer;
    for (size_t i = 2; i < reply->elements && self->user_count < self->max; i++) {
        const redisReply *user = reply->element[i];
        if (user->type != REDIS_REPLY_STRING)
            continue;
        char *id = malloc(user->len ? user->len : 1);
        if (!id)
            abort();
        memcpy(id, user->str, user->len);
        self->users[self->user_count++].user_id = (str_t){id, user->len};
    }
}

static void finish(sweep_t *self)
{
    if (self->failed && self->user_count == 0) {
        log_warn("request_refused", LOG_TRACE(&self->header.trace), LOG_CSTR("type", "SWEEP"),
                 LOG_CSTR("code", PROTO_CODE_UNAVAILABLE));
        rpc_server_error(self->server, &self->peer, &self->header, PROTO_CODE_UNAVAILABLE,
                         BUSY_RETRY_MS, "Redis did not answer in time");
    } else {
        proto_swept_t msg = {self->users, self->user_count};
        if (self->user_count)
            log_info("swept", LOG_TRACE(&self->header.trace), LOG_INT("users", self->user_count));
        rpc_server_reply(self->server, &self->peer, &self->header, PROTO_SWEPT, &msg);
    }
    if (self->set_back_ms) {
        metric_add(METRIC_REDIS_SET_BACK, 1);
        log_warn("redis_clock_set_back", LOG_TRACE(&self->header.trace),
                 LOG_INT("ms", self->set_back_ms));
    }
    for (size_t i = 0; i < self->user_count; i++)
        free((char *)self->users[i].user_id.data);
    self->sweeper->count--;
    free(self->users);
    free(self);
}

static void on_reply(void *arg, const redisReply *reply);

/* Asks the next partitions; false when there is nothing more to ask. The count of partitions and
 * what each may tell are such that all their users together fit. */
static bool wave(sweep_t *self)
{
    sweeper_t *sweeper = self->sweeper;
    size_t room = self->max - self->user_count;
    unsigned left = SWEEP_WINDOW - self->looked;
    unsigned partitions = left < SWEEP_WAVE ? left : SWEEP_WAVE;
    if (partitions > room)
        partitions = (unsigned)room;
    if (self->failed || partitions == 0)
        return false;
    for (unsigned i = 0; i < partitions && !self->failed; i++) {
        size_t size;
        char *bytes = request_sweep(&sweeper->limits, sweeper->next, room / partitions, &size);
        if (!redis_send(sweeper->redis, bytes, size, self->deadline, on_reply, self)) {
            self->failed = true;
            break;
        }
        sweeper->next = (sweeper->next + 1) % KEYS_PARTITIONS;
        self->looked++;
        self->flying++;
    }
    return self->flying > 0;
}

static void on_reply(void *arg, const redisReply *reply)
{
    sweep_t *self = arg;
    take(self, reply);
    if (--self->flying == 0 && !wave(self))
        finish(self);
}

void sweeper_handle(sweeper_t *self, const rpc_request_t *request)
{
    const proto_sweep_t *msg = request->msg;
    const proto_header_t *header = &request->header;
    if (msg->max < 1 || msg->max > MAX_USERS) {
        log_warn("request_invalid", LOG_TRACE(&header->trace), LOG_CSTR("type", "SWEEP"));
        rpc_server_error(request->server, &request->peer, header, PROTO_CODE_INVALID, 0,
                         "max must be 1 to %d", MAX_USERS);
        return;
    }
    if (self->count >= SWEEP_AT_ONCE) {
        log_warn("request_refused", LOG_TRACE(&header->trace), LOG_CSTR("type", "SWEEP"),
                 LOG_CSTR("code", PROTO_CODE_BUSY));
        rpc_server_error(request->server, &request->peer, header, PROTO_CODE_BUSY, BUSY_RETRY_MS,
                         "%d sweeps are under way", SWEEP_AT_ONCE);
        return;
    }
    sweep_t *sweep = calloc(1, sizeof *sweep);
    if (!sweep || !(sweep->users = calloc((size_t)msg->max, sizeof *sweep->users)))
        abort();
    sweep->sweeper = self;
    sweep->server = request->server;
    sweep->peer = request->peer;
    sweep->header = *header;
    sweep->deadline = store_deadline(header);
    sweep->max = (size_t)msg->max;
    self->count++;
    if (!wave(sweep))
        finish(sweep);
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
