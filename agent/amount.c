/*
 * A number with a dot or a comma in it says two things: "1.5" and "300.000". A mark groups
 * thousands when it stands several times, or once before exactly three digits that end a bare
 * number; nobody writes mills. Before a unit ("1.250 millones") a single mark is the decimal one.
 */
#include "agent/amount.h"

#include <math.h>
#include <stdlib.h>

#include "common/money.h"
#include "common/text.h"

#define MAX_TEXT 64 /* bytes; an amount is shorter */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_mark(char c)
{
    return c == '.' || c == ',';
}

/* The place of the decimal mark, or text.size. */
static size_t decimal_mark(str_t text, bool unit)
{
    size_t last = text.size, same = 0, marks = 0;
    for (size_t i = 0; i < text.size; i++)
        if (is_mark(text.data[i]))
            last = i;
    if (last == text.size)
        return last;
    for (size_t i = 0; i < text.size; i++) {
        marks += is_mark(text.data[i]);
        same += text.data[i] == text.data[last];
    }
    bool groups = same > 1 || (marks == 1 && !unit && text.size - last - 1 == 3 && last <= 3 &&
                               text.data[0] != '0');
    return groups ? text.size : last;
}

static bool number_read(str_t text, bool unit, double *value)
{
    char plain[32];
    size_t size = 0, mark = decimal_mark(text, unit);
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i]) && i != mark)
            continue;
        if (size == sizeof plain - 1)
            return false;
        plain[size++] = is_digit(text.data[i]) ? text.data[i] : '.';
    }
    plain[size] = 0;
    *value = strtod(plain, NULL);
    return text.size > 0 && is_digit(text.data[0]);
}

/* What a word multiplies by: 1 for words that only say the currency, 0 for all others. */
static double unit_of(str_t word)
{
    static const struct {
        const char *word;
        double unit;
    } units[] = {
        {"mil", 1e3}, {"k", 1e3},        {"thousand", 1e3}, {"m", 1e6},       {"mm", 1e6},
        {"mdp", 1e6}, {"millon", 1e6},   {"millones", 1e6}, {"million", 1e6}, {"millions", 1e6},
        {"de", 1},    {"peso", 1},       {"pesos", 1},      {"mxn", 1},       {"km", 1},
        {"kms", 1},   {"kilometros", 1},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_is(word, units[i].word))
            return units[i].unit;
    return 0;
}

/* The words behind the number, multiplied; 0 if one of them is unknown. */
static double units_of(str_t text)
{
    double unit = 1;
    for (size_t at = 0; at < text.size && unit > 0;) {
        size_t end = at;
        while (end < text.size && text.data[end] != ' ')
            end++;
        str_t word = {text.data + at, end - at};
        while (word.size && word.data[word.size - 1] == '.')
            word.size--;
        if (word.size)
            unit *= unit_of(word);
        at = end + 1;
    }
    return unit;
}

bool amount_read(str_t text, int64_t *hundredths)
{
    text = text_trim(text);
    if (text.size > MAX_TEXT)
        return false;
    buf_t folded;
    buf_init(&folded, 512);
    text_fold(&folded, text);
    buf_char(&folded, ' '); /* so that there are bytes, even of accents alone */
    str_t rest = buf_view(&folded);
    while (rest.size && (rest.data[0] == '$' || rest.data[0] == ' '))
        rest.data++, rest.size--;
    str_t number = {rest.data, 0};
    while (number.size < rest.size &&
           (is_digit(rest.data[number.size]) || is_mark(rest.data[number.size])))
        number.size++;
    str_t words = text_trim((str_t){rest.data + number.size, rest.size - number.size});
    while (number.size && is_mark(number.data[number.size - 1]))
        number.size--;
    double value = 0, unit = units_of(words);
    bool ok = unit > 0 && number_read(number, unit > 1, &value);
    value *= unit * 100;
    ok = ok && value <= (double)MONEY_MAX;
    if (ok)
        *hundredths = llround(value);
    buf_free(&folded);
    return ok;
}
