/* Pages: what a query finds, in which order, and that walking them shows every car once. */
#include "catalog/page.h"
#include "tests/unit/catalog_fixture.h"

#define CARS 3000

typedef struct page_test {
    fixture_t fixture;
    stock_t *stock;
    arena_t *arena;
} page_test_t;

static int start(void **state)
{
    static page_test_t test;
    memset(&test, 0, sizeof test);
    fixture_start(&test.fixture);
    test.stock = fixture_generate(&test.fixture, CARS, 11);
    test.arena = arena_new(64 << 20);
    *state = &test;
    return 0;
}

static int end(void **state)
{
    page_test_t *test = *state;
    stock_close(&test->stock);
    arena_destroy(&test->arena);
    fixture_end(&test->fixture);
    return 0;
}

#define S(literal) STR_LIT(literal)

static proto_paged_t ask(page_test_t *test, proto_query_t query)
{
    proto_paged_t paged;
    char why[160] = "";
    arena_reset(test->arena);
    if (!catalog_page(test->stock, &query, test->arena, &paged, why))
        fail_msg("%s", why);
    return paged;
}

/* ---- finding ---- */

/* Every car of the catalog, by GET_CAR. */
static size_t all_cars(page_test_t *test, proto_car_t *cars, arena_t *arena)
{
    size_t count = 0;
    for (int64_t id = 1; count < CARS; id++)
        count += stock_car(test->stock, id, &cars[count], arena);
    return count;
}

typedef struct sample {
    proto_query_t query;
    bool (*fits)(const proto_car_t *car);
} sample_t;

static bool is_cheap_nissan(const proto_car_t *c)
{
    return str_is(c->make, "Nissan") && c->price <= 30000000;
}

static bool is_recent(const proto_car_t *c)
{
    return c->year >= 2019 && c->year <= 2021 && c->km >= 20000 && c->km <= 60000;
}

static bool is_small_suv_with_car_play(const proto_car_t *c)
{
    return str_is(c->body, "SUV") && c->length <= 4400 && c->width <= 1800 && c->height >= 1600 &&
           c->car_play;
}

static bool has_no_bluetooth(const proto_car_t *c)
{
    return !c->bluetooth;
}

static bool is_red_manual_in_puebla(const proto_car_t *c)
{
    return str_is(c->colour, "Rojo") && str_is(c->transmission, "Manual") &&
           str_is(c->city, "Puebla");
}

static bool is_white_jetta_of_2020(const proto_car_t *c)
{
    return str_is(c->model, "Jetta") && str_is(c->colour, "Blanco") && c->year == 2020;
}

static bool is_a3_or_mustang(const proto_car_t *c)
{
    return str_is(c->model, "A3") || str_is(c->model, "Mustang");
}

static bool is_hybrid(const proto_car_t *c)
{
    return str_is(c->fuel, "Híbrido");
}

static bool is_suv_but_no_chevrolet(const proto_car_t *c)
{
    return str_is(c->body, "SUV") && !str_is(c->make, "Chevrolet");
}

static bool is_neither_red_nor_versa_nor_manual(const proto_car_t *c)
{
    return !str_is(c->colour, "Rojo") && !str_is(c->model, "Versa") &&
           !str_is(c->transmission, "Manual");
}

static bool is_nissan_elsewhere(const proto_car_t *c)
{
    return str_is(c->make, "Nissan") && !str_is(c->model, "March") &&
           !str_is(c->city, "Ciudad de México");
}

