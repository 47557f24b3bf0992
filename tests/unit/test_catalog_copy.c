/* A copy that is changed car by car is what one made anew would be; and the pure parts around it.
 */
#include <ftw.h>

#include "catalog/build.h"
#include "catalog/copy.h"
#include "catalog/follow.h"
#include "catalog/page.h"
#include "catalog/publish.h"
#include "catalog/source.h"
#include "tests/unit/catalog_fixture.h"

/* ---- a shop of cars whose names say what they are ---- */

#define MAX_CARS 400

typedef struct shop {
    char dir[32], why[256];
    copy_t *copy;
    stock_t *stock;
    proto_car_t cars[MAX_CARS]; /* by stock id; 0: none */
    char texts[MAX_CARS][5][32];
    uint64_t random;
    size_t problems;
} shop_t;

static uint32_t draw(shop_t *shop, uint32_t below)
{
    shop->random = shop->random * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(shop->random >> 33) % below;
}

static void make_car(shop_t *shop, size_t id)
{
    proto_car_t *car = &shop->cars[id];
    char(*texts)[32] = shop->texts[id];
    static const char *const colours[] = {"", "Rojo", "Azul", "Verde limón", "Plata"};
    uint32_t make = draw(shop, 5); /* no model is of two makes: which is meant would be open */
    snprintf(texts[0], 32, "Marca%u", make);
    snprintf(texts[1], 32, "M-%u%u", make, draw(shop, 6));
    snprintf(texts[2], 32, "V%u", draw(shop, 40));
    snprintf(texts[3], 32, "%s", colours[draw(shop, 5)]);
    snprintf(texts[4], 32, "Ciudad%u", draw(shop, 3));
    *car = (proto_car_t){.stock_id = (int64_t)id,
                         .make = str_from(texts[0]),
                         .model = str_from(texts[1]),
                         .version = str_from(texts[2]),
                         .colour = str_from(texts[3]),
                         .city = str_from(texts[4]),
                         .year = 2000 + draw(shop, 25),
                         .price = 1 + draw(shop, 50) * 1000,
                         .km = draw(shop, 30),
                         .length = draw(shop, 5000),
                         .bluetooth = draw(shop, 2)};
}

static void on_problem(void *arg, const char *column, const char *reason)
{
    shop_t *shop = arg;
    assert_true(column[0] && reason[0]);
    shop->problems++;
}

static void build_all(shop_t *shop, const char *path)
{
    build_t *build = build_new(path);
    for (size_t i = 1; i < MAX_CARS; i++)
        if (shop->cars[i].stock_id)
            assert_int_equal(build_add(build, &shop->cars[i], 0, on_problem, shop), BUILD_TAKEN);
    assert_true(build_finish(build, build_next_version(copy_version(shop->copy)), "test"));
    build_destroy(&build);
}

