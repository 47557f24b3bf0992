/*
 * When somebody is in the shop (SHOP_HOURS), as OpenStreetMap writes opening hours, and of that
 * what a shop needs:
 *
 *   Mo-Fr 09:00-19:00; Sa 10:00-14:00        rules, of which a later one replaces what an earlier
 *   Mo-Sa 09:00-14:00,16:00-19:00; We off    one says of the same days
 *   09:00-18:00                              every day
 *   24/7                                     always
 *
 * Days are Mo Tu We Th Fr Sa Su (also in lower case), alone, from-to (Sa-Mo too), with commas
 * between; a time goes from 00:00 to 24:00 and ends on the day on which it begins. Holidays are not
 * known. Pure: the caller knows what day and time it is.
 */
#ifndef MOSTRADOR_COMMON_SHOP_HOURS_H
#define MOSTRADOR_COMMON_SHOP_HOURS_H

#include <stdbool.h>

#include "common/str.h"

#define SHOP_HOURS_SPANS 6 /* of one day */
#define SHOP_HOURS_DAYS 7  /* 0 is Monday */
#define SHOP_HOURS_WHY 160 /* bytes of a reason, terminated */
#define SHOP_DAY_MINUTES 1440

typedef struct shop_hours {
    struct {
        int from, to; /* minutes of the day, 0 <= from < to <= SHOP_DAY_MINUTES; in order */
    } spans[SHOP_HOURS_DAYS][SHOP_HOURS_SPANS];
    int count[SHOP_HOURS_DAYS];
} shop_hours_t;

/* When it opens next. */
typedef struct shop_opening {
    int days;    /* from now: 0 today … 7 */
    int weekday; /* 0 is Monday */
    int minute;  /* of that day */
} shop_opening_t;

/* false, and why in a sentence, if the text is none. A text that never opens is none. */
bool shop_hours_parse(str_t text, shop_hours_t *hours, char why[SHOP_HOURS_WHY]);

bool shop_hours_open(const shop_hours_t *hours, int weekday, int minute);

/* The first opening at that time or after it; while it is open, that is now. */
shop_opening_t shop_hours_next(const shop_hours_t *hours, int weekday, int minute);

/* The weekday of a day as shop_day.h numbers them. */
int shop_hours_weekday(long long day);

#endif
