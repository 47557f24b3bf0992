#include "gateway/text_request.h"

#include <stdio.h>

#include "common/text.h"
#include "gateway/json_body.h"
#include "gateway/url.h"

#define MAX_NOTE 120 /* characters */
#define MAX_CHAT 40

static bool keep(arena_t *arena, const char *text, str_t *kept, problem_t *problem)
{
    *kept = str_from(arena_copy(arena, str_from(text ? text : "")));
    return kept->data || problem_set(problem, 413, "The request is too large.");
}

static bool note_check(str_t note, problem_t *problem)
{
    if (utf8_length(note) > MAX_NOTE)
        return problem_set(problem, 400, "note may have %d characters.", MAX_NOTE);
    for (size_t i = 0; i < note.size; i++)
        if ((unsigned char)note.data[i] < ' ' || note.data[i] == 0x7f)
            return problem_set(problem, 400, "note has control characters.");
    return true;
}

static bool read_save(const cJSON *object, arena_t *arena, proto_save_text_t *msg,
                      problem_t *problem)
{
    const char *text;
    const char *note;

    if (!json_body_text(object, "text", true, &text, problem) ||
        !json_body_text(object, "note", false, &note, problem) ||
        !json_body_number(object, "last", &msg->last, problem) ||
        !keep(arena, text, &msg->text, problem) || !keep(arena, note, &msg->note, problem))
        return false;
    if (msg->text.size > PROTO_MAX_DOCUMENT)
        return problem_set(problem, 400, "The text may have %d bytes; it has %zu.",
                           PROTO_MAX_DOCUMENT, msg->text.size);
    return note_check(msg->note, problem);
}

bool text_save_parse(str_t body, arena_t *arena, proto_save_text_t *msg, problem_t *problem)
{
    cJSON *object = json_body_read(body, problem);
    bool ok = object && read_save(object, arena, msg, problem);

    cJSON_Delete(object);
    return ok;
}

bool text_publish_parse(str_t body, proto_publish_text_t *msg, problem_t *problem)
{
    cJSON *object = json_body_read(body, problem);
    bool ok = object && json_body_number(object, "version", &msg->version, problem) &&
              json_body_number(object, "live", &msg->live, problem);

    cJSON_Delete(object);
    return ok;
}

bool text_version_parse(str_t query, arena_t *arena, int64_t *version, problem_t *problem)
{
    str_t name;
    str_t value;
    bool given = false;

    for (int found; (found = url_pair(arena, &query, &name, &value)) != 0;) {
        if (found < 0 || !str_is(name, "version") || given || !value.size || value.size > 9)
            return problem_set(problem, 400, "version must be given once, and nothing else.");
        given = true;
        *version = 0;
        for (size_t i = 0; i < value.size; i++) {
            if (value.data[i] < '0' || value.data[i] > '9')
                return problem_set(problem, 400, "version must be a number.");
            *version = *version * 10 + (value.data[i] - '0');
        }
    }
    return given || problem_set(problem, 400, "version is missing.");
}

/* a-z, 0-9 and dashes, as the page makes it. */
static bool chat_check(const char *chat, problem_t *problem)
{
    size_t size = strspn(chat, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return (size && size <= MAX_CHAT && !chat[size]) ||
           problem_set(problem, 400, "chat has 1 to %d of a-z, 0-9 and -.", MAX_CHAT);
}

static bool read_try(const cJSON *object, const char *by, arena_t *arena, bot_request_t *request,
                     proto_trial_t *trial, problem_t *problem)
{
    char user_id[PROTO_MAX_USER];
    const char *chat;
    const char *msg;

    if (!json_body_text(object, "chat", true, &chat, problem) || !chat_check(chat, problem) ||
        !json_body_text(object, "msg", true, &msg, problem) ||
        !json_body_number(object, "rules", &trial->rules, problem) ||
        !json_body_number(object, "knowledge", &trial->knowledge, problem))
        return false;
    snprintf(user_id, sizeof user_id, TRIAL_USER "%s:%s", by, chat);
    return message_check(str_from(msg), problem) && keep(arena, msg, &request->text, problem) &&
           keep(arena, user_id, &request->user_id, problem);
}

bool text_try_parse(str_t body, const char *by, arena_t *arena, bot_request_t *request,
                    proto_trial_t *trial, problem_t *problem)
{
    cJSON *object = json_body_read(body, problem);
    bool ok;

    *request = (bot_request_t){0};
    *trial = (proto_trial_t){0};
    ok = object && read_try(object, by, arena, request, trial, problem);
    cJSON_Delete(object);
    return ok;
}
