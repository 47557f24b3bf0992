/* Days in a query string; see survey_query.h. */
#include "gateway/survey_query.h"

#include <stdio.h>

#include "gateway/params.h"

#define DAYS_OF_400_YEARS 146097
#define DAYS_BEFORE_1970 719468 /* since 0000-03-01 */
#define LAST_DAY 2932896        /* 9999-12-31 */

/* Years begin in March here, so that a leap day is a year's last. */
static int64_t day_of(int64_t year, int64_t month, int64_t date)
{
    int64_t shifted = month > 2 ? month - 3 : month + 9;

    year -= month <= 2;
    int64_t of_era = year % 400;
    int64_t of_year = (153 * shifted + 2) / 5 + date - 1;

    return year / 400 * DAYS_OF_400_YEARS + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           DAYS_BEFORE_1970;
}

void day_print(int64_t day, char text[11])
{
    int64_t number = day + DAYS_BEFORE_1970;
    int64_t era = number / DAYS_OF_400_YEARS;
    int64_t of_era = number % DAYS_OF_400_YEARS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    int64_t date = of_year - (153 * shifted + 2) / 5 + 1;
    int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;

    snprintf(text, 11, "%04u-%02u-%02u", (unsigned)((year + era * 400 + (month <= 2)) % 10000),
             (unsigned)(month % 100), (unsigned)(date % 100));
}

bool day_parse(str_t text, int64_t *day)
{
    int64_t parts[3] = {0};
    char back[11];
    size_t part = 0;

    if (text.size != 10)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (i == 4 || i == 7) {
            part++;
            if (text.data[i] != '-')
                return false;
        } else if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        } else {
            parts[part] = parts[part] * 10 + (text.data[i] - '0');
        }
    }
    if (parts[0] < 1970 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1)
        return false;
    *day = day_of(parts[0], parts[1], parts[2]);
    if (*day > LAST_DAY)
        return false;
    day_print(*day, back);
    return str_is(text, back); /* else it was 30 February */
}

bool survey_query_parse(str_t text, arena_t *arena, int64_t today, survey_query_t *query,
                        problem_t *problem)
{
    static const char *const names[] = {"until", "since"};
    params_t params = params_of(text, arena, names, 2, "There are since and until.", problem);
    size_t since;
    str_t value;

    while (params_next(&params, &since, &value))
        if (!day_parse(value, since ? &query->since : &query->until))
            return problem_set(problem, 400, "%s must be a day such as 2026-11-22.", names[since]);
    if (!params_good(&params))
        return false;
    if (!params.seen[0])
        query->until = params.seen[1] && query->since > today ? query->since : today;
    if (!params.seen[1])
        query->since =
            query->until > SURVEY_DAYS_DEFAULT ? query->until - SURVEY_DAYS_DEFAULT + 1 : 0;
    if (query->since > query->until)
        return problem_set(problem, 400, "since is after until.");
    if (query->until - query->since >= SURVEY_DAYS_MAX)
        return problem_set(problem, 400, "At most %d days can be asked for at once.",
                           SURVEY_DAYS_MAX);
    return true;
}
