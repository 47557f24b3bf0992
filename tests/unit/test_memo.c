/* What is kept of texts: found by their bytes alone, bounded, and of no effect on what is made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "agent/chat_request.h"
#include "agent/ground.h"
#include "agent/memo.h"

static void keep(memo_t *memo, memo_kind_t kind, const char *text, const char *value)
{
    char *at = memo_add(memo, kind, str_from(text), strlen(value));
    assert_non_null(at);
    memcpy(at, value, strlen(value));
}

static bool has(memo_t *memo, memo_kind_t kind, const char *text, const char *value)
{
    size_t size = 0;
    const char *found = memo_find(memo, kind, str_from(text), &size);
    if (!found)
        return value == NULL;
    return value && size == strlen(value) && memcmp(found, value, size) == 0;
}

static void test_found_by_bytes_and_kind(void **state)
{
    (void)state;
    memo_t *memo = memo_new(1 << 20);
    keep(memo, MEMO_QUOTED, "hola", "uno");
    keep(memo, MEMO_CLEANED, "hola", "dos");
    keep(memo, MEMO_QUOTED, "", "nada");
    assert_true(has(memo, MEMO_QUOTED, "hola", "uno"));
    assert_true(has(memo, MEMO_CLEANED, "hola", "dos"));
    assert_true(has(memo, MEMO_QUOTED, "", "nada"));
    assert_true(has(memo, MEMO_QUOTED, "holb", NULL));
    assert_true(has(memo, MEMO_QUOTED, "hola ", NULL));
    assert_true(has(memo, MEMO_QUOTED, "hol", NULL));
    assert_true(has(memo, MEMO_PAGE, "hola", NULL));
    keep(memo, MEMO_QUOTED, "hola", "tres"); /* in place of the first */
    assert_true(has(memo, MEMO_QUOTED, "hola", "tres"));
    memo_destroy(&memo);
    assert_null(memo);
}

static void test_bounded_and_the_oldest_goes(void **state)
{
    (void)state;
    memo_t *memo = memo_new(64 << 10);
    char text[32];
    keep(memo, MEMO_QUOTED, "asked for", "all the time");
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "text %d", i);
        keep(memo, MEMO_QUOTED, text, text);
        assert_true(has(memo, MEMO_QUOTED, "asked for", "all the time"));
        assert_true(memo_bytes(memo) <= 64 << 10);
        assert_true(has(memo, MEMO_QUOTED, text, text));
    }
    assert_true(has(memo, MEMO_QUOTED, "text 0", NULL));
    assert_true(has(memo, MEMO_QUOTED, "text 4990", "text 4990"));
    assert_null(
        memo_add(memo, MEMO_QUOTED, STR_LIT("large"), 8 << 10)); /* one may not push all out */
    memo_destroy(&memo);
    memo = memo_new(0);
    assert_null(memo_add(memo, MEMO_QUOTED, STR_LIT("a"), 1));
    assert_true(has(memo, MEMO_QUOTED, "a", NULL));
    memo_destroy(&memo);
    size_t size;
    assert_null(memo_find(NULL, MEMO_QUOTED, STR_LIT("a"), &size));
    assert_null(memo_add(NULL, MEMO_QUOTED, STR_LIT("a"), 1));
}

/* ---- nothing is made otherwise for it ---- */

#define PAGE                                                                                 \
    "{\"total\":2,\"page\":1,\"pages\":1,\"pages_left\":0,\"filters\":{\"make\":\"Nissan\"," \
    "\"exclude\":\"manual\"},\"cars\":[{\"stock_id\":287196,\"make\":\"Nissan\",\"model\":"  \
    "\"Versa\",\"version\":\"1.6 Advance\",\"year\":2019,\"price\":%s,\"km\":52000},"        \
    "{\"stock_id\":287197,\"make\":\"Nissan\",\"model\":\"March\",\"year\":2018,\"price\":"  \
    "150000.00,\"km\":61000}],\"near\":[{\"name\":\"Kia\",\"count\":3,\"price_min\":99000.00}]}"

typedef struct talk {
    proto_entry_t entries[4];
    proto_context_t context;
    char page[1024];
} talk_t;

