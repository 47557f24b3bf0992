/* JSON out: what tools answer and prompts say. Writing only; reading is cJSON's job. */
#ifndef MOSTRADOR_AGENT_JSON_H
#define MOSTRADOR_AGENT_JSON_H

#include "common/buf.h"
#include "proto/proto.h"

/* "text" with quotes, escaped; bytes that are not UTF-8 become U+FFFD. */
void json_quote(buf_t *out, str_t text);

/* ,"key":  — the comma only when something stands before it in this object or array. */
void json_key(buf_t *out, const char *key);

/* ,"key":"text", ,"key":12, ,"key":238999.00 (from cents), ,"key":true. */
void json_text(buf_t *out, const char *key, str_t text);
void json_int(buf_t *out, const char *key, int64_t number);
void json_money(buf_t *out, const char *key, int64_t cents);
void json_bool(buf_t *out, const char *key, bool value);

/* Cents as pesos: 238999.00 */
void json_cents(buf_t *out, int64_t cents);

/* A car as the model sees it: {"stock_id":…}. Extra columns only where they are known. */
void json_car(buf_t *out, const proto_car_t *car);

/* A quote as the model sees it. */
void json_quote_plan(buf_t *out, const proto_quote_t *quote);

/* The filters of a query as arguments of search_cars, without page. */
void json_filters(buf_t *out, const proto_query_t *query);

#endif
