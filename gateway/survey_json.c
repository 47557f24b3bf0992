/* Sums and ratios as JSON; see survey_json.h. */
#include "gateway/survey_json.h"

#include <inttypes.h>

#include "common/text.h"
#include "gateway/json_text.h"

#define MAX_RULES 64 /* versions that are summed up; later ones are in the days only */

/* part / whole with so many decimals, rounded half away from zero; null of nothing. */
static void ratio(buf_t *out, const char *name, int64_t part, int64_t whole, int decimals)
{
    int64_t scale = 1;

    json_key(out, name);
    if (whole <= 0) {
        buf_str(out, "null");
        return;
    }
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    int64_t size = part < 0 ? -part : part;
    int64_t rounded = (2 * size * scale + whole) / (2 * whole);

    buf_printf(out, "%s%" PRId64 ".%0*" PRId64, part < 0 && rounded ? "-" : "", rounded / scale,
               decimals, rounded % scale);
}

static void sums(const proto_survey_day_t *row, buf_t *out)
{
    json_int(out, "asked", row->asked);
    json_int(out, "answered", row->answered);
    ratio(out, "response_rate", row->answered, row->asked, 4);
    json_int(out, "promoters", row->promoters);
    json_int(out, "passives", row->passives);
    json_int(out, "detractors", row->detractors);
    ratio(out, "nps", 100 * (row->promoters - row->detractors), row->answered, 1);
    ratio(out, "mean", row->sum, row->answered, 2);
    buf_char(out, '}');
}

static void sum_up(proto_survey_day_t *total, const proto_survey_day_t *row)
{
    total->asked += row->asked;
    total->answered += row->answered;
    total->promoters += row->promoters;
    total->passives += row->passives;
    total->detractors += row->detractors;
    total->sum += row->sum;
}

static void by_rules(const proto_surveyed_t *surveyed, buf_t *out)
{
    proto_survey_day_t totals[MAX_RULES];
    size_t count = 0;

    for (size_t i = 0; i < surveyed->days_count; i++) {
        const proto_survey_day_t *row = &surveyed->days[i];
        size_t at = 0;

        while (at < count && !str_eq(totals[at].rules, row->rules))
            at++;
        if (at == MAX_RULES)
            continue;
        if (at == count)
            totals[count++] = (proto_survey_day_t){.rules = row->rules};
        sum_up(&totals[at], row);
    }
    json_list(out, "rules");
    for (size_t i = 0; i < count; i++) {
        json_open(out);
        json_str(out, "rules", totals[i].rules);
        sums(&totals[i], out);
    }
    buf_char(out, ']');
}

static void by_day(const proto_surveyed_t *surveyed, buf_t *out)
{
    char day[11];

    json_list(out, "days");
    for (size_t i = 0; i < surveyed->days_count; i++) {
        const proto_survey_day_t *row = &surveyed->days[i];

        day_print(row->day, day);
        json_open(out);
        json_str(out, "day", str_from(day));
        json_str(out, "rules", row->rules);
        sums(row, out);
    }
    buf_char(out, ']');
}

static void comment(const proto_opinion_t *opinion, buf_t *out)
{
    const proto_survey_t *survey = opinion->survey; /* REQUIRED: there is one */
    char masked[PROTO_MAX_USER + 1];

    json_open(out);
    json_time(out, "at", opinion->at_ms);
    json_str(out, "user", str_from(text_mask(opinion->user_id, masked, sizeof masked)));
    json_int_or_null(out, "score", survey->answered, survey->score);
    json_str(out, "comment", survey->comment);
    json_str(out, "rules", survey->rules);
    json_str(out, "model", survey->model);
    json_str(out, "channel", survey->channel);
    json_str(out, "turn_id", survey->turn_id);
    buf_char(out, '}');
}

void survey_json(const survey_query_t *query, const proto_surveyed_t *surveyed, buf_t *out)
{
    proto_survey_day_t total = {0};
    char since[11];
    char until[11];

    for (size_t i = 0; i < surveyed->days_count; i++)
        sum_up(&total, &surveyed->days[i]);
    day_print(query->since, since);
    day_print(query->until, until);
    buf_char(out, '{');
    json_str(out, "since", str_from(since));
    json_str(out, "until", str_from(until));
    json_object(out, "total");
    sums(&total, out);
    by_rules(surveyed, out);
    by_day(surveyed, out);
    json_list(out, "comments");
    for (size_t i = 0; i < surveyed->comments_count; i++)
        comment(&surveyed->comments[i], out);
    buf_str(out, "]}");
}
