/* Which cars a reply shows, where it is cut, and how its text is streamed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/answer.h"
#include "agent/partial.h"
#include "agent/shown.h"
#include "common/text.h"

#define CAR(id, make_, model_, version_, year_, pesos, km_)                                \
    {                                                                                      \
        .stock_id = (id), .make = STR_LIT(make_), .model = STR_LIT(model_),                \
        .version = STR_LIT(version_), .year = (year_), .price = (pesos)*100LL, .km = (km_) \
    }

static proto_car_t cars[] = {
    CAR(301650, "Nissan", "Versa", "Advance", 2019, 214999, 54300),
    CAR(301651, "Nissan", "March", "Sense", 2020, 198999, 41000),
    CAR(301652, "Nissan", "Versa", "Sense", 2019, 199999, 60000),
    CAR(301653, "Nissan", "Sentra", "Exclusive", 2018, 300000, 70500),
    CAR(301654, "Mazda", "3", "i Touring", 2019, 198999, 33000),
};
static proto_query_t query = {.price_max = 30000000};
static proto_list_t list = {.total = 7, .page = 1, .pages = 2, .pages_left = 1, .page_size = 5};
static const tool_result_t page = {
    .ok = true, .query = &query, .list = &list, .cars = cars, .car_count = 5};

/* The stock ids' last digits, in order. */
static const char *shown_of(const char *text, const found_t *found)
{
    static char digits[PROTO_MAX_PAGE + 1];
    shown_t shown;
    shown_find(str_from(text), found, &shown);
    for (size_t i = 0; i < shown.count; i++)
        digits[i] = (char)('0' + shown.cars[i]->stock_id % 10);
    digits[shown.count] = 0;
    assert_true(!shown.count || shown.page == &found->pages[0]);
    return digits;
}

static void test_names_cars(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"Tengo 7 *Nissan* hasta $300,000. Los primeros 5:\n"
         "1. Versa Advance 2019 · 54,300 km · $214,999\n"
         "2. March Sense 2020 · 41,000 km · $198,999\n"
         "3. Versa Sense 2019 · 60,000 km · $199,999\n"
         "4. Sentra Exclusive 2018 · 70,500 km · $300,000\n"
         "5. Mazda 3 i Touring 2019 · 33,000 km · $198,999\n"
         "Página 1 de 2.",
         "01234"},
        {"Tengo varios hasta $300,000:\n1. March 2020, $198,999\n2. Versa 2019, $214,999", "10"},
        {"*March Sense 2020*, $198,999\nEnganche (20 %): $39,799.80\n48 mensualidades de "
         "$4,037.70",
         "1"},
        {"El Mazda 3 cuesta $198,999.00 y el March $198999", "41"},
        {"El más barato está en $199,999.", "2"},
        {"Es el 301653, un sedán.", "3"},
        {"Te late el Sentra 2018 o el versa sense 2019?", "32"},
        {"El Mazda 3 2019 está muy bien; el 3 de mayo de 2019 no.", "4"},
        {"¿Qué presupuesto traes, más o menos de 300,000?", ""},
        {"No manejamos Ferrari.", ""},
        {"Cuesta $301,652 pesos", ""},
        {"", ""},
    };
    found_t found = {0};
    found_add(&found, &page);
    found_add(&found, &page); /* the same cars once more are the same cars */
    assert_int_equal(found.car_count, 5);
    found.page_count = 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *shown = shown_of(cases[i].text, &found);
        if (strcmp(shown, cases[i].shown) != 0)
            fail_msg("\"%s\" shows \"%s\", not \"%s\"", cases[i].text, shown, cases[i].shown);
    }
}

static void test_newest_page_with_a_shown_car(void **state)
{
    (void)state;
    found_t found = {0};
    proto_list_t other = {.total = 1, .page = 1, .pages = 1, .page_size = 5};
    tool_result_t second = {
        .ok = true, .query = &query, .list = &other, .cars = &cars[1], .car_count = 1};
    tool_result_t none = {.ok = true, .query = &query, .list = &other};
    found_add(&found, &page);
    found_add(&found, &second);
    found_add(&found, &none);
    shown_t shown;
    shown_find(STR_LIT("March $198,999"), &found, &shown);
    assert_ptr_equal(shown.page->list, &other);
    shown_find(STR_LIT("Versa $214,999"), &found, &shown);
    assert_ptr_equal(shown.page->list, &list);
    shown_find(STR_LIT("nada"), &found, &shown);
    assert_null(shown.page);
    for (int i = 0; i < 3 * FOUND_MAX_PAGES; i++)
        found_add(&found, &none);
    assert_int_equal(found.page_count, FOUND_MAX_PAGES);
}

