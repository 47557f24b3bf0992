#include "gateway/catalog_json.h"

#include <inttypes.h>

#include "gateway/json_text.h"
#include "gateway/reply_json.h"

static void number(buf_t *out, const char *name, int64_t value)
{
    buf_printf(out, "\"%s\":%" PRId64 ",", name, value);
}

static void text(buf_t *out, const char *name, str_t value)
{
    buf_printf(out, "\"%s\":", name);
    json_put_text(out, value);
}

static void car_or_null(buf_t *out, const char *name, const proto_car_t *car, size_t count)
{
    buf_printf(out, "\"%s\":", name);
    if (count)
        car_json(car, out);
    else
        buf_str(out, "null");
}

static void revision_json(const proto_revision_t *revision, buf_t *out)
{
    buf_char(out, '{');
    number(out, "number", revision->number);
    buf_str(out, "\"at\":");
    json_put_time(out, revision->at_ms);
    buf_char(out, ',');
    text(out, "by", revision->by);
    buf_char(out, ',');
    text(out, "kind", revision->kind);
    buf_char(out, ',');
    number(out, "stock_id", revision->stock_id);
    car_or_null(out, "before", revision->before, revision->before_count);
    buf_char(out, ',');
    car_or_null(out, "after", revision->after, revision->after_count);
    buf_char(out, ',');
    number(out, "undoes", revision->undoes);
    number(out, "undone", revision->undone);
    buf_str(out, "\"last\":");
    json_put_bool(out, revision->last);
    buf_char(out, ',');
    text(out, "name", revision->name);
    buf_printf(out, ",\"added\":%" PRId64 ",\"changed\":%" PRId64 ",\"removed\":%" PRId64 "}",
               revision->added, revision->changed, revision->removed);
}

bool catalog_car_json(const proto_cars_t *cars, buf_t *out)
{
    const proto_car_t *car = cars->cars_count ? cars->cars : cars->sold_count ? cars->sold : NULL;

    if (!car)
        return false;
    buf_str(out, "{\"car\":");
    car_json(car, out);
    buf_char(out, ',');
    text(out, "seen", cars->version);
    buf_str(out, ",\"sold\":");
    json_put_bool(out, cars->cars_count == 0);
    buf_char(out, '}');
    return true;
}

void edited_json(const proto_edited_t *edited, buf_t *out)
{
    buf_str(out, "{\"revision\":");
    revision_json(edited->revision, out);
    buf_char(out, ',');
    text(out, "seen", edited->version);
    buf_char(out, '}');
}

/* The problem, open for more members. */
static void problem_start(const problem_t *problem, buf_t *out)
{
    problem_print(problem, out);
    if (out->size && out->data[out->size - 1] == '}')
        out->size--;
}

static void bad_lines(buf_t *out, const char *name, const proto_bad_line_t *lines, size_t count,
                      bool numbered)
{
    buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        buf_str(out, i ? ",{" : "{");
        if (numbered)
            number(out, "line", lines[i].line);
        text(out, "column", lines[i].column);
        buf_char(out, ',');
        text(out, "reason", lines[i].reason);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

void values_problem_json(const problem_t *problem, const proto_edited_t *edited, buf_t *out)
{
    problem_start(problem, out);
    bad_lines(out, "problems", edited->problems, edited->problems_count, false);
    buf_char(out, '}');
}

void lines_problem_json(const problem_t *problem, const proto_imported_t *imported, buf_t *out)
{
    problem_start(problem, out);
    buf_printf(out, ",\"count\":%" PRId64, imported->problems);
    bad_lines(out, "lines", imported->lines, imported->lines_count, true);
    buf_char(out, '}');
}

void history_json(const proto_history_t *history, buf_t *out)
{
    buf_str(out, "{\"revisions\":[");
    for (size_t i = 0; i < history->revisions_count; i++) {
        if (i)
            buf_char(out, ',');
        revision_json(&history->revisions[i], out);
    }
    buf_str(out, "],\"more\":");
    json_put_bool(out, history->more);
    buf_char(out, '}');
}

void imported_json(const proto_imported_t *imported, buf_t *out)
{
    buf_char(out, '{');
    text(out, "digest", imported->digest);
    buf_char(out, ',');
    number(out, "cars", imported->cars);
    number(out, "added", imported->added);
    number(out, "changed", imported->changed);
    number(out, "removed", imported->removed);
    number(out, "kept", imported->kept);
    buf_str(out, "\"samples\":[");
    for (size_t i = 0; i < imported->samples_count; i++) {
        const proto_difference_t *sample = &imported->samples[i];

        buf_str(out, i ? ",{" : "{");
        car_or_null(out, "before", sample->before, sample->before_count);
        buf_char(out, ',');
        car_or_null(out, "after", sample->after, sample->after_count);
        buf_char(out, '}');
    }
    buf_str(out, "],\"revision\":");
    if (imported->revision_count)
        revision_json(imported->revision, out);
    else
        buf_str(out, "null");
    buf_char(out, '}');
}
