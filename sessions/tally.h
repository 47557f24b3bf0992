/*
 * What the turns of a day came to: counts that do not grow with the number of turns. A turn adds to
 * the fields of its day's hash (turn_log.lua does it); the fields of many days are added up to
 * NUMBERS. Both ways are here, so that they agree. Pure.
 *
 *   field            what
 *   "<hour> <sum>"   hour: 0 to 23 by the shop's clock; sum: t answered turns, f others, k model
 *                    calls, i tokens in, c cached ones of them, o tokens out, r repairs, b<n>
 *                    answers whose time was in the n-th class, $<currency> cost in millionths
 *   "s<make, model>" turns that looked for it and found it
 *   "m<make, model>" that did not
 *   "y<why>"         that failed, or that the offline seller had to answer, and why
 *                    … with no name: all those of a day that has too many names
 */
#ifndef MOSTRADOR_SESSIONS_TALLY_H
#define MOSTRADOR_SESSIONS_TALLY_H

#include "common/arena.h"
#include "proto/proto.h"

#define TALLY_DAYS 400   /* of one report, and how long they are kept */
#define TALLY_PAIRS 8    /* of one turn */
#define TALLY_NAMES 20   /* that are told of each kind */
#define TALLY_CLASSES 80 /* of times: four between a power of two (ms) and the next */

/* ---- what a turn adds ---- */

typedef enum tally_step {
    TALLY_TALK,
    TALLY_LIST,
    TALLY_QUOTE,
    TALLY_LEAD,
    TALLY_STEPS
} tally_step_t;

const char *tally_step_name(tally_step_t step);

/* Has the turn got so far? */
bool tally_reaches(const proto_turn_record_t *record, tally_step_t step);

/* By the name of tally_step_name; TALLY_STEPS: there is none. */
tally_step_t tally_step_named(str_t name);

/* Why a turn is no model's answer though it should be; empty: it is, or should not. */
str_t tally_failure(const proto_turn_record_t *record);

/* A sum of its hour, and what it adds to it. */
typedef struct tally_pair {
    char sum[8];
    int64_t amount;
} tally_pair_t;

/* Returns how many; nothing is added to the others. */
size_t tally_pairs(const proto_turn_record_t *record, tally_pair_t pairs[TALLY_PAIRS]);

/* ---- what many have added ---- */

typedef struct tally_sums tally_sums_t;

/* Of so many days, 1 to TALLY_DAYS. */
tally_sums_t *tally_sums_new(size_t days);
void tally_sums_destroy(tally_sums_t **self_p);

/* A field of the day's hash; day counts from the first of these. Names are copied. */
void tally_sums_add(tally_sums_t *self, size_t day, str_t field, str_t value);

void tally_sums_people(tally_sums_t *self, size_t day, int64_t people);
void tally_sums_reached(tally_sums_t *self, tally_step_t step, int64_t people);

/* Fields that could not be read. */
size_t tally_sums_damaged(const tally_sums_t *self);

/* Fills in all but the times. first: the number of the first day. Lists live in the arena, names in
 * self. false past the arena's ceiling. */
bool tally_sums_tell(const tally_sums_t *self, int64_t first, arena_t *arena, proto_numbers_t *out);

#endif
