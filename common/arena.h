/*
 * Memory that is freed in one stroke: one arena per message or per turn.
 * It has a ceiling, so that no input can make a process grow without bound.
 */
#ifndef MOSTRADOR_COMMON_ARENA_H
#define MOSTRADOR_COMMON_ARENA_H

#include "common/str.h"

typedef struct arena arena_t;

/* An empty arena that hands out at most max bytes. Aborts if memory is out. */
arena_t *arena_new(size_t max);

/* Frees the arena and all it handed out, and nulls the caller's pointer. */
void arena_destroy(arena_t **self_p);

/* Forgets all that was handed out and keeps one block for the next use. */
void arena_reset(arena_t *self);

/* Zeroed, aligned memory that lives as long as the arena; NULL past the ceiling. */
void *arena_alloc(arena_t *self, size_t size);

/* A terminated copy; NULL past the ceiling. */
char *arena_copy(arena_t *self, str_t text);

/* printf into the arena, terminated; NULL past the ceiling. */
char *arena_printf(arena_t *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes handed out since the last reset. */
size_t arena_used(const arena_t *self);

#endif
