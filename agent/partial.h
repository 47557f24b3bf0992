/*
 * The text of a turn as it is made, cut into messages: not one for every token, and never inside a
 * character. What could not be sent is sent again with what comes next, and a watcher who comes
 * late is given everything from the start. Pure.
 */
#ifndef MOSTRADOR_AGENT_PARTIAL_H
#define MOSTRADOR_AGENT_PARTIAL_H

#include <stdint.h>

#include "common/buf.h"

#define PARTIAL_MAX_TEXT 16384 /* of a turn's text; the rest comes with the answer */
#define PARTIAL_BYTES 200      /* so many are sent at once … */
#define PARTIAL_MS 30          /* … fewer after so long */

typedef struct partial {
    buf_t text;       /* since the last restart */
    size_t sent;      /* of text */
    bool watched_any; /* something was sent since the last restart was */
    bool restart;     /* what was sent is void, and nobody has been told */
    int64_t since_ms; /* the oldest unsent byte */
} partial_t;

void partial_init(partial_t *self);
void partial_free(partial_t *self);

/* Adds a piece; what does not fit any more is left out. */
void partial_add(partial_t *self, str_t piece, int64_t now_ms);

/* What came before is void. */
void partial_restart(partial_t *self);

/* Somebody new watches: everything is to be sent anew. */
void partial_replay(partial_t *self);

/* True if a message is due (or, with all, if there is anything to say): *text may be empty when
 * only the restart is to be told. partial_sent when it has gone out. */
bool partial_due(const partial_t *self, int64_t now_ms, bool all, str_t *text, bool *restart);
void partial_sent(partial_t *self, str_t text);

#endif
