/*
 * Which words are makes and models. In a sentence most words are not, and some names are words of
 * daily speech ("un león", "300 mil", "el segundo a 48 meses"), so names are weighed by what stands
 * around them; in a search field they are taken at their word. Pure.
 */
#ifndef MOSTRADOR_CATALOG_MENTION_H
#define MOSTRADOR_CATALOG_MENTION_H

#include "catalog/names.h"

#define MENTION_MAX 16

typedef struct mention {
    size_t first, count; /* words */
    names_match_t match;
} mention_t;

/* Of a sentence: in the order said, each make or model once, a make not beside its own model. */
size_t mention_in_sentence(const names_t *names, const lex_word_t *words, size_t count,
                           mention_t mentions[MENTION_MAX]);

/* Of a search field: every name, misspelt ones if fuzzy. make is the one already asked for, or
 * -1: "3" is then a model of it. */
size_t mention_in_terms(const names_t *names, const lex_word_t *words, size_t count, int32_t make,
                        bool fuzzy, mention_t mentions[MENTION_MAX]);

#endif
