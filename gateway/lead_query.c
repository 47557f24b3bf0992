#include "gateway/lead_query.h"

#include "common/lead_stage.h"
#include "common/text.h"
#include "gateway/json_body.h"
#include "gateway/params.h"
#include "gateway/turn_query.h"

#define BEFORE_MAX 256
#define ID_MAX 32
#define BY_MAX 64

typedef enum param { STAGE, SINCE, Q, BEFORE, LIMIT, PARAMS } param_t;

static const char *const names[PARAMS] = {"stage", "since", "q", "before", "limit"};

static bool read_limit(str_t value, int64_t *limit)
{
    *limit = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9' || i == 3)
            return false;
        *limit = *limit * 10 + (value.data[i] - '0');
    }
    return *limit >= 1 && *limit <= LEAD_QUERY_MAX_LIMIT;
}

static bool read_param(param_t param, str_t value, int64_t now_ms, proto_list_leads_t *query,
                       problem_t *problem)
{
    switch (param) {
    case STAGE:
        query->stage = value;
        return lead_stage_known(value) || str_is(value, "open") ||
               problem_set(problem, 400,
                           "stage must be new, contacted, visit, won, lost, or open for the first "
                           "three.");
    case SINCE:
        return turn_query_time(value, now_ms, &query->since_ms) ||
               problem_set(problem, 400,
                           "since must be a time such as 2026-11-22T10:30:00Z, or how long ago, "
                           "such as 24h or 7d.");
    case Q:
        query->q = value;
        return value.size <= PROTO_MAX_USER ||
               problem_set(problem, 400, "q may have %d bytes.", PROTO_MAX_USER);
    case BEFORE:
        query->before = value;
        return value.size <= BEFORE_MAX ||
               problem_set(problem, 400, "before is none that was told.");
    case LIMIT:
        return read_limit(value, &query->limit) ||
               problem_set(problem, 400, "limit must be a whole number from 1 to %d.",
                           LEAD_QUERY_MAX_LIMIT);
    case PARAMS:
        break;
    }
    return false;
}

bool lead_query_parse(str_t text, bool paged, int64_t now_ms, arena_t *arena,
                      proto_list_leads_t *query, problem_t *problem)
{
    params_t params = params_of(text, arena, names, paged ? PARAMS : BEFORE,
                                paged ? "There are stage, since, q, before, limit."
                                      : "There are stage, since, q.",
                                problem);
    str_t value;
    size_t param;

    *query = (proto_list_leads_t){.limit = paged ? LEAD_QUERY_LIMIT : LEAD_QUERY_MAX_LIMIT};
    while (params_next(&params, &param, &value))
        if (value.size && !read_param((param_t)param, value, now_ms, query, problem))
            return false;
    return params_good(&params);
}

/* ---- a change ---- */

static bool keep(const cJSON *object, const char *name, arena_t *arena, str_t *kept,
                 problem_t *problem)
{
    const char *text;

    if (!json_body_text(object, name, false, &text, problem))
        return false;
    str_t trimmed = text_trim(str_from(text ? text : ""));

    *kept = (str_t){arena_copy(arena, trimmed), trimmed.size};
    return kept->data || problem_set(problem, 413, "The request is too large.");
}

/* What is no line of text is refused, and not made one: a note is shown as it was written. */
static bool is_clean(str_t text, bool lines)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if ((c < ' ' && !(lines && (c == '\n' || c == '\r' || c == '\t'))) || c == 0x7f)
            return false;
    }
    return true;
}

static bool check(const proto_change_lead_t *change, problem_t *problem)
{
    if (!change->lead_id.size || change->lead_id.size > ID_MAX || !is_clean(change->lead_id, false))
        return problem_set(problem, 400, "lead_id must be the id of a lead.");
    if (change->stage.size && !lead_stage_known(change->stage))
        return problem_set(problem, 400, "stage must be new, contacted, visit, won or lost.");
    if (!change->stage.size && !change->note.size)
        return problem_set(problem, 400, "There is neither a stage nor a note.");
    if (utf8_length(change->note) > LEAD_MAX_NOTE)
        return problem_set(problem, 400, "note may have %d characters.", LEAD_MAX_NOTE);
    if (!is_clean(change->note, true) || !is_clean(change->by, false))
        return problem_set(problem, 400, "note or by has control characters.");
    return change->by.size <= BY_MAX || problem_set(problem, 400, "by may have %d bytes.", BY_MAX);
}

bool lead_change_parse(str_t body, str_t signed_in, arena_t *arena, proto_change_lead_t *change,
                       problem_t *problem)
{
    cJSON *object = json_body_read(body, problem);
    bool ok;

    *change = (proto_change_lead_t){0};
    ok = object && keep(object, "lead_id", arena, &change->lead_id, problem) &&
         keep(object, "stage", arena, &change->stage, problem) &&
         keep(object, "note", arena, &change->note, problem) &&
         keep(object, "by", arena, &change->by, problem);
    cJSON_Delete(object);
    if (ok && signed_in.size) /* nobody writes in another's name */
        change->by = (str_t){arena_copy(arena, signed_in), signed_in.size};
    return ok && check(change, problem);
}
