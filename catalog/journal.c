/*
 * Cars are kept as they are encoded on the wire. The journal of SQLite itself is its write-ahead
 * log, so that readers never wait, and every commit is synced.
 */
#include "catalog/journal.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BUSY_MS 5000
#define MAX_CAR 16384

static const char schema[] =
    "PRAGMA user_version = 1;"
    "CREATE TABLE IF NOT EXISTS revisions (number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id TEXT UNIQUE, at_ms INTEGER, who TEXT, kind TEXT, stock_id INTEGER, undoes INTEGER,"
    " undone INTEGER DEFAULT 0, car_before BLOB, car_after BLOB, state INTEGER, orig BLOB,"
    " mine BLOB, sold_ms INTEGER, name TEXT, added INTEGER, changed INTEGER, removed INTEGER,"
    " file_before INTEGER, file_after INTEGER);"
    "CREATE INDEX IF NOT EXISTS revisions_car ON revisions (stock_id, number);"
    "CREATE TABLE IF NOT EXISTS overlays (stock_id INTEGER PRIMARY KEY, state INTEGER, orig BLOB,"
    " mine BLOB, sold_ms INTEGER);";

#define REVISION                                                                               \
    "SELECT number, at_ms, who, kind, stock_id, car_before, car_after, undoes, undone, name,"  \
    " added, changed, removed, number = (SELECT max(number) FROM revisions n WHERE n.stock_id" \
    " = r.stock_id) FROM revisions r "

typedef enum sql {
    SQL_HEAD,
    SQL_OVERLAY,
    SQL_ALL,
    SQL_SINCE,
    SQL_REVISION,
    SQL_REQUEST,
    SQL_BEFORE,
    SQL_FILES,
    SQL_LIST,
    SQL_LIST_CAR,
    SQL_ADD,
    SQL_SET,
    SQL_DROP,
    SQL_UNDONE,
    SQL_COUNT,
} sql_t;

static const char *const statements[SQL_COUNT] = {
    [SQL_HEAD] = "SELECT coalesce (max(number), 0) FROM revisions",
    [SQL_OVERLAY] = "SELECT state, orig, mine, sold_ms FROM overlays WHERE stock_id = ?1",
    [SQL_ALL] = "SELECT stock_id FROM overlays ORDER BY stock_id",
    [SQL_SINCE] = "SELECT DISTINCT stock_id FROM revisions WHERE number > ?1 AND stock_id > 0"
                  " ORDER BY stock_id",
    [SQL_REVISION] = REVISION "WHERE number = ?1",
    [SQL_REQUEST] = REVISION "WHERE id = ?1",
    [SQL_BEFORE] = "SELECT state, orig, mine, sold_ms, stock_id FROM revisions WHERE number = ?1",
    [SQL_FILES] = "SELECT coalesce (file_before, 0), coalesce (file_after, 0) FROM revisions"
                  " WHERE number = ?1",
    [SQL_LIST] = REVISION "WHERE number < ?1 ORDER BY number DESC LIMIT ?2",
    [SQL_LIST_CAR] = REVISION "WHERE number < ?1 AND stock_id = ?3 ORDER BY number DESC LIMIT ?2",
    [SQL_ADD] = "INSERT INTO revisions (id, at_ms, who, kind, stock_id, undoes, car_before,"
                " car_after, state, orig, mine, sold_ms, name, added, changed, removed,"
                " file_before, file_after) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [SQL_SET] = "INSERT OR REPLACE INTO overlays VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_DROP] = "DELETE FROM overlays WHERE stock_id = ?1",
    [SQL_UNDONE] = "UPDATE revisions SET undone = ?1 WHERE number = ?2",
};

struct journal {
    sqlite3 *db;
    sqlite3_stmt *sql[SQL_COUNT];
    bool writing;
    char path[560], why[256];
};

const char *journal_why(const journal_t *self)
{
    return self->why;
}

static bool fail(journal_t *self)
{
    snprintf(self->why, sizeof self->why, "%s: %.120s", JOURNAL_FILE, sqlite3_errmsg(self->db));
    return false;
}

