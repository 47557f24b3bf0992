/*
 * Alerts, what the people of the shop want to be told: kept here (keys.h, *_alert*.lua) until an
 * agent has told them. They are not in the customer's partition, and not in the step that makes
 * them true: one is lost when its process is killed between the two.
 *
 *   state    RAISE_ALERT       TAKE_ALERTS          SETTLE_ALERT by its taker   24 h
 *   none     due (*)           –                    stale                       –
 *   due      again             taken, attempt + 1   stale                       none
 *   taken    again             –                    due later, or none          none
 *   taken, after its lease: as due
 *
 * (*) if somebody asked for alerts in the last day, the same was not told in ALERT_REPEAT_MS, and
 * fewer than ALERT_RATE of its kind in an hour. What was held back is counted in the next one.
 */
#ifndef MOSTRADOR_SESSIONS_ALERTS_H
#define MOSTRADOR_SESSIONS_ALERTS_H

#include "common/rpc_server.h"
#include "sessions/redis.h"

#define ALERTS_KEPT 1000 /* that wait, at most */

typedef struct alerts alerts_t;

/* Borrows redis, which must be destroyed before the alerts are. repeat_ms: the same is told once in
 * that time; rate: of a kind in an hour, at most. */
alerts_t *alerts_new(redis_t *redis, int64_t repeat_ms, int64_t rate);
void alerts_destroy(alerts_t **self_p);

/* Answers RAISE_ALERT, TAKE_ALERTS and SETTLE_ALERT, now or later. */
void alerts_handle(alerts_t *self, const rpc_request_t *request);

/* Raises one of our own; its id and time are made here. key is as in RAISE_ALERT. */
void alerts_raise(alerts_t *self, const proto_alert_t *alert, str_t key);

/* Drops those about a person. false: too much waits for Redis. */
bool alerts_forget(alerts_t *self, str_t user_id, int64_t deadline);

#endif
