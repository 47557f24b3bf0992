/*
 * Walks over JSON without building anything: every byte is checked, strictly; values that nobody
 * asks for are skipped, strings are given as they stand, still escaped. For what comes often and of
 * which little is wanted. Bytes from outside are never trusted. Pure.
 */
#ifndef MOSTRADOR_AGENT_JSON_WALK_H
#define MOSTRADOR_AGENT_JSON_WALK_H

#include "common/str.h"

typedef struct json_walk {
    const char *at, *end;
    unsigned depth;
    const char *why; /* what is wrong, a literal; NULL while nothing is */
} json_walk_t;

json_walk_t json_walk(str_t json);

/* What comes next: one of { [ " 0 t f n (0 for any number), or -1. */
int json_walk_peek(json_walk_t *self);

/* Into an object or array, then from key to key or element to element: false behind the last one,
 * which has been left then, and when something is wrong. */
bool json_walk_enter(json_walk_t *self, char open);
bool json_walk_key(json_walk_t *self, str_t *key);
bool json_walk_element(json_walk_t *self);

/* A string as it stands between its quotes; any value. */
bool json_walk_string(json_walk_t *self, str_t *raw);
bool json_walk_skip(json_walk_t *self);

/* Nothing but white space is left. */
bool json_walk_end(json_walk_t *self);

/* Is it one JSON object and nothing else? */
bool json_walk_is_object(str_t json);

#endif
