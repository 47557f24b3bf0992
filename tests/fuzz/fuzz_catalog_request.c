/* What people of the shop ask of the catalog: the first byte says which body, query string or part
 * of a path it is. What is taken lies in the arena, or in what was given. */
#include "common/text.h"
#include "gateway/catalog_request.h"
#include "tests/fuzz/fuzz_request.h"

static void check_values(str_t text, arena_t *arena, problem_t *problem)
{
    proto_put_car_t msg = {0};
    buf_t wire;
    if (!catalog_values_parse(text, arena, &msg, problem))
        return;
    buf_init(&wire, 1 << 20); /* what is taken can be sent, or is refused by its limits */
    proto_encode(proto_message(PROTO_PUT_CAR), &msg, &wire, NULL);
    buf_free(&wire);
}

static void read_one(unsigned which, str_t text, arena_t *arena, problem_t *problem)
{
    str_t seen = {0};
    int64_t number = -1;
    proto_get_history_t history = {0};
    proto_import_csv_t import = {0};
    switch (which % 5) {
    case 0:
        check_values(text, arena, problem);
        break;
    case 1:
        if (catalog_sold_parse(text, arena, &seen, problem))
            assert(utf8_valid(seen));
        break;
    case 2:
        if (catalog_history_parse(text, arena, &history, problem))
            assert(history.limit >= 0 && history.stock_id >= 0 && history.before >= 0);
        break;
    case 3:
        catalog_import_parse(text, arena, &import, problem);
        break;
    default:
        if (catalog_number_parse(text, &number, problem))
            assert(number >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_request(data, size, read_one);
}
