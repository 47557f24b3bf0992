/* One question, one answer; see kore_lookup.h. */
#include "gateway/kore_lookup.h"

#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "gateway/bot_request.h"
#include "gateway/car_query.h"
#include "gateway/kore_wait.h"
#include "gateway/people_query.h"
#include "gateway/record_json.h"
#include "gateway/reply_json.h"
#include "gateway/survey_json.h"
#include "gateway/turn_json.h"
#include "gateway/turn_query.h"
#include "gateway/url.h"

#define ARENA_MAX (64 << 10)
#define DAY_MS 86400000
#define COMMENTS 100          /* the newest of those days */
#define EXPORT_MAX (32 << 20) /* more than a person can have stored */
#define LOOKUP_MS 5000        /* nobody waits longer for a page of cars */

typedef struct lookup {
    wait_t wait;         /* first: http_state_create makes both */
    str_t make;          /* ROUTE_MAKES: whose models */
    turn_query_t range;  /* ROUTE_LATENCY */
    survey_query_t days; /* ROUTE_NPS */
    export_json_t told;  /* ROUTE_PERSON */
} lookup_t;

static const wait_kind_t kind = {"lookup", sizeof(lookup_t), NULL, wait_restarts, NULL, NULL};

int64_t lookup_patience(void)
{
    return config.REQUEST_MS < LOOKUP_MS ? config.REQUEST_MS : LOOKUP_MS;
}

static int refuse(struct http_request *req, arena_t **arena, const problem_t *problem,
                  int64_t started_us)
{
    arena_destroy(arena);
    answer_problem(req, problem, NULL, started_us);
    return KORE_RESULT_OK;
}

void lookup_ready(wait_t *wait)
{
    problem_t problem;

    if (buf_ok(&wait->body)) {
        wait_ready(wait, 200, TYPE_JSON);
        return;
    }
    problem_set(&problem, 502, "The answer is too large.");
    wait_problem(wait, &problem);
}

bool lookup_arrived(wait_t *wait, const rpc_answer_t *answer, proto_type_t type)
{
    wait->call = 0;
    if (answer->type != type)
        wait_failed(wait, answer);
    return answer->type == type;
}

/* ---- conversations ---- */

static void on_session(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    problem_t problem;

    if (!lookup_arrived(wait, answer, PROTO_SESSION))
        return;
    if (session_known(answer->msg)) {
        session_json(wait->user_id, answer->msg, &wait->body);
        lookup_ready(wait);
        return;
    }
    problem_set(&problem, 404, "There is no conversation with this user.");
    wait_problem(wait, &problem);
}

/* Forgotten, or erased. */
static void on_reset(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (lookup_arrived(wait, answer, PROTO_OK))
        wait_ready(wait, 204, NULL);
}

bool lookup_user(arena_t *arena, str_t id, str_t *user_id, problem_t *problem)
{
    if (!url_decode(arena, id, false, user_id))
        return problem_set(problem, 400, "user_id is not percent-encoded UTF-8.");
    return user_id_check(*user_id, problem);
}

static wait_t *session_wait(struct http_request *req, str_t id, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    problem_t problem;
    str_t user_id;
    wait_t *wait;

    if (lookup_user(arena, id, &user_id, &problem) &&
        no_query_check(str_from(req->query_string), &problem)) {
        wait = wait_start(req, &kind, &arena, user_id, started_us, lookup_patience());
        arena_destroy(&arena);
        return wait;
    }
    refuse(req, &arena, &problem, started_us);
    return NULL;
}

int session_get(struct http_request *req, str_t id, int64_t started_us)
{
    wait_t *wait = session_wait(req, id, started_us);
    proto_read_t msg;

    if (!wait)
        return KORE_RESULT_OK;
    msg = (proto_read_t){.user_id = wait->user_id};
    wait_call(wait, upstream.sessions, PROTO_READ, &msg, on_session);
    return KORE_RESULT_RETRY;
}

int session_delete(struct http_request *req, str_t id, int64_t started_us)
{
    wait_t *wait = session_wait(req, id, started_us);
    proto_reset_t msg;

    if (!wait)
        return KORE_RESULT_OK;
    msg = (proto_reset_t){.user_id = wait->user_id};
    wait_call(wait, upstream.sessions, PROTO_RESET, &msg, on_reset);
    return KORE_RESULT_RETRY;
}

static void on_people(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!lookup_arrived(wait, answer, PROTO_PEOPLE))
        return;
    people_json(answer->msg, &wait->body);
    lookup_ready(wait);
}

int conversations_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_list_people_t msg;
    problem_t problem;
    wait_t *wait;

    if (!people_query_parse(str_from(req->query_string), arena, &msg, &problem))
        return refuse(req, &arena, &problem, started_us);
    wait = wait_start(req, &kind, &arena, (str_t){0}, started_us, lookup_patience());
    if (wait)
        wait_call(wait, upstream.sessions, PROTO_LIST_PEOPLE, &msg, on_people);
    arena_destroy(&arena);
    return wait ? KORE_RESULT_RETRY : KORE_RESULT_OK;
}

