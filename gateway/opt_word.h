/*
 * The words that end or begin the writing to somebody: STOP, BAJA …, START, ALTA … Only a message
 * that is nothing else counts, as carriers have it, so that nobody leaves or returns by a word of a
 * sentence. Left out is what may as well answer a question of the seller: yes, no, cancel, "alto"
 * (which is also a car). Pure.
 */
#ifndef MOSTRADOR_GATEWAY_OPT_WORD_H
#define MOSTRADOR_GATEWAY_OPT_WORD_H

#include "common/str.h"

typedef enum opt_word {
    OPT_NONE,
    OPT_OUT,
    OPT_IN,
} opt_word_t;

/* Looks at the text in any case, with any accents and punctuation. sms: also what carriers take for
 * leaving there, and a chat for talk: CANCEL, END, QUIT. */
opt_word_t opt_word_of(str_t text, bool sms);

/* As messages have it: "out", "in" or "". */
const char *opt_word_name(opt_word_t word);

#endif
