/*
 * How the rows come in, are put in order and patched. What is asked of them is in columns_find.c.
 */
#include "catalog/columns_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Whole groups of rows, so that a filter may look at the last one like at the others. */
static void *array(size_t count, size_t size)
{
    void *memory = calloc(sieve_words(count) * 64 + 1, size);
    if (!memory)
        abort();
    return memory;
}

columns_t *columns_new(size_t rows)
{
    columns_t *self = array(1, sizeof *self);
    self->room = rows;
    self->stock_id = array(rows, sizeof *self->stock_id);
    self->price = array(rows, sizeof *self->price);
    self->km = array(rows, sizeof *self->km);
    self->version = array(rows, sizeof *self->version);
    self->year = array(rows, sizeof *self->year);
    self->model = array(rows, sizeof *self->model);
    self->length = array(rows, sizeof *self->length);
    self->width = array(rows, sizeof *self->width);
    self->height = array(rows, sizeof *self->height);
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        self->trait[i] = array(rows, sizeof *self->trait[i]);
    self->bluetooth = array(rows, 1);
    self->car_play = array(rows, 1);
    self->sieve = sieve_new(rows);
    self->match = array(sieve_words(rows), sizeof *self->match);
    self->whole = array(sieve_words(rows), sizeof *self->whole);
    self->verdict = array(sieve_words(rows), sizeof *self->verdict);
    return self;
}

void columns_destroy(columns_t **self_p)
{
    columns_t *self = *self_p;
    if (!self)
        return;
    free(self->stock_id);
    free(self->price);
    free(self->km);
    free(self->version);
    free(self->year);
    free(self->model);
    free(self->length);
    free(self->width);
    free(self->height);
    for (size_t i = 0; i < TRAIT_COUNT; i++)
        free(self->trait[i]);
    free(self->bluetooth);
    free(self->car_play);
    for (size_t i = 0; i < ORDER_COUNT; i++)
        free(self->order[i]);
    sieve_destroy(&self->sieve);
    free(self->match);
    free(self->whole);
    free(self->verdict);
    free(self);
    *self_p = NULL;
}

size_t columns_count(const columns_t *self)
{
    return self->count;
}

void columns_add(columns_t *self, const columns_row_t *row)
{
    assert(self->count < self->room && !self->sealed);
    size_t i = self->count++;
    self->stock_id[i] = row->stock_id;
    self->price[i] = row->price;
    self->km[i] = row->km;
    self->version[i] = row->version;
    self->year[i] = row->year;
    self->model[i] = row->model;
    self->length[i] = row->length;
    self->width[i] = row->width;
    self->height[i] = row->height;
    for (size_t t = 0; t < TRAIT_COUNT; t++)
        self->trait[t][i] = row->trait[t];
    self->bluetooth[i] = row->bluetooth ? 1 : 2;
    self->car_play[i] = row->car_play ? 1 : 2;
}

/* ---- order ---- */

/* Sorts rows by their keys, smallest first; rows with the same key keep their order (radix sort,
 * 16 bits a pass). */
static void sort_rows(uint32_t *rows, const uint64_t *keys, size_t count)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= keys[i];
    uint32_t *spare = array(count, sizeof *spare);
    size_t *starts = array(65536, sizeof *starts);
    for (unsigned shift = 0; shift < 64 && all >> shift; shift += 16) {
        memset(starts, 0, 65537 * sizeof *starts);
        for (size_t i = 0; i < count; i++)
            starts[(keys[rows[i]] >> shift & 0xffff) + 1]++;
        for (size_t i = 0; i < 65536; i++)
            starts[i + 1] += starts[i];
        for (size_t i = 0; i < count; i++)
            spare[starts[keys[rows[i]] >> shift & 0xffff]++] = rows[i];
        memcpy(rows, spare, count * sizeof *rows);
    }
    free(spare);
    free(starts);
}

static void permute(void *column, size_t size, const uint32_t *rows, size_t count, void *spare)
{
    for (size_t i = 0; i < count; i++)
        memcpy((char *)spare + i * size, (char *)column + rows[i] * size, size);
    memcpy(column, spare, count * size);
}