static void test_one_car_needs_only_its_model(void **state)
{
    (void)state;
    found_t found = {0};
    tool_result_t one = {.ok = true, .cars = &cars[3], .car_count = 1};
    found_add(&found, &one);
    shown_t shown;
    shown_find(STR_LIT("El Sentra sí tiene Bluetooth."), &found, &shown);
    assert_int_equal(shown.count, 1);
    assert_null(shown.page);
}

static void test_cut(void **state)
{
    (void)state;
    assert_true(str_is(answer_cut(STR_LIT("Uno. Dos."), 100), "Uno. Dos."));
    assert_true(str_is(answer_cut(STR_LIT("Uno dos. Tres cuatro"), 15), "Uno dos."));
    assert_true(str_is(answer_cut(STR_LIT("Uno. Dos tres cuatro"), 16), "Uno. Dos tres"));
    assert_true(str_is(answer_cut(STR_LIT("$214,999.50 y más"), 14), "$214,999.50 y"));
    str_t cut = answer_cut(STR_LIT("ññññññññ"), 5);
    assert_int_equal(cut.size, 4);
    assert_true(utf8_valid(cut));
    assert_true(answer_sorry(STR_LIT("en"), false).size > 0);
    assert_true(answer_sorry((str_t){0}, true).size > 0);
}

/* ---- streaming ---- */

static str_t text;
static bool restart;

static void test_partial_batches(void **state)
{
    (void)state;
    partial_t partial;
    partial_init(&partial);
    assert_false(partial_due(&partial, 0, true, &text, &restart));
    partial_add(&partial, STR_LIT("Ho"), 1000);
    assert_false(partial_due(&partial, 1000 + PARTIAL_MS - 1, false, &text, &restart));
    assert_true(partial_due(&partial, 1000 + PARTIAL_MS, false, &text, &restart));
    assert_true(str_is(text, "Ho") && !restart);
    partial_sent(&partial, text);
    partial_add(&partial, STR_LIT("la"), 2000);
    assert_true(partial_due(&partial, 2000, true, &text, &restart));
    assert_true(str_is(text, "la"));
    char much[PARTIAL_BYTES];
    memset(much, 'x', sizeof much);
    partial_add(&partial, (str_t){much, sizeof much}, 2000);
    assert_true(partial_due(&partial, 2000, false, &text, &restart));
    partial_free(&partial);
}

static void test_partial_never_cuts_a_character(void **state)
{
    (void)state;
    partial_t partial;
    partial_init(&partial);
    partial_add(&partial, STR_LIT("a\xc3"), 0);
    assert_true(partial_due(&partial, 100, false, &text, &restart));
    assert_true(str_is(text, "a"));
    partial_sent(&partial, text);
    assert_false(partial_due(&partial, 200, true, &text, &restart));
    partial_add(&partial, STR_LIT("\xb1\xf0\x9f\x9a"), 300);
    assert_true(partial_due(&partial, 400, false, &text, &restart));
    assert_true(str_is(text, "ñ"));
    partial_sent(&partial, text);
    partial_add(&partial, STR_LIT("\x97"), 500);
    assert_true(partial_due(&partial, 600, false, &text, &restart));
    assert_int_equal(text.size, 4);
    partial_free(&partial);
}

static void test_partial_restarts_once(void **state)
{
    (void)state;
    partial_t partial;
    partial_init(&partial);
    partial_add(&partial, STR_LIT("nobody saw this"), 0);
    partial_restart(&partial);
    assert_false(partial_due(&partial, 100, true, &text, &restart));
    partial_add(&partial, STR_LIT("this they saw"), 0);
    assert_true(partial_due(&partial, 100, true, &text, &restart));
    partial_sent(&partial, text);
    partial_restart(&partial);
    assert_true(partial_due(&partial, 100, false, &text, &restart));
    assert_true(restart && text.size == 0);
    partial_sent(&partial, text);
    partial_restart(&partial);
    assert_false(partial_due(&partial, 100, true, &text, &restart));
    partial_add(&partial, STR_LIT("anew"), 0);
    partial_due(&partial, 100, true, &text, &restart);
    assert_false(restart);
    partial_sent(&partial, text);
    partial_replay(&partial); /* somebody else watches */
    assert_true(partial_due(&partial, 100, false, &text, &restart));
    assert_true(restart && str_is(text, "anew"));
    partial_free(&partial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_cars),
        cmocka_unit_test(test_newest_page_with_a_shown_car),
        cmocka_unit_test(test_one_car_needs_only_its_model),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_partial_batches),
        cmocka_unit_test(test_partial_never_cuts_a_character),
        cmocka_unit_test(test_partial_restarts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
