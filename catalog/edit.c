/*
 * Two tables more than a catalog file has. keys: what names are called folded, their numbers, and
 * how many cars have them; a name that no car has any more loses its words and its text, and its
 * number stays unused. follow: of which source the file is a copy, and of which state of it.
 */
#include "catalog/edit.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "catalog/build.h"
#include "catalog/schema.h"
#include "common/clock.h"

#define BUSY_MS 5000
#define CHECKPOINT_PAGES 1000  /* as SQLite does by itself */
#define MAX_JOURNAL_PAGES 4000 /* 16 MB */
#define KIND_MAKE TRAIT_ALL    /* the traits, models and versions are their own kinds */
#define KINDS (KIND_MAKE + 1)

/* Every statement has ?1 a kind or stock id, ?2 a number, ?3 a text, ?4 another number. */
typedef enum sql {
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
} sql_t;

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

static const int64_t limits[KINDS] = {
    [TRAIT_BODY] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_FUEL] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_TRANSMISSION] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_COLOUR] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_CITY] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_MODEL] = UINT16_MAX,
    [TRAIT_VERSION] = UINT32_MAX - 1,
    [KIND_MAKE] = SCHEMA_MAX_MAKES,
};

static const char *const columns[KINDS] = {"body", "fuel",  "transmission", "colour",
                                           "city", "model", "version",      "make"};

struct edit {
    char path[560];
    sqlite3 *db;
    sqlite3_stmt *sql[SQL_COUNT];
    char *identity, *position;
    int64_t version, changed_ms;
    int64_t next[KINDS], live[KINDS]; /* numbers given, and those of them that are in use */
    arena_t *arena;
    char why[512];
    bool damaged, crowded, writing;
    int journal_pages;

    int64_t *gone; /* of this transaction */
    size_t gone_count, gone_room;
    columns_row_t *rows;
    size_t row_count, row_room;
};

/* ---- what went wrong ---- */

__attribute__((format(printf, 2, 3))) static bool fail(edit_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->why, sizeof self->why, format, args);
    va_end(args);
    return false;
}

static bool fail_sql(edit_t *self)
{
    int code = sqlite3_errcode(self->db) & 0xff;
    self->damaged = self->damaged || code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    return fail(self, "%s: %s", self->path, sqlite3_errmsg(self->db));
}

static void damaged(edit_t *self)
{
    self->damaged = true;
    fail(self, "%s: its numbers do not fit each other", self->path);
}

const char *edit_why(const edit_t *self)
{
    return self->why;
}

bool edit_is_damaged(const edit_t *self)
{
    return self->damaged;
}

bool edit_is_crowded(const edit_t *self)
{
    return self->crowded;
}

/* ---- statements ---- */

static void bind_text(sqlite3_stmt *statement, int index, str_t text)
{
    sqlite3_bind_text(statement, index, text.size ? text.data : "", (int)text.size,
                      SQLITE_TRANSIENT);
}

static sqlite3_stmt *bound(edit_t *self, sql_t sql, int64_t first, int64_t number, str_t text,
                           int64_t other)
{
    sqlite3_stmt *statement = self->sql[sql];
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_int64(statement, 2, number);
    bind_text(statement, 3, text);
    sqlite3_bind_int64(statement, 4, other);
    return statement;
}

static bool run(edit_t *self, sql_t sql, int64_t first, int64_t number, str_t text, int64_t other)
{
    sqlite3_stmt *statement = bound(self, sql, first, number, text, other);
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return status == SQLITE_DONE || fail_sql(self);
}

/* The number in the first column of the first row; -1: there is none. false: it went wrong. */
static bool find(edit_t *self, sql_t sql, int64_t first, int64_t number, str_t text, int64_t *found)
{
    sqlite3_stmt *statement = bound(self, sql, first, number, text, 0);
    int status = sqlite3_step(statement);
    *found = status == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_reset(statement);
    return status == SQLITE_ROW || status == SQLITE_DONE || fail_sql(self);
}

static bool exec(edit_t *self, const char *sql)
{
    return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail_sql(self);
}

static sql_t sql_of(sql_t trait, int kind)
{
    return kind < TRAIT_COUNT ? trait : trait + (sql_t)(kind - TRAIT_COUNT + 1);
}

/* ---- names and their words ---- */

