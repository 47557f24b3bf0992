/* Imports: whole or not at all, every bad line named. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "catalog/page.h"
#include "tests/unit/catalog_fixture.h"

static int start(void **state)
{
    static fixture_t fixture;
    fixture_start(&fixture);
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    fixture_end(*state);
    return 0;
}

#define GOOD "7,10,100.50,Nissan,Versa,2019,Sense,Sí,4495.0,1740.0,1475.0,\n"

static bool import(fixture_t *fixture, const char *csv)
{
    return fixture_import(fixture, csv, strlen(csv));
}

static void quoted_fields_and_crlf_are_read(void **state)
{
    fixture_t *fixture = *state;
    proto_cars_t cars;
    assert_true(import(fixture,
                       "\xEF\xBB\xBF"
                       "stock_id,km,price,make,model,year,version,bluetooth,"
                       "largo,ancho,altura,car_play\r\n"
                       "8,20.0,200,\"NISSAN\",\"Versa\",2020,\"Sense, \"\"plus\"\"\",Sí,,,,\r\n"
                       "7,10,100.50,Nissan,versa,2019,,,4495.0,1740.0,1475.0,Si\r\n"));
    assert_string_equal(fixture->problems, "");
    assert_int_equal(fixture->result.cars, 2);
    assert_int_equal(fixture->result.makes, 1); /* capitals make no new make */
    assert_int_equal(fixture->result.models, 1);
    stock_t *stock = fixture_open(fixture);
    arena_t *arena = arena_new(1 << 20);
    assert_int_equal(stock->cars, 2);
    assert_int_equal(stock->version, fixture->result.version);
    catalog_car(stock, 8, arena, &cars);
    assert_true(str_is(cars.cars[0].version, "Sense, \"plus\""));
    assert_true(str_is(cars.cars[0].make, "NISSAN"));
    assert_int_equal(cars.cars[0].price, 20000);
    assert_true(cars.cars[0].bluetooth && !cars.cars[0].car_play);
    catalog_car(stock, 7, arena, &cars);
    assert_int_equal(cars.cars[0].price, 10050);
    assert_int_equal(cars.cars[0].length, 4495);
    assert_true(cars.cars[0].car_play);
    arena_destroy(&arena);
    stock_close(&stock);
}

/* What a file is refused for, and that the catalog that was there still is. */
static void a_bad_file_changes_nothing(void **state)
{
    fixture_t *fixture = *state;
    static const struct {
        const char *csv, *problems;
    } bad[] = {
        {COLUMNS_12 GOOD "8,x,200,Audi,A3,2020,,,,,,\n",
         "cars.csv:3: km: \"x\" is not a plain number such as 2019\n"},
        {COLUMNS_12 GOOD "\n8,1,200,Audi,A3,2020,,,,,\n9,1,200,Audi,A3,1020,,,,,,\n",
         "cars.csv:4: record: expected 12 fields, found 11\n"
         "cars.csv:5: year: 1020 is outside 1900 to 2100\n"},
        {COLUMNS_12 GOOD "8,1,1,Audi,A3,2020,,,,,,\n7,1,1,Audi,A3,2020,,,,,,\n",
         "cars.csv:4: stock_id: 7 is on line 2 already\n"},
        {COLUMNS_12 GOOD "8,1,1,Audi,A3,2020,\"a\nb\",,,,,\n",
         "cars.csv:3: version: \"a?b\" has a control character\n"},
        {COLUMNS_12 GOOD "8,1,1,Audi,\"A3,2020,,,,,,\n9,1,1,Audi,A3,2020,,,,,,\n",
         "cars.csv:3: record: quote is never closed\n"},
        {COLUMNS_12, "cars.csv:1: record: there are no cars in the file\n"},
        {"", "cars.csv:1: record: there are no cars in the file\n"},
        {"stock_id,km,price,make,model,version\n" GOOD, "cars.csv:1: year: column is missing\n"},
        {"PK\x03\x04\x14", "note: cars.csv:1: PK???: unknown column, ignored\n"
                           "cars.csv:1: stock_id: column is missing\n"},
    };
    assert_true(import(fixture, COLUMNS_12 GOOD));
    int64_t version = fixture->result.version;
    struct stat before, after;
    assert_int_equal(stat(fixture->db, &before), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(import(fixture, bad[i].csv));
        if (strncmp(fixture->problems, bad[i].problems, strlen(bad[i].problems)) != 0)
            assert_string_equal(fixture->problems, bad[i].problems);
        assert_true(fixture->result.problems > 0);
        assert_string_equal(fixture->result.why, "");
        assert_int_equal(stat(fixture->db, &after), 0);
        assert_int_equal(before.st_ino, after.st_ino);
    }
    assert_int_equal(stock_version(fixture->db), version);
}

static void every_bad_line_is_reported(void **state)
{
    fixture_t *fixture = *state;
    char csv[4096] = COLUMNS_12;
    for (int i = 0; i < 50; i++)
        snprintf(csv + strlen(csv), sizeof csv - strlen(csv), "%d,1,-,A,B,2000,,,,,,\n", i + 1);
    assert_false(import(fixture, csv));
    assert_int_equal(fixture->result.problems, 50);
}

