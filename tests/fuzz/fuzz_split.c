/* Any bytes as an answer: in parts that fit and of which nothing is missing, and as TwiML that has
 * no more tags than it has messages. */
#include <stdint.h>
#include <stdlib.h>

#include "common/split.h"
#include "common/text.h"
#include "gateway/twiml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PARTS_MAX 64

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_twiml(const str_t *parts, size_t count, str_t callback)
{
    buf_t out;
    buf_init(&out, 2 * TWIML_MAX);
    if (twiml_print(parts, count, callback, &out)) {
        size_t tags = 0;
        demand(out.size <= TWIML_MAX && utf8_valid(buf_view(&out)));
        for (size_t i = 0; i < out.size; i++)
            tags += out.data[i] == '<';
        demand(tags == 2 || (tags - 3) % 4 == 0);
        demand(tags <= 3 + 4 * count);
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t most = 16 + data[0] * 8, count = 0;
    str_t text = {(const char *)data + 1, size - 1}, rest = text, part, parts[PARTS_MAX];
    const char *end = text.data;
    while (split_next(&rest, most, &part)) {
        demand(part.size > 0 && split_length(part) <= most);
        demand(part.data >= end && part.data + part.size <= text.data + text.size);
        str_t between = {end, (size_t)(part.data - end)};
        for (size_t at = 0; at < between.size;) {
            uint32_t c = utf8_next(between, &at);
            demand(c <= ' ' || c == 0xa0 || (c >= 0x2000 && c <= 0x3000));
        }
        end = part.data + part.size;
        if (count < PARTS_MAX)
            parts[count++] = part;
    }
    check_twiml(parts, count, (str_t){NULL, 0});
    check_twiml(parts, count, text);
    return 0;
}
