/*
 * People of the shop change the catalog: POST /catalog/cars, /catalog/cars/{stock_id} and …/sold,
 * POST /catalog/import, GET /catalog/history, POST /catalog/history/{number}/undo, and GET
 * /catalog/cars/{stock_id}.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_CATALOG_H
#define MOSTRADOR_GATEWAY_KORE_CATALOG_H

#include "gateway/kore_api.h"

int cars_post(struct http_request *req, int64_t started_us);
int car_get(struct http_request *req, str_t stock_id, int64_t started_us);
int car_post(struct http_request *req, str_t stock_id, int64_t started_us);
int sold_post(struct http_request *req, str_t stock_id, int64_t started_us);
int history_get(struct http_request *req, int64_t started_us);
int undo_post(struct http_request *req, str_t number, int64_t started_us);
int import_post(struct http_request *req, int64_t started_us);

#endif
