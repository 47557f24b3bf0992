/*
 * How long a page takes over a large catalog, counting the total included.
 *
 *   make build/release/tests/bench_catalog && build/release/tests/bench_catalog [cars]
 *
 * makes up 1,000,000 cars (or as many as told), imports them into a folder under /tmp, opens the
 * file and asks each kind of query with varying values. Prints median and 99th percentile in ms,
 * and fails when the median over all kinds is 5 ms or more. About 15 s and 400 MB of disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "catalog/generate.h"
#include "catalog/import.h"
#include "catalog/page.h"
#include "catalog/schema.h"
#include "common/clock.h"

#define ROUNDS 200
#define LIMIT_US 5000

typedef struct kind {
    const char *name;
    proto_query_t query;
    int64_t varies; /* added to price_max and year_min in turn, so that no two queries are alike */
} kind_t;

#define S(text)                \
    {                          \
        text, sizeof(text) - 1 \
    }
static const kind_t kinds[] = {
    {"no filter", {.page = 1}, 0},
    {"no filter, by -km, page 40", {.sort = S("-km"), .page = 40}, 0},
    {"make", {.make = S("Nissan")}, 0},
    {"make misspelt, price", {.make = S("nisan"), .price_max = 20000000}, 100000},
    {"make, model, by year", {.make = S("Volkswagen"), .model = S("Jetta"), .sort = S("-year")}, 0},
    {"price", {.price_max = 20000000}, 100000},
    {"price, year, km", {.price_max = 25000000, .year_min = 2018, .km_max = 60000}, 100000},
    {"price, year, km, by km",
     {.price_max = 25000000, .year_min = 2018, .km_max = 60000, .sort = S("km")},
     100000},
    {"car_play, length, body",
     {.car_play = 1, .length_max = 4500, .body = S("suv"), .price_max = 40000000},
     100000},
    {"model in free text", {.q = S("crv 2019")}, 0},
    {"words in free text", {.q = S("rojo automatico"), .price_max = 30000000}, 100000},
    {"version in free text", {.q = S("jetta gli")}, 0},
    {"all filters, by -price",
     {.make = S("honda"),
      .year_min = 2015,
      .price_min = 10000000,
      .price_max = 60000000,
      .km_max = 90000,
      .bluetooth = 1,
      .colour = S("blanco"),
      .city = S("puebla"),
      .sort = S("-price")},
     100000},
    {"nothing matches", {.make = S("Nissan"), .price_max = 100000}, 0},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void on_report(void *arg, bool note, const char *text)
{
    (void)arg;
    (void)note;
    fprintf(stderr, "%s\n", text);
}

static bool build(const char *dir, const char *csv, uint64_t cars)
{
    import_result_t result;
    FILE *file = fopen(csv, "w");
    int64_t begin = clock_ms();
    bool good = file && generate_csv(file, cars, 1);
    if (file)
        fclose(file);
    printf("made up %llu cars in %lld ms\n", (unsigned long long)cars,
           (long long)(clock_ms() - begin));
    begin = clock_ms();
    good = good && import_file(csv, dir, on_report, NULL, &result);
    printf("imported in %lld ms\n", (long long)(clock_ms() - begin));
    return good;
}

/* The times of one kind, sorted. */
static bool ask(stock_t *stock, const kind_t *kind, arena_t *arena, int64_t us[ROUNDS],
                int64_t *total)
{
    for (int i = 0; i < ROUNDS; i++) {
        proto_paged_t paged;
        char why[160];
        proto_query_t query = kind->query;
        if (query.price_max)
            query.price_max += kind->varies * i;
        arena_reset(arena);
        int64_t begin = clock_us();
        if (!catalog_page(stock, &query, arena, &paged, why)) {
            fprintf(stderr, "%s: %s\n", kind->name, why);
            return false;
        }
        us[i] = clock_us() - begin;
        *total = paged.list->total;
    }
    qsort(us, ROUNDS, sizeof *us, by_number);
    return true;
}

static bool measure(const char *path)
{
    static int64_t us[ROUNDS], all[ROUNDS * KINDS];
    char why[256];
    int64_t begin = clock_ms();
    stock_t *stock = stock_open(path, why, sizeof why);
    if (!stock) {
        fprintf(stderr, "%s\n", why);
        return false;
    }
    printf("opened in %lld ms\n\n%-28s %10s %9s %9s\n", (long long)(clock_ms() - begin), "query",
           "cars", "median ms", "p99 ms");
    arena_t *arena = arena_new((size_t)256 << 20);
    bool good = true;
    for (size_t k = 0; good && k < KINDS; k++) {
        int64_t total = 0;
        good = ask(stock, &kinds[k], arena, us, &total);
        memcpy(&all[k * ROUNDS], us, sizeof us);
        printf("%-28s %10lld %9.3f %9.3f\n", kinds[k].name, (long long)total,
               (double)us[ROUNDS / 2] / 1000, (double)us[ROUNDS * 99 / 100] / 1000);
    }
    qsort(all, ROUNDS * KINDS, sizeof *all, by_number);
    printf("%-28s %10s %9.3f %9.3f\n", "all", "", (double)all[ROUNDS * KINDS / 2] / 1000,
           (double)all[ROUNDS * KINDS * 99 / 100] / 1000);
    good = good && all[ROUNDS * KINDS / 2] < LIMIT_US;
    arena_destroy(&arena);
    stock_close(&stock);
    return good;
}

int main(int argc, char **argv)
{
    char dir[] = "/tmp/bench_catalogXXXXXX", csv[64], path[64];
    if (!mkdtemp(dir))
        return EXIT_FAILURE;
    snprintf(csv, sizeof csv, "%s/cars.csv", dir);
    snprintf(path, sizeof path, "%s/%s", dir, SCHEMA_FILE);
    bool good = build(dir, csv, argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000) && measure(path);
    unlink(csv);
    unlink(path);
    rmdir(dir);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
