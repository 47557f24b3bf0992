#include "agent/turns.h"

#include <assert.h>
#include <stdlib.h>

#include "agent/turn.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

#define BUCKETS 4096
#define STOP_MS 500          /* for giving leases back, at the end of the grace */
#define REFUSED_RETRY_MS 200 /* a turn above the credit, or while we leave */

struct turns {
    turn_parts_t parts;
    admission_t admission;
    uv_timer_t tick;
    int64_t tick_ms;                          /* the last one */
    int64_t idle_ms;                          /* of the loop, until then */
    LIST_HEAD(bucket, turn) buckets[BUCKETS]; /* by user */
    TAILQ_HEAD(turn_list, turn) all;
    size_t count;
    bool stopping;
    int64_t stop_at_ms; /* what still runs then is stopped, and again */
    void (*idle)(void *arg);
    void *idle_arg;
};

static size_t hash(str_t user_id)
{
    uint64_t value = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < user_id.size; i++)
        value = (value ^ (uint8_t)user_id.data[i]) * 1099511628211u;
    return (size_t)(value % BUCKETS);
}

static turn_t *find(turns_t *self, str_t user_id)
{
    turn_t *turn;
    for (turn = LIST_FIRST(&self->buckets[hash(user_id)]); turn; turn = LIST_NEXT(turn, same_hash))
        if (str_eq(turn->user_id, user_id))
            break;
    return turn;
}

static void set_count(turns_t *self, size_t count)
{
    self->count = count;
    metric_set(METRIC_TURNS_RUNNING, (int64_t)count);
}

static void on_gone(void *arg, turn_t *turn)
{
    turns_t *self = arg;
    LIST_REMOVE(turn, same_hash);
    TAILQ_REMOVE(&self->all, turn, all);
    if (turn->admitted)
        admission_leave(&self->admission);
    set_count(self, self->count - 1);
}

/* ---- the timer ---- */

static void tick_stopping(turns_t *self, int64_t now)
{
    if (self->count && now >= self->stop_at_ms) {
        log_warn("turns_stopped", LOG_INT("turns", self->count));
        self->stop_at_ms = now + STOP_MS;
        for (turn_t *turn = TAILQ_FIRST(&self->all), *next; turn; turn = next) {
            next = TAILQ_NEXT(turn, all);
            turn_stop(turn);
        }
    }
    if (!self->count && self->idle) {
        void (*idle)(void *) = self->idle;
        self->idle = NULL;
        idle(self->idle_arg);
    }
}

static void on_tick(uv_timer_t *timer)
{
    turns_t *self = timer->data;
    int64_t now = clock_ms();
    int64_t idle = (int64_t)(uv_metrics_idle_time(self->parts.loop) / 1000000);
    admission_look(&self->admission, now, now - self->tick_ms - ADMISSION_LOOK_MS,
                   idle - self->idle_ms);
    self->idle_ms = idle;
    metric_set(METRIC_TURNS_ALLOWED, (int64_t)self->admission.allowed);
    self->tick_ms = now;
    for (turn_t *turn = TAILQ_FIRST(&self->all), *next; turn; turn = next) {
        next = TAILQ_NEXT(turn, all);
        turn_tick(turn, now);
    }
    if (self->stopping)
        tick_stopping(self, now);
    else if (!self->count)
        uv_timer_stop(&self->tick);
}

static void start_ticking(turns_t *self)
{
    if (uv_is_active((uv_handle_t *)&self->tick))
        return;
    self->tick_ms = clock_ms();
    uv_timer_start(&self->tick, on_tick, ADMISSION_LOOK_MS, ADMISSION_LOOK_MS);
}

/* ---- work ---- */

static void refuse(const turns_t *self, dispatch_link_t *link, const proto_header_t *header,
                   str_t user_id)
{
    proto_turn_done_t done = {
        .user_id = user_id, .status = STR_LIT("failed"), .retry_ms = REFUSED_RETRY_MS};
    metric_add_label(METRIC_TURNS, "refused", 1);
    log_warn("turn_refused", LOG_TRACE(&header->trace),
             LOG_CSTR("why", self->stopping ? "leaving" : "credit"));
    dispatch_link_done(link, header->id, &header->trace, &done);
}

/* A TURN for a user whose turn runs here comes from a dispatcher that has lost its memory: it is
 * told the end under its newest request. */
void turns_on_turn(turns_t *self, dispatch_link_t *link, const proto_header_t *header,
                   const proto_turn_t *msg)
{
    turn_t *turn = find(self, msg->user_id);
    if (turn) {
        turn_asked(turn, link, header->id, msg->stream);
        turn_nudged(turn, link, msg->stream);
        return;
    }
    if (self->stopping || self->count >= self->parts.credit) {
        refuse(self, link, header, msg->user_id);
        return;
    }
    turn = turn_new(&self->parts, msg->user_id, msg->dead, &header->trace, on_gone, self);
    turn_asked(turn, link, header->id, msg->stream);
    LIST_INSERT_HEAD(&self->buckets[hash(msg->user_id)], turn, same_hash);
    TAILQ_INSERT_TAIL(&self->all, turn, all);
    set_count(self, self->count + 1);
    start_ticking(self);
}

/* A NUDGE that crosses the end of its turn finds nobody: TURN_DONE has told what waits. */
void turns_on_nudge(turns_t *self, dispatch_link_t *link, const proto_nudge_t *msg)
{
    turn_t *turn = find(self, msg->user_id);
    if (turn)
        turn_nudged(turn, link, msg->stream);
}

size_t turns_running(const turns_t *self)
{
    return self->count;
}

size_t turns_allowed(const turns_t *self)
{
    return self->admission.allowed;
}

void turns_stop(turns_t *self, int64_t grace_ms, void (*idle)(void *arg), void *arg)
{
    if (self->stopping)
        return;
    self->stopping = true;
    self->stop_at_ms = clock_ms() + grace_ms;
    self->idle = idle;
    self->idle_arg = arg;
    start_ticking(self);
}

/* ---- life ---- */

turns_t *turns_new(const turn_parts_t *parts)
{
    turns_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->parts = *parts;
    self->parts.admission = &self->admission;
    admission_init(&self->admission, parts->credit);
    TAILQ_INIT(&self->all);
    uv_timer_init(parts->loop, &self->tick);
    self->tick.data = self;
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void turns_destroy(turns_t **self_p)
{
    assert(self_p);
    turns_t *self = *self_p;
    if (!self)
        return;
    assert(!self->count);
    uv_close((uv_handle_t *)&self->tick, on_closed);
    *self_p = NULL;
}
