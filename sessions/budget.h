/*
 * What may be spent at language models, and what has been today: by one person, and by all. The
 * numbers are in Redis (keys.h, budget.lua, spent.lua); here is what was seen of the day's last.
 *
 * Nothing is refused here: CLAIMED tells the agent that a budget is used up, and the offline seller
 * answers. So a person overshoots by one turn at most, and the day by the turns that run at once.
 */
#ifndef MOSTRADOR_SESSIONS_BUDGET_H
#define MOSTRADOR_SESSIONS_BUDGET_H

#include "sessions/alerts.h"
#include "sessions/redis.h"
#include "sessions/request.h"

typedef struct budget budget_t;

/* Tokens and calls that one person may have a day; 0: any. Those of the day are in the limits. */
typedef struct budget_person {
    int64_t tokens, calls;
} budget_person_t;

/* Borrows them; redis must be destroyed before the budget is. */
budget_t *budget_new(redis_t *redis, const request_limits_t *limits, const budget_person_t *person,
                     alerts_t *alerts);
void budget_destroy(budget_t **self_p);

/* Is there one for all together? */
bool budget_of_day(const budget_t *self);

/*
 * Has the day's sum looked at, with all that was added to it. Redis answers in order: with the
 * answer to whatever is sent next, the result is known. false: too much waits for Redis. Between
 * two calls of budget_send one look is enough, unless something is added.
 */
bool budget_look(budget_t *self, int64_t deadline);

/* Has what a turn has spent added to the day's sum, by the next look or budget_send: with what
 * other turns have spent meanwhile. false: too much waits for Redis. */
bool budget_add(budget_t *self, str_t turn_id, int64_t tokens, int64_t calls, int64_t deadline);

/* What was added is sent; what Redis has no room for is kept for the next time. */
void budget_send(budget_t *self);

/* Adds what a turn without a COMMIT has spent to its person's day. */
bool budget_add_person(budget_t *self, str_t user_id, str_t turn_id, int64_t tokens, int64_t calls,
                       int64_t deadline);

/* Whose budget is used up, for a person who has spent so much today: "person", "day" or "". */
const char *budget_used_up(const budget_t *self, int64_t tokens, int64_t calls);

/* Fills in all but what the person has spent; day is where its text is put. */
void budget_tell(const budget_t *self, proto_budget_t *out, char day[16]);

#endif
