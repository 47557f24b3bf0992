#include "sessions/histogram.h"

#define SUB_BITS 6 /* HISTOGRAM_SUB is 2^6 */

static size_t bucket_of(int64_t us)
{
    if (us < HISTOGRAM_SUB)
        return (size_t)us;
    int exponent = 63 - __builtin_clzll((unsigned long long)us); /* 6 and up */
    size_t sub = (size_t)(us >> (exponent - SUB_BITS)) - HISTOGRAM_SUB;
    return (size_t)(exponent - SUB_BITS + 1) * HISTOGRAM_SUB + sub;
}

/* The longest time of a bucket. */
static int64_t longest(size_t bucket)
{
    if (bucket < HISTOGRAM_SUB)
        return (int64_t)bucket;
    int shift = (int)(bucket / HISTOGRAM_SUB) - 1;
    int64_t sub = (int64_t)(bucket % HISTOGRAM_SUB) + HISTOGRAM_SUB;
    return ((sub + 1) << shift) - 1;
}

void histogram_add(histogram_t *self, int64_t us)
{
    const int64_t most = ((int64_t)1 << HISTOGRAM_BITS) - 1;
    us = us < 0 ? 0 : us > most ? most : us;
    self->buckets[bucket_of(us)]++;
    self->count++;
    if (us > self->max)
        self->max = us;
}

int64_t histogram_at(const histogram_t *self, int64_t per_mille)
{
    int64_t wanted = (self->count * per_mille + 999) / 1000, seen = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += self->buckets[i];
        if (seen >= wanted && self->count)
            return longest(i) < self->max ? longest(i) : self->max;
    }
    return 0;
}
