/*
 * Makes and models by name: those this conversation knows, and those of the world, so that a car
 * that nobody found is noticed. Inside of grounding only. Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_NAMES_H
#define MOSTRADOR_AGENT_GROUND_NAMES_H

#include "agent/ground_text.h"
#include "common/arena.h"

#define GROUND_NO_NAME (-1)
#define GROUND_MAX_NAMES 4096 /* known ones, spellings included; later ones are not known */

/* A make, a model, or both, in a sentence; nobody knows it if it is neither. */
typedef struct ground_mention {
    uint16_t from, to;   /* tokens */
    int16_t make, model; /* ids, or GROUND_NO_NAME */
} ground_mention_t;

static inline bool ground_is_unknown(const ground_mention_t *mention)
{
    return mention->make == GROUND_NO_NAME && mention->model == GROUND_NO_NAME;
}

typedef struct ground_names ground_names_t;

/* NULL when the arena has no room. */
ground_names_t *ground_names_new(arena_t *arena);

/* The id of a make, which is known from now on; GROUND_NO_NAME for no name. */
int16_t ground_names_make(ground_names_t *self, str_t make);

/* The same of a make and its model. */
void ground_names_car(ground_names_t *self, str_t make, str_t model, int16_t *make_id,
                      int16_t *model_id);

/* The id of a model that is known, whatever its make; GROUND_NO_NAME if none is. */
int16_t ground_names_model(const ground_names_t *self, str_t model);

/* The make and model that a name ("Jetta", "Mazda 3") stands for; false: not known. */
bool ground_names_look(const ground_names_t *self, str_t name, int16_t *make, int16_t *model);

/* The longest name that begins with the token at; false if none does. *known: the longest that is
 * known, which may be shorter than one that is not ("Jetta" in "Jetta GLI"); of size 0 if none. */
bool ground_names_find(const ground_names_t *self, const ground_plain_t *plain,
                       const ground_token_t *tokens, size_t count, size_t at,
                       ground_mention_t *mention, ground_mention_t *known);

/* ---- names of the world (ground_world.c) ---- */

typedef struct ground_world_name {
    const char *name; /* compact */
    bool guarded;     /* a word of daily speech, a place or a code, too: only with a capital */
} ground_world_name_t;

extern const ground_world_name_t ground_world[]; /* in order, for a test */
extern const size_t ground_world_count;

/* NULL: there is none of this name. */
const ground_world_name_t *ground_world_find(str_t compact);

#endif
