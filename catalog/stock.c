/*
 * Opening reads every table once and checks each number against the table it points into: the
 * columns are indexed by them without looking later on.
 */
#include "catalog/stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "catalog/schema.h"
#include "common/buf.h"

#define MAX_TERMS 200000
#define BUSY_MS 5000 /* a reader waits for nothing but the recovery of a journal */

/* ---- opening ---- */

static void *array(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);
    if (!memory)
        abort();
    return memory;
}

/* The file as a URI. One that never changes is immutable, so that SQLite takes no locks and looks
 * for no journal. */
sqlite3 *stock_database(const char *path, bool changes)
{
    buf_t uri;
    buf_init(&uri, 4096);
    buf_str(&uri, "file:");
    for (const char *p = path; *p; p++)
        if (*p == '%' || *p == '?' || *p == '#')
            buf_printf(&uri, "%%%02x", (unsigned)*p);
        else
            buf_char(&uri, *p);
    buf_str(&uri, changes ? "?mode=ro" : "?mode=ro&immutable=1");
    sqlite3 *db = NULL;
    if (buf_ok(&uri))
        sqlite3_open_v2(uri.data, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    buf_free(&uri);
    if (db && changes)
        sqlite3_busy_timeout(db, BUSY_MS);
    return db;
}

static int64_t read_number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static bool is_ours(sqlite3 *db)
{
    return read_number(db, "PRAGMA application_id") == SCHEMA_APPLICATION &&
           read_number(db, "PRAGMA user_version") == SCHEMA_LAYOUT;
}

int64_t stock_version(const char *path)
{
    sqlite3 *db = stock_database(path, true);
    int64_t version = db && is_ours(db) ? read_number(db, "SELECT version FROM catalog") : 0;
    sqlite3_close(db);
    return version > 0 ? version : 0;
}

bool stock_is_sound(stock_t *self)
{
    sqlite3_stmt *statement = NULL;
    bool sound =
        sqlite3_prepare_v2(self->db, "PRAGMA quick_check", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW &&
        strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
    sqlite3_finalize(statement);
    return sound;
}

static str_t column_text(sqlite3_stmt *row, int column, arena_t *arena)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    str_t view = {text ? text : "", (size_t)sqlite3_column_bytes(row, column)};
    const char *copy = arena_copy(arena, view);
    return copy ? (str_t){copy, view.size} : (str_t){"", 0};
}

/* Runs sql and hands each row to take until that says no. false when either goes wrong. */
static bool each(stock_t *self, const char *sql, bool (*take)(stock_t *, sqlite3_stmt *))
{
    sqlite3_stmt *statement = NULL;
    bool good = sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL) == SQLITE_OK;
    int status = SQLITE_DONE;
    while (good && (status = sqlite3_step(statement)) == SQLITE_ROW)
        good = take(self, statement);
    sqlite3_finalize(statement);
    return good && status == SQLITE_DONE;
}

/* ---- reading the tables: rows come by number ---- */

static bool take_make(stock_t *self, sqlite3_stmt *row)
{
    if (sqlite3_column_int64(row, 0) != (int64_t)self->make_count ||
        self->make_count >= SCHEMA_MAX_MAKES)
        return false;
    self->makes[self->make_count++] =
        (names_make_t){column_text(row, 1, self->arena), 0, INT64_MAX};
    return true;
}

static bool take_model(stock_t *self, sqlite3_stmt *row)
{
    int64_t make = sqlite3_column_int64(row, 1);
    if (sqlite3_column_int64(row, 0) != (int64_t)self->model_count ||
        self->model_count >= UINT16_MAX || make < 0 || make >= (int64_t)self->make_count)
        return false;
    self->models[self->model_count++] =
        (names_model_t){column_text(row, 2, self->arena), (uint32_t)make, 0, INT64_MAX};
    return true;
}

