/*
 * The codec against the golden vectors of tests/golden/messages.txt, every limit of every field,
 * and bytes that mean harm. `test_proto --write` prints the vectors anew, for a change on purpose.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/proto.h"

#define GOLDEN "tests/golden/messages.txt"

static arena_t *arena;

/* Fills in every field with a value of its own; lists get two elements where they may. */
static void fill(const proto_record_t *record, char *msg, int *seed)
{
    for (size_t i = 0; i < record->field_count; i++) {
        const proto_field_t *f = &record->fields[i];
        int n = ++*seed;
        switch ((proto_kind_t)f->kind) {
        case PROTO_INT:
            *(int64_t *)(msg + f->offset) = n % 3 == 0 ? -n : (int64_t)n << n % 40;
            break;
        case PROTO_BOOL:
            *(bool *)(msg + f->offset) = true;
            break;
        case PROTO_STR:
        case PROTO_BIN: {
            char *text = arena_printf(arena, "%s-ñ%d", f->name, n);
            str_t s = str_from(text);
            if (s.size > f->max)
                s.size = f->max > 2 ? 2 : f->max;
            *(str_t *)(msg + f->offset) = s;
            break;
        }
        case PROTO_LIST: {
            size_t count = f->max > 1 ? 2 : 1;
            char *list = arena_alloc(arena, count * f->element->size);
            for (size_t e = 0; e < count; e++)
                fill(f->element, list + e * f->element->size, seed);
            *(char **)(msg + f->offset) = list;
            *(size_t *)(msg + f->count_offset) = count;
            break;
        }
        }
    }
}

static void vector_of(const proto_record_t *record, buf_t *line)
{
    int seed = record->type;
    char *msg = arena_alloc(arena, record->size);
    fill(record, msg, &seed);
    buf_t body;
    buf_init(&body, PROTO_MAX_BODY);
    proto_error_text_t why = {""};
    if (!proto_encode(record, msg, &body, &why))
        fail_msg("%s", why.text);
    buf_printf(line, "%s ", proto_type_name(record->type));
    for (size_t i = 0; i < body.size; i++)
        buf_printf(line, "%02x", (unsigned char)body.data[i]);
    buf_char(line, ' ');
    proto_print(record, msg, line);
    buf_char(line, '\n');
    buf_free(&body);
}

static void test_golden_vectors(void **state)
{
    (void)state;
    FILE *in = fopen(GOLDEN, "r");
    assert_non_null(in);
    char *line = NULL;
    size_t room = 0;
    for (const proto_record_t *const *m = proto_messages; *m; m++) {
        buf_t expected;
        buf_init(&expected, 1 << 20);
        vector_of(*m, &expected);
        if (getline(&line, &room, in) == -1)
            fail_msg("%s has no golden vector", proto_type_name((*m)->type));
        assert_string_equal(line, expected.data);
        buf_free(&expected);
        arena_reset(arena);
    }
    assert_int_equal(getline(&line, &room, in), -1);
    free(line);
    fclose(in);
}

/* Decoding what was encoded, printing and copying it, gives the same again. */
static void test_round_trip(void **state)
{
    (void)state;
    for (const proto_record_t *const *m = proto_messages; *m; m++) {
        const proto_record_t *record = *m;
        int seed = 7;
        char *msg = arena_alloc(arena, record->size), *back = arena_alloc(arena, record->size),
             *copy = arena_alloc(arena, record->size);
        fill(record, msg, &seed);
        buf_t body, a, b;
        buf_init(&body, PROTO_MAX_BODY);
        buf_init(&a, 1 << 20);
        buf_init(&b, 1 << 20);
        assert_true(proto_encode(record, msg, &body, NULL));
        proto_error_text_t why = {""};
        if (!proto_decode(record, body.data, body.size, back, arena, &why))
            fail_msg("%s", why.text);
        assert_true(proto_copy(record, back, copy, arena));
        proto_print(record, msg, &a);
        proto_print(record, copy, &b);
        assert_string_equal(a.data, b.data);
        buf_free(&body);
        buf_free(&a);
        buf_free(&b);
        arena_reset(arena);
    }
}

