/*
 * The newest conversations, for who looks at them all: LIST_PEOPLE and GET_CHANGES. The list is one
 * sorted set beside the log of turns, written by the same script, so it costs no command of its
 * own; it has the newest REQUEST_MAX_PEOPLE people. What is shown of each is read from their own
 * partition when somebody looks, and who has nothing there any more is dropped from the list then.
 */
#ifndef MOSTRADOR_SESSIONS_PEOPLE_INDEX_H
#define MOSTRADOR_SESSIONS_PEOPLE_INDEX_H

#include "common/rpc_server.h"
#include "sessions/redis.h"
#include "sessions/request.h"

#define PEOPLE_AT_ONCE 16 /* requests under way */
#define PEOPLE_STEP 200   /* of the list, looked at with one command */
#define PEOPLE_SHOWN 50   /* in one answer, at most */

typedef struct people_index people_index_t;

/* Borrows both. */
people_index_t *people_index_new(redis_t *redis, const request_limits_t *limits);

/* Redis must be destroyed before. */
void people_index_destroy(people_index_t **self_p);

/* LIST_PEOPLE and GET_CHANGES. */
void people_index_handle(people_index_t *self, const rpc_request_t *request);

/* Told and not waited for: a delivery failed; their lead has that stage (made: by a turn, which may
 * be their first); a score (0 to 10) was given. */
void people_index_failed(people_index_t *self, str_t user_id, int64_t deadline);
void people_index_lead(people_index_t *self, str_t user_id, str_t stage, bool made,
                       int64_t deadline);
void people_index_scored(people_index_t *self, str_t user_id, int64_t score, int64_t deadline);

/* Told and not waited for: somebody of the shop has done something about it, or the customer wrote
 * to them, of which no turn tells. */
void people_index_touched(people_index_t *self, str_t user_id, bool wrote, int64_t deadline);

/* Before the conversation itself is forgotten. false: too much waits for Redis. */
bool people_index_forget(people_index_t *self, str_t user_id, int64_t deadline);

#endif
