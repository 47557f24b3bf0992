/*
 * CSV (RFC 4180) out of bytes that come in pieces of any size: quoted fields with commas, quotes
 * and line ends in them, LF or CRLF, with or without a byte order mark. Pure: bytes in, records
 * out. Every growing thing has a limit; a record that breaks one is handed over as bad, and reading
 * goes on with the next line.
 */
#ifndef MOSTRADOR_CATALOG_CSV_H
#define MOSTRADOR_CATALOG_CSV_H

#include <stdint.h>

#include "common/str.h"

#define CSV_MAX_RECORD 65536 /* bytes of all fields of one record */
#define CSV_MAX_FIELD 8192   /* bytes */
#define CSV_MAX_FIELDS 128

typedef struct csv csv_t;

typedef struct csv_record {
    int64_t line;        /* where it begins, from 1 */
    const str_t *fields; /* good until the function returns */
    size_t count;
    const char *error; /* NULL, or what is wrong: the fields before it are there */
} csv_record_t;

/* false stops reading. */
typedef bool(csv_take_t)(void *arg, const csv_record_t *record);

csv_t *csv_new(csv_take_t *take, void *arg);
void csv_destroy(csv_t **self_p);

/* Reads the next bytes; blank lines are skipped. false once take has said so. */
bool csv_feed(csv_t *self, const void *bytes, size_t size);

/* The bytes are at their end: a last line without a line end is a record too. */
bool csv_end(csv_t *self);

#endif
