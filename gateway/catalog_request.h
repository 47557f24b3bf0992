/*
 * What people of the shop ask of the catalog: the bodies and query strings of POST /catalog/cars,
 * /catalog/cars/{stock_id} and …/sold, GET /catalog/history, and POST /catalog/import. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_CATALOG_REQUEST_H
#define MOSTRADOR_GATEWAY_CATALOG_REQUEST_H

#include "common/arena.h"
#include "gateway/problem.h"
#include "proto/proto.h"

/* A number in a path: a stock id, or a revision. */
bool catalog_number_parse(str_t text, int64_t *number, problem_t *problem);

/*
 * {"price":289900,"colour":"Rojo","seen":"…"}: each member but seen is a column, a text, a number,
 * true, false or null for nothing. seen is the version of the car that was looked at. The members
 * are not checked further: the catalog knows what a car may have.
 */
bool catalog_values_parse(str_t body, arena_t *arena, proto_put_car_t *msg, problem_t *problem);

/* {"seen":"…"} or nothing. */
bool catalog_sold_parse(str_t body, arena_t *arena, str_t *seen, problem_t *problem);

/* stock_id, before and limit. */
bool catalog_history_parse(str_t query, arena_t *arena, proto_get_history_t *msg,
                           problem_t *problem);

/* digest and name. */
bool catalog_import_parse(str_t query, arena_t *arena, proto_import_csv_t *msg, problem_t *problem);

#endif
