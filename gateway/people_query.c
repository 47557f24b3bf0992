/* The list of conversations; see people_query.h. */
#include "gateway/people_query.h"

#include <inttypes.h>
#include <stdlib.h>

#include "gateway/json_text.h"
#include "gateway/url.h"

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
        return str_is(value, "failed") || str_is(value, "unhappy") || str_is(value, "hot") ||
               problem_set(problem, 400, "filter must be failed, unhappy or hot.");
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
    bool seen[sizeof names / sizeof *names] = {false};
    str_t name, value;
    int more;

    *query = (proto_list_people_t){.limit = PEOPLE_QUERY_LIMIT};
    while ((more = url_pair(arena, &text, &name, &value)) == 1) {
        size_t i = 0;

        while (i < sizeof names / sizeof *names && !str_is(name, names[i]))
            i++;
        if (i == sizeof names / sizeof *names)
            return problem_set(problem, 400,
                               "A parameter is not known. There are filter, q, before, limit.");
        if (seen[i])
            return problem_set(problem, 400, "%s is given more than once.", names[i]);
        seen[i] = true;
        if (value.size && !read_param(name, value, query, problem))
            return false;
    }
    return more == 0 || problem_set(problem, 400, "The query string is not percent-encoded UTF-8.");
}

static void person_json(const proto_person_t *person, buf_t *out)
{
    buf_str(out, "{\"user_id\":");
    json_put_text(out, person->user_id);
    buf_str(out, ",\"at\":");
    json_put_time(out, person->at_ms);
    buf_str(out, ",\"language\":");
    json_put_text(out, person->language);
    buf_printf(out, ",\"turns\":%" PRId64 ",\"last\":{\"role\":", person->turns);
    json_put_text(out, person->last_role);
    buf_str(out, ",\"text\":");
    json_put_text(out, person->last_text);
    buf_printf(out, "},\"waiting\":%" PRId64 ",\"undelivered\":%" PRId64 ",\"writing\":",
               person->waiting, person->undelivered);
    json_put_bool(out, person->writing);
    buf_str(out, ",\"opted_out\":");
    json_put_bool(out, person->opted_out);
    buf_str(out, ",\"lead\":");
    if (person->lead.size)
        json_put_text(out, person->lead);
    else
        buf_str(out, "null");
    buf_str(out, ",\"failed_at\":");
    json_put_time(out, person->failed_ms);
    buf_str(out, ",\"person\":");
    if (person->by.size)
        json_put_text(out, person->by);
    else
        buf_str(out, "null");
    buf_str(out, ",\"wanted_at\":");
    json_put_time(out, person->wanted_ms);
    if (person->scored)
        buf_printf(out, ",\"score\":%" PRId64 "}", person->score);
    else
        buf_str(out, ",\"score\":null}");
}

void people_json(const proto_people_t *people, buf_t *out)
{
    buf_str(out, "{\"conversations\":[");
    for (size_t i = 0; i < people->people_count; i++) {
        if (i)
            buf_char(out, ',');
        person_json(&people->people[i], out);
    }
    buf_str(out, "],\"before\":");
    if (people->before.size)
        json_put_text(out, people->before);
    else
        buf_str(out, "null");
    buf_char(out, '}');
}
