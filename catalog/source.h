/*
 * PostgreSQL as the source of truth (source.sql), as a replica reads it: one connection, which
 * listens, and transactions that tell what has changed since a position. Every wait ends when the
 * server is silent for too long, or when a descriptor says stop. Used by one thread, which may
 * block; messages never hold the password.
 */
#ifndef MOSTRADOR_CATALOG_SOURCE_H
#define MOSTRADOR_CATALOG_SOURCE_H

#include <libpq-fe.h>

#include "catalog/row.h"

#define SOURCE_LAYOUT 1 /* of source.sql */
#define SOURCE_COLUMNS                                                                   \
    "stock_id, make, model, year, price, km, version, bluetooth, largo, ancho, altura, " \
    "car_play, body, fuel, transmission, colour, city, photo_url"

extern const char source_sql[]; /* source.sql itself */

/* Is it a URL that libpq reads? false and why, without what it says. */
bool source_check_url(const char *url, char *why, size_t size);

/* A connection that is being made; blocks for the name of the host at most. name shows in
 * pg_stat_activity. */
PGconn *source_start(const char *url, const char *name);

/* The same, waited for; check it with PQstatus. */
PGconn *source_connect(const char *url, const char *name);

/* What the server said, on one line: "ERROR: permission denied for table cars". */
void source_error(const PGconn *conn, const PGresult *result, char *why, size_t size);

typedef struct source source_t;

/* stop is readable when every wait is to end. */
source_t *source_new(const char *url, const char *name, int stop);
void source_destroy(source_t **self_p);

/* Connects and listens. Whatever goes wrong later, it begins here again. */
bool source_open(source_t *self);
void source_close(source_t *self);

/* Waits for at most ms. changed: the server said that something did. false: the connection broke,
 * or stop. */
bool source_wait(source_t *self, int64_t ms, bool *changed);

/* What is to be read to get from a position to now. */
typedef struct source_plan {
    char *identity, *position; /* now; of the source until source_end */
    bool all;                  /* there is no way from there but reading everything */
    int64_t changes;           /* cars, if not all */
} source_plan_t;

/* Begins to read one state of the source. identity and position are those of the state known, ""
 * for none. */
bool source_begin(source_t *self, const char *identity, const char *position, source_plan_t *plan);

/* A car; or one that is none, and why: stock_id is what the table has there. */
typedef struct source_sink {
    bool (*changed)(void *arg, int64_t stock_id); /* this car is another now, or is gone */
    bool (*car)(void *arg, const proto_car_t *car);
    void (*bad)(void *arg, str_t stock_id, const char *column, const char *reason);
    void *arg;
} source_sink_t;

/* All cars; or the stock ids that changed since the position, then those of them that are cars. */
bool source_read_all(source_t *self, const source_sink_t *sink);
bool source_read_changes(source_t *self, const char *position, const source_sink_t *sink);

void source_end(source_t *self);

const char *source_why(const source_t *self);

#endif
