/* One question, one answer; see kore_question.h. */
#include "gateway/kore_question.h"

#include "common/config.h"
#include "gateway/bot_request.h"
#include "gateway/car_query.h"
#include "gateway/url.h"

#define PATIENCE_MS 5000 /* nobody waits longer for a page of cars */

/* ---- what was asked ---- */

asked_t asked_begin(struct http_request *req, size_t room, int64_t started_us)
{
    asked_t self = {.req = req, .started_us = started_us, .arena = arena_new(room)};

    self.query = str_from(req->query_string);
    if (req->http_body)
        self.body = (str_t){(const char *)req->http_body->data, req->content_length};
    return self;
}

bool asked_user(asked_t *self, str_t encoded)
{
    if (!url_decode(self->arena, encoded, false, &self->user_id))
        return problem_set(&self->problem, 400, "user_id is not percent-encoded UTF-8.");
    return user_id_check(self->user_id, &self->problem);
}

bool asked_no_query(asked_t *self)
{
    return no_query_check(self->query, &self->problem);
}

str_t asked_id(asked_t *self)
{
    id_text(self->id);
    return str_from(self->id);
}

/* ---- what is answered ---- */

void question_told(wait_t *wait)
{
    if (buf_ok(&wait->body))
        wait_ready(wait, 200, TYPE_JSON);
    else
        question_refused(wait, 502, "The answer is too large.");
}

void question_refused(wait_t *wait, int status, const char *detail)
{
    problem_t problem;

    problem_set(&problem, status, "%s", detail);
    wait_problem(wait, &problem);
}

/* What the service says, as a sentence. */
static void sentence(problem_t *problem, int status, str_t detail)
{
    problem_set(problem, status, "%.*s.", STR_ARG(detail));
    if (problem->detail[0] >= 'a' && problem->detail[0] <= 'z')
        problem->detail[0] = (char)(problem->detail[0] - 'a' + 'A');
}

static void failed(wait_t *wait, const question_error_t *errors, const rpc_answer_t *answer)
{
    const proto_error_t *error = answer->type == PROTO_ERROR ? answer->msg : NULL;
    problem_t problem;

    for (; error && errors && errors->code; errors++) {
        if (!str_is(error->code, errors->code))
            continue;
        if (errors->detail)
            problem_set(&problem, errors->status, "%s", errors->detail);
        else
            sentence(&problem, errors->status, error->detail);
        problem.retry_after_s = (error->retry_after_ms + 999) / 1000;
        wait_problem(wait, &problem);
        return;
    }
    wait_failed(wait, answer);
}

static void on_answer(void *arg, const rpc_answer_t *answer)
{
    question_wait_t *self = arg;

    self->wait.call = 0;
    if (answer->type == self->question->answer)
        self->question->tell(&self->wait, answer->msg);
    else
        failed(&self->wait, self->question->errors, answer);
}

/* ---- asking ---- */

static int64_t patience(const question_t *question)
{
    if (question->most_ms)
        return question->most_ms;
    return config.REQUEST_MS < PATIENCE_MS ? config.REQUEST_MS : PATIENCE_MS;
}

question_wait_t *asked_sleep(asked_t *self, bool good, const question_t *question)
{
    question_wait_t *wait = NULL;

    if (good)
        wait = (question_wait_t *)wait_start(self->req, question->kind, &self->arena, self->user_id,
                                             self->started_us, patience(question));
    else
        answer_problem(self->req, &self->problem, NULL, self->started_us);
    arena_destroy(&self->arena); /* there is one left when it does not sleep */
    if (wait)
        wait->question = question;
    return wait;
}

int question_put(wait_t *wait, const void *msg)
{
    const question_t *question = ((question_wait_t *)wait)->question;

    wait_call(wait, *question->service, question->type, msg, on_answer);
    return KORE_RESULT_RETRY;
}

int asked_put(asked_t *self, bool good, const question_t *question, const void *msg)
{
    question_wait_t *wait = asked_sleep(self, good, question);

    return wait ? question_put(&wait->wait, msg) : KORE_RESULT_OK;
}
