/* JSON out: what tools answer and prompts say. Writing only; reading is cJSON's job. */
#ifndef MOSTRADOR_AGENT_JSON_H
#define MOSTRADOR_AGENT_JSON_H

#include "common/json_out.h"
#include "proto/proto.h"

/* "text" with quotes, escaped; bytes that are not UTF-8 become U+FFFD. */
void json_quote(buf_t *out, str_t text);

void json_text(buf_t *out, const char *key, str_t text);

/* A car as the model sees it: {"stock_id":…}. Extra columns only where they are known. */
void json_car(buf_t *out, const proto_car_t *car);

/* A quote as the model sees it. */
void json_quote_plan(buf_t *out, const proto_quote_t *quote);

/* The filters of a query as arguments of search_cars, without page. */
void json_filters(buf_t *out, const proto_query_t *query);

#endif
