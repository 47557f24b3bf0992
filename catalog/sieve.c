/* A list short enough to be looked through: what differs mostly does in its first bytes. */
#include "catalog/sieve.h"

#include <stdlib.h>

typedef struct kept {
    char *filter;
    size_t size, room;
    uint64_t *bits;
    uint64_t used; /* when, counted in calls */
} kept_t;

struct sieve {
    size_t words;
    size_t count;
    uint64_t now;
    kept_t kept[SIEVE_KEPT];
};

static void *check(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

sieve_t *sieve_new(size_t rows)
{
    sieve_t *self = check(calloc(1, sizeof *self));
    self->words = sieve_words(rows);
    return self;
}

void sieve_destroy(sieve_t **self_p)
{
    sieve_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    for (size_t i = 0; i < self->count; i++) {
        free(self->kept[i].filter);
        free(self->kept[i].bits);
    }
    free(self);
}

const uint64_t *sieve_find(sieve_t *self, str_t filter)
{
    for (size_t i = 0; i < self->count; i++) {
        kept_t *kept = &self->kept[i];
        if (kept->size == filter.size && memcmp(kept->filter, filter.data, filter.size) == 0) {
            kept->used = ++self->now;
            return kept->bits;
        }
    }
    return NULL;
}

/* An empty place, or the one that was used the longest ago. */
static kept_t *place(sieve_t *self)
{
    kept_t *oldest = &self->kept[0];
    if (self->count < SIEVE_KEPT)
        oldest = &self->kept[self->count++];
    for (size_t i = 0; i < self->count && oldest->bits; i++)
        if (self->kept[i].used < oldest->used)
            oldest = &self->kept[i];
    if (!oldest->bits)
        oldest->bits = check(calloc(self->words + 1, sizeof *oldest->bits));
    return oldest;
}

uint64_t *sieve_add(sieve_t *self, str_t filter)
{
    kept_t *kept = place(self);
    if (kept->room < filter.size) {
        free(kept->filter);
        kept->filter = check(malloc(filter.size));
        kept->room = filter.size;
    }
    memcpy(kept->filter, filter.data, filter.size);
    kept->size = filter.size;
    kept->used = ++self->now;
    return kept->bits;
}
