/*
 * Names are numbered as they come, in memory; the tables of makes and models are written at the
 * end, when it is known how many cars they have. One transaction from the first car to the last.
 */
#include "catalog/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "catalog/columns.h"
#include "catalog/dict.h"
#include "catalog/lex.h"
#include "catalog/schema.h"
#include "common/clock.h"

/* Cars of one make or model, counted while they come in. */
typedef struct tally {
    uint32_t make; /* of a model */
    int64_t cars, price_min;
    char name[65]; /* as it was first written */
} tally_t;

struct build {
    const char *path;
    sqlite3 *db;
    sqlite3_stmt *insert, *find_line, *add_version, *add_trait, *add_text;
    dict_t *makes, *models, *versions, *traits[TRAIT_COUNT];
    tally_t *make_tallies, *model_tallies;
    uint32_t *models_of_make;
    int64_t cars;
    arena_t *arena;
    char why[512];

    row_problem_t *problem; /* of the car at hand */
    void *arg;
};

/* ---- saying what is wrong ---- */

static build_status_t refuse(build_t *self, const char *column, const char *reason)
{
    self->problem(self->arg, column, reason);
    return BUILD_REFUSED;
}

__attribute__((format(printf, 2, 3))) static bool fail(build_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->why, sizeof self->why, format, args);
    va_end(args);
    return false;
}

static bool fail_sql(build_t *self)
{
    return fail(self, "%s: %s", self->path, sqlite3_errmsg(self->db));
}

/* ---- what a file that is changed later must do likewise ---- */

str_t build_key(arena_t *arena, uint32_t prefix, str_t name)
{
    lex_word_t *words;
    size_t count = lex_split(name, arena, &words, 64);
    const char *joined = lex_join(words, count, arena);
    const char *key = arena_printf(arena, "%u %s", prefix, joined ? joined : "");
    return str_from(key ? key : "");
}

void build_words(arena_t *arena, const char *text, buf_t *words)
{
    lex_word_t *split;
    size_t count = lex_split(str_from(text), arena, &split, 64);
    for (size_t i = 0; i < count; i++) {
        buf_printf(words, "%s ", split[i].text);
        if (i + 1 < count && split[i + 1].glued)
            buf_printf(words, "%s%s ", split[i].text, split[i + 1].text);
    }
}

const char *build_model_text(arena_t *arena, str_t make, str_t model)
{
    const char *text = arena_printf(arena, "%.*s %.*s", STR_ARG(make), STR_ARG(model));
    return text ? text : "";
}

int64_t build_next_version(int64_t last)
{
    int64_t now = clock_unix_ms() / 1000;
    return last >= now ? last + 1 : now;
}

/* ---- the file ---- */

static bool prepare(build_t *self, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v2(self->db, sql, -1, statement, NULL) == SQLITE_OK || fail_sql(self);
}

