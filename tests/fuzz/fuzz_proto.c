/* Any bytes as header and body of every message: no crash, and what is read can be written and read
 * again to the same. The first byte chooses the message. */
#include <stdlib.h>

#include "proto/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    proto_header_t header;
    proto_header_decode(&header, data, size);
    size_t count = 0;
    while (proto_messages[count])
        count++;
    const proto_record_t *record = proto_messages[data[0] % count];
    arena_t *arena = arena_new(64 << 20);
    char *msg = arena_alloc(arena, record->size), *again = arena_alloc(arena, record->size);
    if (proto_decode(record, data + 1, size - 1, msg, arena, NULL)) {
        buf_t body, a, b;
        buf_init(&body, PROTO_MAX_BODY);
        buf_init(&a, 16 << 20);
        buf_init(&b, 16 << 20);
        if (!proto_encode(record, msg, &body, NULL) ||
            !proto_decode(record, body.data, body.size, again, arena, NULL))
            abort();
        proto_print(record, msg, &a);
        proto_print(record, again, &b);
        if (a.size != b.size || memcmp(a.data, b.data, a.size) != 0)
            abort();
        buf_free(&body);
        buf_free(&a);
        buf_free(&b);
    }
    arena_destroy(&arena);
    return 0;
}
