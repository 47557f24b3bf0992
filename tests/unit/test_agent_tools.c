/* The tools' arguments: what is read, what is put right, what is refused; the schema; the results.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "agent/amount.h"
#include "agent/tool_args.h"
#include "agent/tool_json.h"
#include "agent/tools.h"

static arena_t *arena;
static tool_args_t args;
static const char *why;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(&arena);
    return 0;
}

static bool reads(tool_id_t tool, const char *json)
{
    return tool_args_read(tool, str_from(json), &args, arena, &why);
}

#define assert_refused(tool, json, says)                \
    do {                                                \
        assert_false(reads(tool, json));                \
        assert_non_null(why);                           \
        if (!strstr(why, says))                         \
            fail_msg("\"%s\" lacks \"%s\"", why, says); \
    } while (0)

/* ---- amounts ---- */

static void test_amounts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t hundredths; /* -1: none */
    } cases[] = {
        {"300000", 30000000},
        {"300,000", 30000000},
        {"$300,000.50", 30000050},
        {"$ 300.000", 30000000},
        {"300 mil", 30000000},
        {"300mil pesos", 30000000},
        {"300k", 30000000},
        {"300 K", 30000000},
        {"1.5 millones", 150000000},
        {"1.250 millones de pesos", 125000000},
        {"1.2 mdp", 120000000},
        {"2 Millón", 200000000},
        {"250.5", 25050},
        {"0.5", 50},
        {"1,234,567.89", 123456789},
        {"1.234.567", 123456700},
        {" 80 mil km ", 8000000},
        {"300.", 30000},
        {"0", 0},
        {"", -1},
        {"mil", -1},
        {"$", -1},
        {"-5", -1},
        {"300 perros", -1},
        {"trescientos", -1},
        {"1 000 000", -1},
        {"99999999999999999999", -1},
        {"5 millones millones", -1},
        {"٣٠٠", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t hundredths = -1;
        amount_read(str_from(cases[i].text), &hundredths);
        if (hundredths != cases[i].hundredths)
            fail_msg("\"%s\" is %lld, not %lld", cases[i].text, (long long)cases[i].hundredths,
                     (long long)hundredths);
    }
}

/* ---- search_cars ---- */

static void test_reads_every_filter(void **state)
{
    (void)state;
    assert_true(reads(TOOL_SEARCH_CARS,
                      "{\"make\":\" Nissan \",\"model\":null,\"text\":\"\",\"year_min\":2018,"
                      "\"year_max\":2022,\"price_min\":null,\"price_max\":\"300 mil\","
                      "\"km_min\":0,\"km_max\":\"80,000\",\"bluetooth\":true,\"car_play\":false,"
                      "\"body\":\"SUV\",\"fuel\":null,\"transmission\":\"automática\","
                      "\"colour\":\"rojo\",\"city\":\"Puebla\",\"length_max\":4.5,"
                      "\"width_max\":180,\"height_max\":1700,\"sort\":\"-price\",\"page\":2,"
                      "\"page_size\":\"10\"}"));
    const proto_query_t *q = &args.query;
    assert_true(str_is(q->make, "Nissan"));
    assert_int_equal(q->model.size, 0);
    assert_int_equal(q->q.size, 0);
    assert_int_equal(q->year_min, 2018);
    assert_int_equal(q->year_max, 2022);
    assert_int_equal(q->price_min, 0);
    assert_int_equal(q->price_max, 30000000);
    assert_int_equal(q->km_max, 80000);
    assert_int_equal(q->bluetooth, 1);
    assert_int_equal(q->car_play, 2);
    assert_true(str_is(q->transmission, "automática"));
    assert_int_equal(q->length_max, 4500);
    assert_int_equal(q->width_max, 1800);
    assert_int_equal(q->height_max, 1700);
    assert_true(str_is(q->sort, "-price"));
    assert_int_equal(q->page, 2);
    assert_int_equal(q->page_size, 10);
}

