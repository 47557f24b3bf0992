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

#endif
