#include "common/money.h"

#include <stdio.h>

bool money_parse(str_t text, int64_t *cents)
{
    int64_t value = 0;
    size_t at = 0, digits = 0;
    for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++, digits++) {
        value = value * 10 + (text.data[at] - '0');
        if (value > MONEY_MAX / 100)
            return false;
    }
    if (digits == 0)
        return false;
    value *= 100;
    if (at < text.size) {
        if (text.data[at++] != '.' || at == text.size)
            return false;
        for (int64_t unit = 10; at < text.size; at++, unit /= 10) {
            if (text.data[at] < '0' || text.data[at] > '9')
                return false;
            if (unit == 0 && text.data[at] != '0')
                return false;
            value += unit * (text.data[at] - '0');
        }
    }
    *cents = value;
    return true;
}

const char *number_print(int64_t number, char text[MONEY_TEXT_SIZE])
{
    char digits[24];
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)magnitude);
    char *out = text;
    if (number < 0)
        *out++ = '-';
    for (int i = 0; i < count; i++) {
        if (i && (count - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = 0;
    return text;
}

static uint64_t magnitude_of(int64_t cents)
{
    return cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
}

const char *money_print_plain(int64_t cents, char text[MONEY_TEXT_SIZE])
{
    char digits[MONEY_TEXT_SIZE], *at = digits + sizeof digits;
    uint64_t left = magnitude_of(cents);
    *--at = 0;
    for (unsigned i = 0; i < 3 || left; i++, left /= 10) {
        if (i == 2)
            *--at = '.';
        *--at = (char)('0' + left % 10);
    }
    if (cents < 0)
        *--at = '-';
    memcpy(text, at, (size_t)(digits + sizeof digits - at));
    return text;
}

const char *money_print_cents(int64_t cents, char text[MONEY_TEXT_SIZE])
{
    char pesos[MONEY_TEXT_SIZE];
    uint64_t magnitude = magnitude_of(cents);
    number_print((int64_t)(magnitude / 100), pesos);
    snprintf(text, MONEY_TEXT_SIZE, "%s$%.30s.%02llu", cents < 0 ? "-" : "", pesos,
             (unsigned long long)(magnitude % 100));
    return text;
}

const char *money_print(int64_t cents, char text[MONEY_TEXT_SIZE])
{
    money_print_cents(cents, text);
    if (cents % 100 == 0)
        text[strlen(text) - 3] = 0;
    return text;
}
