/*
 * FNV-1a, 32 bit: short keys to buckets, partitions and peers. Stable for ever, because what is
 * stored depends on it (sessions/keys.h); no match for somebody who looks for collisions.
 */
#ifndef MOSTRADOR_COMMON_HASH_H
#define MOSTRADOR_COMMON_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 2166136261u

/* hash, with bytes added to what it is of. */
static inline uint32_t hash_add(uint32_t hash, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 16777619u;
    return hash;
}

#endif
