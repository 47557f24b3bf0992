/*
 * Makes up catalogs of any size: plausible used cars in Mexico, drawn from lineup.c. The same seed
 * gives the same cars, so sample.csv (600 cars, seed 49) and benchmarks can be made again.
 */
#ifndef MOSTRADOR_CATALOG_GENERATE_H
#define MOSTRADOR_CATALOG_GENERATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Writes a header and count cars as CSV. false: the stream took no more. */
bool generate_csv(FILE *out, uint64_t count, uint64_t seed);

#endif
