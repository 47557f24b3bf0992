/* What an error reply of Redis means for the command. Pure. */
#ifndef MOSTRADOR_SESSIONS_REDIS_ERROR_H
#define MOSTRADOR_SESSIONS_REDIS_ERROR_H

#include "common/str.h"

typedef enum redis_error {
    REDIS_ERROR_SCRIPT, /* it does not know the script: load it and send again */
    REDIS_ERROR_AWAY,   /* it cannot serve now (loading, a replica …): as if it were not there */
    REDIS_ERROR_LATER,  /* of a cluster: that slot cannot be served now, others can */
    REDIS_ERROR_ELSEWHERE, /* of a cluster: another node serves that slot (MOVED, ASK) */
    REDIS_ERROR_LONE,      /* the master has no replica in touch, and was told to have one */
    REDIS_ERROR_FULL,      /* it cannot write now (memory, disk): refuse the request */
    REDIS_ERROR_OTHER,     /* it should never say that */
} redis_error_t;

redis_error_t redis_error(str_t text);

#endif
