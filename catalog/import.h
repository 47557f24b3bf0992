/*
 * A CSV file becomes the catalog, whole or not at all: every line is checked, a new database is
 * written beside the old one, read back the way the service reads it, and renamed over it. Whoever
 * has the old file open goes on reading that.
 */
#ifndef MOSTRADOR_CATALOG_IMPORT_H
#define MOSTRADOR_CATALOG_IMPORT_H

#include <stdint.h>

#include "proto/proto.h"

typedef struct import_result {
    int64_t version; /* of the new catalog */
    int64_t cars, makes, models;
    int64_t added, changed, removed; /* cars, in a source of truth */
    int64_t problems;                /* found in the file; all were reported */
    char why[512]; /* what else stood in the way, "" if the file itself was at fault */
} import_result_t;

/* A bad line ("cars.csv:17: price: …") or, with note, something to know ("column x ignored"). */
typedef void(import_report_t)(void *arg, bool note, const char *text);

/* Imports the file csv into the folder dir, which is made if it is not there. */
bool import_file(const char *csv, const char *dir, import_report_t *report, void *arg,
                 import_result_t *result);

/* The same into the source of truth at url (source.h): its table becomes what the file says, in one
 * transaction that touches only what differs. The folder holds what is needed to check the file. */
bool import_publish(const char *csv, const char *dir, const char *url, import_report_t *report,
                    void *arg, import_result_t *result);

/* ---- for a file that somebody sends ---- */

typedef struct import_look {
    void (*problem)(void *arg, int64_t line, const char *column, const char *reason);
    bool (*car)(void *arg, const proto_car_t *car); /* false: enough */
    /* All lines were good, and the new file would be of that version: is it to take the place of
     * the one that is there? NULL: no. */
    bool (*agree)(void *arg, int64_t version);
    void *arg;
} import_look_t;

/* Reads csv, which is called name, like import_file; nothing in the folder is another afterwards
 * unless agree says so. false: there were problems, or result->why says what went wrong. */
bool import_bytes(str_t csv, const char *name, const char *dir, const import_look_t *look,
                  import_result_t *result);

/* A catalog file that was kept takes the place of the one that is there, as a newer version. agree
 * is asked before. */
bool import_again(const char *kept, const char *dir, const import_look_t *look,
                  import_result_t *result);

#endif
