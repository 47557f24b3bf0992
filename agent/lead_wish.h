/*
 * What a message says that somebody of the shop should know of: that the customer wants to come,
 * drive, reserve or buy, their name, how to reach them. For the offline seller, which has no model
 * to tell; in Spanish, English and Portuguese. Pure: any bytes are welcome.
 */
#ifndef MOSTRADOR_AGENT_LEAD_WISH_H
#define MOSTRADOR_AGENT_LEAD_WISH_H

#include "common/arena.h"

typedef struct lead_wish {
    const char *interest; /* visit, test_drive, reserve, buy; NULL: nothing of that */
    str_t name;           /* as it was written, may be empty: views into the text */
    str_t contact;        /* a phone number or a mail address; the same */
} lead_wish_t;

void lead_wish_read(str_t text, lead_wish_t *wish);

#endif
