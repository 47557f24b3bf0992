/* See kore_handoff.h. */
#include "gateway/kore_handoff.h"

#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "gateway/bot_request.h"
#include "gateway/car_query.h"
#include "gateway/handoff_json.h"
#include "gateway/handoff_request.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_lookup.h"
#include "gateway/kore_wait.h"
#include "gateway/url.h"

#define ARENA_MAX (256 << 10)
#define WINDOW_MS                                                                  \
    86400000 /* WhatsApp takes free text so long after the customer's last message \
              */
#define TELL_MS 5000
#define FIRST_SEQ 1 /* any will do: nobody waits for the answer */

typedef struct handoff {
    wait_t wait; /* first: http_state_create makes both */
    handoff_request_t asked;
} handoff_t;

static const wait_kind_t kind = {"handoff", sizeof(handoff_t), NULL, wait_restarts, NULL, NULL};

/* ---- the end ---- */

static void on_told(void *arg, const rpc_answer_t *answer)
{
    (void)arg;
    (void)answer;
}

/* An agent looks at this user now: what is to be sent goes out, and a turn that runs hears that it
 * is void. The sweeper would see to it, a little later. */
static void wake_agent(const wait_t *wait)
{
    proto_work_t msg = {.user_id = wait->user_id, .seq = FIRST_SEQ};
    uint64_t call =
        upstream_call(upstream.dispatcher, PROTO_WORK, &msg, &wait->trace, TELL_MS, on_told, NULL);

    upstream_forget(upstream.dispatcher, call, wait->user_id);
}

static const struct {
    const char *status;
    int http;
    const char *detail;
} refusals[] = {
    {"taken", 409, "Somebody else has this conversation: person says who."},
    {"free", 409, "Nobody has taken this conversation over."},
    {"unknown", 404, "There is no conversation with this user."},
    {"opted_out", 409, "This person wants no messages (STOP), until they write START or ALTA."},
    {"unreachable", 409,
     "It is not known from which number to write to this person, until they "
     "write again."},
    {"full", 503, "Too many messages to this person wait to be sent."},
};

static void refuse(wait_t *wait, const proto_handoff_t *handoff)
{
    problem_t problem = {0};

    problem_set(&problem, 502, "A part behind the gateway failed.");
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (str_is(handoff->status, refusals[i].status))
            problem_set(&problem, refusals[i].http, "%s", refusals[i].detail);
    wait->retry_after_s = problem.status == 503;
    conflict_json(&problem, handoff, &wait->body);
    wait_ready(wait, problem.status, PROBLEM_TYPE);
}

/* NULL, and the request is answered, if it did not come to be. */
static const proto_handoff_t *done(wait_t *wait, const rpc_answer_t *answer)
{
    const proto_handoff_t *handoff;

    if (!lookup_arrived(wait, answer, PROTO_HANDOFF))
        return NULL;
    handoff = answer->msg;
    if (str_is(handoff->status, "ok") || str_is(handoff->status, "again"))
        return handoff;
    refuse(wait, handoff);
    return NULL;
}

static void on_taken(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    const proto_handoff_t *handoff = done(wait, answer);

    if (!handoff)
        return;
    wake_agent(wait);
    taken_json(wait->user_id, handoff, &wait->body);
    lookup_ready(wait);
}

static bool is_whatsapp(str_t user_id)
{
    return user_id.size > 9 && memcmp(user_id.data, "whatsapp:", 9) == 0;
}

static void on_said(void *arg, const rpc_answer_t *answer)
{
    handoff_t *self = arg;
    wait_t *wait = &self->wait;
    const proto_handoff_t *handoff = done(wait, answer);
    bool closed;

    if (!handoff)
        return;
    if (handoff->outbox)
        wake_agent(wait);
    closed = handoff->outbox && handoff->wrote_ms && is_whatsapp(wait->user_id) &&
             clock_unix_ms() - handoff->wrote_ms > WINDOW_MS;
    said_json(wait->user_id, self->asked.id, handoff, closed, &wait->body);
    lookup_ready(wait);
}

static void on_given(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!done(wait, answer))
        return;
    given_json(wait->user_id, &wait->body);
    lookup_ready(wait);
}

/* ---- the requests ---- */