static void test_puts_right_what_is_clear(void **state)
{
    (void)state;
    assert_true(reads(TOOL_SEARCH_CARS, "{\"price_min\":300000.5,\"price_max\":200000,"
                                        "\"year_min\":2022,\"year_max\":2018,\"model\":3}"));
    assert_int_equal(args.query.price_min, 20000000);
    assert_int_equal(args.query.price_max, 30000050);
    assert_int_equal(args.query.year_min, 2018);
    assert_int_equal(args.query.year_max, 2022);
    assert_true(str_is(args.query.model, "3"));
    assert_true(reads(TOOL_SEARCH_CARS, ""));
    assert_true(reads(TOOL_SEARCH_CARS, " {} "));
    assert_true(reads(TOOL_SEARCH_CARS, "{\"bluetooth\":\"si\",\"car_play\":\"sin\"}"));
    assert_int_equal(args.query.bluetooth, 1);
    assert_int_equal(args.query.car_play, 2);
}

static void test_refuses_what_is_not(void **state)
{
    (void)state;
    assert_refused(TOOL_SEARCH_CARS, "[1]", "JSON object");
    assert_refused(TOOL_SEARCH_CARS, "{\"make\":", "JSON object");
    assert_refused(TOOL_SEARCH_CARS, "not json", "JSON object");
    assert_refused(TOOL_SEARCH_CARS, "{\"make\":[\"a\"]}", "make must be a text");
    assert_refused(TOOL_SEARCH_CARS, "{\"year_min\":12}", "from 1900 to 2100");
    assert_refused(TOOL_SEARCH_CARS, "{\"year_min\":2018.5}", "whole number");
    assert_refused(TOOL_SEARCH_CARS, "{\"price_max\":-1}", "amount in pesos");
    assert_refused(TOOL_SEARCH_CARS, "{\"price_max\":1e300}", "amount in pesos");
    assert_refused(TOOL_SEARCH_CARS, "{\"price_max\":\"cheap\"}", "amount in pesos");
    assert_refused(TOOL_SEARCH_CARS, "{\"page\":0}", "page must be");
    assert_refused(TOOL_SEARCH_CARS, "{\"page_size\":21}", "from 1 to 20");
    assert_refused(TOOL_SEARCH_CARS, "{\"sort\":\"best\"}", "relevance");
    assert_refused(TOOL_SEARCH_CARS, "{\"bluetooth\":7}", "true, false or null");
    assert_refused(TOOL_SEARCH_CARS, "{\"warp\":1}", "takes only: make, model");
    assert_refused(TOOL_SEARCH_CARS, "{\"make\":\"\xff\xfe\"}", "make must be");
    assert_refused(TOOL_SEARCH_CARS, "[[[[[[1]]]]]]", "nested too deep");
    char long_text[TOOL_ARGS_MAX_BYTES + 100];
    memset(long_text, ' ', sizeof long_text - 1);
    long_text[0] = '{';
    long_text[sizeof long_text - 2] = '}';
    long_text[sizeof long_text - 1] = 0;
    assert_refused(TOOL_SEARCH_CARS, long_text, "too long");
}

static void test_long_texts_are_cut_at_a_character(void **state)
{
    (void)state;
    char json[512] = "{\"make\":\"";
    for (int i = 0; i < 60; i++)
        strcat(json, "ñ");
    strcat(json, "\"}");
    assert_true(reads(TOOL_SEARCH_CARS, json));
    assert_int_equal(args.query.make.size, 64);
}

/* ---- the others ---- */

