/* See kore_leads.h. */
#include "gateway/kore_leads.h"

#include "common/clock.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_question.h"
#include "gateway/lead_json.h"
#include "gateway/lead_query.h"

#define ARENA_MAX (64 << 10)
#define TYPE_CSV "text/csv; charset=utf-8"
#define CSV_MAX (32 << 20)
#define CSV_LEADS 10000 /* in one table: the newest */
#define CSV_MS 30000

typedef struct leads_wait {
    question_wait_t question; /* first: http_state_create makes both */
    proto_list_leads_t query; /* of a table, which is asked for page by page */
    size_t told;
} leads_wait_t;

static const wait_kind_t kind = {"leads", sizeof(leads_wait_t), NULL, wait_restarts, NULL, NULL};

/* ---- the list ---- */

static void tell_list(wait_t *wait, const void *msg)
{
    leads_json(msg, &wait->body);
    question_told(wait);
}

static void tell_table(wait_t *wait, const void *msg)
{
    leads_wait_t *self = (leads_wait_t *)wait;
    const proto_leads_t *leads = msg;

    leads_csv(leads, &wait->body);
    self->told += leads->leads_count;
    if (leads->before.size && self->told < CSV_LEADS && buf_ok(&wait->body)) {
        self->query.before = leads->before; /* the call makes a copy of it */
        question_put(wait, &self->query);
        return;
    }
    if (buf_ok(&wait->body))
        wait_ready(wait, 200, TYPE_CSV);
    else
        question_told(wait);
}

static const question_t list = {
    &kind, &upstream.sessions, PROTO_LIST_LEADS, PROTO_LEADS, tell_list, NULL, 0};
static const question_t table = {
    &kind, &upstream.sessions, PROTO_LIST_LEADS, PROTO_LEADS, tell_table, NULL, CSV_MS};

int leads_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_list_leads_t msg;
    bool good =
        lead_query_parse(asked.query, true, clock_unix_ms(), asked.arena, &msg, &asked.problem);

    return asked_put(&asked, good, &list, &msg);
}

int leads_csv_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_list_leads_t msg;
    bool good =
        lead_query_parse(asked.query, false, clock_unix_ms(), asked.arena, &msg, &asked.problem);
    wait_t *wait = (wait_t *)asked_sleep(&asked, good, &table);

    if (!wait)
        return KORE_RESULT_OK;
    ((leads_wait_t *)wait)->query = msg;
    buf_free(&wait->body);
    buf_init(&wait->body, CSV_MAX);
    leads_csv_head(&wait->body);
    return question_put(wait, &msg);
}

/* ---- one person's ---- */

static void tell_person(wait_t *wait, const void *msg)
{
    person_leads_json(wait->user_id, msg, &wait->body);
    question_told(wait);
}

static const question_error_t errors[] = {
    {PROTO_CODE_NOT_FOUND, 404, "This person has no such lead."},
    {PROTO_CODE_CONFLICT, 409, "This lead has as many notes as it may."},
    {NULL, 0, NULL}};
static const question_t person = {
    &kind, &upstream.sessions, PROTO_GET_LEADS, PROTO_LEADS, tell_person, errors, 0};
static const question_t change = {
    &kind, &upstream.sessions, PROTO_CHANGE_LEAD, PROTO_LEADS, tell_person, errors, 0};

int lead_get(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    bool good = asked_user(&asked, id) && asked_no_query(&asked);
    proto_get_leads_t msg = {.user_id = asked.user_id};

    return asked_put(&asked, good, &person, &msg);
}

int lead_post(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_change_lead_t msg;
    bool good =
        asked_user(&asked, id) && asked_no_query(&asked) &&
        lead_change_parse(asked.body, str_from(caller.name), asked.arena, &msg, &asked.problem);

    msg.user_id = asked.user_id;
    return asked_put(&asked, good, &change, &msg);
}
