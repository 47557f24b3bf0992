/* What the endpoints answer, as JSON, and as server-sent events. Pure. */
#ifndef MOSTRADOR_GATEWAY_REPLY_JSON_H
#define MOSTRADOR_GATEWAY_REPLY_JSON_H

#include "common/buf.h"
#include "proto/proto.h"

/* POST /seller/bot/: {"user_id","turn_id","reply","cars":[…],"list":{…}}; list only when there is
 * one. */
void reply_json(str_t user_id, const proto_reply_t *reply, buf_t *out);

/* Who reads a conversation. */
typedef enum session_reader {
    READER_CUSTOMER, /* reads what was said to them: no notes, nothing unsent, no tool calls,
                        nothing of what the shop thinks of them */
    READER_CALLER,   /* of the API: everything, and people of the shop as customers are told of them
                      */
    READER_SHOP,     /* one of those: by the names they sign in with */
} session_reader_t;

/* GET /seller/sessions/{user_id} */
void session_json(str_t user_id, const proto_session_t *session, session_reader_t reader,
                  buf_t *out);

/* Is there anything to show? */
bool session_known(const proto_session_t *session);

/* A car with everything the catalog says of it. */
void car_json(const proto_car_t *car, buf_t *out);

/* GET /catalog/cars */
void cars_json(const proto_paged_t *page, buf_t *out);

/* GET /catalog/makes, and with ?make= its models. */
void makes_json(const proto_facets_t *facets, buf_t *out);
void models_json(const proto_facets_t *facets, buf_t *out);

/* One server-sent event. data is one line (JSON without line breaks). */
void event_print(const char *name, str_t data, buf_t *out);

/* {"text":…}, the data of a "delta" event. */
void delta_json(str_t text, buf_t *out);

#endif
