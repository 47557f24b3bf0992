/* Random identifiers, from getrandom(2). */
#ifndef MOSTRADOR_COMMON_ID_H
#define MOSTRADOR_COMMON_ID_H

#include <stddef.h>
#include <stdint.h>

/* 63 random bits, never 0: boot ids, request ids. */
int64_t id_random(void);

/* 26 characters of Crockford base 32 and a 0, sortable by time (a ULID): turn and message ids. */
#define ID_TEXT_SIZE 27
void id_text(char text[ID_TEXT_SIZE]);

#endif
