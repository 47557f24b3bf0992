/*
 * What the shop wrote about itself in the console, instead of the files of KNOWLEDGE_DIR: a few
 * texts, each with its index, found by a fingerprint that its sender made. Who asks knows which
 * version counts; a catalog needs to know of no versions and has nothing to keep in step, and one
 * that has just started is told the text with the first question.
 */
#ifndef MOSTRADOR_CATALOG_KNOWLEDGE_SHELF_H
#define MOSTRADOR_CATALOG_KNOWLEDGE_SHELF_H

#include "catalog/knowledge.h"

#define KNOWLEDGE_SHELF_MAX 4 /* texts; the one not asked for longest makes room */

typedef struct knowledge_shelf knowledge_shelf_t;

knowledge_shelf_t *knowledge_shelf_new(void);
void knowledge_shelf_destroy(knowledge_shelf_t **self_p);

/* The text with that print, put there first if it is given; NULL if it is neither. Good until the
 * next call. */
knowledge_t *knowledge_shelf_find(knowledge_shelf_t *self, int64_t print, str_t text);

#endif
