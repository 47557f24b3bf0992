/*
 * A model's answers for benchmarks: checks a Chat Completions request and writes what a model
 * would. A conversation whose last customer message has no tool result behind it gets a tool call,
 * the next one of a list; one that has gets a text made of the result's own figures, so that an
 * answer only passes the agent's checks if the right result came back. Pure; tests/openai_sim.py is
 * far stricter and far slower.
 */
#ifndef MOSTRADOR_BENCH_CHAT_H
#define MOSTRADOR_BENCH_CHAT_H

#include "common/buf.h"

#define CHAT_MAX_TOOL_CALLS 64

typedef struct chat_script {
    struct {
        char *name, *arguments; /* arguments as JSON */
    } calls[CHAT_MAX_TOOL_CALLS];
    size_t count;
    size_t next;  /* which one is called next */
    size_t piece; /* bytes of text in one event, rounded up to whole characters */
} chat_script_t;

/* Searches for cars, a few kinds of them in turn, with every argument of the tool. */
void chat_script_default(chat_script_t *self);

/* One tool call a line: its name, a blank, its arguments. false: why says what is wrong. */
bool chat_script_read(chat_script_t *self, str_t text, const char **why);
void chat_script_free(chat_script_t *self);

/* What a request asks for. Views into it, strings as they stand in the JSON. */
typedef struct chat_asked {
    str_t model;
    size_t tokens; /* of the request, by its length */
    str_t result;  /* newest tool result behind the last customer message */
    bool has_result;
    bool tools; /* a tool may be called */
    bool stream, usage;
} chat_asked_t;

/* NULL, or what is wrong with the body, a literal. */
const char *chat_check(str_t body, chat_asked_t *asked);

/* Writes the body of the answer: events if streamed, else one JSON object. NULL, or what was wrong
 * with the tool's result, a literal. */
const char *chat_answer(chat_script_t *script, const chat_asked_t *asked, buf_t *out);

#endif
