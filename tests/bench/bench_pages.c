/*
 * Pages a second of a running catalog service (CATALOG_ENDPOINT), asked over ZeroMQ as agents do.
 *
 *   bench_pages [filter|new|typo|text|same] [requests in flight, default 32] [seconds, default 3]
 *
 * No two requests are alike, so that none is answered from the pages that the service keeps; with
 * same they all are. filter: makes, first years and round distances as people say them, in turn,
 * and any price. new: a distance that nobody said before each time. Prints one line of JSON; an
 * answer that is no page, or a page without a car, is an error.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/rpc_loop.h"

#define TIMEOUT_MS 10000
#define MAX_PAGES 4000000

static struct {
    uv_loop_t loop;
    rpc_client_t *client;
    const char *kind;
    int64_t end; /* clock_us */
    size_t running, done, errors, asked;
    int64_t first;  /* highest price of the first request, cents */
    uint32_t *took; /* µs */
} bench;

static void ask(int64_t *began);

static void on_page(void *arg, const rpc_answer_t *answer)
{
    int64_t *began = arg, now = clock_us();
    const proto_paged_t *paged = answer->msg;
    if (answer->type != PROTO_PAGED || paged->cars_count == 0)
        bench.errors++;
    else if (bench.done < MAX_PAGES)
        bench.took[bench.done++] = (uint32_t)(now - *began);
    if (now < bench.end)
        ask(began);
    else if (--bench.running == 0)
        uv_stop(&bench.loop);
}

static void ask(int64_t *began)
{
    int64_t nth = strcmp(bench.kind, "same") == 0 ? 0 : (int64_t)bench.asked++;
    proto_query_t query = {.page = 1, .price_max = bench.first + nth};
    if (strcmp(bench.kind, "typo") == 0) {
        query.make = STR_LIT("nisan");
    } else if (strcmp(bench.kind, "text") == 0) {
        query.q = STR_LIT("rojo automatico");
    } else {
        static const str_t makes[] = {STR_LIT("Nissan"),    STR_LIT("Volkswagen"),
                                      STR_LIT("Chevrolet"), STR_LIT("Toyota"),
                                      STR_LIT("Honda"),     STR_LIT("Mazda")};
        query.make = makes[nth % 6];
        query.year_min = 2010 + nth / 6 % 8;
        query.km_max =
            strcmp(bench.kind, "new") == 0 ? 90000 + nth : 90000 + 10000 * (nth / 48 % 12);
    }
    proto_page_t msg = {.query = &query, .query_count = 1};
    proto_trace_t trace = {{0}};
    *began = clock_us();
    rpc_client_call(bench.client, PROTO_PAGE, &msg, &trace, TIMEOUT_MS, on_page, began);
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    bench.kind = argc > 1 ? argv[1] : "filter";
    size_t in_flight = argc > 2 ? (size_t)atoi(argv[2]) : 32;
    int64_t seconds = argc > 3 ? atoi(argv[3]) : 3;
    config_load(NULL);
    bench.first = 25000000 + clock_ms() % 10000000; /* not that of the run before */
    log_start("bench", "warn", "logfmt");
    bench.took = calloc(MAX_PAGES, sizeof *bench.took);
    int64_t *began = calloc(in_flight ? in_flight : 1, sizeof *began);
    if (!bench.took || !began || !in_flight || seconds < 1)
        log_fatal("wrong arguments");
    uv_loop_init(&bench.loop);
    bench.client = rpc_client_new(rpc_loop_context(), "catalog", "bench", config.CATALOG_ENDPOINT,
                                  config.HEARTBEAT_MS, 2 * in_flight);
    rpc_loop_t *attached = rpc_loop_attach(&bench.loop, bench.client);
    int64_t begin = clock_us();
    bench.end = begin + seconds * 1000000;
    bench.running = in_flight;
    for (size_t i = 0; i < in_flight; i++)
        ask(&began[i]);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    double took = (double)(clock_us() - begin) / 1e6;
    qsort(bench.took, bench.done, sizeof *bench.took, by_value);
    size_t last = bench.done ? bench.done - 1 : 0;
    printf("{\"answers\":%zu,\"errors\":%zu,\"rate\":%.1f,\"p50_us\":%u,\"p99_us\":%u}\n",
           bench.done, bench.errors, (double)bench.done / took, bench.took[bench.done / 2],
           bench.took[last * 99 / 100]);
    rpc_loop_detach(&attached);
    rpc_client_destroy(&bench.client);
    rpc_loop_end(&bench.loop);
    free(bench.took);
    free(began);
    return 0;
}
