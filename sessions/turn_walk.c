#include "sessions/turn_walk.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/log.h"
#include "sessions/answer.h"

#define ARENA_MAX (1 << 20) /* of one record */
#define MAX_ID 128          /* bytes; the protocol has 32 */

typedef struct walk {
    redis_t *redis;
    request_turns_t range;
    int64_t deadline;
    turn_visit_t *visit;
    turn_walked_t *walked;
    void *arg;
    arena_t *arena;
    size_t looked;
    size_t damaged;
    char last[MAX_ID + 1];
} walk_t;

static void finish(walk_t *self, turn_walk_end_t how)
{
    if (self->damaged)
        log_error("turn_records_damaged", LOG_INT("records", self->damaged));
    self->walked(self->arg, how, str_from(self->last));
    arena_destroy(&self->arena);
    free(self);
}

static str_t text_at(const redisReply *reply, size_t i)
{
    const redisReply *element = reply->element[i];
    return element->type == REDIS_REPLY_STRING ? (str_t){element->str, element->len} : (str_t){0};
}

/* When the answer went out, relative to the first message. */
static void take_delivery(str_t out, int64_t received_ms, proto_turn_record_t *record)
{
    char text[48];
    long long first = 0, all = 0;
    snprintf(text, sizeof text, "%.*s", STR_ARG(out));
    if (sscanf(text, "%lld %lld", &first, &all) != 2)
        return;
    if (first > received_ms)
        record->first_part_us = (first - received_ms) * 1000;
    if (all > received_ms)
        record->delivered_us = (all - received_ms) * 1000;
}

typedef enum look {
    LOOK_ON,
    LOOK_ENOUGH,
    LOOK_BEYOND /* the range; so are all that follow */
} look_t;

/* One turn: "<received> <claimed> <record>" and when it went out. */
static look_t look_at(walk_t *self, str_t stored, str_t out)
{
    int64_t received_ms, claimed_ms;
    proto_turn_record_t record;
    str_t bytes;
    if (!answer_stored(stored, &received_ms, &claimed_ms, &bytes) ||
        !proto_decode(&proto_turn_record_record, bytes.data, bytes.size, &record, self->arena,
                      NULL)) {
        self->damaged++;
        return LOOK_ON;
    }
    if (claimed_ms < self->range.since_ms)
        return LOOK_BEYOND;
    if (self->range.until_ms && claimed_ms > self->range.until_ms)
        return LOOK_ON;
    record.first_part_us = record.delivered_us = 0;
    take_delivery(out, received_ms, &record);
    return self->visit(self->arg, &record) ? LOOK_ON : LOOK_ENOUGH;
}

static void on_read(void *arg, const redisReply *reply);

static bool read_on(walk_t *self)
{
    size_t size;
    self->range.before = str_from(self->last);
    self->range.max = TURN_WALK_STEP;
    char *bytes = request_turn_read(&self->range, &size);
    return redis_send(self->redis, bytes, size, self->deadline, on_read, self);
}

static void on_read(void *arg, const redisReply *reply)
{
    walk_t *self = arg;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements % 3 != 1) {
        log_warn("turn_log_unread",
                 LOG_CSTR("error", reply && reply->type == REDIS_REPLY_ERROR ? reply->str
                                   : reply                                   ? "type"
                                                                             : "timeout"));
        finish(self, TURN_WALK_FAILED);
        return;
    }
    for (size_t i = 1; i < reply->elements; i += 3) {
        look_t look = LOOK_ENOUGH;
        if (self->looked++ < TURN_WALK_MAX) {
            snprintf(self->last, sizeof self->last, "%.*s", STR_ARG(text_at(reply, i)));
            arena_reset(self->arena);
            look = look_at(self, text_at(reply, i + 1), text_at(reply, i + 2));
        }
        if (look != LOOK_ON) {
            finish(self, look == LOOK_BEYOND ? TURN_WALK_ALL : TURN_WALK_ENOUGH);
            return;
        }
    }
    if (reply->elements < 1 + 3 * TURN_WALK_STEP)
        finish(self, TURN_WALK_ALL);
    else if (!read_on(self))
        finish(self, TURN_WALK_FAILED);
}

bool turn_walk(redis_t *redis, const request_turns_t *range, int64_t deadline, turn_visit_t *visit,
               turn_walked_t *walked, void *arg)
{
    walk_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->range = *range;
    self->deadline = deadline;
    self->visit = visit;
    self->walked = walked;
    self->arg = arg;
    snprintf(self->last, sizeof self->last, "%.*s", STR_ARG(range->before));
    self->arena = arena_new(ARENA_MAX);
    if (read_on(self))
        return true;
    arena_destroy(&self->arena);
    free(self);
    return false;
}
