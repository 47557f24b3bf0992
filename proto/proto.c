/*
 * Encode, decode, print and copy, all driven by the tables. Bytes from outside
 * go through check () first, which walks them with limits on depth, elements
 * and size: msgpack-c itself trusts the lengths it reads.
 */
#include "proto/proto.h"

#include <assert.h>
#include <msgpack.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>

#include "common/text.h"

/* ---- access to the members of a struct ---- */

static const void *member(const void *msg, uint32_t offset)
{
    return (const char *)msg + offset;
}

static void *member_of(void *msg, uint32_t offset)
{
    return (char *)msg + offset;
}

static int64_t int_of(const proto_field_t *f, const void *msg)
{
    return *(const int64_t *)member(msg, f->offset);
}

static bool bool_of(const proto_field_t *f, const void *msg)
{
    return *(const bool *)member(msg, f->offset);
}

static str_t str_of(const proto_field_t *f, const void *msg)
{
    return *(const str_t *)member(msg, f->offset);
}

static const char *list_of(const proto_field_t *f, const void *msg)
{
    return *(const char *const *)member(msg, f->offset);
}

static size_t count_of(const proto_field_t *f, const void *msg)
{
    return *(const size_t *)member(msg, f->count_offset);
}

static bool is_default(const proto_field_t *f, const void *msg)
{
    switch ((proto_kind_t)f->kind) {
    case PROTO_INT:
        return int_of(f, msg) == 0;
    case PROTO_BOOL:
        return !bool_of(f, msg);
    case PROTO_STR:
    case PROTO_BIN:
        return str_of(f, msg).size == 0;
    case PROTO_LIST:
        return count_of(f, msg) == 0;
    }
    return true;
}

static bool fail(proto_error_text_t *why, const proto_record_t *record, const proto_field_t *field,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));
static bool fail(proto_error_text_t *why, const proto_record_t *record, const proto_field_t *field,
                 const char *format, ...)
{
    if (!why)
        return false;
    int n = snprintf(why->text, sizeof why->text, "%s%s%s: ", record->name, field ? "." : "",
                     field ? field->name : "");
    va_list args;
    va_start(args, format);
    vsnprintf(why->text + n, sizeof why->text - (size_t)n, format, args);
    va_end(args);
    return false;
}

/* ---- encode ---- */

static int write_buf(void *data, const char *bytes, size_t size)
{
    buf_add(data, bytes, size);
    return 0;
}

static bool encode_map(const proto_record_t *record, const void *msg, msgpack_packer *packer,
                       proto_error_text_t *why);

static bool encode_field(const proto_record_t *record, const proto_field_t *f, const void *msg,
                         msgpack_packer *packer, proto_error_text_t *why)
{
    msgpack_pack_uint8(packer, f->number);
    switch ((proto_kind_t)f->kind) {
    case PROTO_INT:
        msgpack_pack_int64(packer, int_of(f, msg));
        return true;
    case PROTO_BOOL:
        if (bool_of(f, msg))
            msgpack_pack_true(packer);
        else
            msgpack_pack_false(packer);
        return true;
    case PROTO_STR: {
        str_t s = str_of(f, msg);
        if (s.size > f->max)
            return fail(why, record, f, "%zu bytes, at most %u", s.size, f->max);
        if (!utf8_valid(s))
            return fail(why, record, f, "not UTF-8");
        msgpack_pack_str(packer, s.size);
        msgpack_pack_str_body(packer, s.data, s.size);
        return true;
    }
    case PROTO_BIN: {
        str_t s = str_of(f, msg);
        if (s.size > f->max)
            return fail(why, record, f, "%zu bytes, at most %u", s.size, f->max);
        msgpack_pack_bin(packer, s.size);
        msgpack_pack_bin_body(packer, s.data, s.size);
        return true;
    }
    case PROTO_LIST: {
        size_t count = count_of(f, msg);
        if (count > f->max)
            return fail(why, record, f, "%zu elements, at most %u", count, f->max);
        msgpack_pack_array(packer, count);
        for (size_t i = 0; i < count; i++)
            if (!encode_map(f->element, list_of(f, msg) + i * f->element->size, packer, why))
                return false;
        return true;
    }
    }
    return false;
}

static bool encode_map(const proto_record_t *record, const void *msg, msgpack_packer *packer,
                       proto_error_text_t *why)
{
    size_t count = 0;
    for (size_t i = 0; i < record->field_count; i++)
        count += record->fields[i].required || !is_default(&record->fields[i], msg);
    msgpack_pack_map(packer, count);
    for (size_t i = 0; i < record->field_count; i++) {
        const proto_field_t *f = &record->fields[i];
        if (!f->required && is_default(f, msg))
            continue;
        if (f->required && f->kind == PROTO_LIST && f->max == 1 && count_of(f, msg) == 0)
            return fail(why, record, f, "missing");
        if (!encode_field(record, f, msg, packer, why))
            return false;
    }
    return true;
}