static void test_other_tools(void **state)
{
    (void)state;
    assert_true(reads(TOOL_GET_CAR, "{\"stock_id\":\"301650\"}"));
    assert_int_equal(args.stock_id, 301650);
    assert_refused(TOOL_GET_CAR, "{}", "stock_id is missing");
    assert_refused(TOOL_GET_CAR, "{\"stock_id\":null}", "stock_id is missing");
    assert_refused(TOOL_GET_CAR, "{\"stock_id\":0}", "stock_id must be");
    assert_true(reads(TOOL_LIST_MAKES, "{\"make\":null}"));
    assert_int_equal(args.make.size, 0);
    assert_true(reads(TOOL_SEARCH_KNOWLEDGE, "{\"question\":\"¿a qué hora abren?\"}"));
    assert_refused(TOOL_SEARCH_KNOWLEDGE, "{\"question\":\"  \"}", "question must be");
    assert_true(reads(TOOL_RESOLVE_NAMES, "{\"text\":\"un nisan\"}"));
    assert_int_equal(tool_by_name(str_from("quote_financing")), TOOL_QUOTE_FINANCING);
    assert_int_equal(tool_by_name(str_from("rm -rf")), TOOL_COUNT);
}

static void test_quote_arguments(void **state)
{
    (void)state;
    assert_true(reads(TOOL_QUOTE_FINANCING,
                      "{\"stock_id\":12,\"price\":null,\"down_payment\":\"40 mil\","
                      "\"down_payment_percent\":null,\"months\":[36,48,60]}"));
    assert_int_equal(args.down_payment, 4000000);
    assert_int_equal(args.down_bp, -1);
    assert_int_equal(args.month_count, 3);
    assert_int_equal(args.months[2], 60);
    assert_true(reads(TOOL_QUOTE_FINANCING,
                      "{\"price\":250000,\"down_payment_percent\":\"20 %\",\"months\":48}"));
    assert_int_equal(args.price, 25000000);
    assert_int_equal(args.down_bp, 2000);
    assert_int_equal(args.down_payment, -1);
    assert_int_equal(args.month_count, 1);
    assert_true(reads(TOOL_QUOTE_FINANCING, "{\"down_payment\":0,\"down_payment_percent\":12.5}"));
    assert_int_equal(args.down_payment, 0);
    assert_int_equal(args.down_bp, 1250);
    assert_refused(TOOL_QUOTE_FINANCING, "{\"down_payment_percent\":101}", "0 to 100");
    assert_refused(TOOL_QUOTE_FINANCING, "{\"down_payment_percent\":\"veinte\"}", "0 to 100");
    assert_refused(TOOL_QUOTE_FINANCING, "{\"months\":[1,2,3,4,5,6,7]}", "1 to 6");
    assert_refused(TOOL_QUOTE_FINANCING, "{\"months\":[0]}", "months");
    assert_refused(TOOL_QUOTE_FINANCING, "{\"months\":[\"a\"]}", "months");
}

/* ---- the schema ---- */

static void check_parameters(const cJSON *parameters)
{
    const cJSON *properties = cJSON_GetObjectItem(parameters, "properties");
    const cJSON *required = cJSON_GetObjectItem(parameters, "required");
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(parameters, "additionalProperties")));
    assert_int_equal(cJSON_GetArraySize(properties), cJSON_GetArraySize(required));
    const cJSON *name = required->child;
    for (const cJSON *property = properties->child; property; property = property->next) {
        assert_string_equal(property->string, name->valuestring);
        assert_non_null(cJSON_GetObjectItem(property, "type"));
        assert_non_null(cJSON_GetObjectItem(property, "description"));
        name = name->next;
    }
}

static void test_schema_is_strict(void **state)
{
    (void)state;
    str_t schema = tools_schema();
    assert_ptr_equal(schema.data, tools_schema().data);
    cJSON *tools = cJSON_ParseWithLength(schema.data, schema.size);
    assert_int_equal(cJSON_GetArraySize(tools), 6);
    for (const cJSON *tool = tools->child; tool; tool = tool->next) {
        const cJSON *function = cJSON_GetObjectItem(tool, "function");
        const char *name = cJSON_GetObjectItem(function, "name")->valuestring;
        assert_string_not_equal(name, "resolve_names");
        assert_true(tool_by_name(str_from(name)) < TOOL_COUNT);
        assert_true(cJSON_IsTrue(cJSON_GetObjectItem(function, "strict")));
        check_parameters(cJSON_GetObjectItem(function, "parameters"));
    }
    cJSON_Delete(tools);
}

