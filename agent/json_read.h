/*
 * What tools answered (tool_json.h), read back from the conversation, where it is kept as JSON. A
 * field that is absent, or not what it should be, reads as 0 or "". Strings are views into the
 * tree. Pure.
 */
#ifndef MOSTRADOR_AGENT_JSON_READ_H
#define MOSTRADOR_AGENT_JSON_READ_H

#include <cjson/cJSON.h>

#include "proto/proto.h"

int64_t json_read_int(const cJSON *object, const char *name);
int64_t json_read_cents(const cJSON *object, const char *name);
str_t json_read_text(const cJSON *object, const char *name);
void json_read_car(const cJSON *object, proto_car_t *car);
void json_read_query(const cJSON *object, proto_query_t *query);

/* rate_percent in basis points: two decimals, like cents. stock_id 0: a bare price. */
void json_read_quote(const cJSON *object, proto_quote_t *quote);

#endif
