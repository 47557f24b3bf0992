/* Any bytes as an answer of Twilio's API, and as a text that is sent to it. */
#include <stdint.h>
#include <stdlib.h>

#include "agent/twilio_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t bytes = {(const char *)data, size};
    arena_t *arena = arena_new(4 << 20);
    twilio_entry_t entry;
    twilio_page_t page;
    buf_t out;
    if (twilio_read_message(bytes, arena, &entry))
        twilio_may_be(&entry, TWILIO_BY_API, bytes, 0);
    if (twilio_read_page(bytes, arena, &page))
        for (size_t i = 0; i < page.count; i++)
            twilio_may_be(&page.entries[i], TWILIO_BY_TWIML, STR_LIT("hola"), 1);
    int64_t code = twilio_read_error(bytes);
    if (code < 0 || code > 999999)
        abort();
    twilio_outgoing_t message = {.to = bytes, .from = bytes, .body = bytes};
    buf_init(&out, 1 << 20);
    twilio_write_message(&message, &out);
    for (size_t i = 0; i < out.size; i++) /* whatever was in it, it is one line of a form */
        if (out.data[i] <= ' ' || out.data[i] > '~')
            abort();
    buf_free(&out);
    arena_destroy(&arena);
    return 0;
}
