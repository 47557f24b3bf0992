#include "catalog/edit_names.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/build.h"
#include "catalog/schema.h"

static const int64_t limits[EDIT_KINDS] = {
    [TRAIT_BODY] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_FUEL] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_TRANSMISSION] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_COLOUR] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_CITY] = SCHEMA_MAX_VALUES + 1,
    [TRAIT_MODEL] = UINT16_MAX,
    [TRAIT_VERSION] = UINT32_MAX - 1,
    [EDIT_MAKE] = SCHEMA_MAX_MAKES,
};

static const char *const columns[EDIT_KINDS] = {"body", "fuel",  "transmission", "colour",
                                                "city", "model", "version",      "make"};

static edit_sql_t sql_of(edit_sql_t trait, int kind)
{
    return kind < TRAIT_COUNT ? trait : trait + (edit_sql_t)(kind - TRAIT_COUNT + 1);
}

/* ---- names and their words ---- */

/* How a name is spelt, in the arena, and for a model how its make is. */
static bool spelling(edit_names_t *self, int kind, int64_t number, str_t *name, str_t *make)
{
    sqlite3_stmt *row =
        edit_file_bound(self->file, sql_of(SQL_TRAIT, kind), kind, number, (str_t){0}, 0);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    for (int i = 0; found && i < 2; i++) {
        const char *text = (const char *)sqlite3_column_text(row, i);
        const char *copy = arena_copy(
            self->arena, (str_t){text ? text : "", (size_t)sqlite3_column_bytes(row, i)});
        *(i ? make : name) = str_from(copy ? copy : "");
    }
    sqlite3_reset(row);
    if (!found)
        edit_file_damaged(self->file, "its numbers do not fit each other");
    return found;
}

/* Adds (or deletes) the words of a name; a make has none of its own. */
static bool index_name(edit_names_t *self, edit_sql_t sql, int kind, int64_t number)
{
    str_t name, make;
    if (kind == EDIT_MAKE)
        return true;
    if (!spelling(self, kind, number, &name, &make))
        return false;
    buf_t words;
    buf_init(&words, 1 << 14);
    build_words(self->arena,
                kind == TRAIT_MODEL ? build_model_text(self->arena, make, name) : name.data,
                &words);
    bool good = edit_file_run(self->file, sql, kind, number, buf_view(&words), 0);
    buf_free(&words);
    return good;
}

/* The words of what changes with a name: its own, or those of a make's models. */
static bool index_all(edit_names_t *self, edit_sql_t sql, int kind, int64_t number)
{
    if (kind != EDIT_MAKE)
        return index_name(self, sql, kind, number);
    int64_t models[SCHEMA_MAX_MODELS];
    size_t count = 0;
    sqlite3_stmt *row = edit_file_bound(self->file, SQL_MODELS_OF_MAKE, 0, number, (str_t){0}, 0);
    while (count < SCHEMA_MAX_MODELS && sqlite3_step(row) == SQLITE_ROW)
        models[count++] = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = index_name(self, sql, TRAIT_MODEL, models[i]);
    return good;
}

static bool rename_to(edit_names_t *self, int kind, int64_t number, str_t text)
{
    return index_all(self, SQL_DELETE_TEXT, kind, number) &&
           edit_file_run(self->file, sql_of(SQL_RENAME_TRAIT, kind), kind, number, text, 0) &&
           index_all(self, SQL_ADD_TEXT, kind, number);
}

static bool count_models(edit_names_t *self, int64_t make, size_t *count)
{
    sqlite3_stmt *row = edit_file_bound(self->file, SQL_MODELS_OF_MAKE, 0, make, (str_t){0}, 0);
    int status;
    *count = 0;
    while ((status = sqlite3_step(row)) == SQLITE_ROW)
        ++*count;
    sqlite3_reset(row);
    return status == SQLITE_DONE || edit_file_failed(self->file);
}

static bool has_unused(const edit_names_t *self, int kind)
{
    return self->next[kind] - (kind < TRAIT_COUNT) > self->live[kind];
}

typedef struct put {
    row_problem_t *problem;
    void *arg;
    bool refused;
} put_t;

static bool add_name(edit_names_t *self, put_t *put, int kind, str_t key, str_t text, int64_t make,
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
    return edit_file_run(self->file, sql_of(SQL_ADD_TRAIT, kind), kind, *number, text, make) &&
           index_name(self, SQL_ADD_TEXT, kind, *number) &&
           edit_file_run(self->file, SQL_ADD_KEY, kind, *number, key, 1);
}

/* The number of a name, which has one car more now; a name that is spelt another way now is
 * written so. */
