/*
 * What a customer does not want: "que no sea Chevrolet", "menos rojo". Makes, models and values of
 * body, fuel, transmission, colour and city, in any mix, misspelt or not.
 */
#ifndef MOSTRADOR_CATALOG_EXCLUDE_H
#define MOSTRADOR_CATALOG_EXCLUDE_H

#include "catalog/search.h"

/* Takes them out of the filter of a search and writes the query's exclude again as understood.
 * What names nothing of the catalog takes nothing out, and is reported as left out. A car that does
 * not tell its colour is kept when a colour is not wanted. false: the arena is full. */
bool exclude_apply(const stock_t *stock, arena_t *arena, search_t *search);

#endif
