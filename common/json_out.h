/*
 * JSON out, piece by piece into a buffer: members and elements, each of which puts a comma before
 * itself unless it is the first. Written by hand and not through a tree, because money must come
 * out as the exact decimal (637999.00), never through a double. Texts are quoted as who reads them
 * needs it: agent/json.h for models, gateway/json_text.h for browsers. Reading is cJSON's job.
 */
#ifndef MOSTRADOR_COMMON_JSON_OUT_H
#define MOSTRADOR_COMMON_JSON_OUT_H

#include <stdint.h>

#include "common/buf.h"

/* "key": and its value, which json_key leaves to the caller. A key is ours: it needs no escape. */
void json_key(buf_t *out, const char *key);
void json_int(buf_t *out, const char *key, int64_t number);
void json_money(buf_t *out, const char *key, int64_t cents);
void json_bool(buf_t *out, const char *key, bool value);
void json_null(buf_t *out, const char *key);
void json_int_or_null(buf_t *out, const char *key, bool is_there, int64_t number);

/* { as an element, or as a value; "key":{ and "key":[. The caller closes them. */
void json_open(buf_t *out);
void json_object(buf_t *out, const char *key);
void json_list(buf_t *out, const char *key);

/* Cents as pesos: 238999.00 */
void json_cents(buf_t *out, int64_t cents);

/* Before what is put by other means. */
void json_comma(buf_t *out);

#endif
