/*
 * How often strangers may: so many requests a minute for each address, and as many at once. A
 * table of a fixed size, in which the address that was quiet the longest makes room. Pure: the
 * clock comes from outside. (The generic cell rate algorithm: an address has one time, at which
 * its budget will be whole again.)
 */
#ifndef MOSTRADOR_GATEWAY_PACE_H
#define MOSTRADOR_GATEWAY_PACE_H

#include <stdint.h>

#include "common/str.h"

#define PACE_SLOTS 4096
#define PACE_WAYS 8 /* addresses that share a place compete among themselves only */

#define PACE_ADDRESS 64

typedef struct pace_slot {
    char address[PACE_ADDRESS]; /* empty: free */
    int64_t whole_ms;           /* when its budget is whole again */
} pace_slot_t;

typedef struct pace {
    uint32_t seed;
    int64_t per_minute;
    pace_slot_t slots[PACE_SLOTS];
} pace_t;

/* per_minute of 0 or less lets nobody in; seed makes places unguessable. */
void pace_init(pace_t *self, int64_t per_minute, uint32_t seed);

/* Takes one request of the address's budget (up to PACE_ADDRESS - 1 bytes count). 0 if there was
 * one, else ms until there is. */
int64_t pace_take(pace_t *self, str_t address, int64_t now_ms);

#endif
