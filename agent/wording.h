/*
 * A text as words, sentences and clauses, and patterns that are looked for in it. Words are folded
 * (lower case, no accents); letters hidden by marks, blanks or digits ("des*cuen*to", "g r a t i
 * s", "d3scuento") are read as the word they make. Pure.
 *
 * A pattern is elements separated by blanks:
 *
 *   word   stem*   one|or|another      a word
 *   ?element                           or nothing
 *   ~3                                 up to 3 words of any kind, also behind a comma
 *   #   $   %                          a number, the signs
 *
 * Elements stand side by side in one sentence; two of them without a gap in one clause.
 */
#ifndef MOSTRADOR_AGENT_WORDING_H
#define MOSTRADOR_AGENT_WORDING_H

#include <stdint.h>

#include "common/buf.h"

#define WORDING_MAX_MATCH 64 /* words a match has at most */

typedef enum wording_kind {
    WORDING_WORD,
    WORDING_NUMBER, /* 300,000.00 is 300000; 300k and "300 mil" are not multiplied */
    WORDING_MONEY,
    WORDING_PERCENT,
} wording_kind_t;

typedef struct wording_word {
    str_t text;     /* folded; of a number its digits */
    size_t at, end; /* in the text that was read */
    wording_kind_t kind;
    bool sentence; /* begins one */
    bool clause;   /* begins one */
} wording_word_t;

typedef struct wording {
    wording_word_t *words;
    size_t count, room;
    buf_t folded;
} wording_t;

/* Where a pattern was found. */
typedef struct wording_match {
    size_t at, count; /* words; count 0: not found */
    uint64_t gaps;    /* bit i: word at + i is of a gap */
} wording_match_t;

/* Any bytes. To be freed with wording_free. */
void wording_read(wording_t *self, str_t text);
void wording_free(wording_t *self);

/* The pattern at that very word. */
bool wording_match(const wording_t *self, size_t at, const char *pattern, wording_match_t *match);

/* A bit for the letter that a word begins with, one for all else; and those of the words at which
 * the pattern may be found: most patterns need not be tried at most words. */
uint32_t wording_initial(const wording_word_t *word);
uint32_t wording_initials(const char *pattern);

/* What the match says is denied: "no te puedo …", "we can't …", "… ninguém". after: also by what
 * follows it in its clause ("un descuento no es posible"). */
bool wording_denied(const wording_t *self, const wording_match_t *match, bool after);

/* One of the words from from to end denies something. */
bool wording_denies(const wording_t *self, size_t from, size_t end);

/* The first word of the sentence that has the word at, and the one behind its last. */
size_t wording_sentence(const wording_t *self, size_t at, size_t *end);

#endif
