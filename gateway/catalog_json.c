#include "gateway/catalog_json.h"

#include "gateway/json_text.h"
#include "gateway/reply_json.h"

static void car_or_null(buf_t *out, const char *name, const proto_car_t *car, size_t count)
{
    if (!count) {
        json_null(out, name);
        return;
    }
    json_key(out, name);
    car_json(car, out);
}

static void revision_json(const proto_revision_t *revision, buf_t *out)
{
    json_open(out);
    json_int(out, "number", revision->number);
    json_time(out, "at", revision->at_ms);
    json_str(out, "by", revision->by);
    json_str(out, "kind", revision->kind);
    json_int(out, "stock_id", revision->stock_id);
    car_or_null(out, "before", revision->before, revision->before_count);
    car_or_null(out, "after", revision->after, revision->after_count);
    json_int(out, "undoes", revision->undoes);
    json_int(out, "undone", revision->undone);
    json_bool(out, "last", revision->last);
    json_str(out, "name", revision->name);
    json_int(out, "added", revision->added);
    json_int(out, "changed", revision->changed);
    json_int(out, "removed", revision->removed);
    buf_char(out, '}');
}

bool catalog_car_json(const proto_cars_t *cars, buf_t *out)
{
    const proto_car_t *car = cars->cars_count ? cars->cars : cars->sold_count ? cars->sold : NULL;

    if (!car)
        return false;
    json_open(out);
    json_key(out, "car");
    car_json(car, out);
    json_str(out, "seen", cars->version);
    json_bool(out, "sold", cars->cars_count == 0);
    buf_char(out, '}');
    return true;
}

void edited_json(const proto_edited_t *edited, buf_t *out)
{
    buf_char(out, '{');
    json_key(out, "revision");
    revision_json(edited->revision, out);
    json_str(out, "seen", edited->version);
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
    json_list(out, name);
    for (size_t i = 0; i < count; i++) {
        json_open(out);
        if (numbered)
            json_int(out, "line", lines[i].line);
        json_str(out, "column", lines[i].column);
        json_str(out, "reason", lines[i].reason);
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
    json_int(out, "count", imported->problems);
    bad_lines(out, "lines", imported->lines, imported->lines_count, true);
    buf_char(out, '}');
}

void history_json(const proto_history_t *history, buf_t *out)
{
    json_open(out);
    json_list(out, "revisions");
    for (size_t i = 0; i < history->revisions_count; i++)
        revision_json(&history->revisions[i], out);
    buf_char(out, ']');
    json_bool(out, "more", history->more);
    json_bool(out, "editable", !history->elsewhere);
    buf_char(out, '}');
}

void imported_json(const proto_imported_t *imported, buf_t *out)
{
    buf_char(out, '{');
    json_str(out, "digest", imported->digest);
    json_int(out, "cars", imported->cars);
    json_int(out, "added", imported->added);
    json_int(out, "changed", imported->changed);
    json_int(out, "removed", imported->removed);
    json_int(out, "kept", imported->kept);
    json_list(out, "samples");
    for (size_t i = 0; i < imported->samples_count; i++) {
        const proto_difference_t *sample = &imported->samples[i];

        json_open(out);
        car_or_null(out, "before", sample->before, sample->before_count);
        car_or_null(out, "after", sample->after, sample->after_count);
        buf_char(out, '}');
    }
    buf_char(out, ']');
    if (imported->revision_count) {
        json_key(out, "revision");
        revision_json(imported->revision, out);
    } else {
        json_null(out, "revision");
    }
    buf_char(out, '}');
}
