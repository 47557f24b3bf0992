/* Answers of a catalog: pages of cars, one car, makes and models, names in a sentence. Each fills
 * in a message whose strings live in the arena or in stock, good as long as both. */
#ifndef MOSTRADOR_CATALOG_PAGE_H
#define MOSTRADOR_CATALOG_PAGE_H

#include "catalog/stock.h"

/* One page. false when the query makes no sense; why (160 bytes) then says so. */
bool catalog_page(stock_t *stock, const proto_query_t *query, arena_t *arena, proto_paged_t *paged,
                  char why[160]);

/* The car of that stock id, or none. */
void catalog_car(stock_t *stock, int64_t stock_id, arena_t *arena, proto_cars_t *cars);

/* Makes by name; none when the asker knows this version. */
void catalog_makes(const stock_t *stock, int64_t known_version, arena_t *arena,
                   proto_facets_t *facets);

/* Models of a make, by name; make stays empty when no make is called so. */
void catalog_models(const stock_t *stock, str_t make, arena_t *arena, proto_facets_t *facets);

/* The makes and models that a sentence names. */
void catalog_resolve(const stock_t *stock, str_t text, arena_t *arena, proto_resolved_t *resolved);

#endif
