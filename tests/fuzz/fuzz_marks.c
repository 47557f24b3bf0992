/* Any bytes as an answer and as offsets of its literal marks: what is printed has as many
 * characters, and printed again it stays the same. */
#include <stdint.h>
#include <stdlib.h>

#include "common/marks.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static size_t characters(str_t text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.size; count++)
        utf8_next(text, &at);
    return count;
}

/* Nothing is left to do. */
static void check_again(str_t printed)
{
    buf_t again;
    buf_init(&again, 3 * printed.size + 1);
    marks_print(&again, printed, (str_t){0});
    demand(str_eq(buf_view(&again), printed));
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t list = data[0] < size - 1 ? data[0] : size - 1;
    str_t literal = {(const char *)data + 1, list};
    str_t text = {literal.data + list, size - 1 - list};
    buf_t out;
    buf_init(&out, 3 * text.size + 1);
    marks_print(&out, text, literal);
    str_t printed = buf_view(&out);
    demand(buf_ok(&out) && characters(printed) == characters(text));
    if (utf8_valid(text)) {
        demand(utf8_valid(printed));
        check_again(printed);
    }
    buf_free(&out);
    return 0;
}
