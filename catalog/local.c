/*
 * A copy knows of which file it is (identity) and up to which revision (position); when it is of
 * another file it is made anew. Who serves what stands in copy-N/served, two numbers, written in
 * one go; whose folder nobody holds the lock of is no process any more.
 */
#include "catalog/local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/base.h"
#include "catalog/build.h"
#include "catalog/copy.h"
#include "catalog/journal.h"
#include "catalog/schema.h"
#include "common/log.h"

#define ARENA_MAX (64 << 20)
#define MAX_LOGGED 20
#define SERVED "served"

struct local {
    char dir[512], path[560];
    copy_t *copy; /* NULL: the folder cannot be written to */
    char why[256];
    int served;   /* our own file, -1: none */
    bool of_copy; /* what was opened last is the copy */
    arena_t *arena;
    int64_t *ids; /* of cars to be put anew */
    size_t id_count, id_room;
    size_t left_out;
};

__attribute__((format(printf, 2, 3))) static bool fail(local_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->why, sizeof self->why, format, args);
    va_end(args);
    return false;
}

/* ---- the copy is made ---- */

static bool copy_bytes(local_t *self, const char *to)
{
    struct stat status;
    int from = open(self->path, O_RDONLY | O_CLOEXEC);
    int file = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool good = from >= 0 && file >= 0 && fstat(from, &status) == 0;
    for (off_t left = good ? status.st_size : 0; good && left > 0;) {
        ssize_t sent = sendfile(file, from, NULL, left < (1 << 30) ? (size_t)left : 1 << 30);
        good = sent > 0;
        left -= sent;
    }
    if (!good)
        fail(self, "%s: %s", to, strerror(errno));
    if (from >= 0)
        close(from);
    if (file >= 0)
        close(file);
    return good;
}

/* A copy is never of a version that another one of this process had: its name would be taken. */
static bool number_anew(local_t *self, const char *path, int64_t version)
{
    char sql[96];
    sqlite3 *db = NULL;
    snprintf(sql, sizeof sql, "PRAGMA journal_mode = OFF; UPDATE catalog SET version = %lld",
             (long long)version);
    bool good = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!good)
        fail(self, "%s: %s", path, sqlite3_errmsg(db));
    sqlite3_close(db);
    return good;
}

static void identity_of(int64_t file, char identity[32])
{
    snprintf(identity, 32, "file/%lld", (long long)file);
}

/* false also when the file was replaced meanwhile: then it is another that is wanted. */
static bool copy_anew(local_t *self, int64_t file)
{
    char identity[32];
    const char *path = copy_path_new(self->copy);
    int64_t last = copy_version(self->copy);
    identity_of(file, identity);
    if (!copy_bytes(self, path))
        return false;
    if (stock_version(path) != file)
        return fail(self, "the catalog was replaced just now");
    if (!number_anew(self, path, build_next_version(last > file ? last : file)))
        return false;
    return copy_adopt(self->copy, identity, "0") || fail(self, "%s", copy_why(self->copy));
}

/* ---- cars are put as they are now ---- */

static bool note_id(void *arg, int64_t stock_id)
{
    local_t *self = arg;
    if (self->id_count == self->id_room) {
        self->id_room = self->id_room ? 2 * self->id_room : 64;
        self->ids = realloc(self->ids, self->id_room * sizeof *self->ids);
        if (!self->ids)
            abort();
    }
    self->ids[self->id_count++] = stock_id;
    return true;
}

static void on_problem(void *arg, const char *column, const char *reason)
{
    snprintf(arg, 256, "%s: %s", column, reason);
}

static bool put_car(local_t *self, base_t *base, journal_t *journal, int64_t stock_id)
{
    overlay_t overlay;
    proto_car_t there, car;
    char why[256] = "";
    bool refused = false;
    arena_reset(self->arena);
    if (!journal_overlay(journal, stock_id, self->arena, &overlay))
        return fail(self, "%s", journal_why(journal));
    bool known = base_car(base, stock_id, self->arena, &there);
    if (!overlay_serve(&overlay, known ? &there : NULL, &car))
        return true;
    if (!edit_put(copy_edit(self->copy), &car, on_problem, why, &refused))
        return fail(self, "%s", edit_why(copy_edit(self->copy)));
    if (refused && self->left_out++ < MAX_LOGGED)
        log_warn("catalog_row_left_out", LOG_INT("stock_id", stock_id), LOG_CSTR("why", why));
    return true;
}

static bool put_cars(local_t *self, base_t *base, journal_t *journal)
{
    for (size_t i = 0; i < self->id_count; i++)
        if (!edit_remove(copy_edit(self->copy), self->ids[i]))
            return fail(self, "%s", edit_why(copy_edit(self->copy)));
    for (size_t i = 0; i < self->id_count; i++)
        if (!put_car(self, base, journal, self->ids[i]))
            return false;
    return true;
}

static bool bring_up(local_t *self, base_t *base, journal_t *journal, int64_t number,
                     stock_changes_t *changes)
{
    char position[24];
    edit_t *edit = copy_edit(self->copy);
    int64_t since = atoll(edit_position(edit));
    *changes = (stock_changes_t){0};
    if (since == number)
        return true;
    snprintf(position, sizeof position, "%lld", (long long)number);
    self->id_count = self->left_out = 0;
    if (!edit_begin(edit))
        return fail(self, "%s", edit_why(edit));
    bool good =
        (journal_each(journal, since, note_id, self) || fail(self, "%s", journal_why(journal))) &&
        put_cars(self, base, journal);
    good = good && (edit_commit(edit, position, changes) || fail(self, "%s", edit_why(edit)));
    if (!good) {
        edit_rollback(edit);
        if (edit_is_damaged(edit))
            copy_forget(self->copy);
    } else if (self->left_out > MAX_LOGGED) {
        log_warn("catalog_rows_left_out", LOG_INT("rows", (int64_t)self->left_out));
    }
    return good;
}

