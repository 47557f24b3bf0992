/* Bodies of POST /seller/bot/: what is taken is within its limits, what is not is a 400. */
#include <stdlib.h>

#include "common/text.h"
#include "gateway/bot_request.h"
#include "gateway/handoff_request.h"
#include "gateway/json_text.h"
#include "proto/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_handoff(str_t body, arena_t *arena)
{
    handoff_request_t request;
    problem_t problem = {0};

    for (handoff_kind_t kind = HANDOFF_TAKE; kind <= HANDOFF_GIVE; kind++) {
        if (!handoff_request_parse(kind, body, (str_t){0}, arena, &request, &problem)) {
            if (problem.status != 400 && problem.status != 413)
                abort();
            continue;
        }
        if (request.by.size > HANDOFF_MAX_BY || (kind == HANDOFF_TAKE && !request.by.size) ||
            request.id.size > HANDOFF_MAX_ID || request.text.size > PROTO_MAX_TEXT ||
            (kind == HANDOFF_SAY && (!request.text.size || !request.id.size)))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena_t *arena = arena_new(1 << 20);
    bot_request_t request;
    problem_t problem = {0};
    buf_t out;

    if (bot_request_parse((str_t){(const char *)data, size}, arena, &request, &problem)) {
        if (request.user_id.size == 0 || request.user_id.size > PROTO_MAX_USER ||
            request.text.size == 0 || request.text.size > PROTO_MAX_TEXT ||
            !utf8_valid(request.text) || !utf8_valid(request.user_id))
            abort();
    } else if (problem.status != 400 && problem.status != 413) {
        abort();
    }
    fuzz_handoff((str_t){(const char *)data, size}, arena);
    /* any bytes at all become JSON text */
    buf_init(&out, 8 * size + 16);
    json_put_text(&out, (str_t){(const char *)data, size});
    if (!buf_ok(&out) || !utf8_valid(buf_view(&out)))
        abort();
    buf_free(&out);
    arena_destroy(&arena);
    return 0;
}
