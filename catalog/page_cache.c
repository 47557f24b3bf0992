/* A page is kept encoded and read again into the memory of its place: a deep copy for nothing. */
#include "catalog/page_cache.h"

#include <assert.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/hash.h"

#define MAX_QUERY 4096
#define MAX_READ (16 * PAGE_CACHE_BYTES)

typedef struct place {
    buf_t query, bytes;
    arena_t *arena; /* NULL: nothing was ever kept here */
    proto_paged_t paged;
} place_t;

struct page_cache {
    const stock_t *stock; /* whose pages these are */
    int64_t version;      /* of it: another one may come to lie in the same memory */
    buf_t key;            /* the query at hand */
    place_t places[PAGE_CACHE_PLACES];
};

page_cache_t *page_cache_new(void)
{
    page_cache_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    buf_init(&self->key, MAX_QUERY);
    return self;
}

static void clear(place_t *place)
{
    buf_free(&place->query);
    buf_free(&place->bytes);
    arena_destroy(&place->arena);
}

void page_cache_destroy(page_cache_t **self_p)
{
    assert(self_p);
    page_cache_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    for (size_t i = 0; i < PAGE_CACHE_PLACES; i++)
        clear(&self->places[i]);
    buf_free(&self->key);
    free(self);
}

/* Where the page of that query may be; NULL: it cannot be kept. */
static place_t *place_of(page_cache_t *self, const stock_t *stock, const proto_query_t *query)
{
    if (self->stock != stock || self->version != stock->version) {
        for (size_t i = 0; i < PAGE_CACHE_PLACES; i++)
            clear(&self->places[i]);
        self->stock = stock;
        self->version = stock->version;
    }
    proto_page_t page = {.query = (proto_query_t *)query, .query_count = 1}; /* only read */
    buf_clear(&self->key);
    if (!proto_encode(proto_message(PROTO_PAGE), &page, &self->key, NULL))
        return NULL;
    uint32_t hash = hash_add(HASH_START, self->key.data, self->key.size);
    return &self->places[hash % PAGE_CACHE_PLACES];
}

const proto_paged_t *page_cache_find(page_cache_t *self, const stock_t *stock,
                                     const proto_query_t *query)
{
    const place_t *place = place_of(self, stock, query);
    bool found = place && place->arena && str_eq(buf_view(&place->query), buf_view(&self->key));
    return found ? &place->paged : NULL;
}

void page_cache_keep(page_cache_t *self, const stock_t *stock, const proto_query_t *query,
                     const proto_paged_t *paged)
{
    place_t *place = place_of(self, stock, query);
    if (!place)
        return;
    const proto_record_t *record = proto_message(PROTO_PAGED);
    clear(place);
    buf_init(&place->query, MAX_QUERY);
    buf_init(&place->bytes, PAGE_CACHE_BYTES);
    place->arena = arena_new(MAX_READ);
    buf_add(&place->query, self->key.data, self->key.size);
    if (!proto_encode(record, paged, &place->bytes, NULL) ||
        !proto_decode(record, place->bytes.data, place->bytes.size, &place->paged, place->arena,
                      NULL))
        clear(place);
}