/* Puts the rows themselves by price and stock id. */
static void order_rows(columns_t *self, uint32_t *rows, uint64_t *keys)
{
    size_t n = self->count;
    for (size_t i = 0; i < n; i++) {
        rows[i] = (uint32_t)i;
        keys[i] = (uint64_t)self->stock_id[i];
    }
    sort_rows(rows, keys, n);
    for (size_t i = 0; i < n; i++)
        keys[i] = (uint64_t)self->price[i];
    sort_rows(rows, keys, n);
    permute(self->stock_id, sizeof *self->stock_id, rows, n, keys);
    permute(self->price, sizeof *self->price, rows, n, keys);
    permute(self->km, sizeof *self->km, rows, n, keys);
    permute(self->version, sizeof *self->version, rows, n, keys);
    permute(self->year, sizeof *self->year, rows, n, keys);
    permute(self->model, sizeof *self->model, rows, n, keys);
    permute(self->length, sizeof *self->length, rows, n, keys);
    permute(self->width, sizeof *self->width, rows, n, keys);
    permute(self->height, sizeof *self->height, rows, n, keys);
    for (size_t t = 0; t < TRAIT_COUNT; t++)
        permute(self->trait[t], sizeof *self->trait[t], rows, n, keys);
    permute(self->bluetooth, 1, rows, n, keys);
    permute(self->car_play, 1, rows, n, keys);
}

uint64_t columns_key(const columns_t *self, columns_order_t order, size_t row)
{
    switch (order) {
    case ORDER_PRICE_DOWN:
        return (uint64_t)(INT64_MAX - self->price[row]);
    case ORDER_KM:
        return self->km[row];
    case ORDER_KM_DOWN:
        return UINT32_MAX - self->km[row];
    case ORDER_YEAR:
        return self->year[row];
    case ORDER_YEAR_DOWN:
        return UINT16_MAX - (uint64_t)self->year[row];
    default:
        return row;
    }
}

static void count_values(columns_t *self)
{
    for (size_t t = 0; t < TRAIT_VERSION; t++) {
        const uint16_t *column = t == TRAIT_MODEL ? self->model : self->trait[t];
        uint16_t most = 0;
        for (size_t i = 0; i < self->count; i++)
            most = column[i] > most ? column[i] : most;
        self->values[t] = (size_t)most + 1;
    }
    uint32_t most = 0;
    for (size_t i = 0; i < self->count; i++)
        most = self->version[i] > most ? self->version[i] : most;
    self->values[TRAIT_VERSION] = (size_t)most + 1;
}

void columns_seal(columns_t *self)
{
    size_t n = self->count;
    uint32_t *by_stock = array(n, sizeof *by_stock);
    uint64_t *keys = array(n, sizeof *keys);
    order_rows(self, by_stock, keys);
    for (size_t i = 0; i < n; i++) {
        by_stock[i] = (uint32_t)i;
        keys[i] = (uint64_t)self->stock_id[i];
    }
    sort_rows(by_stock, keys, n);
    for (columns_order_t order = ORDER_PRICE_DOWN; order < ORDER_COUNT; order++) {
        self->order[order] = array(n, sizeof **self->order);
        memcpy(self->order[order], by_stock, n * sizeof *by_stock);
        for (size_t i = 0; i < n; i++)
            keys[i] = columns_key(self, order, i);
        sort_rows(self->order[order], keys, n);
    }
    free(by_stock);
    free(keys);
    count_values(self);
    self->sealed = true;
}

/* ---- patching: what stays is copied in runs, what is new is sorted and merged in ---- */

/* So many rows from one of the two, next to each other there and here. */
typedef struct run {
    bool added;
    uint32_t from, to, count;
} run_t;

typedef struct patch {
    const columns_t *old, *added;
    columns_t *made;
    run_t *runs;
    size_t run_count;
    uint32_t *old_to, *added_to; /* where a row is now; GONE: nowhere */
} patch_t;

#define GONE UINT32_MAX

