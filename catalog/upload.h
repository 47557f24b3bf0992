/*
 * A catalog file that somebody of the shop sends: what is wrong with its lines, or what it would
 * change of what is offered, and then that change itself, if it is still the same one. The file
 * before is kept, for a while, so that it can be undone. It blocks: for a thread.
 */
#ifndef MOSTRADOR_CATALOG_UPLOAD_H
#define MOSTRADOR_CATALOG_UPLOAD_H

#include "catalog/change.h"

#define UPLOAD_KEPT 5 /* files of before */

typedef struct upload {
    const char *dir;
    arena_t *arena; /* where imported lives */
    int64_t now_ms;
    proto_imported_t imported;
    int64_t file, number; /* the state that has it */
    const char *code;
    char why[200];
} upload_t;

/* With a digest it is done, if that is what it comes to now. */
change_status_t upload_run(upload_t *self, const proto_import_csv_t *msg);

/* The file before an import takes its place again. */
change_status_t upload_undo(upload_t *self, const proto_undo_t *msg);

#endif
