/* Words that mean the same to whoever looks for a car or asks about the shop, in three languages.
 */
#ifndef MOSTRADOR_CATALOG_SYNONYMS_H
#define MOSTRADOR_CATALOG_SYNONYMS_H

#include "common/str.h"

#define SYNONYMS_MAX 24

/* What a group of words is about. */
typedef enum synonyms_kind {
    SYNONYMS_NONE, /* the word is in no group */
    SYNONYMS_BODY,
    SYNONYMS_FUEL,
    SYNONYMS_TRANSMISSION,
    SYNONYMS_COLOUR,
    SYNONYMS_CITY,
    SYNONYMS_SHOP,
} synonyms_kind_t;

/* Of the first group that a folded word is in. */
synonyms_kind_t synonyms_kind(str_t folded);

/* The other words of the groups that a folded word is in, as views into the table. */
size_t synonyms_of(str_t folded, str_t words[SYNONYMS_MAX]);

#endif