/* ---- people ---- */

/* It is told some at a time, until there is no more. */
static void on_exported(void *arg, const rpc_answer_t *answer)
{
    lookup_t *self = arg;
    wait_t *wait = arg;
    problem_t problem;

    if (!lookup_arrived(wait, answer, PROTO_EXPORTED))
        return;
    const proto_exported_t *some = answer->msg;

    export_json_add(&self->told, some, &wait->body);
    if (some->next.size && buf_ok(&wait->body)) {
        proto_export_t msg = {.user_id = wait->user_id, .next = some->next};

        wait_call(wait, upstream.sessions, PROTO_EXPORT, &msg, on_exported);
        return;
    }
    export_json_end(&self->told, &wait->body);
    if (self->told.stored) {
        lookup_ready(wait);
        return;
    }
    problem_set(&problem, 404, "Nothing is stored about this person.");
    wait_problem(wait, &problem);
}

int person_get(struct http_request *req, str_t id, int64_t started_us)
{
    wait_t *wait = session_wait(req, id, started_us);
    proto_export_t msg;

    if (!wait)
        return KORE_RESULT_OK;
    msg = (proto_export_t){.user_id = wait->user_id};
    buf_free(&wait->body);
    buf_init(&wait->body, EXPORT_MAX);
    export_json_begin(&((lookup_t *)wait)->told, wait->user_id, clock_unix_ms(), &wait->body);
    wait_call(wait, upstream.sessions, PROTO_EXPORT, &msg, on_exported);
    return KORE_RESULT_RETRY;
}

int person_delete(struct http_request *req, str_t id, int64_t started_us)
{
    wait_t *wait = session_wait(req, id, started_us);
    proto_erase_t msg;

    if (!wait)
        return KORE_RESULT_OK;
    msg = (proto_erase_t){.user_id = wait->user_id};
    wait_call(wait, upstream.sessions, PROTO_ERASE, &msg, on_reset);
    return KORE_RESULT_RETRY;
}

/* ---- what turns took ---- */

static void on_turns(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!lookup_arrived(wait, answer, PROTO_TURNS))
        return;
    turns_json(answer->msg, &wait->body);
    lookup_ready(wait);
}

int turns_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    turn_query_t query;
    problem_t problem;
    wait_t *wait;

    if (!turns_query_parse(str_from(req->query_string), clock_unix_ms(), arena, &query, &problem))
        return refuse(req, &arena, &problem, started_us);
    wait = wait_start(req, &kind, &arena, (str_t){0}, started_us, lookup_patience());
    if (wait) {
        proto_list_turns_t msg = {.since_ms = query.since_ms,
                                  .until_ms = query.until_ms,
                                  .outcome = query.outcome,
                                  .before = query.before,
                                  .user = query.user,
                                  .limit = query.limit};

        wait_call(wait, upstream.sessions, PROTO_LIST_TURNS, &msg, on_turns);
    }
    arena_destroy(&arena);
    return wait ? KORE_RESULT_RETRY : KORE_RESULT_OK;
}

static void on_latency(void *arg, const rpc_answer_t *answer)
{
    lookup_t *self = arg;
    wait_t *wait = arg;

    if (!lookup_arrived(wait, answer, PROTO_LATENCY))
        return;
    latency_json(answer->msg, self->range.since_ms, self->range.until_ms, &wait->body);
    lookup_ready(wait);
}

int latency_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    turn_query_t query;
    problem_t problem;
    lookup_t *self;

    if (!latency_query_parse(str_from(req->query_string), clock_unix_ms(), arena, &query, &problem))
        return refuse(req, &arena, &problem, started_us);
    self = (lookup_t *)wait_start(req, &kind, &arena, (str_t){0}, started_us, lookup_patience());
    if (self) {
        proto_get_latency_t msg = {.since_ms = query.since_ms, .until_ms = query.until_ms};

        self->range = query;
        wait_call(&self->wait, upstream.sessions, PROTO_GET_LATENCY, &msg, on_latency);
    }
    arena_destroy(&arena);
    return self ? KORE_RESULT_RETRY : KORE_RESULT_OK;
}

static void on_budget(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!lookup_arrived(wait, answer, PROTO_BUDGET))
        return;
    budget_json(answer->msg, wait->user_id, &wait->body);
    lookup_ready(wait);
}

int budget_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    problem_t problem;
    str_t user_id;
    wait_t *wait;

    if (!budget_query_parse(str_from(req->query_string), arena, &user_id, &problem))
        return refuse(req, &arena, &problem, started_us);
    wait = wait_start(req, &kind, &arena, user_id, started_us, lookup_patience());
    if (wait) {
        proto_get_budget_t msg = {.user_id = wait->user_id};

        wait_call(wait, upstream.sessions, PROTO_GET_BUDGET, &msg, on_budget);
    }
    arena_destroy(&arena);
    return wait ? KORE_RESULT_RETRY : KORE_RESULT_OK;
}

