/*
 * The Lua scripts that do every change in Redis, each a file of this folder, built into the
 * program. A script is one atomic step, touches one slot, takes all its keys as KEYS and uses
 * Redis' own clock. It answers an array whose first element says how it went. The line "#!lua" at
 * its top has Redis check before it starts that writing is possible at all, so it never stops
 * half-way. What those that touch the outbox share, outbox.lua, is built in between that line and
 * the rest; behind it, for some, what they share about a person's budget, spent.lua, or about how
 * fast is sent, gcra.lua.
 */
#ifndef MOSTRADOR_SESSIONS_SCRIPTS_H
#define MOSTRADOR_SESSIONS_SCRIPTS_H

#include "common/str.h"

typedef enum script {
    SCRIPT_ENQUEUE,
    SCRIPT_WITHDRAW,
    SCRIPT_CLAIM,
    SCRIPT_RENEW,
    SCRIPT_COMMIT,
    SCRIPT_RELEASE,
    SCRIPT_RESET,
    SCRIPT_READ,
    SCRIPT_SWEEP,
    SCRIPT_TAKE,
    SCRIPT_FORGO,
    SCRIPT_DELIVERED,
    SCRIPT_STATUS,
    SCRIPT_TURN_LOG,
    SCRIPT_TURN_OUT,
    SCRIPT_TURN_READ,
    SCRIPT_SURVEYS,
    SCRIPT_SPEND,
    SCRIPT_BUDGET,
    SCRIPT_EXPORT,
    SCRIPT_ERASE,
    SCRIPT_CONSOLE,
    SCRIPT_PACE,
    SCRIPT_PEOPLE,
    SCRIPT_RAISE_ALERT,
    SCRIPT_TAKE_ALERTS,
    SCRIPT_SETTLE_ALERT,
    SCRIPT_FORGET_ALERTS,
    SCRIPT_TAKEOVER,
    SCRIPT_SAY,
    SCRIPT_GIVEBACK,
    SCRIPT_SAID,
    SCRIPT_DESK,
    SCRIPT_LEADS_LIST,
    SCRIPT_LEADS_PERSON,
    SCRIPT_TEXTS,
    SCRIPT_TEXTS_READ,
    SCRIPT_TALLY_READ,
    SCRIPT_TALLY_MET,
    SCRIPT_COUNT
} script_t;

#define SCRIPT_SHA_SIZE 40

/* Its text. */
str_t script_source(script_t script);

/* The name EVALSHA knows it by: 40 hex digits. */
str_t script_sha(script_t script);

#endif
