/* Keeps the makes in the prompt true: asks the catalog every second whether there is a new
 * version.*/
#ifndef MOSTRADOR_AGENT_MAKES_WATCH_H
#define MOSTRADOR_AGENT_MAKES_WATCH_H

#include <uv.h>

#include "agent/editions.h"
#include "common/rpc_client.h"

typedef struct makes_watch makes_watch_t;

/* Asks at once, then every second. Borrows all. */
makes_watch_t *makes_watch_new(uv_loop_t *loop, rpc_client_t *catalog, editions_t *editions);
void makes_watch_destroy(makes_watch_t **self_p);

#endif
