/* What a model says, as an agent reads it: cleaned, cut, searched for cars, streamed in pieces. */
#include <stdlib.h>

#include "agent/answer.h"
#include "agent/context.h"
#include "agent/partial.h"
#include "agent/shown.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static proto_car_t cars[] = {
    {.stock_id = 301650,
     .make = STR_LIT("Nissan"),
     .model = STR_LIT("Versa"),
     .version = STR_LIT("Advance  CVT"),
     .year = 2019,
     .price = 21499900},
    {.stock_id = 301651,
     .make = STR_LIT("Mazda"),
     .model = STR_LIT("3"),
     .year = 2020,
     .price = 21499900,
     .km = 5},
    {.stock_id = 7, .make = STR_LIT("Citroën"), .model = STR_LIT("ë"), .year = 0, .price = 0},
};

/* Streamed in pieces of any size, what is sent joins to what was said. */
static void check_stream(str_t text, size_t step)
{
    partial_t partial;
    buf_t sent;
    bool restart;
    str_t piece;
    partial_init(&partial);
    buf_init(&sent, PARTIAL_MAX_TEXT + 1);
    for (size_t at = 0; at < text.size; at += step) {
        size_t left = text.size - at;
        partial_add(&partial, (str_t){text.data + at, left < step ? left : step}, (int64_t)at);
        if (!partial_due(&partial, (int64_t)at, true, &piece, &restart))
            continue;
        check(utf8_valid(piece) && !restart);
        buf_add(&sent, piece.data, piece.size);
        partial_sent(&partial, piece);
    }
    if (text.size <= PARTIAL_MAX_TEXT && utf8_valid(text))
        check(str_eq(buf_view(&sent), text));
    buf_free(&sent);
    partial_free(&partial);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    arena_t *arena = arena_new(1 << 20);
    str_t said = {(const char *)data + 1, size - 1};
    str_t clean = context_clean(arena, said, 4096);
    check(clean.size <= 4096 && utf8_valid(clean));
    str_t cut = answer_cut(clean, 100);
    check(cut.size <= 100 && utf8_valid(cut));
    tool_result_t page = {.ok = true, .cars = cars, .car_count = 3};
    found_t found = {0};
    shown_t shown;
    found_add(&found, &page);
    shown_find(clean, &found, &shown);
    check(shown.count <= 3);
    check_stream(said, data[0] % 7 + 1);
    arena_destroy(&arena);
    return 0;
}
