#include "catalog/knowledge_shelf.h"

#include <stdlib.h>

#include "common/log.h"

struct knowledge_shelf {
    struct {
        int64_t print;
        uint64_t asked; /* the how manieth question was the last about it; 0: the place is free */
        knowledge_t *knowledge;
    } places[KNOWLEDGE_SHELF_MAX];
    uint64_t questions;
};

knowledge_shelf_t *knowledge_shelf_new(void)
{
    knowledge_shelf_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    return self;
}

void knowledge_shelf_destroy(knowledge_shelf_t **self_p)
{
    knowledge_shelf_t *self = *self_p;
    if (!self)
        return;
    for (size_t i = 0; i < KNOWLEDGE_SHELF_MAX; i++)
        knowledge_destroy(&self->places[i].knowledge);
    free(self);
    *self_p = NULL;
}

knowledge_t *knowledge_shelf_find(knowledge_shelf_t *self, int64_t print, str_t text)
{
    size_t oldest = 0;
    self->questions++;
    for (size_t i = 0; i < KNOWLEDGE_SHELF_MAX; i++) {
        if (self->places[i].asked && self->places[i].print == print) {
            self->places[i].asked = self->questions;
            return self->places[i].knowledge;
        }
        if (self->places[i].asked < self->places[oldest].asked)
            oldest = i;
    }
    if (!text.size)
        return NULL;
    knowledge_destroy(&self->places[oldest].knowledge);
    self->places[oldest].knowledge = knowledge_of(text);
    self->places[oldest].print = print;
    self->places[oldest].asked = self->questions;
    log_info("knowledge_told",
             LOG_INT("passages", knowledge_count(self->places[oldest].knowledge)));
    return self->places[oldest].knowledge;
}
