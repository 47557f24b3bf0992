/*
 * JSON for browsers: what common/json_out.h writes, with texts that may end up inside a page, and
 * times.
 */
#ifndef MOSTRADOR_GATEWAY_JSON_TEXT_H
#define MOSTRADOR_GATEWAY_JSON_TEXT_H

#include "common/json_out.h"

/* "…", escaped. Bytes that are no UTF-8 become U+FFFD, so that the result is always JSON. '<' is
 * escaped too: the text may end up inside a page. */
void json_put_text(buf_t *out, str_t text);

/* "2024-05-01T12:00:00.123Z", or null for 0 and what no calendar shows. */
void json_put_time(buf_t *out, int64_t unix_ms);

/* Members: "key": and such a value. null: an empty text. */
void json_str(buf_t *out, const char *key, str_t text);
void json_str_or_null(buf_t *out, const char *key, str_t text);
void json_time(buf_t *out, const char *key, int64_t unix_ms);

/* A key that is not ours. */
void json_str_key(buf_t *out, str_t key);

#endif