static int start(void **state)
{
    shop_t *shop = calloc(1, sizeof *shop);
    strcpy(shop->dir, "/tmp/mcopyXXXXXX");
    assert_non_null(mkdtemp(shop->dir));
    shop->random = 7;
    shop->copy = copy_new(shop->dir, shop->why, sizeof shop->why);
    assert_non_null(shop->copy);
    *state = shop;
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static int end(void **state)
{
    shop_t *shop = *state;
    stock_close(&shop->stock);
    copy_destroy(&shop->copy);
    nftw(shop->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(shop);
    return 0;
}

static void adopt(shop_t *shop)
{
    build_all(shop, copy_path_new(shop->copy));
    assert_true(copy_adopt(shop->copy, "here", "1:1:"));
    stock_close(&shop->stock);
    shop->stock = stock_open_copy(copy_path(shop->copy), NULL, NULL, shop->why, sizeof shop->why);
    assert_non_null(shop->stock);
}

static void commit(shop_t *shop, const char *position)
{
    stock_changes_t changes;
    if (!edit_commit(copy_edit(shop->copy), position, &changes))
        fail_msg("%s", edit_why(copy_edit(shop->copy)));
    stock_t *stock =
        stock_open_copy(copy_path(shop->copy), shop->stock, &changes, shop->why, sizeof shop->why);
    assert_non_null(stock);
    stock_close(&shop->stock);
    shop->stock = stock;
}

/* ---- two stocks say the same ---- */

static void same_page(stock_t *a, stock_t *b, const proto_query_t *query)
{
    arena_t *arena = arena_new(1 << 24);
    proto_paged_t x, y;
    char why[160];
    assert_true(catalog_page(a, query, arena, &x, why) && catalog_page(b, query, arena, &y, why));
    assert_int_equal(x.list->total, y.list->total);
    assert_int_equal(x.cars_count, y.cars_count);
    assert_int_equal(x.corrections_count, y.corrections_count);
    for (size_t i = 0; i < x.cars_count; i++) {
        assert_int_equal(x.cars[i].stock_id, y.cars[i].stock_id);
        assert_int_equal(x.cars[i].price, y.cars[i].price);
        assert_true(str_eq(x.cars[i].make, y.cars[i].make));
        assert_true(str_eq(x.cars[i].model, y.cars[i].model));
        assert_true(str_eq(x.cars[i].version, y.cars[i].version));
        assert_true(str_eq(x.cars[i].colour, y.cars[i].colour));
        assert_true(str_eq(x.cars[i].city, y.cars[i].city));
    }
    arena_destroy(&arena);
}

static void same_facets(const proto_facets_t *x, const proto_facets_t *y)
{
    assert_int_equal(x->facets_count, y->facets_count);
    for (size_t i = 0; i < x->facets_count; i++) {
        assert_true(str_eq(x->facets[i].name, y->facets[i].name));
        assert_int_equal(x->facets[i].count, y->facets[i].count);
        assert_int_equal(x->facets[i].price_min, y->facets[i].price_min);
    }
}

static void same_stock(stock_t *a, stock_t *b)
{
    static const char *const words[] = {"rojo",    "verde",  "limon",      "v7",
                                        "v39",     "marca0", "azul",       "m14",
                                        "ciudad1", "ciudad", "marca3 m32", "plata v1"};
    arena_t *arena = arena_new(1 << 24);
    proto_facets_t x, y;
    assert_int_equal(a->cars, b->cars);
    catalog_makes(a, 0, arena, &x);
    catalog_makes(b, 0, arena, &y);
    same_facets(&x, &y);
    for (int make = 0; make < 5; make++) {
        char name[24];
        snprintf(name, sizeof name, "Marca%d", make);
        catalog_models(a, str_from(name), arena, &x);
        catalog_models(b, str_from(name), arena, &y);
        same_facets(&x, &y);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        same_page(a, b, &(proto_query_t){.q = str_from(words[i]), .page = 1, .page_size = 20});
    static const char *const sorts[] = {"price", "-price", "km", "-km", "year", "-year"};
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        for (int page = 1; page <= 3; page++)
            same_page(a, b,
                      &(proto_query_t){.sort = str_from(sorts[i]), .page = page, .page_size = 20});
    arena_destroy(&arena);
}

static void after_any_changes_it_is_as_if_made_anew(void **state)
{
    shop_t *shop = *state;
    char anew[64];
    snprintf(anew, sizeof anew, "%s/anew", shop->dir);
    for (size_t i = 1; i < MAX_CARS; i += 2)
        make_car(shop, i);
    adopt(shop);
    for (int round = 0; round < 60; round++) {
        assert_true(edit_begin(copy_edit(shop->copy)));
        uint32_t most = round % 10 == 9 ? 200 : 6;
        for (uint32_t n = draw(shop, most); n > 0; n--) {
            size_t id = 1 + draw(shop, MAX_CARS - 1);
            assert_true(
                edit_remove(copy_edit(shop->copy), (int64_t)id)); /* often it is not there */
            shop->cars[id].stock_id = 0;
        }
        for (uint32_t n = draw(shop, most); n > 0; n--) {
            size_t id = 1 + draw(shop, MAX_CARS - 1);
            bool refused;
            if (shop->cars[id].stock_id)
                continue;
            make_car(shop, id);
            assert_true(
                edit_put(copy_edit(shop->copy), &shop->cars[id], on_problem, shop, &refused));
            assert_false(refused);
        }
        commit(shop, "2:2:");
        if (round % 6 != 5)
            continue;
        build_all(shop, anew);
        stock_t *fresh = stock_open(anew, shop->why, sizeof shop->why);
        assert_non_null(fresh);
        same_stock(shop->stock, fresh);
        stock_close(&fresh);
        stock_t *again =
            stock_open_copy(copy_path(shop->copy), NULL, NULL, shop->why, sizeof shop->why);
        assert_non_null(again);
        same_stock(shop->stock, again); /* patched, and read whole */
        stock_close(&again);
    }
    assert_int_equal(shop->problems, 0);
}

static void what_is_not_committed_counts_for_nothing(void **state)
{
    shop_t *shop = *state;
    bool refused;
    for (size_t i = 1; i < 20; i++)
        make_car(shop, i);
    adopt(shop);
    int64_t version = copy_version(shop->copy);
    assert_true(edit_begin(copy_edit(shop->copy)) && edit_remove(copy_edit(shop->copy), 3));
    make_car(shop, 30);
    assert_true(edit_put(copy_edit(shop->copy), &shop->cars[30], on_problem, shop, &refused));
    edit_rollback(copy_edit(shop->copy));
    copy_destroy(&shop->copy);
    shop->copy = copy_new(shop->dir, shop->why, sizeof shop->why);
    assert_string_equal(edit_identity(copy_edit(shop->copy)), "here");
    assert_string_equal(edit_position(copy_edit(shop->copy)), "1:1:");
    assert_int_equal(copy_version(shop->copy), version);
    assert_true(edit_begin(copy_edit(shop->copy)));
    commit(shop, "9:9:"); /* nothing but the position */
    assert_int_equal(copy_version(shop->copy), version);
    assert_int_equal(shop->stock->cars, 19);
    assert_true(edit_begin(copy_edit(shop->copy)) && edit_remove(copy_edit(shop->copy), 3) &&
                edit_remove(copy_edit(shop->copy), 99));
    commit(shop, "10:10:");
    assert_true(copy_version(shop->copy) > version);
    assert_int_equal(shop->stock->cars, 18);
    assert_string_equal(edit_position(copy_edit(shop->copy)), "10:10:");
    copy_destroy(&shop->copy);
    shop->copy = copy_new(shop->dir, shop->why, sizeof shop->why);
    assert_string_equal(edit_position(copy_edit(shop->copy)), "10:10:");
}

static void older_stocks_see_what_they_saw(void **state)
{
    shop_t *shop = *state;
    bool refused;
    for (size_t i = 1; i < 20; i++)
        make_car(shop, i);
    adopt(shop);
    arena_t *arena = arena_new(1 << 20);
    proto_car_t before = shop->cars[5], car;
    stock_t *old = shop->stock;
    shop->stock = NULL;
    assert_true(edit_begin(copy_edit(shop->copy)) && edit_remove(copy_edit(shop->copy), 5));
    shop->cars[5].price += 77;
    shop->cars[5].make = str_from("Otra");
    shop->cars[5].model = str_from("Nueva");
    assert_true(edit_put(copy_edit(shop->copy), &shop->cars[5], on_problem, shop, &refused));
    stock_changes_t changes;
    assert_true(edit_commit(copy_edit(shop->copy), "2:2:", &changes));
    shop->stock =
        stock_open_copy(copy_path(shop->copy), old, &changes, shop->why, sizeof shop->why);
    assert_true(stock_car(old, 5, &car, arena));
    assert_int_equal(car.price, before.price);
    assert_true(str_eq(car.model, before.model));
    assert_true(stock_car(shop->stock, 5, &car, arena));
    assert_int_equal(car.price, before.price + 77);
    assert_true(str_is(car.make, "Otra"));
    arena_destroy(&arena);
    stock_close(&old);
}

static void a_journal_begins_anew_when_its_readers_do(void **state)
{
    shop_t *shop = *state;
    bool refused, wanted = false;
    for (size_t i = 1; i < 20; i++)
        make_car(shop, i);
    adopt(shop);
    for (int round = 0; round < 3000 && !wanted; round++) {
        char url[512];
        memset(url, 'x', sizeof url);
        memcpy(url, "https://", 8);
        assert_true(edit_begin(copy_edit(shop->copy)) && edit_remove(copy_edit(shop->copy), 5));
        make_car(shop, 5);
        shop->cars[5].photo_url = (str_t){url, sizeof url};
        assert_true(edit_put(copy_edit(shop->copy), &shop->cars[5], on_problem, shop, &refused));
        commit(shop, "2:2:");
        wanted = edit_wants_readers_renewed(copy_edit(shop->copy));
    }
    assert_true(wanted);
    char wal[600];
    snprintf(wal, sizeof wal, "%s-wal", copy_path(shop->copy));
    for (int i = 0; i < 2; i++) { /* the second is the first that is written over */
        const stock_changes_t none = {0};
        stock_t *stock =
            stock_open_copy(copy_path(shop->copy), shop->stock, &none, shop->why, sizeof shop->why);
        stock_close(&shop->stock);
        shop->stock = stock;
        assert_true(edit_begin(copy_edit(shop->copy)));
        commit(shop, "3:3:");
    }
    assert_false(edit_wants_readers_renewed(copy_edit(shop->copy)));
}

static void a_copy_has_limits_and_says_when_a_new_one_would_help(void **state)
{
    shop_t *shop = *state;
    bool refused;
    make_car(shop, 1);
    adopt(shop);
    char make[32];
    proto_car_t car = shop->cars[1];
    assert_true(edit_begin(copy_edit(shop->copy)));
    for (int i = 0; i < 1023; i++) {
        snprintf(make, sizeof make, "Otra%d", i);
        car.stock_id = 1000 + i;
        car.make = str_from(make);
        assert_true(edit_put(copy_edit(shop->copy), &car, on_problem, shop, &refused) && !refused);
    }
    car.stock_id = 5000;
    car.make = str_from("Una mas");
    assert_true(edit_put(copy_edit(shop->copy), &car, on_problem, shop, &refused) && refused);
    assert_int_equal(shop->problems, 1);
    assert_false(edit_is_crowded(copy_edit(shop->copy)));
    commit(shop, "2:2:");
    assert_int_equal(shop->stock->cars, 1024);
    assert_true(edit_begin(copy_edit(shop->copy)) && edit_remove(copy_edit(shop->copy), 1000));
    commit(shop, "3:3:");
    assert_true(edit_begin(copy_edit(shop->copy)));
    assert_true(edit_put(copy_edit(shop->copy), &car, on_problem, shop, &refused) && refused);
    commit(shop, "4:4:");
    assert_true(
        edit_is_crowded(copy_edit(shop->copy))); /* a number is there that nobody has any more */
}

static void two_take_two_folders(void **state)
{
    shop_t *shop = *state;
    make_car(shop, 1);
    adopt(shop);
    copy_t *other = copy_new(shop->dir, shop->why, sizeof shop->why);
    assert_non_null(other);
    assert_null(copy_path(other));
    assert_null(copy_edit(other));
    copy_destroy(&other);
}

/* ---- damage ---- */

static size_t read_all(const char *path, char *bytes, size_t max)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, max, file);
    assert_int_equal(fclose(file), 0);
    assert_true(size < max);
    return size;
}

static void write_all(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Opening reads tables, and of indexes only what it needs: the check is there for all else. Each
 * page is damaged in turn. */
static void damage_that_opening_does_not_see_is_found_by_the_check(void **state)
{
    enum { ROOM = 4 << 20 };
    shop_t *shop = *state;
    char path[64], whole[64];
    char *bytes = malloc(ROOM), *page = malloc(1 << 16);
    for (size_t id = 1; id < MAX_CARS; id++)
        make_car(shop, id);
    adopt(shop);
    snprintf(whole, sizeof whole, "%s", copy_path(shop->copy));
    assert_true(stock_is_sound(shop->stock));
    stock_close(&shop->stock);
    copy_destroy(&shop->copy);
    size_t size = read_all(whole, bytes, ROOM);
    size_t page_size = (size_t)(unsigned char)bytes[16] << 8 | (unsigned char)bytes[17];
    size_t seen = 0, found = 0;
    assert_true(page_size >= 512);
    for (size_t at = page_size; at < size; at += page_size) {
        snprintf(path, sizeof path, "%s/%zu.db", shop->dir, at);
        memcpy(page, bytes + at, page_size);
        memset(bytes + at, 0xff, page_size);
        write_all(path, bytes, size);
        memcpy(bytes + at, page, page_size);
        stock_t *stock = stock_open_copy(path, NULL, NULL, shop->why, sizeof shop->why);
        seen += !stock;
        found += stock && !stock_is_sound(stock);
        stock_close(&stock);
    }
    assert_true(seen > 0);
    assert_true(found > 0);
    free(bytes);
    free(page);
}

/* ---- pure parts ---- */

static void a_line_is_quoted(void **state)
{
    (void)state;
    buf_t line;
    buf_init(&line, 4096);
    proto_car_t car = {.stock_id = 7,
                       .make = str_from("a\"b,c"),
                       .model = str_from("\\."),
                       .year = 2020,
                       .price = 10050,
                       .km = 3,
                       .bluetooth = true,
                       .colour = str_from("'); DROP")};
    publish_line(&line, &car);
    assert_string_equal(line.data, "7,\"a\"\"b,c\",\"\\.\",2020,100.50,3,\"\",1,0,0,0,0,\"\",\"\","
                                   "\"\",\"'); DROP\",\"\",\"\"\n");
    buf_free(&line);
}

static void pauses_grow_to_their_most(void **state)
{
    (void)state;
    for (unsigned failures = 0; failures < 80; failures++)
        for (uint32_t random = 0; random < 1000; random += 37) {
            int64_t ms = follow_pause_ms(failures, 10000, random);
            int64_t most = failures < 2 ? 200 : failures < 7 ? 100 << failures : 10000;
            assert_in_range(ms, most / 2, most);
        }
    assert_in_range(follow_pause_ms(9, 100, 5), 50, 100);
    assert_int_not_equal(follow_pause_ms(9, 10000, 5), follow_pause_ms(9, 10000, 77));
}

static void a_url_is_checked_without_being_told(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "host=db password=secret",
        "mysql://a:secret@b/c",
        "postgres://a:secret%zz@b/c",
        "postgres://a:secret@[b/c",
        "postgres://a:b@c/d?secret=1",
    };
    char why[256];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(source_check_url(bad[i], why, sizeof why));
        assert_non_null(strstr(why, "must be postgres://"));
        assert_null(strstr(why, "secret"));
    }
    assert_true(source_check_url("postgres://a:secret@b:5432/c?sslmode=require", why, sizeof why));
    assert_true(source_check_url("postgresql://a@/c?host=/run/postgresql", why, sizeof why));
}

static void the_schema_is_in_the_program(void **state)
{
    (void)state;
    assert_non_null(strstr(source_sql, "CREATE TABLE IF NOT EXISTS mostrador.cars"));
    assert_non_null(strstr(source_sql, "FROM PUBLIC;")); /* to its end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(after_any_changes_it_is_as_if_made_anew, start, end),
        cmocka_unit_test_setup_teardown(what_is_not_committed_counts_for_nothing, start, end),
        cmocka_unit_test_setup_teardown(older_stocks_see_what_they_saw, start, end),
        cmocka_unit_test_setup_teardown(a_journal_begins_anew_when_its_readers_do, start, end),
        cmocka_unit_test_setup_teardown(a_copy_has_limits_and_says_when_a_new_one_would_help, start,
                                        end),
        cmocka_unit_test_setup_teardown(two_take_two_folders, start, end),
        cmocka_unit_test_setup_teardown(damage_that_opening_does_not_see_is_found_by_the_check,
                                        start, end),
        cmocka_unit_test(a_line_is_quoted),
        cmocka_unit_test(pauses_grow_to_their_most),
        cmocka_unit_test(a_url_is_checked_without_being_told),
        cmocka_unit_test(the_schema_is_in_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
