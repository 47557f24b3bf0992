/*
 * Pages that were found, kept until there is another catalog: many people ask for the same ones,
 * and over a million cars a page is milliseconds of work. Keyed by the whole query, byte by byte as
 * it is encoded. Of two pages that want the same place the newer one stays. Pure.
 */
#ifndef MOSTRADOR_CATALOG_PAGE_CACHE_H
#define MOSTRADOR_CATALOG_PAGE_CACHE_H

#include "catalog/stock.h"

#define PAGE_CACHE_PLACES 1024      /* pages kept at most */
#define PAGE_CACHE_BYTES (16 << 10) /* of one; larger ones are not kept */

typedef struct page_cache page_cache_t;

page_cache_t *page_cache_new(void);
void page_cache_destroy(page_cache_t **self_p);

/* What was kept for the query; NULL: nothing, or of another catalog, which is forgotten then. Good
 * until the next call. */
const proto_paged_t *page_cache_find(page_cache_t *self, const stock_t *stock,
                                     const proto_query_t *query);

/* Keeps a copy of the page that this catalog has for the query. */
void page_cache_keep(page_cache_t *self, const stock_t *stock, const proto_query_t *query,
                     const proto_paged_t *paged);

#endif
