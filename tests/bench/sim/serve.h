/*
 * An HTTP/1.1 server in one thread for benchmarks: epoll, keep-alive, 10,000 connections and more,
 * answers that are due after a fixed time. Strict about what it reads: a body needs a length, and
 * what is no request is answered 400 and counted.
 */
#ifndef MOSTRADOR_BENCH_SERVE_H
#define MOSTRADOR_BENCH_SERVE_H

#include <stdint.h>

#include "common/buf.h"

typedef struct serve_request {
    str_t method, path; /* path without the query */
    str_t body;
    str_t content_type, authorization;
} serve_request_t;

typedef struct serve_answer {
    int status;
    const char *type; /* a literal */
    buf_t *body;      /* empty; written by the handler */
    bool late;        /* only after the latency */
} serve_answer_t;

typedef void(serve_handler_t)(void *arg, const serve_request_t *request, serve_answer_t *answer);

typedef struct serve_counts {
    uint64_t connections, open, most_open, requests, waiting, most_waiting, bad_requests;
} serve_counts_t;

typedef struct serve serve_t;

/* Listens; port 0: any, which is told in *port. NULL: it could not, and errno says why. */
serve_t *serve_new(const char *address, uint16_t *port, int64_t latency_ms,
                   serve_handler_t *handler, void *arg);
void serve_destroy(serve_t **self_p);

/* Serves until serve_stop, which a signal handler may call. */
void serve_run(serve_t *self);
void serve_stop(serve_t *self);

const serve_counts_t *serve_counts(const serve_t *self);

#endif
