/* Only fields that are known, each once, are read: everything that might mean more is another's. */
#include "agent/chat_delta.h"

#include "agent/json_walk.h"
#include "common/text.h"

#define MAX_INDEX_DIGITS 4

/* Fields of an event that say nothing about the answer. */
static bool is_envelope(str_t key)
{
    static const char *const names[] = {
        "id",          "object", "created",  "model", "service_tier", "system_fingerprint",
        "obfuscation", "index",  "logprobs", "role"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(key, names[i]))
            return true;
    return false;
}

static bool take_null(json_walk_t *walk)
{
    return json_walk_peek(walk) == 'n' && json_walk_skip(walk);
}

/* A string, once. */
static bool take_text(json_walk_t *walk, str_t *text)
{
    if (text->data || !json_walk_string(walk, text) || !utf8_valid(*text))
        return false;
    const char *at = text->data, *end = text->data + text->size;
    while ((at = memchr(at, '\\', (size_t)(end - at)))) {
        if (at[1] == 'u')
            return false;
        at += 2;
    }
    return true;
}

static bool take_text_or_null(json_walk_t *walk, str_t *text)
{
    return json_walk_peek(walk) == 'n' ? json_walk_skip(walk) : take_text(walk, text);
}

static bool take_index(json_walk_t *walk, int64_t *index)
{
    if (*index >= 0 || json_walk_peek(walk) != '0')
        return false;
    const char *from = walk->at;
    if (!json_walk_skip(walk) || walk->at - from > MAX_INDEX_DIGITS)
        return false;
    *index = 0;
    for (; from < walk->at; from++) {
        if (*from < '0' || *from > '9')
            return false;
        *index = *index * 10 + (*from - '0');
    }
    return true;
}

/* [{"index":0,"function":{"arguments":"…"}}] */
static bool take_call(json_walk_t *walk, chat_delta_t *delta)
{
    str_t key;
    bool good = true, done = false;
    if (delta->index >= 0 || !json_walk_enter(walk, '[') || !json_walk_element(walk) ||
        !json_walk_enter(walk, '{'))
        return false;
    while (good && json_walk_key(walk, &key)) {
        if (str_is(key, "index"))
            good = take_index(walk, &delta->index);
        else if (str_is(key, "function") && !done && json_walk_enter(walk, '{'))
            done = good = json_walk_key(walk, &key) && str_is(key, "arguments") &&
                          take_text(walk, &delta->arguments) && !json_walk_key(walk, &key);
        else
            good = false;
    }
    return good && done && delta->index >= 0 && !json_walk_element(walk) && !walk->why;
}

static bool take_delta(json_walk_t *walk, chat_delta_t *delta)
{
    str_t key;
    bool good = true;
    if (!json_walk_enter(walk, '{'))
        return false;
    while (good && json_walk_key(walk, &key)) {
        if (str_is(key, "content"))
            good = take_text_or_null(walk, &delta->content);
        else if (str_is(key, "refusal"))
            good = take_null(walk);
        else if (str_is(key, "tool_calls"))
            good = take_call(walk, delta);
        else
            good = str_is(key, "role") && json_walk_skip(walk);
    }
    return good && !walk->why;
}

static bool take_choice(json_walk_t *walk, chat_delta_t *delta)
{
    str_t key;
    bool good = true, done = false;
    if (!json_walk_enter(walk, '[') || !json_walk_element(walk) || !json_walk_enter(walk, '{'))
        return false;
    while (good && json_walk_key(walk, &key)) {
        if (str_is(key, "delta") && !done)
            done = good = take_delta(walk, delta);
        else if (str_is(key, "finish_reason"))
            good = take_text_or_null(walk, &delta->finish);
        else
            good = is_envelope(key) && json_walk_skip(walk);
    }
    return good && done && !json_walk_element(walk) && !walk->why;
}

bool chat_delta_read(str_t json, chat_delta_t *delta)
{
    str_t key;
    json_walk_t walk = json_walk(json);
    bool good = true, done = false;
    *delta = (chat_delta_t){.index = -1};
    if (!json_walk_enter(&walk, '{'))
        return false;
    while (good && json_walk_key(&walk, &key)) {
        if (str_is(key, "choices") && !done)
            done = good = take_choice(&walk, delta);
        else if (str_is(key, "usage"))
            good = take_null(&walk);
        else
            good = is_envelope(key) && json_walk_skip(&walk);
    }
    return good && done && json_walk_end(&walk);
}

/* ---- one after the other ---- */

/* Between the same bytes a string means what the last one did there. */
static bool has_shape(const chat_shape_t *shape, str_t json, chat_delta_t *delta)
{
    size_t around = shape->front + shape->back;
    if (!shape->front || json.size < around || memcmp(json.data, shape->bytes, shape->front) != 0 ||
        memcmp(json.data + json.size - shape->back, shape->bytes + shape->front, shape->back) != 0)
        return false;
    *delta = (chat_delta_t){.index = shape->index};
    str_t *text = shape->arguments ? &delta->arguments : &delta->content;
    json_walk_t walk =
        json_walk((str_t){json.data + shape->front - 1, json.size - shape->front + 1});
    return take_text(&walk, text) && text->size == json.size - around;
}

static void keep_shape(chat_shape_t *shape, str_t json, const chat_delta_t *delta)
{
    bool arguments = delta->arguments.data != NULL;
    str_t text = arguments ? delta->arguments : delta->content;
    if (!text.data || delta->finish.data || (arguments && delta->content.data))
        return;
    size_t front = (size_t)(text.data - json.data), back = json.size - front - text.size;
    if (front + back > CHAT_SHAPE_MAX)
        return;
    memcpy(shape->bytes, json.data, front);
    memcpy(shape->bytes + front, text.data + text.size, back);
    shape->front = front;
    shape->back = back;
    shape->arguments = arguments;
    shape->index = delta->index;
}

bool chat_delta_next(chat_shape_t *shape, str_t json, chat_delta_t *delta)
{
    if (has_shape(shape, json, delta))
        return true;
    if (!chat_delta_read(json, delta))
        return false;
    keep_shape(shape, json, delta);
    return true;
}
