/*
 * Cuts a long answer into messages of a bounded length, at the best border there is: an empty line,
 * an item of a list, a line, a sentence, a word; and only in a text without any of these between
 * two characters. Never inside a number ("$461,999.00", "10 %", "+52 55 1234"), a link, a formatted
 * run ("*Nissan Versa*", marks.h), or what is seen as one character (é of two parts, a flag, a
 * family), unless one of them alone is longer than a message. Pure.
 */
#ifndef MOSTRADOR_COMMON_SPLIT_H
#define MOSTRADOR_COMMON_SPLIT_H

#include "common/str.h"

/* Of a message on WhatsApp. Counted as UTF-16 units: the strictest way that counting characters is
 * done, so that a text of emoji is not refused. */
#define SPLIT_WHATSAPP 1600

/* UTF-16 units of a text; a byte that is no UTF-8 counts as one. */
size_t split_length(str_t text);

/*
 * Takes the next message off *rest: a view of 1 … most units without white space at its ends. false
 * when nothing visible is left. most is at least 16.
 *
 *     while (split_next(&rest, SPLIT_WHATSAPP, &part)) …
 *
 * The parts, joined by the white space that was between them, are the text.
 */
bool split_next(str_t *rest, size_t most, str_t *part);

/* How many messages a text makes. */
size_t split_count(str_t text, size_t most);

#endif