/* ---- values ---- */

static sqlite3_stmt *fresh(journal_t *self, sql_t sql)
{
    sqlite3_reset(self->sql[sql]);
    sqlite3_clear_bindings(self->sql[sql]);
    return self->sql[sql];
}

static sqlite3_stmt *with(journal_t *self, sql_t sql, int64_t number)
{
    sqlite3_stmt *row = fresh(self, sql);
    sqlite3_bind_int64(row, 1, number);
    return row;
}

static void bind_text(sqlite3_stmt *row, int index, str_t text)
{
    sqlite3_bind_text(row, index, text.size ? text.data : "", (int)text.size, SQLITE_TRANSIENT);
}

static void bind_car(sqlite3_stmt *row, int index, const proto_car_t *car)
{
    buf_t bytes;
    if (!car || car->stock_id == 0) {
        sqlite3_bind_null(row, index);
        return;
    }
    buf_init(&bytes, MAX_CAR);
    proto_encode(&proto_car_record, car, &bytes, NULL);
    sqlite3_bind_blob(row, index, bytes.data, (int)bytes.size, SQLITE_TRANSIENT);
    buf_free(&bytes);
}

/* A car; all zero where there is none, or none that can be read. */
static bool column_car(sqlite3_stmt *row, int column, arena_t *arena, proto_car_t *car)
{
    const void *bytes = sqlite3_column_blob(row, column);
    int size = sqlite3_column_bytes(row, column);
    memset(car, 0, sizeof *car);
    if (!bytes)
        return false;
    const char *copy = arena_copy(arena, (str_t){bytes, (size_t)size});
    if (copy && proto_decode(&proto_car_record, copy, (size_t)size, car, arena, NULL))
        return true;
    memset(car, 0, sizeof *car);
    return false;
}

static str_t column_text(sqlite3_stmt *row, int column, arena_t *arena)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    str_t view = {text ? text : "", (size_t)sqlite3_column_bytes(row, column)};
    const char *copy = arena_copy(arena, view);
    return copy ? (str_t){copy, view.size} : (str_t){"", 0};
}

static void read_overlay(sqlite3_stmt *row, arena_t *arena, overlay_t *overlay)
{
    int state = sqlite3_column_int(row, 0);
    overlay->state = state > 0 && state < OVERLAY_STATES ? (overlay_state_t)state : OVERLAY_NONE;
    column_car(row, 1, arena, &overlay->orig);
    column_car(row, 2, arena, &overlay->mine);
    overlay->sold_ms = sqlite3_column_int64(row, 3);
}

static void read_revision(sqlite3_stmt *row, arena_t *arena, proto_revision_t *revision)
{
    proto_car_t *cars = arena_alloc(arena, 2 * sizeof *cars);
    *revision = (proto_revision_t){.number = sqlite3_column_int64(row, 0),
                                   .at_ms = sqlite3_column_int64(row, 1),
                                   .by = column_text(row, 2, arena),
                                   .kind = column_text(row, 3, arena),
                                   .stock_id = sqlite3_column_int64(row, 4),
                                   .undoes = sqlite3_column_int64(row, 7),
                                   .undone = sqlite3_column_int64(row, 8),
                                   .name = column_text(row, 9, arena),
                                   .added = sqlite3_column_int64(row, 10),
                                   .changed = sqlite3_column_int64(row, 11),
                                   .removed = sqlite3_column_int64(row, 12),
                                   .last = sqlite3_column_int(row, 13) != 0};
    if (!cars)
        return;
    revision->before = &cars[0];
    revision->before_count = column_car(row, 5, arena, &cars[0]);
    revision->after = &cars[1];
    revision->after_count = column_car(row, 6, arena, &cars[1]);
}

/* ---- reading ---- */

/* Steps to the one row there may be; *found. The row has to be reset. */
static bool step(journal_t *self, sqlite3_stmt *row, bool *found)
{
    int status = sqlite3_step(row);
    *found = status == SQLITE_ROW;
    return *found || status == SQLITE_DONE || fail(self);
}

