/*
 * Text as grounding reads it: one sentence at a time, its letters folded to a-z, digits of every
 * script to 0-9, marks of every kind to their ASCII likeness, and what only decorates or hides
 * (bold, tags, zero-width characters) left out; then cut into words, numbers and marks. Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_TEXT_H
#define MOSTRADOR_AGENT_GROUND_TEXT_H

#include <stdint.h>

#include "common/str.h"

#define GROUND_MAX_SENTENCE 4096 /* bytes; what has no end by then is cut */
#define GROUND_MAX_PLAIN 8192    /* characters of a sentence, folded */

/* What plain text holds besides lower letters, digits, blanks and ASCII marks. */
#define GROUND_LETTER '\x01'   /* a letter of an alphabet that is not folded */
#define GROUND_SYMBOL '\x02'   /* an emoji, an arrow … */
#define GROUND_CURRENCY '\x03' /* another one than $ */
#define GROUND_DOT '\x04'      /* · and • between parts of a line */

typedef struct ground_plain {
    size_t size;
    char text[GROUND_MAX_PLAIN];
    uint16_t from[GROUND_MAX_PLAIN], to[GROUND_MAX_PLAIN]; /* bytes of the sentence */
    bool upper[GROUND_MAX_PLAIN];
} ground_plain_t;

typedef enum ground_token_kind { GROUND_WORD, GROUND_DIGITS, GROUND_MARK } ground_token_kind_t;

typedef struct ground_token {
    uint16_t at, size; /* in the plain text */
    uint8_t kind;
    bool spaced; /* white space stands before it, or the start */
    bool upper;  /* its first letter is a capital */
    bool used;   /* it is part of a name, a link, a number … */
} ground_token_t;

#define GROUND_MAX_TOKENS GROUND_MAX_SENTENCE

/* The end of the sentence that begins at from, behind its mark and before what follows; SIZE_MAX:
 * more text is needed to tell (never with all). A line is an end; so is too much. */
size_t ground_sentence_end(str_t text, size_t from, bool all);

/* Folds a sentence of at most GROUND_MAX_SENTENCE bytes. */
void ground_plain(ground_plain_t *self, str_t sentence);

/* Cuts it into tokens; returns how many, at most GROUND_MAX_TOKENS. */
size_t ground_tokens(const ground_plain_t *self, ground_token_t *tokens);

/* The letters and digits of a name and nothing else ("CX-5": "cx5"); what is longer than size is
 * cut. */
str_t ground_compact(str_t name, char *out, size_t size);

#endif
