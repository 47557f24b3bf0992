/*
 * Which make and model a turn was about, for its record: what was found last, and what the shop
 * does not have. Names as the catalog understood them, and nothing else of what was said.
 */
#include "agent/turn.h"
#include "common/text.h"

#define MAX_NAME 64 /* bytes, as the protocol has it */
#define MAX_DIGITS 4

/* A name of cars has words, and numbers as short as a year. */
static bool is_name(str_t text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
        digits = digit ? digits + 1 : 0;
        if (digits > MAX_DIGITS || (!digit && !letter && c != ' ' && c != '-' && c != '.'))
            return false;
    }
    return text.size > 0 && text.size <= MAX_NAME && utf8_valid(text);
}

static void keep(turn_t *self, str_t *kept, str_t make, str_t model)
{
    const char *name = arena_printf(self->arena, "%.*s%s%.*s", STR_ARG(make),
                                    make.size && model.size ? " " : "", STR_ARG(model));
    if (name && is_name(str_from(name)))
        *kept = str_from(name);
}

void turn_sought(turn_t *self, const tool_result_t *result)
{
    proto_turn_record_t *record = &self->ledger.record;
    if (result->query && result->list)
        keep(self, result->list->total > 0 ? &record->sought : &record->missed, result->query->make,
             result->query->model);
    for (size_t i = 0; result->resolved && i < result->resolved->mentions_count; i++) {
        const proto_mention_t *mention = &result->resolved->mentions[i];
        if (mention->count == 0 && mention->make.size)
            keep(self, &record->missed, mention->make, mention->model);
    }
}
