/*
 * curl's multi_socket interface on libuv: watches the descriptors curl wants watched, keeps the
 * timer it wants kept, and lets it run. Knows nothing of transfers.
 */
#ifndef MOSTRADOR_AGENT_CURL_LOOP_H
#define MOSTRADOR_AGENT_CURL_LOOP_H

#include <curl/curl.h>
#include <uv.h>

typedef struct curl_loop curl_loop_t;

/* Runs the multis from the loop, and calls ran each time one has run: outside of curl, where
 * handles may be added and removed. Borrows all of them. */
curl_loop_t *curl_loop_new(uv_loop_t *loop, CURLM *const *multis, size_t count,
                           void (*ran)(void *arg), void *arg);

/* Ends the multis (which must have no handles any more) and nulls the caller's pointer; the memory
 * goes when the loop has closed its handles. */
void curl_loop_destroy(curl_loop_t **self_p);

#endif
