/*
 * A record of the protocol as JSON, by the table of its fields: {"name":value,…}. Numbers are as
 * the protocol has them (money in cents, times in ms); what is absent, 0, false or empty is left
 * out. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_RECORD_JSON_H
#define MOSTRADOR_GATEWAY_RECORD_JSON_H

#include "common/buf.h"
#include "proto/proto.h"

void record_json(const proto_record_t *record, const void *msg, buf_t *out);

/*
 * GET /seller/people/{user_id}, written piece by piece as it is told:
 *
 *   {"user_id":…,"exported_at":…,"stored":{"context":[{"value":{…}}],"state":[{"name":…,"value":…}…]}}
 *
 * A value is the record that its bytes are or, when they are none, a text.
 */
typedef struct export_json {
    char key[17];  /* whose list is open */
    size_t stored; /* so far */
} export_json_t;

void export_json_begin(export_json_t *self, str_t user_id, int64_t now_ms, buf_t *out);
void export_json_add(export_json_t *self, const proto_exported_t *some, buf_t *out);
void export_json_end(export_json_t *self, buf_t *out);

#endif
