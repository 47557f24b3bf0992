/*
 * A catalog file, open: what the shop has in stock. All that searches compare is read into memory
 * once (columns, names, vocabulary); texts of single cars and the index of words stay in SQLite.
 * It never changes; a new catalog is a new stock_t. One thread at a time.
 *
 * A copy of a source of truth (copy.h) is such a file too, but one that is written to while it is
 * open: a stock_t of it holds a read transaction and sees the state it was opened in.
 */
#ifndef MOSTRADOR_CATALOG_STOCK_H
#define MOSTRADOR_CATALOG_STOCK_H

#include <sqlite3.h>

#include "catalog/columns.h"
#include "catalog/names.h"
#include "proto/proto.h"

typedef struct stock_value {
    str_t name;
    const char *folded; /* " ciudad de mexico " */
} stock_value_t;

typedef struct stock {
    int64_t version;
    int64_t cars;
    names_make_t *makes; /* by number */
    size_t make_count;
    names_model_t *models; /* by number */
    size_t model_count;
    stock_value_t *values[TRAIT_COUNT]; /* by number; 0 is no value */
    size_t value_counts[TRAIT_COUNT];   /* the 0 among them */
    bool recorded[TRAIT_COUNT];         /* some car has one */
    size_t version_count;
    const char **terms; /* the vocabulary: words of four letters or more, sorted */
    size_t term_count;
    names_t *names;
    columns_t *columns;

    arena_t *arena; /* the strings above */
    sqlite3 *db;
    sqlite3_stmt *select_car, *select_words;
} stock_t;

/* The file, to be read: one that changes meanwhile, or one that never does. The caller's to close;
 * NULL or one with an error if it cannot be opened. */
sqlite3 *stock_database(const char *path, bool changes);

/* Opens a catalog file. NULL and why when there is none or it cannot be used. */
stock_t *stock_open(const char *path, char *why, size_t size);
void stock_close(stock_t **self_p);

/* What changed in a copy: cars that went, sorted; cars that came. One that changed is among both.
 */
typedef struct stock_changes {
    const int64_t *gone;
    size_t gone_count;
    const columns_row_t *rows;
    size_t row_count;
} stock_changes_t;

/* Opens a copy. With before, the stock of the same file before these changes, it is made of that
 * instead of reading all cars; before may be in use by another thread meanwhile. */
stock_t *stock_open_copy(const char *path, const stock_t *before, const stock_changes_t *changes,
                         char *why, size_t size);

/* The version of the catalog in a file; 0 when there is none that can be read. */
int64_t stock_version(const char *path);

/* SQLite's own check of the whole file. */
bool stock_is_sound(stock_t *self);

/* One car, its strings in the arena. false when there is none of that id, or the arena is full. */
bool stock_car(stock_t *self, int64_t stock_id, proto_car_t *car, arena_t *arena);

/* Marks in word which values have a word (whole), or one that begins so: true if any does. Tables
 * are made in the arena as they are needed. */
bool stock_word(stock_t *self, str_t text, bool whole, arena_t *arena, columns_word_t *word);

/* The word of the vocabulary that a misspelt one is nearest to; NULL if none is near. */
const char *stock_nearest_term(const stock_t *self, str_t word);

#endif