/* How a name is spelt, in the arena, and for a model how its make is. */
static bool spelling(edit_t *self, int kind, int64_t number, str_t *name, str_t *make)
{
    sqlite3_stmt *row = bound(self, sql_of(SQL_TRAIT, kind), kind, number, (str_t){0}, 0);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    for (int i = 0; found && i < 2; i++) {
        const char *text = (const char *)sqlite3_column_text(row, i);
        const char *copy = arena_copy(
            self->arena, (str_t){text ? text : "", (size_t)sqlite3_column_bytes(row, i)});
        *(i ? make : name) = str_from(copy ? copy : "");
    }
    sqlite3_reset(row);
    if (!found)
        damaged(self);
    return found;
}

/* Adds (or deletes) the words of a name; a make has none of its own. */
static bool index_name(edit_t *self, sql_t sql, int kind, int64_t number)
{
    str_t name, make;
    if (kind == KIND_MAKE)
        return true;
    if (!spelling(self, kind, number, &name, &make))
        return false;
    buf_t words;
    buf_init(&words, 1 << 14);
    build_words(self->arena,
                kind == TRAIT_MODEL ? build_model_text(self->arena, make, name) : name.data,
                &words);
    bool good = run(self, sql, kind, number, buf_view(&words), 0);
    buf_free(&words);
    return good;
}

/* The words of what changes with a name: its own, or those of a make's models. */
static bool index_all(edit_t *self, sql_t sql, int kind, int64_t number)
{
    if (kind != KIND_MAKE)
        return index_name(self, sql, kind, number);
    int64_t models[SCHEMA_MAX_MODELS];
    size_t count = 0;
    sqlite3_stmt *row = bound(self, SQL_MODELS_OF_MAKE, 0, number, (str_t){0}, 0);
    while (count < SCHEMA_MAX_MODELS && sqlite3_step(row) == SQLITE_ROW)
        models[count++] = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = index_name(self, sql, TRAIT_MODEL, models[i]);
    return good;
}

static bool rename_to(edit_t *self, int kind, int64_t number, str_t text)
{
    return index_all(self, SQL_DELETE_TEXT, kind, number) &&
           run(self, sql_of(SQL_RENAME_TRAIT, kind), kind, number, text, 0) &&
           index_all(self, SQL_ADD_TEXT, kind, number);
}

static bool count_models(edit_t *self, int64_t make, size_t *count)
{
    sqlite3_stmt *row = bound(self, SQL_MODELS_OF_MAKE, 0, make, (str_t){0}, 0);
    int status;
    *count = 0;
    while ((status = sqlite3_step(row)) == SQLITE_ROW)
        ++*count;
    sqlite3_reset(row);
    return status == SQLITE_DONE || fail_sql(self);
}

static bool has_unused(const edit_t *self, int kind)
{
    return self->next[kind] - (kind < TRAIT_COUNT) > self->live[kind];
}

typedef struct put {
    row_problem_t *problem;
    void *arg;
    bool refused;
} put_t;

static bool add_name(edit_t *self, put_t *put, int kind, str_t key, str_t text, int64_t make,
                     int64_t *number)
{
    size_t models = 0;
    if (kind == TRAIT_MODEL && !count_models(self, make, &models))
        return false;
    if (self->next[kind] >= limits[kind] || models >= SCHEMA_MAX_MODELS) {
        self->crowded = self->crowded || has_unused(self, kind);
        put->refused = true;
        put->problem(put->arg, columns[kind], "more different values than a catalog can have");
        return true;
    }
    *number = self->next[kind]++;
    self->live[kind]++;
    return run(self, sql_of(SQL_ADD_TRAIT, kind), kind, *number, text, make) &&
           index_name(self, SQL_ADD_TEXT, kind, *number) &&
           run(self, SQL_ADD_KEY, kind, *number, key, 1);
}

/* The number of a name, which has one car more now; a name that is spelt another way now is
 * written so. */
