/*
 * The text is read folded, number by number, line by line: every way to name a car has a number in
 * it. First come those whose line also says the model, then bare prices, so that "hasta $300,000"
 * does not put a car of just that price in front of the list below it.
 */
#include "agent/shown.h"

#include <stdlib.h>

#include "agent/amount.h"
#include "common/text.h"

#define MAX_TEXT 262144
#define MAX_WORDS 8     /* of a version that are compared */
#define STOCK_DIGITS 5  /* from so many on, a number alone may be a stock id */
#define LEAST_YEAR 1900 /* smaller numbers are none */

/* ---- what was found ---- */

static void add_car(found_t *self, const proto_car_t *car)
{
    for (size_t i = 0; i < self->car_count; i++)
        if (self->cars[i]->stock_id == car->stock_id) {
            self->cars[i] = car;
            return;
        }
    if (self->car_count < FOUND_MAX_CARS)
        self->cars[self->car_count++] = car;
}

void found_add(found_t *self, const tool_result_t *result)
{
    if (result->list) {
        if (self->page_count == FOUND_MAX_PAGES) {
            memmove(self->pages, self->pages + 1, (FOUND_MAX_PAGES - 1) * sizeof *self->pages);
            self->page_count--;
        }
        self->pages[self->page_count++] =
            (found_page_t){result->query, result->list, result->cars, result->car_count};
    }
    for (size_t i = 0; i < result->car_count; i++)
        add_car(self, &result->cars[i]);
}

/* ---- words of a line ---- */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c & 0x80);
}

/* word (folded) stands in line between other than letters and digits. */
static bool line_has(str_t line, str_t word)
{
    if (!word.size || word.size > line.size)
        return false;
    for (size_t at = 0; at + word.size <= line.size; at++) {
        if (memcmp(line.data + at, word.data, word.size) != 0)
            continue;
        bool before = at == 0 || !is_word(line.data[at - 1]);
        bool after = at + word.size == line.size || !is_word(line.data[at + word.size]);
        if (before && after)
            return true;
    }
    return false;
}

static bool line_has_folded(str_t line, str_t text)
{
    buf_t folded;
    buf_init(&folded, 1024);
    text_fold(&folded, text);
    bool has = line_has(line, buf_view(&folded));
    buf_free(&folded);
    return has;
}

/* A model of digits only is no word of its own: "3." numbers a list. */
static bool line_names_model(str_t line, const proto_car_t *car)
{
    bool letters = false;
    for (size_t i = 0; i < car->model.size; i++)
        letters |= car->model.data[i] > '9';
    if (letters && car->model.size > 1)
        return line_has_folded(line, car->model);
    buf_t both;
    buf_init(&both, 256);
    buf_add(&both, car->make.data, car->make.size);
    buf_char(&both, ' ');
    buf_add(&both, car->model.data, car->model.size);
    bool has = line_has_folded(line, buf_view(&both));
    buf_free(&both);
    return has;
}

/* ---- numbers of a line ---- */

typedef struct number {
    size_t at, size;
    int64_t hundredths;
    str_t line;
} number_t;

/* The next number from *at on, without its line; moves *at behind it. */
static bool number_next(str_t text, size_t *at, number_t *number)
{
    size_t from = *at;
    while (from < text.size && !(text.data[from] >= '0' && text.data[from] <= '9'))
        from++;
    size_t end = from;
    while (end < text.size &&
           ((text.data[end] >= '0' && text.data[end] <= '9') ||
            ((text.data[end] == ',' || text.data[end] == '.') && end + 1 < text.size &&
             text.data[end + 1] >= '0' && text.data[end + 1] <= '9')))
        end++;
    *at = end;
    if (from == end)
        return false;
    *number = (number_t){.at = from, .size = end - from, .hundredths = -1};
    if (!amount_read((str_t){text.data + from, end - from}, &number->hundredths))
        number->hundredths = -1;
    return true;
}

static str_t line_of(str_t text, const number_t *number)
{
    const char *from = memrchr(text.data, '\n', number->at);
    const char *line = from ? from + 1 : text.data,
               *number_end = text.data + number->at + number->size;
    const char *end = memchr(number_end, '\n', (size_t)(text.data + text.size - number_end));
    return (str_t){line, (size_t)((end ? end : text.data + text.size) - line)};
}

/* All of a text, read once, into *numbers (NULL before); returns how many. */
static size_t read_numbers(str_t text, number_t **numbers)
{
    number_t number;
    size_t count = 0, room = 0;
    for (size_t at = 0; number_next(text, &at, &number);) {
        if (count == room) {
            room = room ? 2 * room : 64;
            *numbers = realloc(*numbers, room * sizeof **numbers);
            if (!*numbers)
                abort();
        }
        number.line = line_of(text, &number);
        (*numbers)[count++] = number;
    }
    return count;
}

static bool line_has_number(str_t line, int64_t hundredths)
{
    number_t number;
    for (size_t at = 0; number_next(line, &at, &number);)
        if (number.hundredths == hundredths)
            return true;
    return false;
}

/* "hasta $300,000" is a bound, not a price. */
static bool is_bound(str_t text, const number_t *number)
{
    static const char *const words[] = {"hasta",  "menos",       "maximo", "max",   "minimo",
                                        "desde",  "presupuesto", "under",  "below", "than",
                                        "budget", "up to",       "over",   "from",  "entre"};
    size_t line = (size_t)(number->line.data - text.data);
    size_t from = number->at > line + 16 ? number->at - 16 : line;
    str_t before = {text.data + from, number->at - from};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (line_has(before, str_from(words[i])))
            return true;
    return false;
}

