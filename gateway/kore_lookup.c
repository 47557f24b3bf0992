/* Endpoints that show what is known; see kore_lookup.h. */
#include "gateway/kore_lookup.h"

#include "common/clock.h"
#include "gateway/car_query.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_question.h"
#include "gateway/numbers_json.h"
#include "gateway/people_query.h"
#include "gateway/record_json.h"
#include "gateway/reply_json.h"
#include "gateway/survey_json.h"
#include "gateway/turn_json.h"
#include "gateway/turn_query.h"

#define ARENA_MAX (64 << 10)
#define DAY_MS 86400000
#define COMMENTS 100          /* the newest of those days */
#define EXPORT_MAX (32 << 20) /* more than a person can have stored */

/* What has to be kept until the answer. */
typedef struct lookup {
    question_wait_t question; /* first: http_state_create makes both */
    turn_query_t range;       /* of latency_get */
    survey_query_t days;      /* of nps_get */
    export_json_t told;       /* of person_get */
} lookup_t;

static const wait_kind_t kind = {"lookup", sizeof(lookup_t), NULL, wait_restarts, NULL, NULL};

/* ---- conversations ---- */

static void tell_known(wait_t *wait, const proto_session_t *session, session_reader_t reader)
{
    if (!session_known(session)) {
        question_refused(wait, 404, "There is no conversation with this user.");
        return;
    }
    session_json(wait->user_id, session, reader, &wait->body);
    question_told(wait);
}

static void tell_customer(wait_t *wait, const void *msg)
{
    tell_known(wait, msg, READER_CUSTOMER);
}

static void tell_caller(wait_t *wait, const void *msg)
{
    tell_known(wait, msg, READER_CALLER);
}

static void tell_shop(wait_t *wait, const void *msg)
{
    tell_known(wait, msg, READER_SHOP);
}

/* Forgotten, or erased. */
static void tell_done(wait_t *wait, const void *msg)
{
    (void)msg;
    wait_ready(wait, 204, NULL);
}

/* By who reads it. */
static const question_t sessions[] = {
    [READER_CUSTOMER] = {&kind, &upstream.sessions, PROTO_READ, PROTO_SESSION, tell_customer, NULL,
                         0},
    [READER_CALLER] = {&kind, &upstream.sessions, PROTO_READ, PROTO_SESSION, tell_caller, NULL, 0},
    [READER_SHOP] = {&kind, &upstream.sessions, PROTO_READ, PROTO_SESSION, tell_shop, NULL, 0},
};
static const question_t reset = {&kind, &upstream.sessions, PROTO_RESET, PROTO_OK, tell_done, NULL,
                                 0};

int session_get(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    bool good = asked_user(&asked, id) && asked_no_query(&asked);
    proto_read_t msg = {.user_id = asked.user_id};
    session_reader_t reader = *caller.visitor ? READER_CUSTOMER
                              : *caller.name  ? READER_SHOP
                                              : READER_CALLER;

    return asked_put(&asked, good, &sessions[reader], &msg);
}

int session_delete(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    bool good = asked_user(&asked, id) && asked_no_query(&asked);
    proto_reset_t msg = {.user_id = asked.user_id};

    return asked_put(&asked, good, &reset, &msg);
}

static void tell_people(wait_t *wait, const void *msg)
{
    people_json(msg, &wait->body);
    question_told(wait);
}

static const question_t people = {
    &kind, &upstream.sessions, PROTO_LIST_PEOPLE, PROTO_PEOPLE, tell_people, NULL, 0};

int conversations_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_list_people_t msg;
    bool good = people_query_parse(asked.query, asked.arena, &msg, &asked.problem);

    return asked_put(&asked, good, &people, &msg);
}

/* ---- people ---- */