static bool take_value(stock_t *self, sqlite3_stmt *row)
{
    int64_t trait = sqlite3_column_int64(row, 0);
    if (trait < 0 || trait >= TRAIT_COUNT)
        return false;
    size_t *count = &self->value_counts[trait];
    if (sqlite3_column_int64(row, 1) != (int64_t)*count || *count > SCHEMA_MAX_VALUES)
        return false;
    stock_value_t *value = &self->values[trait][(*count)++];
    value->name = column_text(row, 2, self->arena);
    lex_word_t *words;
    size_t words_count = lex_split(value->name, self->arena, &words, 16);
    const char *joined = lex_join(words, words_count, self->arena);
    value->folded = arena_printf(self->arena, " %s ", joined ? joined : "");
    return value->folded != NULL;
}

static bool fits(int64_t number, size_t count)
{
    return number >= 0 && (uint64_t)number < count;
}

static bool take_car(stock_t *self, sqlite3_stmt *row)
{
    int64_t n[16];
    for (int i = 0; i < 16; i++)
        n[i] = sqlite3_column_int64(row, i);
    columns_row_t car = {
        n[0],           n[1],           (uint32_t)n[2], (uint32_t)n[3], (uint16_t)n[4],
        (uint16_t)n[5], (uint16_t)n[6], (uint16_t)n[7], (uint16_t)n[8], {0},
        n[9] != 0,      n[10] != 0};
    bool good = n[0] >= 0 && n[1] >= 0 && fits(n[2], UINT32_MAX) &&
                fits(n[3], self->version_count) && fits(n[4], 65536) &&
                fits(n[5], self->model_count) && fits(n[6], 65536) && fits(n[7], 65536) &&
                fits(n[8], 65536) && columns_count(self->columns) < (size_t)self->cars;
    for (size_t t = 0; t < TRAIT_COUNT; t++) {
        good = good && fits(n[11 + t], self->value_counts[t]);
        car.trait[t] = (uint16_t)n[11 + t];
    }
    if (good)
        columns_add(self->columns, &car);
    return good;
}

static bool take_term(stock_t *self, sqlite3_stmt *row)
{
    if (self->term_count < MAX_TERMS) /* past that, words are found but not corrected */
        self->terms[self->term_count++] = column_text(row, 0, self->arena).data;
    return true;
}

static bool read_cars(stock_t *self)
{
    int64_t cars = read_number(self->db, "SELECT count(*) FROM cars");
    if (cars < 0 || cars >= UINT32_MAX)
        return false;
    self->cars = cars;
    self->columns = columns_new((size_t)cars);
    if (!each(self,
              "SELECT stock_id, price, km, version, year, model, length, width, height,"
              " bluetooth, car_play, body, fuel, transmission, colour, city FROM cars",
              take_car) ||
        columns_count(self->columns) != (size_t)cars)
        return false;
    columns_seal(self->columns);
    return true;
}

/* What was checked before is right still; the new rows are checked here. */
static bool patch_cars(stock_t *self, const stock_t *before, const stock_changes_t *changes)
{
    for (size_t i = 0; i < changes->row_count; i++) {
        const columns_row_t *row = &changes->rows[i];
        bool good = row->model < self->model_count && row->version < self->version_count;
        for (size_t t = 0; t < TRAIT_COUNT; t++)
            good = good && row->trait[t] < self->value_counts[t];
        if (!good)
            return false;
    }
    self->columns = columns_patch(before->columns, changes->gone, changes->gone_count,
                                  changes->rows, changes->row_count);
    self->cars = (int64_t)columns_count(self->columns);
    return true;
}