bool proto_encode(const proto_record_t *record, const void *msg, buf_t *out,
                  proto_error_text_t *why)
{
    if (!buf_ok(out))
        return fail(why, record, NULL, "the buffer is full");
    size_t start = out->size;
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, write_buf);
    bool good = encode_map(record, msg, &packer, why);
    if (good && !buf_ok(out))
        good = fail(why, record, NULL, "more than %zu bytes", out->max);
    if (!good) { /* as if nothing had been tried */
        out->bad = false;
        out->size = start;
        if (out->data)
            out->data[start] = 0;
    }
    return good;
}

/* ---- the walk that trusts nothing ---- */

typedef struct walk {
    const uint8_t *at, *end;
    size_t elements;
} walk_t;

static bool walk_skip(walk_t *w, uint64_t size)
{
    if (size > (uint64_t)(w->end - w->at))
        return false;
    w->at += size;
    return true;
}

static bool walk_length(walk_t *w, int bytes, uint64_t *value)
{
    *value = 0;
    if (w->end - w->at < bytes)
        return false;
    while (bytes-- > 0)
        *value = *value << 8 | *w->at++;
    return true;
}

/* One value and all it contains. Every element takes at least a byte, so a count that the bytes
 * left cannot hold is refused before anything is reserved for it. */
static bool walk_value(walk_t *w, int depth)
{
    if (depth > PROTO_MAX_DEPTH || w->at == w->end || ++w->elements > PROTO_MAX_ELEMENTS)
        return false;
    uint8_t tag = *w->at++;
    uint64_t n;
    if (tag <= 0x7f || tag >= 0xe0 || tag == 0xc0 || tag == 0xc2 || tag == 0xc3)
        return true; /* small numbers, nil, false, true */
    if (tag >= 0xa0 && tag <= 0xbf)
        return walk_skip(w, tag & 0x1f);
    if (tag >= 0x80 && tag <= 0x9f) {
        n = (uint64_t)(tag & 0x0f) * (tag < 0x90 ? 2 : 1);
    } else {
        static const uint8_t fixed[] = {[0xca - 0xc4] = 4, [0xcb - 0xc4] = 8, [0xcc - 0xc4] = 1,
                                        [0xcd - 0xc4] = 2, [0xce - 0xc4] = 4, [0xcf - 0xc4] = 8,
                                        [0xd0 - 0xc4] = 1, [0xd1 - 0xc4] = 2, [0xd2 - 0xc4] = 4,
                                        [0xd3 - 0xc4] = 8, [0xd4 - 0xc4] = 2, [0xd5 - 0xc4] = 3,
                                        [0xd6 - 0xc4] = 5, [0xd7 - 0xc4] = 9, [0xd8 - 0xc4] = 17};
        switch (tag) {
        case 0xc4: /* bin 8, 16, 32 */
        case 0xc5:
        case 0xc6:
            return walk_length(w, 1 << (tag - 0xc4), &n) && walk_skip(w, n);
        case 0xc7: /* ext 8, 16, 32: a type byte comes before the bytes */
        case 0xc8:
        case 0xc9:
            return walk_length(w, 1 << (tag - 0xc7), &n) && walk_skip(w, n + 1);
        case 0xd9: /* str 8, 16, 32 */
        case 0xda:
        case 0xdb:
            return walk_length(w, 1 << (tag - 0xd9), &n) && walk_skip(w, n);
        case 0xdc: /* array 16, 32 */
        case 0xdd:
            if (!walk_length(w, 2 << (tag - 0xdc), &n))
                return false;
            break;
        case 0xde: /* map 16, 32 */
        case 0xdf:
            if (!walk_length(w, 2 << (tag - 0xde), &n))
                return false;
            n *= 2;
            break;
        case 0xc1: /* never used */
            return false;
        default:
            return walk_skip(w, fixed[tag - 0xc4]);
        }
    }
    if (n > (uint64_t)(w->end - w->at))
        return false;
    for (; n > 0; n--)
        if (!walk_value(w, depth + 1))
            return false;
    return true;
}

static bool check(const void *bytes, size_t size)
{
    walk_t walk = {bytes, (const uint8_t *)bytes + size, 0};
    return size > 0 && size <= PROTO_MAX_BODY && walk_value(&walk, 1) && walk.at == walk.end;
}

