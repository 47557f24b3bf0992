/*
 * Links, e-mail addresses and phone numbers in a sentence. Inside of grounding only. Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_LINKS_H
#define MOSTRADOR_AGENT_GROUND_LINKS_H

#include "agent/ground_numbers.h"

#define GROUND_MAX_LINK 256 /* bytes of one that can be backed */

typedef struct ground_link {
    uint16_t from, to; /* tokens */
    bool phone;
    size_t size;
    char text[GROUND_MAX_LINK]; /* without "https://www.", of a phone its last ten digits; empty:
                                   too long, or spelt out («punto com») */
} ground_link_t;

/* The next link or phone number from the token at on; false if there is none. */
bool ground_link_next(const ground_sentence_t *sentence, size_t at, ground_link_t *link);

#endif
