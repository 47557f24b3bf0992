/*
 * The service: every request becomes one command for Redis, and what Redis answers goes back; but
 * for those that look across users (sweep, turn_report). Holds no state but the requests under way,
 * so any number of these processes may run.
 */
#ifndef MOSTRADOR_SESSIONS_STORE_H
#define MOSTRADOR_SESSIONS_STORE_H

#include "common/rpc_server.h"
#include "sessions/budget.h"
#include "sessions/console.h"
#include "sessions/redis.h"
#include "sessions/request.h"

typedef struct store store_t;

/* Redis' answers come well before the caller gives up, so that the error reaches it: so much, ms,
 * but at most a tenth of what is left. */
#define STORE_MARGIN_MS 100
/* A caller who never gives up is answered after so long, ms. */
#define STORE_PATIENCE_MS 30000

/* Borrows loop and redis, which must be destroyed before the store is. */
store_t *store_new(uv_loop_t *loop, redis_t *redis, const request_limits_t *limits,
                   const budget_person_t *person, const console_limits_t *console);
void store_destroy(store_t **self_p);

/* What it lacks to serve every request; "" when it lacks nothing. */
str_t store_missing(const store_t *self);

/* The types that store_handle takes, ended by 0. */
extern const proto_type_t store_accepts[];

/* An rpc_handler_t; arg is the store. */
rpc_handler_t store_handle;

/* What was kept back to go together is sent; to be called when no more requests are there. arg is
 * the store. */
void store_send(void *arg);

/* When to be done with a request that came just now, clock_ms. */
int64_t store_deadline(const proto_header_t *header);

#endif
