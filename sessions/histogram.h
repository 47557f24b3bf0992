/*
 * Percentiles of many times without keeping them: buckets that are exact up to 64 µs and then 64
 * to each power of two, so a percentile is at most 1/64 above the true one. Count and maximum are
 * exact. Pure.
 */
#ifndef MOSTRADOR_SESSIONS_HISTOGRAM_H
#define MOSTRADOR_SESSIONS_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BITS 42 /* longest time: 2^42 µs, 50 days; what is longer counts as that */
#define HISTOGRAM_SUB 64
#define HISTOGRAM_BUCKETS ((HISTOGRAM_BITS - 5) * HISTOGRAM_SUB)

typedef struct histogram {
    uint32_t buckets[HISTOGRAM_BUCKETS];
    int64_t count;
    int64_t max;
} histogram_t;

/* us below 0 counts as 0. */
void histogram_add(histogram_t *self, int64_t us);

/* The least time that so many of a thousand are not above, 1 to 1,000; 0 when there are none. */
int64_t histogram_at(const histogram_t *self, int64_t per_mille);

#endif
