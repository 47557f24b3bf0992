/* Rows found through bits that are kept, against every row asked on its own. */
#include "catalog/columns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS 1347 /* no multiple of 64 */
#define VALUES 9
#define VERSIONS 300
#define TABLES 40
#define TAKE 20

static uint64_t state = 7;

static uint64_t draw(uint64_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % below;
}

/* Little numbers, so that there are many ties. */
static columns_row_t make_row(int64_t stock_id)
{
    columns_row_t row = {.stock_id = stock_id,
                         .price = (int64_t)draw(200),
                         .km = (uint32_t)draw(100),
                         .version = (uint32_t)draw(VERSIONS),
                         .year = (uint16_t)(2000 + draw(25)),
                         .model = (uint16_t)draw(VALUES),
                         .length = (uint16_t)draw(50),
                         .width = (uint16_t)draw(50),
                         .height = (uint16_t)draw(50),
                         .bluetooth = draw(2),
                         .car_play = draw(3) == 0};
    for (size_t t = 0; t < TRAIT_COUNT; t++)
        row.trait[t] = (uint16_t)draw(VALUES);
    return row;
}

static uint8_t tables[TABLES][VERSIONS]; /* of filters: few, so that the same come again */

static const uint8_t *draw_table(void)
{
    return draw(3) == 0 ? tables[draw(TABLES)] : NULL;
}

static columns_range_t draw_range(int64_t from, int64_t span)
{
    int64_t a = from + (int64_t)draw((uint64_t)span), b = from + (int64_t)draw((uint64_t)span);
    if (draw(3))
        return COLUMNS_ANY;
    if (draw(8) == 0)
        return (columns_range_t){a, (int64_t)1 << 40}; /* more than the column holds */
    return (columns_range_t){a < b ? a : b, a < b ? b : a};
}

static columns_filter_t draw_filter(void)
{
    columns_filter_t filter = {.price = draw_range(0, 200),
                               .km = draw_range(0, 100),
                               .year = draw_range(2000, 25),
                               .length = draw_range(0, 50),
                               .width = draw(2) ? draw_range(0, 50) : COLUMNS_ANY,
                               .height = COLUMNS_ANY,
                               .bluetooth = draw(3) ? 0 : (int)draw(3),
                               .car_play = draw(3) ? 0 : (int)draw(3),
                               .models = draw_table(),
                               .order = (columns_order_t)draw(ORDER_COUNT),
                               .skip = draw(2) ? 0 : draw(60),
                               .take = 1 + draw(TAKE)};
    filter.traits[draw(TRAIT_COUNT)] = draw_table();
    filter.word_count = draw(3) ? 0 : 1 + draw(2);
    for (size_t i = 0; i < filter.word_count; i++)
        for (size_t t = 0; t < TRAIT_ALL; t++)
            filter.words[i].tables[t] = draw(2) ? tables[draw(TABLES)] : NULL;
    return filter;
}

/* ---- the plain way ---- */

static bool within(columns_range_t range, int64_t number)
{
    return number >= range.min && number <= range.max;
}

static uint8_t word_of(const columns_word_t *word, const columns_row_t *row)
{
    uint8_t has = 0;
    for (size_t t = 0; t < TRAIT_ALL; t++) {
        size_t value = t == TRAIT_VERSION ? row->version
                       : t == TRAIT_MODEL ? row->model
                                          : row->trait[t];
        if (word->tables[t])
            has |= word->tables[t][value];
    }
    return has;
}

/* 0: does not pass; else how well. */
static uint8_t verdict(const columns_filter_t *f, const columns_row_t *row)
{
    bool passes = within(f->price, row->price) && within(f->km, row->km) &&
                  within(f->year, row->year) && within(f->length, row->length) &&
                  within(f->width, row->width) && within(f->height, row->height) &&
                  (!f->bluetooth || (f->bluetooth == 1) == row->bluetooth) &&
                  (!f->car_play || (f->car_play == 1) == row->car_play) &&
                  (!f->models || f->models[row->model]);
    for (size_t t = 0; t < TRAIT_COUNT; t++)
        passes = passes && (!f->traits[t] || f->traits[t][row->trait[t]]);
    uint8_t well = passes ? COLUMNS_WHOLE : 0;
    for (size_t i = 0; i < f->word_count; i++)
        well &= word_of(&f->words[i], row);
    return well;
}