/* Cars and prices of makes and models, and which traits the cars have. */
static void tally(stock_t *self)
{
    columns_tally_t *tallies = array(self->model_count, sizeof *tallies);
    columns_tally(self->columns, tallies, self->model_count);
    for (size_t i = 0; i < self->model_count; i++) {
        names_model_t *model = &self->models[i];
        names_make_t *make = &self->makes[model->make];
        model->count = tallies[i].cars;
        model->price_min = tallies[i].price_min;
        make->count += model->count;
        if (model->price_min < make->price_min)
            make->price_min = model->price_min;
    }
    free(tallies);
    for (size_t t = 0; t < TRAIT_COUNT; t++)
        self->recorded[t] = columns_with(self->columns, (trait_t)t) > 0;
}

static bool read_tables(stock_t *self)
{
    self->arena = arena_new((size_t)1 << 30);
    self->makes = array(SCHEMA_MAX_MAKES, sizeof *self->makes);
    self->models = array(UINT16_MAX, sizeof *self->models);
    self->terms = array(MAX_TERMS, sizeof *self->terms);
    for (size_t t = 0; t < TRAIT_COUNT; t++) {
        self->values[t] = array(SCHEMA_MAX_VALUES + 1, sizeof *self->values[t]);
        self->values[t][0] = (stock_value_t){{"", 0}, " "};
        self->value_counts[t] = 1;
    }
    self->version = read_number(self->db, "SELECT version FROM catalog");
    int64_t versions = read_number(self->db, "SELECT count(*) FROM versions");
    if (self->version <= 0 || versions < 0)
        return false;
    self->version_count = (size_t)versions;
    return each(self, "SELECT make, name FROM makes ORDER BY make", take_make) &&
           each(self, "SELECT model, make, name FROM models ORDER BY model", take_model) &&
           each(self, "SELECT trait, value, name FROM traits ORDER BY trait, value", take_value) &&
           sqlite3_exec(self->db,
                        "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, texts, row)",
                        NULL, NULL, NULL) == SQLITE_OK &&
           each(self, "SELECT term FROM temp.vocabulary WHERE length (term) >= 4", take_term);
}

static bool prepare(stock_t *self)
{
    return sqlite3_prepare_v2(self->db,
                              "SELECT c.model, v.name, c.year, c.price, c.km, c.bluetooth,"
                              " c.car_play, c.length, c.width, c.height, c.body, c.fuel,"
                              " c.transmission, c.colour, c.city, c.photo_url"
                              " FROM cars c JOIN versions v USING (version) WHERE c.stock_id = ?",
                              -1, &self->select_car, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(self->db, "SELECT rowid FROM texts WHERE texts MATCH ?", -1,
                              &self->select_words, NULL) == SQLITE_OK;
}

static stock_t *open_stock(const char *path, bool changing, const stock_t *before,
                           const stock_changes_t *changes, char *why, size_t size)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        snprintf(why, size, "no catalog imported");
        return NULL;
    }
    stock_t *self = array(1, sizeof *self);
    self->db = stock_database(path, changing);
    if (!self->db || !is_ours(self->db)) {
        snprintf(why, size, "%s is not a catalog of this version: import again", path);
        stock_close(&self);
        return NULL;
    }
    sqlite3_exec(self->db, "PRAGMA mmap_size = 1073741824; PRAGMA temp_store = MEMORY; BEGIN;",
                 NULL, NULL, NULL);
    if (!read_tables(self) ||
        !(before && changes ? patch_cars(self, before, changes) : read_cars(self)) ||
        !prepare(self)) {
        snprintf(why, size, "%s is damaged: import again", path);
        stock_close(&self);
        return NULL;
    }
    tally(self);
    self->names = names_new(self->makes, self->make_count, self->models, self->model_count);
    return self;
}

stock_t *stock_open(const char *path, char *why, size_t size)
{
    return open_stock(path, false, NULL, NULL, why, size);
}

stock_t *stock_open_copy(const char *path, const stock_t *before, const stock_changes_t *changes,
                         char *why, size_t size)
{
    return open_stock(path, true, before, changes, why, size);
}

