/* Any text as opening hours: what is taken opens some time, its times are in order, and the next
 * opening is one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/shop_hours.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    shop_hours_t hours;
    char why[SHOP_HOURS_WHY] = "";
    if (!shop_hours_parse((str_t){(const char *)data, size}, &hours, why)) {
        demand(why[0] != '\0' && strlen(why) < SHOP_HOURS_WHY);
        return 0;
    }
    for (int day = 0; day < SHOP_HOURS_DAYS; day++) {
        for (int i = 0; i < hours.count[day]; i++) {
            demand(hours.spans[day][i].from < hours.spans[day][i].to);
            demand(i == 0 || hours.spans[day][i - 1].to <= hours.spans[day][i].from);
        }
        for (int minute = 0; minute < SHOP_DAY_MINUTES; minute += 7) {
            shop_opening_t next = shop_hours_next(&hours, day, minute);
            demand(shop_hours_open(&hours, next.weekday, next.minute));
            demand(!shop_hours_open(&hours, day, minute) ||
                   (next.days == 0 && next.minute == minute));
        }
    }
    return 0;
}
