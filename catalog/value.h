/* How well the words somebody used fit a value of the catalog ("SUV", "Rojo", "Ciudad de México").
 * Pure. */
#ifndef MOSTRADOR_CATALOG_VALUE_H
#define MOSTRADOR_CATALOG_VALUE_H

#include "catalog/stock.h"

#define VALUE_EXACT 2 /* as it was said */
#define VALUE_NEAR 1  /* by beginnings and synonyms */

/* VALUE_EXACT, VALUE_NEAR or 0: not at all. All words must fit. */
int value_fits(const stock_value_t *value, const lex_word_t *words, size_t count);

/* The number of the value a misspelt word (folded, terminated) is meant for; 0: none. */
size_t value_nearest(const stock_value_t *values, size_t count, const char *said);

#endif
