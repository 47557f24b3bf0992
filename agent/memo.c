#include "agent/memo.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/random.h>

#define BYTES_A_BUCKET 1024 /* of what is kept at most, so a chain has a few items */
#define LARGEST_SHARE 16    /* one item may take that part of it */

typedef struct item {
    SLIST_ENTRY(item) chain;
    TAILQ_ENTRY(item) age;
    uint64_t hash;
    memo_kind_t kind;
    size_t text_size, value_size;
    _Alignas(max_align_t) char bytes[]; /* the value, then the text */
} item_t;

SLIST_HEAD(chain, item);

struct memo {
    size_t max, bytes, chain_count; /* chains: a power of two */
    struct chain *chains;
    TAILQ_HEAD(ages, item) ages; /* the one that was asked for last is the last */
    uint64_t seed;               /* nobody outside can tell which texts share a chain */
};

memo_t *memo_new(size_t max)
{
    memo_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->max = max;
    self->chain_count = 1;
    while (self->chain_count < max / BYTES_A_BUCKET)
        self->chain_count *= 2;
    self->chains = calloc(self->chain_count, sizeof *self->chains);
    if (!self->chains || getrandom(&self->seed, sizeof self->seed, 0) != sizeof self->seed)
        abort();
    TAILQ_INIT(&self->ages);
    return self;
}

static struct chain *chain_of(memo_t *self, uint64_t hash)
{
    return &self->chains[hash & (self->chain_count - 1)];
}

static size_t bytes_of(const item_t *item)
{
    return sizeof *item + item->value_size + item->text_size;
}

static void drop(memo_t *self, item_t *item)
{
    SLIST_REMOVE(chain_of(self, item->hash), item, item, chain);
    TAILQ_REMOVE(&self->ages, item, age);
    self->bytes -= bytes_of(item);
    free(item);
}

void memo_destroy(memo_t **self_p)
{
    memo_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    while (!TAILQ_EMPTY(&self->ages))
        drop(self, TAILQ_FIRST(&self->ages));
    free(self->chains);
    free(self);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    __extension__ typedef unsigned __int128 wide_t;
    wide_t product = (wide_t)(hash ^ word) * 0x9e3779b97f4a7c15u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_of(const memo_t *self, memo_kind_t kind, str_t text)
{
    uint64_t hash = mix(self->seed, (uint64_t)text.size << 8 | kind), word;
    size_t at = 0;
    for (; text.size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.data + at, sizeof word);
        hash = mix(hash + self->seed, word);
    }
    word = 0;
    if (text.size > at)
        memcpy(&word, text.data + at, text.size - at);
    return mix(hash + self->seed, word);
}

static bool is_of(const item_t *item, uint64_t hash, memo_kind_t kind, str_t text)
{
    return item->hash == hash && item->kind == kind &&
           str_eq((str_t){item->bytes + item->value_size, item->text_size}, text);
}

static item_t *find(memo_t *self, uint64_t hash, memo_kind_t kind, str_t text)
{
    item_t *item;
    SLIST_FOREACH(item, chain_of(self, hash), chain)
    if (is_of(item, hash, kind, text))
        return item;
    return NULL;
}

const void *memo_find(memo_t *self, memo_kind_t kind, str_t text, size_t *size)
{
    item_t *item = self ? find(self, hash_of(self, kind, text), kind, text) : NULL;
    if (!item)
        return NULL;
    TAILQ_REMOVE(&self->ages, item, age);
    TAILQ_INSERT_TAIL(&self->ages, item, age);
    *size = item->value_size;
    return item->bytes;
}

void *memo_add(memo_t *self, memo_kind_t kind, str_t text, size_t size)
{
    size_t bytes = sizeof(item_t) + size + text.size;
    if (!self || bytes > self->max / LARGEST_SHARE)
        return NULL;
    uint64_t hash = hash_of(self, kind, text);
    item_t *item = find(self, hash, kind, text);
    if (item)
        drop(self, item);
    while (self->bytes + bytes > self->max)
        drop(self, TAILQ_FIRST(&self->ages)); /* NOLINT: it leaves the list */
    item = malloc(bytes);
    if (!item)
        abort();
    *item = (item_t){.hash = hash, .kind = kind, .text_size = text.size, .value_size = size};
    if (text.size)
        memcpy(item->bytes + size, text.data, text.size);
    SLIST_INSERT_HEAD(chain_of(self, hash), item, chain);
    TAILQ_INSERT_TAIL(&self->ages, item, age);
    self->bytes += bytes;
    return item->bytes;
}

size_t memo_bytes(const memo_t *self)
{
    return self->bytes;
}
