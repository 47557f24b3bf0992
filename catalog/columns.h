/*
 * All that cars are filtered and ordered by, in memory, one array a column, the rows by price and
 * then stock id. A filter passes over its column and leaves a bit a row, which is kept (sieve.h);
 * any mix of filters gives its exact count, and a page of any order, by ANDing them. Over a million
 * cars that takes some 10 us a filter, and up to a millisecond more the first time one is seen; no
 * set of indexes does that. 60 bytes a car, and up to 16 for what is kept. Pure.
 */
#ifndef MOSTRADOR_CATALOG_COLUMNS_H
#define MOSTRADOR_CATALOG_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What words describe; each value of each is a small number, 0 for none. */
typedef enum trait {
    TRAIT_BODY,
    TRAIT_FUEL,
    TRAIT_TRANSMISSION,
    TRAIT_COLOUR,
    TRAIT_CITY,
    TRAIT_COUNT,
    TRAIT_MODEL = TRAIT_COUNT, /* the model with its make */
    TRAIT_VERSION,
    TRAIT_ALL,
} trait_t;

typedef struct columns_row {
    int64_t stock_id, price;
    uint32_t km, version;
    uint16_t year, model, length, width, height;
    uint16_t trait[TRAIT_COUNT];
    bool bluetooth, car_play;
} columns_row_t;

typedef enum columns_order {
    ORDER_RELEVANCE, /* cars that have every word as a whole, then those where one is a beginning;
                        among each other by price */
    ORDER_PRICE,
    ORDER_PRICE_DOWN,
    ORDER_KM,
    ORDER_KM_DOWN,
    ORDER_YEAR,
    ORDER_YEAR_DOWN,
    ORDER_COUNT,
} columns_order_t;

#define COLUMNS_WORDS 8
#define COLUMNS_WHOLE 3 /* the value has the word */
#define COLUMNS_FRONT 1 /* the value has a word that begins with it */

/* Per trait a table by its number: COLUMNS_WHOLE, COLUMNS_FRONT or 0; NULL where the word is in
 * none of them. A car has the word if one of its traits has it. */
typedef struct columns_word {
    const uint8_t *tables[TRAIT_ALL];
} columns_word_t;

typedef struct columns_range {
    int64_t min, max; /* both within */
} columns_range_t;

typedef struct columns_filter {
    columns_range_t price, km, year, length, width, height;
    int bluetooth, car_play;             /* 1 with, 2 without, 0 either */
    const uint8_t *models;               /* by model: not 0 is wanted; NULL any */
    const uint8_t *traits[TRAIT_COUNT];  /* the same by value */
    columns_word_t words[COLUMNS_WORDS]; /* a car must have them all */
    size_t word_count;
    columns_order_t order;
    size_t skip, take;
} columns_filter_t;

#define COLUMNS_ANY ((columns_range_t){0, INT64_MAX})

typedef struct columns columns_t;

/* Room for so many rows. */
columns_t *columns_new(size_t rows);
void columns_destroy(columns_t **self_p);

void columns_add(columns_t *self, const columns_row_t *row);

/* All rows are there: puts them in order. */
void columns_seal(columns_t *self);

size_t columns_count(const columns_t *self);

/* The same cars without those of the sorted stock ids gone, and with rows: sealed, and as if made
 * of them anew. It takes one pass over what is there instead of sorting it; self may be searched
 * meanwhile. No stock id may be there twice. */
columns_t *columns_patch(const columns_t *self, const int64_t *gone, size_t gone_count,
                         const columns_row_t *rows, size_t row_count);

typedef struct columns_tally {
    int64_t cars, price_min; /* cents; INT64_MAX without cars */
} columns_tally_t;

/* How many cars there are of each of so many models, and what the cheapest costs. */
void columns_tally(const columns_t *self, columns_tally_t *tallies, size_t model_count);

/* How many cars have any value of the trait. */
size_t columns_with(const columns_t *self, trait_t trait);

/* Finds the cars that pass: their number, and the stock ids of skip + 1 to skip + take; *found of
 * them. Not for two threads at once: it has scratch areas, and keeps what it found out. */
size_t columns_find(columns_t *self, const columns_filter_t *filter, int64_t *stock_ids,
                    size_t *found);

#endif
