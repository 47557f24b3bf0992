/* The rows themselves, for the two files that make up columns.h. */
#ifndef MOSTRADOR_CATALOG_COLUMNS_ROWS_H
#define MOSTRADOR_CATALOG_COLUMNS_ROWS_H

#include "catalog/columns.h"
#include "catalog/sieve.h"

struct columns {
    size_t count, room;
    bool sealed;
    int64_t *stock_id, *price;
    uint32_t *km, *version;
    uint16_t *year, *model, *length, *width, *height;
    uint16_t *trait[TRAIT_COUNT];
    uint8_t *bluetooth, *car_play; /* 1 with, 2 without */
    uint32_t *order[ORDER_COUNT];  /* rows; NULL for orders that are the order of the rows */

    /* of columns_find */
    size_t values[TRAIT_ALL]; /* how many numbers the rows have of each: the largest and one */
    sieve_t *sieve;
    uint64_t *match, *whole, *verdict; /* scratch: a bit a row */
};

/* What rows are ordered by, smallest first; rows with the same key by stock id. */
uint64_t columns_key(const columns_t *self, columns_order_t order, size_t row);

#endif
