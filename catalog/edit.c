#include "catalog/edit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalog/build.h"
#include "catalog/edit_names.h"
#include "common/clock.h"

#define CHECKPOINT_PAGES 1000  /* as SQLite does by itself */
#define MAX_JOURNAL_PAGES 4000 /* 16 MB */

struct edit {
    edit_file_t file;
    edit_names_t names;
    char *identity, *position;
    int64_t version, changed_ms;
    bool writing;
    int journal_pages;

    int64_t *gone; /* of this transaction */
    size_t gone_count, gone_room;
    columns_row_t *rows;
    size_t row_count, row_room;
};

const char *edit_why(const edit_t *self)
{
    return self->file.why;
}

bool edit_is_damaged(const edit_t *self)
{
    return self->file.damaged;
}

bool edit_is_crowded(const edit_t *self)
{
    return self->names.crowded;
}

/* ---- cars ---- */

static void *grown(void *block, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return block;
    *room = *room ? 2 * *room : 64;
    block = realloc(block, *room * size);
    if (!block)
        abort();
    return block;
}

bool edit_begin(edit_t *self)
{
    self->gone_count = self->row_count = 0;
    self->names.crowded = false;
    self->file.why[0] = '\0';
    self->writing = edit_file_exec(&self->file, "BEGIN IMMEDIATE");
    return self->writing;
}

void edit_rollback(edit_t *self)
{
    if (self->writing)
        sqlite3_exec(self->file.db, "ROLLBACK", NULL, NULL, NULL);
    self->writing = false;
}

bool edit_remove(edit_t *self, int64_t stock_id)
{
    assert(self->row_count == 0);
    int64_t numbers[EDIT_KINDS];
    sqlite3_stmt *row = edit_file_bound(&self->file, SQL_FIND_CAR, stock_id, 0, (str_t){0}, 0);
    int status = sqlite3_step(row);
    for (int kind = 0; status == SQLITE_ROW && kind < EDIT_KINDS; kind++)
        numbers[kind] = sqlite3_column_int64(row, kind);
    sqlite3_reset(row);
    if (status != SQLITE_ROW)
        return status == SQLITE_DONE || edit_file_failed(&self->file);
    if (!edit_names_release(&self->names, numbers))
        return false;
    self->gone = grown(self->gone, self->gone_count, &self->gone_room, sizeof *self->gone);
    self->gone[self->gone_count++] = stock_id;
    return edit_file_run(&self->file, SQL_DELETE_CAR, stock_id, 0, (str_t){0}, 0);
}

static bool insert_car(edit_t *self, const proto_car_t *car, const int64_t names[EDIT_KINDS])
{
    const int64_t numbers[] = {car->stock_id,
                               0,
                               names[TRAIT_MODEL],
                               names[TRAIT_VERSION],
                               car->year,
                               car->price,
                               car->km,
                               car->bluetooth,
                               car->car_play,
                               car->length,
                               car->width,
                               car->height,
                               names[TRAIT_BODY],
                               names[TRAIT_FUEL],
                               names[TRAIT_TRANSMISSION],
                               names[TRAIT_COLOUR],
                               names[TRAIT_CITY]};
    sqlite3_stmt *insert = self->file.sql[SQL_INSERT_CAR];
    int index = 1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(insert, index++, numbers[i]);
    edit_bind_text(insert, index, car->photo_url);
    int status = sqlite3_step(insert);
    sqlite3_reset(insert);
    return status == SQLITE_DONE || edit_file_failed(&self->file);
}

