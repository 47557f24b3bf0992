/* A script's call as the bytes of one Redis command, for those whose keys belong to no person.
 * Pure. */
#ifndef MOSTRADOR_SESSIONS_SCRIPT_COMMAND_H
#define MOSTRADOR_SESSIONS_SCRIPT_COMMAND_H

#include "sessions/keys.h"
#include "sessions/scripts.h"

#define SCRIPT_COMMAND_KEYS 4
#define SCRIPT_COMMAND_ARGS 16

/* Freed with redisFreeCommand. */
char *script_command(script_t script, const session_key_t *keys, size_t key_count,
                     const str_t *args, size_t arg_count, size_t *size);

#endif
