/*
 * What "a day" is in the shop: from midnight to midnight where it stands (SHOP_TIME_ZONE), also on
 * the two days a year that some zones make shorter or longer. A day is told by its number, days
 * since 1970-01-01 of the shop's own calendar.
 */
#ifndef MOSTRADOR_COMMON_SHOP_DAY_H
#define MOSTRADOR_COMMON_SHOP_DAY_H

#include <stdbool.h>
#include <stdint.h>

#define SHOP_DAY_MS 86400000
#define SHOP_DAY_SIZE 11 /* of its text, terminated */

/* Once, before there are threads. false: no such zone is installed. */
bool shop_day_open(const char *zone);

/* What the shop's clock is ahead of UTC at a time, ms. */
int64_t shop_day_offset_ms(int64_t unix_ms);

/* The hour of its clock at a time, 0 to 23. */
int shop_day_hour(int64_t unix_ms);

/* When a day begins, Unix ms. */
int64_t shop_day_begins_ms(int64_t day);

/* "2026-11-22" */
const char *shop_day_text(int64_t day, char text[SHOP_DAY_SIZE]);

#endif
