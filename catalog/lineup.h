/* Cars as they were sold in Mexico in the last years, for the generator of catalogs: sizes from the
 * makers' data sheets, rounded; prices and years as one would find them. */
#ifndef MOSTRADOR_CATALOG_LINEUP_H
#define MOSTRADOR_CATALOG_LINEUP_H

#include <stddef.h>
#include <stdint.h>

typedef struct lineup_model {
    const char *make;
    const char *model;
    const char *body;
    const char *fuel;
    int16_t length, width, height; /* mm */
    int16_t first, last;           /* model years */
    int16_t price;                 /* of a new one, thousands of pesos */
    int16_t share;                 /* how often it is offered, next to the others */
    const char *versions;          /* separated by '|'; those with " TM" are manual */
} lineup_model_t;

extern const lineup_model_t lineup[];
extern const size_t lineup_count;

#endif
