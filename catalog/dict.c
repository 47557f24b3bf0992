/* Open addressing over FNV-1a, doubled at three quarters. */
#include "catalog/dict.h"

#include <stdlib.h>

typedef struct slot {
    char *key; /* NULL: free */
    uint32_t size;
    uint32_t number;
} slot_t;

struct dict {
    slot_t *slots;
    size_t room; /* a power of two */
    uint32_t count, max;
};

dict_t *dict_new(uint32_t max)
{
    dict_t *self = calloc(1, sizeof *self);
    if (!self || !(self->slots = calloc(64, sizeof *self->slots)))
        abort();
    self->room = 64;
    self->max = max;
    return self;
}

void dict_destroy(dict_t **self_p)
{
    if (!*self_p)
        return;
    for (size_t i = 0; i < (*self_p)->room; i++)
        free((*self_p)->slots[i].key);
    free((*self_p)->slots);
    free(*self_p);
    *self_p = NULL;
}

uint32_t dict_count(const dict_t *self)
{
    return self->count;
}

static slot_t *find(slot_t *slots, size_t room, str_t key)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < key.size; i++)
        hash = (hash ^ (unsigned char)key.data[i]) * 0x100000001b3u;
    size_t at = (size_t)(hash ^ hash >> 32) & (room - 1);
    while (slots[at].key && !str_eq((str_t){slots[at].key, slots[at].size}, key))
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static void grow(dict_t *self)
{
    size_t room = 2 * self->room;
    slot_t *slots = calloc(room, sizeof *slots);
    if (!slots)
        abort();
    for (size_t i = 0; i < self->room; i++)
        if (self->slots[i].key)
            *find(slots, room, (str_t){self->slots[i].key, self->slots[i].size}) = self->slots[i];
    free(self->slots);
    self->slots = slots;
    self->room = room;
}

uint32_t dict_put(dict_t *self, str_t key, bool *added)
{
    slot_t *slot = find(self->slots, self->room, key);
    *added = false;
    if (slot->key)
        return slot->number;
    if (self->count >= self->max)
        return DICT_FULL;
    if (4 * (self->count + 1) > 3 * self->room) {
        grow(self);
        slot = find(self->slots, self->room, key);
    }
    slot->key = malloc(key.size + 1);
    if (!slot->key)
        abort();
    if (key.size)
        memcpy(slot->key, key.data, key.size);
    slot->size = (uint32_t)key.size;
    slot->number = self->count++;
    *added = true;
    return slot->number;
}
