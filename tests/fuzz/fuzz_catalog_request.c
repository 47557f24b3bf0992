/* What people of the shop ask of the catalog: the first byte says which body, query string or part
 * of a path it is. What is taken lies in the arena, or in what was given. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "gateway/catalog_request.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *copy = malloc(size); /* so that a byte too far is seen */
    if (!copy)
        abort();
    memcpy(copy, data + 1, size - 1);
    str_t text = {copy, size - 1}, seen = {0};
    arena_t *arena = arena_new(256 << 10);
    problem_t problem = {0};
    int64_t number = -1;
    proto_get_history_t history = {0};
    proto_import_csv_t import = {0};
    switch (data[0] % 5) {
    case 0:
        check_values(text, arena, &problem);
        break;
    case 1:
        if (catalog_sold_parse(text, arena, &seen, &problem))
            assert(utf8_valid(seen));
        break;
    case 2:
        if (catalog_history_parse(text, arena, &history, &problem))
            assert(history.limit >= 0 && history.stock_id >= 0 && history.before >= 0);
        break;
    case 3:
        catalog_import_parse(text, arena, &import, &problem);
        break;
    default:
        if (catalog_number_parse(text, &number, &problem))
            assert(number >= 0);
    }
    assert(problem.status == 0 || problem.status >= 400);
    arena_destroy(&arena);
    free(copy);
    return 0;
}
