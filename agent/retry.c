/* The policy of retry.h. */
#include "agent/retry.h"

#include <curl/curl.h>
#include <stdlib.h>

#define FIRST_MS 500
#define MOST_MS 8000

static bool may_retry(const retry_t *retry)
{
    if (retry->begun || retry->quota || retry->tries > retry->retries)
        return false;
    if (retry->wish != RETRY_UNSAID)
        return retry->wish == RETRY_YES;
    int64_t status = retry->status;
    return status == 0 || status == 408 || status == 409 || status == 429 || status >= 500;
}

int64_t retry_delay(const retry_t *retry)
{
    if (!may_retry(retry))
        return -1;
    int64_t delay = retry->after_ms;
    if (delay < 0 || delay > RETRY_AFTER_MAX_MS) {
        delay = MOST_MS;
        if (retry->tries < 5)
            delay = FIRST_MS << (retry->tries - 1);
        if (delay > MOST_MS)
            delay = MOST_MS;
        delay -= (int64_t)(retry->random % 1000) * delay / 4000;
    }
    return delay < retry->left_ms ? delay : -1;
}

int64_t retry_after(const char *after_ms, const char *after, int64_t unix_ms)
{
    char *end = NULL;
    if (after_ms && *after_ms) {
        double ms = strtod(after_ms, &end);
        if (end != after_ms && *end == 0 && ms >= 0 && ms < 1e12)
            return (int64_t)ms;
    }
    if (!after || !*after)
        return -1;
    double seconds = strtod(after, &end);
    if (end != after && *end == 0)
        return seconds >= 0 && seconds < 1e9 ? (int64_t)(seconds * 1000) : -1;
    int64_t date = (int64_t)curl_getdate(after, NULL);
    if (date < 0)
        return -1;
    return date * 1000 > unix_ms ? date * 1000 - unix_ms : 0;
}
