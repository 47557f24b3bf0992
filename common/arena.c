/* A list of blocks, newest first; allocation bumps a pointer in the newest. */
#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"

#define FIRST_BLOCK 4096 /* the least */
#define LAST_BLOCK (1 << 20)
#define ALIGN 16

typedef struct block {
    struct block *next;
    size_t size; /* of bytes[] */
    _Alignas(ALIGN) char bytes[];
} block_t;

struct arena {
    block_t *blocks;
    size_t used_in_block; /* of the newest */
    size_t used;          /* in all */
    size_t max;
};

static block_t *block_new(size_t size)
{
    block_t *block = malloc(sizeof *block + size);
    if (!block)
        abort();
    block->size = size;
    block->next = NULL;
    return block;
}

arena_t *arena_new(size_t max)
{
    arena_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->max = max;
    return self;
}

void arena_destroy(arena_t **self_p)
{
    assert(self_p);
    arena_t *self = *self_p;
    if (!self)
        return;
    while (self->blocks) {
        block_t *next = self->blocks->next;
        free(self->blocks);
        self->blocks = next;
    }
    free(self);
    *self_p = NULL;
}

void arena_reset(arena_t *self)
{
    while (self->blocks && self->blocks->next) {
        block_t *next = self->blocks->next;
        free(self->blocks);
        self->blocks = next;
    }
    self->used_in_block = 0;
    self->used = 0;
}

void *arena_alloc(arena_t *self, size_t size)
{
    if (size > self->max - self->used)
        return NULL;
    size_t aligned = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (!self->blocks || aligned > self->blocks->size - self->used_in_block) {
        size_t next = self->used / 2; /* thousands of turns wait with theirs: a third is unused */
        if (next < FIRST_BLOCK)
            next = FIRST_BLOCK;
        if (next > LAST_BLOCK)
            next = LAST_BLOCK;
        block_t *block = block_new(aligned > next ? aligned : next);
        block->next = self->blocks;
        self->blocks = block;
        self->used_in_block = 0;
    }
    void *bytes = self->blocks->bytes + self->used_in_block;
    self->used_in_block += aligned;
    self->used += size;
    memset(bytes, 0, size);
    return bytes;
}

char *arena_copy(arena_t *self, str_t text)
{
    char *copy = arena_alloc(self, text.size + 1);
    if (copy && text.size)
        memcpy(copy, text.data, text.size);
    return copy;
}

char *arena_printf(arena_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0)
        return NULL;
    char *text = arena_alloc(self, (size_t)size + 1);
    if (text) {
        va_start(args, format);
        vsnprintf(text, (size_t)size + 1, format, args);
        va_end(args);
    }
    return text;
}

size_t arena_used(const arena_t *self)
{
    return self->used;
}
