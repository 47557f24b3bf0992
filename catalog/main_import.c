/*
 * catalog-import FILE.csv makes FILE the catalog and tells the running services; with
 * CATALOG_SOURCE it makes the table there what FILE says, which the services follow by themselves;
 * catalog-import --generate N [--seed S] prints a made-up catalog of N cars as CSV.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <zmq.h>

#include "catalog/generate.h"
#include "catalog/import.h"
#include "catalog/source.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/money.h"
#include "common/rpc_client.h"

#define MAX_SHOWN 20    /* bad lines that are printed */
#define MAX_NOTES 20    /* ignored columns that are printed */
#define FIND_MS 1000    /* how long a service that runs may take to answer a PING */
#define RELOAD_MS 60000 /* how long it may take to open the new catalog */
#define EXIT_USAGE 2

static void usage(FILE *out)
{
    fputs("usage: catalog-import FILE.csv\n"
          "       catalog-import --generate N [--seed S] > FILE.csv\n",
          out);
}

/* ---- telling the services ---- */

typedef struct reload {
    bool done;
    bool good;
    int64_t version, cars;
    char detail[256];
} reload_t;

static void on_reloaded(void *arg, const rpc_answer_t *answer)
{
    reload_t *reload = arg;
    reload->done = true;
    reload->good = answer->type == PROTO_RELOADED;
    if (reload->good) {
        const proto_reloaded_t *reloaded = answer->msg;
        reload->version = reloaded->version;
        reload->cars = reloaded->cars;
    } else {
        const proto_error_t *error = answer->msg;
        snprintf(reload->detail, sizeof reload->detail, "%s: %.*s", answer->error,
                 STR_ARG(error->detail));
    }
}

static void run_client(rpc_client_t *client, const bool *done, int64_t until)
{
    while (clock_ms() < until && !(done ? *done : rpc_client_up(client))) {
        struct pollfd readable = {.fd = rpc_client_fd(client), .events = POLLIN};
        poll(&readable, 1, 10);
        rpc_client_run(client);
    }
}

/* An ipc endpoint without its socket has no service; others show it by silence. */
static bool may_run(const char *endpoint)
{
    struct stat status;
    return strncmp(endpoint, "ipc://", 6) != 0 || stat(endpoint + 6, &status) == 0;
}

/* 1 when the service there serves the new catalog, 0 when there is none, -1 when it refused. */
static int tell(const char *endpoint, int64_t version)
{
    if (!may_run(endpoint))
        return 0;
    reload_t reload = {0};
    void *context = zmq_ctx_new();
    rpc_client_t *client = rpc_client_new(context, "catalog", "catalog-import", endpoint, 100, 4);
    run_client(client, NULL, clock_ms() + FIND_MS);
    bool up = rpc_client_up(client);
    if (up) {
        proto_reload_t msg = {.version = version};
        proto_trace_t trace = proto_trace_new();
        rpc_client_call(client, PROTO_RELOAD, &msg, &trace, RELOAD_MS, on_reloaded, &reload);
        run_client(client, &reload.done, clock_ms() + RELOAD_MS + 1000);
    }
    rpc_client_destroy(&client);
    zmq_ctx_term(context);
    if (!up)
        return 0;
    char cars[MONEY_TEXT_SIZE];
    if (reload.good)
        printf("the service at %s now serves %s cars (catalog %lld)\n", endpoint,
               number_print(reload.cars, cars), (long long)reload.version);
    else
        printf("the service at %s did not take it: %s\n", endpoint, reload.detail);
    return reload.good && reload.version >= version ? 1 : -1;
}

static bool tell_all(const char *endpoints, int64_t version)
{
    char list[2048];
    int told = 0;
    bool good = true;
    snprintf(list, sizeof list, "%s", endpoints);
    for (char *rest = list, *endpoint; (endpoint = strsep(&rest, ",")) != NULL;) {
        endpoint += strspn(endpoint, " ");
        int served = tell(endpoint, version);
        told += served != 0;
        good = good && served >= 0;
    }
    if (told == 0)
        puts("no catalog service is running; the next one that starts serves it");
    return good;
}

/* ---- importing ---- */

typedef struct shown {
    int64_t problems, notes;
} shown_t;

static void on_report(void *arg, bool note, const char *text)
{
    shown_t *shown = arg;
    if (note ? shown->notes++ < MAX_NOTES : shown->problems++ < MAX_SHOWN)
        fprintf(note ? stdout : stderr, "%s\n", text);
}

static int say_published(const import_result_t *result)
{
    char all[MONEY_TEXT_SIZE], added[MONEY_TEXT_SIZE], changed[MONEY_TEXT_SIZE],
        removed[MONEY_TEXT_SIZE];
    printf("CATALOG_SOURCE has %s cars of %lld makes and %lld models now: %s added, %s changed, "
           "%s removed\n",
           number_print(result->cars, all), (long long)result->makes, (long long)result->models,
           number_print(result->added, added), number_print(result->changed, changed),
           number_print(result->removed, removed));
    return EXIT_SUCCESS;
}

static int import(const char *file)
{
    config_load(NULL);
    log_start("catalog-import", config.LOG_LEVEL, config.LOG_FORMAT);
    const char *source = config.CATALOG_SOURCE;
    char why[256];
    if (source[0] && !source_check_url(source, why, sizeof why))
        log_fatal("CATALOG_SOURCE: %s", why);
    shown_t shown = {0};
    import_result_t result;
    bool good = source[0]
                    ? import_publish(file, config.CATALOG_DIR, source, on_report, &shown, &result)
                    : import_file(file, config.CATALOG_DIR, on_report, &shown, &result);
    if (!good) {
        if (shown.problems > MAX_SHOWN)
            fprintf(stderr, "… and %lld more\n", (long long)(shown.problems - MAX_SHOWN));
        if (result.why[0])
            fprintf(stderr, "catalog-import: %s\n", result.why);
        fputs("nothing was imported; what was served before stays\n", stderr);
        return EXIT_FAILURE;
    }
    if (source[0])
        return say_published(&result);
    char cars[MONEY_TEXT_SIZE];
    printf("imported %s cars of %lld makes and %lld models as catalog %lld\n",
           number_print(result.cars, cars), (long long)result.makes, (long long)result.models,
           (long long)result.version);
    return tell_all(config.CATALOG_ENDPOINT, result.version) ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool read_count(const char *text, uint64_t *count)
{
    char *end;
    errno = 0;
    *count = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

static int generate(int argc, char **argv)
{
    uint64_t count, seed = 1;
    if (argc < 3 || !read_count(argv[2], &count) ||
        (argc > 3 &&
         (argc != 5 || strcmp(argv[3], "--seed") != 0 || !read_count(argv[4], &seed)))) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (generate_csv(stdout, count, seed))
        return EXIT_SUCCESS;
    perror("catalog-import");
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--generate") == 0)
        return generate(argc, argv);
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        usage(stdout);
        return EXIT_SUCCESS;
    }
    if (argc != 2 || argv[1][0] == '-') {
        usage(stderr);
        return EXIT_USAGE;
    }
    return import(argv[1]);
}
