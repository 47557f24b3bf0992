/*
 * Writes the body of POST /chat/completions. What stays the same from call to call (rules, tools)
 * is serialised once and comes first, so that servers can cache the prefix:
 *
 *   system     the rules
 *   system     the summary of what went (prompt_summary): it changes when more goes
 *   user, assistant, tool …   the conversation; every tool call has its result right behind it
 *   system     where the conversation stands (prompt_state): it changes with every call
 *   assistant, system   only when an answer is to be written again: the draft, what is wrong with
 * it
 */
#ifndef MOSTRADOR_AGENT_CHAT_REQUEST_H
#define MOSTRADOR_AGENT_CHAT_REQUEST_H

#include "agent/memo.h"
#include "agent/model.h"

#define CHAT_MAX_REQUEST (4 << 20) /* bytes of a body */

typedef struct chat_request chat_request_t;

/* hosted: the server is OpenAI's own, which knows safety_identifier and prompt_cache_key; other
 * servers may refuse fields they do not know. */
/* memo, which may be NULL and outlives it: what was quoted once is taken from there. */
chat_request_t *chat_request_new(const char *model, int64_t max_tokens, bool hosted, memo_t *memo);
void chat_request_destroy(chat_request_t **self_p);

/* Appends the body to out; false when it does not fit. */
bool chat_request_write(chat_request_t *self, const model_request_t *request, buf_t *out);

#endif
