#include "sessions/turn_log.h"

#include <assert.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/metrics.h"
#include "sessions/answer.h"

#define BUSY_RETRY_MS 1000
#define ARENA_MAX 4096 /* the answer to a LOG_TURN has no lists */

typedef struct waiting {
    rpc_server_t *server;
    rpc_peer_t peer;
    proto_header_t header;
} waiting_t;

/* LOG_TURNs that go together. */
typedef struct batch {
    turn_log_t *log;
    request_logs_t logs;
    int64_t deadline; /* of the last of them */
    size_t count;
    waiting_t waiting[REQUEST_LOGS_MOST];
} batch_t;

struct turn_log {
    redis_t *redis;
    const request_limits_t *limits;
    batch_t *batch; /* that waits for more; NULL: none */
    arena_t *arena; /* of the answer at hand */
    size_t count;   /* batches under way */
};

turn_log_t *turn_log_new(redis_t *redis, const request_limits_t *limits)
{
    turn_log_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->limits = limits;
    self->arena = arena_new(ARENA_MAX);
    return self;
}

void turn_log_destroy(turn_log_t **self_p)
{
    turn_log_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    if (self->batch)
        log_warn("turns_unlogged", LOG_INT("turns", (int64_t)self->batch->count));
    free(self->batch);
    arena_destroy(&self->arena);
    free(self);
    *self_p = NULL;
}

/* ---- what turns took ---- */

static void refuse(const waiting_t *waiting, str_t code, int64_t retry_ms, str_t why)
{
    log_warn("request_refused", LOG_TRACE(&waiting->header.trace), LOG_CSTR("type", "LOG_TURN"),
             LOG_TEXT("code", code), LOG_TEXT("detail", why));
    rpc_server_error(waiting->server, &waiting->peer, &waiting->header, code.data, retry_ms, "%.*s",
                     STR_ARG(why));
}

static void on_logged(void *arg, const redisReply *reply)
{
    batch_t *batch = arg;
    turn_log_t *self = batch->log;
    answer_t answer;
    answer_make(&answer, PROTO_LOG_TURN, reply, self->arena);
    if (reply && reply->type == REDIS_REPLY_ERROR)
        log_error("redis_error", LOG_CSTR("type", "LOG_TURN"),
                  LOG_TEXT("text", ((str_t){reply->str, reply->len})));
    for (size_t i = 0; i < batch->count; i++) {
        const waiting_t *waiting = &batch->waiting[i];
        if (answer.type == PROTO_ERROR) {
            refuse(waiting, answer.msg.error.code, answer.msg.error.retry_after_ms,
                   answer.msg.error.detail);
            continue;
        }
        metric_add(METRIC_TURNS_LOGGED, 1);
        rpc_server_reply(waiting->server, &waiting->peer, &waiting->header, answer.type,
                         &answer.msg);
    }
    arena_reset(self->arena);
    self->count--;
    free(batch);
}

void turn_log_send(turn_log_t *self)
{
    batch_t *batch = self->batch;
    size_t size;
    if (!batch || batch->count == 0)
        return;
    self->batch = NULL;
    char *bytes = request_logs_take(&batch->logs, self->limits, &size);
    self->count++;
    if (redis_send(self->redis, bytes, size, batch->deadline, on_logged, batch))
        return;
    self->count--;
    for (size_t i = 0; i < batch->count; i++)
        refuse(&batch->waiting[i], STR_LIT(PROTO_CODE_BUSY), BUSY_RETRY_MS,
               STR_LIT("too many requests wait for Redis"));
    free(batch);
}

void turn_log_handle(turn_log_t *self, const rpc_request_t *request, int64_t deadline)
{
    if (!self->batch) {
        self->batch = calloc(1, sizeof *self->batch);
        if (!self->batch)
            abort();
        self->batch->log = self;
        request_logs_init(&self->batch->logs);
    }
    batch_t *batch = self->batch;
    waiting_t waiting = {request->server, request->peer, request->header};
    if (!request_logs_add(&batch->logs, request->msg, self->limits)) {
        refuse(&waiting, STR_LIT(PROTO_CODE_INVALID), 0, STR_LIT("the record cannot be stored"));
        return;
    }
    batch->waiting[batch->count++] = waiting;
    batch->deadline = deadline;
    if (batch->count == REQUEST_LOGS_MOST)
        turn_log_send(self);
}

/* ---- when answers went out ---- */

static void on_out(void *arg, const redisReply *reply)
{
    (void)arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY) {
        log_warn("delivery_unlogged", LOG_CSTR("error", reply ? reply->str : "timeout"));
        return;
    }
    if (reply->elements == 2 && reply->element[1]->type == REDIS_REPLY_INTEGER &&
        reply->element[1]->integer >= 0)
        metric_observe(METRIC_DELIVERY_SECONDS, reply->element[1]->integer * 1000);
}

void turn_log_out(redis_t *redis, str_t turn_id, bool all, int64_t deadline)
{
    size_t size;
    char *bytes = request_turn_out(turn_id, all, &size);
    if (!redis_send(redis, bytes, size, deadline, on_out, NULL))
        log_warn("delivery_unlogged", LOG_CSTR("error", "full"));
}
