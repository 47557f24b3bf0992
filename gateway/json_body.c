#include "gateway/json_body.h"

#include <string.h>

#include "common/text.h"

#define MAX_NUMBER 9007199254740992.0 /* 2^53 */

static bool has_escaped_nul(str_t body)
{
    for (size_t i = 0; i + 1 < body.size; i++) {
        if (body.data[i] != '\\')
            continue;
        if (i + 6 <= body.size && memcmp(body.data + i, "\\u0000", 6) == 0)
            return true;
        i++; /* the escaped character may be a backslash */
    }
    return false;
}

cJSON *json_body_read(str_t body, problem_t *problem)
{
    const char *end = NULL;
    cJSON *object;
    str_t rest;

    if (body.size == 0)
        return problem_set(problem, 400, "The body is empty."), NULL;
    if (!utf8_valid(body))
        return problem_set(problem, 400, "The body is not UTF-8."), NULL;
    if (memchr(body.data, 0, body.size) || has_escaped_nul(body))
        return problem_set(problem, 400, "The body has a NUL character."), NULL;
    object = cJSON_ParseWithLengthOpts(body.data, body.size, &end, false);
    rest = (str_t){end, end ? (size_t)(body.data + body.size - end) : 0};
    if (!object || text_trim(rest).size)
        problem_set(problem, 400, "The body is not JSON.");
    else if (!cJSON_IsObject(object))
        problem_set(problem, 400, "The body must be a JSON object.");
    else
        return object;
    cJSON_Delete(object);
    return NULL;
}

/* The one member of that name; false if there are more. */
static bool one_member(const cJSON *object, const char *name, const cJSON **found,
                       problem_t *problem)
{
    const cJSON *item;

    *found = NULL;
    cJSON_ArrayForEach (item, object) {
        if (strcmp(item->string, name) != 0)
            continue;
        if (*found)
            return problem_set(problem, 400, "%s is given more than once.", name);
        *found = item;
    }
    return true;
}

bool json_body_text(const cJSON *object, const char *name, bool needed, const char **text,
                    problem_t *problem)
{
    const cJSON *item;

    *text = NULL;
    if (!one_member(object, name, &item, problem))
        return false;
    if (!item)
        return !needed || problem_set(problem, 400, "%s is missing.", name);
    if (!cJSON_IsString(item))
        return problem_set(problem, 400, "%s must be a string.", name);
    *text = item->valuestring;
    return true;
}

bool json_body_flag(const cJSON *object, const char *name, bool *flag, problem_t *problem)
{
    const cJSON *item;

    *flag = false;
    if (!one_member(object, name, &item, problem))
        return false;
    if (item && !cJSON_IsBool(item))
        return problem_set(problem, 400, "%s must be true or false.", name);
    *flag = cJSON_IsTrue(item);
    return true;
}

bool json_body_number(const cJSON *object, const char *name, int64_t *number, problem_t *problem)
{
    const cJSON *item;

    *number = 0;
    if (!one_member(object, name, &item, problem))
        return false;
    if (!item)
        return true;
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= MAX_NUMBER) ||
        item->valuedouble != (double)(int64_t)item->valuedouble)
        return problem_set(problem, 400, "%s must be a whole number.", name);
    *number = (int64_t)item->valuedouble;
    return true;
}
