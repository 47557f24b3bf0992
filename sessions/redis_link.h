/*
 * The connection to one Redis server: pipelined, kept up by itself. Commands wait while it is away;
 * one whose outcome is unknown because the connection broke is sent again. So every command must be
 * one that may be done twice (the scripts are).
 *
 *   state       means                                    leaves it by
 *   WAITING     no connection                            the backoff's end -> DIALLING
 *   DIALLING    looking up the host (TCP only)           address -> CONNECTING
 *   CONNECTING  connect(2) under way                     connected -> GREETING
 *   GREETING    AUTH, SELECT, fence, scripts, ROLE       all well -> UP
 *   UP          commands flow
 *   any but WAITING: an error, or no answer in time -> WAITING
 *
 * The fence: when we give a connection up while Redis was silent, Redis may still have our commands
 * in a buffer and run them late, after their repetitions. The next connection therefore begins with
 * CLIENT KILL of the last one. When another server takes the place of a silent one, no fence is
 * needed: what the silent one still does is thrown away with the rest of its data when it becomes
 * the other's replica, and a node of a cluster that has lost a slot refuses.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_LINK_H
#define MOSTRADOR_SESSIONS_REDIS_LINK_H

#include <uv.h>

#include "common/str.h"
#include "sessions/redis_command.h"
#include "sessions/url.h"

typedef struct redis_link redis_link_t;

#define REDIS_CONNECT_MS 1000 /* to connect and greet */
#define REDIS_COMMAND_MS 2000 /* silence while a command is under way: the server hangs */
#define REDIS_PING_MS 500     /* silence while none is: ask */
#define REDIS_BACKOFF_MS 500  /* longest wait between two attempts */
#define REDIS_LONE_MS                                                            \
    3000 /* a master that has no replica in touch gets one, as after a failover, \
            or refuses */

/* What a link is for. Its functions are called from inside others of the link's: they may send, but
 * neither move nor destroy it. */
typedef struct redis_link_use {
    redis_login_t login;
    unsigned database;
    bool master; /* a server that says it is none is as good as away */
    /* It came up, or it was lost, or an attempt failed. */
    void (*changed)(void *arg, redis_link_t *link);
    /* The node of a cluster answered MOVED, ASK, TRYAGAIN, CLUSTERDOWN or, while it may mend,
     * NOREPLICAS: the command is the callee's now. NULL: there is no cluster. */
    void (*redirected)(void *arg, redis_link_t *link, redis_command_t *command, str_t why);
    void *arg;
} redis_link_use_t;

/* Starts to connect at once, if there is an address. Borrows the loop and use. */
redis_link_t *redis_link_new(uv_loop_t *loop, const redis_link_use_t *use,
                             const redis_address_t *address);

/* Ends every command as if its deadline had passed, and nulls the caller's pointer. The memory goes
 * when the loop has closed the handles. */
void redis_link_destroy(redis_link_t **self_p);

/* Connects to another address from now on; what is under way is sent again there. */
void redis_link_move(redis_link_t *self, const redis_address_t *address);

/* Takes a command, which is on no list. Never calls its done from inside. */
void redis_link_send(redis_link_t *self, redis_command_t *command);

/* Appends to the list what waits here, in order. */
void redis_link_take_waiting(redis_link_t *self, redis_commands_t *list);

bool redis_link_up(const redis_link_t *self);
bool redis_link_idle(const redis_link_t *self); /* no command waits or is under way */
const redis_address_t *redis_link_address(const redis_link_t *self);

/* What keeps it from being up; "" when it is. */
const char *redis_link_trouble(const redis_link_t *self);

#endif
