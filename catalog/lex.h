/*
 * The words of what somebody wrote: split, folded (no capitals, no accents), with the place each
 * had in the text, and how far two words are apart. Everything that compares names, versions or
 * knowledge splits with this one function, so "CR-V" is cut alike on both sides. Pure.
 */
#ifndef MOSTRADOR_CATALOG_LEX_H
#define MOSTRADOR_CATALOG_LEX_H

#include "common/arena.h"
#include "common/str.h"

#define LEX_MAX_WORD 64 /* bytes of a folded word; the rest of a longer one is cut off */

typedef struct lex_word {
    const char *text; /* folded, terminated; of "300,000" it is "300000" */
    size_t size;
    size_t at, end;   /* the bytes of the source that it stands for */
    bool glued;       /* nothing but a hyphen between the word before and this one */
    bool stop_before; /* a comma, a full stop or the like before it: no name spans that */
    bool capital;     /* begins with a capital */
    bool number;      /* digits, with at most one decimal point */
    bool money;       /* a $ right before it */
    bool percent;     /* a % right after it */
} lex_word_t;

/*
 * Cuts text into at most max words; what comes after is not looked at. The array and its strings
 * live in the arena; 0 words when the arena is full.
 */
size_t lex_split(str_t text, arena_t *arena, lex_word_t **words, size_t max);

/* The words joined by one blank each, in the arena: "cr v". NULL when the arena is full. */
const char *lex_join(const lex_word_t *words, size_t count, arena_t *arena);

/* Only the letters and digits of text, folded, in the arena: "crv". NULL when it is full. */
const char *lex_compact(str_t text, arena_t *arena);

/*
 * Damerau-Levenshtein (optimal string alignment) over bytes: a swap of two neighbours counts 1.
 * Stops at limit and returns limit + 1 for all that is farther. Words over LEX_MAX_WORD are far
 * from everything.
 */
size_t lex_distance(str_t a, str_t b, size_t limit);

/* True when two words have the same digits in the same order: "maza3" may be meant for "mazda3",
 * never for "mazda6". */
bool lex_same_digits(str_t a, str_t b);

/*
 * What is left of a Spanish or Portuguese word without gender and plural: "rojas" → "roj",
 * "automatico" → "automatic". Short words and words with digits stay as they are.
 */
str_t lex_stem(str_t folded);

/* Words that carry no meaning in a search: articles, "busco", "coche", "please". Folded. */
bool lex_is_filler(str_t folded);

/* Words of daily speech, the fillers among them, which are never a misspelt car. Folded. */
bool lex_is_common(str_t folded);

#endif
