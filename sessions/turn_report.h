/* LIST_TURNS and GET_LATENCY: what the log of turns tells, record by record or as percentiles. */
#ifndef MOSTRADOR_SESSIONS_TURN_REPORT_H
#define MOSTRADOR_SESSIONS_TURN_REPORT_H

#include "common/rpc_server.h"
#include "sessions/redis.h"

#define TURN_REPORTS 4 /* under way; more are refused */

typedef struct turn_reports turn_reports_t;

/* Borrows redis, which must be destroyed before these are. */
turn_reports_t *turn_reports_new(redis_t *redis);
void turn_reports_destroy(turn_reports_t **self_p);

/* Answers one of the two, now or later. */
void turn_reports_handle(turn_reports_t *self, const rpc_request_t *request);

#endif
