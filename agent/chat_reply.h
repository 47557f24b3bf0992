/*
 * What a Chat Completions server answers, put together from its events or from one JSON document.
 * Sans-IO; bytes from outside are never trusted: everything is bounded, text is made valid UTF-8.
 */
#ifndef MOSTRADOR_AGENT_CHAT_REPLY_H
#define MOSTRADOR_AGENT_CHAT_REPLY_H

#include "agent/chat_delta.h"
#include "agent/model.h"

#define CHAT_MAX_TEXT PROTO_MAX_REPLY /* bytes of text, and of the arguments of one call */
#define CHAT_MAX_EVENT (256 << 10)    /* bytes of one event, and of a whole JSON answer */
#define CHAT_MAX_NAME 64              /* bytes of a tool's name and of a call's id */

typedef struct chat_call {
    int64_t index; /* of the delta; pieces with the same one are joined */
    char id[CHAT_MAX_NAME + 1];
    char name[CHAT_MAX_NAME + 1];
    buf_t arguments;
} chat_call_t;

typedef enum chat_finish {
    CHAT_UNFINISHED,
    CHAT_STOP,   /* stop, tool_calls, or a reason we do not know */
    CHAT_LENGTH, /* cut at max_completion_tokens */
    CHAT_FILTERED,
} chat_finish_t;

/* What an error object says, as far as we act on it. */
typedef struct chat_error {
    char code[48]; /* "rate_limit_exceeded", or the type; "" if it says nothing */
    bool quota;    /* will not get better by waiting */
    bool filtered; /* the content filter refused the prompt */
} chat_error_t;

typedef struct chat_reply {
    buf_t text;
    buf_t refusal;
    chat_call_t calls[MODEL_MAX_CALLS];
    size_t call_count;
    size_t events; /* seen so far */
    chat_shape_t shape;
    chat_finish_t finish;
    bool done;   /* [DONE] came */
    bool failed; /* an error object came instead of an answer; error says which */
    chat_error_t error;
    const char *bad; /* why the answer cannot be used, a literal; NULL while it can */
    int64_t tokens_in, tokens_cached, tokens_out;
} chat_reply_t;

void chat_reply_init(chat_reply_t *self);
void chat_reply_free(chat_reply_t *self);

/* Takes in the data of one event. Text it adds is at the end of self->text. false when nothing more
 * is to be fed: bad or failed is set. */
bool chat_reply_event(chat_reply_t *self, str_t data);

/* Takes in a whole answer that was not streamed. */
bool chat_reply_whole(chat_reply_t *self, str_t json);

/* True once the answer is all there: a finish reason or [DONE] came. */
bool chat_reply_complete(const chat_reply_t *self);

/* True once a token came. */
bool chat_reply_begun(const chat_reply_t *self);

/* Fills in status, text, calls, error and tokens of a complete or bad reply. The views point into
 * self. */
void chat_reply_result(chat_reply_t *self, model_result_t *result);

/* Reads the body of an HTTP error; zeroed if it is not what OpenAI sends. */
void chat_error_read(chat_error_t *self, str_t body);

#endif
