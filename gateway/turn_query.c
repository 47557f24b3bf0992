/* Which turns are asked about; see turn_query.h. */
#include "gateway/turn_query.h"

#include <string.h>
#include <time.h>

#include "common/config.h"
#include "common/text.h"
#include "gateway/bot_request.h"
#include "gateway/params.h"

#define MASKED_SIZE 129 /* of an id, with its 0 */
#define NAME_MAX 64     /* bytes, as the protocol has it */

typedef enum param {
    SINCE,
    UNTIL,
    OUTCOME,
    BEFORE,
    LIMIT,
    USER,
    DID,
    SOUGHT,
    MISSED,
    LONGER,
    HOUR,
    PARAMS
} param_t;

static const char *const names[PARAMS] = {"since",  "until",   "outcome", "before",
                                          "limit",  "user_id", "did",     "sought",
                                          "missed", "longer",  "hour"};

/* ---- times ---- */

/* So many digits at the front of text, which moves behind them; false if there are fewer. */
static bool take_number(str_t *text, size_t digits, int *number)
{
    *number = 0;
    if (text->size < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (text->data[i] < '0' || text->data[i] > '9')
            return false;
        *number = *number * 10 + (text->data[i] - '0');
    }
    *text = (str_t){text->data + digits, text->size - digits};
    return true;
}

static bool take_char(str_t *text, char c)
{
    if (text->size == 0 || text->data[0] != c)
        return false;
    *text = (str_t){text->data + 1, text->size - 1};
    return true;
}

static bool take_date(str_t *text, struct tm *parts)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (!take_number(text, 4, &parts->tm_year) || !take_char(text, '-') ||
        !take_number(text, 2, &parts->tm_mon) || !take_char(text, '-') ||
        !take_number(text, 2, &parts->tm_mday))
        return false;
    if (parts->tm_year < 1971 || parts->tm_mon < 1 || parts->tm_mon > 12 || parts->tm_mday < 1 ||
        parts->tm_mday > days[parts->tm_mon - 1])
        return false;
    parts->tm_year -= 1900;
    parts->tm_mon--;
    return true;
}

/* T10:30, T10:30:00 or T10:30:00.123, with or without Z: there is no other zone. */
static bool take_clock(str_t *text, struct tm *parts, int *ms)
{
    *ms = 0;
    if (!take_char(text, 'T') || !take_number(text, 2, &parts->tm_hour) || !take_char(text, ':') ||
        !take_number(text, 2, &parts->tm_min))
        return false;
    if (take_char(text, ':') && !take_number(text, 2, &parts->tm_sec))
        return false;
    if (take_char(text, '.') && !take_number(text, 3, ms))
        return false;
    take_char(text, 'Z');
    return parts->tm_hour < 24 && parts->tm_min < 60 && parts->tm_sec < 61;
}

bool turn_query_time(str_t text, int64_t now_ms, int64_t *unix_ms)
{
    struct tm parts = {0};
    int ms = 0;

    if (text.size && strchr("smhdw", text.data[text.size - 1])) {
        if (!config_parse_ms(text, unix_ms) || *unix_ms < 0 || *unix_ms >= now_ms)
            return false;
        *unix_ms = now_ms - *unix_ms;
        return true;
    }
    if (!take_date(&text, &parts) || (text.size && !take_clock(&text, &parts, &ms)) || text.size)
        return false;
    int day = parts.tm_mday;
    *unix_ms = (int64_t)timegm(&parts) * 1000 + ms;
    return parts.tm_mday == day; /* 30 February would be 2 March */
}

/* ---- parameters ---- */

static bool is_word(str_t text, size_t max)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '_' && c != '-')
            return false;
    }
    return text.size > 0 && text.size <= max;
}

/* A whole number of at most three digits. */
static bool read_whole(str_t value, int64_t least, int64_t most, int64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9' || i == 3)
            return false;
        *number = *number * 10 + (value.data[i] - '0');
    }
    return *number >= least && *number <= most;
}

/* An hour as it is said, 0 to 23. */
static bool read_hour(str_t value, int64_t *hour)
{
    bool good = read_whole(value, 0, 23, hour);

    ++*hour;
    return good;
}

