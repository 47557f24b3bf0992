/*
 * Whether a failed model call is tried again, and when. Pure: no clock, no randomness of its own.
 *
 * The rules are those of OpenAI's own clients: connection failures and the statuses 408, 409, 429
 * and 500 upwards are tried again, unless x-should-retry says otherwise; the server's wish
 * (retry-after-ms, retry-after) up to a minute, else 0.5 s doubled each time up to 8 s, less up to
 * a quarter at random. Two rules of ours: nothing is tried again once a token has been passed on,
 * and nothing that could only begin after the deadline.
 */
#ifndef MOSTRADOR_AGENT_RETRY_H
#define MOSTRADOR_AGENT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_AFTER_MAX_MS 60000 /* a longer wish is not waited for: the usual delay instead */

typedef struct retry {
    int64_t tries;   /* made so far, 1 upwards */
    int64_t retries; /* tries allowed after the first */
    int64_t status;  /* HTTP status of an error; 0: none came, the connection failed or timed out */
    bool begun;      /* a token was passed on */
    bool quota;      /* insufficient_quota: a 429 that never succeeds */
    enum { RETRY_UNSAID, RETRY_YES, RETRY_NO } wish; /* x-should-retry */
    int64_t after_ms;                                /* the server's delay, -1: none */
    int64_t left_ms;                                 /* to the deadline */
    uint32_t random;
} retry_t;

/* ms to wait before the next try, or -1: give up. */
int64_t retry_delay(const retry_t *retry);

/* The value of retry-after-ms, or of retry-after (seconds or an HTTP date), in ms; -1 if there is
 * none that makes sense. Either may be NULL. */
int64_t retry_after(const char *after_ms, const char *after, int64_t unix_ms);

#endif
