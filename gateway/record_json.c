/* Records as JSON; see record_json.h. */
#include "gateway/record_json.h"

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

    json_list(out, field->name);
    for (size_t i = 0; i < count; i++)
        record_json(field->element, list + i * field->element->size, out);
    buf_char(out, ']');
}

void record_json(const proto_record_t *record, const void *msg, buf_t *out)
{
    json_open(out);
    for (size_t i = 0; i < record->field_count; i++) {
        const proto_field_t *field = &record->fields[i];
        const void *value = (const char *)msg + field->offset;

        if (is_empty(field, msg))
            continue;
        if (field->kind == PROTO_INT)
            json_int(out, field->name, *(const int64_t *)value);
        else if (field->kind == PROTO_BOOL)
            json_bool(out, field->name, true);
        else if (field->kind == PROTO_LIST)
            put_list(field, msg, out);
        else
            json_str(out, field->name, *(const str_t *)value);
    }
    buf_char(out, '}');
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
    json_open(out);
    if (stored->name.size)
        json_str(out, "name", stored->name);
    if (stored->number)
        json_int(out, "number", stored->number);
    json_key(out, "value");
    if (!put_record(stored, out))
        json_put_text(out, stored->value);
    buf_char(out, '}');
}

/* ---- everything of a person ---- */

void export_json_begin(export_json_t *self, str_t user_id, int64_t now_ms, buf_t *out)
{
    *self = (export_json_t){.stored = 0};
    json_open(out);
    json_str(out, "user_id", user_id);
    json_time(out, "exported_at", now_ms);
    json_object(out, "stored");
}

void export_json_add(export_json_t *self, const proto_exported_t *some, buf_t *out)
{
    for (size_t i = 0; i < some->stored_count; i++) {
        const proto_stored_t *stored = &some->stored[i];

        if (!self->stored || !str_is(stored->key, self->key)) {
            buf_str(out, self->stored ? "]" : "");
            json_str_key(out, stored->key);
            buf_char(out, '[');
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
