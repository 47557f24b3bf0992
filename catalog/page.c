/* Between the messages and what finds their answers. */
#include "catalog/page.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/mention.h"
#include "catalog/search.h"
#include "common/text.h"

#define NEAR_MAX 8             /* as many as PAGED carries */
#define RESOLVE_MAX_WORDS 1000 /* of a sentence; the rest is not looked at */

/* ---- what comes near when nothing matches ---- */

typedef struct near {
    const stock_t *stock;
    arena_t *arena;
    proto_paged_t *paged;
} near_t;

static void add_near(near_t *self, const char *name, int64_t count, int64_t price_min)
{
    if (!name || self->paged->near_count >= NEAR_MAX)
        return;
    str_t view = utf8_front(str_from(name), 64);
    for (size_t i = 0; i < self->paged->near_count; i++)
        if (str_eq(self->paged->near[i].name, view))
            return;
    self->paged->near[self->paged->near_count++] = (proto_facet_t){view, count, price_min};
}

static void add_near_make(near_t *self, uint32_t make)
{
    const names_make_t *m = &self->stock->makes[make];
    if (m->count > 0)
        add_near(self, arena_copy(self->arena, m->name), m->count, m->price_min);
}

static void add_near_model(near_t *self, const names_model_t *model)
{
    str_t make = self->stock->makes[model->make].name;
    if (model->count > 0)
        add_near(self, arena_printf(self->arena, "%.*s %.*s", STR_ARG(make), STR_ARG(model->name)),
                 model->count, model->price_min);
}

