/*
 * What thinks. Two implementations: model_openai.c (any Chat Completions server) and
 * model_offline.c (rules, no network). A turn calls start with the conversation so far and gets
 * either text or tool calls; it runs the tools, appends calls and results to the conversation, and
 * calls again, until there is text.
 */
#ifndef MOSTRADOR_AGENT_MODEL_H
#define MOSTRADOR_AGENT_MODEL_H

#include "agent/memo.h"
#include "agent/price.h"
#include "proto/proto.h"

#define MODEL_MAX_CALLS 8 /* tool calls in one answer; more are refused as MODEL_BAD */

typedef struct model_request {
    /* The conversation: entries (the newest customer messages, and the calls and results of this
     * turn, last), and cursor (query, list, shown, chosen, quote) as the tools left it. */
    const proto_context_t *context;
    size_t turn_start;   /* index in context->entries of this turn's first customer message */
    str_t rules;         /* the system prompt, stable for a rules version and catalog version */
    str_t state;         /* prompt_state of it, if it was written already; else … */
    size_t state_tokens; /* … what it may have, estimated */
    str_t user_id;       /* hashed before it leaves the house */
    proto_trace_t trace;
    int64_t deadline_ms; /* clock_ms () at which nobody waits any more */
    bool tools;          /* false: the model must answer with text now */
    bool once;           /* a call that fails is not tried again */
    str_t opt; /* "out" or "in": the last message is a word of leaving or returning, and no more */
    str_t draft; /* what it wrote and must write again … */
    str_t note;  /* … because of this; empty: it did not */
} model_request_t;

typedef struct model_tool_call {
    str_t id;
    str_t name;
    str_t arguments; /* JSON, unchecked */
} model_tool_call_t;

typedef enum model_status {
    MODEL_TEXT,    /* text is the answer */
    MODEL_CALLS,   /* calls are to be run */
    MODEL_REFUSED, /* the model or its content filter refused; text says how, may be empty */
    MODEL_FAILED,  /* no answer to be had: network, status, quota; error says why */
    MODEL_BAD,     /* an answer that cannot be used: garbage, too long, too many calls */
} model_status_t;

typedef struct model_result {
    model_status_t status;
    str_t text;
    model_tool_call_t calls[MODEL_MAX_CALLS];
    size_t call_count;
    const char *error; /* a short literal: "timeout", "http_500", "quota" … or NULL */
    const char *model; /* what answered, if it is not what model_t.label says; or NULL */
    bool missed;       /* the text says that it was not understood, or that nothing is known */
    int64_t asked_ms;  /* the server asked to be left alone so long; 0: it did not */
    int64_t first_us;  /* time to the first token, 0 if unknown */
    int64_t total_us;
    int64_t tokens_in, tokens_cached, tokens_out; /* 0 if not reported */
} model_result_t;

/* A piece of text as it is made. The pieces joined are result.text. restart: what came before is
 * void (the call was tried again). */
typedef void(model_delta_t)(void *arg, str_t piece, bool restart);

/* The end of a call: exactly once unless it was cancelled, never from inside start. The views in
 * result are good until it returns. */
typedef void(model_done_t)(void *arg, const model_result_t *result);

typedef struct model model_t;
typedef struct model_call model_call_t;

struct model {
    const char *name;     /* "openai", "offline" */
    const char *label;    /* the model it asks, by the name that its server knows: for records */
    const price_t *price; /* of its tokens; NULL: none is known */
    /* delta may be NULL. The request is copied as far as needed. Never NULL. */
    model_call_t *(*start)(model_t *self, const model_request_t *request, model_delta_t *delta,
                           model_done_t *done, void *arg);
    /* Ends a call silently: neither delta nor done will be called. Not after done. */
    void (*cancel)(model_t *self, model_call_t *call);
    void (*destroy)(model_t **self_p);
};

#include <uv.h>

/* Reads its settings from config, but for the model's name, which it copies. memo outlives it and
 * may be NULL. */
model_t *model_openai_new(uv_loop_t *loop, const char *name, memo_t *memo);
model_t *model_offline_new(uv_loop_t *loop);

#endif
