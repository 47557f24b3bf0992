/* What Redis says of a day: whatever the fields, the sums can be told. Each field is a byte of its
 * size, one of its value's, and their bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "sessions/tally.h"

#define DAYS 3

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static str_t take(const uint8_t *bytes, size_t size, size_t *at, size_t wanted)
{
    str_t text = {(const char *)bytes + *at, size - *at < wanted ? size - *at : wanted};
    *at += text.size;
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    tally_sums_t *sums = tally_sums_new(DAYS);
    arena_t *arena = arena_new(2 << 20);
    proto_numbers_t msg;
    proto_error_text_t why;
    buf_t out;
    for (size_t at = 0, n = 0; at + 2 <= size; n++) {
        size_t field_size = bytes[at], value_size = bytes[at + 1];
        at += 2;
        str_t field = take(bytes, size, &at, field_size);
        tally_sums_add(sums, n % DAYS, field, take(bytes, size, &at, value_size));
    }
    buf_init(&out, PROTO_MAX_BODY);
    if (!tally_sums_tell(sums, 20000, arena, &msg) ||
        !proto_encode(proto_message(PROTO_NUMBERS), &msg, &out, &why))
        abort();
    buf_free(&out);
    arena_destroy(&arena);
    tally_sums_destroy(&sums);
    return 0;
}
