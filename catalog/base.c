/* The file is opened twice: what it is by stock.h, its rows by a statement of our own. */
#include "catalog/base.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/stock.h"

struct base {
    sqlite3 *db;
    sqlite3_stmt *select;
    int64_t version;
};

/* clang-format off */
static const char select_car[] =
    "SELECT k.name, m.name, v.name, c.year, c.price, c.km, c.bluetooth, c.car_play, c.length,"
    " c.width, c.height, t0.name, t1.name, t2.name, t3.name, t4.name, c.photo_url"
    " FROM cars c JOIN models m ON m.model = c.model JOIN makes k ON k.make = m.make"
    " JOIN versions v ON v.version = c.version"
    " LEFT JOIN traits t0 ON t0.trait = 0 AND t0.value = c.body"
    " LEFT JOIN traits t1 ON t1.trait = 1 AND t1.value = c.fuel"
    " LEFT JOIN traits t2 ON t2.trait = 2 AND t2.value = c.transmission"
    " LEFT JOIN traits t3 ON t3.trait = 3 AND t3.value = c.colour"
    " LEFT JOIN traits t4 ON t4.trait = 4 AND t4.value = c.city"
    " WHERE c.stock_id = ?";
/* clang-format on */

base_t *base_open(const char *path)
{
    int64_t version = stock_version(path);
    sqlite3 *db = version > 0 ? stock_database(path, false) : NULL;
    sqlite3_stmt *select = NULL, *told = NULL;
    bool good =
        db && sqlite3_prepare_v2(db, select_car, -1, &select, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT version FROM catalog", -1, &told, NULL) == SQLITE_OK &&
        sqlite3_step(told) == SQLITE_ROW;
    if (good)
        version = sqlite3_column_int64(told, 0); /* another file may be there by now */
    sqlite3_finalize(told);
    if (!good) {
        sqlite3_finalize(select);
        sqlite3_close(db);
        return NULL;
    }
    base_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    *self = (base_t){db, select, version};
    return self;
}

void base_close(base_t **self_p)
{
    base_t *self = *self_p;
    if (!self)
        return;
    sqlite3_finalize(self->select);
    sqlite3_close(self->db);
    free(self);
    *self_p = NULL;
}

int64_t base_version(const base_t *self)
{
    return self->version;
}

static str_t text(base_t *self, int column, arena_t *arena)
{
    const char *value = (const char *)sqlite3_column_text(self->select, column);
    str_t view = {value ? value : "", (size_t)sqlite3_column_bytes(self->select, column)};
    const char *copy = arena_copy(arena, view);
    return copy ? (str_t){copy, view.size} : (str_t){"", 0};
}

bool base_car(base_t *self, int64_t stock_id, arena_t *arena, proto_car_t *car)
{
    sqlite3_stmt *row = self->select;
    memset(car, 0, sizeof *car);
    sqlite3_bind_int64(row, 1, stock_id);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    if (found)
        *car = (proto_car_t){.stock_id = stock_id,
                             .make = text(self, 0, arena),
                             .model = text(self, 1, arena),
                             .version = text(self, 2, arena),
                             .year = sqlite3_column_int64(row, 3),
                             .price = sqlite3_column_int64(row, 4),
                             .km = sqlite3_column_int64(row, 5),
                             .bluetooth = sqlite3_column_int(row, 6) != 0,
                             .car_play = sqlite3_column_int(row, 7) != 0,
                             .length = sqlite3_column_int64(row, 8),
                             .width = sqlite3_column_int64(row, 9),
                             .height = sqlite3_column_int64(row, 10),
                             .body = text(self, 11, arena),
                             .fuel = text(self, 12, arena),
                             .transmission = text(self, 13, arena),
                             .colour = text(self, 14, arena),
                             .city = text(self, 15, arena),
                             .photo_url = text(self, 16, arena)};
    sqlite3_reset(row);
    return found && car->make.size > 0;
}

bool base_each(base_t *self, bool (*take)(void *arg, int64_t stock_id), void *arg)
{
    sqlite3_stmt *row = NULL;
    int status =
        sqlite3_prepare_v2(self->db, "SELECT stock_id FROM cars ORDER BY stock_id", -1, &row, NULL);
    bool more = status == SQLITE_OK;
    while (more && (status = sqlite3_step(row)) == SQLITE_ROW)
        more = take(arg, sqlite3_column_int64(row, 0));
    sqlite3_finalize(row);
    return status == SQLITE_DONE || status == SQLITE_ROW;
}
