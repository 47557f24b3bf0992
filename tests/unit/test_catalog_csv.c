/* The CSV reader byte by byte, and what a row of it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/csv.h"
#include "catalog/row.h"
#include "common/buf.h"

/* ---- reading ---- */

/* Each record as "line[a|b|c]", a bad one as "line!why". */
static bool write_record(void *arg, const csv_record_t *record)
{
    buf_t *out = arg;
    buf_printf(out, "%lld", (long long)record->line);
    if (record->error)
        buf_printf(out, "!%s", record->error);
    else
        buf_str(out, "[");
    for (size_t i = 0; i < record->count && !record->error; i++) {
        buf_str(out, i ? "|" : "");
        buf_add(out, record->fields[i].data, record->fields[i].size);
    }
    buf_str(out, record->error ? "\n" : "]\n");
    return true;
}

static void read_in_pieces(const char *bytes, size_t size, size_t piece, buf_t *out)
{
    csv_t *csv = csv_new(write_record, out);
    for (size_t at = 0; at < size; at += piece)
        assert_true(csv_feed(csv, bytes + at, size - at < piece ? size - at : piece));
    assert_true(csv_end(csv));
    csv_destroy(&csv);
    assert_null(csv);
}

static void check_bytes(const char *bytes, size_t size, const char *expected)
{
    for (size_t piece = 1; piece <= 7; piece += 2) {
        buf_t out;
        buf_init(&out, 1 << 20);
        read_in_pieces(bytes, size, piece, &out);
        assert_string_equal(out.data ? out.data : "", expected);
        buf_free(&out);
    }
}

static void check(const char *bytes, const char *expected)
{
    check_bytes(bytes, strlen(bytes), expected);
}

static void records_are_cut(void **state)
{
    (void)state;
    check("", "");
    check("a", "1[a]\n");
    check("a,b\n1,2\n", "1[a|b]\n2[1|2]\n");
    check("a,b\r\n1,2\r\n", "1[a|b]\n2[1|2]\n");
    check("a,b\n1,2", "1[a|b]\n2[1|2]\n");
    check("a,\n,b\n,\n", "1[a|]\n2[|b]\n3[|]\n");
    check("\xEF\xBB\xBF"
          "a,b\n",
          "1[a|b]\n");
    check("\n\na\n\n\nb\n\n", "3[a]\n6[b]\n");
    check("a\r\n\r\nb\r\n", "1[a]\n3[b]\n");
    check("Sí,Citroën\n", "1[Sí|Citroën]\n");
}

static void quotes_hold_anything(void **state)
{
    (void)state;
    check("\"a,b\",c\n", "1[a,b|c]\n");
    check("\"a \"\"b\"\" c\"\n", "1[a \"b\" c]\n");
    check("\"a\nb\",c\nd\n", "1[a\nb|c]\n3[d]\n");
    check("\"a\r\nb\"\r\nc\r\n", "1[a\r\nb]\n3[c]\n");
    check("\"\",\"\"\n", "1[|]\n");
    check("\"\"\n", "1[]\n");
    check("\"\"\"\"\n", "1[\"]\n");
    check("\"\xEF\xBB\xBF\"\n", "1[\xEF\xBB\xBF]\n");
    check("\xEF\xBB\xBF\"a,b\"\n", "1[a,b]\n");
}

static void what_is_wrong_is_told_and_passed_over(void **state)
{
    (void)state;
    check("a\"b\nc\n", "1!quote inside a field that does not begin with one\n2[c]\n");
    check("\"a\"b\nc\n", "1!text behind a closing quote\n2[c]\n");
    check("a\n\"b\nc", "1[a]\n2!quote is never closed\n");
    check("a\rb\nc\n", "1!stray carriage return\n2[c]\n");
    check("\xff\nc\n", "1!not UTF-8: save the file as UTF-8\n2[c]\n");
    check("\xEF\xBB\nc\n", "1!not UTF-8: save the file as UTF-8\n2[c]\n");
    check_bytes("a\0b\nc\n", 6, "1!byte 0 in the text\n2[c]\n");
}

