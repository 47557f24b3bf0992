#include "gateway/handoff_request.h"

#include "common/text.h"
#include "gateway/json_body.h"
#include "gateway/url.h"

#define MAX_NUMBER 9007199254740992 /* 2^53: what sessions take for a number */

static bool keep(arena_t *arena, const char *text, str_t *kept, problem_t *problem)
{
    str_t trimmed = text_trim(str_from(text ? text : ""));

    *kept = (str_t){arena_copy(arena, trimmed), trimmed.size};
    return kept->data || problem_set(problem, 413, "The request is too large.");
}

/* One line, as it is shown and logged. */
static bool line_check(str_t text, const char *name, size_t max, problem_t *problem)
{
    if (text.size > max)
        return problem_set(problem, 400, "%s may have %zu bytes.", name, max);
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
            return problem_set(problem, 400, "%s has control characters.", name);
    return true;
}

static bool length_check(str_t text, const char *name, size_t max, problem_t *problem)
{
    return utf8_length(text) <= max ||
           problem_set(problem, 400, "%s may have %zu characters.", name, max);
}

static bool read_by(const cJSON *object, bool needed, arena_t *arena, handoff_request_t *request,
                    problem_t *problem)
{
    const char *by;

    if (!json_body_text(object, "by", needed, &by, problem) ||
        !keep(arena, by, &request->by, problem) ||
        !line_check(request->by, "by", HANDOFF_MAX_BY, problem))
        return false;
    return !by || request->by.size || problem_set(problem, 400, "by is empty.");
}

static bool read_say(const cJSON *object, arena_t *arena, handoff_request_t *request,
                     problem_t *problem)
{
    const char *text;
    const char *id;

    if (!json_body_text(object, "text", true, &text, problem) ||
        !json_body_text(object, "id", true, &id, problem) ||
        !keep(arena, text, &request->text, problem) || !keep(arena, id, &request->id, problem))
        return false;
    if (!request->text.size)
        return problem_set(problem, 400, "text is empty.");
    if (!request->id.size)
        return problem_set(problem, 400, "id is empty.");
    return length_check(request->text, "text", HANDOFF_MAX_CHARACTERS, problem) &&
           line_check(request->id, "id", HANDOFF_MAX_ID, problem);
}

static bool read_note(const cJSON *object, arena_t *arena, handoff_request_t *request,
                      problem_t *problem)
{
    const char *note;

    return json_body_text(object, "note", false, &note, problem) &&
           keep(arena, note, &request->text, problem) &&
           length_check(request->text, "note", HANDOFF_MAX_NOTE, problem);
}

bool handoff_request_parse(handoff_kind_t kind, str_t body, str_t signed_in, arena_t *arena,
                           handoff_request_t *request, problem_t *problem)
{
    bool nothing = body.size == 0 && (kind == HANDOFF_GIVE || signed_in.size);
    cJSON *object = json_body_read(nothing ? STR_LIT("{}") : body, problem);
    bool ok;

    *request = (handoff_request_t){0};
    ok =
        object && read_by(object, kind == HANDOFF_TAKE && !signed_in.size, arena, request, problem);
    if (signed_in.size) /* nobody writes in another's name */
        request->by = (str_t){arena_copy(arena, signed_in), signed_in.size};
    if (ok && kind == HANDOFF_TAKE)
        ok = json_body_flag(object, "force", &request->force, problem);
    else if (ok && kind == HANDOFF_SAY)
        ok = read_say(object, arena, request, problem);
    else if (ok)
        ok = read_note(object, arena, request, problem);
    cJSON_Delete(object);
    return ok;
}

static bool read_number(str_t text, const char *name, int64_t min, int64_t max, int64_t *number,
                        problem_t *problem)
{
    *number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || *number > max / 10)
            return problem_set(problem, 400, "%s must be a number from %lld to %lld.", name,
                               (long long)min, (long long)max);
        *number = *number * 10 + (text.data[i] - '0');
    }
    if (text.size == 0 || *number < min || *number > max)
        return problem_set(problem, 400, "%s must be a number from %lld to %lld.", name,
                           (long long)min, (long long)max);
    return true;
}

bool handoff_after_parse(str_t query, arena_t *arena, int64_t *after, problem_t *problem)
{
    str_t name;
    str_t value;
    int more;
    bool has = false;

    *after = 0;
    while ((more = url_pair(arena, &query, &name, &value)) == 1) {
        if (!str_is(name, "after"))
            return problem_set(problem, 400, "A parameter is not known. There is after.");
        if (has)
            return problem_set(problem, 400, "after is given more than once.");
        has = true;
        if (!read_number(value, "after", 0, MAX_NUMBER, after, problem))
            return false;
    }
    return more == 0 || problem_set(problem, 400, "The query string is not percent-encoded UTF-8.");
}

bool handoff_list_parse(str_t query, arena_t *arena, handoff_list_t *list, problem_t *problem)
{
    str_t name;
    str_t value;
    int more;
    bool has_limit = false;
    int which = 0;

    *list = (handoff_list_t){.limit = HANDOFF_LIST};
    while ((more = url_pair(arena, &query, &name, &value)) == 1) {
        if (str_is(name, "limit")) {
            if (has_limit)
                return problem_set(problem, 400, "limit is given more than once.");
            has_limit = true;
            if (!read_number(value, "limit", 1, HANDOFF_LIST_MAX, &list->limit, problem))
                return false;
            continue;
        }
        list->taken = str_is(name, "with");
        if ((!list->taken && !str_is(name, "waiting")) || !str_is(value, "person"))
            return problem_set(problem, 400,
                               "A parameter is not known. There are waiting=person, with=person "
                               "and limit.");
        which++;
    }
    if (more < 0)
        return problem_set(problem, 400, "The query string is not percent-encoded UTF-8.");
    return which <= 1 ||
           problem_set(problem, 400, "waiting and with exclude each other, and are given once.");
}
