/*
 * The names in a catalog file that is edited (edit.h): models, versions, makes and the traits of
 * cars, by number. Each is counted by the cars that have it; one that no car has any more loses its
 * words and its text, and its number stays unused, for it may never be another name's.
 */
#ifndef MOSTRADOR_CATALOG_EDIT_NAMES_H
#define MOSTRADOR_CATALOG_EDIT_NAMES_H

#include "catalog/edit_file.h"
#include "catalog/row.h"
#include "catalog/stock.h"

#define EDIT_MAKE TRAIT_ALL /* the traits, models and versions are their own kinds */
#define EDIT_KINDS (EDIT_MAKE + 1)

typedef struct edit_names {
    edit_file_t *file;
    arena_t *arena;                             /* of one car or name at a time */
    int64_t next[EDIT_KINDS], live[EDIT_KINDS]; /* numbers given, those of them in use */
    bool crowded;                               /* unused numbers are missed by others */
} edit_names_t;

/* Counts those of a file. */
bool edit_names_read(edit_names_t *self);

/* The numbers of all names of a car, by kind, 0 where it has none; each has one car more. *refused:
 * one does not fit, problem was told why, and no name has more cars. */
bool edit_names_acquire(edit_names_t *self, const proto_car_t *car, row_problem_t *problem,
                        void *arg, bool *refused, int64_t numbers[EDIT_KINDS]);

/* One car less for each of them. */
bool edit_names_release(edit_names_t *self, const int64_t numbers[EDIT_KINDS]);

/* Forgets those that no car has any more. */
bool edit_names_drop_unused(edit_names_t *self);

#endif
