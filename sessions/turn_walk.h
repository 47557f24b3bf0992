/*
 * Looks through the log of turns from the newest to the oldest, some hundred at a time, so that
 * nobody's CLAIM waits behind a long look. Ends after TURN_WALK_MAX turns at the latest.
 */
#ifndef MOSTRADOR_SESSIONS_TURN_WALK_H
#define MOSTRADOR_SESSIONS_TURN_WALK_H

#include "sessions/redis.h"
#include "sessions/request.h"

#define TURN_WALK_MAX 20000
#define TURN_WALK_STEP 200 /* turns read at once: a millisecond's work */

typedef enum turn_walk_end {
    TURN_WALK_ALL,    /* there are no more */
    TURN_WALK_ENOUGH, /* visit wanted no more, or there are more than TURN_WALK_MAX */
    TURN_WALK_FAILED, /* Redis did not answer */
} turn_walk_end_t;

/* One turn; the record is good until it returns. false: that is enough. */
typedef bool(turn_visit_t)(void *arg, const proto_turn_record_t *record);

/* Once, never from inside turn_walk. last is the turn looked at last, empty if there was none. */
typedef void(turn_walked_t)(void *arg, turn_walk_end_t how, str_t last);

/* Turns claimed in the range. A record that cannot be read is passed over. false, and neither
 * function is called, when too many commands wait for Redis. */
bool turn_walk(redis_t *redis, const request_turns_t *range, int64_t deadline, turn_visit_t *visit,
               turn_walked_t *walked, void *arg);

#endif
