/*
 * The catalog of a folder as it is to be served: the file that the last import made (schema.h) and
 * what people of the shop did since (journal.h). While they did nothing, that file itself is
 * opened; else a copy of it that belongs to this process (copy.h), in which each of their cars is
 * put as it is now. Which state is served is told to the others who share the folder, by a file in
 * the folder of the copy. May block: for a thread. One thread at a time.
 */
#ifndef MOSTRADOR_CATALOG_LOCAL_H
#define MOSTRADOR_CATALOG_LOCAL_H

#include "catalog/stock.h"

typedef struct local local_t;

/* Which state of a folder it is. */
typedef struct local_state {
    int64_t file;   /* version of the catalog file */
    int64_t number; /* newest revision of the journal */
    bool again;     /* to be opened once more when what was open before is closed */
} local_state_t;

local_t *local_new(const char *dir);
void local_destroy(local_t **self_p);

/* Opens what the folder has now. before is what this function returned last and is still open, or
 * NULL. NULL and why when nothing can be served. */
stock_t *local_open(local_t *self, const stock_t *before, local_state_t *state, char *why,
                    size_t size);

/* ---- for the loop, whatever the thread does ---- */

/* This state is served from now on. */
void local_tell(local_t *self, const local_state_t *state);

/* Does every process that shares the folder serve this state, or a later one? */
bool local_served_by_all(local_t *self, const local_state_t *state);

#endif
