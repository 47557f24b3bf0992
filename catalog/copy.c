/*
 * Every file of the folder has a name of its own, the version it began with: SQLite deletes a
 * file's journal by name, and an older file may be open still.
 */
#include "catalog/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/build.h"
#include "common/log.h"
#include "common/metrics.h"

struct copy {
    char dir[512], path[560], path_new[560];
    int folder;      /* locked while open */
    edit_t *edit;    /* NULL: there is no file */
    int64_t version; /* of the file, or of the last there was */
    char why[512];
};

__attribute__((format(printf, 2, 3))) static bool fail(copy_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->why, sizeof self->why, format, args);
    va_end(args);
    return false;
}

const char *copy_why(const copy_t *self)
{
    return self->why;
}

/* ---- the file ---- */

static bool exec(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static void fold(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    arena_t *arena = sqlite3_user_data(context);
    arena_reset(arena);
    const char *name = (const char *)sqlite3_value_text(values[1]);
    str_t key =
        build_key(arena, (uint32_t)sqlite3_value_int64(values[0]), str_from(name ? name : ""));
    sqlite3_result_text(context, key.data, (int)key.size, SQLITE_TRANSIENT);
}

/* A finished catalog file becomes one that can be changed. */
#define ADOPT_SQL                                                                                 \
    "BEGIN;"                                                                                      \
    "CREATE TABLE follow (identity TEXT, position TEXT);"                                         \
    "CREATE TABLE keys (kind INTEGER, key TEXT, number INTEGER, cars INTEGER,"                    \
    "                   PRIMARY KEY (kind, key)) WITHOUT ROWID;" ADOPT_TRAIT(                     \
        "0", "body") ADOPT_TRAIT("1", "fuel") ADOPT_TRAIT("2", "transmission")                    \
        ADOPT_TRAIT("3", "colour") ADOPT_TRAIT(                                                   \
            "4", "city") "INSERT INTO keys SELECT 5, fold (make, name), model, coalesce (n, 0) "  \
                         "FROM models LEFT JOIN"                                                  \
                         " (SELECT model v, count(*) n FROM cars GROUP BY 1) ON v = model;"       \
                         "INSERT INTO keys SELECT 6, name, version, coalesce (n, 0) FROM "        \
                         "versions LEFT JOIN"                                                     \
                         " (SELECT version v, count(*) n FROM cars GROUP BY 1) ON v = version;"   \
                         "CREATE UNIQUE INDEX keys_number ON keys (kind, number);"                \
                         "INSERT INTO keys SELECT 7, fold (0, name), make, coalesce (n, 0) FROM " \
                         "makes LEFT JOIN"                                                        \
                         " (SELECT make v, sum (k.cars) n FROM models m JOIN keys k ON kind = 5 " \
                         "AND number = model"                                                     \
                         "  GROUP BY 1) ON v = make;"                                             \
                         "CREATE INDEX keys_unused ON keys (kind) WHERE cars = 0;"                \
                         "COMMIT;"
#define ADOPT_TRAIT(kind, column)                                                          \
    "INSERT INTO keys SELECT " kind ", fold (0, name), value, coalesce (n, 0) FROM traits" \
    " LEFT JOIN (SELECT " column " v, count(*) n FROM cars GROUP BY 1) ON v = value"       \
    " WHERE trait = " kind ";"

static bool adopt_tables(copy_t *self, const char *identity, const char *position)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *insert = NULL;
    arena_t *arena = arena_new(1 << 20);
    bool good =
        sqlite3_open(self->path_new, &db) == SQLITE_OK &&
        sqlite3_create_function(db, "fold", 2, SQLITE_UTF8, arena, fold, NULL, NULL) == SQLITE_OK &&
        exec(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                 "PRAGMA temp_store = MEMORY;") &&
        exec(db, ADOPT_SQL) &&
        sqlite3_prepare_v2(db, "INSERT INTO follow VALUES (?,?)", -1, &insert, NULL) == SQLITE_OK;
    if (good) {
        sqlite3_bind_text(insert, 1, identity, -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, position, -1, SQLITE_STATIC);
        good = sqlite3_step(insert) == SQLITE_DONE;
    }
    if (!good)
        fail(self, "%s: %s", self->path_new, sqlite3_errmsg(db));
    sqlite3_finalize(insert);
    sqlite3_close(db);
    arena_destroy(&arena);
    return good;
}

static bool open_file(copy_t *self)
{
    self->edit = edit_open(self->path, self->why, sizeof self->why);
    if (self->edit)
        self->version = edit_version(self->edit);
    return self->edit != NULL;
}