typedef struct plain {
    int64_t key[2], stock_id;
} plain_t;

static int by_order(const void *a, const void *b)
{
    const plain_t *x = a, *y = b;
    for (size_t i = 0; i < 2; i++)
        if (x->key[i] != y->key[i])
            return x->key[i] < y->key[i] ? -1 : 1;
    return x->stock_id < y->stock_id ? -1 : x->stock_id > y->stock_id;
}

static int64_t order_of(columns_order_t order, const columns_row_t *row)
{
    switch (order) {
    case ORDER_PRICE_DOWN:
        return -row->price;
    case ORDER_KM:
        return row->km;
    case ORDER_KM_DOWN:
        return -(int64_t)row->km;
    case ORDER_YEAR:
        return row->year;
    case ORDER_YEAR_DOWN:
        return -(int64_t)row->year;
    default:
        return row->price;
    }
}

static size_t find_plainly(const columns_row_t *rows, size_t count, const columns_filter_t *f,
                           plain_t *out)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t well = verdict(f, &rows[i]);
        bool relevant = f->order == ORDER_RELEVANCE && well != COLUMNS_WHOLE;
        if (well)
            out[total++] = (plain_t){{relevant, order_of(f->order, &rows[i])}, rows[i].stock_id};
    }
    qsort(out, total, sizeof *out, by_order);
    return total;
}

/* ---- both ---- */

static void compare(columns_t *columns, const columns_row_t *rows, size_t count)
{
    static plain_t plain[2 * ROWS];
    int64_t stock_ids[TAKE];
    columns_filter_t filter = draw_filter();
    size_t found = 99, total = columns_find(columns, &filter, stock_ids, &found);
    size_t wanted = find_plainly(rows, count, &filter, plain);
    assert_int_equal(total, wanted);
    size_t left = wanted > filter.skip ? wanted - filter.skip : 0;
    assert_int_equal(found, left < filter.take ? left : filter.take);
    for (size_t i = 0; i < found; i++)
        assert_int_equal(stock_ids[i], plain[filter.skip + i].stock_id);
}

static void make_tables(void)
{
    for (size_t i = 0; i < TABLES; i++)
        for (size_t v = 0; v < VERSIONS; v++)
            tables[i][v] = draw(3) ? 0 : draw(2) ? COLUMNS_WHOLE : COLUMNS_FRONT;
}

static columns_t *make_columns(columns_row_t *rows, size_t count)
{
    columns_t *columns = columns_new(count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = make_row((int64_t)(10 * i + draw(10)));
        columns_add(columns, &rows[i]);
    }
    columns_seal(columns);
    return columns;
}

/* Some 20,000 filters of 10,000 queries: far more than are kept, and many come again. */
static void any_query_finds_what_asking_every_row_finds(void **unused)
{
    (void)unused;
    static columns_row_t rows[ROWS];
    make_tables();
    columns_t *columns = make_columns(rows, ROWS);
    for (size_t i = 0; i < 10000; i++)
        compare(columns, rows, ROWS);
    columns_destroy(&columns);
}

static void so_it_is_with_few_rows(void **unused)
{
    (void)unused;
    static const size_t counts[] = {0, 1, 63, 64, 65, 128};
    columns_row_t rows[128];
    make_tables();
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        columns_t *columns = make_columns(rows, counts[c]);
        for (size_t i = 0; i < 500; i++)
            compare(columns, rows, counts[c]);
        columns_destroy(&columns);
    }
}

/* What was kept of the rows before says nothing about those after. */
static void so_it_is_after_a_patch(void **unused)
{
    (void)unused;
    static columns_row_t rows[ROWS];
    make_tables();
    columns_t *columns = make_columns(rows, ROWS);
    for (size_t round = 0; round < 20; round++) {
        for (size_t i = 0; i < 100; i++)
            compare(columns, rows, ROWS);
        size_t changed = draw(ROWS);
        int64_t gone[] = {rows[changed].stock_id};
        rows[changed] = make_row(rows[changed].stock_id);
        columns_t *patched = columns_patch(columns, gone, 1, &rows[changed], 1);
        columns_destroy(&columns);
        columns = patched;
    }
    columns_destroy(&columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_query_finds_what_asking_every_row_finds),
        cmocka_unit_test(so_it_is_with_few_rows),
        cmocka_unit_test(so_it_is_after_a_patch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