/* ---- decode ---- */

static bool decode_map(const proto_record_t *record, const msgpack_object *map, void *msg,
                       arena_t *arena, proto_error_text_t *why);

static bool decode_list(const proto_record_t *record, const proto_field_t *f,
                        const msgpack_object *value, void *msg, arena_t *arena,
                        proto_error_text_t *why)
{
    if (value->type != MSGPACK_OBJECT_ARRAY)
        return fail(why, record, f, "expected a list");
    size_t count = value->via.array.size;
    if (count > f->max)
        return fail(why, record, f, "%zu elements, at most %u", count, f->max);
    if (f->required && f->max == 1 && count == 0)
        return fail(why, record, f, "missing");
    char *list = arena_alloc(arena, count * f->element->size);
    if (!list)
        return fail(why, record, f, "too large");
    for (size_t i = 0; i < count; i++)
        if (!decode_map(f->element, &value->via.array.ptr[i], list + i * f->element->size, arena,
                        why))
            return false;
    *(char **)member_of(msg, f->offset) = count ? list : NULL;
    *(size_t *)member_of(msg, f->count_offset) = count;
    return true;
}

static bool decode_field(const proto_record_t *record, const proto_field_t *f,
                         const msgpack_object *value, void *msg, arena_t *arena,
                         proto_error_text_t *why)
{
    switch ((proto_kind_t)f->kind) {
    case PROTO_INT:
        if (value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
            *(int64_t *)member_of(msg, f->offset) = value->via.i64;
        else if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER && value->via.u64 <= INT64_MAX)
            *(int64_t *)member_of(msg, f->offset) = (int64_t)value->via.u64;
        else
            return fail(why, record, f, "expected an integer of 64 bits");
        return true;
    case PROTO_BOOL:
        if (value->type != MSGPACK_OBJECT_BOOLEAN)
            return fail(why, record, f, "expected true or false");
        *(bool *)member_of(msg, f->offset) = value->via.boolean;
        return true;
    case PROTO_STR:
    case PROTO_BIN: {
        /* str and bin have the same layout in msgpack_object_union */
        bool text = f->kind == PROTO_STR;
        if (value->type != (text ? MSGPACK_OBJECT_STR : MSGPACK_OBJECT_BIN))
            return fail(why, record, f, text ? "expected a string" : "expected bytes");
        str_t s = {value->via.str.ptr, value->via.str.size};
        if (s.size > f->max)
            return fail(why, record, f, "%zu bytes, at most %u", s.size, f->max);
        if (text && !utf8_valid(s))
            return fail(why, record, f, "not UTF-8");
        *(str_t *)member_of(msg, f->offset) = s;
        return true;
    }
    case PROTO_LIST:
        return decode_list(record, f, value, msg, arena, why);
    }
    return false;
}

static bool decode_map(const proto_record_t *record, const msgpack_object *map, void *msg,
                       arena_t *arena, proto_error_text_t *why)
{
    if (map->type != MSGPACK_OBJECT_MAP)
        return fail(why, record, NULL, "expected a map");
    uint64_t seen = 0;
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object *key = &map->via.map.ptr[i].key;
        if (key->type != MSGPACK_OBJECT_POSITIVE_INTEGER || key->via.u64 == 0 ||
            key->via.u64 > record->field_count)
            continue; /* a field of a later version */
        const proto_field_t *f = &record->fields[key->via.u64 - 1];
        assert(f->number == key->via.u64);
        if (seen & 1ULL << f->number)
            return fail(why, record, f, "twice");
        seen |= 1ULL << f->number;
        if (!decode_field(record, f, &map->via.map.ptr[i].val, msg, arena, why))
            return false;
    }
    for (size_t i = 0; i < record->field_count; i++)
        if (record->fields[i].required && !(seen & 1ULL << record->fields[i].number))
            return fail(why, record, &record->fields[i], "missing");
    return true;
}

bool proto_decode(const proto_record_t *record, const void *bytes, size_t size, void *msg,
                  arena_t *arena, proto_error_text_t *why)
{
    memset(msg, 0, record->size);
    if (!check(bytes, size))
        return fail(why, record, NULL, "not MessagePack within the limits");
    msgpack_zone zone;
    if (!msgpack_zone_init(&zone, 2048))
        abort();
    msgpack_object object;
    bool good = msgpack_unpack(bytes, size, NULL, &zone, &object) == MSGPACK_UNPACK_SUCCESS;
    if (!good)
        fail(why, record, NULL, "not MessagePack");
    else
        good = decode_map(record, &object, msg, arena, why);
    msgpack_zone_destroy(&zone);
    if (!good)
        memset(msg, 0, record->size);
    return good;
}

