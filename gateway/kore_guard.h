/*
 * The door: everything a client sends passes here before Kore's parser, and every answer ends here
 * so that the next request does too. Times and sizes of requests are bounded here.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_GUARD_H
#define MOSTRADOR_GATEWAY_KORE_GUARD_H

#include "gateway/kore_api.h"

/* After an answer: the connection's next request may come. Kore itself must never re-arm its
 * parser. */
void guard_next(struct connection *c);

/* Ends what has taken too long. Call it every 100 ms or so. */
void guard_sweep(int64_t now_ms);

#endif
