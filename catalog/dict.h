/* Numbers for names: 0, 1, 2 … in the order they are first seen. */
#ifndef MOSTRADOR_CATALOG_DICT_H
#define MOSTRADOR_CATALOG_DICT_H

#include <stdint.h>

#include "common/str.h"

#define DICT_FULL UINT32_MAX

typedef struct dict dict_t;

/* At most max names. */
dict_t *dict_new(uint32_t max);
void dict_destroy(dict_t **self_p);

/* The number of key, which is copied if it is new; *added says whether it was. DICT_FULL when it
 * would be one too many. */
uint32_t dict_put(dict_t *self, str_t key, bool *added);

uint32_t dict_count(const dict_t *self);

#endif
