/*
 * What people of the shop did to the catalog, beside the file that an import makes: CATALOG_DIR/
 * edits.db. It keeps every revision, and for each car the overlay (overlay.h) that is in force.
 * Replicas that share the folder share it. A revision is durable when journal_commit has said so;
 * no import touches it. One thread at a time.
 */
#ifndef MOSTRADOR_CATALOG_JOURNAL_H
#define MOSTRADOR_CATALOG_JOURNAL_H

#include "catalog/overlay.h"

#define JOURNAL_FILE "edits.db"
#define JOURNAL_MAX_LISTED 100

typedef struct journal journal_t;

/* Opens the journal of a folder; makes one where there is none if create is set. NULL and why;
 * why is "" when there is none and none was to be made. */
journal_t *journal_open(const char *dir, bool create, char *why, size_t size);
void journal_close(journal_t **self_p);

/* What went wrong last. */
const char *journal_why(const journal_t *self);

/* The number of the newest revision, 0: there is none, -1: it cannot be read. */
int64_t journal_head(journal_t *self);

/* What is in force for a car; OVERLAY_NONE if nothing is. Strings in the arena. */
bool journal_overlay(journal_t *self, int64_t stock_id, arena_t *arena, overlay_t *overlay);

/* Cars with an overlay; or, with since, those that a later revision is about. */
typedef bool(journal_car_t)(void *arg, int64_t stock_id);
bool journal_each(journal_t *self, int64_t since, journal_car_t *take, void *arg);

/* One revision; *found says whether there is one of that number, or of the request's id. */
bool journal_revision(journal_t *self, int64_t number, arena_t *arena, proto_revision_t *revision,
                      bool *found);
bool journal_request(journal_t *self, str_t id, arena_t *arena, proto_revision_t *revision,
                     bool *found);

/* The overlay that was in force before a revision. */
bool journal_before(journal_t *self, int64_t number, arena_t *arena, overlay_t *overlay);

/* Which catalog file an import took the place of, and which it made; 0: it is no import. */
bool journal_files(journal_t *self, int64_t number, int64_t *before, int64_t *after);

/* The newest first; most JOURNAL_MAX_LISTED. *more: there are older ones. */
bool journal_list(journal_t *self, const proto_get_history_t *query, arena_t *arena,
                  proto_history_t *history);

/* Nobody else writes from begin to the end. */
bool journal_begin(journal_t *self);
void journal_rollback(journal_t *self);

/* Adds a revision, whose number it sets, and what is in force from now on. before and after are of
 * a car; files those of an import. */
typedef struct journal_entry {
    proto_revision_t *revision;
    str_t id; /* of the request */
    const overlay_t *before, *after;
    int64_t file_before, file_after;
} journal_entry_t;

bool journal_add(journal_t *self, const journal_entry_t *entry);

/* Durable, or a false. */
bool journal_commit(journal_t *self);

#endif
