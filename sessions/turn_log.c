#include "sessions/turn_log.h"

#include "common/log.h"
#include "common/metrics.h"

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