/* ---- the survey ---- */

static void on_surveyed(void *arg, const rpc_answer_t *answer)
{
    lookup_t *self = arg;

    if (!lookup_arrived(&self->wait, answer, PROTO_SURVEYED))
        return;
    survey_json(&self->days, answer->msg, &self->wait.body);
    lookup_ready(&self->wait);
}

int nps_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    int64_t today = clock_unix_ms() / DAY_MS;
    survey_query_t days;
    problem_t problem;
    lookup_t *self;

    if (!survey_query_parse(str_from(req->query_string), arena, today, &days, &problem))
        return refuse(req, &arena, &problem, started_us);
    self = (lookup_t *)wait_start(req, &kind, &arena, (str_t){0}, started_us, lookup_patience());
    arena_destroy(&arena);
    if (!self)
        return KORE_RESULT_OK;
    self->days = days;
    proto_surveys_t msg = {days.since, days.until, COMMENTS};

    wait_call(&self->wait, upstream.sessions, PROTO_SURVEYS, &msg, on_surveyed);
    return KORE_RESULT_RETRY;
}

/* ---- alerts ---- */

static void on_alert(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    problem_t problem;

    if (!lookup_arrived(wait, answer, PROTO_OK))
        return;
    if (((const proto_ok_t *)answer->msg)->count) {
        buf_str(&wait->body, "{\"raised\":true}");
        wait_ready(wait, 202, TYPE_JSON);
        return;
    }
    problem_set(&problem, 409,
                "No alerts are sent: an agent needs ALERT_SLACK_URL, ALERT_WEBHOOK_URL or "
                "ALERT_MAIL_TO; or there were too many tests in an hour.");
    wait_problem(wait, &problem);
}

int alerts_test_post(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    char id[ID_TEXT_SIZE];
    problem_t problem;
    wait_t *wait;

    if (!no_query_check(str_from(req->query_string), &problem))
        return refuse(req, &arena, &problem, started_us);
    wait = wait_start(req, &kind, &arena, (str_t){0}, started_us, lookup_patience());
    arena_destroy(&arena);
    if (!wait)
        return KORE_RESULT_OK;
    id_text(id);
    proto_alert_t alert = {.id = str_from(id), .kind = STR_LIT("test"), .at_ms = clock_unix_ms()};
    proto_raise_alert_t msg = {.alert = &alert, .alert_count = 1, .key = alert.id};

    wait_call(wait, upstream.sessions, PROTO_RAISE_ALERT, &msg, on_alert);
    return KORE_RESULT_RETRY;
}

/* ---- the catalog ---- */

static void on_page(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!lookup_arrived(wait, answer, PROTO_PAGED))
        return;
    cars_json(answer->msg, &wait->body);
    lookup_ready(wait);
}

int cars_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_query_t query;
    problem_t problem;
    wait_t *wait;

    if (!car_query_parse(str_from(req->query_string), arena, &query, &problem))
        return refuse(req, &arena, &problem, started_us);
    wait = wait_start(req, &kind, &arena, (str_t){0}, started_us, lookup_patience());
    if (wait) {
        proto_page_t msg = {.query = &query, .query_count = 1};

        wait_call(wait, upstream.catalog, PROTO_PAGE, &msg, on_page);
    }
    arena_destroy(&arena);
    return wait ? KORE_RESULT_RETRY : KORE_RESULT_OK;
}

static void on_facets(void *arg, const rpc_answer_t *answer)
{
    lookup_t *self = arg;
    wait_t *wait = arg;
    problem_t problem;

    if (!lookup_arrived(wait, answer, PROTO_FACETS))
        return;
    const proto_facets_t *facets = answer->msg;

    if (self->make.size && facets->facets_count == 0) {
        problem_set(&problem, 404, "The catalog has no such make.");
        wait_problem(wait, &problem);
        return;
    }
    if (self->make.size)
        models_json(facets, &wait->body);
    else
        makes_json(facets, &wait->body);
    lookup_ready(wait);
}

int makes_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    problem_t problem;
    lookup_t *self;
    str_t make;

    if (!makes_query_parse(str_from(req->query_string), arena, &make, &problem))
        return refuse(req, &arena, &problem, started_us);
    self = (lookup_t *)wait_start(req, &kind, &arena, (str_t){0}, started_us, lookup_patience());
    arena_destroy(&arena);
    if (!self)
        return KORE_RESULT_OK;
    self->make = make;
    if (make.size) {
        proto_models_t msg = {.make = make};

        wait_call(&self->wait, upstream.catalog, PROTO_MODELS, &msg, on_facets);
    } else {
        proto_makes_t msg = {0};

        wait_call(&self->wait, upstream.catalog, PROTO_MAKES, &msg, on_facets);
    }
    return KORE_RESULT_RETRY;
}