bool edit_put(edit_t *self, const proto_car_t *car, row_problem_t *problem, void *arg,
              bool *refused)
{
    int64_t names[EDIT_KINDS];
    bool good = edit_names_acquire(&self->names, car, problem, arg, refused, names);
    if (!good || *refused)
        return good;
    columns_row_t row = {.stock_id = car->stock_id,
                         .price = car->price,
                         .km = (uint32_t)car->km,
                         .version = (uint32_t)names[TRAIT_VERSION],
                         .year = (uint16_t)car->year,
                         .model = (uint16_t)names[TRAIT_MODEL],
                         .length = (uint16_t)car->length,
                         .width = (uint16_t)car->width,
                         .height = (uint16_t)car->height,
                         .bluetooth = car->bluetooth,
                         .car_play = car->car_play};
    for (int t = 0; t < TRAIT_COUNT; t++)
        row.trait[t] = (uint16_t)names[t];
    self->rows = grown(self->rows, self->row_count, &self->row_room, sizeof *self->rows);
    self->rows[self->row_count++] = row;
    return insert_car(self, car, names);
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

bool edit_commit(edit_t *self, const char *position, stock_changes_t *changes)
{
    int64_t version = build_next_version(self->version), now = clock_unix_ms();
    int64_t more = (int64_t)self->row_count - (int64_t)self->gone_count;
    bool changed = self->row_count + self->gone_count > 0;
    if (!edit_names_drop_unused(&self->names) ||
        !edit_file_run(&self->file, SQL_SET_FOLLOW, 0, 0, str_from(position), 0) ||
        (changed && !edit_file_run(&self->file, SQL_SET_CATALOG, version, now, (str_t){0}, more)) ||
        !edit_file_exec(&self->file, "COMMIT"))
        return false;
    self->writing = false;
    if (changed) {
        self->version = version;
        self->changed_ms = now;
    }
    edit_set_text(&self->position, position);
    /* numbers that nobody uses cost a little each, and more are added with every new name */
    self->names.crowded = self->names.crowded || self->names.next[TRAIT_VERSION] >
                                                     2 * self->names.live[TRAIT_VERSION] + 10000;
    if (self->gone_count)
        qsort(self->gone, self->gone_count, sizeof *self->gone, by_number);
    *changes = (stock_changes_t){self->gone, self->gone_count, self->rows, self->row_count};
    return true;
}

bool edit_journal_is_long(const edit_t *self)
{
    return self->journal_pages >= MAX_JOURNAL_PAGES;
}

/* A journal begins anew when all of it is in the file and every reader began after that. */
bool edit_wants_readers_renewed(edit_t *self)
{
    sqlite3_stmt *row = NULL;
    bool wants = false;
    if (!edit_journal_is_long(self))
        return false;
    if (sqlite3_prepare_v2(self->file.db, "PRAGMA wal_checkpoint(PASSIVE)", -1, &row, NULL) ==
            SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW) /* busy, pages in the journal, of them in the file */
        wants = sqlite3_column_int(row, 1) > 0 &&
                sqlite3_column_int(row, 1) == sqlite3_column_int(row, 2);
    sqlite3_finalize(row);
    if (wants)
        self->journal_pages = 0; /* until the next commit says otherwise */
    return wants;
}

/* ---- life ---- */

static int on_journal(void *arg, sqlite3 *db, const char *name, int pages)
{
    edit_t *self = arg;
    (void)name;
    self->journal_pages = pages;
    if (pages >= CHECKPOINT_PAGES)
        sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

static bool read_state(edit_t *self)
{
    char *changed = NULL;
    self->version = stock_version(self->file.path);
    bool good = self->version > 0 &&
                edit_file_text(&self->file, "SELECT identity FROM follow", &self->identity) &&
                edit_file_text(&self->file, "SELECT position FROM follow", &self->position) &&
                edit_names_read(&self->names) &&
                edit_file_text(&self->file, "SELECT imported_ms FROM catalog", &changed);
    self->changed_ms = good ? atoll(changed) : 0;
    free(changed);
    return good && edit_file_prepare(&self->file);
}

static bool open_file(edit_t *self, const char *path)
{
    if (!edit_file_open(&self->file, path))
        return false;
    sqlite3_wal_hook(self->file.db, on_journal, self);
    return read_state(self) || edit_file_damaged(&self->file, "is no copy of this version");
}

edit_t *edit_open(const char *path, char *why, size_t size)
{
    edit_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->names = (edit_names_t){.file = &self->file, .arena = arena_new(4 << 20)};
    if (!open_file(self, path)) {
        snprintf(why, size, "%s", self->file.why);
        edit_close(&self);
    }
    return self;
}

void edit_close(edit_t **self_p)
{
    edit_t *self = *self_p;
    if (!self)
        return;
    edit_file_close(&self->file);
    arena_destroy(&self->names.arena);
    free(self->identity);
    free(self->position);
    free(self->gone);
    free(self->rows);
    free(self);
    *self_p = NULL;
}

int64_t edit_version(const edit_t *self)
{
    return self->version;
}

int64_t edit_changed_ms(const edit_t *self)
{
    return self->changed_ms;
}

const char *edit_identity(const edit_t *self)
{
    return self->identity;
}

const char *edit_position(const edit_t *self)
{
    return self->position;
}
