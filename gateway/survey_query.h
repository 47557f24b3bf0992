/* The query string of /seller/nps: from which day to which. Pure. */
#ifndef MOSTRADOR_GATEWAY_SURVEY_QUERY_H
#define MOSTRADOR_GATEWAY_SURVEY_QUERY_H

#include "common/arena.h"
#include "gateway/problem.h"

#define SURVEY_DAYS_DEFAULT 30
#define SURVEY_DAYS_MAX 400 /* as long as they are kept */

typedef struct survey_query {
    int64_t since, until; /* days since 1970-01-01, UTC; until is one of them */
} survey_query_t;

/*
 * Reads since=2026-11-01&until=2026-11-30. Without until it is today, without since the 30 days
 * that end there. What is not a day of the calendar, a name that is not known or given twice, and
 * more than 400 days are 400.
 */
bool survey_query_parse(str_t text, arena_t *arena, int64_t today, survey_query_t *query,
                        problem_t *problem);

/* "2026-11-22" to the day's number; false if there is no such day from 1970 to 9999. */
bool day_parse(str_t text, int64_t *day);

/* The other way; text has room for 11 bytes and the day is one that day_parse gives. */
void day_print(int64_t day, char text[11]);

#endif
