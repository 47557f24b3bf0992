/*
 * How fast this agent sends: to one person, and from one of our numbers. Bounded: who has not been
 * written to for a while is forgotten, because a full bucket is as good as none. Agents do not know
 * of each other: a number's rate is divided among those that are configured, a person's is not.
 */
#ifndef MOSTRADOR_AGENT_SEND_PACE_H
#define MOSTRADOR_AGENT_SEND_PACE_H

#include <stdint.h>

#include "common/str.h"

typedef struct send_pace send_pace_t;

typedef struct send_pace_settings {
    int64_t person_ms, person_burst; /* one message in that time, so many at once */
    int64_t number_ms, number_burst;
} send_pace_settings_t;

send_pace_t *send_pace_new(const send_pace_settings_t *settings);
void send_pace_destroy(send_pace_t **self_p);

/* ms to wait (of clock_ms) before a message may go out; at 0 it counts as sent. */
int64_t send_pace(send_pace_t *self, str_t person, str_t number, int64_t now_ms);

#endif
