/*
 * Makes a catalog file (schema.h) out of cars, one after the other: names get their numbers, words
 * their index. The file is written from nothing without a journal and is good for nothing until
 * build_finish has said so. Who checks the values of a car is row.h; here are the limits of what
 * all cars together may have.
 */
#ifndef MOSTRADOR_CATALOG_BUILD_H
#define MOSTRADOR_CATALOG_BUILD_H

#include <sqlite3.h>

#include "catalog/row.h"
#include "common/buf.h"

typedef struct build build_t;

/* A new file at path; one that is there is removed. */
build_t *build_new(const char *path);
void build_destroy(build_t **self_p);

typedef enum build_status {
    BUILD_TAKEN,
    BUILD_REFUSED, /* problem was told why */
    BUILD_FAILED,  /* build_why */
} build_status_t;

/* Adds a car. line is where it stood, for the message of one whose stock id comes twice. */
build_status_t build_add(build_t *self, const proto_car_t *car, int64_t line,
                         row_problem_t *problem, void *arg);

/* Writes what the cars add up to. false: build_why. */
bool build_finish(build_t *self, int64_t version, const char *source);

/* What went wrong, "" if nothing did. */
const char *build_why(const build_t *self);

int64_t build_cars(const build_t *self);
uint32_t build_makes(const build_t *self);
uint32_t build_models(const build_t *self);

/* ---- what a file that is changed later must do likewise ---- */

/* What makes two spellings of a name the same: capitals, accents and blanks do not count. The
 * prefix tells models of different makes apart. */
str_t build_key(arena_t *arena, uint32_t prefix, str_t name);

/* The words by which a text is found; those with a hyphen also as one: "cr", "v" and "crv". */
void build_words(arena_t *arena, const char *text, buf_t *words);

/* The text that a model is found by. */
const char *build_model_text(arena_t *arena, str_t make, str_t model);

/* The version that follows last, 0 for none: the clock's seconds, or one more than the last if that
 * is ahead. So a version is never used twice, even when the folder was emptied in between. */
int64_t build_next_version(int64_t last);

#endif
