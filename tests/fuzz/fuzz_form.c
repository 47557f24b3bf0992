/* Any bytes as a webhook's body, form or JSON: what can be read is checked for a signature, read as
 * a message and as a status; what comes out is fit to be stored and sent. */
#include <stdint.h>
#include <stdlib.h>

#include "common/text.h"
#include "gateway/twilio_message.h"
#include "gateway/twilio_signature.h"
#include "proto/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_message(const form_t *form, arena_t *arena)
{
    twilio_message_t message;
    twilio_status_t status;
    const char *why;
    if (twilio_message_read(form, arena, &message, &why)) {
        demand(message.text.size > 0 && message.text.size <= PROTO_MAX_TEXT);
        demand(utf8_valid(message.text) && utf8_length(message.text) <= 4096);
        demand(message.user_id.size > 0 && message.user_id.size <= PROTO_MAX_USER);
        demand(message.message_id.size > 0);
        for (size_t i = 0; i < message.text.size; i++)
            demand((unsigned char)message.text.data[i] >= ' ' || message.text.data[i] == '\n');
    } else {
        demand(why != NULL);
    }
    if (twilio_status_read(form, &status, &why))
        demand(twilio_status_rank(str_from(status.status)) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t body = {(const char *)data, size};
    arena_t *arena = arena_new(4 << 20);
    form_t form;
    twilio_request_t request = {STR_LIT("https://shop.example/#rc=1"),
                                body,
                                STR_LIT("AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
                                {"one", "two"}};
    if (form_parse(body, arena, &form) == FORM_OK) {
        request.target = STR_LIT("/webhook/twilio/");
        demand(!twilio_signed_form(&request, &form));
        check_message(&form, arena);
    }
    arena_reset(arena);
    request.target = body;
    demand(!twilio_signed_body(&request, body));
    if (form_parse_json(body, arena, &form) == FORM_OK)
        check_message(&form, arena);
    arena_destroy(&arena);
    return 0;
}
