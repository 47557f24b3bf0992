/* Leads, for the people of the shop: their list, as JSON and as a table, those of one person, and
 * what is changed of them by hand. */
#ifndef MOSTRADOR_GATEWAY_KORE_LEADS_H
#define MOSTRADOR_GATEWAY_KORE_LEADS_H

#include "common/str.h"
#include "gateway/kore_api.h"

int leads_get(struct http_request *req, int64_t started_us);
int leads_csv_get(struct http_request *req, int64_t started_us);

/* id is the user id as it stands in the path. */
int lead_get(struct http_request *req, str_t id, int64_t started_us);
int lead_post(struct http_request *req, str_t id, int64_t started_us);

#endif
