/*
 * What the people of a shop write for their seller in the console: the rules it follows and what it
 * knows of the shop, both Markdown. What such a text must be to be kept is said here, once for who
 * keeps it and for who reads it. Pure.
 */
#ifndef MOSTRADOR_COMMON_SHOP_TEXT_H
#define MOSTRADOR_COMMON_SHOP_TEXT_H

#include "common/str.h"

typedef enum shop_text { SHOP_RULES, SHOP_KNOWLEDGE, SHOP_TEXT_COUNT } shop_text_t;

/* "rules", "knowledge"; SHOP_TEXT_COUNT for another word. */
shop_text_t shop_text_by_name(str_t name);
const char *shop_text_name(shop_text_t document);

/* What rules may name between double braces; filled in with what is true when they are used. */
typedef enum placeholder {
    PLACEHOLDER_SHOP,
    PLACEHOLDER_MAKES,
    PLACEHOLDER_CARS,
    PLACEHOLDER_FINANCING,
    PLACEHOLDER_COUNT
} placeholder_t;

/* The placeholder a text begins with, {{shop}} …; PLACEHOLDER_COUNT for none. size is its length.
 */
placeholder_t placeholder_at(str_t text, size_t *size);

/* NULL, or what is wrong with a text: a sentence without its end. */
const char *shop_text_wrong(shop_text_t document, str_t text);

#endif
