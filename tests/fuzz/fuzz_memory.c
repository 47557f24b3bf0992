/*
 * What is remembered, whatever is stored and whoever said it: the first byte picks the bounds, the
 * next two say how many bytes are a stored context (MessagePack); the lines that follow are a turn:
 * "u…" is said, "c…\t…" is a call with its result. What comes of it fits and can be stored.
 */
#include <stdint.h>
#include <stdlib.h>

#include "agent/window.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool condition)
{
    if (!condition)
        abort();
}

static void take_line(context_t *context, str_t line)
{
    str_t rest = {line.data + 1, line.size - 1};
    if (line.data[0] == 'u' && context->now.entries_count == context->turn_said) {
        proto_waiting_t message = {.text = utf8_valid(rest) ? rest : STR_LIT("?")};
        context_said(context, &message);
    } else if (context->turn_said > context->turn_start) {
        const char *tab = memchr(rest.data, '\t', rest.size);
        size_t cut = tab ? (size_t)(tab - rest.data) : rest.size;
        proto_car_t *car = arena_alloc(context->arena, sizeof *car);
        proto_quote_t *quote = arena_alloc(context->arena, sizeof *quote);
        must(car && quote);
        *car = (proto_car_t){.stock_id = (int64_t)line.size, .make = STR_LIT("M")};
        *quote = (proto_quote_t){.stock_id = (int64_t)line.size, .months = 48};
        tool_result_t result = {.text = {rest.data + cut, rest.size - cut},
                                .cars = car,
                                .car_count = line.data[0] != 'c',
                                .quotes = quote,
                                .quote_count = line.data[0] == 'q'};
        result.text = context_clean(context->arena, result.text, 60000);
        context_called(context, STR_LIT("search_cars"), (str_t){0}, (str_t){rest.data, cut},
                       &result, 1);
    }
}

static void check(const window_t *window, const context_t *context)
{
    buf_t stored;
    buf_init(&stored, PROTO_MAX_BODY);
    must(proto_encode(&proto_context_record, &context->now, &stored, NULL));
    must(window_request(window, &context->now) <= window->fixed + window_room(window));
    buf_free(&stored);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 3)
        return 0;
    arena_t *arena = arena_new(64 << 20);
    window_t window = {.tokens = 3000 + 32 * (size_t)bytes[0], .entries = 8 + bytes[0] % 64u};
    size_t cut = (size_t)bytes[1] << 8 | bytes[2];
    str_t rest = {(const char *)bytes + 3, size - 3};
    cut = cut < rest.size ? cut : rest.size;
    proto_context_t remembered;
    bool known = proto_decode(&proto_context_record, rest.data, cut, &remembered, arena, NULL);
    rest = (str_t){rest.data + cut, rest.size - cut};
    context_t context;
    window_loss_t loss;
    must(context_open(&context, arena, known ? &remembered : NULL, "turn"));
    size_t lines = 0;
    while (rest.size && lines++ < 200) {
        const char *end = memchr(rest.data, '\n', rest.size);
        str_t line = {rest.data, end ? (size_t)(end - rest.data) : rest.size};
        if (line.size)
            take_line(&context, line);
        size_t past = line.size + (end != NULL);
        rest = (str_t){rest.data + past, rest.size - past};
    }
    if (context.turn_said > context.turn_start) {
        must(window_fit(&window, &context, true, &loss));
        check(&window, &context);
    }
    arena_destroy(&arena);
    return 0;
}
