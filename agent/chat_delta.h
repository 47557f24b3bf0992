/*
 * The usual event of a streamed answer, read without building a tree of it: one choice with a piece
 * of text or of a tool call's arguments, or the end. There is one for every few characters, so most
 * of what a model says comes this way. Whatever else an event may be is left to chat_reply.c. Pure.
 */
#ifndef MOSTRADOR_AGENT_CHAT_DELTA_H
#define MOSTRADOR_AGENT_CHAT_DELTA_H

#include <stddef.h>
#include <stdint.h>

#include "common/str.h"

typedef struct chat_delta {
    str_t content;   /* as it stands in the JSON; data NULL: none */
    str_t arguments; /* the same, of the call with that index */
    int64_t index;
    str_t finish; /* the reason; data NULL: none yet */
} chat_delta_t;

/* false: it is another kind of event, or none. The views point into json; what is escaped in them
 * are at most \" \\ \/ \b \f \n \r \t, and they are valid UTF-8. */
bool chat_delta_read(str_t json, chat_delta_t *delta);

/* What stood around the text of the last event that was a piece of one: mostly the same stands
 * around the next, as the events of a stream differ in nothing else. {0} before the first. */
#define CHAT_SHAPE_MAX 512
typedef struct chat_shape {
    char
        bytes[CHAT_SHAPE_MAX]; /* front, with the quote before the text, and back, with the other */
    size_t front, back;
    bool arguments; /* the text is that of a call with that index */
    int64_t index;
} chat_shape_t;

/* chat_delta_read for one event of a stream after the other. */
bool chat_delta_next(chat_shape_t *shape, str_t json, chat_delta_t *delta);

#endif
