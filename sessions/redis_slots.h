/*
 * The slots of a Redis Cluster: which one a key is in, which node serves it, and what a node
 * answers to a command of a slot that is not its own. Pure.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_SLOTS_H
#define MOSTRADOR_SESSIONS_REDIS_SLOTS_H

#include <hiredis/hiredis.h>

#include "sessions/url.h"

#define REDIS_SLOTS 16384
#define REDIS_SLOTS_NODES 128    /* masters of one cluster, at most */
#define REDIS_SLOTS_NONE 0xffffu /* nobody serves that slot */

typedef struct redis_slots {
    redis_address_t nodes[REDIS_SLOTS_NODES]; /* the masters */
    size_t count;
    uint16_t owner[REDIS_SLOTS]; /* index into nodes, or REDIS_SLOTS_NONE */
} redis_slots_t;

/* CRC16 of the key, or of what is between its first "{" and the "}" behind it, modulo REDIS_SLOTS.
 */
unsigned redis_slot(str_t key);

/* The slot of a command's first key; -1 if it has none. Knows EVALSHA and EVAL; bytes are what
 * redisFormatCommandArgv made. */
int redis_slot_of_command(str_t bytes);

/* Reads the answer to CLUSTER SLOTS of the node that is reached at asked: a node that does not know
 * its own address is there. false when it is none, or has too many nodes. */
bool redis_slots_read(redis_slots_t *self, const redisReply *reply, const redis_address_t *asked);

/* Reads "MOVED 3999 10.0.0.1:6381" or "ASK …"; false when it is neither. */
bool redis_slots_redirect(str_t text, const redis_address_t *asked, bool *ask, unsigned *slot,
                          redis_address_t *address);

#endif
