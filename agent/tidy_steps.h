/* The steps of tidy.h, each over the whole text, in this order. Pure. */
#ifndef MOSTRADOR_AGENT_TIDY_STEPS_H
#define MOSTRADOR_AGENT_TIDY_STEPS_H

#include <stdint.h>

#include "common/buf.h"

/* Characters: what cannot be seen is dropped, what looks like ASCII becomes ASCII. Any bytes in,
 * valid UTF-8 out. */
void tidy_characters(buf_t *out, str_t text);

/* Tags, comments and entities; elements that hold no words for readers (a model's <think>) with
 * their content. */
void tidy_html(buf_t *out, str_t text);

/* Markdown, line by line. */
void tidy_markdown(buf_t *out, str_t text);

#endif