/* Reads id and body; NULL, and the request is answered, if they are not what is expected. */
static handoff_t *start(struct http_request *req, str_t id, handoff_kind_t what, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    str_t body = {NULL, 0};
    handoff_request_t asked;
    handoff_t *self = NULL;
    problem_t problem;
    str_t user_id;

    if (req->http_body)
        body = (str_t){(const char *)req->http_body->data, req->content_length};
    if (lookup_user(arena, id, &user_id, &problem) &&
        no_query_check(str_from(req->query_string), &problem) &&
        handoff_request_parse(what, body, str_from(caller.name), arena, &asked, &problem)) {
        self = (handoff_t *)wait_start(req, &kind, &arena, user_id, started_us, lookup_patience());
        if (self)
            self->asked = asked;
    } else {
        answer_problem(req, &problem, NULL, started_us);
    }
    arena_destroy(&arena);
    return self;
}

int take_post(struct http_request *req, str_t id, int64_t started_us)
{
    handoff_t *self = start(req, id, HANDOFF_TAKE, started_us);

    if (!self)
        return KORE_RESULT_OK;
    proto_take_over_t msg = {
        .user_id = self->wait.user_id, .by = self->asked.by, .force = self->asked.force};

    wait_call(&self->wait, upstream.sessions, PROTO_TAKE_OVER, &msg, on_taken);
    return KORE_RESULT_RETRY;
}

int say_post(struct http_request *req, str_t id, int64_t started_us)
{
    handoff_t *self = start(req, id, HANDOFF_SAY, started_us);
    char made[ID_TEXT_SIZE];
    char turn_id[ID_TEXT_SIZE + 4];

    if (!self)
        return KORE_RESULT_OK;
    id_text(made);
    snprintf(turn_id, sizeof turn_id, "say-%s", made);
    proto_say_t msg = {.user_id = self->wait.user_id,
                       .say_id = self->asked.id,
                       .text = self->asked.text,
                       .by = self->asked.by,
                       .turn_id = str_from(turn_id)};

    wait_call(&self->wait, upstream.sessions, PROTO_SAY, &msg, on_said);
    return KORE_RESULT_RETRY;
}

int give_post(struct http_request *req, str_t id, int64_t started_us)
{
    handoff_t *self = start(req, id, HANDOFF_GIVE, started_us);

    if (!self)
        return KORE_RESULT_OK;
    proto_give_back_t msg = {
        .user_id = self->wait.user_id, .note = self->asked.text, .by = self->asked.by};

    wait_call(&self->wait, upstream.sessions, PROTO_GIVE_BACK, &msg, on_given);
    return KORE_RESULT_RETRY;
}

/* ---- the lists ---- */

static void on_messages(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!lookup_arrived(wait, answer, PROTO_SAID))
        return;
    messages_json(wait->user_id, answer->msg, &wait->body);
    lookup_ready(wait);
}

int messages_get(struct http_request *req, str_t id, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    problem_t problem;
    str_t user_id;
    int64_t after;
    wait_t *wait = NULL;

    if (lookup_user(arena, id, &user_id, &problem) &&
        handoff_after_parse(str_from(req->query_string), arena, &after, &problem))
        wait = wait_start(req, &kind, &arena, user_id, started_us, lookup_patience());
    else
        answer_problem(req, &problem, NULL, started_us);
    arena_destroy(&arena);
    if (!wait)
        return KORE_RESULT_OK;
    proto_get_said_t msg = {.user_id = wait->user_id, .after = after};

    wait_call(wait, upstream.sessions, PROTO_GET_SAID, &msg, on_messages);
    return KORE_RESULT_RETRY;
}

static void on_desk(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!lookup_arrived(wait, answer, PROTO_DESK))
        return;
    desk_json(answer->msg, &wait->body);
    lookup_ready(wait);
}

int sessions_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    problem_t problem;
    handoff_list_t list;
    wait_t *wait = NULL;

    if (handoff_list_parse(str_from(req->query_string), arena, &list, &problem))
        wait = wait_start(req, &kind, &arena, (str_t){0}, started_us, lookup_patience());
    else
        answer_problem(req, &problem, NULL, started_us);
    arena_destroy(&arena);
    if (!wait)
        return KORE_RESULT_OK;
    proto_list_desk_t msg = {.taken = list.taken, .limit = list.limit};

    wait_call(wait, upstream.sessions, PROTO_LIST_DESK, &msg, on_desk);
    return KORE_RESULT_RETRY;
}
