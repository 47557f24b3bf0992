#include "sessions/survey_report.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "common/log.h"
#include "common/text.h"
#include "sessions/keys.h"
#include "sessions/refuse.h"
#include "sessions/reply_at.h"
#include "sessions/request.h"
#include "sessions/scatter.h"
#include "sessions/store.h"

#define ARENA_MAX (8 << 20)
#define MAX_DAY 200000 /* in the year 2517 */

struct survey_reporter {
    redis_t *redis;
    size_t count; /* reports under way */
};

/* One SURVEYS under way. */
typedef struct report {
    survey_reporter_t *reporter;
    rpc_request_t request; /* its message is gone */
    proto_surveys_t asked;
    unsigned next; /* partition */
    survey_sums_t sums;
} report_t;

/* ---- the sums ---- */

/* Digits from *at on and what ends them, 0 for the end of the text; false if there are none, too
 * many, or something else behind them. */
static bool read_number(str_t text, size_t *at, char end, int64_t *number)
{
    size_t from = *at;
    bool below = *at < text.size && text.data[*at] == '-';
    *number = 0;
    for (*at += below; *at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at) {
        if (*at - from > 15)
            return false;
        *number = *number * 10 + (text.data[*at] - '0');
    }
    bool some = *at > from + below, last = *at == text.size;
    if (!some || (last ? end != 0 : text.data[*at] != end || end == 0))
        return false;
    *at += !last;
    *number = below ? -*number : *number;
    return true;
}