/* ---- results ---- */

static void test_page_json_is_escaped(void **state)
{
    (void)state;
    proto_car_t cars[2] = {{.stock_id = 7,
                            .make = STR_LIT("Nis\"san"),
                            .model = STR_LIT("X\n\x01\\"),
                            .version = STR_LIT("bad \xff utf8"),
                            .year = 2020,
                            .price = 23899950,
                            .km = 10,
                            .car_play = true},
                           {.stock_id = 8, .make = STR_LIT("A"), .model = STR_LIT("B")}};
    proto_list_t list = {.total = 7, .page = 2, .pages = 2, .pages_left = 0, .page_size = 5};
    proto_query_t query = {.make = STR_LIT("Nissan"), .price_max = 30000000, .bluetooth = 2};
    proto_correction_t correction = {STR_LIT("make"), STR_LIT("nisan"), STR_LIT("Nissan")};
    proto_paged_t paged = {.cars = cars,
                           .cars_count = 2,
                           .list = &list,
                           .list_count = 1,
                           .query = &query,
                           .query_count = 1,
                           .corrections = &correction,
                           .corrections_count = 1};
    buf_t out;
    buf_init(&out, 65536);
    tool_json_page(&out, &paged);
    cJSON *page = cJSON_ParseWithLength(out.data, out.size);
    assert_non_null(page);
    assert_non_null(cJSON_GetObjectItem(page, "data_from"));
    assert_int_equal(cJSON_GetObjectItem(page, "pages_left")->valueint, 0);
    assert_int_equal(cJSON_GetObjectItem(page, "from")->valueint, 6);
    assert_int_equal(cJSON_GetObjectItem(page, "to")->valueint, 7);
    const cJSON *car = cJSON_GetObjectItem(page, "cars")->child;
    assert_string_equal(cJSON_GetObjectItem(car, "make")->valuestring, "Nis\"san");
    assert_string_equal(cJSON_GetObjectItem(car, "model")->valuestring, "X\n\x01\\");
    assert_string_equal(cJSON_GetObjectItem(car, "version")->valuestring, "bad \xef\xbf\xbd utf8");
    assert_non_null(strstr(out.data, "\"price\":238999.50,"));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(car, "car_play")));
    assert_non_null(strstr(out.data, "\"filters\":{\"make\":\"Nissan\",\"price_max\":300000.00,"
                                     "\"bluetooth\":false}"));
    cJSON_Delete(page);
    buf_free(&out);
}

static void test_quotes_json_says_why_not(void **state)
{
    (void)state;
    financing_terms_t terms = {1000, 1500, 36, 72};
    tool_quotes_t quotes = {.down = DOWN_MINIMUM, .refused_count = 1};
    quotes.refused[0].months = 12;
    quotes.refused[0].why = FINANCING_MONTHS_TOO_FEW;
    buf_t out;
    buf_init(&out, 65536);
    tool_json_quotes(&out, &quotes, &terms);
    cJSON *json = cJSON_ParseWithLength(out.data, out.size);
    assert_non_null(json);
    assert_non_null(cJSON_GetObjectItem(json, "error"));
    assert_int_equal(
        cJSON_GetObjectItem(cJSON_GetObjectItem(json, "terms"), "min_months")->valueint, 36);
    assert_string_equal(
        cJSON_GetObjectItem(cJSON_GetObjectItem(json, "refused")->child, "why")->valuestring,
        financing_reason(FINANCING_MONTHS_TOO_FEW));
    cJSON_Delete(json);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_reads_every_filter),
        cmocka_unit_test(test_puts_right_what_is_clear),
        cmocka_unit_test(test_refuses_what_is_not),
        cmocka_unit_test(test_long_texts_are_cut_at_a_character),
        cmocka_unit_test(test_other_tools),
        cmocka_unit_test(test_quote_arguments),
        cmocka_unit_test(test_schema_is_strict),
        cmocka_unit_test(test_page_json_is_escaped),
        cmocka_unit_test(test_quotes_json_says_why_not),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
