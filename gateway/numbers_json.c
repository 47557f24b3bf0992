/* Numbers of many turns; see numbers_json.h. */
#include "gateway/numbers_json.h"

#include "gateway/json_text.h"
#include "gateway/params.h"
#include "gateway/survey_query.h"

/* ---- what is asked ---- */

static bool read_days(str_t value, int64_t *days)
{
    *days = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9' || i == 3)
            return false;
        *days = *days * 10 + (value.data[i] - '0');
    }
    return *days >= 1 && *days <= NUMBERS_DAYS_MAX;
}

bool numbers_query_parse(str_t text, arena_t *arena, proto_get_numbers_t *msg, problem_t *problem)
{
    static const char *const names[] = {"until", "days"};
    params_t params = params_of(text, arena, names, 2, "There are days and until.", problem);
    str_t value;
    size_t days;

    *msg = (proto_get_numbers_t){.days = NUMBERS_DAYS};
    while (params_next(&params, &days, &value)) {
        if (days && !read_days(value, &msg->days))
            return problem_set(problem, 400, "days must be a whole number from 1 to %d.",
                               NUMBERS_DAYS_MAX);
        if (!days && (!day_parse(value, &msg->until_day) || msg->until_day < NUMBERS_DAYS_MAX ||
                      msg->until_day > NUMBERS_LAST_DAY))
            return problem_set(problem, 400, "until must be a day such as 2026-11-22.");
    }
    return params_good(&params);
}

/* ---- what is told ---- */

/* What follows the name of a row. */
static void sums(const proto_tally_t *row, bool people, buf_t *out)
{
    json_int(out, "turns", row->turns);
    json_int(out, "failed", row->failed);
    if (people)
        json_int(out, "people", row->people);
    json_int(out, "model_calls", row->model_calls);
    json_int(out, "tokens_in", row->tokens_in);
    json_int(out, "tokens_cached", row->tokens_cached);
    json_int(out, "tokens_out", row->tokens_out);
    json_int(out, "repairs", row->repairs);
    json_int(out, "p50_ms", row->p50_ms);
    json_int(out, "p95_ms", row->p95_ms);
    json_list(out, "costs");
    for (size_t i = 0; i < row->costs_count; i++) {
        json_open(out);
        json_str(out, "currency", row->costs[i].currency);
        json_int(out, "micros", row->costs[i].micros);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

static void days(const proto_numbers_t *numbers, buf_t *out)
{
    char day[11];

    json_list(out, "days");
    for (size_t i = 0; i < numbers->days_count; i++) {
        day_print(numbers->days[i].at, day);
        json_open(out);
        json_str(out, "day", str_from(day));
        sums(&numbers->days[i], true, out);
    }
    buf_char(out, ']');
    json_list(out, "hours");
    for (size_t i = 0; i < numbers->hours_count; i++) {
        json_open(out);
        json_int(out, "hour", numbers->hours[i].at);
        sums(&numbers->hours[i], false, out);
    }
    buf_char(out, ']');
}

static void names(const proto_numbers_t *numbers, const char *what, const char *list, buf_t *out)
{
    json_list(out, list);
    for (size_t i = 0; i < numbers->names_count; i++) {
        const proto_named_t *named = &numbers->names[i];

        if (!str_is(named->what, what))
            continue;
        json_open(out);
        json_str(out, "name", named->name);
        json_int(out, "turns", named->count);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

void numbers_json(const proto_numbers_t *numbers, buf_t *out)
{
    json_open(out);
    json_time(out, "since", numbers->since_ms);
    json_time(out, "until", numbers->until_ms);
    json_object(out, "total");
    sums(numbers->total, true, out); /* REQUIRED: there is one */
    days(numbers, out);
    json_list(out, "funnel");
    for (size_t i = 0; i < numbers->steps_count; i++) {
        json_open(out);
        json_str(out, "step", numbers->steps[i].step);
        json_int(out, "people", numbers->steps[i].people);
        buf_char(out, '}');
    }
    buf_char(out, ']');
    names(numbers, "sought", "sought", out);
    names(numbers, "missed", "missed", out);
    names(numbers, "failure", "failures", out);
    buf_char(out, '}');
}
