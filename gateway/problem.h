/*
 * What went wrong with a request, and how it is told: application/problem+json (RFC 9457).
 * A detail never repeats bytes from outside except names of our own parameters.
 */
#ifndef MOSTRADOR_GATEWAY_PROBLEM_H
#define MOSTRADOR_GATEWAY_PROBLEM_H

#include <stdint.h>

#include "common/buf.h"

#define PROBLEM_TYPE "application/problem+json"

typedef struct problem {
    int status;            /* HTTP status, 0: nothing is wrong */
    int64_t retry_after_s; /* when it may work, 0: not by waiting */
    char detail[240];      /* for a person, terminated */
} problem_t;

/* Fills in status and detail. Returns false, so that a parser can return it. */
bool problem_set(problem_t *self, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* {"type":"about:blank","title":…,"status":…,"detail":…} */
void problem_print(const problem_t *self, buf_t *out);

/* The reason phrase of every status the gateway answers with; "Error" for others. */
const char *status_title(int status);

/* "404": the status as a word that lives for ever, for metrics; "other" for others. */
const char *status_word(int status);

#endif
