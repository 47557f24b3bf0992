/* Requests a minute for each address; see pace.h. */
#include "gateway/pace.h"

#include <string.h>

#include "common/hash.h"

#define MINUTE_MS 60000

void pace_init(pace_t *self, int64_t per_minute, uint32_t seed)
{
    memset(self, 0, sizeof *self);
    self->per_minute = per_minute;
    self->seed = seed;
}

/* Its slot, or the one of its place that it may have: a free one, or the quietest. */
static pace_slot_t *slot_of(pace_t *self, str_t address)
{
    uint32_t hash = hash_add(HASH_START ^ self->seed, address.data, address.size);
    pace_slot_t *place = &self->slots[hash % (PACE_SLOTS / PACE_WAYS) * PACE_WAYS];
    pace_slot_t *quietest = place;

    for (size_t i = 0; i < PACE_WAYS; i++) {
        if (str_is(address, place[i].address))
            return &place[i];
        if (place[i].whole_ms < quietest->whole_ms)
            quietest = &place[i];
    }
    memset(quietest, 0, sizeof *quietest);
    memcpy(quietest->address, address.data, address.size);
    return quietest;
}

int64_t pace_take(pace_t *self, str_t address, int64_t now_ms)
{
    int64_t step, whole;
    pace_slot_t *slot;

    if (self->per_minute <= 0)
        return MINUTE_MS;
    step = MINUTE_MS / self->per_minute + (MINUTE_MS % self->per_minute > 0);
    address.size = address.size < PACE_ADDRESS ? address.size : PACE_ADDRESS - 1;
    slot = slot_of(self, address);
    whole = (slot->whole_ms > now_ms ? slot->whole_ms : now_ms) + step;
    if (whole - now_ms > step * self->per_minute)
        return whole - now_ms - step * self->per_minute;
    slot->whole_ms = whole;
    return 0;
}