static void versions_grow(void **state)
{
    fixture_t *fixture = *state;
    int64_t last = 0;
    for (int i = 0; i < 3; i++) {
        assert_true(import(fixture, COLUMNS_12 GOOD));
        assert_true(fixture->result.version > last);
        last = fixture->result.version;
    }
}

static void extra_columns_are_kept_or_ignored_aloud(void **state)
{
    fixture_t *fixture = *state;
    proto_cars_t cars;
    assert_true(import(fixture, "stock_id,km,price,make,model,year,dueños,foto,Combustible\n"
                                "1,1,1,Audi,A3,2020,2,https://example.com/1.jpg,Diésel\n"));
    assert_string_equal(fixture->problems, "note: cars.csv:1: dueños: unknown column, ignored\n");
    stock_t *stock = fixture_open(fixture);
    arena_t *arena = arena_new(1 << 20);
    catalog_car(stock, 1, arena, &cars);
    assert_true(str_is(cars.cars[0].photo_url, "https://example.com/1.jpg"));
    assert_true(str_is(cars.cars[0].fuel, "Diésel"));
    arena_destroy(&arena);
    stock_close(&stock);
}

static void one_import_at_a_time(void **state)
{
    fixture_t *fixture = *state;
    assert_true(import(fixture, COLUMNS_12 GOOD));
    int folder = open(fixture->dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(folder, LOCK_EX), 0);
    assert_false(import(fixture, COLUMNS_12 GOOD));
    assert_non_null(strstr(fixture->result.why, "another import"));
    close(folder);
    assert_true(import(fixture, COLUMNS_12 GOOD));
}

/* Whoever has the old catalog open goes on reading it. */
static void the_old_catalog_stays_readable(void **state)
{
    fixture_t *fixture = *state;
    proto_cars_t cars;
    assert_true(import(fixture, COLUMNS_12 GOOD));
    stock_t *old = fixture_open(fixture);
    assert_true(import(fixture, COLUMNS_12 "9,1,1,Audi,A3,2020,,,,,,\n"));
    stock_t *new = fixture_open(fixture);
    arena_t *arena = arena_new(1 << 20);
    catalog_car(old, 7, arena, &cars);
    assert_int_equal(cars.cars_count, 1);
    catalog_car(new, 7, arena, &cars);
    assert_int_equal(cars.cars_count, 0);
    assert_true(new->version > old->version);
    arena_destroy(&arena);
    stock_close(&old);
    stock_close(&new);
}

static void a_damaged_catalog_is_refused_not_read(void **state)
{
    fixture_t *fixture = *state;
    char why[256], byte;
    assert_true(import(fixture, COLUMNS_12 GOOD));
    struct stat status;
    assert_int_equal(stat(fixture->db, &status), 0);
    for (off_t at = 0; at < status.st_size; at += 97) {
        int file = open(fixture->db, O_RDWR);
        assert_int_equal(pread(file, &byte, 1, at), 1);
        char other = (char)~byte;
        assert_int_equal(pwrite(file, &other, 1, at), 1);
        stock_t *stock = stock_open(fixture->db, why, sizeof why);
        if (stock) { /* the byte was in a text, or in nothing */
            proto_paged_t paged;
            proto_query_t query = {.q = STR_LIT("versa")};
            arena_t *arena = arena_new(1 << 20);
            catalog_page(stock, &query, arena, &paged, why);
            arena_destroy(&arena);
        }
        stock_close(&stock);
        assert_int_equal(pwrite(file, &byte, 1, at), 1);
        close(file);
    }
    assert_int_equal(truncate(fixture->db, 100), 0);
    assert_null(stock_open(fixture->db, why, sizeof why));
    assert_int_equal(unlink(fixture->db), 0);
    assert_null(stock_open(fixture->db, why, sizeof why));
    assert_string_equal(why, "no catalog imported");
}

static void generated_catalogs_import(void **state)
{
    fixture_t *fixture = *state;
    stock_t *stock = fixture_generate(fixture, 500, 1);
    assert_int_equal(stock->cars, 500);
    assert_string_equal(fixture->problems, "");
    stock_close(&stock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(quoted_fields_and_crlf_are_read, start, end),
        cmocka_unit_test_setup_teardown(a_bad_file_changes_nothing, start, end),
        cmocka_unit_test_setup_teardown(every_bad_line_is_reported, start, end),
        cmocka_unit_test_setup_teardown(versions_grow, start, end),
        cmocka_unit_test_setup_teardown(extra_columns_are_kept_or_ignored_aloud, start, end),
        cmocka_unit_test_setup_teardown(one_import_at_a_time, start, end),
        cmocka_unit_test_setup_teardown(the_old_catalog_stays_readable, start, end),
        cmocka_unit_test_setup_teardown(a_damaged_catalog_is_refused_not_read, start, end),
        cmocka_unit_test_setup_teardown(generated_catalogs_import, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
