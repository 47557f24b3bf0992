#include "sessions/redis.h"

#include <stdlib.h>

#include "common/log.h"
#include "common/metrics.h"
#include "sessions/redis_cluster.h"
#include "sessions/redis_link.h"
#include "sessions/redis_sentinel.h"

struct redis {
    redis_url_t url;
    redis_load_t load;
    redis_link_use_t use;
    redis_link_t *link;         /* NULL: a cluster */
    redis_sentinel_t *sentinel; /* NULL: none */
    redis_cluster_t *cluster;   /* NULL: one server, or the master */
    redis_address_t master;     /* that the sentinels named last */
};

static void on_changed(void *arg, redis_link_t *link)
{
    redis_t *self = arg;
    metric_set(METRIC_REDIS_UP, redis_link_up(link));
    metric_set(METRIC_REDIS_CONNECTIONS, redis_link_up(link));
    if (self->sentinel)
        redis_sentinel_told(self->sentinel, redis_link_up(link));
}

static void on_master(void *arg, const redis_address_t *master)
{
    redis_t *self = arg;
    if (redis_address_same(master, &self->master))
        return;
    char text[REDIS_ADDRESS_TEXT];
    bool first = !self->master.host[0];
    self->master = *master;
    log_info("redis_master", LOG_CSTR("server", redis_address_text(master, text)));
    metric_add(METRIC_REDIS_SWITCHES, !first);
    redis_link_move(self->link, master);
}

bool redis_send(redis_t *self, char *bytes, size_t size, int64_t deadline, redis_done_t *done,
                void *arg)
{
    if (self->load.count >= REDIS_COMMANDS || self->load.bytes + size > REDIS_BYTES) {
        metric_add_label(METRIC_REDIS_REFUSED, "full", 1);
        redisFreeCommand(bytes);
        return false;
    }
    redis_command_t *command = redis_command_new(&self->load, bytes, size, deadline, done, arg);
    if (self->cluster)
        redis_cluster_send(self->cluster, command);
    else
        redis_link_send(self->link, command);
    return true;
}

redis_t *redis_new(uv_loop_t *loop, const redis_url_t *url)
{
    redis_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->url = *url;
    self->use = (redis_link_use_t){.login = url->login,
                                   .database = url->database,
                                   .master = url->kind == REDIS_SENTINEL,
                                   .changed = on_changed,
                                   .arg = self};
    switch (url->kind) {
    case REDIS_SERVER:
        self->link = redis_link_new(loop, &self->use, &url->hosts[0]);
        break;
    case REDIS_SENTINEL:
        self->link = redis_link_new(loop, &self->use, NULL);
        self->sentinel = redis_sentinel_new(loop, &self->url, on_master, self);
        break;
    case REDIS_CLUSTER:
        self->cluster = redis_cluster_new(loop, url, &self->load);
        break;
    }
    return self;
}

void redis_destroy(redis_t **self_p)
{
    redis_t *self = *self_p;
    if (!self)
        return;
    redis_sentinel_destroy(&self->sentinel);
    redis_cluster_destroy(&self->cluster);
    redis_link_destroy(&self->link);
    free(self);
    *self_p = NULL;
}

bool redis_up(const redis_t *self)
{
    return self->cluster ? redis_cluster_up(self->cluster) : redis_link_up(self->link);
}

const char *redis_trouble(const redis_t *self)
{
    if (self->cluster)
        return redis_cluster_trouble(self->cluster);
    const char *unknown = self->sentinel ? redis_sentinel_trouble(self->sentinel) : "";
    return unknown[0] && !redis_up(self) ? unknown : redis_link_trouble(self->link);
}
