/* Any bytes as an event stream, in one piece, byte by byte, and in pieces of changing size: the
 * same events, and the same end. */
#include <stdint.h>
#include <stdlib.h>

#include "agent/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_EVENT 300

typedef struct seen {
    buf_t events;
    size_t left; /* events until the receiver has enough */
} seen_t;

static bool collect(void *arg, str_t data)
{
    seen_t *seen = arg;
    buf_printf(&seen->events, "%zu:", data.size);
    buf_add(&seen->events, data.data, data.size);
    return --seen->left > 0;
}

static bool feed(str_t stream, size_t step, bool changing, seen_t *seen)
{
    sse_t sse;
    sse_init(&sse, MAX_EVENT);
    bool good = true;
    for (size_t at = 0, n = 0; at < stream.size && good; n++) {
        size_t piece = changing ? 1 + n * 7 % step : step;
        if (piece > stream.size - at)
            piece = stream.size - at;
        good = sse_feed(&sse, (str_t){stream.data + at, piece}, collect, seen);
        at += piece;
    }
    sse_free(&sse);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t stream = {(const char *)data, size};
    const struct {
        size_t step;
        bool changing;
    } ways[] = {{size + 1, false}, {1, false}, {13, true}};
    seen_t seen[3];
    bool good[3];
    for (size_t i = 0; i < 3; i++) {
        seen[i].left = 200;
        buf_init(&seen[i].events, 8 << 20);
        good[i] = feed(stream, ways[i].step, ways[i].changing, &seen[i]);
    }
    for (size_t i = 1; i < 3; i++)
        if (good[i] != good[0] || !str_eq(buf_view(&seen[i].events), buf_view(&seen[0].events)))
            abort();
    for (size_t i = 0; i < 3; i++)
        buf_free(&seen[i].events);
    return 0;
}
