/*
 * The makes and models of one catalog, found by what people call them: as written, without blanks
 * and hyphens, by nickname, misspelt. Pure; it borrows the names it is made of.
 */
#ifndef MOSTRADOR_CATALOG_NAMES_H
#define MOSTRADOR_CATALOG_NAMES_H

#include <stdint.h>

#include "catalog/lex.h"
#include "catalog/nicknames.h"

typedef struct names_make {
    str_t name;
    int64_t count;     /* cars of it */
    int64_t price_min; /* cents */
} names_make_t;

typedef struct names_model {
    str_t name;
    uint32_t make;
    int64_t count;
    int64_t price_min;
} names_model_t;

typedef struct names names_t;

/* Those without cars are nobody's name. The arrays and their strings must outlive it. */
names_t *names_new(const names_make_t *makes, size_t make_count, const names_model_t *models,
                   size_t model_count);
void names_destroy(names_t **self_p);

/* How near the words come to the name. */
typedef enum names_how {
    NAMES_EXACT,   /* as written, but for capitals, accents and hyphens */
    NAMES_RESPELT, /* joined, parted, or a nickname */
    NAMES_FUZZY,   /* misspelt */
} names_how_t;

typedef struct names_match {
    int32_t make;      /* -1: a make that the catalog does not have */
    int32_t model;     /* -1: only a make */
    const char *world; /* the proper name of a make that the catalog does not have, or NULL */
    names_how_t how;
    guard_t guard;
} names_match_t;

/*
 * What exactly these words are called, as written or by nickname. near is a make that prefers its
 * own models, -1 for none; among equals the one with more cars wins. A model that is only good next
 * to its make (GUARD_ADJACENT) is found too: whether it stands there is for the caller to see.
 */
bool names_exact(const names_t *self, const lex_word_t *words, size_t count, int32_t near,
                 names_match_t *match);

/* The nearest name within a distance that its length allows; strict is for words that stand in a
 * sentence and need not be names at all. make: only its models, -1 any. */
bool names_fuzzy(const names_t *self, const lex_word_t *words, size_t count, bool strict,
                 int32_t make, names_match_t *match);

/* "320i" behind BMW is a Serie 3, "C200" behind Mercedes-Benz a Clase C. */
bool names_series(const names_t *self, const lex_word_t *word, int32_t make, names_match_t *match);

/* Makes whose name comes nearest to the words, best first, for when nothing was found. */
size_t names_near(const names_t *self, const lex_word_t *words, size_t count, uint32_t *makes,
                  size_t max);

#endif
