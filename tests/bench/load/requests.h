/*
 * What a benchmark's customers send, and whether an answer is one: bodies of POST /seller/bot/,
 * signed webhooks of Twilio, and plain GETs for comparison. Pure but for the count of messages.
 */
#ifndef MOSTRADOR_BENCH_REQUESTS_H
#define MOSTRADOR_BENCH_REQUESTS_H

#include <stdint.h>

#include "common/buf.h"

typedef enum requests_kind { REQUESTS_BOT, REQUESTS_WEBHOOK, REQUESTS_GET } requests_kind_t;

typedef struct requests {
    requests_kind_t kind;
    const char *path;
    const char *prefix;     /* of the ids of people */
    const char *token;      /* webhook: what it is signed with */
    const char *public_url; /* webhook: https://shop.example */
    const char *expect;     /* what a good answer has in it; NULL: anything with status 200 */
    uint64_t run;           /* makes message ids differ from those of other runs */
    uint64_t count;         /* requests written so far */
} requests_t;

/* Writes a whole request of one of the people. */
void requests_write(requests_t *self, size_t person, buf_t *out);

/* Is it the answer that was wanted? */
bool requests_good(const requests_t *self, int status, str_t body);

#endif
