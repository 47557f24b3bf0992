/* GET /: the chat page, whose files are part of the module. */
#ifndef MOSTRADOR_GATEWAY_KORE_PAGE_H
#define MOSTRADOR_GATEWAY_KORE_PAGE_H

#include "gateway/kore_api.h"

/* Makes the files ready to be sent; shop is the name the page shows. */
void page_start(const char *shop);

/* path is one of those that url.c routes to ROUTE_PAGE. */
int page_get(struct http_request *req, str_t path);

#endif
