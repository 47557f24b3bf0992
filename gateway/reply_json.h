/* What the endpoints answer, as JSON, and as server-sent events. Pure. */
#ifndef MOSTRADOR_GATEWAY_REPLY_JSON_H
#define MOSTRADOR_GATEWAY_REPLY_JSON_H

#include "common/buf.h"
#include "proto/proto.h"

/* POST /seller/bot/: {"user_id","turn_id","reply","cars":[…],"list":{…}}; list only when there is
 * one. */
void reply_json(str_t user_id, const proto_reply_t *reply, buf_t *out);

/* GET /seller/sessions/{user_id}. Tool calls stay inside; only what the two said is shown. People
 * of the shop have the names they sign in with only if who reads it is one of them (inside). */
void session_json(str_t user_id, const proto_session_t *session, bool inside, buf_t *out);

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