/* ---- opening ---- */

static bool is_of(const local_t *self, int64_t file)
{
    char identity[32];
    edit_t *edit = copy_edit(self->copy);
    identity_of(file, identity);
    return edit && strcmp(edit_identity(edit), identity) == 0;
}

static stock_t *open_copy(local_t *self, const stock_t *before, base_t *base, journal_t *journal,
                          local_state_t *state)
{
    stock_changes_t changes;
    stock_t *stock = NULL;
    bool fresh = !is_of(self, state->file) || edit_is_crowded(copy_edit(self->copy));
    int64_t known = fresh ? -1 : atoll(edit_position(copy_edit(self->copy)));
    if ((fresh && !copy_anew(self, state->file)) ||
        !bring_up(self, base, journal, state->number, &changes))
        return NULL;
    /* the journal of a copy begins anew when who reads it has opened it after all was written */
    state->again = !edit_wants_readers_renewed(copy_edit(self->copy)) && known != state->number &&
                   edit_journal_is_long(copy_edit(self->copy));
    if (before && self->of_copy && !fresh)
        stock =
            stock_open_copy(copy_path(self->copy), before, &changes, self->why, sizeof self->why);
    if (!stock)
        stock = stock_open_copy(copy_path(self->copy), NULL, NULL, self->why, sizeof self->why);
    if (!stock)
        copy_forget(self->copy);
    return stock;
}

/* Is anything of the journal in force? */
static bool note_any(void *arg, int64_t stock_id)
{
    (void)stock_id;
    *(bool *)arg = true;
    return false;
}

static stock_t *open_state(local_t *self, const stock_t *before, journal_t *journal,
                           local_state_t *state)
{
    bool any = false;
    base_t *base = journal ? base_open(self->path) : NULL;
    stock_t *stock;
    state->number = journal ? journal_head(journal) : 0;
    if (journal && state->number < 0)
        return fail(self, "%s", journal_why(journal)), base_close(&base), NULL;
    if (base)
        journal_each(journal, 0, note_any, &any);
    if (any) {
        state->file = base_version(base);
        stock = self->copy ? open_copy(self, before, base, journal, state) : NULL;
    } else {
        stock = stock_open(self->path, self->why, sizeof self->why);
        state->file = stock ? stock->version : 0;
    }
    if (stock)
        self->of_copy = any;
    base_close(&base);
    return stock;
}

stock_t *local_open(local_t *self, const stock_t *before, local_state_t *state, char *why,
                    size_t size)
{
    journal_t *journal = journal_open(self->dir, false, self->why, sizeof self->why);
    stock_t *stock = NULL;
    *state = (local_state_t){0};
    bool unreadable = !journal && self->why[0];
    if (unreadable)
        log_error("catalog_journal", LOG_CSTR("why", self->why));
    else
        stock = open_state(self, before, journal, state);
    journal_close(&journal);
    if (!stock)
        snprintf(why, size, "%s", self->why);
    return stock;
}

/* ---- who serves what ---- */

void local_tell(local_t *self, const local_state_t *state)
{
    char text[48];
    int size = snprintf(text, sizeof text, "%20lld %20lld\n", (long long)state->file,
                        (long long)state->number);
    if (self->served >= 0 && pwrite(self->served, text, (size_t)size, 0) != size)
        log_warn("catalog_served_unknown", LOG_CSTR("why", strerror(errno)));
}

/* Somebody holds the lock of a copy's folder: what do they serve? */
static bool serves(int folder, const local_state_t *state)
{
    char text[48] = "";
    int file = openat(folder, SERVED, O_RDONLY | O_CLOEXEC);
    ssize_t size = file >= 0 ? pread(file, text, sizeof text - 1, 0) : -1;
    long long version = 0, number = 0;
    if (file >= 0)
        close(file);
    bool told = size > 0 && sscanf(text, "%lld %lld", &version, &number) == 2;
    return told && version >= state->file && number >= state->number;
}

bool local_served_by_all(local_t *self, const local_state_t *state)
{
    bool all = true;
    for (int i = 0; all && i < COPY_MAX; i++) {
        char path[560];
        snprintf(path, sizeof path, "%s/copy-%d", self->dir, i);
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0)
            break;
        if (flock(folder, LOCK_SH | LOCK_NB) != 0)
            all = serves(folder, state);
        close(folder);
    }
    return all;
}

/* ---- life ---- */

local_t *local_new(const char *dir)
{
    local_t *self = calloc(1, sizeof *self);
    char why[256], path[640];
    if (!self)
        abort();
    snprintf(self->dir, sizeof self->dir, "%s", dir);
    snprintf(self->path, sizeof self->path, "%s/%s", dir, SCHEMA_FILE);
    self->arena = arena_new(ARENA_MAX);
    self->served = -1;
    self->copy = copy_new(dir, why, sizeof why);
    if (!self->copy) {
        log_warn("catalog_read_only", LOG_CSTR("why", why));
        return self;
    }
    snprintf(path, sizeof path, "%s/%s", copy_dir(self->copy), SERVED);
    self->served = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    local_tell(self, &(local_state_t){0}); /* what was served before has ended */
    return self;
}

void local_destroy(local_t **self_p)
{
    local_t *self = *self_p;
    if (!self)
        return;
    if (self->served >= 0)
        close(self->served);
    copy_destroy(&self->copy);
    arena_destroy(&self->arena);
    free(self->ids);
    free(self);
    *self_p = NULL;
}
