/* What a client of /seller/ sends; see bot_request.h. */
#include "gateway/bot_request.h"

#include <strings.h>

#include "common/text.h"
#include "gateway/json_body.h"
#include "proto/messages.h"

#define MESSAGE_ID_MAX 128

static bool blank(str_t text)
{
    return text_trim(text).size == 0;
}

bool message_check(str_t text, problem_t *problem)
{
    if (blank(text))
        return problem_set(problem, 400, "msg is empty.");
    return utf8_length(text) <= BOT_REQUEST_MAX_CHARACTERS ||
           problem_set(problem, 400, "msg may have %d characters.", BOT_REQUEST_MAX_CHARACTERS);
}

static bool read_fields(const cJSON *object, arena_t *arena, bot_request_t *request,
                        problem_t *problem)
{
    const char *user_id;
    const char *msg;

    if (!json_body_text(object, "msg", true, &msg, problem) ||
        !json_body_text(object, "user_id", true, &user_id, problem) ||
        !user_id_check(str_from(user_id), problem))
        return false;
    if (!message_check(str_from(msg), problem))
        return false;
    request->user_id = str_from(arena_copy(arena, str_from(user_id)));
    request->text = str_from(arena_copy(arena, str_from(msg)));
    if (!request->user_id.data || !request->text.data)
        return problem_set(problem, 413, "The request is too large.");
    return true;
}

bool bot_request_parse(str_t body, arena_t *arena, bot_request_t *request, problem_t *problem)
{
    cJSON *object = json_body_read(body, problem);
    bool ok;

    memset(request, 0, sizeof *request);
    ok = object && read_fields(object, arena, request, problem);
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