/* Each filter against the same question asked of every car. */
static void filters_find_exactly_what_fits(void **state)
{
    page_test_t *test = *state;
    static const sample_t samples[] = {
        {{.make = {"nisan", 5}, .price_max = 30000000}, is_cheap_nissan},
        {{.year_min = 2021, .year_max = 2019, .km_min = 60000, .km_max = 20000}, is_recent},
        {{.body = {"suv", 3},
          .length_max = 4400,
          .width_max = 1800,
          .height_min = 1600,
          .car_play = 1},
         is_small_suv_with_car_play},
        {{.bluetooth = 2}, has_no_bluetooth},
        {{.colour = {"roja", 4}, .transmission = {"estandar", 8}, .city = {"puebla", 6}},
         is_red_manual_in_puebla},
        {{.q = {"jetta blanco 2020", 17}}, is_white_jetta_of_2020},
        {{.q = {"mustang o audi a3", 17}}, is_a3_or_mustang},
        {{.fuel = {"hybrid", 6}}, is_hybrid},
        {{.body = S("suv"), .exclude = S("chevy")}, is_suv_but_no_chevrolet},
        {{.exclude = S("rojas, nissan versa, que no sea estandar")},
         is_neither_red_nor_versa_nor_manual},
        {{.make = S("nissan"), .exclude = S("ciudad de mexico, marhc")}, is_nissan_elsewhere},
    };
    static proto_car_t cars[CARS];
    arena_t *arena = arena_new(16 << 20);
    assert_int_equal(all_cars(test, cars, arena), CARS);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        int64_t fitting = 0;
        for (size_t c = 0; c < CARS; c++)
            fitting += samples[i].fits(&cars[c]);
        proto_query_t query = samples[i].query;
        query.page_size = 20;
        proto_paged_t paged = ask(test, query);
        assert_true(fitting > 0);
        assert_int_equal(paged.list->total, fitting);
        for (size_t c = 0; c < paged.cars_count; c++)
            assert_true(samples[i].fits(&paged.cars[c]));
    }
    arena_destroy(&arena);
}

/* ---- order ---- */

static int64_t sort_key(const proto_car_t *car, const char *sort)
{
    if (strstr(sort, "km"))
        return car->km;
    return strstr(sort, "year") ? car->year : car->price;
}

static void walk(page_test_t *test, proto_query_t query, const char *sort)
{
    static bool seen[16 * CARS];
    memset(seen, 0, sizeof seen);
    int64_t counted = 0, pages = 1, last_id = 0, last_key = 0, total = 0;
    query.sort = str_from(sort);
    for (int64_t page = 1; page <= pages; page++) {
        query.page = page;
        proto_paged_t paged = ask(test, query);
        pages = paged.list->pages;
        total = paged.list->total;
        assert_int_equal(paged.list->page, page);
        assert_int_equal(paged.list->pages_left, pages - page);
        for (size_t i = 0; i < paged.cars_count; i++) {
            const proto_car_t *car = &paged.cars[i];
            int64_t key = *sort == '-' ? -sort_key(car, sort) : sort_key(car, sort);
            assert_in_range(car->stock_id, 1, sizeof seen - 1 + 100000);
            assert_false(seen[car->stock_id - 100000]);
            seen[car->stock_id - 100000] = true;
            if (counted++) /* ties by stock id */
                assert_true(key > last_key || (key == last_key && car->stock_id > last_id));
            last_key = key;
            last_id = car->stock_id;
        }
    }
    assert_true(total > 0);
    assert_int_equal(counted, total);
}

static void walking_all_pages_shows_every_car_once(void **state)
{
    static const char *const sorts[] = {"relevance", "price", "-price", "km",
                                        "-km",       "year",  "-year"};
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        walk(*state, (proto_query_t){.page_size = 20}, sorts[i]);
        walk(*state, (proto_query_t){.make = S("Nissan"), .page_size = 7}, sorts[i]);
        walk(*state, (proto_query_t){.price_min = 20000000, .price_max = 25000000, .car_play = 1},
             sorts[i]);
        walk(*state, (proto_query_t){.exclude = S("Nissan, rojo, SUV"), .page_size = 20}, sorts[i]);
    }
}

