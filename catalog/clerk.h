/*
 * Takes what people of the shop want done to the catalog, one after the other, and answers when it
 * is durable and every replica of the folder serves it. What another replica was faster with is
 * tried again on top of that; a file is read on a thread of its own.
 */
#ifndef MOSTRADOR_CATALOG_CLERK_H
#define MOSTRADOR_CATALOG_CLERK_H

#include "catalog/local.h"
#include "common/rpc_server.h"

typedef struct clerk clerk_t;

/* Borrows dir and local, until the clerk is gone. */
clerk_t *clerk_new(uv_loop_t *loop, const char *dir, local_t *local);

/* Waits for a file that is being read. What nobody was told of is not answered: callers ask again,
 * and are told of what was done. */
void clerk_destroy(clerk_t **self_p);

/* A PUT_CAR, SELL_CAR, UNDO or IMPORT_CSV. It is answered now or later. */
void clerk_take(clerk_t *self, const rpc_request_t *request);

/* Goes on with what waits; state is what is served. true: there is something newer to be served. */
bool clerk_run(clerk_t *self, const local_state_t *state);

#endif
