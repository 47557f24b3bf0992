/*
 * What customers write and what is understood: tests/unit/understand_cases.txt holds a message and
 * its reading per line. With --stdin the program reads messages and prints such lines instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/understand_words.h"
#include "common/text.h"

#define CASES "tests/unit/understand_cases.txt"

static const char *const SAYS[] = {
    "hello",      "thanks",        "bye",    "yes",     "no",    "person",   "abuse",
    "offtopic",   "trick",         "haggle", "reset",   "quote", "detail",   "compare",
    "search",     "car",           "also",   "makes",   "this",  "of_these", "other_colour",
    "other_make", "too_expensive", "who",    "dollars", "any",   "the_one",  "photo"};
static const char *const TOPICS[TOPIC_COUNT] = {
    "hours",    "place",     "guarantee", "documents",  "test_drive", "trade_in", "payment", "hold",
    "delivery", "financing", "return",    "inspection", "service",    "contact",  "bureau"};
static const char *const PAGES[] = {"", "next", "back", "last", "number"};

static void range(buf_t *out, const char *name, int64_t min, int64_t max, int64_t unit)
{
    if (min != 0 && min == max)
        buf_printf(out, " %s=%lld", name, (long long)(min / unit));
    else if (min != 0 && max != 0)
        buf_printf(out, " %s=%lld..%lld", name, (long long)(min / unit), (long long)(max / unit));
    else if (min != 0)
        buf_printf(out, " %s>=%lld", name, (long long)(min / unit));
    else if (max != 0)
        buf_printf(out, " %s<=%lld", name, (long long)(max / unit));
}

static void list(buf_t *out, const char *name, const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i == 0)
            buf_printf(out, " %s=", name);
        buf_printf(out, i == 0 ? "%lld" : ",%lld", (long long)values[i]);
    }
}

static void word(buf_t *out, const char *name, const char *value)
{
    if (value != NULL)
        buf_printf(out, " %s=%s", name, value);
}

/* "es tú search price<=300000 unknown=1" */
static void describe(const understood_t *u, buf_t *out)
{
    buf_str(out, u->language == LANGUAGE_NONE ? "-" : language_code(u->language));
    if (u->formal != 0)
        buf_str(out, u->formal > 0 ? " usted" : " tú");
    for (size_t i = 0; i < sizeof(SAYS) / sizeof(SAYS[0]); i++)
        if (u->says & 1u << i)
            buf_printf(out, " %s", SAYS[i]);
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        if (u->topics & 1u << i)
            buf_printf(out, " ?%s", TOPICS[i]);
    range(out, "price", u->price_min, u->price_max, 100);
    range(out, "monthly", 0, u->monthly, 100);
    range(out, "year", u->year_min, u->year_max, 1);
    range(out, "age", 0, u->age_max, 1);
    range(out, "km", u->km_min, u->km_max, 1);
    list(out, "months", u->months, u->month_count);
    if (u->down >= 0)
        buf_printf(out, " down=%lld", (long long)(u->down / 100));
    if (u->down_bp >= 0)
        buf_printf(out, " down=%lld%%", (long long)(u->down_bp / 100));
    word(out, "sort", u->sort);
    word(out, "page", u->page != PAGE_NONE ? PAGES[u->page] : NULL);
    if (u->page == PAGE_NUMBER)
        buf_printf(out, ":%lld", (long long)u->page_number);
    list(out, "nth", u->ordinals, u->ordinal_count);
    list(out, "stock", &u->stock_id, u->stock_id != 0);
    if (u->bluetooth != 0)
        buf_printf(out, " bluetooth=%d", u->bluetooth);
    if (u->car_play != 0)
        buf_printf(out, " car_play=%d", u->car_play);
    word(out, "body", u->body);
    word(out, "fuel", u->fuel);
    word(out, "transmission", u->transmission);
    word(out, "colour", u->colour);
    word(out, "city", u->city);
    word(out, "drive", u->drive);
    word(out, "shop", u->shop_word);
    for (size_t i = 0; i < u->excluded_count; i++)
        word(out, "not", u->excluded[i]);
    if (u->names_excluded != 0)
        buf_printf(out, " names_excluded=%x", u->names_excluded);
    list(out, "seats", &u->seats, u->seats != 0);
    if (u->economy)
        buf_str(out, " economy");
    if (u->any != 0)
        buf_printf(out, " any=%x", u->any);
    if (u->negative)
        buf_str(out, " negative");
    word(out, "greeting", u->greeting);
    if (u->bare >= 0)
        buf_printf(out, " bare=%lld", (long long)u->bare);
    if (u->unknown > 0)
        buf_printf(out, " unknown=%zu", u->unknown);
}