static void everything_has_a_limit(void **state)
{
    (void)state;
    char *text = malloc(CSV_MAX_RECORD + 100);
    assert_non_null(text);
    memset(text, 'x', CSV_MAX_RECORD + 100);
    strcpy(text + CSV_MAX_FIELD, "\nb\n");
    buf_t out;
    buf_init(&out, 1 << 20);
    read_in_pieces(text, CSV_MAX_FIELD + 3, 4096, &out);
    assert_int_equal(out.size, CSV_MAX_FIELD + 4 + 5); /* just fits */
    buf_clear(&out);
    text[CSV_MAX_FIELD] = 'x';
    strcpy(text + CSV_MAX_FIELD + 1, "\nb\n");
    read_in_pieces(text, CSV_MAX_FIELD + 4, 4096, &out);
    assert_string_equal(out.data, "1!field is longer than 8192 bytes\n2[b]\n");
    buf_clear(&out);
    memset(text, 'x', CSV_MAX_RECORD + 50);
    for (size_t i = 0; i < CSV_MAX_RECORD; i += 4096)
        text[i] = ',';
    strcpy(text + CSV_MAX_RECORD + 50, "\nb\n");
    read_in_pieces(text, strlen(text), 4096, &out);
    assert_string_equal(out.data, "1!record is longer than 65536 bytes\n2[b]\n");
    buf_clear(&out);
    memset(text, ',', CSV_MAX_FIELDS);
    strcpy(text + CSV_MAX_FIELDS, "\nb\n");
    read_in_pieces(text, strlen(text), 4096, &out);
    assert_string_equal(out.data, "1!more than 128 fields\n2[b]\n");
    buf_free(&out);
    free(text);
}

static bool stop_at_once(void *arg, const csv_record_t *record)
{
    (void)record;
    ++*(int *)arg;
    return false;
}

static void reading_stops_when_told(void **state)
{
    (void)state;
    int calls = 0;
    csv_t *csv = csv_new(stop_at_once, &calls);
    assert_false(csv_feed(csv, "a\nb\nc\n", 6));
    assert_false(csv_feed(csv, "d\n", 2));
    assert_false(csv_end(csv));
    csv_destroy(&csv);
    assert_int_equal(calls, 1);
}

/* ---- rows ---- */

static void note_problem(void *arg, const char *column, const char *reason)
{
    buf_printf(arg, "%s: %s\n", column, reason);
}

static csv_record_t record_of(str_t fields[32], char *line)
{
    csv_record_t record = {.line = 1, .fields = fields};
    for (char *rest = line, *field; (field = strsep(&rest, ",")) != NULL;)
        fields[record.count++] = str_from(field);
    return record;
}

/* Reads header and row; what is wrong with either is the answer, "" for nothing. */
static const char *read_row(const char *header, const char *row, proto_car_t *car, buf_t *out)
{
    static str_t header_fields[32], row_fields[32];
    static char header_text[512], row_text[1024];
    row_header_t columns;
    snprintf(header_text, sizeof header_text, "%s", header);
    snprintf(row_text, sizeof row_text, "%s", row);
    buf_clear(out);
    csv_record_t record = record_of(header_fields, header_text);
    if (row_header_read(&columns, &record, note_problem, note_problem, out)) {
        record = record_of(row_fields, row_text);
        bool good = row_read(&columns, &record, car, note_problem, out);
        assert_true(good || out->size > 0);
    }
    return out->data ? out->data : "";
}

#define HEADER "stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play"

static void rows_become_cars(void **state)
{
    (void)state;
    proto_car_t car;
    buf_t out;
    buf_init(&out, 8192);
    assert_string_equal(read_row(HEADER,
                                 "287196,77400,461999.0,Volkswagen,Touareg,2018,3.0 V6 TDI,Sí,"
                                 "4801.0,1940.4,1709.5,",
                                 &car, &out),
                        "");
    assert_int_equal(car.stock_id, 287196);
    assert_int_equal(car.km, 77400);
    assert_int_equal(car.price, 46199900);
    assert_true(str_is(car.make, "Volkswagen") && str_is(car.model, "Touareg"));
    assert_true(str_is(car.version, "3.0 V6 TDI"));
    assert_int_equal(car.year, 2018);
    assert_true(car.bluetooth && !car.car_play);
    assert_int_equal(car.length, 4801);
    assert_int_equal(car.width, 1940);
    assert_int_equal(car.height, 1710);
    buf_free(&out);
}

static void columns_come_in_any_order_and_language(void **state)
{
    (void)state;
    proto_car_t car;
    buf_t out;
    buf_init(&out, 8192);
    assert_string_equal(read_row("AÑO,Marca,MODELO,Precio,Kilometraje,Stock ID,Color,Carrocería,"
                                 "Combustible,Transmisión,Ciudad,Foto,CarPlay",
                                 "2020,Kia,Rio,200000,10,7,Rojo,Sedán,Gasolina,Manual,Puebla,"
                                 "https://example.com/7.jpg,SI",
                                 &car, &out),
                        "");
    assert_int_equal(car.year, 2020);
    assert_int_equal(car.stock_id, 7);
    assert_int_equal(car.price, 20000000);
    assert_true(car.car_play && !car.bluetooth);
    assert_true(str_is(car.colour, "Rojo") && str_is(car.body, "Sedán"));
    assert_true(str_is(car.fuel, "Gasolina") && str_is(car.transmission, "Manual"));
    assert_true(str_is(car.city, "Puebla"));
    assert_true(str_is(car.photo_url, "https://example.com/7.jpg"));
    assert_string_equal(
        read_row("stock_id,km,price,make,model,year,dueños", "1,2,3,a,b,2000,uno", &car, &out),
        "dueños: unknown column, ignored\n");
    buf_free(&out);
}

