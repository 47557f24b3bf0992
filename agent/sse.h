/*
 * Server-sent events without a socket: bytes in, events out. Used on what a model streams.
 *
 * Follows the WHATWG rules: lines end in LF, CRLF or CR; a line that begins with ':' is a comment;
 * several data lines are joined with LF; an empty line ends an event; an event without data is
 * none; a byte order mark at the very start is skipped; what has no empty line behind it when the
 * stream ends is dropped. Bytes may come split anywhere. Fields other than data are ignored: Chat
 * Completions has none.
 */
#ifndef MOSTRADOR_AGENT_SSE_H
#define MOSTRADOR_AGENT_SSE_H

#include "common/buf.h"

/* One event. data is good until the function returns. false stops the parser. */
typedef bool(sse_event_t)(void *arg, str_t data);

typedef struct sse {
    buf_t line;    /* the line that is not ended yet */
    buf_t data;    /* data lines of the event that is not ended yet */
    bool has_data; /* data may be an empty line */
    bool after_cr; /* the last byte was CR: an LF now belongs to it */
    bool first;    /* no line was seen yet: it may begin with a byte order mark */
} sse_t;

/* Events of more than max bytes, and lines longer than that, are an error. */
void sse_init(sse_t *self, size_t max);
void sse_free(sse_t *self);

/* false when event returned false or something was longer than max; feed nothing more then. */
bool sse_feed(sse_t *self, str_t bytes, sse_event_t *event, void *arg);

#endif
