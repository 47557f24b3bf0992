/*
 * A model's answer as WhatsApp shows text: its Markdown and HTML are turned into plain lines and
 * single marks (*bold*), and its characters into the usual ones. What is checked afterwards
 * is what the customer reads: nothing stays that hides a word or a digit from a reader of ASCII
 * (zero-width and direction marks, digits and letters of other alphabets that look like ours).
 *
 *   **bold**, __bold__, # heading   *bold*          | a | b |         a · b
 *   [text](url)                     text url        ![text](url)      nothing
 *   ``` and ` marks                 nothing         <b>, &amp;        nothing, &
 *   ３, ③, 3️⃣, 𝟑                     3               more than one empty line in a row:
 * one
 *
 * Pure. Doing it twice changes nothing more.
 */
#ifndef MOSTRADOR_AGENT_TIDY_H
#define MOSTRADOR_AGENT_TIDY_H

#include "common/buf.h"

/* Appends text, tidied and without white space at both ends, to out. Any bytes are welcome; what
 * is appended is valid UTF-8 of at most 3 * text.size bytes, and may be empty. To be done before
 * answer_cut, and once more after it if that has cut something. */
void tidy(buf_t *out, str_t text);

#endif