static bool open_file(build_t *self)
{
    char sql[128];
    unlink(self->path);
    if (sqlite3_open(self->path, &self->db) != SQLITE_OK)
        return fail(self, "%s: cannot be written: %s", self->path, sqlite3_errmsg(self->db));
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

static bool run(build_t *self, sqlite3_stmt *statement)
{
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return status == SQLITE_DONE || fail_sql(self);
}

static bool index_text(build_t *self, trait_t trait, uint32_t number, const char *text)
{
    buf_t words;
    buf_init(&words, 1 << 14);
    build_words(self->arena, text, &words);
    sqlite3_bind_int64(self->add_text, 1, (int64_t)trait << 32 | number);
    bind_text(self->add_text, 2, buf_view(&words));
    bool good = run(self, self->add_text);
    buf_free(&words);
    return good;
}

/* ---- names ---- */

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

static build_status_t number_model(build_t *self, const proto_car_t *car, uint32_t *make,
                                   uint32_t *model)
{
    bool added;
    *make = dict_put(self->makes, build_key(self->arena, 0, car->make), &added);
    if (*make == DICT_FULL)
        return refuse(self, "make", "more than 1024 makes");
    if (added)
        start_tally(&self->make_tallies[*make], 0, car->make);
    *model = dict_put(self->models, build_key(self->arena, *make, car->model), &added);
    if (*model == DICT_FULL || (added && self->models_of_make[*make] >= SCHEMA_MAX_MODELS))
        return refuse(self, "model", "more than 1024 models of one make, or 65535 in all");
    if (added) {
        self->models_of_make[*make]++;
        start_tally(&self->model_tallies[*model], *make, car->model);
    }
    return BUILD_TAKEN;
}

static build_status_t number_version(build_t *self, str_t version, uint32_t *number)
{
    bool added;
    *number = dict_put(self->versions, version, &added);
    if (!added)
        return BUILD_TAKEN;
    sqlite3_bind_int64(self->add_version, 1, *number);
    bind_text(self->add_version, 2, version);
    const char *text = arena_copy(self->arena, version);
    return run(self, self->add_version) &&
                   index_text(self, TRAIT_VERSION, *number, text ? text : "")
               ? BUILD_TAKEN
               : BUILD_FAILED;
}

/* 0 for no value. */
static build_status_t number_trait(build_t *self, trait_t trait, const char *column, str_t value,
                                   uint32_t *number)
{
    bool added;
    *number = 0;
    if (value.size == 0)
        return BUILD_TAKEN;
    uint32_t put = dict_put(self->traits[trait], build_key(self->arena, 0, value), &added);
    if (put == DICT_FULL)
        return refuse(self, column, "more than 4096 different values");
    *number = put + 1;
    if (!added)
        return BUILD_TAKEN;
    sqlite3_bind_int(self->add_trait, 1, trait);
    sqlite3_bind_int64(self->add_trait, 2, *number);
    bind_text(self->add_trait, 3, value);
    const char *text = arena_copy(self->arena, value);
    return run(self, self->add_trait) && index_text(self, trait, *number, text ? text : "")
               ? BUILD_TAKEN
               : BUILD_FAILED;
}

/* ---- cars ---- */

/* One whose stock id is there already is a problem that names both lines. */
static build_status_t insert_car(build_t *self, const proto_car_t *car, int64_t line,
                                 uint32_t model, uint32_t version,
                                 const uint32_t traits[TRAIT_COUNT])
{
    const int64_t numbers[] = {car->stock_id, line,        model,      version,
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
        return BUILD_TAKEN;
    if (status != SQLITE_CONSTRAINT) {
        fail_sql(self);
        return BUILD_FAILED;
    }
    sqlite3_bind_int64(self->find_line, 1, car->stock_id);
    char reason[128] = "is there already";
    if (sqlite3_step(self->find_line) == SQLITE_ROW)
        snprintf(reason, sizeof reason, "%lld is on line %lld already", (long long)car->stock_id,
                 (long long)sqlite3_column_int64(self->find_line, 0));
    sqlite3_reset(self->find_line);
    return refuse(self, "stock_id", reason);
}

build_status_t build_add(build_t *self, const proto_car_t *car, int64_t line,
                         row_problem_t *problem, void *arg)
{
    static const char *const columns[TRAIT_COUNT] = {"body", "fuel", "transmission", "colour",
                                                     "city"};
    const str_t values[TRAIT_COUNT] = {car->body, car->fuel, car->transmission, car->colour,
                                       car->city};
    uint32_t make = 0, model = 0, version = 0, traits[TRAIT_COUNT];
    if (!self->db || self->why[0])
        return BUILD_FAILED;
    arena_reset(self->arena);
    self->problem = problem;
    self->arg = arg;
    build_status_t status = number_model(self, car, &make, &model);
    if (status == BUILD_TAKEN)
        status = number_version(self, car->version, &version);
    for (size_t i = 0; status == BUILD_TAKEN && i < TRAIT_COUNT; i++)
        status = number_trait(self, (trait_t)i, columns[i], values[i], &traits[i]);
    if (status == BUILD_TAKEN)
        status = insert_car(self, car, line, model, version, traits);
    if (status != BUILD_TAKEN)
        return status;
    self->cars++;
    count_car(&self->make_tallies[make], car);
    count_car(&self->model_tallies[model], car);
    return BUILD_TAKEN;
}

/* ---- what the cars add up to ---- */

static bool write_names(build_t *self)
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
        arena_reset(self->arena);
        const char *text = build_model_text(
            self->arena, str_from(self->make_tallies[model->make].name), str_from(model->name));
        good = run(self, add_model) && index_text(self, TRAIT_MODEL, i, text);
    }
    sqlite3_finalize(add_make);
    sqlite3_finalize(add_model);
    return good;
}

bool build_finish(build_t *self, int64_t version, const char *source)
{
    sqlite3_stmt *add = NULL;
    if (!self->db || self->why[0] || !write_names(self) ||
        !prepare(self, "INSERT INTO catalog VALUES (?,?,?,?)", &add))
        return false;
    sqlite3_bind_int64(add, 1, version);
    sqlite3_bind_int64(add, 2, self->cars);
    sqlite3_bind_int64(add, 3, clock_unix_ms());
    bind_text(add, 4, str_from(source));
    bool good = run(self, add);
    sqlite3_finalize(add);
    return good && (sqlite3_exec(self->db, "INSERT INTO texts (texts) VALUES ('optimize'); COMMIT;",
                                 NULL, NULL, NULL) == SQLITE_OK ||
                    fail_sql(self));
}

const char *build_why(const build_t *self)
{
    return self->why;
}

int64_t build_cars(const build_t *self)
{
    return self->cars;
}

uint32_t build_makes(const build_t *self)
{
    return dict_count(self->makes);
}

uint32_t build_models(const build_t *self)
{
    return dict_count(self->models);
}

/* ---- life ---- */

static void *memory(size_t count, size_t size)
{
    void *block = calloc(count, size);
    if (!block)
        abort();
    return block;
}

build_t *build_new(const char *path)
{
    build_t *self = memory(1, sizeof *self);
    self->path = path;
    self->arena = arena_new(1 << 20);
    self->makes = dict_new(SCHEMA_MAX_MAKES);
    self->models = dict_new(UINT16_MAX);
    self->versions = dict_new(UINT32_MAX - 1);
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        self->traits[i] = dict_new(SCHEMA_MAX_VALUES);
    self->make_tallies = memory(SCHEMA_MAX_MAKES, sizeof *self->make_tallies);
    self->model_tallies = memory(UINT16_MAX, sizeof *self->model_tallies);
    self->models_of_make = memory(SCHEMA_MAX_MAKES, sizeof *self->models_of_make);
    open_file(self);
    return self;
}

void build_destroy(build_t **self_p)
{
    build_t *self = *self_p;
    if (!self)
        return;
    sqlite3_finalize(self->insert);
    sqlite3_finalize(self->find_line);
    sqlite3_finalize(self->add_version);
    sqlite3_finalize(self->add_trait);
    sqlite3_finalize(self->add_text);
    sqlite3_close(self->db);
    arena_destroy(&self->arena);
    dict_destroy(&self->makes);
    dict_destroy(&self->models);
    dict_destroy(&self->versions);
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        dict_destroy(&self->traits[i]);
    free(self->make_tallies);
    free(self->model_tallies);
    free(self->models_of_make);
    free(self);
    *self_p = NULL;
}
