/*
 * How many tokens a text is to a language model, without its tokenizer: an estimate that leans to
 * the high side for Spanish, English and Portuguese, text and JSON, and what the models themselves
 * report, by which the estimate is corrected. Pure.
 */
#ifndef MOSTRADOR_COMMON_TOKENS_H
#define MOSTRADOR_COMMON_TOKENS_H

#include <stdint.h>

#include "common/str.h"

/* What is around a message of a request, and around a tool call in it. */
#define TOKENS_MESSAGE 5
#define TOKENS_WHOSE 24 /* that somebody of the shop said it, in chat_request.c */
#define TOKENS_CALL 12

size_t tokens_of(str_t text);

/* The longest front of the text, of whole characters, that has at most so many tokens. */
str_t tokens_front(str_t text, size_t most);

#define TOKENS_MAX_MODELS 8
#define TOKENS_MAX_NAME 64

/* Reported tokens for 1,000 estimated ones. */
#define TOKENS_SCALE_MIN 500
#define TOKENS_SCALE_MAX 3000
#define TOKENS_SCALE_START 1000 /* of a model that has not reported yet */

/* What each model has reported so far. Zeroed, it knows nothing. */
typedef struct tokens_scale {
    struct {
        char model[TOKENS_MAX_NAME];
        int64_t permille;
    } rows[TOKENS_MAX_MODELS];
    size_t count;
} tokens_scale_t;

/* A request that was estimated so was so many tokens to the model. It follows a higher report
 * faster than a lower one. A model beyond TOKENS_MAX_MODELS takes the row of the one known longest;
 * numbers below 1 say nothing. */
void tokens_scale_learn(tokens_scale_t *self, str_t model, int64_t estimated, int64_t reported);

/* That of the model with the most tokens for the same text: whichever answers, it is enough. */
int64_t tokens_scale_permille(const tokens_scale_t *self);

#endif