void stock_close(stock_t **self_p)
{
    stock_t *self = *self_p;
    if (!self)
        return;
    names_destroy(&self->names);
    columns_destroy(&self->columns);
    sqlite3_finalize(self->select_car);
    sqlite3_finalize(self->select_words);
    sqlite3_close(self->db);
    if (self->arena)
        arena_destroy(&self->arena);
    free(self->makes);
    free(self->models);
    free(self->terms);
    for (size_t t = 0; t < TRAIT_COUNT; t++)
        free(self->values[t]);
    free(self);
    *self_p = NULL;
}

/* ---- one car ---- */

bool stock_car(stock_t *self, int64_t stock_id, proto_car_t *car, arena_t *arena)
{
    sqlite3_stmt *row = self->select_car;
    memset(car, 0, sizeof *car);
    sqlite3_bind_int64(row, 1, stock_id);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    if (found) {
        const names_model_t *model = &self->models[sqlite3_column_int64(row, 0)];
        str_t *traits[TRAIT_COUNT] = {&car->body, &car->fuel, &car->transmission, &car->colour,
                                      &car->city};
        car->stock_id = stock_id;
        car->make = self->makes[model->make].name;
        car->model = model->name;
        car->version = column_text(row, 1, arena);
        car->year = sqlite3_column_int64(row, 2);
        car->price = sqlite3_column_int64(row, 3);
        car->km = sqlite3_column_int64(row, 4);
        car->bluetooth = sqlite3_column_int(row, 5) != 0;
        car->car_play = sqlite3_column_int(row, 6) != 0;
        car->length = sqlite3_column_int64(row, 7);
        car->width = sqlite3_column_int64(row, 8);
        car->height = sqlite3_column_int64(row, 9);
        for (int t = 0; t < TRAIT_COUNT; t++)
            *traits[t] = self->values[t][sqlite3_column_int64(row, 10 + t)].name;
        car->photo_url = column_text(row, 15, arena);
    }
    sqlite3_reset(row);
    return found;
}

/* ---- words ---- */

static size_t table_size(const stock_t *self, size_t trait)
{
    if (trait == TRAIT_MODEL)
        return self->model_count;
    return trait == TRAIT_VERSION ? self->version_count : self->value_counts[trait];
}

bool stock_word(stock_t *self, str_t text, bool whole, arena_t *arena, columns_word_t *word)
{
    char match[LEX_MAX_WORD + 8];
    if (text.size == 0 || text.size > LEX_MAX_WORD || memchr(text.data, '"', text.size))
        return false;
    snprintf(match, sizeof match, "\"%.*s\"%s", STR_ARG(text), whole ? "" : "*");
    sqlite3_stmt *row = self->select_words;
    sqlite3_bind_text(row, 1, match, -1, SQLITE_STATIC);
    bool any = false;
    while (sqlite3_step(row) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(row, 0);
        size_t trait = (size_t)(id >> 32), number = (size_t)(id & UINT32_MAX);
        if (trait >= TRAIT_ALL || number >= table_size(self, trait))
            continue;
        uint8_t *table = (uint8_t *)word->tables[trait];
        if (!table)
            word->tables[trait] = table = arena_alloc(arena, table_size(self, trait));
        if (!table)
            break;
        table[number] |= whole ? COLUMNS_WHOLE : COLUMNS_FRONT;
        any = true;
    }
    sqlite3_reset(row);
    return any;
}

const char *stock_nearest_term(const stock_t *self, str_t word)
{
    size_t limit = word.size < 4 ? 0 : word.size < 8 ? 1 : 2;
    const char *nearest = NULL;
    for (size_t i = 0; limit > 0 && i < self->term_count; i++) {
        str_t term = str_from(self->terms[i]);
        size_t distance = lex_distance(word, term, limit);
        if (distance <= limit && lex_same_digits(word, term)) {
            nearest = self->terms[i];
            limit = distance - (distance > 0);
        }
    }
    return nearest;
}