/* It is told some at a time, until there is no more. */
static void tell_exported(wait_t *wait, const void *msg)
{
    lookup_t *self = (lookup_t *)wait;
    const proto_exported_t *some = msg;

    export_json_add(&self->told, some, &wait->body);
    if (some->next.size && buf_ok(&wait->body)) {
        proto_export_t more = {.user_id = wait->user_id, .next = some->next};

        question_put(wait, &more);
        return;
    }
    export_json_end(&self->told, &wait->body);
    if (self->told.stored)
        question_told(wait);
    else
        question_refused(wait, 404, "Nothing is stored about this person.");
}

static const question_t export = {
    &kind, &upstream.sessions, PROTO_EXPORT, PROTO_EXPORTED, tell_exported, NULL, 0};
static const question_t erase = {&kind, &upstream.sessions, PROTO_ERASE, PROTO_OK, tell_done, NULL,
                                 0};

int person_get(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    bool good = asked_user(&asked, id) && asked_no_query(&asked);
    wait_t *wait = (wait_t *)asked_sleep(&asked, good, &export);
    proto_export_t msg;

    if (!wait)
        return KORE_RESULT_OK;
    msg = (proto_export_t){.user_id = wait->user_id};
    buf_free(&wait->body);
    buf_init(&wait->body, EXPORT_MAX);
    export_json_begin(&((lookup_t *)wait)->told, wait->user_id, clock_unix_ms(), &wait->body);
    return question_put(wait, &msg);
}

int person_delete(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    bool good = asked_user(&asked, id) && asked_no_query(&asked);
    proto_erase_t msg = {.user_id = asked.user_id};

    return asked_put(&asked, good, &erase, &msg);
}

/* ---- what turns took ---- */

static void tell_turns(wait_t *wait, const void *msg)
{
    turns_json(msg, &wait->body);
    question_told(wait);
}

static const question_t turns = {
    &kind, &upstream.sessions, PROTO_LIST_TURNS, PROTO_TURNS, tell_turns, NULL, 0};

int turns_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    turn_query_t query = {0};
    bool good =
        turns_query_parse(asked.query, clock_unix_ms(), asked.arena, &query, &asked.problem);
    proto_list_turns_t msg = {.since_ms = query.since_ms,
                              .until_ms = query.until_ms,
                              .outcome = query.outcome,
                              .before = query.before,
                              .user = query.user,
                              .did = query.did,
                              .sought = query.sought,
                              .missed = query.missed,
                              .longer_ms = query.longer_ms,
                              .hour = query.hour,
                              .limit = query.limit};

    return asked_put(&asked, good, &turns, &msg);
}

static void tell_latency(wait_t *wait, const void *msg)
{
    const turn_query_t *range = &((lookup_t *)wait)->range;

    latency_json(msg, range->since_ms, range->until_ms, &wait->body);
    question_told(wait);
}

static const question_t latency = {
    &kind, &upstream.sessions, PROTO_GET_LATENCY, PROTO_LATENCY, tell_latency, NULL, 0};

int latency_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    turn_query_t query = {0};
    bool good =
        latency_query_parse(asked.query, clock_unix_ms(), asked.arena, &query, &asked.problem);
    proto_get_latency_t msg = {.since_ms = query.since_ms, .until_ms = query.until_ms};
    wait_t *wait = (wait_t *)asked_sleep(&asked, good, &latency);

    if (!wait)
        return KORE_RESULT_OK;
    ((lookup_t *)wait)->range = query;
    return question_put(wait, &msg);
}

static void tell_numbers(wait_t *wait, const void *msg)
{
    numbers_json(msg, &wait->body);
    question_told(wait);
}

static const question_t numbers = {
    &kind, &upstream.sessions, PROTO_GET_NUMBERS, PROTO_NUMBERS, tell_numbers, NULL, 0};

int numbers_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_get_numbers_t msg = {0};
    bool good = numbers_query_parse(asked.query, asked.arena, &msg, &asked.problem);

    return asked_put(&asked, good, &numbers, &msg);
}

static void tell_budget(wait_t *wait, const void *msg)
{
    budget_json(msg, wait->user_id, &wait->body);
    question_told(wait);
}

