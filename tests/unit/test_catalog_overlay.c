/* What a person did to a car, over what the file says of it: column by column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "catalog/overlay.h"

static proto_car_t car_of(int64_t price, int64_t km, const char *colour)
{
    return (proto_car_t){.stock_id = 7,
                         .make = STR_LIT("Nissan"),
                         .model = STR_LIT("Versa"),
                         .year = 2020,
                         .price = price,
                         .km = km,
                         .colour = str_from(colour)};
}

static void test_what_was_changed_stays_and_the_rest_follows(void **state)
{
    (void)state;
    const overlay_t none = {.stock_id = 7};
    proto_car_t file = car_of(100, 10, "Rojo"), price = car_of(90, 10, "Rojo"), offered;
    overlay_t first, second;
    overlay_edit(&none, &file, &price, &first);
    file = car_of(120, 20, "Azul");
    assert_true(overlay_serve(&first, &file, &offered));
    proto_car_t expected = car_of(90, 20, "Azul");
    assert_true(car_same(&offered, &expected));
    proto_car_t colour = car_of(90, 20, "Verde");
    overlay_edit(&first, &offered, &colour, &second);
    file = car_of(130, 30, "Gris");
    assert_true(overlay_serve(&second, &file, &offered));
    expected = car_of(90, 30, "Verde");
    assert_true(car_same(&offered, &expected));
    assert_false(overlay_serve(&second, NULL, &offered));
}

static void test_added_and_sold(void **state)
{
    (void)state;
    proto_car_t car = car_of(100, 10, "Rojo"), file = car_of(1, 1, "Azul"), offered;
    overlay_t added = {.stock_id = 7, .state = OVERLAY_ADDED, .mine = car}, after;
    assert_true(overlay_serve(&added, NULL, &offered) && car_same(&offered, &car));
    assert_true(overlay_serve(&added, &file, &offered) && car_same(&offered, &car));
    overlay_edit(&added, &car, &file, &after);
    assert_int_equal(after.state, OVERLAY_ADDED);
    assert_true(overlay_serve(&after, NULL, &offered) && car_same(&offered, &file));
    overlay_t sold = {.stock_id = 7, .state = OVERLAY_SOLD, .mine = car};
    assert_false(overlay_serve(&sold, &file, &offered));
    assert_false(overlay_serve(&sold, NULL, &offered));
}

static void test_a_version_is_of_what_is_in_a_car(void **state)
{
    (void)state;
    char a[CAR_VERSION_SIZE], b[CAR_VERSION_SIZE];
    proto_car_t car = car_of(100, 10, "Rojo"), same = car_of(100, 10, "Rojo");
    assert_string_equal(car_version(&car, a), car_version(&same, b));
    same.bluetooth = true;
    assert_string_not_equal(car_version(&car, a), car_version(&same, b));
    assert_false(car_same(&car, &same));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_changed_stays_and_the_rest_follows),
        cmocka_unit_test(test_added_and_sold),
        cmocka_unit_test(test_a_version_is_of_what_is_in_a_car),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
