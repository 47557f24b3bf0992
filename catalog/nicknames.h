/*
 * What people in Mexico call cars, and which of their names are words of daily speech too. Tables
 * only; names.c matches them with what the catalog has.
 */
#ifndef MOSTRADOR_CATALOG_NICKNAMES_H
#define MOSTRADOR_CATALOG_NICKNAMES_H

#include <stddef.h>

#include "common/str.h"

/* All names folded, letters and digits only. A row counts where the catalog has its make (and
 * model); one name may have several rows. */
typedef struct nickname {
    const char *said;
    const char *make;
    const char *model; /* NULL: the make itself */
} nickname_t;

extern const nickname_t nicknames[];
extern const size_t nickname_count;

/* Makes of the world by their proper names: those the shop does not have can be denied by name. */
extern const char *const world_makes[];
extern const size_t world_make_count;

/* How a name is guarded in a sentence. */
typedef enum guard {
    GUARD_NONE,     /* nothing else is called so */
    GUARD_SPANISH,  /* a Spanish or Portuguese word: "el león", "una fiesta" */
    GUARD_ENGLISH,  /* an English word: "a seat", "the beat" */
    GUARD_PLACE,    /* a place: "vivo en León" */
    GUARD_ADJACENT, /* only next to its make: "es", "uno", numbers */
} guard_t;

/* Of a folded name without blanks. */
guard_t nickname_guard(str_t compact);

#endif
