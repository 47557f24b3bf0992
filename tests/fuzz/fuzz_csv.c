/*
 * Any bytes as a CSV file: the records are within their limits, do not depend on the pieces the
 * bytes came in, and each becomes a car or a reason.
 */
#include <stdlib.h>
#include <string.h>

#include "catalog/csv.h"
#include "catalog/row.h"

typedef struct reading {
    row_header_t header;
    bool header_read;
    uint64_t hash; /* of everything told */
    int64_t line;
} reading_t;

static void add(reading_t *self, const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        self->hash = (self->hash ^ ((const unsigned char *)data)[i]) * 0x100000001b3u;
}

static void on_problem(void *arg, const char *column, const char *reason)
{
    add(arg, column, strlen(column));
    add(arg, reason, strlen(reason));
}

static bool on_record(void *arg, const csv_record_t *record)
{
    reading_t *self = arg;
    if (record->line <= self->line || record->count > CSV_MAX_FIELDS)
        abort();
    self->line = record->line;
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].size > CSV_MAX_FIELD)
            abort();
        add(self, record->fields[i].data, record->fields[i].size);
    }
    proto_car_t car;
    if (!self->header_read)
        self->header_read =
            !record->error && row_header_read(&self->header, record, on_problem, on_problem, self);
    else if (row_read(&self->header, record, &car, on_problem, self) &&
             (car.make.size > 64 || car.stock_id <= 0 || car.price <= 0 || car.year < 1900))
        abort();
    return true;
}

static uint64_t read_all(const uint8_t *data, size_t size, size_t piece)
{
    reading_t reading = {0};
    csv_t *csv = csv_new(on_record, &reading);
    for (size_t at = 0; at < size; at += piece)
        csv_feed(csv, data + at, size - at < piece ? size - at : piece);
    csv_end(csv);
    csv_destroy(&csv);
    return reading.hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (read_all(data, size, size + 1) != read_all(data, size, 3))
        abort();
    return 0;
}