static const question_t budget = {
    &kind, &upstream.sessions, PROTO_GET_BUDGET, PROTO_BUDGET, tell_budget, NULL, 0};

int budget_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    bool good = budget_query_parse(asked.query, asked.arena, &asked.user_id, &asked.problem);
    proto_get_budget_t msg = {.user_id = asked.user_id};

    return asked_put(&asked, good, &budget, &msg);
}

/* ---- the survey ---- */

static void tell_survey(wait_t *wait, const void *msg)
{
    survey_json(&((lookup_t *)wait)->days, msg, &wait->body);
    question_told(wait);
}

static const question_t survey = {
    &kind, &upstream.sessions, PROTO_SURVEYS, PROTO_SURVEYED, tell_survey, NULL, 0};

int nps_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    int64_t today = clock_unix_ms() / DAY_MS;
    survey_query_t days = {0};
    bool good = survey_query_parse(asked.query, asked.arena, today, &days, &asked.problem);
    proto_surveys_t msg = {days.since, days.until, COMMENTS};
    wait_t *wait = (wait_t *)asked_sleep(&asked, good, &survey);

    if (!wait)
        return KORE_RESULT_OK;
    ((lookup_t *)wait)->days = days;
    return question_put(wait, &msg);
}

/* ---- alerts ---- */

static void tell_alert(wait_t *wait, const void *msg)
{
    if (!((const proto_ok_t *)msg)->count) {
        question_refused(wait, 409,
                         "No alerts are sent: an agent needs ALERT_SLACK_URL, ALERT_WEBHOOK_URL or "
                         "ALERT_MAIL_TO; or there were too many tests in an hour.");
        return;
    }
    buf_str(&wait->body, "{\"raised\":true}");
    wait_ready(wait, 202, TYPE_JSON);
}

static const question_t raise_alert = {
    &kind, &upstream.sessions, PROTO_RAISE_ALERT, PROTO_OK, tell_alert, NULL, 0};

int alerts_test_post(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_alert_t alert = {
        .id = asked_id(&asked), .kind = STR_LIT("test"), .at_ms = clock_unix_ms()};
    proto_raise_alert_t msg = {.alert = &alert, .alert_count = 1, .key = alert.id};

    return asked_put(&asked, asked_no_query(&asked), &raise_alert, &msg);
}

/* ---- the catalog ---- */

static void tell_page(wait_t *wait, const void *msg)
{
    cars_json(msg, &wait->body);
    question_told(wait);
}

static const question_t page = {&kind, &upstream.catalog, PROTO_PAGE, PROTO_PAGED, tell_page, NULL,
                                0};

int cars_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_query_t query;
    bool good = car_query_parse(asked.query, asked.arena, &query, &asked.problem);
    proto_page_t msg = {.query = &query, .query_count = 1};

    return asked_put(&asked, good, &page, &msg);
}

static void tell_makes(wait_t *wait, const void *msg)
{
    makes_json(msg, &wait->body);
    question_told(wait);
}

static void tell_models(wait_t *wait, const void *msg)
{
    const proto_facets_t *facets = msg;

    if (facets->facets_count == 0) {
        question_refused(wait, 404, "The catalog has no such make.");
        return;
    }
    models_json(facets, &wait->body);
    question_told(wait);
}

static const question_t makes = {
    &kind, &upstream.catalog, PROTO_MAKES, PROTO_FACETS, tell_makes, NULL, 0};
static const question_t models = {
    &kind, &upstream.catalog, PROTO_MODELS, PROTO_FACETS, tell_models, NULL, 0};

int makes_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_models_t msg = {0};
    bool good = makes_query_parse(asked.query, asked.arena, &msg.make, &asked.problem);

    if (good && msg.make.size)
        return asked_put(&asked, good, &models, &msg);
    return asked_put(&asked, good, &makes, &(proto_makes_t){0});
}
