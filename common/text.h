/* Text that people write: UTF-8, folding, masking. Pure functions. */
#ifndef MOSTRADOR_COMMON_TEXT_H
#define MOSTRADOR_COMMON_TEXT_H

#include <stdint.h>

#include "common/buf.h"
#include "common/str.h"

/* Well-formed UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF). */
bool utf8_valid(str_t text);

/* Characters (code points) of valid UTF-8. */
size_t utf8_length(str_t text);

/* The longest front of valid UTF-8 that has at most max bytes and ends between two characters. */
str_t utf8_front(str_t text, size_t max);

/*
 * Reads one character and moves *at behind it; U+FFFD and one byte on for bad bytes.
 * At the end 0 and *at stays.
 */
uint32_t utf8_next(str_t text, size_t *at);
void utf8_add(buf_t *out, uint32_t character);

/*
 * Appends text lowercased and without accents, as searches compare it: "Híbrido" becomes
 * "hibrido", "Citroën" "citroen", "ñ" "n". Latin, Greek and Cyrillic capitals are lowered,
 * what it does not know stays.
 */
void text_fold(buf_t *out, str_t text);

/* The value of a hexadecimal digit; -1: it is none. */
int text_hex(char c);

/* Without white space at both ends. */
str_t text_trim(str_t text);

/*
 * A person's id as logs may show it: all but the last 4 digits or letters of each run of 5 or more
 * are '*': "whatsapp:+*********5678". Control characters become '?'. Cut to the size of out.
 */
const char *text_mask(str_t id, char *out, size_t size);

#endif
