/* COPY into a table of the session's own, then what differs from there into mostrador.cars. */
#include "catalog/publish.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/source.h"
#include "common/money.h"

#define LINE_MAX_BYTES (1 << 16)
#define FLUSH_BYTES (1 << 15)

struct publish {
    const char *url;
    PGconn *conn;
    buf_t lines;
    char why[512];
};

const char *publish_why(const publish_t *self)
{
    return self->why;
}

/* ---- lines ---- */

static void add_text(buf_t *out, str_t text)
{
    buf_str(out, ",\"");
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"')
            buf_char(out, '"');
        buf_char(out, text.data[i]);
    }
    buf_char(out, '"');
}

void publish_line(buf_t *out, const proto_car_t *car)
{
    char price[MONEY_TEXT_SIZE];
    buf_printf(out, "%lld", (long long)car->stock_id);
    add_text(out, car->make);
    add_text(out, car->model);
    buf_printf(out, ",%lld,%s,%lld", (long long)car->year, money_print_plain(car->price, price),
               (long long)car->km);
    add_text(out, car->version);
    buf_printf(out, ",%d,%lld,%lld,%lld,%d", car->bluetooth, (long long)car->length,
               (long long)car->width, (long long)car->height, car->car_play);
    add_text(out, car->body);
    add_text(out, car->fuel);
    add_text(out, car->transmission);
    add_text(out, car->colour);
    add_text(out, car->city);
    add_text(out, car->photo_url);
    buf_char(out, '\n');
}

/* ---- statements ---- */

/* Its first column, if it has one, and how many rows it touched. false: it failed. */
static bool run(publish_t *self, const char *sql, int64_t *number, int64_t *touched)
{
    PGresult *result = PQexec(self->conn, sql);
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN;
    if (!good)
        source_error(self->conn, result, self->why, sizeof self->why);
    if (good && number)
        *number = PQntuples(result) ? atoll(PQgetvalue(result, 0, 0)) : 0;
    if (good && touched)
        *touched = atoll(PQcmdTuples(result));
    PQclear(result);
    return good;
}

static bool command(publish_t *self, const char *sql)
{
    return run(self, sql, NULL, NULL);
}

/* ---- the schema ---- */

static bool prepare_schema(publish_t *self)
{
    int64_t there = 0, layout = SOURCE_LAYOUT;
    if (!run(self,
             "SELECT count(*) FROM pg_tables WHERE schemaname = 'mostrador'"
             " AND tablename = 'source'",
             &there, NULL) ||
        (there && !run(self, "SELECT layout FROM mostrador.source", &layout, NULL)))
        return false;
    if (layout != SOURCE_LAYOUT) {
        snprintf(self->why, sizeof self->why,
                 "the tables are of layout %lld, this program knows %d", (long long)layout,
                 SOURCE_LAYOUT);
        return false;
    }
    return there || command(self, source_sql);
}

/* ---- the whole ---- */

publish_t *publish_new(const char *url)
{
    publish_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->url = url;
    buf_init(&self->lines, FLUSH_BYTES + LINE_MAX_BYTES);
    return self;
}

void publish_destroy(publish_t **self_p)
{
    publish_t *self = *self_p;
    if (!self)
        return;
    PQfinish(self->conn);
    buf_free(&self->lines);
    free(self);
    *self_p = NULL;
}

bool publish_start(publish_t *self)
{
    self->conn = source_connect(self->url, "catalog-import");
    if (PQstatus(self->conn) != CONNECTION_OK) {
        source_error(self->conn, NULL, self->why, sizeof self->why);
        return false;
    }
    /* a program that holds the table for ever would let the import wait for ever */
    return command(self, "BEGIN; SET LOCAL lock_timeout = '30s'") && prepare_schema(self) &&
           command(self, "CREATE TEMPORARY TABLE import ON COMMIT DROP AS"
                         " SELECT " SOURCE_COLUMNS " FROM mostrador.cars WITH NO DATA") &&
           command(self, "COPY import (" SOURCE_COLUMNS ") FROM STDIN (FORMAT csv)");
}

static bool flush(publish_t *self)
{
    bool good = buf_ok(&self->lines) &&
                (self->lines.size == 0 ||
                 PQputCopyData(self->conn, self->lines.data, (int)self->lines.size) == 1);
    if (!good)
        source_error(self->conn, NULL, self->why, sizeof self->why);
    buf_clear(&self->lines);
    return good;
}

bool publish_car(publish_t *self, const proto_car_t *car)
{
    publish_line(&self->lines, car);
    return self->lines.size < FLUSH_BYTES || flush(self);
}

static bool end_copy(publish_t *self)
{
    bool good = PQputCopyEnd(self->conn, NULL) == 1;
    for (PGresult *result; (result = PQgetResult(self->conn)); PQclear(result))
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            source_error(self->conn, result, self->why, sizeof self->why);
            good = false;
        }
    return good;
}

#define CHANGING                                                                        \
    "make, model, year, price, km, version, bluetooth, largo, ancho, altura, car_play," \
    " body, fuel, transmission, colour, city, photo_url"
#define OF_IMPORT                                                                                 \
    "i.make, i.model, i.year, i.price, i.km, i.version, i.bluetooth, i.largo, i.ancho, i.altura," \
    " i.car_play, i.body, i.fuel, i.transmission, i.colour, i.city, i.photo_url"
#define OF_CARS                                                                                   \
    "c.make, c.model, c.year, c.price, c.km, c.version, c.bluetooth, c.largo, c.ancho, c.altura," \
    " c.car_play, c.body, c.fuel, c.transmission, c.colour, c.city, c.photo_url"

bool publish_finish(publish_t *self, import_result_t *result)
{
    return flush(self) && end_copy(self) && command(self, "ANALYZE import") &&
           command(self, "LOCK TABLE mostrador.cars IN SHARE ROW EXCLUSIVE MODE") &&
           run(self,
               "DELETE FROM mostrador.cars c WHERE NOT EXISTS"
               " (SELECT FROM import i WHERE i.stock_id = c.stock_id)",
               NULL, &result->removed) &&
           run(self,
               "UPDATE mostrador.cars c SET (" CHANGING ") = ROW (" OF_IMPORT ") FROM import i"
               " WHERE i.stock_id = c.stock_id AND ROW (" OF_CARS ") IS DISTINCT FROM"
               " ROW (" OF_IMPORT ")",
               NULL, &result->changed) &&
           run(self,
               "INSERT INTO mostrador.cars (" SOURCE_COLUMNS ") SELECT " SOURCE_COLUMNS
               " FROM import i WHERE NOT EXISTS"
               " (SELECT FROM mostrador.cars c WHERE c.stock_id = i.stock_id)",
               NULL, &result->added) &&
           command(self, "SELECT mostrador.forget_changes ('30 days')") && command(self, "COMMIT");
}
