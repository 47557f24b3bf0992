/* The words of an answer that are not the model's: where a text that is too long is cut, and what
 * is said when nobody could think of anything. Pure. */
#ifndef MOSTRADOR_AGENT_ANSWER_H
#define MOSTRADOR_AGENT_ANSWER_H

#include "common/str.h"

#define ANSWER_MAX_BYTES 8192

/* The front of text of at most max bytes, cut behind a sentence or line if one ends in its second
 * half, else between two words, else between two characters. */
str_t answer_cut(str_t text, size_t max);

/* A model that repeats itself without an end: the last 400 bytes are one piece of at most 100,
 * again and again. */
bool answer_loops(str_t text);

/* There is a letter or a digit in it. */
bool answer_says_something(str_t text);

/* A sentence for the customer when everything failed, in their language. */
str_t answer_sorry(str_t language, bool formal);

#endif