static bool acquire(edit_t *self, put_t *put, int kind, str_t text, int64_t make, int64_t *number)
{
    str_t key = kind == TRAIT_VERSION
                    ? text
                    : build_key(self->arena, kind == TRAIT_MODEL ? (uint32_t)make : 0, text);
    if (!find(self, SQL_FIND_KEY, kind, 0, key, number))
        return false;
    if (*number < 0)
        return add_name(self, put, kind, key, text, make, number);
    str_t name, of;
    return run(self, SQL_COUNT_KEY, kind, *number, (str_t){0}, 1) &&
           spelling(self, kind, *number, &name, &of) &&
           (str_eq(name, text) || rename_to(self, kind, *number, text));
}

/* Names that no car has any more: their words, their text, their key. Models go before makes. */
static bool drop_unused(edit_t *self, int kind)
{
    int64_t number;
    while (find(self, SQL_UNUSED_KEY, kind, 0, (str_t){0}, &number)) {
        if (number < 0)
            return true;
        arena_reset(self->arena);
        if (!index_name(self, SQL_DELETE_TEXT, kind, number) ||
            !run(self, sql_of(SQL_RENAME_TRAIT, kind), kind, number, (str_t){0}, 0) ||
            !run(self, SQL_DELETE_KEY, kind, number, (str_t){0}, 0))
            return false;
        self->live[kind]--;
    }
    return false;
}

static bool drop_all_unused(edit_t *self)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (!drop_unused(self, kind))
            return false;
    return true;
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
    self->crowded = false;
    self->why[0] = '\0';
    self->writing = exec(self, "BEGIN IMMEDIATE");
    return self->writing;
}

void edit_rollback(edit_t *self)
{
    if (self->writing)
        sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
    self->writing = false;
}

bool edit_remove(edit_t *self, int64_t stock_id)
{
    assert(self->row_count == 0);
    int64_t numbers[KINDS];
    sqlite3_stmt *row = bound(self, SQL_FIND_CAR, stock_id, 0, (str_t){0}, 0);
    int status = sqlite3_step(row);
    for (int kind = 0; status == SQLITE_ROW && kind < KINDS; kind++)
        numbers[kind] = sqlite3_column_int64(row, kind);
    sqlite3_reset(row);
    if (status != SQLITE_ROW)
        return status == SQLITE_DONE || fail_sql(self);
    for (int kind = 0; kind < KINDS; kind++)
        if ((kind >= TRAIT_COUNT || numbers[kind] > 0) &&
            !run(self, SQL_COUNT_KEY, kind, numbers[kind], (str_t){0}, -1))
            return false;
    self->gone = grown(self->gone, self->gone_count, &self->gone_room, sizeof *self->gone);
    self->gone[self->gone_count++] = stock_id;
    return run(self, SQL_DELETE_CAR, stock_id, 0, (str_t){0}, 0);
}

/* The numbers of all names of a car, by kind; those it got are given back if one is refused. */
static bool acquire_all(edit_t *self, put_t *put, const proto_car_t *car, int64_t numbers[KINDS])
{
    static const int order[KINDS] = {KIND_MAKE,  TRAIT_MODEL,        TRAIT_VERSION, TRAIT_BODY,
                                     TRAIT_FUEL, TRAIT_TRANSMISSION, TRAIT_COLOUR,  TRAIT_CITY};
    const str_t texts[KINDS] = {car->body, car->fuel,  car->transmission, car->colour,
                                car->city, car->model, car->version,      car->make};
    int done = 0;
    for (; done < KINDS && !put->refused; done++) {
        int kind = order[done];
        numbers[kind] = 0;
        if ((kind >= TRAIT_COUNT || texts[kind].size > 0) &&
            !acquire(self, put, kind, texts[kind], numbers[KIND_MAKE], &numbers[kind]))
            return false;
    }
    for (int i = 0; put->refused && i < done - 1; i++)
        if ((order[i] >= TRAIT_COUNT || numbers[order[i]] > 0) &&
            !run(self, SQL_COUNT_KEY, order[i], numbers[order[i]], (str_t){0}, -1))
            return false;
    return true;
}

static bool insert_car(edit_t *self, const proto_car_t *car, const int64_t names[KINDS])
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
    sqlite3_stmt *insert = self->sql[SQL_INSERT_CAR];
    int index = 1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(insert, index++, numbers[i]);
    bind_text(insert, index, car->photo_url);
    int status = sqlite3_step(insert);
    sqlite3_reset(insert);
    return status == SQLITE_DONE || fail_sql(self);
}

