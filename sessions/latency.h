/*
 * Percentiles of what turns took: fed with records one by one, it tells each step's for all turns
 * and by model and version of the rules. Its memory does not grow with the number of turns. Pure.
 */
#ifndef MOSTRADOR_SESSIONS_LATENCY_H
#define MOSTRADOR_SESSIONS_LATENCY_H

#include "common/arena.h"
#include "proto/proto.h"

#define LATENCY_GROUPS 16 /* models and rules apart; more are one group, "other" */

typedef struct latency latency_t;

latency_t *latency_new(void);
void latency_destroy(latency_t **self_p);

void latency_add(latency_t *self, const proto_turn_record_t *record);

/* Fills in the groups, which live in the arena; strings are views into self. false past the arena's
 * ceiling. */
bool latency_tell(const latency_t *self, arena_t *arena, proto_latency_t *out);

#endif
