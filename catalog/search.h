/*
 * What a query means for this catalog: misspelt names put right, names in free text made filters,
 * ranges the right way round, and the filter of columns.h that finds the cars. No cars are looked
 * at here.
 */
#ifndef MOSTRADOR_CATALOG_SEARCH_H
#define MOSTRADOR_CATALOG_SEARCH_H

#include "catalog/stock.h"

#define SEARCH_NAMES 16
#define SEARCH_CORRECTIONS 8 /* as many as PAGED carries */

typedef struct search_name {
    int32_t make;
    int32_t model; /* -1: any of the make */
} search_name_t;

typedef struct search {
    proto_query_t query; /* as understood: read again it means the same */
    proto_correction_t corrections[SEARCH_CORRECTIONS];
    size_t correction_count;
    search_name_t names[SEARCH_NAMES]; /* any of these; none: any car */
    size_t name_count;
    bool nothing; /* asks for something that no car of this catalog is */
    columns_filter_t filter;
    char why[160]; /* of an invalid query */
} search_t;

/* Notes what was changed of a field: to is empty where something was left out. */
void search_correct(search_t *search, const char *field, str_t from, str_t to);

/* Reads a query; false when it makes no sense, and search->why says what is wrong. Strings are
 * views into said and stock, or live in the arena, which must not be full: 64 bytes a model or
 * version of the catalog and word of the query are enough. */
bool search_read(stock_t *stock, const proto_query_t *said, arena_t *arena, search_t *search);

#endif
