/*
 * Which rows pass a filter, a bit a row, kept by the filter that says so: people ask for the same
 * makes, years and colours again and again, in ever new combinations, and a combination is the AND
 * of what is kept. Past SIEVE_KEPT filters the one that was not asked for the longest gives way.
 * 16 bytes a row at most, and what describes the filters. Pure.
 */
#ifndef MOSTRADOR_CATALOG_SIEVE_H
#define MOSTRADOR_CATALOG_SIEVE_H

#include <stdint.h>

#include "common/str.h"

#define SIEVE_KEPT 128 /* filters */

/* 64-bit words that hold a bit a row. */
static inline size_t sieve_words(size_t rows)
{
    return (rows + 63) / 64;
}

typedef struct sieve sieve_t;

sieve_t *sieve_new(size_t rows);
void sieve_destroy(sieve_t **self_p);

/* What is kept for the filter that these bytes describe; NULL: nothing. */
const uint64_t *sieve_find(sieve_t *self, str_t filter);

/* A place for the bits of a filter that has none, for the caller to fill: sieve_words of them. Good
 * until SIEVE_KEPT others were added. */
uint64_t *sieve_add(sieve_t *self, str_t filter);

#endif
