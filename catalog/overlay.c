/* Column by column, by the table of the record. */
#include "catalog/overlay.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static size_t size_of(const proto_field_t *field)
{
    if (field->kind == PROTO_BOOL)
        return sizeof(bool);
    return field->kind == PROTO_INT ? sizeof(int64_t) : sizeof(str_t);
}

static const void *at(const proto_car_t *car, const proto_field_t *field)
{
    return (const char *)car + field->offset;
}

static bool field_same(const proto_field_t *field, const proto_car_t *a, const proto_car_t *b)
{
    if (field->kind == PROTO_STR)
        return str_eq(*(const str_t *)at(a, field), *(const str_t *)at(b, field));
    return memcmp(at(a, field), at(b, field), size_of(field)) == 0;
}

static void field_copy(const proto_field_t *field, proto_car_t *to, const proto_car_t *from)
{
    memcpy((char *)to + field->offset, at(from, field), size_of(field));
}

bool car_same(const proto_car_t *a, const proto_car_t *b)
{
    const proto_record_t *record = &proto_car_record;
    for (size_t i = 0; i < record->field_count; i++)
        if (!field_same(&record->fields[i], a, b))
            return false;
    return true;
}

bool overlay_serve(const overlay_t *self, const proto_car_t *base, proto_car_t *car)
{
    const proto_record_t *record = &proto_car_record;
    switch (self->state) {
    case OVERLAY_ADDED:
        *car = self->mine;
        return true;
    case OVERLAY_NONE:
    case OVERLAY_EDITED:
        if (!base)
            return false;
        *car = *base;
        for (size_t i = 0; self->state == OVERLAY_EDITED && i < record->field_count; i++)
            if (!field_same(&record->fields[i], &self->orig, &self->mine))
                field_copy(&record->fields[i], car, &self->mine);
        return true;
    case OVERLAY_SOLD:
    case OVERLAY_STATES:
        break;
    }
    return false;
}

/* What was changed before stays changed: orig keeps differing from mine there. */
void overlay_edit(const overlay_t *before, const proto_car_t *offered, const proto_car_t *wanted,
                  overlay_t *after)
{
    const proto_record_t *record = &proto_car_record;
    bool added = before->state == OVERLAY_ADDED;
    assert(before->state != OVERLAY_SOLD);
    *after = (overlay_t){.stock_id = wanted->stock_id,
                         .state = added ? OVERLAY_ADDED : OVERLAY_EDITED,
                         .orig = *offered,
                         .mine = *wanted};
    for (size_t i = 0; before->state == OVERLAY_EDITED && i < record->field_count; i++) {
        const proto_field_t *field = &record->fields[i];
        if (field_same(field, offered, wanted) && !field_same(field, &before->orig, &before->mine))
            field_copy(field, &after->orig, &before->orig);
    }
}

const char *car_version(const proto_car_t *car, char text[CAR_VERSION_SIZE])
{
    uint64_t hash = 14695981039346656037u;
    buf_t bytes;
    buf_init(&bytes, 16384);
    proto_encode(&proto_car_record, car, &bytes, NULL);
    for (size_t i = 0; i < bytes.size; i++)
        hash = (hash ^ (uint8_t)bytes.data[i]) * 1099511628211u;
    buf_free(&bytes);
    snprintf(text, CAR_VERSION_SIZE, "%016llx", (unsigned long long)hash);
    return text;
}
