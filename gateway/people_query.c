/* The list of conversations; see people_query.h. */
#include "gateway/people_query.h"

#include <stdlib.h>

#include "gateway/json_text.h"
#include "gateway/params.h"

#define BEFORE_MAX 160

static bool read_limit(str_t value, int64_t *limit)
{
    *limit = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9' || i == 2)
            return false;
        *limit = *limit * 10 + (value.data[i] - '0');
    }
    return *limit >= 1 && *limit <= PEOPLE_QUERY_MAX_LIMIT;
}

static bool read_param(str_t name, str_t value, proto_list_people_t *query, problem_t *problem)
{
    if (str_is(name, "filter")) {
        query->filter = value;
        return str_is(value, "failed") || str_is(value, "unhappy") || str_is(value, "scored") ||
               str_is(value, "hot") ||
               problem_set(problem, 400, "filter must be failed, unhappy, scored or hot.");
    }
    if (str_is(name, "q")) {
        query->q = value;
        return value.size <= PROTO_MAX_USER ||
               problem_set(problem, 400, "q may have %d bytes.", PROTO_MAX_USER);
    }
    if (str_is(name, "before")) {
        query->before = value;
        return value.size <= BEFORE_MAX ||
               problem_set(problem, 400, "before is none that was told.");
    }
    return read_limit(value, &query->limit) ||
           problem_set(problem, 400, "limit must be a whole number from 1 to %d.",
                       PEOPLE_QUERY_MAX_LIMIT);
}

bool people_query_parse(str_t text, arena_t *arena, proto_list_people_t *query, problem_t *problem)
{
    static const char *const names[] = {"filter", "q", "before", "limit"};
    params_t params = params_of(text, arena, names, sizeof names / sizeof *names,
                                "There are filter, q, before, limit.", problem);
    str_t value;
    size_t i;

    *query = (proto_list_people_t){.limit = PEOPLE_QUERY_LIMIT};
    while (params_next(&params, &i, &value))
        if (value.size && !read_param(str_from(names[i]), value, query, problem))
            return false;
    return params_good(&params);
}

static void person_json(const proto_person_t *person, buf_t *out)
{
    json_open(out);
    json_str(out, "user_id", person->user_id);
    json_time(out, "at", person->at_ms);
    json_str(out, "language", person->language);
    json_int(out, "turns", person->turns);
    json_object(out, "last");
    json_str(out, "role", person->last_role);
    json_str(out, "text", person->last_text);
    buf_char(out, '}');
    json_int(out, "waiting", person->waiting);
    json_int(out, "undelivered", person->undelivered);
    json_bool(out, "writing", person->writing);
    json_bool(out, "opted_out", person->opted_out);
    json_str_or_null(out, "lead", person->lead);
    json_time(out, "failed_at", person->failed_ms);
    json_str_or_null(out, "person", person->by);
    json_time(out, "wanted_at", person->wanted_ms);
    json_int_or_null(out, "score", person->scored, person->score);
    buf_char(out, '}');
}

void people_json(const proto_people_t *people, buf_t *out)
{
    json_open(out);
    json_list(out, "conversations");
    for (size_t i = 0; i < people->people_count; i++)
        person_json(&people->people[i], out);
    buf_char(out, ']');
    json_str_or_null(out, "before", people->before);
    buf_char(out, '}');
}