static void messages_are_understood(void **state)
{
    (void)state;
    char line[1024];
    size_t cases = 0, wrong = 0;
    FILE *file = fopen(CASES, "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *expected = strstr(line, " => ");
        if (line[0] == '#' || expected == NULL)
            continue;
        *expected = '\0';
        expected += 4;
        understood_t u;
        buf_t out;
        buf_init(&out, 4096);
        understand(str_from(line), &u);
        describe(&u, &out);
        cases++;
        if (strcmp(out.data, expected) != 0) {
            wrong++;
            print_error("%s\n  expected %s\n  found    %s\n", line, expected, out.data);
        }
        buf_free(&out);
    }
    fclose(file);
    assert_int_equal(wrong, 0);
    assert_true(cases >= 150);
}

static void manners_agree_with_the_whole(void **state)
{
    (void)state;
    const char *const texts[] = {"¿Me puede decir el precio?",
                                 "tienes jettas?",
                                 "do you have any",
                                 "você tem carros",
                                 "2019",
                                 "",
                                 "ok"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        understood_t u;
        language_t language;
        int formal;
        understand(str_from(texts[i]), &u);
        understand_manners(str_from(texts[i]), &language, &formal);
        assert_int_equal(u.language, language);
        assert_int_equal(u.formal, formal);
    }
}

/* The tables are matched against folded text: a row that is not folded would never be found. */
static void tables_are_folded_and_found(void **state)
{
    (void)state;
    const word_tables_t *const all[] = {&words_any, &words_es, &words_en, &words_pt};
    for (size_t t = 0; t < 4; t++) {
        for (size_t i = 0; i < all[t]->phrase_count; i++) {
            str_t row = str_from(all[t]->phrases[i].words);
            buf_t folded;
            buf_init(&folded, 256);
            text_fold(&folded, row);
            assert_true(str_eq(buf_view(&folded), row));
            buf_free(&folded);
            str_t first = {row.data, strcspn(row.data, " ")};
            if (first.data[first.size - 1] == '*')
                assert_non_null(word_stem((str_t){first.data, first.size - 1}));
            else
                assert_non_null(word_find(first));
        }
        for (size_t i = 0; i < all[t]->number_count; i++)
            assert_true(word_find(str_from(all[t]->numbers[i].word))->number >= 0);
    }
}

static void any_bytes_are_welcome(void **state)
{
    (void)state;
    understood_t u;
    understand((str_t){NULL, 0}, &u);
    assert_int_equal(u.words, 0);
    static const char odd[] = "\xff\xfe\x00$$$%%%999999999999999999999999";
    understand((str_t){odd, sizeof(odd) - 1}, &u);
    char *long_text = malloc(100000);
    memset(long_text, '9', 100000);
    understand((str_t){long_text, 100000}, &u);
    for (size_t i = 0; i < 100000; i++)
        long_text[i] = "mil 9 "[i % 6];
    understand((str_t){long_text, 100000}, &u);
    assert_true(u.words > 100);
    free(long_text);
}

static void everyday_words(void **state)
{
    (void)state;
    assert_true(understand_everyday(STR_LIT("gracias")));
    assert_true(understand_everyday(STR_LIT("precio del mes")));
    assert_false(understand_everyday(STR_LIT("jetta")));
    assert_false(understand_everyday(STR_LIT("nisan")));
    assert_false(understand_everyday(STR_LIT("")));
}

static int reader(void)
{
    char line[8192];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        understood_t u;
        buf_t out;
        line[strcspn(line, "\n")] = '\0';
        buf_init(&out, 4096);
        understand(str_from(line), &u);
        describe(&u, &out);
        printf("%s => %s\n", line, out.data);
        buf_free(&out);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--stdin") == 0)
        return reader();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_understood),
        cmocka_unit_test(manners_agree_with_the_whole),
        cmocka_unit_test(tables_are_folded_and_found),
        cmocka_unit_test(any_bytes_are_welcome),
        cmocka_unit_test(everyday_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
