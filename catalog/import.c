/*
 * In the order it happens: lock the folder, open catalog.db.new, read the CSV row by row into it,
 * write what the rows add up to, check, rename. Any failure ends in cleanup, which removes the new
 * file. The lock is on the folder itself, so nothing is left behind by whatever kills an import.
 */
#include "catalog/import.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/columns.h"
#include "catalog/dict.h"
#include "catalog/lex.h"
#include "catalog/row.h"
#include "catalog/schema.h"
#include "catalog/stock.h"
#include "common/clock.h"
#include "common/text.h"

/* Cars of one make or model, counted while they come in. */
typedef struct tally {
    uint32_t make; /* of a model */
    int64_t cars, price_min;
    char name[65]; /* as it was first written */
} tally_t;

typedef struct import {
    const char *csv;
    char path[512], path_new[512];
    int folder; /* locked while open */
    import_report_t *report;
    void *arg;
    import_result_t *result;

    sqlite3 *db;
    sqlite3_stmt *insert, *find_line, *add_version, *add_trait, *add_text;
    row_header_t header;
    bool header_read;
    int64_t line; /* of the record at hand */
    dict_t *makes, *models, *versions, *traits[TRAIT_COUNT];
    tally_t *make_tallies, *model_tallies;
    uint32_t *models_of_make;
    arena_t *arena;
} import_t;

/* ---- saying what is wrong ---- */

static void say(import_t *self, bool note, const char *column, const char *reason)
{
    char text[1024];
    snprintf(text, sizeof text, "%s:%lld: %s: %s", self->csv, (long long)self->line, column,
             reason);
    self->result->problems += !note;
    self->report(self->arg, note, text);
}

static void on_problem(void *arg, const char *column, const char *reason)
{
    say(arg, false, column, reason);
}

static void on_ignored(void *arg, const char *column, const char *reason)
{
    say(arg, true, column, reason);
}

__attribute__((format(printf, 2, 3))) static bool fail(import_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->result->why, sizeof self->result->why, format, args);
    va_end(args);
    return false;
}

static bool fail_sql(import_t *self)
{
    return fail(self, "%s: %s", self->path_new, sqlite3_errmsg(self->db));
}

/* ---- the new file ---- */