/* Cars that have every word come before cars where one is only a beginning. */
static void whole_words_come_first(void **state)
{
    page_test_t *test = *state;
    proto_paged_t paged = ask(test, (proto_query_t){.q = S("limited"), .page_size = 20});
    assert_true(paged.list->total > 0);
    fixture_t fixture;
    static const char csv[] = COLUMNS_12 "1,1,100,A,Sportage,2000,,,,,,\n"
                                         "2,1,200,A,B,2000,Sport,,,,,\n"
                                         "3,1,300,A,C,2000,Sport,,,,,\n"
                                         "4,1,50,A,D,2000,Sporting,,,,,\n";
    fixture_start(&fixture);
    assert_true(fixture_import(&fixture, csv, strlen(csv)));
    page_test_t small = {.stock = fixture_open(&fixture), .arena = test->arena};
    static const int64_t order[] = {2, 3, 4, 1};
    for (int64_t page = 1; page <= 4; page++) { /* on pages of one as on one page */
        paged = ask(&small, (proto_query_t){.q = S("sport"), .page = page, .page_size = 1});
        assert_int_equal(paged.list->total, 4);
        assert_int_equal(paged.cars[0].stock_id, order[page - 1]);
    }
    stock_close(&small.stock);
    fixture_end(&fixture);
}

/* ---- the page itself ---- */

static void lists_say_where_one_is(void **state)
{
    page_test_t *test = *state;
    proto_paged_t paged = ask(test, (proto_query_t){.page = 0});
    assert_int_equal(paged.list->total, CARS);
    assert_int_equal(paged.list->page, 1);
    assert_int_equal(paged.list->page_size, 5);
    assert_int_equal(paged.list->pages, CARS / 5);
    assert_int_equal(paged.list->pages_left, CARS / 5 - 1);
    assert_int_equal(paged.cars_count, 5);
    paged = ask(test, (proto_query_t){.page = 1000000000, .page_size = 20});
    assert_int_equal(paged.cars_count, 0);
    assert_int_equal(paged.list->total, CARS);
    assert_int_equal(paged.list->pages, CARS / 20);
    assert_int_equal(paged.list->pages_left, 0);
    paged = ask(test, (proto_query_t){.make = S("Ferrari")});
    assert_int_equal(paged.list->total, 0);
    assert_int_equal(paged.list->pages, 0);
    assert_int_equal(paged.list->pages_left, 0);
}

