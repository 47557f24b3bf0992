/* See kore_handoff.h. */
#include "gateway/kore_handoff.h"

#include "common/clock.h"
#include "gateway/handoff_json.h"
#include "gateway/handoff_request.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_question.h"

#define ARENA_MAX (256 << 10)
#define WINDOW_MS                                                                  \
    86400000 /* WhatsApp takes free text so long after the customer's last message \
              */
#define TELL_MS 5000
#define FIRST_SEQ 1 /* any will do: nobody waits for the answer */

typedef struct handoff {
    question_wait_t question; /* first: http_state_create makes both */
    str_t say_id;             /* of say_post */
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

/* False, and the request is answered, if it did not come to be. */
static bool is_done(wait_t *wait, const proto_handoff_t *handoff)
{
    bool done = str_is(handoff->status, "ok") || str_is(handoff->status, "again");

    if (!done)
        refuse(wait, handoff);
    return done;
}

static void tell_taken(wait_t *wait, const void *msg)
{
    if (!is_done(wait, msg))
        return;
    wake_agent(wait);
    taken_json(wait->user_id, msg, &wait->body);
    question_told(wait);
}

static bool is_whatsapp(str_t user_id)
{
    return user_id.size > 9 && memcmp(user_id.data, "whatsapp:", 9) == 0;
}

static void tell_said(wait_t *wait, const void *msg)
{
    const proto_handoff_t *handoff = msg;
    bool closed;

    if (!is_done(wait, handoff))
        return;
    if (handoff->outbox)
        wake_agent(wait);
    closed = handoff->outbox && handoff->wrote_ms && is_whatsapp(wait->user_id) &&
             clock_unix_ms() - handoff->wrote_ms > WINDOW_MS;
    said_json(wait->user_id, ((handoff_t *)wait)->say_id, handoff, closed, &wait->body);
    question_told(wait);
}

static void tell_given(wait_t *wait, const void *msg)
{
    if (!is_done(wait, msg))
        return;
    given_json(wait->user_id, &wait->body);
    question_told(wait);
}

static const question_t take_over = {
    &kind, &upstream.sessions, PROTO_TAKE_OVER, PROTO_HANDOFF, tell_taken, NULL, 0};
static const question_t say = {&kind, &upstream.sessions, PROTO_SAY, PROTO_HANDOFF, tell_said, NULL,
                               0};
static const question_t give_back = {
    &kind, &upstream.sessions, PROTO_GIVE_BACK, PROTO_HANDOFF, tell_given, NULL, 0};

/* ---- the requests ---- */

/* Reads id and body. */
static bool parse(asked_t *asked, str_t id, handoff_kind_t what, handoff_request_t *request)
{
    *request = (handoff_request_t){0};
    return asked_user(asked, id) && asked_no_query(asked) &&
           handoff_request_parse(what, asked->body, str_from(caller.name), asked->arena, request,
                                 &asked->problem);
}

int take_post(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    handoff_request_t request;
    bool good = parse(&asked, id, HANDOFF_TAKE, &request);
    proto_take_over_t msg = {.user_id = asked.user_id, .by = request.by, .force = request.force};

    msg.shown = *caller.name ? str_from(caller.shown) : request.by; /* who holds the API's token
                                                                     * says it for themselves */

    return asked_put(&asked, good, &take_over, &msg);
}

int say_post(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    handoff_request_t request;
    bool good = parse(&asked, id, HANDOFF_SAY, &request);
    handoff_t *self = (handoff_t *)asked_sleep(&asked, good, &say);
    char turn_id[ID_TEXT_SIZE + 4];

    if (!self)
        return KORE_RESULT_OK;
    self->say_id = request.id;
    snprintf(turn_id, sizeof turn_id, "say-%.*s", STR_ARG(asked_id(&asked)));
    proto_say_t msg = {.user_id = asked.user_id,
                       .say_id = request.id,
                       .text = request.text,
                       .by = request.by,
                       .turn_id = str_from(turn_id)};

    return question_put(&self->question.wait, &msg);
}

int give_post(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    handoff_request_t request;
    bool good = parse(&asked, id, HANDOFF_GIVE, &request);
    proto_give_back_t msg = {.user_id = asked.user_id, .note = request.text, .by = request.by};

    return asked_put(&asked, good, &give_back, &msg);
}

/* ---- the lists ---- */

static void tell_messages(wait_t *wait, const void *msg)
{
    messages_json(wait->user_id, msg, &wait->body);
    question_told(wait);
}

static void tell_desk(wait_t *wait, const void *msg)
{
    desk_json(msg, &wait->body);
    question_told(wait);
}

static const question_t messages = {
    &kind, &upstream.sessions, PROTO_GET_SAID, PROTO_SAID, tell_messages, NULL, 0};
static const question_t desk = {
    &kind, &upstream.sessions, PROTO_LIST_DESK, PROTO_DESK, tell_desk, NULL, 0};

int messages_get(struct http_request *req, str_t id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_get_said_t msg = {0};
    bool good = asked_user(&asked, id) &&
                handoff_after_parse(asked.query, asked.arena, &msg.after, &asked.problem);

    msg.user_id = asked.user_id;
    return asked_put(&asked, good, &messages, &msg);
}

int sessions_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    handoff_list_t list = {0};
    bool good = handoff_list_parse(asked.query, asked.arena, &list, &asked.problem);
    proto_list_desk_t msg = {.taken = list.taken, .limit = list.limit};

    return asked_put(&asked, good, &desk, &msg);
}