/* ---- print and copy ---- */

static void print_string(str_t s, buf_t *out)
{
    buf_char(out, '"');
    for (size_t i = 0; i < s.size; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_char(out, (char)c);
    }
    buf_char(out, '"');
}

void proto_print(const proto_record_t *record, const void *msg, buf_t *out)
{
    buf_printf(out, "%s{", record->type ? proto_type_name(record->type) : record->name);
    bool first = true;
    for (size_t i = 0; i < record->field_count; i++) {
        const proto_field_t *f = &record->fields[i];
        if (!f->required && is_default(f, msg))
            continue;
        buf_printf(out, "%s%s=", first ? "" : ", ", f->name);
        first = false;
        switch ((proto_kind_t)f->kind) {
        case PROTO_INT:
            buf_printf(out, "%lld", (long long)int_of(f, msg));
            break;
        case PROTO_BOOL:
            buf_str(out, bool_of(f, msg) ? "true" : "false");
            break;
        case PROTO_STR:
            print_string(str_of(f, msg), out);
            break;
        case PROTO_BIN:
            buf_char(out, '<');
            for (size_t b = 0; b < str_of(f, msg).size; b++)
                buf_printf(out, "%02x", (unsigned char)str_of(f, msg).data[b]);
            buf_char(out, '>');
            break;
        case PROTO_LIST:
            buf_char(out, '[');
            for (size_t e = 0; e < count_of(f, msg); e++) {
                if (e)
                    buf_str(out, ", ");
                proto_print(f->element, list_of(f, msg) + e * f->element->size, out);
            }
            buf_char(out, ']');
            break;
        }
    }
    buf_char(out, '}');
}

bool proto_copy(const proto_record_t *record, const void *from, void *to, arena_t *arena)
{
    memmove(to, from, record->size);
    for (size_t i = 0; i < record->field_count; i++) {
        const proto_field_t *f = &record->fields[i];
        if (f->kind == PROTO_STR || f->kind == PROTO_BIN) {
            str_t *s = member_of(to, f->offset);
            char *copy = arena_copy(arena, *s);
            if (!copy)
                return false;
            s->data = copy;
        } else if (f->kind == PROTO_LIST) {
            size_t count = count_of(f, from), size = f->element->size;
            const char *source = list_of(f, from);
            char *list = arena_alloc(arena, count * size);
            if (!list)
                return false;
            for (size_t e = 0; e < count; e++)
                if (!proto_copy(f->element, source + e * size, list + e * size, arena))
                    return false;
            *(char **)member_of(to, f->offset) = count ? list : NULL;
        }
    }
    return true;
}

/* ---- header ---- */

static void put(uint8_t *bytes, uint64_t value, int size)
{
    for (int i = size - 1; i >= 0; i--, value >>= 8)
        bytes[i] = (uint8_t)value;
}

static uint64_t get(const uint8_t *bytes, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

void proto_header_encode(const proto_header_t *self, uint8_t bytes[PROTO_HEADER_SIZE])
{
    memset(bytes, 0, PROTO_HEADER_SIZE);
    bytes[0] = (uint8_t)self->type;
    put(bytes + 2, self->attempt, 2);
    put(bytes + 4, self->left_ms, 4);
    put(bytes + 8, self->id, 8);
    memcpy(bytes + 16, self->trace.id, sizeof self->trace.id);
}

bool proto_header_decode(proto_header_t *self, const void *data, size_t size)
{
    memset(self, 0, sizeof *self);
    if (size != PROTO_HEADER_SIZE)
        return false;
    const uint8_t *bytes = data;
    self->type = (proto_type_t)bytes[0];
    self->attempt = (uint16_t)get(bytes + 2, 2);
    self->left_ms = (uint32_t)get(bytes + 4, 4);
    self->id = get(bytes + 8, 8);
    memcpy(self->trace.id, bytes + 16, sizeof self->trace.id);
    return bytes[1] == 0 && get(bytes + 24, 8) == 0 && proto_message(self->type) != NULL;
}

proto_trace_t proto_trace_new(void)
{
    proto_trace_t trace;
    if (getrandom(trace.id, sizeof trace.id, 0) != (ssize_t)sizeof trace.id)
        abort();
    return trace;
}

const char *proto_trace_print(proto_trace_t trace, char text[17])
{
    for (size_t i = 0; i < sizeof trace.id; i++) {
        text[2 * i] = "0123456789abcdef"[trace.id[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[trace.id[i] & 15];
    }
    text[2 * sizeof trace.id] = 0;
    return text;
}