static bool acquire(edit_names_t *self, put_t *put, int kind, str_t text, int64_t make,
                    int64_t *number)
{
    str_t key = kind == TRAIT_VERSION
                    ? text
                    : build_key(self->arena, kind == TRAIT_MODEL ? (uint32_t)make : 0, text);
    if (!edit_file_find(self->file, SQL_FIND_KEY, kind, 0, key, number))
        return false;
    if (*number < 0)
        return add_name(self, put, kind, key, text, make, number);
    str_t name, of;
    return edit_file_run(self->file, SQL_COUNT_KEY, kind, *number, (str_t){0}, 1) &&
           spelling(self, kind, *number, &name, &of) &&
           (str_eq(name, text) || rename_to(self, kind, *number, text));
}

/* Names that no car has any more: their words, their text, their key. Models go before makes. */
static bool drop_unused(edit_names_t *self, int kind)
{
    int64_t number;
    while (edit_file_find(self->file, SQL_UNUSED_KEY, kind, 0, (str_t){0}, &number)) {
        if (number < 0)
            return true;
        arena_reset(self->arena);
        if (!index_name(self, SQL_DELETE_TEXT, kind, number) ||
            !edit_file_run(self->file, sql_of(SQL_RENAME_TRAIT, kind), kind, number, (str_t){0},
                           0) ||
            !edit_file_run(self->file, SQL_DELETE_KEY, kind, number, (str_t){0}, 0))
            return false;
        self->live[kind]--;
    }
    return false;
}

bool edit_names_drop_unused(edit_names_t *self)
{
    for (int kind = 0; kind < EDIT_KINDS; kind++)
        if (!drop_unused(self, kind))
            return false;
    return true;
}

/* Number 0 is no name: a car need not have every trait. */
static bool release(edit_names_t *self, int kind, int64_t number)
{
    return (kind < TRAIT_COUNT && number <= 0) ||
           edit_file_run(self->file, SQL_COUNT_KEY, kind, number, (str_t){0}, -1);
}

/* The numbers of all names of a car, by kind; those it got are given back if one is refused. */
static bool acquire_all(edit_names_t *self, put_t *put, const proto_car_t *car,
                        int64_t numbers[EDIT_KINDS])
{
    static const int order[EDIT_KINDS] = {EDIT_MAKE,    TRAIT_MODEL, TRAIT_VERSION,
                                          TRAIT_BODY,   TRAIT_FUEL,  TRAIT_TRANSMISSION,
                                          TRAIT_COLOUR, TRAIT_CITY};
    const str_t texts[EDIT_KINDS] = {car->body, car->fuel,  car->transmission, car->colour,
                                     car->city, car->model, car->version,      car->make};
    int done = 0;
    for (; done < EDIT_KINDS && !put->refused; done++) {
        int kind = order[done];
        numbers[kind] = 0;
        if ((kind >= TRAIT_COUNT || texts[kind].size > 0) &&
            !acquire(self, put, kind, texts[kind], numbers[EDIT_MAKE], &numbers[kind]))
            return false;
    }
    for (int i = 0; put->refused && i < done - 1; i++)
        if (!release(self, order[i], numbers[order[i]]))
            return false;
    return true;
}

bool edit_names_acquire(edit_names_t *self, const proto_car_t *car, row_problem_t *problem,
                        void *arg, bool *refused, int64_t numbers[EDIT_KINDS])
{
    put_t put = {problem, arg, false};
    arena_reset(self->arena);
    bool good = acquire_all(self, &put, car, numbers);
    *refused = put.refused;
    return good;
}

bool edit_names_release(edit_names_t *self, const int64_t numbers[EDIT_KINDS])
{
    for (int kind = 0; kind < EDIT_KINDS; kind++)
        if (!release(self, kind, numbers[kind]))
            return false;
    return true;
}

bool edit_names_read(edit_names_t *self)
{
    for (int kind = 0; kind < EDIT_KINDS; kind++) {
        char sql[128];
        char *text = NULL;
        static const char *const tables[EDIT_KINDS - TRAIT_COUNT] = {"models", "versions", "makes"};
        if (kind < TRAIT_COUNT)
            snprintf(sql, sizeof sql, "SELECT count(*) + 1 FROM traits WHERE trait = %d", kind);
        else
            snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[kind - TRAIT_COUNT]);
        bool good = edit_file_text(self->file, sql, &text);
        self->next[kind] = good ? atoll(text) : 0;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM keys WHERE kind = %d", kind);
        good = good && edit_file_text(self->file, sql, &text);
        self->live[kind] = good ? atoll(text) : 0;
        free(text);
        if (!good)
            return false;
    }
    return true;
}
