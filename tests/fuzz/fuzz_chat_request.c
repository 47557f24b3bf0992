/* Any conversation, in any order and with any text: the body is JSON, and every tool message
 * answers a call of the assistant message before it, exactly once. */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>

#include "agent/chat_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_ENTRIES 64
#define MAX_OPEN 64

static void check(bool good)
{
    if (!good)
        abort();
}

/* An entry is: role and id in one byte, length of the text in one, the text. */
static size_t entries_of(const uint8_t *data, size_t size, proto_entry_t *entries)
{
    static const char *const roles[] = {"user", "assistant", "call", "tool"};
    static const char *const ids[] = {"a", "b", "", "call00001"};
    size_t count = 0;
    for (size_t at = 0; at + 2 <= size && count < MAX_ENTRIES; count++) {
        uint8_t kind = data[at];
        size_t length = data[at + 1];
        at += 2;
        if (length > size - at)
            length = size - at;
        entries[count] = (proto_entry_t){.role = str_from(roles[kind & 3]),
                                         .call_id = str_from(ids[kind >> 2 & 3]),
                                         .tool = STR_LIT("search_cars"),
                                         .text = {(const char *)data + at, length}};
        at += length;
    }
    return count;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static void check_pairs(const cJSON *messages)
{
    const char *open[MAX_OPEN] = {0};
    size_t count = 0;
    const cJSON *message, *call;
    cJSON_ArrayForEach (message, messages) {
        const char *role = text_of(message, "role"), *answers = text_of(message, "tool_call_id");
        check(role && (strcmp(role, "tool") == 0) == (answers != NULL));
        if (answers) {
            size_t at = 0;
            while (at < count && strcmp(open[at], answers) != 0)
                at++;
            check(at < count);
            open[at] = open[--count];
            continue;
        }
        check(count == 0);
        const cJSON *calls = cJSON_GetObjectItemCaseSensitive(message, "tool_calls");
        check(calls || text_of(message, "content"));
        check(!calls || cJSON_GetArraySize(calls) > 0);
        cJSON_ArrayForEach (call, calls) {
            open[count] = text_of(call, "id");
            check(open[count] && *open[count] && count + 1 < MAX_OPEN);
            for (size_t i = 0; i < count; i++)
                check(strcmp(open[i], open[count]) != 0);
            count++;
        }
    }
    check(count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    proto_entry_t entries[MAX_ENTRIES];
    proto_context_t context = {.version = 1, .entries = entries};
    context.entries_count = entries_of(data, size, entries);
    model_request_t request = {.context = &context, .rules = STR_LIT("rules"), .tools = size & 1};
    chat_request_t *writer = chat_request_new("model", 100, size & 2, NULL);
    buf_t out;
    buf_init(&out, CHAT_MAX_REQUEST);
    check(chat_request_write(writer, &request, &out));
    cJSON *body = cJSON_ParseWithLength(out.data, out.size);
    check(body != NULL);
    check_pairs(cJSON_GetObjectItemCaseSensitive(body, "messages"));
    cJSON_Delete(body);
    buf_free(&out);
    chat_request_destroy(&writer);
    return 0;
}