/* ---- who is meant ---- */

typedef enum how { BY_PRICE_AND_MODEL, BY_STOCK_ID, BY_MODEL_AND_YEAR, BY_PRICE, WAYS } how_t;

static bool names(how_t how, str_t text, const number_t *number, const proto_car_t *car)
{
    switch (how) {
    case BY_PRICE_AND_MODEL:
        return number->hundredths == car->price && line_names_model(number->line, car);
    case BY_STOCK_ID:
        return number->size >= STOCK_DIGITS && number->hundredths == car->stock_id * 100 &&
               (number->at == 0 || text.data[number->at - 1] != '$');
    case BY_MODEL_AND_YEAR:
        return number->hundredths == car->year * 100 && car->year >= LEAST_YEAR &&
               line_names_model(number->line, car);
    case BY_PRICE:
        return car->price > 0 && number->hundredths == car->price && !is_bound(text, number);
    case WAYS:
        break;
    }
    return false;
}

/* How well the line fits the car; the more, the better. clause is what stands between the car named
 * before in the line and the number. */
static int fit(str_t line, str_t clause, const proto_car_t *car)
{
    int score = 0, words = 0;
    if (line_names_model(clause, car))
        score += 16;
    if (line_names_model(line, car))
        score += 8;
    if (line_has_number(line, car->km * 100))
        score += 4;
    if (line_has_number(line, car->year * 100))
        score += 2;
    str_t rest = car->version;
    while (rest.size && words < MAX_WORDS) {
        size_t size = 0;
        while (size < rest.size && rest.data[size] != ' ')
            size++;
        if (size)
            score += line_has_folded(line, (str_t){rest.data, size}), words++;
        size_t skip = size + (size < rest.size);
        rest = (str_t){rest.data + skip, rest.size - skip};
    }
    return score;
}

typedef struct match {
    const proto_car_t *car;
    size_t at; /* in the text; SIZE_MAX: not named */
} match_t;

/* A number names one car; and a line that names a car by its price does not name its like by the
 * year that stands there too. */
static bool is_taken(how_t how, str_t text, const number_t *number, const proto_car_t *car,
                     const match_t *matches, size_t count)
{
    size_t line = (size_t)(number->line.data - text.data);
    for (size_t i = 0; i < count; i++) {
        const match_t *other = &matches[i];
        if (other->at == number->at)
            return true;
        if (how == BY_MODEL_AND_YEAR && other->at != SIZE_MAX && other->at >= line &&
            other->at < line + number->line.size && other->car->year == car->year &&
            str_eq(other->car->model, car->model))
            return true;
    }
    return false;
}

static str_t clause_of(str_t text, const number_t *number, const match_t *matches, size_t count)
{
    size_t from = (size_t)(number->line.data - text.data);
    for (size_t i = 0; i < count; i++)
        if (matches[i].at < number->at && matches[i].at > from)
            from = matches[i].at;
    return (str_t){text.data + from, number->at - from};
}

static void hear(how_t how, str_t text, const number_t *number, match_t *matches, size_t count)
{
    match_t *best = NULL;
    int best_fit = -1;
    for (size_t i = 0; i < count; i++) {
        const proto_car_t *car = matches[i].car;
        if (matches[i].at != SIZE_MAX || !names(how, text, number, car) ||
            is_taken(how, text, number, car, matches, count))
            continue;
        int score = fit(number->line, clause_of(text, number, matches, count), car);
        if (score > best_fit) {
            best = &matches[i];
            best_fit = score;
        }
    }
    if (best)
        best->at = number->at;
}

static int by_place(const void *a, const void *b)
{
    size_t x = ((const match_t *)a)->at, y = ((const match_t *)b)->at;
    return x < y ? -1 : x > y;
}

static void choose_page(const found_t *found, shown_t *shown)
{
    for (size_t p = found->page_count; p-- > 0 && !shown->page;)
        for (size_t c = 0; c < found->pages[p].count; c++)
            for (size_t s = 0; s < shown->count; s++)
                if (found->pages[p].cars[c].stock_id == shown->cars[s]->stock_id)
                    shown->page = &found->pages[p];
}

void shown_find(str_t text, const found_t *found, shown_t *shown)
{
    match_t matches[FOUND_MAX_CARS];
    buf_t folded;
    *shown = (shown_t){0};
    buf_init(&folded, MAX_TEXT);
    text_fold(&folded, utf8_front(text, MAX_TEXT / 4));
    str_t said = buf_view(&folded);
    for (size_t i = 0; i < found->car_count; i++)
        matches[i] = (match_t){found->cars[i], SIZE_MAX};
    number_t *numbers = NULL;
    size_t count = found->car_count ? read_numbers(said, &numbers) : 0;
    for (how_t how = 0; how < WAYS; how++)
        for (size_t i = 0; i < count; i++)
            hear(how, said, &numbers[i], matches, found->car_count);
    free(numbers);
    if (found->car_count == 1 && line_names_model(said, found->cars[0]) &&
        matches[0].at == SIZE_MAX)
        matches[0].at = 0; /* there is no other it could be */
    qsort(matches, found->car_count, sizeof *matches, by_place);
    for (size_t i = 0; i < found->car_count && shown->count < PROTO_MAX_PAGE; i++)
        if (matches[i].at != SIZE_MAX)
            shown->cars[shown->count++] = matches[i].car;
    choose_page(found, shown);
    buf_free(&folded);
}