static bool is_done(str_t value)
{
    static const char *const words[] = {"talk", "list", "quote", "lead", "model", "repair"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(value, words[i]))
            return true;
    return false;
}

static bool read_param(param_t param, str_t value, int64_t now_ms, turn_query_t *query,
                       problem_t *problem)
{
    switch (param) {
    case SINCE:
    case UNTIL:
        return turn_query_time(value, now_ms,
                               param == SINCE ? &query->since_ms : &query->until_ms) ||
               problem_set(problem, 400,
                           "%s must be a time such as 2026-11-22T10:30:00Z, or how long ago, such "
                           "as 15m, 24h or 7d.",
                           names[param]);
    case OUTCOME:
        query->outcome = value;
        return is_word(value, 16) ||
               problem_set(problem, 400, "outcome must be a word such as answered or budget.");
    case BEFORE:
        query->before = value;
        return is_word(value, 32) || problem_set(problem, 400, "before must be the id of a turn.");
    case LIMIT:
        return read_whole(value, 1, TURN_QUERY_MAX_LIMIT, &query->limit) ||
               problem_set(problem, 400, "limit must be a whole number from 1 to %d.",
                           TURN_QUERY_MAX_LIMIT);
    case USER:
        query->user = value;
        return user_id_check(value, problem);
    case DID:
        query->did = value;
        return is_done(value) || problem_set(problem, 400,
                                             "did must be talk, list, quote, lead, model or "
                                             "repair.");
    case SOUGHT:
    case MISSED:
        *(param == SOUGHT ? &query->sought : &query->missed) = value;
        return value.size <= NAME_MAX ||
               problem_set(problem, 400, "%s may have %d bytes.", names[param], NAME_MAX);
    case LONGER:
        return (config_parse_ms(value, &query->longer_ms) && query->longer_ms > 0) ||
               problem_set(problem, 400, "longer must be a time such as 1500ms or 2s.");
    case HOUR:
        return read_hour(value, &query->hour) ||
               problem_set(problem, 400, "hour must be a whole number from 0 to 23.");
    case PARAMS:
        break;
    }
    return false;
}

/* known: so many of the parameters, from the first. */
static bool parse(str_t text, int64_t now_ms, arena_t *arena, size_t known, turn_query_t *query,
                  problem_t *problem)
{
    params_t params = params_of(
        text, arena, names, known,
        known == PARAMS ? "There are since, until, outcome, before, limit, user_id, did, sought, "
                          "missed, longer, hour."
                        : "There are since, until.",
        problem);
    str_t value;
    size_t param;

    while (params_next(&params, &param, &value))
        if (value.size && !read_param((param_t)param, value, now_ms, query, problem))
            return false;
    if (!params_good(&params))
        return false;
    if (query->until_ms && query->since_ms > query->until_ms)
        return problem_set(problem, 400, "since is after until.");
    return true;
}

bool turns_query_parse(str_t text, int64_t now_ms, arena_t *arena, turn_query_t *query,
                       problem_t *problem)
{
    *query = (turn_query_t){.limit = TURN_QUERY_LIMIT};
    if (!parse(text, now_ms, arena, PARAMS, query, problem))
        return false;
    if (query->user.size)
        query->user =
            str_from(text_mask(query->user, arena_alloc(arena, MASKED_SIZE), MASKED_SIZE));
    return true;
}

bool latency_query_parse(str_t text, int64_t now_ms, arena_t *arena, turn_query_t *query,
                         problem_t *problem)
{
    *query = (turn_query_t){0};
    if (!parse(text, now_ms, arena, OUTCOME, query, problem))
        return false;
    if (!query->since_ms && !query->until_ms && now_ms > TURN_QUERY_SINCE_MS)
        query->since_ms = now_ms - TURN_QUERY_SINCE_MS;
    return true;
}

bool budget_query_parse(str_t text, arena_t *arena, str_t *user_id, problem_t *problem)
{
    static const char *const only[] = {"user_id"};
    params_t params = params_of(text, arena, only, 1, "There is user_id.", problem);
    size_t param;

    *user_id = (str_t){0};
    while (params_next(&params, &param, user_id))
        if (!user_id_check(*user_id, problem))
            return false;
    return params_good(&params);
}