/* Every front of a good body is refused, and so is every body with bytes behind it. */
static void test_cut_bodies(void **state)
{
    (void)state;
    for (const proto_record_t *const *m = proto_messages; *m; m++) {
        int seed = 1;
        char *msg = arena_alloc(arena, (*m)->size), *back = arena_alloc(arena, (*m)->size);
        fill(*m, msg, &seed);
        buf_t body;
        buf_init(&body, PROTO_MAX_BODY);
        assert_true(proto_encode(*m, msg, &body, NULL));
        for (size_t size = 0; size < body.size; size++)
            assert_false(proto_decode(*m, body.data, size, back, arena, NULL));
        buf_char(&body, 0);
        assert_false(proto_decode(*m, body.data, body.size, back, arena, NULL));
        buf_free(&body);
        arena_reset(arena);
    }
}

static void refuses(const proto_record_t *record, const char *bytes, size_t size,
                    const char *reason)
{
    proto_error_text_t why = {""};
    char *msg = arena_alloc(arena, record->size);
    assert_false(proto_decode(record, bytes, size, msg, arena, &why));
    if (!strstr(why.text, reason))
        fail_msg("said '%s' instead of '%s'", why.text, reason);
}
#define REFUSES(record, literal, reason) \
    refuses(&proto_##record##_record, literal, sizeof(literal) - 1, reason)

static void test_bad_bodies(void **state)
{
    (void)state;
    REFUSES(reset, "", "not MessagePack");
    REFUSES(reset, "\xc1", "not MessagePack");
    REFUSES(reset, "\x80", "user_id: missing");
    REFUSES(reset, "\x90", "expected a map");
    REFUSES(reset, "\x81\x01\x05", "expected a string");
    REFUSES(reset, "\x81\x01\xa2\xc3\x28", "not UTF-8");
    REFUSES(reset, "\x82\x01\xa1\x61\x01\xa1\x61", "twice");
    REFUSES(sweep, "\x81\x01\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "integer of 64 bits");
    REFUSES(sweep, "\x81\x01\xa1\x61", "integer");
    /* 5 bytes that would reserve 4 GB, as list, map, string, bytes and extension */
    REFUSES(swept, "\x81\x01\xdd\x05\xf5\xe1\x00", "not MessagePack");
    REFUSES(swept, "\x81\x01\xdf\x05\xf5\xe1\x00", "not MessagePack");
    REFUSES(swept, "\x81\x01\xdb\x05\xf5\xe1\x00", "not MessagePack");
    REFUSES(swept, "\x81\x01\xc6\x05\xf5\xe1\x00", "not MessagePack");
    REFUSES(swept, "\x81\x01\xc9\x05\xf5\xe1\x00", "not MessagePack");
    REFUSES(swept, "\x81\x7f\x91\x91\x91\x91\x91\x91\x91\x91\x90", "not MessagePack"); /* depth */
    REFUSES(commit, "\x83\x01\xa1\x61\x02\x01\x03\x90", "reply: missing");
}

static void test_unknown_fields_are_ignored(void **state)
{
    (void)state;
    proto_reset_t reset;
    /* {1: "a", 99: [1, 2], "text": nil, 70000: {}} */
    static const char body[] =
        "\x84\x01\xa1\x61\x63\x92\x01\x02\xa4text\xc0\xce\x00\x01\x11\x70\x80";
    assert_true(proto_decode(&proto_reset_record, body, sizeof body - 1, &reset, arena, NULL));
    assert_true(str_is(reset.user_id, "a"));
}

/* Every field that can grow has a maximum, and both directions keep it. */
static void test_limits(void **state)
{
    (void)state;
    for (const proto_record_t *const *m = proto_messages; *m; m++)
        for (size_t i = 0; i < (*m)->field_count; i++) {
            const proto_field_t *f = &(*m)->fields[i];
            assert_int_equal(f->number, i + 1);
            if (f->kind == PROTO_INT || f->kind == PROTO_BOOL)
                continue;
            assert_true(f->max > 0);
            if (f->kind == PROTO_LIST)
                continue;
            int seed = 1;
            char *msg = arena_alloc(arena, (*m)->size);
            fill(*m, msg, &seed);
            char *text = malloc(f->max + 1);
            memset(text, 'x', f->max + 1);
            buf_t body;
            buf_init(&body, PROTO_MAX_BODY);
            *(str_t *)(msg + f->offset) = (str_t){text, f->max};
            assert_true(proto_encode(*m, msg, &body, NULL));
            buf_clear(&body);
            *(str_t *)(msg + f->offset) = (str_t){text, f->max + 1};
            assert_false(proto_encode(*m, msg, &body, NULL));
            assert_int_equal(body.size, 0);
            buf_free(&body);
            free(text);
            arena_reset(arena);
        }
}

static void test_too_many_elements(void **state)
{
    (void)state;
    proto_user_t users[1001];
    for (size_t i = 0; i < 1001; i++)
        users[i].user_id = STR_LIT("u");
    proto_swept_t swept = {users, 1001}, back;
    buf_t body;
    buf_init(&body, PROTO_MAX_BODY);
    assert_false(proto_encode(&proto_swept_record, &swept, &body, NULL));
    swept.users_count = 1000;
    assert_true(proto_encode(&proto_swept_record, &swept, &body, NULL));
    assert_true(proto_decode(&proto_swept_record, body.data, body.size, &back, arena, NULL));
    assert_int_equal(back.users_count, 1000);
    /* the same list with one element more, by hand: array 16 of 1000 becomes 1001 */
    unsigned char *count = (unsigned char *)body.data + 2;
    assert_int_equal(*count, 0xdc);
    count[2]++;
    buf_add(&body, "\x81\x01\xa1u", 4);
    REFUSES(swept, "\x80x", "not MessagePack");
    refuses(&proto_swept_record, body.data, body.size, "1001 elements, at most 1000");
    buf_free(&body);
}

static void test_header(void **state)
{
    (void)state;
    proto_header_t header = {.type = PROTO_ENQUEUE,
                             .attempt = 0x0102,
                             .left_ms = 0x03040506,
                             .id = 0x0708090a0b0c0d0e,
                             .trace = {{1, 2, 3, 4, 5, 6, 7, 8}}};
    uint8_t bytes[PROTO_HEADER_SIZE];
    static const uint8_t expected[PROTO_HEADER_SIZE] = {10, 0,  1,  2,  3, 4, 5, 6, 7, 8, 9, 10,
                                                        11, 12, 13, 14, 1, 2, 3, 4, 5, 6, 7, 8};
    proto_header_encode(&header, bytes);
    assert_memory_equal(bytes, expected, sizeof bytes);
    proto_header_t back;
    assert_true(proto_header_decode(&back, bytes, sizeof bytes));
    assert_int_equal(back.type, header.type);
    assert_int_equal(back.attempt, header.attempt);
    assert_int_equal(back.left_ms, header.left_ms);
    assert_int_equal(back.id, header.id);
    assert_memory_equal(back.trace.id, header.trace.id, sizeof back.trace.id);
    assert_false(proto_header_decode(&back, bytes, sizeof bytes - 1));
    bytes[31] = 1;
    assert_false(proto_header_decode(&back, bytes, sizeof bytes));
    assert_int_equal(back.id, header.id); /* so that the refusal can name the request */
    bytes[31] = 0;
    bytes[0] = 255;
    assert_false(proto_header_decode(&back, bytes, sizeof bytes));
}

static void write_golden(void)
{
    for (const proto_record_t *const *m = proto_messages; *m; m++) {
        buf_t line;
        buf_init(&line, 1 << 20);
        vector_of(*m, &line);
        fputs(line.data, stdout);
        buf_free(&line);
        arena_reset(arena);
    }
}

int main(int argc, char **argv)
{
    arena = arena_new(64 << 20);
    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        write_golden();
        arena_destroy(&arena);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_vectors),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_cut_bodies),
        cmocka_unit_test(test_bad_bodies),
        cmocka_unit_test(test_unknown_fields_are_ignored),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_too_many_elements),
        cmocka_unit_test(test_header),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(&arena);
    return failed;
}
