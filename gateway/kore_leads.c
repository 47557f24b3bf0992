/* See kore_leads.h. */
#include "gateway/kore_leads.h"

#include "common/clock.h"
#include "gateway/car_query.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_lookup.h"
#include "gateway/kore_wait.h"
#include "gateway/lead_json.h"
#include "gateway/lead_query.h"

#define ARENA_MAX (64 << 10)
#define TYPE_CSV "text/csv; charset=utf-8"
#define CSV_MAX (32 << 20)
#define CSV_LEADS 10000 /* in one table: the newest */
#define CSV_MS 30000

typedef struct leads_wait {
    wait_t wait;              /* first: http_state_create makes both */
    proto_list_leads_t query; /* of a table, which is asked for page by page */
    size_t told;
} leads_wait_t;

static const wait_kind_t kind = {"leads", sizeof(leads_wait_t), NULL, wait_restarts, NULL, NULL};

/* ---- the list ---- */

static void on_list(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!lookup_arrived(wait, answer, PROTO_LEADS))
        return;
    leads_json(answer->msg, &wait->body);
    lookup_ready(wait);
}

static void on_table(void *arg, const rpc_answer_t *answer)
{
    leads_wait_t *self = arg;
    wait_t *wait = arg;
    const proto_leads_t *leads = answer->msg;

    if (!lookup_arrived(wait, answer, PROTO_LEADS))
        return;
    leads_csv(leads, &wait->body);
    self->told += leads->leads_count;
    if (leads->before.size && self->told < CSV_LEADS && buf_ok(&wait->body)) {
        self->query.before = leads->before; /* the call makes a copy of it */
        wait_call(wait, upstream.sessions, PROTO_LIST_LEADS, &self->query, on_table);
        return;
    }
    if (buf_ok(&wait->body))
        wait_ready(wait, 200, TYPE_CSV);
    else
        lookup_ready(wait);
}

static int list(struct http_request *req, bool table, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_list_leads_t query;
    problem_t problem;
    leads_wait_t *self = NULL;

    if (!lead_query_parse(str_from(req->query_string), !table, clock_unix_ms(), arena, &query,
                          &problem))
        answer_problem(req, &problem, NULL, started_us);
    else
        self = (leads_wait_t *)wait_start(req, &kind, &arena, (str_t){0}, started_us,
                                          table ? CSV_MS : lookup_patience());
    arena_destroy(&arena);
    if (!self)
        return KORE_RESULT_OK;
    self->query = query;
    if (table) {
        buf_free(&self->wait.body);
        buf_init(&self->wait.body, CSV_MAX);
        leads_csv_head(&self->wait.body);
    }
    wait_call(&self->wait, upstream.sessions, PROTO_LIST_LEADS, &self->query,
              table ? on_table : on_list);
    return KORE_RESULT_RETRY;
}

int leads_get(struct http_request *req, int64_t started_us)
{
    return list(req, false, started_us);
}

int leads_csv_get(struct http_request *req, int64_t started_us)
{
    return list(req, true, started_us);
}

/* ---- one person's ---- */

static void on_person(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    problem_t problem;

    if (answer->type == PROTO_ERROR && answer->error) {
        bool unknown = strcmp(answer->error, PROTO_CODE_NOT_FOUND) == 0;

        if (unknown || strcmp(answer->error, PROTO_CODE_CONFLICT) == 0) {
            wait->call = 0;
            problem_set(&problem, unknown ? 404 : 409,
                        unknown ? "This person has no such lead."
                                : "This lead has as many notes as it may.");
            wait_problem(wait, &problem);
            return;
        }
    }
    if (!lookup_arrived(wait, answer, PROTO_LEADS))
        return;
    person_leads_json(wait->user_id, answer->msg, &wait->body);
    lookup_ready(wait);
}

/* NULL, and the request is answered, if it is not what is expected. */
static wait_t *start(struct http_request *req, str_t id, proto_change_lead_t *change,
                     int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    str_t body = {NULL, 0};
    problem_t problem;
    str_t user_id;
    wait_t *wait = NULL;

    if (req->http_body)
        body = (str_t){(const char *)req->http_body->data, req->content_length};
    if (lookup_user(arena, id, &user_id, &problem) &&
        no_query_check(str_from(req->query_string), &problem) &&
        (!change || lead_change_parse(body, str_from(caller.name), arena, change, &problem)))
        wait = wait_start(req, &kind, &arena, user_id, started_us, lookup_patience());
    else
        answer_problem(req, &problem, NULL, started_us);
    arena_destroy(&arena);
    return wait;
}

int lead_get(struct http_request *req, str_t id, int64_t started_us)
{
    wait_t *wait = start(req, id, NULL, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    proto_get_leads_t msg = {.user_id = wait->user_id};

    wait_call(wait, upstream.sessions, PROTO_GET_LEADS, &msg, on_person);
    return KORE_RESULT_RETRY;
}

int lead_post(struct http_request *req, str_t id, int64_t started_us)
{
    proto_change_lead_t change;
    wait_t *wait = start(req, id, &change, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    change.user_id = wait->user_id;
    wait_call(wait, upstream.sessions, PROTO_CHANGE_LEAD, &change, on_person);
    return KORE_RESULT_RETRY;
}