static int model_by_price(const void *a, const void *b, void *models)
{
    const names_model_t *x = (const names_model_t *)models + *(const uint32_t *)a;
    const names_model_t *y = (const names_model_t *)models + *(const uint32_t *)b;
    if (x->price_min != y->price_min)
        return x->price_min < y->price_min ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* The models of a make, the cheapest first. */
static void add_near_models(near_t *self, uint32_t make)
{
    names_model_t *models = self->stock->models;
    uint32_t *numbers = arena_alloc(self->arena, (self->stock->model_count + 1) * sizeof *numbers);
    size_t count = 0;
    for (size_t i = 0; numbers && i < self->stock->model_count; i++)
        if (models[i].make == make)
            numbers[count++] = (uint32_t)i;
    if (count)
        qsort_r(numbers, count, sizeof *numbers, model_by_price, models);
    for (size_t i = 0; i < count; i++)
        add_near_model(self, &models[numbers[i]]);
}

/* The makes with most cars; or with the cheapest, when it was the price that nothing matched. */
static void add_common_makes(near_t *self, bool cheapest)
{
    for (size_t n = 0; n < NEAR_MAX && self->paged->near_count < NEAR_MAX; n++) {
        const names_make_t *best = NULL;
        for (size_t i = 0; i < self->stock->make_count; i++) {
            const names_make_t *make = &self->stock->makes[i];
            bool there = make->count == 0;
            for (size_t j = 0; j < self->paged->near_count && !there; j++)
                there = str_eq(self->paged->near[j].name, utf8_front(make->name, 64));
            if (!there && (!best || (cheapest ? make->price_min < best->price_min
                                              : make->count > best->count)))
                best = make;
        }
        if (best)
            add_near_make(self, (uint32_t)(best - self->stock->makes));
    }
}

static void find_near(near_t *self, const search_t *search)
{
    self->paged->near = arena_alloc(self->arena, NEAR_MAX * sizeof *self->paged->near);
    if (!self->paged->near)
        return;
    const proto_query_t *query = &search->query;
    for (size_t i = 0; i < search->name_count; i++)
        if (search->names[i].model >= 0)
            add_near_model(self, &self->stock->models[search->names[i].model]);
    for (size_t i = 0; i < search->name_count; i++)
        add_near_models(self, (uint32_t)search->names[i].make);
    if (search->name_count > 0)
        return;
    lex_word_t *words;
    uint32_t makes[4];
    str_t said = query->make.size ? query->make : query->model.size ? query->model : query->q;
    size_t count = lex_split(said, self->arena, &words, 4);
    size_t found = names_near(self->stock->names, words, count, makes, 4);
    for (size_t i = 0; i < found; i++)
        add_near_make(self, makes[i]);
    add_common_makes(self, query->price_max > 0);
}

/* ---- pages ---- */

static void fill_list(proto_list_t *list, const search_t *search, size_t total)
{
    int64_t size = search->query.page_size, page = search->query.page;
    list->total = (int64_t)total;
    list->page = page;
    list->pages = ((int64_t)total + size - 1) / size;
    list->pages_left = list->pages > page ? list->pages - page : 0;
    list->page_size = size;
}

bool catalog_page(stock_t *stock, const proto_query_t *query, arena_t *arena, proto_paged_t *paged,
                  char why[160])
{
    memset(paged, 0, sizeof *paged);
    search_t *search = arena_alloc(arena, sizeof *search);
    paged->cars = arena_alloc(arena, PROTO_MAX_PAGE * sizeof *paged->cars);
    paged->list = arena_alloc(arena, sizeof *paged->list);
    if (!search || !paged->cars || !paged->list || !search_read(stock, query, arena, search)) {
        snprintf(why, 160, "%s", search && search->why[0] ? search->why : "too much text");
        return false;
    }
    int64_t stock_ids[PROTO_MAX_PAGE];
    size_t found = 0;
    size_t total =
        search->nothing ? 0 : columns_find(stock->columns, &search->filter, stock_ids, &found);
    for (size_t i = 0; i < found; i++)
        if (stock_car(stock, stock_ids[i], &paged->cars[paged->cars_count], arena))
            paged->cars_count++;
    fill_list(paged->list, search, total);
    paged->list_count = 1;
    paged->query = &search->query;
    paged->query_count = 1;
    paged->corrections = search->corrections;
    paged->corrections_count = search->correction_count;
    if (total == 0)
        find_near(&(near_t){stock, arena, paged}, search);
    return true;
}

void catalog_car(stock_t *stock, int64_t stock_id, arena_t *arena, proto_cars_t *cars)
{
    memset(cars, 0, sizeof *cars);
    cars->cars = arena_alloc(arena, sizeof *cars->cars);
    cars->cars_count = cars->cars && stock_car(stock, stock_id, cars->cars, arena) ? 1 : 0;
}

/* ---- facets ---- */

static int facet_by_name(const void *a, const void *b)
{
    const proto_facet_t *x = a, *y = b;
    size_t least = x->name.size < y->name.size ? x->name.size : y->name.size;
    int order = memcmp(x->name.data, y->name.data, least);
    return order ? order : (x->name.size > y->name.size) - (x->name.size < y->name.size);
}

static void sort_facets(proto_facets_t *facets)
{
    if (facets->facets && facets->facets_count)
        qsort(facets->facets, facets->facets_count, sizeof *facets->facets, facet_by_name);
}

void catalog_makes(const stock_t *stock, int64_t known_version, arena_t *arena,
                   proto_facets_t *facets)
{
    *facets = (proto_facets_t){.version = stock->version, .cars = stock->cars};
    if (known_version == stock->version)
        return;
    facets->facets = arena_alloc(arena, (stock->make_count + 1) * sizeof *facets->facets);
    for (size_t i = 0; facets->facets && i < stock->make_count; i++) {
        const names_make_t *make = &stock->makes[i];
        if (make->count > 0)
            facets->facets[facets->facets_count++] =
                (proto_facet_t){make->name, make->count, make->price_min};
    }
    sort_facets(facets);
}

void catalog_models(const stock_t *stock, str_t make, arena_t *arena, proto_facets_t *facets)
{
    *facets = (proto_facets_t){.version = stock->version};
    lex_word_t *words;
    mention_t mentions[MENTION_MAX];
    size_t count = lex_split(make, arena, &words, 16);
    size_t found = mention_in_terms(stock->names, words, count, -1, true, mentions);
    if (found == 0 || mentions[0].match.make < 0)
        return;
    uint32_t number = (uint32_t)mentions[0].match.make;
    facets->make = stock->makes[number].name;
    facets->cars = stock->makes[number].count;
    facets->facets = arena_alloc(arena, (stock->model_count + 1) * sizeof *facets->facets);
    for (size_t i = 0; facets->facets && i < stock->model_count; i++) {
        const names_model_t *model = &stock->models[i];
        if (model->make == number && model->count > 0)
            facets->facets[facets->facets_count++] =
                (proto_facet_t){model->name, model->count, model->price_min};
    }
    sort_facets(facets);
}

/* ---- sentences ---- */

void catalog_resolve(const stock_t *stock, str_t text, arena_t *arena, proto_resolved_t *resolved)
{
    memset(resolved, 0, sizeof *resolved);
    lex_word_t *words;
    mention_t mentions[MENTION_MAX];
    size_t count = lex_split(text, arena, &words, RESOLVE_MAX_WORDS);
    size_t found = mention_in_sentence(stock->names, words, count, mentions);
    resolved->mentions = arena_alloc(arena, MENTION_MAX * sizeof *resolved->mentions);
    for (size_t i = 0; resolved->mentions && i < found; i++) {
        const names_match_t *match = &mentions[i].match;
        size_t at = words[mentions[i].first].at;
        size_t end = words[mentions[i].first + mentions[i].count - 1].end;
        proto_mention_t *out = &resolved->mentions[resolved->mentions_count++];
        out->said = utf8_front((str_t){text.data + at, end - at}, 64);
        out->at = (int64_t)at;
        out->corrected = match->how != NAMES_EXACT;
        out->make = match->make >= 0 ? stock->makes[match->make].name : str_from(match->world);
        if (match->model >= 0)
            out->model = stock->models[match->model].name;
        out->count = match->model >= 0  ? stock->models[match->model].count
                     : match->make >= 0 ? stock->makes[match->make].count
                                        : 0;
    }
}
