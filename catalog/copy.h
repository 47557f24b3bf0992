/*
 * Where a replica keeps its own copy of a source of truth, a file that edit.h changes: in a folder
 * below CATALOG_DIR, copy-0, copy-1 … A process takes the first that nobody else holds, so that
 * replicas may share CATALOG_DIR and one that is started again finds a copy there. One thread at a
 * time.
 */
#ifndef MOSTRADOR_CATALOG_COPY_H
#define MOSTRADOR_CATALOG_COPY_H

#include "catalog/edit.h"

typedef struct copy copy_t;

#define COPY_MAX 64 /* of one CATALOG_DIR */

/* Takes a folder below dir. NULL and why when none can be had. */
copy_t *copy_new(const char *dir, char *why, size_t size);
void copy_destroy(copy_t **self_p);

/* The folder: locked as long as it is ours. */
const char *copy_dir(const copy_t *self);

/* The file, and what changes it; NULL while there is none. Both change with copy_adopt. */
const char *copy_path(const copy_t *self);
edit_t *copy_edit(const copy_t *self);

/* Of the last file there was. */
int64_t copy_version(const copy_t *self);

/* Where the file that is to be the next one is built (build.h). */
const char *copy_path_new(const copy_t *self);

/* Makes the finished file there the copy; the one before is gone for whoever has not opened it.
 * false: copy_why. */
bool copy_adopt(copy_t *self, const char *identity, const char *position);

/* The file is of no use: it is deleted. */
void copy_forget(copy_t *self);

/* The same where it should be of use: that is counted and logged. */
void copy_damaged(copy_t *self, const char *why);

const char *copy_why(const copy_t *self);

#endif