bool edit_put(edit_t *self, const proto_car_t *car, row_problem_t *problem, void *arg,
              bool *refused)
{
    int64_t names[KINDS];
    put_t put = {problem, arg, false};
    arena_reset(self->arena);
    bool good = acquire_all(self, &put, car, names);
    *refused = put.refused;
    if (!good || put.refused)
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

static void set_text(char **text, const char *value)
{
    char *copy = strdup(value);
    if (!copy)
        abort();
    free(*text);
    *text = copy;
}

bool edit_commit(edit_t *self, const char *position, stock_changes_t *changes)
{
    int64_t version = build_next_version(self->version), now = clock_unix_ms();
    int64_t more = (int64_t)self->row_count - (int64_t)self->gone_count;
    bool changed = self->row_count + self->gone_count > 0;
    if (!drop_all_unused(self) || !run(self, SQL_SET_FOLLOW, 0, 0, str_from(position), 0) ||
        (changed && !run(self, SQL_SET_CATALOG, version, now, (str_t){0}, more)) ||
        !exec(self, "COMMIT"))
        return false;
    self->writing = false;
    if (changed) {
        self->version = version;
        self->changed_ms = now;
    }
    set_text(&self->position, position);
    /* numbers that nobody uses cost a little each, and more are added with every new name */
    self->crowded =
        self->crowded || self->next[TRAIT_VERSION] > 2 * self->live[TRAIT_VERSION] + 10000;
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
    if (sqlite3_prepare_v2(self->db, "PRAGMA wal_checkpoint(PASSIVE)", -1, &row, NULL) ==
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

static bool read_text(edit_t *self, const char *sql, char **text)
{
    sqlite3_stmt *row = NULL;
    bool good = sqlite3_prepare_v2(self->db, sql, -1, &row, NULL) == SQLITE_OK &&
                sqlite3_step(row) == SQLITE_ROW && sqlite3_column_text(row, 0);
    if (good)
        set_text(text, (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return good;
}

static bool read_counts(edit_t *self)
{
    for (int kind = 0; kind < KINDS; kind++) {
        char sql[128];
        char *text = NULL;
        static const char *const tables[KINDS - TRAIT_COUNT] = {"models", "versions", "makes"};
        if (kind < TRAIT_COUNT)
            snprintf(sql, sizeof sql, "SELECT count(*) + 1 FROM traits WHERE trait = %d", kind);
        else
            snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[kind - TRAIT_COUNT]);
        bool good = read_text(self, sql, &text);
        self->next[kind] = good ? atoll(text) : 0;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM keys WHERE kind = %d", kind);
        good = good && read_text(self, sql, &text);
        self->live[kind] = good ? atoll(text) : 0;
        free(text);
        if (!good)
            return false;
    }
    return true;
}

static bool open_file(edit_t *self)
{
    if (sqlite3_open_v2(self->path, &self->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return fail_sql(self);
    sqlite3_busy_timeout(self->db, BUSY_MS);
    if (!exec(self, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                    "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;"))
        return false;
    sqlite3_wal_hook(self->db, on_journal, self);
    self->version = stock_version(self->path);
    bool good =
        self->version > 0 && read_text(self, "SELECT identity FROM follow", &self->identity) &&
        read_text(self, "SELECT position FROM follow", &self->position) && read_counts(self);
    char *changed = NULL;
    good = good && read_text(self, "SELECT imported_ms FROM catalog", &changed);
    self->changed_ms = good ? atoll(changed) : 0;
    free(changed);
    for (int i = 0; good && i < SQL_COUNT; i++)
        good = sqlite3_prepare_v2(self->db, statements[i], -1, &self->sql[i], NULL) == SQLITE_OK;
    if (!good) {
        self->damaged = true;
        fail(self, "%s: is no copy of this version", self->path);
    }
    return good;
}

edit_t *edit_open(const char *path, char *why, size_t size)
{
    edit_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    snprintf(self->path, sizeof self->path, "%s", path);
    self->arena = arena_new(4 << 20);
    if (!open_file(self)) {
        snprintf(why, size, "%s", self->why);
        edit_close(&self);
    }
    return self;
}

void edit_close(edit_t **self_p)
{
    edit_t *self = *self_p;
    if (!self)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(self->sql[i]);
    sqlite3_close(self->db);
    arena_destroy(&self->arena);
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
