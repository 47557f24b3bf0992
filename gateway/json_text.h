/*
 * Values as JSON text, appended to a buffer. Written by hand and not through a tree, because money
 * must come out as the exact decimal (637999.00), never through a double.
 */
#ifndef MOSTRADOR_GATEWAY_JSON_TEXT_H
#define MOSTRADOR_GATEWAY_JSON_TEXT_H

#include <stdint.h>

#include "common/buf.h"

/* "…", escaped. Bytes that are no UTF-8 become U+FFFD, so that the result is always JSON. '<' is
 * escaped too: the text may end up inside a page. */
void json_put_text(buf_t *out, str_t text);

/* 637999.00 */
void json_put_money(buf_t *out, int64_t cents);

/* "2024-05-01T12:00:00.123Z", or null for 0 and what no calendar shows. */
void json_put_time(buf_t *out, int64_t unix_ms);

static inline void json_put_bool(buf_t *out, bool value)
{
    buf_str(out, value ? "true" : "false");
}

/* ---- members and elements: each puts a comma before itself unless it is the first ---- */

/* "name": and its value, which json_add_name leaves to the caller. */
void json_add_name(buf_t *out, const char *name);
void json_add_key(buf_t *out, str_t name); /* one that is not ours */
void json_add_text(buf_t *out, const char *name, str_t text);
void json_add_number(buf_t *out, const char *name, int64_t number);
void json_add_money(buf_t *out, const char *name, int64_t cents);
void json_add_time(buf_t *out, const char *name, int64_t unix_ms);
void json_add_bool(buf_t *out, const char *name, bool value);

void json_add_null(buf_t *out, const char *name);

/* null where there is none: an empty text. */
void json_add_text_or_null(buf_t *out, const char *name, str_t text);
void json_add_number_or_null(buf_t *out, const char *name, bool is_there, int64_t number);

/* { as an element, or as a value; "name":{ and "name":[. The caller closes them. */
void json_open(buf_t *out);
void json_add_object(buf_t *out, const char *name);
void json_add_list(buf_t *out, const char *name);

#endif
