#include "common/shop_day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo/"

/* The C library takes a zone it does not know for UTC without a word. */
static bool is_known(const char *zone)
{
    char path[256];
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_+-/";
    if (strcmp(zone, "UTC") == 0)
        return true;
    if (!zone[0] || zone[0] == '/' || zone[strspn(zone, letters)] || strlen(zone) > 64)
        return false;
    snprintf(path, sizeof path, ZONES "%s", zone);
    FILE *file = fopen(path, "rb");
    char magic[4] = "";
    bool known = file && fread(magic, 1, 4, file) == 4 && memcmp(magic, "TZif", 4) == 0;
    if (file)
        fclose(file);
    return known;
}

bool shop_day_open(const char *zone)
{
    if (!is_known(zone))
        return false;
    setenv("TZ", zone, 1);
    tzset();
    return true;
}

int64_t shop_day_offset_ms(int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm parts;
    return localtime_r(&seconds, &parts) ? (int64_t)parts.tm_gmtoff * 1000 : 0;
}

int shop_day_hour(int64_t unix_ms)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm parts;
    return localtime_r(&seconds, &parts) ? parts.tm_hour : 0;
}

/* The offset at midnight is not known before midnight is: a second look settles it. */
int64_t shop_day_begins_ms(int64_t day)
{
    int64_t local_ms = day * SHOP_DAY_MS;
    int64_t unix_ms = local_ms - shop_day_offset_ms(local_ms);
    return local_ms - shop_day_offset_ms(unix_ms);
}

const char *shop_day_text(int64_t day, char text[SHOP_DAY_SIZE])
{
    time_t seconds = (time_t)(day * (SHOP_DAY_MS / 1000));
    struct tm parts;
    if (!gmtime_r(&seconds, &parts) || strftime(text, SHOP_DAY_SIZE, "%Y-%m-%d", &parts) == 0)
        text[0] = 0;
    return text;
}
