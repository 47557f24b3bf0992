/*
 * What the shop writes for its seller: the rules and the knowledge that the console edits, in
 * versions, and which of them is live. A version is never changed; publishing, and rolling back, is
 * to say which one is live. What is live is looked up every second, and told with every CLAIM, so
 * that all agents change over at once and a turn has what was live when it began.
 */
#ifndef MOSTRADOR_SESSIONS_TEXTS_H
#define MOSTRADOR_SESSIONS_TEXTS_H

#include <uv.h>

#include "common/rpc_server.h"
#include "sessions/redis.h"

#define TEXTS_AT_ONCE 64 /* requests under way; more are refused */

typedef struct texts texts_t;

/* Borrows both; redis must be destroyed before it. */
texts_t *texts_new(uv_loop_t *loop, redis_t *redis);
void texts_destroy(texts_t **self_p);

/* LIST_TEXTS, GET_TEXT, SAVE_TEXT, PUBLISH_TEXT, OFFER_RULES */
bool texts_takes(proto_type_t type);
void texts_handle(texts_t *self, const rpc_request_t *request);

/* It is known what is live. */
bool texts_known(const texts_t *self);

/* Looks it up in Redis; false: too much waits for it. */
bool texts_look(texts_t *self, int64_t deadline);

/* Fills in what is live. */
void texts_tell(const texts_t *self, proto_claimed_t *claimed);

#endif
