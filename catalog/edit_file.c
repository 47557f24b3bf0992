#include "catalog/edit_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_MS 5000

static const char *const statements[SQL_COUNT] = {
    [SQL_FIND_CAR] = ("SELECT body, fuel, transmission, colour, city, c.model, version, make"
                      " FROM cars c JOIN models m ON m.model = c.model WHERE stock_id = ?1"),
    [SQL_DELETE_CAR] = "DELETE FROM cars WHERE stock_id = ?1",
    [SQL_FIND_KEY] = "SELECT number FROM keys WHERE kind = ?1 AND key = ?3",
    [SQL_ADD_KEY] = "INSERT INTO keys (kind, number, key, cars) VALUES (?1, ?2, ?3, ?4)",
    [SQL_COUNT_KEY] = "UPDATE keys SET cars = cars + ?4 WHERE kind = ?1 AND number = ?2",
    [SQL_UNUSED_KEY] = "SELECT number FROM keys WHERE kind = ?1 AND cars = 0 LIMIT 1",
    [SQL_DELETE_KEY] = "DELETE FROM keys WHERE kind = ?1 AND number = ?2",
    [SQL_ADD_TEXT] = "INSERT INTO texts (rowid, words) VALUES (?1 << 32 | ?2, ?3)",
    [SQL_DELETE_TEXT] = ("INSERT INTO texts (texts, rowid, words) VALUES"
                         " ('delete', ?1 << 32 | ?2, ?3)"),
    [SQL_ADD_TRAIT] = "INSERT INTO traits VALUES (?1, ?2, ?3)",
    [SQL_ADD_MODEL] = "INSERT INTO models VALUES (?2, ?4, ?3, 0, 0)",
    [SQL_ADD_VERSION] = "INSERT INTO versions VALUES (?2, ?3)",
    [SQL_ADD_MAKE] = "INSERT INTO makes VALUES (?2, ?3, 0, 0)",
    [SQL_RENAME_TRAIT] = "UPDATE traits SET name = ?3 WHERE trait = ?1 AND value = ?2",
    [SQL_RENAME_MODEL] = "UPDATE models SET name = ?3 WHERE model = ?2",
    [SQL_RENAME_VERSION] = "UPDATE versions SET name = ?3 WHERE version = ?2",
    [SQL_RENAME_MAKE] = "UPDATE makes SET name = ?3 WHERE make = ?2",
    [SQL_TRAIT] = "SELECT name, '' FROM traits WHERE trait = ?1 AND value = ?2",
    [SQL_MODEL] = "SELECT m.name, k.name FROM models m JOIN makes k USING (make) WHERE model = ?2",
    [SQL_VERSION] = "SELECT name, '' FROM versions WHERE version = ?2",
    [SQL_MAKE] = "SELECT name, '' FROM makes WHERE make = ?2",
    [SQL_MODELS_OF_MAKE] = "SELECT model FROM models WHERE make = ?2 AND name <> ''",
    [SQL_INSERT_CAR] = "INSERT INTO cars VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [SQL_SET_CATALOG] = "UPDATE catalog SET version = ?1, imported_ms = ?2, cars = cars + ?4",
    [SQL_SET_FOLLOW] = "UPDATE follow SET position = ?3",
};

__attribute__((format(printf, 2, 3))) static bool fail(edit_file_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->why, sizeof self->why, format, args);
    va_end(args);
    return false;
}

bool edit_file_failed(edit_file_t *self)
{
    int code = sqlite3_errcode(self->db) & 0xff;
    self->damaged = self->damaged || code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    return fail(self, "%s: %s", self->path, sqlite3_errmsg(self->db));
}

bool edit_file_damaged(edit_file_t *self, const char *how)
{
    self->damaged = true;
    return fail(self, "%s: %s", self->path, how);
}

void edit_bind_text(sqlite3_stmt *statement, int index, str_t text)
{
    sqlite3_bind_text(statement, index, text.size ? text.data : "", (int)text.size,
                      SQLITE_TRANSIENT);
}

sqlite3_stmt *edit_file_bound(edit_file_t *self, edit_sql_t sql, int64_t first, int64_t number,
                              str_t text, int64_t other)
{
    sqlite3_stmt *statement = self->sql[sql];
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_int64(statement, 2, number);
    edit_bind_text(statement, 3, text);
    sqlite3_bind_int64(statement, 4, other);
    return statement;
}

bool edit_file_run(edit_file_t *self, edit_sql_t sql, int64_t first, int64_t number, str_t text,
                   int64_t other)
{
    sqlite3_stmt *statement = edit_file_bound(self, sql, first, number, text, other);
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return status == SQLITE_DONE || edit_file_failed(self);
}

bool edit_file_find(edit_file_t *self, edit_sql_t sql, int64_t first, int64_t number, str_t text,
                    int64_t *found)
{
    sqlite3_stmt *statement = edit_file_bound(self, sql, first, number, text, 0);
    int status = sqlite3_step(statement);
    *found = status == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_reset(statement);
    return status == SQLITE_ROW || status == SQLITE_DONE || edit_file_failed(self);
}

bool edit_file_exec(edit_file_t *self, const char *sql)
{
    return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK || edit_file_failed(self);
}

void edit_set_text(char **text, const char *value)
{
    char *copy = strdup(value);
    if (!copy)
        abort();
    free(*text);
    *text = copy;
}

bool edit_file_text(edit_file_t *self, const char *sql, char **text)
{
    sqlite3_stmt *row = NULL;
    bool good = sqlite3_prepare_v2(self->db, sql, -1, &row, NULL) == SQLITE_OK &&
                sqlite3_step(row) == SQLITE_ROW && sqlite3_column_text(row, 0);
    if (good)
        edit_set_text(text, (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return good;
}

bool edit_file_open(edit_file_t *self, const char *path)
{
    snprintf(self->path, sizeof self->path, "%s", path);
    if (sqlite3_open_v2(self->path, &self->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return edit_file_failed(self);
    sqlite3_busy_timeout(self->db, BUSY_MS);
    return edit_file_exec(self,
                          "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                          "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;");
}

bool edit_file_prepare(edit_file_t *self)
{
    bool good = true;
    for (int i = 0; good && i < SQL_COUNT; i++)
        good = sqlite3_prepare_v2(self->db, statements[i], -1, &self->sql[i], NULL) == SQLITE_OK;
    return good || edit_file_failed(self);
}

void edit_file_close(edit_file_t *self)
{
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(self->sql[i]);
    sqlite3_close(self->db);
}
