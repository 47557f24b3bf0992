/* Any bytes as a model's answer, as a stream of events, as one document and as an error: no crash,
 * and what comes out of it is fit to go on: bounded, valid UTF-8, calls with distinct ids. */
#include <stdint.h>
#include <stdlib.h>

#include "agent/chat_reply.h"
#include "agent/sse.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static bool on_event(void *arg, str_t data)
{
    return chat_reply_event(arg, data);
}

static void check_calls(const model_result_t *result)
{
    check(result->call_count > 0 && result->call_count <= MODEL_MAX_CALLS);
    for (size_t i = 0; i < result->call_count; i++) {
        const model_tool_call_t *call = &result->calls[i];
        check(call->id.size > 0 && call->id.size <= CHAT_MAX_NAME);
        check(call->name.size > 0 && call->name.size <= CHAT_MAX_NAME);
        check(call->arguments.size <= CHAT_MAX_TEXT);
        check(utf8_valid(call->id) && utf8_valid(call->name) && utf8_valid(call->arguments));
        for (size_t j = 0; j < i; j++)
            check(!str_eq(call->id, result->calls[j].id));
    }
}

static void check_result(chat_reply_t *reply)
{
    model_result_t result = {0};
    chat_reply_result(reply, &result);
    check(result.text.size <= CHAT_MAX_TEXT && utf8_valid(result.text));
    check((result.status == MODEL_BAD || result.status == MODEL_REFUSED) == (result.error != NULL));
    check(result.status != MODEL_TEXT || result.text.size);
    check(result.tokens_in >= 0 && result.tokens_cached >= 0 && result.tokens_out >= 0);
    if (result.status == MODEL_CALLS)
        check_calls(&result);
    else
        check(result.call_count == 0);
    chat_reply_free(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t bytes = {(const char *)data, size};
    chat_reply_t streamed, whole;
    chat_error_t error;
    sse_t sse;
    sse_init(&sse, CHAT_MAX_EVENT);
    chat_reply_init(&streamed);
    sse_feed(&sse, bytes, on_event, &streamed);
    check_result(&streamed);
    sse_free(&sse);
    chat_reply_init(&whole);
    chat_reply_whole(&whole, bytes);
    check_result(&whole);
    chat_error_read(&error, bytes);
    check(strlen(error.code) < sizeof error.code);
    return 0;
}
