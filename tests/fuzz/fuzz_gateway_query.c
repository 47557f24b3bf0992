/* Paths and query strings. */
#include <stdlib.h>

#include "common/buf.h"
#include "gateway/bot_request.h"
#include "gateway/car_query.h"
#include "gateway/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t text = {(const char *)data, size};
    arena_t *arena = arena_new(1 << 20);
    problem_t problem = {0};
    proto_query_t query;
    buf_t out;
    str_t make;

    if (car_query_parse(text, arena, &query, &problem)) {
        /* what the gateway takes, the wire must take too */
        buf_init(&out, 1 << 16);
        if (!proto_encode(&proto_query_record, &query, &out, NULL))
            abort();
        buf_free(&out);
    } else if (problem.status != 400) {
        abort();
    }
    makes_query_parse(text, arena, &make, &problem);
    route_find(text);
    bearer_matches(text, "token");
    arena_destroy(&arena);
    return 0;
}
