/*
 * What it takes to check an answer: collecting what may be said of a conversation, and holding a
 * text against it. bench_ground [seconds]
 */
#include <time.h>

#include "tests/unit/offline_shop.h"

#define ROUNDS 64

/* The machine may have other things to do. */
static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static double run(const ground_sources_t *sources, str_t text, bool collect, double seconds)
{
    arena_t *arena = arena_new(16 << 20);
    const ground_facts_t *facts = ground_facts_new(arena, sources);
    ground_finding_t found[8];
    size_t count = 0, findings = 0;
    int64_t from = cpu_us(), until = from + (int64_t)(seconds * 1e6);
    while (cpu_us() < until)
        for (size_t i = 0; i < ROUNDS; i++, count++) {
            if (collect) {
                arena_reset(arena);
                facts = ground_facts_new(arena, sources);
            } else {
                findings += ground_check(facts, text, found, 8);
            }
        }
    double us = (double)(cpu_us() - from) / (double)count;
    assert(findings == 0);
    arena_destroy(&arena);
    return us;
}

static void measure(const char *name, const shop_t *shop, double seconds)
{
    financing_terms_t terms = {1000, 0, 36, 72};
    proto_facet_t makes[40];
    char names[40][16];
    for (size_t i = 0; i < 40; i++) {
        snprintf(names[i], sizeof names[i], "Make%c%zu", (char)('a' + i % 26), i);
        makes[i] = (proto_facet_t){str_from(names[i]), (int64_t)i, 0};
    }
    ground_sources_t sources = {.context = &shop->memory,
                                .makes = makes,
                                .make_count = 40,
                                .cars = SHOP_COUNT,
                                .terms = &terms,
                                .shop_name = shop->about.name};
    printf("%-22s %4zu bytes: collect %6.1f us, check %6.1f us\n", name, shop->reply.size,
           run(&sources, shop->reply, true, seconds), run(&sources, shop->reply, false, seconds));
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 0.5;
    shop_t shop;
    shop_open(&shop);
    shop_says(&shop, "busco un nissan");
    measure("a list", &shop, seconds);
    shop_says(&shop, "el segundo a 48 meses con 20% de enganche");
    measure("a quote", &shop, seconds);
    shop_says(&shop, "¿dan garantía?");
    measure("a page of the shop", &shop, seconds);
    for (size_t i = 0; i < 12; i++) {
        shop_says(&shop, i % 2 ? "más" : "busco un audi o un mazda");
        shop_says(&shop, "el primero a 36, 48 y 60 meses");
    }
    measure("after 27 turns", &shop, seconds);
    shop_close(&shop);
    return 0;
}
