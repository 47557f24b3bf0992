/* For tests of the catalog: a folder below /tmp, CSV into it, the catalog of it, all gone at the
 * end. */
#ifndef MOSTRADOR_TESTS_CATALOG_FIXTURE_H
#define MOSTRADOR_TESTS_CATALOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalog/generate.h"
#include "catalog/import.h"
#include "catalog/schema.h"
#include "catalog/stock.h"

#define COLUMNS_12 \
    "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play\n"

typedef struct fixture {
    char dir[32], csv[64], db[64];
    char problems[8192]; /* the lines the last import reported, notes with a "note: " */
    size_t problems_size;
    import_result_t result;
} fixture_t;

static inline void fixture_start(fixture_t *self)
{
    memset(self, 0, sizeof *self);
    strcpy(self->dir, "/tmp/mcatXXXXXX");
    assert_non_null(mkdtemp(self->dir));
    snprintf(self->csv, sizeof self->csv, "%s/cars.csv", self->dir);
    snprintf(self->db, sizeof self->db, "%s/%s", self->dir, SCHEMA_FILE);
}

static inline void fixture_end(fixture_t *self)
{
    unlink(self->csv);
    unlink(self->db);
    assert_int_equal(rmdir(self->dir), 0); /* fails when something was left behind */
}

static inline void fixture_report(void *arg, bool note, const char *text)
{
    fixture_t *self = arg;
    const char *line = strstr(text, "cars.csv:");
    int size =
        snprintf(self->problems + self->problems_size, sizeof self->problems - self->problems_size,
                 "%s%s\n", note ? "note: " : "", line ? line : text);
    self->problems_size += (size_t)size;
    assert_true(self->problems_size < sizeof self->problems);
}

/* Imports a file that has these bytes. */
static inline bool fixture_import(fixture_t *self, const char *bytes, size_t size)
{
    FILE *file = fopen(self->csv, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    self->problems_size = 0;
    self->problems[0] = '\0';
    return import_file(self->csv, self->dir, fixture_report, self, &self->result);
}

static inline stock_t *fixture_open(const fixture_t *self)
{
    char why[256];
    stock_t *stock = stock_open(self->db, why, sizeof why);
    if (!stock)
        fail_msg("%s", why);
    return stock;
}

/* The catalog of so many made-up cars. */
static inline stock_t *fixture_generate(fixture_t *self, uint64_t cars, uint64_t seed)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    assert_true(generate_csv(out, cars, seed));
    fclose(out);
    bool good = fixture_import(self, bytes, size);
    free(bytes);
    if (!good)
        fail_msg("%s%s", self->problems, self->result.why);
    return fixture_open(self);
}

#endif
