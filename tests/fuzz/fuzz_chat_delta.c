/* Any bytes as an event that is read without a tree: what is read of it is what cJSON finds in it.
 */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/chat_delta.h"
#include "agent/json_walk.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

/* raw, still escaped, is what item says. */
static void check_text(str_t raw, const cJSON *item)
{
    check(utf8_valid(raw));
    cJSON *text = cJSON_ParseWithLength(raw.data - 1, raw.size + 2);
    check(cJSON_IsString(text) && cJSON_IsString(item) &&
          strcmp(text->valuestring, item->valuestring) == 0);
    cJSON_Delete(text);
}

static bool same(str_t a, str_t b)
{
    return a.data == b.data && a.size == b.size;
}

/* Behind other events an event is read as it is alone. Two with a NUL between them: whatever the
 * first leaves behind, the second is the same. */
static void check_next(str_t both)
{
    const char *nul = both.size ? memchr(both.data, 0, both.size) : NULL;
    size_t front = nul ? (size_t)(nul - both.data) : both.size;
    str_t one = {both.data, front}, two = nul ? (str_t){nul + 1, both.size - front - 1} : one;
    chat_shape_t shape = {.front = 0};
    chat_delta_t delta, alone;
    chat_delta_next(&shape, one, &delta);
    bool good = chat_delta_next(&shape, two, &delta);
    check(good == chat_delta_read(two, &alone));
    check(!good || (same(delta.content, alone.content) && same(delta.arguments, alone.arguments) &&
                    same(delta.finish, alone.finish) && delta.index == alone.index));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_next((str_t){(const char *)data, size});
    str_t json = {(const char *)data, size};
    chat_delta_t delta;
    cJSON *tree = cJSON_ParseWithLength(json.data ? json.data : "", size);
    check(!json_walk_is_object(json) || cJSON_IsObject(tree));
    if (chat_delta_read(json, &delta)) {
        const cJSON *choice =
            cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "choices"), 0);
        const cJSON *message = cJSON_GetObjectItemCaseSensitive(choice, "delta");
        const cJSON *call =
            cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(message, "tool_calls"), 0);
        check(cJSON_IsObject(message) && (call != NULL) == (delta.index >= 0));
        if (delta.content.data)
            check_text(delta.content, cJSON_GetObjectItemCaseSensitive(message, "content"));
        if (delta.finish.data)
            check_text(delta.finish, cJSON_GetObjectItemCaseSensitive(choice, "finish_reason"));
        if (call)
            check_text(delta.arguments,
                       cJSON_GetObjectItemCaseSensitive(
                           cJSON_GetObjectItemCaseSensitive(call, "function"), "arguments"));
    }
    cJSON_Delete(tree);
    return 0;
}
