/*
 * Cars that were checked, into the source of truth: its table becomes just these, in one
 * transaction that touches only cars that differ, so that replicas need to read no more than that.
 * The schema (source.sql) is made where it is missing. For the import, which waits.
 */
#ifndef MOSTRADOR_CATALOG_PUBLISH_H
#define MOSTRADOR_CATALOG_PUBLISH_H

#include "catalog/import.h"
#include "common/buf.h"
#include "proto/proto.h"

typedef struct publish publish_t;

/* Nothing is done yet; url must outlive it. */
publish_t *publish_new(const char *url);

/* Whatever was not finished counts for nothing. */
void publish_destroy(publish_t **self_p);

/* After a false, publish_why. */
bool publish_start(publish_t *self);
bool publish_car(publish_t *self, const proto_car_t *car);
bool publish_finish(publish_t *self, import_result_t *result);

const char *publish_why(const publish_t *self);

/* A car as a line of CSV, in the order of SOURCE_COLUMNS. Pure. */
void publish_line(buf_t *out, const proto_car_t *car);

#endif