static bool make_folder(const char *dir)
{
    char path[512];
    snprintf(path, sizeof path, "%s", dir);
    for (char *slash = path + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return false;
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static bool lock_folder(import_t *self, const char *dir)
{
    if (!make_folder(dir))
        return fail(self, "%s: cannot be made: %s", dir, strerror(errno));
    self->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (self->folder < 0)
        return fail(self, "%s: %s", dir, strerror(errno));
    if (flock(self->folder, LOCK_EX | LOCK_NB) != 0)
        return fail(self, "%s: another import is at work there", dir);
    return true;
}

static bool prepare(import_t *self, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v2(self->db, sql, -1, statement, NULL) == SQLITE_OK || fail_sql(self);
}

static bool open_new(import_t *self)
{
    char sql[128];
    unlink(self->path_new);
    if (sqlite3_open(self->path_new, &self->db) != SQLITE_OK)
        return fail(self, "%s: cannot be written: %s", self->path_new, sqlite3_errmsg(self->db));
    /* no journal and no sync until the end: a file that breaks half-way is thrown away */
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             SCHEMA_APPLICATION, SCHEMA_LAYOUT);
    bool good = sqlite3_exec(self->db,
                             "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                             "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;"
                             "PRAGMA temp_store = MEMORY;",
                             NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_exec(self->db, SCHEMA_SQL "BEGIN;", NULL, NULL, NULL) == SQLITE_OK;
    if (!good)
        return fail_sql(self);
    return prepare(self, "INSERT INTO cars VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                   &self->insert) &&
           prepare(self, "SELECT line FROM cars WHERE stock_id = ?", &self->find_line) &&
           prepare(self, "INSERT INTO versions VALUES (?,?)", &self->add_version) &&
           prepare(self, "INSERT INTO traits VALUES (?,?,?)", &self->add_trait) &&
           prepare(self, "INSERT INTO texts (rowid, words) VALUES (?,?)", &self->add_text);
}

static void bind_text(sqlite3_stmt *statement, int index, str_t text)
{
    sqlite3_bind_text(statement, index, text.size ? text.data : "", (int)text.size,
                      SQLITE_TRANSIENT);
}

static bool run(import_t *self, sqlite3_stmt *statement)
{
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return status == SQLITE_DONE || fail_sql(self);
}

/* Makes the words of a text findable; those with a hyphen also as one: "cr", "v" and "crv". */
static bool index_text(import_t *self, trait_t trait, uint32_t number, const char *text)
{
    lex_word_t *words;
    size_t count = lex_split(str_from(text), self->arena, &words, 64);
    buf_t line;
    buf_init(&line, 1 << 14);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&line, "%s ", words[i].text);
        if (i + 1 < count && words[i + 1].glued)
            buf_printf(&line, "%s%s ", words[i].text, words[i + 1].text);
    }
    sqlite3_bind_int64(self->add_text, 1, (int64_t)trait << 32 | number);
    bind_text(self->add_text, 2, buf_view(&line));
    bool good = run(self, self->add_text);
    buf_free(&line);
    return good;
}

/* ---- names ---- */

/* What makes two spellings of a name the same: capitals, accents and blanks do not count. */
static str_t fold_key(import_t *self, uint32_t prefix, str_t name)
{
    lex_word_t *words;
    size_t count = lex_split(name, self->arena, &words, 64);
    const char *joined = lex_join(words, count, self->arena);
    const char *key = arena_printf(self->arena, "%u %s", prefix, joined ? joined : "");
    return str_from(key ? key : "");
}

static void start_tally(tally_t *tally, uint32_t make, str_t name)
{
    tally->make = make;
    tally->price_min = INT64_MAX;
    snprintf(tally->name, sizeof tally->name, "%.*s", STR_ARG(name));
}

static void count_car(tally_t *tally, const proto_car_t *car)
{
    tally->cars++;
    if (car->price < tally->price_min)
        tally->price_min = car->price;
}

/* The numbers of make and model; false after a problem. */
static bool number_model(import_t *self, const proto_car_t *car, uint32_t *make, uint32_t *model)
{
    bool added;
    *make = dict_put(self->makes, fold_key(self, 0, car->make), &added);
    if (*make == DICT_FULL) {
        say(self, false, "make", "more than 1024 makes");
        return false;
    }
    if (added)
        start_tally(&self->make_tallies[*make], 0, car->make);
    *model = dict_put(self->models, fold_key(self, *make, car->model), &added);
    if (*model == DICT_FULL || (added && self->models_of_make[*make] >= SCHEMA_MAX_MODELS)) {
        say(self, false, "model", "more than 1024 models of one make, or 65535 in all");
        return false;
    }
    if (added) {
        self->models_of_make[*make]++;
        start_tally(&self->model_tallies[*model], *make, car->model);
    }
    return true;
}

static bool number_version(import_t *self, str_t version, uint32_t *number)
{
    bool added;
    *number = dict_put(self->versions, version, &added);
    if (!added)
        return true;
    sqlite3_bind_int64(self->add_version, 1, *number);
    bind_text(self->add_version, 2, version);
    const char *text = arena_copy(self->arena, version);
    return run(self, self->add_version) &&
           index_text(self, TRAIT_VERSION, *number, text ? text : "");
}

/* 0 for no value. */
static bool number_trait(import_t *self, trait_t trait, const char *column, str_t value,
                         uint32_t *number)
{
    bool added;
    *number = 0;
    if (value.size == 0)
        return true;
    uint32_t put = dict_put(self->traits[trait], fold_key(self, 0, value), &added);
    if (put == DICT_FULL) {
        say(self, false, column, "more than 4096 different values");
        return true;
    }
    *number = put + 1;
    if (!added)
        return true;
    sqlite3_bind_int(self->add_trait, 1, trait);
    sqlite3_bind_int64(self->add_trait, 2, *number);
    bind_text(self->add_trait, 3, value);
    const char *text = arena_copy(self->arena, value);
    return run(self, self->add_trait) && index_text(self, trait, *number, text ? text : "");
}

/* ---- rows ---- */

/* Writes a car; one whose stock id is there already is a problem that names both lines. */
static bool insert_car(import_t *self, const proto_car_t *car, uint32_t model, uint32_t version,
                       const uint32_t traits[TRAIT_COUNT])
{
    const int64_t numbers[] = {car->stock_id, self->line,  model,      version,
                               car->year,     car->price,  car->km,    car->bluetooth,
                               car->car_play, car->length, car->width, car->height};
    int index = 1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(self->insert, index++, numbers[i]);
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        sqlite3_bind_int64(self->insert, index++, traits[i]);
    bind_text(self->insert, index, car->photo_url);
    int status = sqlite3_step(self->insert);
    sqlite3_reset(self->insert);
    if (status == SQLITE_DONE)
        return true;
    if (status != SQLITE_CONSTRAINT)
        return fail_sql(self);
    sqlite3_bind_int64(self->find_line, 1, car->stock_id);
    char reason[128];
    if (sqlite3_step(self->find_line) == SQLITE_ROW) {
        snprintf(reason, sizeof reason, "%lld is on line %lld already", (long long)car->stock_id,
                 (long long)sqlite3_column_int64(self->find_line, 0));
        say(self, false, "stock_id", reason);
    }
    sqlite3_reset(self->find_line);
    return true;
}

static bool take_car(import_t *self, const proto_car_t *car)
{
    static const char *const columns[TRAIT_COUNT] = {"body", "fuel", "transmission", "colour",
                                                     "city"};
    const str_t values[TRAIT_COUNT] = {car->body, car->fuel, car->transmission, car->colour,
                                       car->city};
    uint32_t make, model, version, traits[TRAIT_COUNT];
    if (!number_model(self, car, &make, &model))
        return true; /* reported; reading goes on to report the rest */
    if (!number_version(self, car->version, &version))
        return false;
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        if (!number_trait(self, (trait_t)i, columns[i], values[i], &traits[i]))
            return false;
    int64_t problems = self->result->problems;
    if (!insert_car(self, car, model, version, traits))
        return false;
    if (self->result->problems == problems) {
        self->result->cars++;
        count_car(&self->make_tallies[make], car);
        count_car(&self->model_tallies[model], car);
    }
    return true;
}

static bool on_record(void *arg, const csv_record_t *record)
{
    import_t *self = arg;
    self->line = record->line;
    arena_reset(self->arena);
    if (!self->header_read) {
        if (record->error)
            say(self, false, "header", record->error);
        self->header_read =
            !record->error && row_header_read(&self->header, record, on_problem, on_ignored, self);
        return self->header_read;
    }
    proto_car_t car;
    if (!row_read(&self->header, record, &car, on_problem, self))
        return true;
    return take_car(self, &car);
}

static bool read_csv(import_t *self)
{
    static char block[1 << 16];
    int file = open(self->csv, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(self, "%s: %s", self->csv, strerror(errno));
    csv_t *csv = csv_new(on_record, self);
    ssize_t size;
    bool more = true;
    while (more && (size = read(file, block, sizeof block)) > 0)
        more = csv_feed(csv, block, (size_t)size);
    bool bad = more && size < 0;
    if (bad)
        fail(self, "%s: %s", self->csv, strerror(errno));
    else if (more)
        csv_end(csv);
    csv_destroy(&csv);
    close(file);
    if (bad || self->result->why[0])
        return false;
    if (self->result->problems == 0 && self->result->cars == 0) {
        self->line = 1;
        say(self, false, "record", "there are no cars in the file");
    }
    return self->result->problems == 0;
}

/* ---- what the rows add up to ---- */

static bool write_names(import_t *self)
{
    sqlite3_stmt *add_make = NULL, *add_model = NULL;
    bool good = prepare(self, "INSERT INTO makes VALUES (?,?,?,?)", &add_make) &&
                prepare(self, "INSERT INTO models VALUES (?,?,?,?,?)", &add_model);
    for (uint32_t i = 0; good && i < dict_count(self->makes); i++) {
        const tally_t *make = &self->make_tallies[i];
        sqlite3_bind_int64(add_make, 1, i);
        bind_text(add_make, 2, str_from(make->name));
        sqlite3_bind_int64(add_make, 3, make->cars);
        sqlite3_bind_int64(add_make, 4, make->price_min);
        good = run(self, add_make);
    }
    for (uint32_t i = 0; good && i < dict_count(self->models); i++) {
        const tally_t *model = &self->model_tallies[i];
        sqlite3_bind_int64(add_model, 1, i);
        sqlite3_bind_int64(add_model, 2, model->make);
        bind_text(add_model, 3, str_from(model->name));
        sqlite3_bind_int64(add_model, 4, model->cars);
        sqlite3_bind_int64(add_model, 5, model->price_min);
        char text[160];
        snprintf(text, sizeof text, "%s %s", self->make_tallies[model->make].name, model->name);
        arena_reset(self->arena);
        good = run(self, add_model) && index_text(self, TRAIT_MODEL, i, text);
    }
    sqlite3_finalize(add_make);
    sqlite3_finalize(add_model);
    return good;
}

/* Grows with every import: the clock's seconds, or one more than the last if that is ahead. So a
 * version is never used twice, even when the folder was emptied between two imports. */
static int64_t next_version(const import_t *self)
{
    int64_t last = stock_version(self->path);
    int64_t now = clock_unix_ms() / 1000;
    return last >= now ? last + 1 : now;
}

static bool write_catalog(import_t *self)
{
    sqlite3_stmt *add = NULL;
    bool good = prepare(self, "INSERT INTO catalog VALUES (?,?,?,?)", &add);
    if (good) {
        self->result->version = next_version(self);
        sqlite3_bind_int64(add, 1, self->result->version);
        sqlite3_bind_int64(add, 2, self->result->cars);
        sqlite3_bind_int64(add, 3, clock_unix_ms());
        bind_text(add, 4, str_from(self->csv));
        good = run(self, add);
    }
    sqlite3_finalize(add);
    return good && (sqlite3_exec(self->db, "INSERT INTO texts (texts) VALUES ('optimize'); COMMIT;",
                                 NULL, NULL, NULL) == SQLITE_OK ||
                    fail_sql(self));
}

static void close_new(import_t *self)
{
    sqlite3_finalize(self->insert);
    sqlite3_finalize(self->find_line);
    sqlite3_finalize(self->add_version);
    sqlite3_finalize(self->add_trait);
    sqlite3_finalize(self->add_text);
    sqlite3_close(self->db);
    self->insert = self->find_line = self->add_version = self->add_trait = self->add_text = NULL;
    self->db = NULL;
}

/* Reads the new file the way the service will. */
static bool check_new(import_t *self)
{
    char why[256];
    stock_t *stock = stock_open(self->path_new, why, sizeof why);
    if (!stock)
        return fail(self, "%s: %s", self->path_new, why);
    bool good = stock->version == self->result->version && stock->cars == self->result->cars &&
                stock_is_sound(stock);
    stock_close(&stock);
    return good || fail(self, "%s: what was written does not read back", self->path_new);
}

static bool swap(import_t *self)
{
    int file = open(self->path_new, O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && fsync(file) == 0 && rename(self->path_new, self->path) == 0 &&
                fsync(self->folder) == 0;
    int error = errno;
    if (file >= 0)
        close(file);
    return good || fail(self, "%s: %s", self->path, strerror(error));
}

/* ---- the whole ---- */

static void *memory(size_t count, size_t size)
{
    void *block = calloc(count, size);
    if (!block)
        abort();
    return block;
}

static void setup(import_t *self, const char *dir)
{
    snprintf(self->path, sizeof self->path, "%s/%s", dir, SCHEMA_FILE);
    snprintf(self->path_new, sizeof self->path_new, "%s/%s", dir, SCHEMA_FILE_NEW);
    self->folder = -1;
    self->arena = arena_new(1 << 20);
    self->makes = dict_new(SCHEMA_MAX_MAKES);
    self->models = dict_new(UINT16_MAX);
    self->versions = dict_new(UINT32_MAX - 1);
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        self->traits[i] = dict_new(SCHEMA_MAX_VALUES);
    self->make_tallies = memory(SCHEMA_MAX_MAKES, sizeof *self->make_tallies);
    self->model_tallies = memory(UINT16_MAX, sizeof *self->model_tallies);
    self->models_of_make = memory(SCHEMA_MAX_MAKES, sizeof *self->models_of_make);
}

static void teardown(import_t *self)
{
    arena_destroy(&self->arena);
    dict_destroy(&self->makes);
    dict_destroy(&self->models);
    dict_destroy(&self->versions);
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        dict_destroy(&self->traits[i]);
    free(self->make_tallies);
    free(self->model_tallies);
    free(self->models_of_make);
}

bool import_file(const char *csv, const char *dir, import_report_t *report, void *arg,
                 import_result_t *result)
{
    memset(result, 0, sizeof *result);
    import_t self = {.csv = csv, .report = report, .arg = arg, .result = result};
    setup(&self, dir);
    bool locked = lock_folder(&self, dir);
    bool good =
        locked && open_new(&self) && read_csv(&self) && write_names(&self) && write_catalog(&self);
    close_new(&self);
    good = good && check_new(&self) && swap(&self);
    result->makes = dict_count(self.makes);
    result->models = dict_count(self.models);
    if (!good && locked)
        unlink(self.path_new);
    if (self.folder >= 0)
        close(self.folder);
    teardown(&self);
    return good;
}