static void yes_and_no_have_many_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *said;
        int means; /* -1 is wrong */
    } flags[] = {{"Sí", 1},    {"Si", 1},     {"si", 1},     {"SÍ", 1}, {"true", 1}, {"1", 1},
                 {"Yes", 1},   {"x", 1},      {"", 0},       {" ", 0},  {"No", 0},   {"0", 0},
                 {"false", 0}, {"quizá", -1}, {"si no", -1}, {"2", -1}};
    proto_car_t car;
    buf_t out;
    buf_init(&out, 8192);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        char row[128];
        snprintf(row, sizeof row, "1,2,3,a,b,2000,%s", flags[i].said);
        const char *wrong =
            read_row("stock_id,km,price,make,model,year,bluetooth", row, &car, &out);
        assert_int_equal(*wrong ? -1 : car.bluetooth, flags[i].means);
    }
    buf_free(&out);
}

static void bad_values_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *row, *problem;
    } rows[] = {
        {"x,2,3,a,b,2000", "stock_id: \"x\" is not a plain number such as 2019\n"},
        {"0,2,3,a,b,2000", "stock_id: 0 is outside 1 to 9007199254740991\n"},
        {"1.5,2,3,a,b,2000", "stock_id: \"1.5\" is not a plain number such as 2019\n"},
        {"1,-2,3,a,b,2000", "km: \"-2\" is not a plain number such as 2019\n"},
        {"1,2,$3,a,b,2000", "price: \"$3\" is not a plain number such as 461999.00\n"},
        {"1,2,0,a,b,2000", "price: 0 is outside 0 to 1000000000000\n"},
        {"1,2,,a,b,2000", "price: is empty\n"},
        {"1,2,3,,b,2000", "make: is empty\n"},
        {"1,2,3,--,b,2000", "make: \"--\" has neither letter nor digit\n"},
        {"1,2,3,a,\x1b[2J,2000", "model: \"?[2J\" has a control character\n"},
        {"1,2,3,a,b,20190", "year: 20190 is outside 1900 to 2100\n"},
        {"1,2,3,a,b,1850", "year: 1850 is outside 1900 to 2100\n"},
        {"1,2,3,a,b", "record: expected 6 fields, found 5\n"},
        {"1,2,3,a,b,2000,9", "record: expected 6 fields, found 7\n"},
        {"x,y,3,a,b,2000", "stock_id: \"x\" is not a plain number such as 2019\n"
                           "km: \"y\" is not a plain number such as 2019\n"},
    };
    proto_car_t car;
    buf_t out;
    buf_init(&out, 8192);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(read_row("stock_id,km,price,make,model,year", rows[i].row, &car, &out),
                            rows[i].problem);
    assert_string_equal(read_row("stock_id,km,price,make,model,year,photo",
                                 "1,2,3,a,b,2000,javascript:alert(1)", &car, &out),
                        "photo_url: \"javascript:alert(1)\" is not an http or https address\n");
    buf_free(&out);
}

static void bad_headers_are_named(void **state)
{
    (void)state;
    proto_car_t car;
    buf_t out;
    buf_init(&out, 8192);
    assert_string_equal(read_row("stock_id,km,make,model", "", &car, &out),
                        "price: column is missing\nyear: column is missing\n");
    assert_string_equal(read_row("stock_id,km,price,make,model,year,marca", "", &car, &out),
                        "marca: second column for make\n");
    assert_non_null(strstr(read_row("stock_id;km;price", "", &car, &out),
                           "header: fields are separated by ';', expected ','\n"));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_cut),
        cmocka_unit_test(quotes_hold_anything),
        cmocka_unit_test(what_is_wrong_is_told_and_passed_over),
        cmocka_unit_test(everything_has_a_limit),
        cmocka_unit_test(reading_stops_when_told),
        cmocka_unit_test(rows_become_cars),
        cmocka_unit_test(columns_come_in_any_order_and_language),
        cmocka_unit_test(yes_and_no_have_many_spellings),
        cmocka_unit_test(bad_values_are_named),
        cmocka_unit_test(bad_headers_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
