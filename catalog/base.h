/*
 * Single cars of a catalog file that an import made, read without opening the whole of it
 * (stock.h): what the file says, whatever people of the shop did to it since. One thread at a time.
 */
#ifndef MOSTRADOR_CATALOG_BASE_H
#define MOSTRADOR_CATALOG_BASE_H

#include "proto/proto.h"

typedef struct base base_t;

/* NULL: there is no such file, or it is no catalog. */
base_t *base_open(const char *path);
void base_close(base_t **self_p);

int64_t base_version(const base_t *self);

/* Its strings in the arena. false: there is none of that id, or the arena is full. */
bool base_car(base_t *self, int64_t stock_id, arena_t *arena, proto_car_t *car);

/* Every stock id, the lowest first, until take says no. false: it could not be read. */
bool base_each(base_t *self, bool (*take)(void *arg, int64_t stock_id), void *arg);

#endif
