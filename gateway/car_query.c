/* Filters in a query string; see car_query.h. */
#include "gateway/car_query.h"

#include <inttypes.h>
#include <stddef.h>

#include "common/money.h"
#include "gateway/params.h"

typedef enum param_kind { TEXT, NUMBER, MONEY, YES_NO, SORT } param_kind_t;

typedef struct param {
    const char *name;
    param_kind_t kind;
    int64_t min;
    int64_t max;   /* of TEXT the bytes */
    size_t offset; /* in proto_query_t */
} param_t;

#define AT(field) offsetof(proto_query_t, field)
#define KM_MAX 10000000
#define MM_MAX 100000

static const param_t params[] = {
    {"make", TEXT, 0, 64, AT(make)},
    {"model", TEXT, 0, 64, AT(model)},
    {"q", TEXT, 0, 256, AT(q)},
    {"year_min", NUMBER, 1900, 2100, AT(year_min)},
    {"year_max", NUMBER, 1900, 2100, AT(year_max)},
    {"price_min", MONEY, 0, MONEY_MAX, AT(price_min)},
    {"price_max", MONEY, 1, MONEY_MAX, AT(price_max)},
    {"km_min", NUMBER, 0, KM_MAX, AT(km_min)},
    {"km_max", NUMBER, 1, KM_MAX, AT(km_max)},
    {"bluetooth", YES_NO, 0, 0, AT(bluetooth)},
    {"car_play", YES_NO, 0, 0, AT(car_play)},
    {"length_min", NUMBER, 1, MM_MAX, AT(length_min)},
    {"length_max", NUMBER, 1, MM_MAX, AT(length_max)},
    {"width_min", NUMBER, 1, MM_MAX, AT(width_min)},
    {"width_max", NUMBER, 1, MM_MAX, AT(width_max)},
    {"height_min", NUMBER, 1, MM_MAX, AT(height_min)},
    {"height_max", NUMBER, 1, MM_MAX, AT(height_max)},
    {"body", TEXT, 0, 64, AT(body)},
    {"fuel", TEXT, 0, 64, AT(fuel)},
    {"transmission", TEXT, 0, 64, AT(transmission)},
    {"colour", TEXT, 0, 64, AT(colour)},
    {"city", TEXT, 0, 64, AT(city)},
    {"exclude", TEXT, 0, 256, AT(exclude)},
    {"sort", SORT, 0, 0, AT(sort)},
    {"page", NUMBER, 1, 1000000, AT(page)},
    {"page_size", NUMBER, 1, PROTO_MAX_PAGE, AT(page_size)},
};
#define PARAMS (sizeof params / sizeof *params)

static int64_t *number_at(proto_query_t *query, const param_t *param)
{
    return (int64_t *)(void *)((char *)query + param->offset);
}

static str_t *text_at(proto_query_t *query, const param_t *param)
{
    return (str_t *)(void *)((char *)query + param->offset);
}

/* Plain digits, at most 9. */
static bool parse_number(str_t text, int64_t *number)
{
    *number = 0;
    if (text.size < 1 || text.size > 9)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *number = *number * 10 + (text.data[i] - '0');
    }
    return true;
}

static bool read_yes_no(const param_t *param, str_t value, int64_t *number, problem_t *problem)
{
    if (str_is(value, "true") || str_is(value, "1"))
        *number = 1;
    else if (str_is(value, "false") || str_is(value, "0"))
        *number = 2;
    else
        return problem_set(problem, 400, "%s must be true or false.", param->name);
    return true;
}

static bool read_sort(str_t value, str_t *sort, problem_t *problem)
{
    static const char *const orders[] = {"price", "-price", "km",       "-km",
                                         "year",  "-year",  "relevance"};

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        if (str_is(value, orders[i])) {
            *sort = str_from(orders[i]);
            return true;
        }
    }
    return problem_set(problem, 400,
                       "sort must be price, -price, km, -km, year, -year or relevance.");
}

static bool read_param(const param_t *param, str_t value, proto_query_t *query, problem_t *problem)
{
    int64_t number;

    switch (param->kind) {
    case TEXT:
        if (value.size > (size_t)param->max)
            return problem_set(problem, 400, "%s may have %" PRId64 " bytes.", param->name,
                               param->max);
        *text_at(query, param) = value;
        return true;
    case NUMBER:
        if (!parse_number(value, &number) || number < param->min || number > param->max)
            return problem_set(problem, 400,
                               "%s must be a whole number from %" PRId64 " to %" PRId64 ".",
                               param->name, param->min, param->max);
        *number_at(query, param) = number;
        return true;
    case MONEY:
        if (!money_parse(value, &number) || number < param->min || number > param->max)
            return problem_set(problem, 400, "%s must be a price such as 299999 or 299999.50.",
                               param->name);
        *number_at(query, param) = number;
        return true;
    case YES_NO:
        return read_yes_no(param, value, number_at(query, param), problem);
    case SORT:
        return read_sort(value, text_at(query, param), problem);
    }
    return false;
}

/* A range that nothing can be in is a mistake worth telling. */
static bool check_ranges(const proto_query_t *query, problem_t *problem)
{
    const struct {
        const char *name;
        int64_t min;
        int64_t max;
    } ranges[] = {
        {"year", query->year_min, query->year_max},
        {"price", query->price_min, query->price_max},
        {"km", query->km_min, query->km_max},
        {"length", query->length_min, query->length_max},
        {"width", query->width_min, query->width_max},
        {"height", query->height_min, query->height_max},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (ranges[i].max && ranges[i].min > ranges[i].max)
            return problem_set(problem, 400, "%s_min is above %s_max.", ranges[i].name,
                               ranges[i].name);
    return true;
}

bool car_query_parse(str_t text, arena_t *arena, proto_query_t *query, problem_t *problem)
{
    const char *names[PARAMS];
    params_t left;
    str_t value;
    size_t i;

    for (i = 0; i < PARAMS; i++)
        names[i] = params[i].name;
    left = params_of(text, arena, names, PARAMS,
                     "There are make, model, q, year_min, year_max, price_min, price_max, km_min, "
                     "km_max, bluetooth, car_play, sort, page, page_size.",
                     problem);
    memset(query, 0, sizeof *query);
    while (params_next(&left, &i, &value))
        if (value.size && !read_param(&params[i], value, query, problem))
            return false;
    return params_good(&left) && check_ranges(query, problem);
}

bool makes_query_parse(str_t text, arena_t *arena, str_t *make, problem_t *problem)
{
    static const char *const only[] = {"make"};
    params_t left = params_of(text, arena, only, 1, "There is make.", problem);
    size_t param;

    *make = (str_t){0};
    while (params_next(&left, &param, make))
        if (make->size > 64)
            return problem_set(problem, 400, "make may have 64 bytes.");
    return params_good(&left);
}

bool no_query_check(str_t text, problem_t *problem)
{
    return text.size == 0 || problem_set(problem, 400, "There are no parameters here.");
}
