/*
 * The marks by which WhatsApp formats text: *bold*, _italic_, ~struck~, `code`. Two marks of a kind
 * format what is between them when the first has no letter or digit before it and no blank behind
 * it, the second no blank before it and no letter or digit behind it, and both are on one line;
 * three backticks format over lines too. There is no way to escape one. Pure.
 *
 * So a mark that is to be read as it is, because it comes from the catalog ("GL *full*"), is
 * replaced by a character that looks the same and means nothing; and so is one that would format
 * more than a short run, so that a run is never cut when a long text becomes several messages.
 */
#ifndef MOSTRADOR_COMMON_MARKS_H
#define MOSTRADOR_COMMON_MARKS_H

#include "common/buf.h"

#define MARKS_RUN_MAX 400      /* characters of a formatted run, its marks included */
#define MARKS_LITERAL_MAX 1024 /* bytes of a list of offsets */
#define MARKS_ALL "*"          /* instead of a list: all of them */

bool is_mark(char c);

/* Is there a Latin letter or a digit before at, or from at on? */
bool marks_letter_before(str_t text, size_t at);
bool marks_letter_at(str_t text, size_t at);

/* The bytes of the link that begins at at, up to the next white space; 0: none does. */
size_t marks_link(str_t text, size_t at);

/* The bytes of the formatted run that begins with the mark at at; 0: none of at most MARKS_RUN_MAX
 * does. */
size_t marks_run(str_t text, size_t at);

/*
 * Appends text as it is to be sent to WhatsApp. literal: where the marks stand that are to be read
 * as they are, byte offsets in rising order with a blank between two, or MARKS_ALL. Marks in links
 * and within words stay. What is appended has as many characters as text, and at most thrice its
 * bytes.
 */
void marks_print(buf_t *out, str_t text, str_t literal);

#endif
