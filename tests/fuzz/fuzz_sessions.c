/* What Redis may answer, and REDIS_URL: neither may ever do harm. The first byte picks which; an
 * answer's elements follow, each a byte of type, a byte of size and its bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "sessions/answer.h"
#include "sessions/url.h"

#define MAX_ELEMENTS 128

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const proto_type_t types[] = {
    PROTO_ENQUEUE,  PROTO_WITHDRAW,   PROTO_CLAIM,   PROTO_RENEW, PROTO_COMMIT,    PROTO_RELEASE,
    PROTO_RESET,    PROTO_READ,       PROTO_TAKE,    PROTO_FORGO, PROTO_DELIVERED, PROTO_STATUS,
    PROTO_LOG_TURN, PROTO_GET_BUDGET, PROTO_EXPORT,  PROTO_ERASE, PROTO_PACE,      PROTO_TAKE_OVER,
    PROTO_SAY,      PROTO_GIVE_BACK,  PROTO_GET_SAID};

static void fuzz_url(const uint8_t *bytes, size_t size)
{
    redis_url_t url;
    const char *why;
    if (!redis_url_parse((str_t){(const char *)bytes, size}, &url, &why) && !why)
        abort();
}

static void fuzz_answer(proto_type_t request, const uint8_t *bytes, size_t size)
{
    redisReply elements[MAX_ELEMENTS] = {{0}}, *list[MAX_ELEMENTS];
    redisReply reply = {.type = REDIS_REPLY_ARRAY, .element = list};
    for (size_t at = 0; at + 2 <= size && reply.elements < MAX_ELEMENTS;) {
        redisReply *element = &elements[reply.elements];
        size_t length = bytes[at + 1];
        bool number = bytes[at] & 1;
        at += 2;
        if (length > size - at)
            length = size - at;
        element->type = number ? REDIS_REPLY_INTEGER : REDIS_REPLY_STRING;
        element->integer = (long long)length;
        element->str = (char *)bytes + at;
        element->len = length;
        at += length;
        list[reply.elements++] = element;
    }
    arena_t *arena = arena_new(1 << 20);
    answer_t answer;
    answer_make(&answer, request, &reply, arena);
    /* whatever it was, it can be told */
    buf_t out;
    proto_error_text_t why;
    buf_init(&out, PROTO_MAX_BODY);
    if (!proto_encode(proto_message(answer.type), &answer.msg, &out, &why))
        abort();
    buf_free(&out);
    arena_destroy(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t count = sizeof types / sizeof *types;
    if (size == 0)
        return 0;
    if (bytes[0] < count)
        fuzz_answer(types[bytes[0]], bytes + 1, size - 1);
    else
        fuzz_url(bytes + 1, size - 1);
    return 0;
}
