#include "agent/parts_watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/ticker.h"

#define EVERY_MS 1000
#define MAX_PEERS 16

typedef enum part { PART_SESSIONS, PART_REDIS, PART_CATALOG, PART_DISPATCHER, PARTS } part_t;

static const char *const part_names[] = {"sessions", "redis", "catalog", "dispatcher"};

struct parts_watch {
    ticker_t *ticker;
    alert_desk_t *alerts;
    parts_watched_t parts;
    int64_t patience_ms, repeat_ms;
    int64_t ticked_ms;
    struct {
        int64_t since_ms; /* it is missing; 0: it is there */
        int64_t told_ms;  /* 0: not told */
    } state[PARTS];
};

/* Every session service that answers says that it has no Redis. */
static bool redis_missing(const rpc_client_t *sessions)
{
    const proto_process_t *processes[MAX_PEERS];
    size_t count = rpc_client_processes(sessions, processes, MAX_PEERS), without = 0;
    for (size_t i = 0; i < count; i++)
        without += str_is(processes[i]->missing, "redis");
    return count > 0 && without == count;
}

static bool is_missing(const parts_watch_t *self, part_t part)
{
    const parts_watched_t *parts = &self->parts;
    switch (part) {
    case PART_SESSIONS:
        return !rpc_client_up(parts->sessions);
    case PART_REDIS:
        return rpc_client_up(parts->sessions) && redis_missing(parts->sessions);
    case PART_CATALOG:
        return !rpc_client_up(parts->catalog);
    default:
        for (size_t i = 0; i < *parts->link_count; i++)
            if (!dispatch_link_up(parts->links[i]))
                return true;
        return false;
    }
}

static void tell(parts_watch_t *self, part_t part)
{
    char key[32];
    proto_alert_t alert = {.subject = str_from(part_names[part])};
    log_warn("part_missing", LOG_CSTR("part", part_names[part]));
    snprintf(key, sizeof key, "missing %s", part_names[part]);
    if (part == PART_SESSIONS || part == PART_REDIS)
        alert_desk_tell(self->alerts, ALERT_MISSING, &alert);
    else
        alert_desk_raise(self->alerts, ALERT_MISSING, &alert, key);
}

static void on_tick(void *arg)
{
    parts_watch_t *self = arg;
    int64_t now = clock_ms();
    bool slept = now - self->ticked_ms > 2 * EVERY_MS + self->patience_ms / 2;
    self->ticked_ms = now;
    for (part_t part = 0; part < PARTS; part++) {
        if (slept || !is_missing(self, part)) { /* it was us who were away: look anew */
            self->state[part].since_ms = 0;
            continue;
        }
        if (!self->state[part].since_ms)
            self->state[part].since_ms = now;
        int64_t told = self->state[part].told_ms;
        if (now - self->state[part].since_ms >= self->patience_ms &&
            (!told || now - told >= self->repeat_ms)) {
            self->state[part].told_ms = now;
            tell(self, part);
        }
    }
}

parts_watch_t *parts_watch_new(uv_loop_t *loop, alert_desk_t *alerts, const parts_watched_t *parts,
                               int64_t heartbeat_ms, int64_t repeat_ms)
{
    parts_watch_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->alerts = alerts;
    self->parts = *parts;
    self->patience_ms = heartbeat_ms * PARTS_WATCH_BEATS;
    self->repeat_ms = repeat_ms;
    self->ticked_ms = clock_ms();
    self->ticker = ticker_new(loop, EVERY_MS, EVERY_MS, on_tick, self);
    return self;
}

void parts_watch_destroy(parts_watch_t **self_p)
{
    parts_watch_t *self = *self_p;
    if (!self)
        return;
    ticker_destroy(&self->ticker);
    free(self);
    *self_p = NULL;
}