static void a_query_that_makes_no_sense_is_refused(void **state)
{
    page_test_t *test = *state;
    static const struct {
        proto_query_t query;
        const char *why;
    } bad[] = {
        {{.sort = {"colour", 6}},
         "sort must be price, -price, km, -km, year, -year or relevance, not \"colour\""},
        {{.page = -1}, "page must be from 1, not -1"},
        {{.page_size = 21}, "page_size must be from 1 to 20, not 21"},
        {{.page_size = -5}, "page_size must be from 1 to 20, not -5"},
        {{.price_max = -1}, "price_max must not be negative, is -1"},
        {{.km_min = INT64_MIN}, "km_min must not be negative, is -9223372036854775808"},
        {{.bluetooth = 3}, "bluetooth is at most 2, not 3"},
        {{.year_min = INT64_MAX},
         "year_min is at most 4611686018427387903, not 9223372036854775807"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        proto_paged_t paged;
        char why[160] = "";
        arena_reset(test->arena);
        assert_false(catalog_page(test->stock, &bad[i].query, test->arena, &paged, why));
        assert_string_equal(why, bad[i].why);
    }
}

/* make, model and free text as they were said; what was understood; what was corrected. */
static void names_are_understood(void **state)
{
    page_test_t *test = *state;
    static const struct {
        const char *make, *model, *q;
        const char *understood; /* make/model/q */
        const char *corrections;
    } cases[] = {
        {"nissan", "", "", "Nissan//", ""},
        {"NISSAN", "VERSA", "", "Nissan/Versa/", ""},
        {"nisan", "", "", "Nissan//", "make nisan>Nissan;"},
        {"volksvagen", "", "", "Volkswagen//", "make volksvagen>Volkswagen;"},
        {"chevi", "", "", "Chevrolet//", "make chevi>Chevrolet;"},
        {"vw", "jeta", "", "Volkswagen/Jetta/", "make vw>Volkswagen;model jeta>Jetta;"},
        {"", "", "mazda3", "Mazda/3/", "model mazda3>Mazda 3;"},
        {"mazda", "3", "", "Mazda/3/", ""},
        {"mazda", "mazda 3", "", "Mazda/3/", ""},
        {"", "crv", "", "Honda/CR-V/", "model crv>CR-V;"},
        {"", "CR V", "", "Honda/CR-V/", ""},
        {"bmw", "serie 3", "", "BMW/Serie 3/", ""},
        {"", "", "bmw serie 3", "BMW/Serie 3/", ""},
        {"beamer", "", "", "BMW//", "make beamer>BMW;"},
        {"mercedes", "", "", "Mercedes-Benz//", "make mercedes>Mercedes-Benz;"},
        {"seat", "leon", "", "SEAT/León/", ""},
        {"nissan versa", "", "", "Nissan/Versa/", ""},
        {"", "nissan versa", "", "Nissan/Versa/", ""},
        {"", "versa advance", "", "Nissan/Versa/advance", ""},
        {"", "", "nisan rojo", "Nissan//rojo", "make nisan>Nissan;"},
        {"nissan", "", "versa", "Nissan/Versa/", ""},
        {"", "", "busco un coche nissan por favor", "Nissan//", ""},
        {"bmw", "320i", "", "BMW//320i", ""},
        {"", "", "hibrido guadalajra", "//hibrido guadalajara", "q guadalajra>guadalajara;"},
        {"", "", "mustang audi a3", "//Ford Mustang, Audi A3", ""},
        {"audi, bmw", "", "", "//Audi, BMW", ""},
        {"jeep", "gran cheroky", "", "Jeep/Grand Cherokee/", "model gran cheroky>Grand Cherokee;"},
        {"honda", "sivic", "", "Honda/Civic/", "model sivic>Civic;"},
        {"", "", "peugeot 2008", "Peugeot/2008/", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char understood[256], corrections[256] = "";
        proto_query_t query = {.make = str_from(cases[i].make),
                               .model = str_from(cases[i].model),
                               .q = str_from(cases[i].q)};
        proto_paged_t paged = ask(test, query);
        snprintf(understood, sizeof understood, "%.*s/%.*s/%.*s", STR_ARG(paged.query->make),
                 STR_ARG(paged.query->model), STR_ARG(paged.query->q));
        for (size_t j = 0; j < paged.corrections_count; j++)
            snprintf(corrections + strlen(corrections), sizeof corrections - strlen(corrections),
                     "%.*s %.*s>%.*s;", STR_ARG(paged.corrections[j].field),
                     STR_ARG(paged.corrections[j].from), STR_ARG(paged.corrections[j].to));
        assert_string_equal(understood, cases[i].understood);
        assert_string_equal(corrections, cases[i].corrections);
        assert_true(paged.list->total > 0);
        /* asked again as understood it is the same list, and nothing is left to correct */
        int64_t total = paged.list->total, first = paged.cars[0].stock_id;
        proto_query_t again;
        arena_t *arena = arena_new(1 << 16);
        assert_true(proto_copy(&proto_query_record, paged.query, &again, arena));
        paged = ask(test, again);
        assert_int_equal(paged.list->total, total);
        assert_int_equal(paged.cars[0].stock_id, first);
        for (size_t j = 0; j < paged.corrections_count; j++)
            fail_msg("%s: corrected again", understood);
        arena_destroy(&arena);
    }
}

static void what_is_not_there_is_not_pretended(void **state)
{
    page_test_t *test = *state;
    static const struct {
        const char *make, *model, *q, *near;
    } cases[] = {
        {"Ferrari", "", "", NULL},
        {"", "", "tienes un ferrari rojo?", NULL},
        {"nissan", "civic", "", "Nissan Tsuru"},
        {"nissan", "", "civic", "Nissan Tsuru"},
        {"", "", "xyzzyq", NULL},
        {"zzzzzz", "", "", NULL},
        {"", "", "versa qwertyu", "Nissan Versa"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        proto_query_t query = {.make = str_from(cases[i].make),
                               .model = str_from(cases[i].model),
                               .q = str_from(cases[i].q)};
        proto_paged_t paged = ask(test, query);
        assert_int_equal(paged.list->total, 0);
        assert_int_equal(paged.cars_count, 0);
        assert_true(paged.near_count > 0);
        assert_true(paged.near[0].count > 0 && paged.near[0].price_min > 0);
        if (cases[i].near)
            assert_true(str_is(paged.near[0].name, cases[i].near));
    }
    proto_paged_t paged = ask(test, (proto_query_t){.price_max = 100});
    assert_true(str_is(paged.near[0].name, "Nissan")); /* has the cheapest car */
    paged = ask(test, (proto_query_t){.make = S("nissan"), .model = S("versa"), .price_max = 100});
    assert_true(str_is(paged.near[0].name, "Nissan Versa"));
}

/* Nothing that is written reaches the index as its query language. */
/* As understood it means the same; what names nothing is reported and takes nothing out. */
static void exclusions_are_understood(void **state)
{
    page_test_t *test = *state;
    static const struct {
        const char *said, *understood;
    } rows[] = {
        {"chevy y nisan", "Chevrolet, Nissan"},
        {"que no sea rojo ni guinda", "Rojo, Vino"},
        {"Ciudad de México", "Ciudad de México"},
        {"camionetas, versa", "SUV, Pickup, Nissan Versa"},
        {"Ferrari, xyzzyx", ""},
        {"  , ,", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        proto_paged_t paged = ask(test, (proto_query_t){.exclude = str_from(rows[i].said)});
        int64_t total = paged.list->total;
        char again[257];
        snprintf(again, sizeof again, "%.*s", STR_ARG(paged.query->exclude));
        assert_string_equal(again, rows[i].understood);
        assert_true((total == CARS) == (again[0] == '\0'));
        paged = ask(test, (proto_query_t){.exclude = str_from(again)});
        assert_int_equal(paged.list->total, total);
        assert_true(str_is(paged.query->exclude, again));
    }
    proto_paged_t paged = ask(test, (proto_query_t){.exclude = S("xyzzyx")});
    assert_int_equal(paged.corrections_count, 1);
    assert_true(str_is(paged.corrections[0].field, "exclude") && paged.corrections[0].to.size == 0);
    paged = ask(test, (proto_query_t){.make = S("Nissan"), .exclude = S("nissan")});
    assert_int_equal(paged.list->total, 0);
    char many[257];
    for (size_t i = 0; i < 64; i++)
        memcpy(many + 4 * i, "suv,", 5);
    paged = ask(test, (proto_query_t){.exclude = str_from(many)});
    assert_true(paged.list->total > 0 && paged.list->total < CARS);
    assert_true(paged.query->exclude.size <= 256);
}

static void text_is_never_syntax(void **state)
{
    static const char *const texts[] = {
        "\"",
        "'",
        "*",
        "a* OR b*",
        "NEAR(nissan, 2)",
        "words : nissan",
        "^",
        "-",
        "(",
        "\"a\" \"b\"",
        "nissan\" OR \"audi",
        "%",
        "_",
        "\\",
        "AND",
        "NOT versa",
        "\t\n",
        "{}",
        "\xC3\x91",
        "🚗",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        str_t text = str_from(texts[i]);
        ask(*state, (proto_query_t){.q = text});
        ask(*state, (proto_query_t){.make = text, .model = text, .body = text, .city = text});
    }
}

/* A catalog without the extra columns says nothing about body types: the wish is left out, and
 * reported, instead of answered with "there is none". */
static void what_is_not_recorded_is_left_out(void **state)
{
    page_test_t *test = *state;
    static const char csv[] = COLUMNS_12 "1,1,1,Nissan,Versa,2000,,,,,,\n"
                                         "2,1,1,Nissan,Kicks,2000,,,4000,,,\n";
    fixture_t fixture;
    fixture_start(&fixture);
    assert_true(fixture_import(&fixture, csv, strlen(csv)));
    page_test_t small = {.stock = fixture_open(&fixture), .arena = test->arena};
    proto_paged_t paged = ask(&small, (proto_query_t){.body = S("SUV")});
    assert_int_equal(paged.list->total, 2);
    assert_int_equal(paged.corrections_count, 1);
    assert_true(str_is(paged.corrections[0].field, "body"));
    assert_int_equal(paged.corrections[0].to.size, 0);
    paged = ask(&small, (proto_query_t){.q = S("camioneta nissan")});
    assert_int_equal(paged.list->total, 2);
    assert_int_equal(paged.corrections_count, 1);
    /* a car whose length is not known is not known to be short */
    paged = ask(&small, (proto_query_t){.length_max = 4500});
    assert_int_equal(paged.list->total, 1);
    stock_close(&small.stock);
    fixture_end(&fixture);
}

static void facets_are_by_name(void **state)
{
    page_test_t *test = *state;
    proto_facets_t facets;
    int64_t cars = 0;
    arena_reset(test->arena);
    catalog_makes(test->stock, 0, test->arena, &facets);
    assert_int_equal(facets.version, test->stock->version);
    assert_int_equal(facets.cars, CARS);
    for (size_t i = 0; i < facets.facets_count; i++) {
        cars += facets.facets[i].count;
        assert_true(facets.facets[i].price_min > 0);
    }
    assert_int_equal(cars, CARS);
    assert_true(str_is(facets.facets[0].name, "Acura"));
    catalog_makes(test->stock, facets.version, test->arena, &facets);
    assert_int_equal(facets.facets_count, 0);
    assert_int_equal(facets.cars, CARS);
    catalog_models(test->stock, S("mersedes"), test->arena, &facets);
    assert_true(str_is(facets.make, "Mercedes-Benz"));
    assert_true(str_is(facets.facets[0].name, "Clase A"));
    catalog_models(test->stock, S("Ferrari"), test->arena, &facets);
    assert_int_equal(facets.make.size, 0);
    assert_int_equal(facets.facets_count, 0);
}

static void one_car_is_found_by_its_stock_id(void **state)
{
    page_test_t *test = *state;
    proto_paged_t paged = ask(test, (proto_query_t){.make = S("audi")});
    proto_car_t car = paged.cars[0];
    proto_cars_t cars;
    catalog_car(test->stock, car.stock_id, test->arena, &cars);
    assert_int_equal(cars.cars_count, 1);
    assert_int_equal(cars.cars[0].price, car.price);
    assert_true(str_eq(cars.cars[0].version, car.version));
    catalog_car(test->stock, 0, test->arena, &cars);
    assert_int_equal(cars.cars_count, 0);
    catalog_car(test->stock, INT64_MIN, test->arena, &cars);
    assert_int_equal(cars.cars_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_find_exactly_what_fits),
        cmocka_unit_test(walking_all_pages_shows_every_car_once),
        cmocka_unit_test(whole_words_come_first),
        cmocka_unit_test(lists_say_where_one_is),
        cmocka_unit_test(a_query_that_makes_no_sense_is_refused),
        cmocka_unit_test(names_are_understood),
        cmocka_unit_test(what_is_not_there_is_not_pretended),
        cmocka_unit_test(exclusions_are_understood),
        cmocka_unit_test(text_is_never_syntax),
        cmocka_unit_test(what_is_not_recorded_is_left_out),
        cmocka_unit_test(facets_are_by_name),
        cmocka_unit_test(one_car_is_found_by_its_stock_id),
    };
    return cmocka_run_group_tests(tests, start, end);
}