int64_t journal_head(journal_t *self)
{
    sqlite3_stmt *row = fresh(self, SQL_HEAD);
    bool found;
    int64_t head = step(self, row, &found) && found ? sqlite3_column_int64(row, 0) : -1;
    sqlite3_reset(row);
    return head;
}

bool journal_overlay(journal_t *self, int64_t stock_id, arena_t *arena, overlay_t *overlay)
{
    sqlite3_stmt *row = with(self, SQL_OVERLAY, stock_id);
    bool found, good = step(self, row, &found);
    *overlay = (overlay_t){.stock_id = stock_id};
    if (good && found)
        read_overlay(row, arena, overlay);
    sqlite3_reset(row);
    return good;
}

bool journal_each(journal_t *self, int64_t since, journal_car_t *take, void *arg)
{
    sqlite3_stmt *row = since ? with(self, SQL_SINCE, since) : fresh(self, SQL_ALL);
    bool found = true, good = true;
    while (good && (good = step(self, row, &found)) && found)
        good = take(arg, sqlite3_column_int64(row, 0));
    sqlite3_reset(row);
    return good;
}

static bool one(journal_t *self, sqlite3_stmt *row, arena_t *arena, proto_revision_t *revision,
                bool *found)
{
    bool good = step(self, row, found);
    if (good && *found)
        read_revision(row, arena, revision);
    sqlite3_reset(row);
    return good;
}

bool journal_revision(journal_t *self, int64_t number, arena_t *arena, proto_revision_t *revision,
                      bool *found)
{
    return one(self, with(self, SQL_REVISION, number), arena, revision, found);
}

bool journal_request(journal_t *self, str_t id, arena_t *arena, proto_revision_t *revision,
                     bool *found)
{
    sqlite3_stmt *row = fresh(self, SQL_REQUEST);
    bind_text(row, 1, id);
    return one(self, row, arena, revision, found);
}

bool journal_before(journal_t *self, int64_t number, arena_t *arena, overlay_t *overlay)
{
    sqlite3_stmt *row = with(self, SQL_BEFORE, number);
    bool found, good = step(self, row, &found);
    *overlay = (overlay_t){0};
    if (good && found) {
        read_overlay(row, arena, overlay);
        overlay->stock_id = sqlite3_column_int64(row, 4);
    }
    sqlite3_reset(row);
    return good;
}

bool journal_files(journal_t *self, int64_t number, int64_t *before, int64_t *after)
{
    sqlite3_stmt *row = with(self, SQL_FILES, number);
    bool found, good = step(self, row, &found);
    *before = good && found ? sqlite3_column_int64(row, 0) : 0;
    *after = good && found ? sqlite3_column_int64(row, 1) : 0;
    sqlite3_reset(row);
    return good;
}

bool journal_list(journal_t *self, const proto_get_history_t *query, arena_t *arena,
                  proto_history_t *history)
{
    int64_t limit = query->limit;
    sqlite3_stmt *row = with(self, query->stock_id ? SQL_LIST_CAR : SQL_LIST,
                             query->before > 0 ? query->before : INT64_MAX);
    bool found = true, good = true;
    memset(history, 0, sizeof *history);
    sqlite3_bind_int64(row, 2, limit + 1);
    if (query->stock_id)
        sqlite3_bind_int64(row, 3, query->stock_id);
    history->revisions = arena_alloc(arena, (size_t)limit * sizeof *history->revisions);
    while (history->revisions && (good = step(self, row, &found)) && found) {
        history->more = (int64_t)history->revisions_count == limit;
        if (history->more)
            break;
        read_revision(row, arena, &history->revisions[history->revisions_count++]);
    }
    sqlite3_reset(row);
    return good;
}

/* ---- writing ---- */

