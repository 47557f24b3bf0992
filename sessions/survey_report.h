/*
 * SURVEYS: what people answered. Each partition counts its own people, in the same scripts that
 * change their surveys, so all of them have to be asked, some at a time; the sums are made
 * here.
 */
#ifndef MOSTRADOR_SESSIONS_SURVEY_REPORT_H
#define MOSTRADOR_SESSIONS_SURVEY_REPORT_H

#include "common/rpc_server.h"
#include "sessions/redis.h"

#define SURVEY_REPORT_WAVE 32   /* commands at once */
#define SURVEY_REPORT_AT_ONCE 4 /* reports under way; more are refused */

typedef struct survey_reporter survey_reporter_t;

/* Borrows redis, which must be destroyed before the reporter is. */
survey_reporter_t *survey_reporter_new(redis_t *redis);
void survey_reporter_destroy(survey_reporter_t **self_p);

/* Answers a SURVEYS, now or later. */
void survey_reporter_handle(survey_reporter_t *self, const rpc_request_t *request);

/* ---- the sums, pure ---- */

#define SURVEY_REPORT_DAYS 2000 /* days times versions of the rules, as the protocol has it */
#define SURVEY_REPORT_OPINIONS 100

typedef struct survey_sums {
    proto_survey_day_t days[SURVEY_REPORT_DAYS]; /* by day and rules; rules live in the arena */
    size_t day_count;
    proto_opinion_t opinions[SURVEY_REPORT_OPINIONS]; /* the newest first; in the arena too */
    size_t opinion_count, opinion_max;
    bool full; /* there are more days than fit */
    size_t damaged;
    arena_t *arena;
} survey_sums_t;

/* "<day> <rules>" and "<asked> <answered> <promoters> <passives> <detractors> <sum>" */
void survey_sums_day(survey_sums_t *self, str_t field, str_t counts);

/* "<size>:<user><survey record>", written at that time, Unix ms */
void survey_sums_opinion(survey_sums_t *self, str_t member, int64_t at_ms);

#endif
