/*
 * Kore's headers, in one place. Only kore_*.c include this, and they go only into the module: Kore
 * exists only there.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_API_H
#define MOSTRADOR_GATEWAY_KORE_API_H

#include <kore/kore.h>

#include <kore/http.h>

#include "common/log.h"

/* What Kore finds by name in the module. */
void gateway_connect(struct connection *c);    /* kore_guard.c: a client has connected */
int gateway_request(struct http_request *req); /* kore_main.c: a request is whole */

#endif