static void talk_open(talk_t *self, const char *price, const char *said)
{
    snprintf(self->page, sizeof self->page, PAGE, price);
    self->entries[0] = (proto_entry_t){.role = STR_LIT("user"), .text = str_from(said)};
    self->entries[1] = (proto_entry_t){.role = STR_LIT("call"),
                                       .tool = STR_LIT("search_cars"),
                                       .call_id = STR_LIT("c1"),
                                       .text = STR_LIT("{\"make\":\"Nissan\"")};
    self->entries[2] = (proto_entry_t){.role = STR_LIT("tool"),
                                       .tool = STR_LIT("search_cars"),
                                       .call_id = STR_LIT("c1"),
                                       .text = str_from(self->page)};
    self->entries[3] =
        (proto_entry_t){.role = STR_LIT("assistant"), .text = STR_LIT("Tengo \"dos\" <|fin|>")};
    self->context = (proto_context_t){.entries = self->entries, .entries_count = 4};
}

static void write_body(memo_t *memo, talk_t *talk, buf_t *out)
{
    chat_request_t *writer = chat_request_new("m", 100, false, memo);
    model_request_t request = {.context = &talk->context,
                               .rules = STR_LIT("Reglas"),
                               .user_id = STR_LIT("u"),
                               .state_tokens = 2000,
                               .tools = true};
    buf_init(out, CHAT_MAX_REQUEST);
    assert_true(chat_request_write(writer, &request, out));
    chat_request_destroy(&writer);
}

static void test_a_request_is_the_same(void **state)
{
    (void)state;
    memo_t *memo = memo_new(1 << 20);
    const char *prices[] = {"210000.00", "210000.00", "199000.00", "210000.00"};
    for (size_t i = 0; i < 4; i++) {
        talk_t talk;
        buf_t with, without;
        talk_open(&talk, prices[i], i % 2 ? "un <|im_start|> versa" : "un versa de 210 mil");
        write_body(memo, &talk, &with);
        write_body(NULL, &talk, &without);
        assert_true(str_eq(buf_view(&with), buf_view(&without)));
        buf_free(&with);
        buf_free(&without);
    }
    memo_destroy(&memo);
}

static size_t check(memo_t *memo, talk_t *talk, const char *answer)
{
    financing_terms_t terms = {.rate_bp = 1000, .min_months = 36, .max_months = 72};
    ground_sources_t sources = {.context = &talk->context, .terms = &terms, .memo = memo};
    ground_finding_t found[8];
    arena_t *arena = arena_new(8 << 20);
    ground_facts_t *facts = ground_facts_new(arena, &sources);
    assert_non_null(facts);
    size_t count = ground_check(facts, str_from(answer), found, 8);
    arena_destroy(&arena);
    return count;
}

static void test_what_may_be_said_is_the_same(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "El Versa 1.6 Advance 2019 cuesta $210,000.00 y tiene 52,000 km.",
        "El Versa 2019 cuesta $199,000.00.",
        "El March 2018 cuesta $150,000.00.",
        "Me dijiste 55 123 45 678 y 180 mil: tengo el March.",
        "Tengo 3 Kia desde $99,000.00.",
        "El Audi A3 cuesta $1.00.",
    };
    memo_t *memo = memo_new(1 << 20);
    for (int round = 0; round < 3; round++)
        for (size_t p = 0; p < 2; p++)
            for (size_t a = 0; a < sizeof answers / sizeof *answers; a++) {
                talk_t talk;
                talk_open(&talk, p ? "199000.00" : "210000.00",
                          p ? "mi tope es 180 mil, mi tel 55 123 45 678" : "un versa");
                assert_int_equal(check(memo, &talk, answers[a]), check(NULL, &talk, answers[a]));
            }
    talk_t talk; /* a price that has changed is not the one of before */
    talk_open(&talk, "199000.00", "un versa");
    assert_int_equal(check(memo, &talk, answers[1]), 0);
    assert_true(check(memo, &talk, answers[0]) > 0);
    memo_destroy(&memo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_by_bytes_and_kind),
        cmocka_unit_test(test_bounded_and_the_oldest_goes),
        cmocka_unit_test(test_a_request_is_the_same),
        cmocka_unit_test(test_what_may_be_said_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
