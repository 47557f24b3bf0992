/* How the shop is: /healthz, /readyz, /metrics. */
#ifndef MOSTRADOR_GATEWAY_KORE_STATUS_H
#define MOSTRADOR_GATEWAY_KORE_STATUS_H

#include "gateway/kore_api.h"

/* name is this worker's, as /metrics labels it. */
void status_start(const char *name);

int health_get(struct http_request *req);
int ready_get(struct http_request *req);
int processes_get(struct http_request *req);
int metrics_get(struct http_request *req);

#endif
