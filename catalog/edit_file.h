/*
 * The SQLite file behind an edit (edit.h): its statements, prepared once, and what went wrong with
 * it. A catalog file has two tables more when it is edited. keys: what names are called folded,
 * their numbers, and how many cars have them. follow: of which source the file is a copy, and of
 * which state of it.
 */
#ifndef MOSTRADOR_CATALOG_EDIT_FILE_H
#define MOSTRADOR_CATALOG_EDIT_FILE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

/* Every statement has ?1 a kind or stock id, ?2 a number, ?3 a text, ?4 another number. */
typedef enum edit_sql {
    SQL_FIND_CAR,
    SQL_DELETE_CAR,
    SQL_FIND_KEY,
    SQL_ADD_KEY,
    SQL_COUNT_KEY,
    SQL_UNUSED_KEY,
    SQL_DELETE_KEY,
    SQL_ADD_TEXT,
    SQL_DELETE_TEXT,
    SQL_ADD_TRAIT,
    SQL_ADD_MODEL,
    SQL_ADD_VERSION,
    SQL_ADD_MAKE,
    SQL_RENAME_TRAIT,
    SQL_RENAME_MODEL,
    SQL_RENAME_VERSION,
    SQL_RENAME_MAKE,
    SQL_TRAIT,
    SQL_MODEL,
    SQL_VERSION,
    SQL_MAKE,
    SQL_MODELS_OF_MAKE,
    SQL_INSERT_CAR,
    SQL_SET_CATALOG,
    SQL_SET_FOLLOW,
    SQL_COUNT,
} edit_sql_t;

typedef struct edit_file {
    char path[560];
    sqlite3 *db;
    sqlite3_stmt *sql[SQL_COUNT];
    char why[512];
    bool damaged; /* it is no use any more */
} edit_file_t;

/* Opens it for writing, without its statements. All here that can fail leaves why. */
bool edit_file_open(edit_file_t *self, const char *path);
bool edit_file_prepare(edit_file_t *self);
void edit_file_close(edit_file_t *self);

/* The last call of SQLite has failed; false, so that a function can return it. */
bool edit_file_failed(edit_file_t *self);

/* What stands in it cannot be, and how; false. */
bool edit_file_damaged(edit_file_t *self, const char *how);

/* A statement that is ready to be stepped through; reset it afterwards. */
sqlite3_stmt *edit_file_bound(edit_file_t *self, edit_sql_t sql, int64_t first, int64_t number,
                              str_t text, int64_t other);
bool edit_file_run(edit_file_t *self, edit_sql_t sql, int64_t first, int64_t number, str_t text,
                   int64_t other);

/* The number in the first column of the first row; -1: there is none. */
bool edit_file_find(edit_file_t *self, edit_sql_t sql, int64_t first, int64_t number, str_t text,
                    int64_t *found);
bool edit_file_exec(edit_file_t *self, const char *sql);

/* The first column of the first row, in place of *text, which is freed; false if there is none. */
bool edit_file_text(edit_file_t *self, const char *sql, char **text);

/* A copy of value in place of *text, which is freed. */
void edit_set_text(char **text, const char *value);

/* text may be empty. */
void edit_bind_text(sqlite3_stmt *statement, int index, str_t text);

#endif
