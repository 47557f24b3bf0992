/*
 * GET_NUMBERS: what the turns of some days came to. A day is read at a time, a few in flight, so
 * that nobody's CLAIM waits behind a year of them; the sums are made in tally.c.
 */
#ifndef MOSTRADOR_SESSIONS_TALLY_REPORT_H
#define MOSTRADOR_SESSIONS_TALLY_REPORT_H

#include "common/rpc_server.h"
#include "sessions/redis.h"

#define TALLY_REPORT_WAVE 8    /* days read at once */
#define TALLY_REPORT_AT_ONCE 4 /* reports under way; more are refused */

typedef struct tally_reporter tally_reporter_t;

/* Borrows redis, which must be destroyed before the reporter is. */
tally_reporter_t *tally_reporter_new(redis_t *redis);
void tally_reporter_destroy(tally_reporter_t **self_p);

/* Answers a GET_NUMBERS, now or later. */
void tally_reporter_handle(tally_reporter_t *self, const rpc_request_t *request);

#endif
