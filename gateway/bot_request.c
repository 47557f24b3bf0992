/* What a client of /seller/ sends; see bot_request.h. */
#include "gateway/bot_request.h"

#include <cjson/cJSON.h>
#include <strings.h>

#include "common/text.h"
#include "proto/messages.h"

#define MESSAGE_ID_MAX 128

/* cJSON would end a string at an escaped NUL and hand over half of it. */
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

static bool blank(str_t text)
{
    return text_trim(text).size == 0;
}

/* The one string of that name; NULL and a problem if it is missing, doubled or no string. */
static const char *one_string(const cJSON *object, const char *name, problem_t *problem)
{
    const cJSON *item;
    const cJSON *found = NULL;

    cJSON_ArrayForEach (item, object) {
        if (strcmp(item->string, name) != 0)
            continue;
        if (found) {
            problem_set(problem, 400, "%s is given more than once.", name);
            return NULL;
        }
        found = item;
    }
    if (!found)
        problem_set(problem, 400, "%s is missing.", name);
    else if (!cJSON_IsString(found))
        problem_set(problem, 400, "%s must be a string.", name);
    else
        return found->valuestring;
    return NULL;
}

static bool read_fields(const cJSON *object, arena_t *arena, bot_request_t *request,
                        problem_t *problem)
{
    const char *user_id;
    const char *msg;

    if (!cJSON_IsObject(object))
        return problem_set(problem, 400, "The body must be a JSON object.");
    msg = one_string(object, "msg", problem);
    user_id = msg ? one_string(object, "user_id", problem) : NULL;
    if (!user_id || !user_id_check(str_from(user_id), problem))
        return false;
    if (blank(str_from(msg)))
        return problem_set(problem, 400, "msg is empty.");
    if (utf8_length(str_from(msg)) > BOT_REQUEST_MAX_CHARACTERS)
        return problem_set(problem, 400, "msg may have %d characters.", BOT_REQUEST_MAX_CHARACTERS);
    request->user_id = str_from(arena_copy(arena, str_from(user_id)));
    request->text = str_from(arena_copy(arena, str_from(msg)));
    if (!request->user_id.data || !request->text.data)
        return problem_set(problem, 413, "The request is too large.");
    return true;
}

bool bot_request_parse(str_t body, arena_t *arena, bot_request_t *request, problem_t *problem)
{
    const char *end = NULL;
    cJSON *object;
    bool ok;

    memset(request, 0, sizeof *request);
    if (body.size == 0)
        return problem_set(problem, 400, "The body is empty.");
    if (!utf8_valid(body))
        return problem_set(problem, 400, "The body is not UTF-8.");
    if (memchr(body.data, 0, body.size) || has_escaped_nul(body))
        return problem_set(problem, 400, "The body has a NUL character.");
    object = cJSON_ParseWithLengthOpts(body.data, body.size, &end, false);
    if (!object || !blank((str_t){end, (size_t)(body.data + body.size - end)}))
        ok = problem_set(problem, 400, "The body is not JSON.");
    else
        ok = read_fields(object, arena, request, problem);
    cJSON_Delete(object);
    return ok;
}

bool user_id_check(str_t user_id, problem_t *problem)
{
    if (blank(user_id))
        return problem_set(problem, 400, "user_id is empty.");
    if (user_id.size > PROTO_MAX_USER)
        return problem_set(problem, 400, "user_id may have %d bytes.", PROTO_MAX_USER);
    for (size_t i = 0; i < user_id.size; i++)
        if ((unsigned char)user_id.data[i] < ' ' || user_id.data[i] == 0x7f)
            return problem_set(problem, 400, "user_id has control characters.");
    return true;
}

bool message_id_check(str_t message_id, problem_t *problem)
{
    if (message_id.size == 0 || message_id.size > MESSAGE_ID_MAX)
        return problem_set(problem, 400, "Idempotency-Key must have 1 to %d characters.",
                           MESSAGE_ID_MAX);
    for (size_t i = 0; i < message_id.size; i++)
        if (message_id.data[i] <= ' ' || message_id.data[i] > '~')
            return problem_set(problem, 400, "Idempotency-Key has characters that it must not.");
    return true;
}

bool bearer_matches(str_t authorization, const char *token)
{
    static const char scheme[] = "Bearer ";
    const size_t front = sizeof scheme - 1;
    size_t size = strlen(token);
    volatile unsigned char differs = 0; /* volatile: nothing may be left out or cut short */
    str_t given;

    if (size == 0)
        return true;
    if (authorization.size <= front || strncasecmp(authorization.data, scheme, front) != 0)
        return false;
    given = text_trim((str_t){authorization.data + front, authorization.size - front});
    if (given.size == 0)
        return false;
    for (size_t i = 0; i < given.size; i++)
        differs |= (unsigned char)(given.data[i] ^ token[i % size]);
    return differs == 0 && given.size == size;
}
