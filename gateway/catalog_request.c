#include "gateway/catalog_request.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "gateway/json_body.h"
#include "gateway/params.h"

#define MAX_NUMBER 9007199254740992 /* 2^53 */
#define MAX_VALUES 32
#define MAX_NAME 32
#define MAX_VALUE 512
#define MAX_SEEN 32
#define DIGEST 64

static bool number_parse(str_t text, int64_t *number)
{
    *number = 0;
    if (text.size < 1 || text.size > 16)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *number = *number * 10 + (text.data[i] - '0');
    }
    return *number >= 1 && *number <= MAX_NUMBER;
}

bool catalog_number_parse(str_t text, int64_t *number, problem_t *problem)
{
    return number_parse(text, number) ||
           problem_set(problem, 404, "There is nothing of this number.");
}

/* ---- bodies ---- */

static bool keep(arena_t *arena, const char *text, str_t *kept)
{
    *kept = (str_t){arena_copy(arena, str_from(text)), strlen(text)};
    return kept->data != NULL;
}

static bool value_print(const cJSON *item, arena_t *arena, str_t *value)
{
    char text[40] = "";

    if (cJSON_IsString(item))
        return keep(arena, item->valuestring, value);
    if (cJSON_IsBool(item))
        snprintf(text, sizeof text, "%s", cJSON_IsTrue(item) ? "Sí" : "No");
    else if (cJSON_IsNumber(item) && fabs(item->valuedouble) <= (double)MAX_NUMBER)
        snprintf(text, sizeof text, "%.15g", item->valuedouble);
    else if (!cJSON_IsNull(item))
        return false;
    return keep(arena, text, value);
}

static bool seen_parse(const cJSON *object, arena_t *arena, str_t *seen, problem_t *problem)
{
    const char *text;

    *seen = (str_t){0};
    if (!json_body_text(object, "seen", false, &text, problem))
        return false;
    if (text && (strlen(text) > MAX_SEEN || !keep(arena, text, seen)))
        return problem_set(problem, 400, "seen is no version of a car.");
    return true;
}

static bool values_read(const cJSON *object, arena_t *arena, proto_put_car_t *msg,
                        problem_t *problem)
{
    const cJSON *item;

    msg->values = arena_alloc(arena, MAX_VALUES * sizeof *msg->values);
    cJSON_ArrayForEach (item, object) {
        proto_car_value_t value;

        if (strcmp(item->string, "seen") == 0)
            continue;
        if (msg->values_count == MAX_VALUES)
            return problem_set(problem, 400, "A car has not so many columns.");
        if (strlen(item->string) > MAX_NAME || !keep(arena, item->string, &value.name))
            return problem_set(problem, 400, "A name is longer than %d bytes.", MAX_NAME);
        if (!value_print(item, arena, &value.value) || value.value.size > MAX_VALUE)
            return problem_set(problem, 400,
                               "A value is no text, number, true, false or null, or is longer "
                               "than %d bytes.",
                               MAX_VALUE);
        for (size_t i = 0; i < msg->values_count; i++)
            if (str_eq(msg->values[i].name, value.name))
                return problem_set(problem, 400, "A name is given more than once.");
        msg->values[msg->values_count++] = value;
    }
    return msg->values_count > 0 || problem_set(problem, 400, "There is nothing to change.");
}

bool catalog_values_parse(str_t body, arena_t *arena, proto_put_car_t *msg, problem_t *problem)
{
    cJSON *object = json_body_read(body, problem);
    bool ok = object && seen_parse(object, arena, &msg->version, problem) &&
              values_read(object, arena, msg, problem);

    cJSON_Delete(object);
    return ok;
}

bool catalog_sold_parse(str_t body, arena_t *arena, str_t *seen, problem_t *problem)
{
    cJSON *object = json_body_read(body.size ? body : STR_LIT("{}"), problem);
    bool ok = object && seen_parse(object, arena, seen, problem);

    cJSON_Delete(object);
    return ok;
}

/* ---- query strings ---- */

bool catalog_history_parse(str_t query, arena_t *arena, proto_get_history_t *msg,
                           problem_t *problem)
{
    static const char *const names[] = {"stock_id", "before", "limit"};
    params_t params =
        params_of(query, arena, names, 3, "There are stock_id, before and limit.", problem);
    int64_t *const numbers[] = {&msg->stock_id, &msg->before, &msg->limit};
    str_t value;
    size_t which;

    *msg = (proto_get_history_t){0};
    while (params_next(&params, &which, &value))
        if (!number_parse(value, numbers[which]) || msg->limit > 100)
            return problem_set(problem, 400,
                               "stock_id and before must be numbers, limit one from 1 to 100.");
    return params_good(&params);
}

static bool digest_check(str_t digest)
{
    for (size_t i = 0; i < digest.size; i++)
        if (!strchr("0123456789abcdef", digest.data[i]))
            return false;
    return digest.size == DIGEST;
}

static bool name_check(str_t name)
{
    for (size_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] < ' ' || name.data[i] == 0x7f)
            return false;
    return true;
}

bool catalog_import_parse(str_t query, arena_t *arena, proto_import_csv_t *msg, problem_t *problem)
{
    static const char *const names[] = {"digest", "name"};
    params_t params = params_of(query, arena, names, 2, "There are digest and name.", problem);
    str_t value;
    size_t which;

    while (params_next(&params, &which, &value)) {
        if (which == 0) {
            if (!digest_check(value))
                return problem_set(problem, 400, "digest is not one of a look at a file.");
            msg->digest = value;
        } else {
            msg->name = utf8_front(value, 128);
            if (!name_check(msg->name))
                return problem_set(problem, 400, "name has control characters.");
        }
    }
    return params_good(&params);
}
