/*
 * So many clients at once, each with one connection and one request under way: it sends the next
 * when the answer to the last has come. Client i speaks for the people i, i + clients, i + 2 *
 * clients …, so nobody has two messages under way. One thread, epoll.
 */
#ifndef MOSTRADOR_BENCH_CLIENTS_H
#define MOSTRADOR_BENCH_CLIENTS_H

#include "tests/bench/load/requests.h"

typedef struct clients_settings {
    uint16_t port;
    size_t clients, people;
    int64_t ramp_ms; /* the first requests are spread over that time */
    int64_t warm_ms; /* answers that come before it are not counted in the result */
    int64_t run_ms;  /* nothing begins after it */
    int64_t end_ms;  /* what was not answered by then is an error */
} clients_settings_t;

typedef struct clients_result {
    uint64_t answers;  /* good ones that came between the warming and the end of the run */
    uint64_t all;      /* good ones, of the whole run */
    uint64_t errors;   /* of the whole run: bad answers, none, lost connections */
    double seconds;    /* between those two */
    uint32_t *took_us; /* of each of answers, sorted; free it */
    char first_error[256];
} clients_result_t;

/* false: no connection could be made at all. */
bool clients_run(const clients_settings_t *settings, requests_t *requests,
                 clients_result_t *result);

#endif
