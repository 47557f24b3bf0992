/* See shop_hours.h. A rule is read into one list of spans, which then becomes that of its days. */
#include "common/shop_hours.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const names[SHOP_HOURS_DAYS] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};

typedef struct reader {
    str_t rest;
    str_t rule; /* the one that is being read, for the reason */
    char *why;
} reader_t;

static bool refuse(const reader_t *self, const char *what)
{
    snprintf(self->why, SHOP_HOURS_WHY, "%s in \"%.*s\"", what,
             self->rule.size > 60 ? 60 : (int)self->rule.size, self->rule.data);
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip(reader_t *self)
{
    while (self->rest.size && is_blank(*self->rest.data)) {
        self->rest.data++;
        self->rest.size--;
    }
}

/* A character that may have blanks around it. */
static bool take(reader_t *self, char c)
{
    skip(self);
    if (!self->rest.size || *self->rest.data != c)
        return false;
    self->rest.data++;
    self->rest.size--;
    skip(self);
    return true;
}

static bool take_word(reader_t *self, const char *word)
{
    size_t size = strlen(word);
    if (self->rest.size < size || strncasecmp(self->rest.data, word, size) != 0)
        return false;
    self->rest.data += size;
    self->rest.size -= size;
    return true;
}

static bool take_day(reader_t *self, int *day)
{
    for (*day = 0; *day < SHOP_HOURS_DAYS; ++*day)
        if (take_word(self, names[*day]))
            return true;
    return false;
}

/* Mo-We,Fr; none: all of them. */
static bool read_days(reader_t *self, bool days[SHOP_HOURS_DAYS])
{
    int from, to;
    bool any = false;
    do {
        if (!take_day(self, &from)) {
            if (any)
                return refuse(self, "a day is missing after the comma");
            for (int day = 0; day < SHOP_HOURS_DAYS; day++)
                days[day] = true;
            return true;
        }
        to = from;
        if (take(self, '-') && !take_day(self, &to))
            return refuse(self, "a day is missing after the dash");
        for (int day = from;; day = (day + 1) % SHOP_HOURS_DAYS) {
            days[day] = true;
            if (day == to)
                break;
        }
        any = true;
    } while (take(self, ','));
    skip(self);
    return true;
}

static bool take_digits(reader_t *self, int *value)
{
    if (self->rest.size < 2)
        return false;
    char tens = self->rest.data[0], ones = self->rest.data[1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9')
        return false;
    *value = (tens - '0') * 10 + ones - '0';
    self->rest.data += 2;
    self->rest.size -= 2;
    return true;
}

static bool read_time(reader_t *self, int *minute)
{
    int hours, minutes;
    skip(self);
    if (!take_digits(self, &hours) || !self->rest.size || *self->rest.data != ':')
        return refuse(self, "a time like 09:00 is missing");
    self->rest.data++;
    self->rest.size--;
    if (!take_digits(self, &minutes) || minutes > 59)
        return refuse(self, "a time like 09:00 is missing");
    *minute = hours * 60 + minutes;
    return *minute <= SHOP_DAY_MINUTES || refuse(self, "a time is later than 24:00");
}

/* 09:00-14:00,16:00-19:00 or off; the result is that of one day. */
static bool read_spans(reader_t *self, shop_hours_t *hours)
{
    int *count = &hours->count[0];
    if (take_word(self, "off") || take_word(self, "closed"))
        return true;
    do {
        int from, to;
        if (*count == SHOP_HOURS_SPANS)
            return refuse(self, "a day has too many times");
        if (!read_time(self, &from))
            return false;
        if (!take(self, '-'))
            return refuse(self, "a dash is missing after the time");
        if (!read_time(self, &to))
            return false;
        if (from >= to)
            return refuse(self, "a time must end later on the same day than it begins");
        if (*count && from < hours->spans[0][*count - 1].to)
            return refuse(self, "the times of a day overlap or are not in order");
        hours->spans[0][*count].from = from;
        hours->spans[0][*count].to = to;
        ++*count;
    } while (take(self, ','));
    return true;
}

static bool read_rule(reader_t *self, shop_hours_t *hours)
{
    shop_hours_t one = {0};
    bool days[SHOP_HOURS_DAYS] = {false};
    skip(self);
    if (take_word(self, "24/7")) {
        for (int day = 0; day < SHOP_HOURS_DAYS; day++)
            days[day] = true;
        one.count[0] = 1;
        one.spans[0][0].to = SHOP_DAY_MINUTES;
    } else if (!read_days(self, days) || !read_spans(self, &one)) {
        return false;
    }
    skip(self);
    if (self->rest.size)
        return refuse(self, "something is there that is no day and no time");
    for (int day = 0; day < SHOP_HOURS_DAYS; day++) {
        if (!days[day])
            continue;
        hours->count[day] = one.count[0];
        memcpy(hours->spans[day], one.spans[0], sizeof one.spans[0]);
    }
    return true;
}

bool shop_hours_parse(str_t text, shop_hours_t *hours, char why[SHOP_HOURS_WHY])
{
    *hours = (shop_hours_t){0};
    for (size_t from = 0; from <= text.size;) {
        const char *mark =
            text.size > from ? memchr(text.data + from, ';', text.size - from) : NULL;
        size_t to = mark ? (size_t)(mark - text.data) : text.size;
        reader_t reader = {.rest = {text.data + from, to - from}, .why = why};
        skip(&reader);
        reader.rule = reader.rest;
        from = to + 1;
        if (!reader.rest.size && to == text.size && from > 1)
            break; /* a semicolon at the end */
        if (!read_rule(&reader, hours))
            return false;
    }
    for (int day = 0; day < SHOP_HOURS_DAYS; day++)
        if (hours->count[day])
            return true;
    snprintf(why, SHOP_HOURS_WHY, "the shop would never open");
    return false;
}

bool shop_hours_open(const shop_hours_t *hours, int weekday, int minute)
{
    for (int i = 0; i < hours->count[weekday]; i++)
        if (minute >= hours->spans[weekday][i].from && minute < hours->spans[weekday][i].to)
            return true;
    return false;
}

shop_opening_t shop_hours_next(const shop_hours_t *hours, int weekday, int minute)
{
    for (int days = 0; days <= SHOP_HOURS_DAYS; days++) {
        int day = (weekday + days) % SHOP_HOURS_DAYS;
        for (int i = 0; i < hours->count[day]; i++) {
            int from = hours->spans[day][i].from;
            if (days > 0 || minute < hours->spans[day][i].to)
                return (shop_opening_t){days, day, days == 0 && from < minute ? minute : from};
        }
    }
    assert(false); /* hours that never open are not parsed */
    return (shop_opening_t){0};
}

int shop_hours_weekday(long long day)
{
    return (int)(((day + 3) % SHOP_HOURS_DAYS + SHOP_HOURS_DAYS) % SHOP_HOURS_DAYS);
}