static void delete_file(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char name[600];
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

void copy_damaged(copy_t *self, const char *why)
{
    metric_add(METRIC_CATALOG_DAMAGED, 1);
    log_warn("catalog_copy_damaged", LOG_CSTR("file", self->path), LOG_CSTR("why", why));
    copy_forget(self);
}

void copy_forget(copy_t *self)
{
    edit_close(&self->edit);
    if (self->path[0])
        delete_file(self->path);
    self->path[0] = '\0';
}

static bool synced(copy_t *self)
{
    int file = open(self->path_new, O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && fsync(file) == 0;
    if (!good)
        fail(self, "%s: %s", self->path_new, strerror(errno));
    if (file >= 0)
        close(file);
    return good;
}

bool copy_adopt(copy_t *self, const char *identity, const char *position)
{
    char path[560];
    stock_changes_t none;
    int64_t version = stock_version(self->path_new);
    snprintf(path, sizeof path, "%s/%lld.db", self->dir, (long long)version);
    if (!adopt_tables(self, identity, position) || !synced(self))
        return false;
    if (rename(self->path_new, path) != 0 || fsync(self->folder) != 0)
        return fail(self, "%s: %s", path, strerror(errno));
    copy_forget(self);
    snprintf(self->path, sizeof self->path, "%s", path);
    if (!open_file(self))
        return false;
    /* names of cars that were refused are nobody's, and go */
    return (edit_begin(self->edit) && edit_commit(self->edit, position, &none)) ||
           fail(self, "%s", edit_why(self->edit));
}

const char *copy_dir(const copy_t *self)
{
    return self->dir;
}

const char *copy_path(const copy_t *self)
{
    return self->path[0] ? self->path : NULL;
}

edit_t *copy_edit(const copy_t *self)
{
    return self->edit;
}

const char *copy_path_new(const copy_t *self)
{
    return self->path_new;
}

int64_t copy_version(const copy_t *self)
{
    return self->edit ? edit_version(self->edit) : self->version;
}

/* ---- the folder ---- */

/* The version in a name "17.db"; 0: it is another file. */
static int64_t version_in(const char *name)
{
    char *end;
    errno = 0;
    int64_t version = strtoll(name, &end, 10);
    return end > name && errno == 0 && strcmp(end, ".db") == 0 && version > 0 ? version : 0;
}

static int is_copy(const struct dirent *entry)
{
    return version_in(entry->d_name) > 0;
}

/* Opens the newest file of the folder; one killed half-way may have left an older one. */
static void find_file(copy_t *self)
{
    struct dirent **entries = NULL;
    int count = scandir(self->dir, &entries, is_copy, alphasort);
    int64_t newest = 0;
    for (int i = 0; i < count; i++) {
        int64_t version = version_in(entries[i]->d_name);
        int64_t older = version > newest ? newest : version;
        char path[560];
        snprintf(path, sizeof path, "%s/%lld.db", self->dir, (long long)older);
        if (older > 0)
            delete_file(path);
        newest = version > newest ? version : newest;
        free(entries[i]);
    }
    free(entries);
    unlink(self->path_new);
    if (newest == 0)
        return;
    snprintf(self->path, sizeof self->path, "%s/%lld.db", self->dir, (long long)newest);
    if (!open_file(self))
        copy_damaged(self, self->why);
}

static bool take_folder(copy_t *self, const char *dir)
{
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return fail(self, "%s: %s", dir, strerror(errno));
    for (int i = 0; i < COPY_MAX; i++) {
        snprintf(self->dir, sizeof self->dir, "%s/copy-%d", dir, i);
        if (mkdir(self->dir, 0777) != 0 && errno != EEXIST)
            return fail(self, "%s: %s", self->dir, strerror(errno));
        self->folder = open(self->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (self->folder < 0)
            return fail(self, "%s: %s", self->dir, strerror(errno));
        if (flock(self->folder, LOCK_EX | LOCK_NB) == 0)
            return true;
        close(self->folder);
        self->folder = -1;
    }
    return fail(self, "%s: all of its %d copies are in use", dir, COPY_MAX);
}

copy_t *copy_new(const char *dir, char *why, size_t size)
{
    copy_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->folder = -1;
    if (!take_folder(self, dir)) {
        snprintf(why, size, "%s", self->why);
        copy_destroy(&self);
        return NULL;
    }
    snprintf(self->path_new, sizeof self->path_new, "%s/new", self->dir);
    find_file(self);
    return self;
}

void copy_destroy(copy_t **self_p)
{
    copy_t *self = *self_p;
    if (!self)
        return;
    edit_close(&self->edit);
    if (self->folder >= 0)
        close(self->folder);
    free(self);
    *self_p = NULL;
}
