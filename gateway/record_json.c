/* Records as JSON; see record_json.h. */
#include "gateway/record_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "gateway/json_text.h"

#define ARENA_MAX (32 << 20) /* what the lists of the largest record take, and more */

static bool is_empty(const proto_field_t *field, const char *msg)
{
    switch ((proto_kind_t)field->kind) {
    case PROTO_INT:
        return *(const int64_t *)(msg + field->offset) == 0;
    case PROTO_BOOL:
        return !*(const bool *)(msg + field->offset);
    case PROTO_STR:
    case PROTO_BIN:
        return ((const str_t *)(msg + field->offset))->size == 0;
    case PROTO_LIST:
        return *(const size_t *)(msg + field->count_offset) == 0;
    }
    return true;
}

static void put_list(const proto_field_t *field, const char *msg, buf_t *out)
{
    const char *list = *(char *const *)(msg + field->offset);
    size_t count = *(const size_t *)(msg + field->count_offset);

    buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(out, ',');
        record_json(field->element, list + i * field->element->size, out);
    }
    buf_char(out, ']');
}

void record_json(const proto_record_t *record, const void *msg, buf_t *out)
{
    const char *separator = "{";

    for (size_t i = 0; i < record->field_count; i++) {
        const proto_field_t *field = &record->fields[i];
        const void *value = (const char *)msg + field->offset;

        if (is_empty(field, msg))
            continue;
        buf_printf(out, "%s\"%s\":", separator, field->name);
        separator = ",";
        if (field->kind == PROTO_INT)
            buf_printf(out, "%" PRId64, *(const int64_t *)value);
        else if (field->kind == PROTO_BOOL)
            json_put_bool(out, true);
        else if (field->kind == PROTO_LIST)
            put_list(field, msg, out);
        else
            json_put_text(out, *(const str_t *)value);
    }
    buf_str(out, *separator == '{' ? "{}" : "}");
}

static const proto_record_t *record_of(str_t name)
{
    for (const proto_record_t *const *record = proto_records; *record; record++)
        if (name.size && str_is(name, (*record)->name))
            return *record;
    return NULL;
}

static bool put_record(const proto_stored_t *stored, buf_t *out)
{
    const proto_record_t *record = record_of(stored->record);
    arena_t *arena;
    void *msg;
    bool read;

    if (!record)
        return false;
    arena = arena_new(ARENA_MAX);
    msg = arena_alloc(arena, record->size);
    read = msg && proto_decode(record, stored->value.data, stored->value.size, msg, arena, NULL);
    if (read)
        record_json(record, msg, out);
    arena_destroy(&arena);
    return read;
}

static void put_stored(const proto_stored_t *stored, buf_t *out)
{
    buf_char(out, '{');
    if (stored->name.size) {
        buf_str(out, "\"name\":");
        json_put_text(out, stored->name);
        buf_char(out, ',');
    }
    if (stored->number)
        buf_printf(out, "\"number\":%" PRId64 ",", stored->number);
    buf_str(out, "\"value\":");
    if (!put_record(stored, out))
        json_put_text(out, stored->value);
    buf_char(out, '}');
}

/* ---- everything of a person ---- */

void export_json_begin(export_json_t *self, str_t user_id, int64_t now_ms, buf_t *out)
{
    *self = (export_json_t){.stored = 0};
    buf_str(out, "{\"user_id\":");
    json_put_text(out, user_id);
    buf_str(out, ",\"exported_at\":");
    json_put_time(out, now_ms);
    buf_str(out, ",\"stored\":{");
}

void export_json_add(export_json_t *self, const proto_exported_t *some, buf_t *out)
{
    for (size_t i = 0; i < some->stored_count; i++) {
        const proto_stored_t *stored = &some->stored[i];

        if (self->stored && str_is(stored->key, self->key)) {
            buf_char(out, ',');
        } else {
            buf_str(out, self->stored ? "]," : "");
            json_put_text(out, stored->key);
            buf_str(out, ":[");
            snprintf(self->key, sizeof self->key, "%.*s", STR_ARG(stored->key));
        }
        put_stored(stored, out);
        self->stored++;
    }
}

void export_json_end(export_json_t *self, buf_t *out)
{
    buf_str(out, self->stored ? "]}}" : "}}");
}
