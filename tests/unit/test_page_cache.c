/* Pages that are kept: the same page for the same query, and none of another catalog. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "catalog/page_cache.h"

static proto_car_t car = {
    .stock_id = 7, .make = STR_LIT("Nissan"), .model = STR_LIT("Versa"), .year = 2019};
static proto_list_t list = {.total = 31, .page = 1, .pages = 7, .pages_left = 6, .page_size = 5};

static proto_paged_t page_of(proto_query_t *query)
{
    return (proto_paged_t){.cars = &car,
                           .cars_count = 1,
                           .list = &list,
                           .list_count = 1,
                           .query = query,
                           .query_count = 1};
}

static void test_the_same_query_has_the_same_page(void **state)
{
    stock_t stock = {.version = 1};
    page_cache_t *cache = page_cache_new();
    proto_query_t query = {.make = STR_LIT("nisan"), .page = 1},
                  other = {.make = STR_LIT("nisan"), .page = 2};
    proto_paged_t paged = page_of(&query);
    (void)state;
    assert_null(page_cache_find(cache, &stock, &query));
    page_cache_keep(cache, &stock, &query, &paged);
    car.year = 2020; /* what is kept is a copy */
    const proto_paged_t *kept = page_cache_find(cache, &stock, &query);
    car.year = 2019;
    assert_non_null(kept);
    assert_int_equal(kept->cars_count, 1);
    assert_int_equal(kept->cars[0].year, 2019);
    assert_true(str_is(kept->cars[0].model, "Versa"));
    assert_int_equal(kept->list->total, 31);
    assert_true(str_is(kept->query->make, "nisan"));
    assert_null(page_cache_find(cache, &stock, &other));
    page_cache_destroy(&cache);
    assert_null(cache);
}

static void test_another_catalog_has_no_old_pages(void **state)
{
    stock_t stock = {.version = 1}, swapped = {.version = 1};
    page_cache_t *cache = page_cache_new();
    proto_query_t query = {.make = STR_LIT("nisan"), .page = 1};
    proto_paged_t paged = page_of(&query);
    (void)state;
    page_cache_keep(cache, &stock, &query, &paged);
    stock.version = 2; /* another one in the same memory */
    assert_null(page_cache_find(cache, &stock, &query));
    page_cache_keep(cache, &stock, &query, &paged);
    assert_non_null(page_cache_find(cache, &stock, &query));
    assert_null(page_cache_find(cache, &swapped, &query));
    assert_null(page_cache_find(cache, &stock, &query)); /* forgotten, not set aside */
    page_cache_destroy(&cache);
}

static void test_what_is_kept_is_bounded(void **state)
{
    static char text[PAGE_CACHE_BYTES];
    stock_t stock = {.version = 1};
    page_cache_t *cache = page_cache_new();
    proto_query_t query = {.page = 1};
    size_t kept = 0;
    (void)state;
    for (int64_t i = 1; i <= 4 * PAGE_CACHE_PLACES; i++) {
        query.page = i;
        proto_paged_t paged = page_of(&query);
        page_cache_keep(cache, &stock, &query, &paged);
        assert_non_null(page_cache_find(cache, &stock, &query));
    }
    for (int64_t i = 1; i <= 4 * PAGE_CACHE_PLACES; i++) {
        query.page = i;
        const proto_paged_t *found = page_cache_find(cache, &stock, &query);
        kept += found != NULL;
        assert_true(!found || found->query->page == i);
    }
    assert_true(kept > 0 && kept <= PAGE_CACHE_PLACES);
    memset(text, 'x', sizeof text); /* too large a page */
    proto_car_t cars[20];
    for (size_t i = 0; i < 20; i++) {
        cars[i] = car;
        cars[i].version = (str_t){text, 1000};
    }
    proto_paged_t large = page_of(&query);
    large.cars = cars;
    large.cars_count = 20;
    query.page = 0;
    page_cache_keep(cache, &stock, &query, &large);
    assert_null(page_cache_find(cache, &stock, &query));
    page_cache_destroy(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_query_has_the_same_page),
        cmocka_unit_test(test_another_catalog_has_no_old_pages),
        cmocka_unit_test(test_what_is_kept_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
