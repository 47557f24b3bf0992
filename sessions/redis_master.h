/* What a Redis Sentinel says about where the master is. Pure. */
#ifndef MOSTRADOR_SESSIONS_REDIS_MASTER_H
#define MOSTRADOR_SESSIONS_REDIS_MASTER_H

#include <hiredis/hiredis.h>

#include "sessions/url.h"

/* Reads the answer to SENTINEL GET-MASTER-ADDR-BY-NAME: [host, port]; false if it does not know. */
bool redis_master_read(const redisReply *reply, redis_address_t *address);

/* Reads what is published as +switch-master, "name old-host old-port host port"; false if it is
 * about another master. */
bool redis_master_switched(str_t text, str_t name, redis_address_t *address);

#endif
