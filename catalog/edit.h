/*
 * A catalog file that is changed car by car while others read it: a copy of a source of truth
 * (copy.h). It is in WAL mode, so that readers never wait. Which state of the source it is stands
 * in the file and changes with the cars in it, in one transaction. Numbers of names are never used
 * for another name, so what was read before stays right. One thread at a time.
 */
#ifndef MOSTRADOR_CATALOG_EDIT_H
#define MOSTRADOR_CATALOG_EDIT_H

#include "catalog/row.h"
#include "catalog/stock.h"

typedef struct edit edit_t;

/* Opens a file that copy_adopt made. NULL and why when it is none. */
edit_t *edit_open(const char *path, char *why, size_t size);
void edit_close(edit_t **self_p);

int64_t edit_version(const edit_t *self);

/* When a car changed last, by the clock. */
int64_t edit_changed_ms(const edit_t *self);

/* Of which source it is a copy, and of which state of it. */
const char *edit_identity(const edit_t *self);
const char *edit_position(const edit_t *self);

/* Changes: first what is removed, then what is put. After a false, edit_why; nothing counts until
 * edit_commit, which says in changes what it was (good until the next edit_begin). */
bool edit_begin(edit_t *self);
bool edit_remove(edit_t *self, int64_t stock_id);

/* Adds a car that is not there. *refused: it does not fit, problem was told why. */
bool edit_put(edit_t *self, const proto_car_t *car, row_problem_t *problem, void *arg,
              bool *refused);
bool edit_commit(edit_t *self, const char *position, stock_changes_t *changes);
void edit_rollback(edit_t *self);

/* The journal has grown, and whoever reads it keeps it from beginning anew: they should open the
 * file again. All that is in it is in the file by then. */
bool edit_wants_readers_renewed(edit_t *self);

/* The journal has grown so much. */
bool edit_journal_is_long(const edit_t *self);

/* Names nobody has any more take up numbers that others need: a new file would help. */
bool edit_is_crowded(const edit_t *self);

/* What went wrong; damaged: the file is no use any more. */
const char *edit_why(const edit_t *self);
bool edit_is_damaged(const edit_t *self);

#endif
