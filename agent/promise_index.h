/* Which rules may begin with a word: made once from the table, so that a text is not held against
 * every rule at every word. */
#ifndef MOSTRADOR_AGENT_PROMISE_INDEX_H
#define MOSTRADOR_AGENT_PROMISE_INDEX_H

#include "agent/wording.h"

#define PROMISE_INDEX_MOST 64 /* rules that one word may begin */

/* Writes the numbers of those rules, ascending; returns how many. */
size_t promise_index_find(const wording_word_t *word, uint16_t rules[PROMISE_INDEX_MOST]);

#endif