bool journal_begin(journal_t *self)
{
    self->writing =
        sqlite3_exec(self->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK || fail(self);
    return self->writing;
}

void journal_rollback(journal_t *self)
{
    if (self->writing)
        sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
    self->writing = false;
}

bool journal_commit(journal_t *self)
{
    if (sqlite3_exec(self->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return fail(self);
    self->writing = false;
    return true;
}

static bool run(journal_t *self, sqlite3_stmt *row)
{
    int status = sqlite3_step(row);
    sqlite3_reset(row);
    return status == SQLITE_DONE || fail(self);
}

static bool set_overlay(journal_t *self, const overlay_t *overlay)
{
    if (overlay->state == OVERLAY_NONE)
        return run(self, with(self, SQL_DROP, overlay->stock_id));
    sqlite3_stmt *row = with(self, SQL_SET, overlay->stock_id);
    sqlite3_bind_int(row, 2, overlay->state);
    bind_car(row, 3, &overlay->orig);
    bind_car(row, 4, &overlay->mine);
    sqlite3_bind_int64(row, 5, overlay->sold_ms);
    return run(self, row);
}

static void bind_entry(sqlite3_stmt *row, const journal_entry_t *entry)
{
    const proto_revision_t *r = entry->revision;
    bind_text(row, 1, entry->id);
    sqlite3_bind_int64(row, 2, r->at_ms);
    bind_text(row, 3, r->by);
    bind_text(row, 4, r->kind);
    sqlite3_bind_int64(row, 5, r->stock_id);
    sqlite3_bind_int64(row, 6, r->undoes);
    bind_car(row, 7, r->before_count ? r->before : NULL);
    bind_car(row, 8, r->after_count ? r->after : NULL);
    if (entry->before) {
        sqlite3_bind_int(row, 9, entry->before->state);
        bind_car(row, 10, &entry->before->orig);
        bind_car(row, 11, &entry->before->mine);
        sqlite3_bind_int64(row, 12, entry->before->sold_ms);
    }
    bind_text(row, 13, r->name);
    sqlite3_bind_int64(row, 14, r->added);
    sqlite3_bind_int64(row, 15, r->changed);
    sqlite3_bind_int64(row, 16, r->removed);
    sqlite3_bind_int64(row, 17, entry->file_before);
    sqlite3_bind_int64(row, 18, entry->file_after);
}

bool journal_add(journal_t *self, const journal_entry_t *entry)
{
    proto_revision_t *revision = entry->revision;
    sqlite3_stmt *row = fresh(self, SQL_ADD);
    bind_entry(row, entry);
    if (!run(self, row))
        return false;
    revision->number = sqlite3_last_insert_rowid(self->db);
    if (entry->after && !set_overlay(self, entry->after))
        return false;
    revision->last = true;
    if (!revision->undoes)
        return true;
    row = with(self, SQL_UNDONE, revision->number);
    sqlite3_bind_int64(row, 2, revision->undoes);
    return run(self, row);
}

/* ---- life ---- */

static bool prepare(journal_t *self)
{
    for (int i = 0; i < SQL_COUNT; i++)
        if (sqlite3_prepare_v2(self->db, statements[i], -1, &self->sql[i], NULL) != SQLITE_OK)
            return fail(self);
    return true;
}

static bool open_file(journal_t *self)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(self->path, &self->db, flags, NULL) != SQLITE_OK)
        return fail(self);
    sqlite3_busy_timeout(self->db, BUSY_MS);
    bool good = sqlite3_exec(self->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
                             NULL, NULL, NULL) == SQLITE_OK;
    /* several may make it at once: each waits for the one before */
    good = good && sqlite3_exec(self->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(self->db, schema, NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(self->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    return (good || fail(self)) && prepare(self);
}

journal_t *journal_open(const char *dir, bool create, char *why, size_t size)
{
    struct stat status;
    journal_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    snprintf(self->path, sizeof self->path, "%s/%s", dir, JOURNAL_FILE);
    *why = '\0';
    bool there = stat(self->path, &status) == 0;
    if ((there || create) && open_file(self))
        return self;
    if (there || create)
        snprintf(why, size, "%s", self->why);
    journal_close(&self);
    return NULL;
}

void journal_close(journal_t **self_p)
{
    journal_t *self = *self_p;
    if (!self)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(self->sql[i]);
    sqlite3_close(self->db);
    free(self);
    *self_p = NULL;
}
