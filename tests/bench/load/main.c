/*
 * The customers of a benchmark: so many connections for so long, each answer checked.
 *
 *   http-load --port P --kind bot|webhook|get [--path /seller/bot/] [--clients 32] [--people 1000]
 *             [--prefix p] [--ramp-ms 0] [--warm-ms 0] [--run-ms 5000] [--end-ms 60000]
 *             [--expect TEXT] [--token T --public-url U]
 *
 * Prints one line of JSON: good answers after the warming and of the whole run, errors and the
 * first of them, seconds, answers a second, and how long they took in µs.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "agent/json.h"
#include "common/clock.h"
#include "tests/bench/load/clients.h"

static uint32_t at(const clients_result_t *result, double part)
{
    if (!result->answers)
        return 0;
    size_t index = (size_t)(part * (double)result->answers);
    return result->took_us[index < result->answers ? index : result->answers - 1];
}

static void print(const clients_result_t *result)
{
    buf_t text;
    buf_init(&text, 4096);
    json_quote(&text, str_from(result->first_error));
    printf("{\"answers\":%llu,\"all\":%llu,\"errors\":%llu,\"first_error\":%s,\"seconds\":%.3f,"
           "\"rate\":%.1f,\"p50_us\":%u,\"p90_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n",
           (unsigned long long)result->answers, (unsigned long long)result->all,
           (unsigned long long)result->errors, text.data, result->seconds,
           result->seconds > 0 ? (double)result->answers / result->seconds : 0, at(result, 0.5),
           at(result, 0.9), at(result, 0.99), at(result, 1));
    buf_free(&text);
}

static int64_t number(const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 10);
    if (*end || value < 0) {
        fprintf(stderr, "http-load: %s is no number\n", text);
        exit(2);
    }
    return value;
}

static requests_kind_t kind_of(const char *name)
{
    return !strcmp(name, "webhook") ? REQUESTS_WEBHOOK
           : !strcmp(name, "get")   ? REQUESTS_GET
                                    : REQUESTS_BOT;
}

static void allow_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"port", 1, NULL, 'p'},       {"kind", 1, NULL, 'k'},
                                            {"path", 1, NULL, 'P'},       {"clients", 1, NULL, 'c'},
                                            {"people", 1, NULL, 'n'},     {"prefix", 1, NULL, 'x'},
                                            {"ramp-ms", 1, NULL, 'r'},    {"warm-ms", 1, NULL, 'w'},
                                            {"run-ms", 1, NULL, 's'},     {"end-ms", 1, NULL, 'e'},
                                            {"expect", 1, NULL, 'E'},     {"token", 1, NULL, 't'},
                                            {"public-url", 1, NULL, 'u'}, {0}};
    clients_settings_t settings = {.clients = 32, .people = 1000, .run_ms = 5000, .end_ms = 60000};
    requests_t requests = {.path = "/seller/bot/",
                           .prefix = "p",
                           .token = "",
                           .public_url = "",
                           .run = (uint64_t)clock_unix_ms()};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'p':
            settings.port = (uint16_t)number(optarg);
            break;
        case 'k':
            requests.kind = kind_of(optarg);
            break;
        case 'P':
            requests.path = optarg;
            break;
        case 'c':
            settings.clients = (size_t)number(optarg);
            break;
        case 'n':
            settings.people = (size_t)number(optarg);
            break;
        case 'x':
            requests.prefix = optarg;
            break;
        case 'r':
            settings.ramp_ms = number(optarg);
            break;
        case 'w':
            settings.warm_ms = number(optarg);
            break;
        case 's':
            settings.run_ms = number(optarg);
            break;
        case 'e':
            settings.end_ms = number(optarg);
            break;
        case 'E':
            requests.expect = optarg;
            break;
        case 't':
            requests.token = optarg;
            break;
        case 'u':
            requests.public_url = optarg;
            break;
        default:
            return 2;
        }
    }
    if (!settings.clients || settings.people < settings.clients) {
        fprintf(stderr, "http-load: fewer people than clients\n");
        return 2;
    }
    allow_connections();
    clients_result_t result;
    bool connected = clients_run(&settings, &requests, &result);
    print(&result);
    free(result.took_us);
    return connected ? 0 : 1;
}
