/*
 * From a CSV record to a car: which column is which field, and whether a value is one. Columns come
 * in any order, their names in Spanish or English, capitals and accents do not matter. Pure; what
 * is wrong goes to a function, with the column and the reason for a person to read.
 */
#ifndef MOSTRADOR_CATALOG_ROW_H
#define MOSTRADOR_CATALOG_ROW_H

#include "catalog/csv.h"
#include "proto/proto.h"

#define ROW_FIELDS 18 /* of a car */

typedef struct row_header {
    int8_t field[CSV_MAX_FIELDS]; /* of each column: index of the table of fields, -1 ignored */
    size_t count;
} row_header_t;

typedef void(row_problem_t)(void *arg, const char *column, const char *reason);

/* Reads the first line. ignored is told of columns that nobody knows; problem of those that are
 * missing or there twice, which makes the answer false. */
bool row_header_read(row_header_t *self, const csv_record_t *record, row_problem_t *problem,
                     row_problem_t *ignored, void *arg);

/* Fills in car with views into the record. false when at least one value was a problem. */
bool row_read(const row_header_t *self, const csv_record_t *record, proto_car_t *car,
              row_problem_t *problem, void *arg);

/* Sets the field of that name (as a column may be called) from a value as it stands in a file;
 * empty is none. false: it is no value of that field, or there is no such field. */
bool row_set(proto_car_t *car, str_t name, str_t value, row_problem_t *problem, void *arg);

/* Has the car all that one needs? */
bool row_check(const proto_car_t *car, row_problem_t *problem, void *arg);

#endif