static bool is_gone(const int64_t *gone, size_t count, int64_t stock_id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (gone[middle] < stock_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && gone[low] == stock_id;
}

static void take_row(patch_t *self, bool added, size_t row)
{
    run_t *last = self->run_count ? &self->runs[self->run_count - 1] : NULL;
    uint32_t to = (uint32_t)self->made->count++;
    (added ? self->added_to : self->old_to)[row] = to;
    if (last && last->added == added && last->from + last->count == row)
        last->count++;
    else
        self->runs[self->run_count++] = (run_t){added, (uint32_t)row, to, 1};
}

static bool row_before(const columns_t *a, size_t i, const columns_t *b, size_t j)
{
    return a->price[i] != b->price[j] ? a->price[i] < b->price[j] : a->stock_id[i] < b->stock_id[j];
}

static void merge_rows(patch_t *self, const int64_t *gone, size_t gone_count)
{
    const columns_t *old = self->old, *added = self->added;
    size_t j = 0;
    for (size_t i = 0; i < old->count; i++) {
        if (is_gone(gone, gone_count, old->stock_id[i])) {
            self->old_to[i] = GONE;
            continue;
        }
        for (; j < added->count && row_before(added, j, old, i); j++)
            take_row(self, true, j);
        take_row(self, false, i);
    }
    for (; j < added->count; j++)
        take_row(self, true, j);
}

static void copy_runs(const patch_t *self, void *made, const void *old, const void *added,
                      size_t size)
{
    for (size_t i = 0; i < self->run_count; i++) {
        const run_t *run = &self->runs[i];
        const char *from = run->added ? added : old;
        memcpy((char *)made + run->to * size, from + run->from * size, run->count * size);
    }
}

static void merge_order(const patch_t *self, columns_order_t order)
{
    columns_t *made = self->made;
    const uint32_t *added = self->added->order[order];
    uint32_t *out = made->order[order] = array(made->count, sizeof *out);
    size_t j = 0;
    for (size_t i = 0; i < self->old->count; i++) {
        uint32_t row = self->old_to[self->old->order[order][i]];
        if (row == GONE)
            continue;
        for (; j < self->added->count; j++) {
            uint32_t other = self->added_to[added[j]];
            uint64_t x = columns_key(made, order, other), y = columns_key(made, order, row);
            if (x > y || (x == y && made->stock_id[other] > made->stock_id[row]))
                break;
            *out++ = other;
        }
        *out++ = row;
    }
    for (; j < self->added->count; j++)
        *out++ = self->added_to[added[j]];
}

static void copy_columns(const patch_t *self)
{
    columns_t *made = self->made;
    const columns_t *old = self->old, *added = self->added;
#define COPY(column) copy_runs(self, made->column, old->column, added->column, sizeof *made->column)
    COPY(stock_id);
    COPY(price);
    COPY(km);
    COPY(version);
    COPY(year);
    COPY(model);
    COPY(length);
    COPY(width);
    COPY(height);
    for (size_t t = 0; t < TRAIT_COUNT; t++)
        COPY(trait[t]);
    COPY(bluetooth);
    COPY(car_play);
#undef COPY
}

columns_t *columns_patch(const columns_t *self, const int64_t *gone, size_t gone_count,
                         const columns_row_t *rows, size_t row_count)
{
    assert(self->sealed);
    columns_t *added = columns_new(row_count);
    for (size_t i = 0; i < row_count; i++)
        columns_add(added, &rows[i]);
    columns_seal(added);
    patch_t patch = {.old = self, .added = added, .made = columns_new(self->count + row_count)};
    patch.runs = array(2 * (gone_count + row_count) + 1, sizeof *patch.runs);
    patch.old_to = array(self->count, sizeof *patch.old_to);
    patch.added_to = array(row_count, sizeof *patch.added_to);
    merge_rows(&patch, gone, gone_count);
    copy_columns(&patch);
    for (columns_order_t order = ORDER_PRICE_DOWN; order < ORDER_COUNT; order++)
        merge_order(&patch, order);
    count_values(patch.made);
    patch.made->sealed = true;
    free(patch.runs);
    free(patch.old_to);
    free(patch.added_to);
    columns_destroy(&added);
    return patch.made;
}

/* ---- counting ---- */

void columns_tally(const columns_t *self, columns_tally_t *tallies, size_t model_count)
{
    for (size_t i = 0; i < model_count; i++)
        tallies[i] = (columns_tally_t){0, INT64_MAX};
    for (size_t i = 0; i < self->count; i++) {
        columns_tally_t *tally = &tallies[self->model[i]];
        tally->cars++;
        if (self->price[i] < tally->price_min)
            tally->price_min = self->price[i];
    }
}

size_t columns_with(const columns_t *self, trait_t trait)
{
    size_t with = 0;
    for (size_t i = 0; i < self->count; i++)
        with += self->trait[trait][i] != 0;
    return with;
}