/* The row of that day and these rules, or where it belongs. */
static size_t find_day(const survey_sums_t *self, int64_t day, str_t rules, bool *found)
{
    size_t low = 0, high = self->day_count;
    *found = false;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const proto_survey_day_t *row = &self->days[middle];
        size_t least = row->rules.size < rules.size ? row->rules.size : rules.size;
        int order = least ? memcmp(row->rules.data, rules.data, least) : 0;
        if (order == 0)
            order = (row->rules.size > rules.size) - (row->rules.size < rules.size);
        if (row->day != day)
            order = row->day < day ? -1 : 1;
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static proto_survey_day_t *day_at(survey_sums_t *self, int64_t day, str_t rules)
{
    bool found;
    size_t at = find_day(self, day, rules, &found);
    if (found)
        return &self->days[at];
    char *copy = arena_copy(self->arena, rules);
    if (self->day_count == SURVEY_REPORT_DAYS || !copy) {
        self->full = true;
        return NULL;
    }
    memmove(&self->days[at + 1], &self->days[at], (self->day_count - at) * sizeof *self->days);
    self->day_count++;
    self->days[at] = (proto_survey_day_t){.day = day, .rules = {copy, rules.size}};
    return &self->days[at];
}

void survey_sums_day(survey_sums_t *self, str_t field, str_t counts)
{
    int64_t day, numbers[6];
    size_t at = 0, next = 0;
    bool good = read_number(field, &at, ' ', &day);
    str_t rules = {field.data + at, field.size - at};
    for (size_t i = 0; good && i < 6; i++)
        good = read_number(counts, &next, i < 5 ? ' ' : 0, &numbers[i]);
    if (!good || !utf8_valid(rules) || rules.size > 32) {
        self->damaged++;
        return;
    }
    proto_survey_day_t *row = day_at(self, day, rules);
    if (!row)
        return;
    row->asked += numbers[0];
    row->answered += numbers[1];
    row->promoters += numbers[2];
    row->passives += numbers[3];
    row->detractors += numbers[4];
    row->sum += numbers[5];
}

static bool read_opinion(survey_sums_t *self, str_t member, proto_opinion_t *opinion)
{
    size_t at = 0;
    int64_t size;
    proto_survey_t survey;
    if (!read_number(member, &at, ':', &size) || size < 1 || size > (int64_t)(member.size - at))
        return false;
    str_t user = {member.data + at, (size_t)size};
    str_t record = {user.data + user.size, member.size - at - user.size};
    if (!utf8_valid(user) || user.size > PROTO_MAX_USER ||
        !proto_decode(&proto_survey_record, record.data, record.size, &survey, self->arena, NULL))
        return false;
    /* its strings are views into what Redis said */
    opinion->survey = arena_alloc(self->arena, sizeof survey);
    opinion->survey_count = 1;
    opinion->user_id = (str_t){arena_copy(self->arena, user), user.size};
    return opinion->survey && opinion->user_id.data &&
           proto_copy(&proto_survey_record, &survey, opinion->survey, self->arena);
}

void survey_sums_opinion(survey_sums_t *self, str_t member, int64_t at_ms)
{
    proto_opinion_t opinion = {.at_ms = at_ms};
    size_t at = self->opinion_count;
    while (at > 0 && self->opinions[at - 1].at_ms < at_ms)
        at--;
    if (at >= self->opinion_max)
        return;
    if (!read_opinion(self, member, &opinion)) {
        self->damaged++;
        return;
    }
    if (self->opinion_count < self->opinion_max)
        self->opinion_count++;
    memmove(&self->opinions[at + 1], &self->opinions[at],
            (self->opinion_count - 1 - at) * sizeof *self->opinions);
    self->opinions[at] = opinion;
}

/* ---- Redis ---- */

static bool take(void *arg, unsigned partition, const redisReply *reply)
{
    report_t *self = arg;
    str_t first, second;
    int64_t days;
    size_t at = 2;
    (void)partition;
    if (!number_at(reply, 1, &days))
        return false;
    for (; days > 0 && text_at(reply, at, &first) && text_at(reply, at + 1, &second); at += 2) {
        survey_sums_day(&self->sums, first, second);
        days--;
    }
    for (; text_at(reply, at, &first) && text_at(reply, at + 1, &second); at += 2)
        survey_sums_opinion(&self->sums, first, strtoll(second.data, NULL, 10));
    return true;
}

static void finish(void *arg, bool failed)
{
    report_t *self = arg;
    survey_sums_t *sums = &self->sums;
    proto_surveyed_t msg = {sums->days, sums->day_count, sums->opinions, sums->opinion_count};
    if (sums->damaged)
        log_error("stored_survey_damaged", LOG_TRACE(&self->request.header.trace),
                  LOG_INT("entries", sums->damaged));
    if (failed)
        refuse(&self->request, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    else if (sums->full)
        refuse(&self->request, PROTO_CODE_INVALID,
               "more than %d days and versions: ask for fewer days", SURVEY_REPORT_DAYS);
    else
        rpc_server_reply(self->request.server, &self->request.peer, &self->request.header,
                         PROTO_SURVEYED, &msg);
    self->reporter->count--;
    arena_destroy(&sums->arena);
    free(self);
}

static char *next(void *arg, unsigned *partition, size_t *size)
{
    report_t *self = arg;
    if (self->next == KEYS_PARTITIONS)
        return NULL;
    *partition = self->next++;
    return request_surveys(*partition, &self->asked, size);
}

static const scatter_use_t use = {SURVEY_REPORT_WAVE, next, take, finish};

void survey_reporter_handle(survey_reporter_t *self, const rpc_request_t *request)
{
    const proto_surveys_t *msg = request->msg;
    if (msg->since_day < 0 || msg->until_day < msg->since_day || msg->until_day > MAX_DAY ||
        msg->comments < 0 || msg->comments > SURVEY_REPORT_OPINIONS) {
        refuse(request, PROTO_CODE_INVALID, "since_day, until_day or comments are out of range");
        return;
    }
    if (self->count >= SURVEY_REPORT_AT_ONCE) {
        refuse(request, PROTO_CODE_BUSY, "%d reports are under way", SURVEY_REPORT_AT_ONCE);
        return;
    }
    report_t *report = calloc(1, sizeof *report);
    if (!report)
        abort();
    report->reporter = self;
    report->request = rpc_request_later(request);
    report->asked = *msg;
    report->sums.arena = arena_new(ARENA_MAX);
    report->sums.opinion_max = (size_t)msg->comments;
    self->count++;
    scatter(self->redis, &request->header.trace, store_deadline(&request->header), &use, report);
}

survey_reporter_t *survey_reporter_new(redis_t *redis)
{
    survey_reporter_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    return self;
}

void survey_reporter_destroy(survey_reporter_t **self_p)
{
    survey_reporter_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    free(self);
    *self_p = NULL;
}
