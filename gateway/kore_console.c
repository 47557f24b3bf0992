/*
 * Signing in and out, passwords, users; see kore_console.h. Bodies are JSON objects of strings:
 *
 *   POST /console/api/session        {"name","password"}          a new cookie
 *   POST /console/api/password       {"old","password"}           a new cookie; all others end
 *   POST /console/api/users          {"name","role","password"}
 *   POST /console/api/users/{name}   {"role"} and/or {"password"}
 *
 * A session is told as {"name","role","csrf","expires_at"}; its token is only in the cookie.
 */
#include "gateway/kore_console.h"

#include <strings.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/text.h"
#include "gateway/form.h"
#include "gateway/json_text.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_wait.h"
#include "gateway/url.h"

#define ARENA_MAX (256 << 10)
#define PATIENCE_MS 10000

typedef struct console {
    wait_t wait; /* first: http_state_create makes both */
    bool https;
    char cookie[COOKIE_HEADER_MAX];
} console_t;

static const wait_kind_t kind = {"console", sizeof(console_t), NULL, wait_restarts, NULL, NULL};

/* ---- what was asked ---- */

typedef struct asked {
    arena_t *arena;
    form_t form;
} asked_t;

static bool parse_body(struct http_request *req, asked_t *asked, problem_t *problem)
{
    const struct kore_buf *body = req->http_body;
    str_t bytes = body ? (str_t){(const char *)body->data, req->content_length} : (str_t){0};
    const char *type;

    if (http_request_header(req, "content-type", &type) != KORE_RESULT_OK ||
        strncasecmp(type, TYPE_JSON, sizeof TYPE_JSON - 1) != 0)
        return problem_set(problem, 415, "The body must be application/json.");
    switch (form_parse_json(bytes, asked->arena, &asked->form)) {
    case FORM_OK:
        break;
    case FORM_BAD:
        return problem_set(problem, 400, "The body must be a JSON object.");
    case FORM_TOO_LARGE:
        return problem_set(problem, 413, "The body is too large.");
    }
    for (size_t i = 0; i < asked->form.count; i++)
        if (memchr(asked->form.fields[i].value.data, 0, asked->form.fields[i].value.size))
            return problem_set(problem, 400, "The body has a NUL character.");
    return asked->form.utf8 || problem_set(problem, 400, "The body is not UTF-8.");
}

/* A text of the body; empty if it is not there. */
static bool field(const asked_t *asked, const char *name, size_t max, bool needed, str_t *value,
                  problem_t *problem)
{
    *value = form_value(&asked->form, name);
    if (value->size > max)
        return problem_set(problem, 400, "%s may have %zu bytes.", name, max);
    return value->size || !needed || problem_set(problem, 400, "%s is missing.", name);
}

static int refuse(struct http_request *req, arena_t **arena, const problem_t *problem,
                  int64_t started_us)
{
    arena_destroy(arena);
    answer_problem(req, problem, NULL, started_us);
    return KORE_RESULT_OK;
}

static console_t *sleep_on(struct http_request *req, arena_t **arena, int64_t started_us)
{
    bool https = request_https(req);
    console_t *self =
        (console_t *)wait_start(req, &kind, arena, (str_t){0}, started_us, PATIENCE_MS);

    arena_destroy(arena); /* there is one left when it does not sleep */
    if (self)
        self->https = https;
    return self;
}

/* ---- what is answered ---- */

static void session_json(buf_t *out, str_t name, str_t role, str_t csrf, int64_t expires_ms)
{
    buf_str(out, "{\"name\":");
    json_put_text(out, name);
    buf_str(out, ",\"role\":");
    json_put_text(out, role);
    buf_str(out, ",\"csrf\":");
    json_put_text(out, csrf);
    buf_str(out, ",\"expires_at\":");
    json_put_time(out, expires_ms);
    buf_str(out, ",\"shop\":");
    json_put_text(out, str_from(config.SHOP_NAME));
    buf_char(out, '}');
}

/* A detail of the session service as a sentence. */
static void sentence(problem_t *problem, int status, str_t detail)
{
    problem_set(problem, status, "%.*s.", STR_ARG(detail));
    if (problem->detail[0] >= 'a' && problem->detail[0] <= 'z')
        problem->detail[0] = (char)(problem->detail[0] - 'a' + 'A');
}

void console_failed(wait_t *wait, const rpc_answer_t *answer)
{
    static const struct {
        const char *code;
        int status;
    } statuses[] = {{PROTO_CODE_INVALID, 400},
                    {PROTO_CODE_NOT_FOUND, 404},
                    {PROTO_CODE_CONFLICT, 409},
                    {PROTO_CODE_DENIED, 401},
                    {PROTO_CODE_LOCKED, 429}};
    const proto_error_t *error = answer->type == PROTO_ERROR ? answer->msg : NULL;
    problem_t problem;

    for (size_t i = 0; error && i < sizeof statuses / sizeof *statuses; i++) {
        if (!str_is(error->code, statuses[i].code))
            continue;
        sentence(&problem, statuses[i].status, error->detail);
        problem.retry_after_s = (error->retry_after_ms + 999) / 1000;
        wait_problem(wait, &problem);
        return;
    }
    wait_failed(wait, answer);
}

static void on_signed_in(void *arg, const rpc_answer_t *answer)
{
    console_t *self = arg;
    wait_t *wait = arg;
    const proto_signed_in_t *who = answer->msg;

    wait->call = 0;
    if (answer->type != PROTO_SIGNED_IN ||
        !cookie_print(who->token, self->https, (who->expires_ms - clock_unix_ms()) / 1000,
                      self->cookie)) {
        console_failed(wait, answer);
        return;
    }
    session_json(&wait->body, who->name, who->role, who->csrf, who->expires_ms);
    wait->cookie = self->cookie;
    wait_ready(wait, 200, TYPE_JSON);
}

static void on_done(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    wait->call = 0;
    if (answer->type == PROTO_OK)
        wait_ready(wait, 204, NULL);
    else
        console_failed(wait, answer);
}

/* ---- sessions ---- */

int console_session_get(struct http_request *req, int64_t started_us)
{
    static const char *const roles[] = {"", "viewer", "seller", "owner"};
    answer_t answer = {.status = 200, .type = TYPE_JSON, .started_us = started_us};
    buf_t body;

    buf_init(&body, 4096);
    session_json(&body, str_from(caller.name), str_from(roles[caller.role]), str_from(caller.csrf),
                 caller.expires_ms);
    answer.body = buf_view(&body);
    answer_send(req, &answer);
    buf_free(&body);
    return KORE_RESULT_OK;
}

int console_session_post(struct http_request *req, int64_t started_us)
{
    asked_t asked = {.arena = arena_new(ARENA_MAX)};
    proto_sign_in_t msg = {0};
    char address[ADDRESS_SIZE], old[COOKIE_TOKEN_MAX + 1];
    problem_t problem;
    console_t *self;

    request_address(req, address);
    snprintf(old, sizeof old, "%.*s", STR_ARG(request_token(req)));
    if (!parse_body(req, &asked, &problem) ||
        !field(&asked, "name", 128, true, &msg.name, &problem) ||
        !field(&asked, "password", 512, true, &msg.password, &problem))
        return refuse(req, &asked.arena, &problem, started_us);
    self = sleep_on(req, &asked.arena, started_us);
    if (!self)
        return KORE_RESULT_OK;
    msg.address = str_from(address);
    msg.old = str_from(old);
    wait_call(&self->wait, upstream.sessions, PROTO_SIGN_IN, &msg, on_signed_in);
    return KORE_RESULT_RETRY;
}

int console_session_delete(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_sign_out_t msg = {.token = str_from(caller.token)};
    console_t *self = sleep_on(req, &arena, started_us);

    if (!self)
        return KORE_RESULT_OK;
    cookie_print((str_t){0}, self->https, 0, self->cookie);
    self->wait.cookie = self->cookie;
    wait_call(&self->wait, upstream.sessions, PROTO_SIGN_OUT, &msg, on_done);
    return KORE_RESULT_RETRY;
}

int console_password_post(struct http_request *req, int64_t started_us)
{
    asked_t asked = {.arena = arena_new(ARENA_MAX)};
    proto_new_password_t msg = {.token = str_from(caller.token)};
    char address[ADDRESS_SIZE];
    problem_t problem;
    console_t *self;

    request_address(req, address);
    msg.address = str_from(address);
    if (!parse_body(req, &asked, &problem) ||
        !field(&asked, "old", 512, true, &msg.old, &problem) ||
        !field(&asked, "password", 512, true, &msg.password, &problem))
        return refuse(req, &asked.arena, &problem, started_us);
    self = sleep_on(req, &asked.arena, started_us);
    if (!self)
        return KORE_RESULT_OK;
    wait_call(&self->wait, upstream.sessions, PROTO_NEW_PASSWORD, &msg, on_signed_in);
    return KORE_RESULT_RETRY;
}

/* ---- users ---- */

static void on_users(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    const proto_users_t *msg = answer->msg;

    wait->call = 0;
    if (answer->type != PROTO_USERS) {
        console_failed(wait, answer);
        return;
    }
    buf_str(&wait->body, "{\"users\":[");
    for (size_t i = 0; i < msg->users_count; i++) {
        buf_str(&wait->body, i ? ",{\"name\":" : "{\"name\":");
        json_put_text(&wait->body, msg->users[i].name);
        buf_str(&wait->body, ",\"role\":");
        json_put_text(&wait->body, msg->users[i].role);
        buf_str(&wait->body, ",\"added_at\":");
        json_put_time(&wait->body, msg->users[i].created_ms);
        buf_str(&wait->body, ",\"signed_in_at\":");
        json_put_time(&wait->body, msg->users[i].seen_ms);
        buf_char(&wait->body, '}');
    }
    buf_str(&wait->body, "]}");
    wait_ready(wait, 200, TYPE_JSON);
}

int console_users_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    console_t *self = sleep_on(req, &arena, started_us);
    proto_list_users_t msg = {0};

    if (!self)
        return KORE_RESULT_OK;
    wait_call(&self->wait, upstream.sessions, PROTO_LIST_USERS, &msg, on_users);
    return KORE_RESULT_RETRY;
}

/* Adds somebody, or with a name in the path changes who is there. */
static int put_user(struct http_request *req, asked_t *asked, proto_put_user_t *msg,
                    int64_t started_us)
{
    problem_t problem;
    console_t *self;

    if (!parse_body(req, asked, &problem) ||
        (msg->fresh && !field(asked, "name", 128, true, &msg->name, &problem)) ||
        !field(asked, "role", 16, msg->fresh, &msg->role, &problem) ||
        !field(asked, "password", 512, msg->fresh, &msg->password, &problem))
        return refuse(req, &asked->arena, &problem, started_us);
    self = sleep_on(req, &asked->arena, started_us);
    if (!self)
        return KORE_RESULT_OK;
    wait_call(&self->wait, upstream.sessions, PROTO_PUT_USER, msg, on_done);
    return KORE_RESULT_RETRY;
}

int console_users_post(struct http_request *req, int64_t started_us)
{
    asked_t asked = {.arena = arena_new(ARENA_MAX)};
    proto_put_user_t msg = {.fresh = true};

    return put_user(req, &asked, &msg, started_us);
}

static bool path_name(arena_t *arena, str_t encoded, str_t *name, problem_t *problem)
{
    if (url_decode(arena, encoded, false, name) && name->size <= 128)
        return true;
    return problem_set(problem, 400, "The name is not percent-encoded UTF-8.");
}

int console_user_post(struct http_request *req, str_t name, int64_t started_us)
{
    asked_t asked = {.arena = arena_new(ARENA_MAX)};
    proto_put_user_t msg = {.known = true};
    problem_t problem;

    if (!path_name(asked.arena, name, &msg.name, &problem))
        return refuse(req, &asked.arena, &problem, started_us);
    return put_user(req, &asked, &msg, started_us);
}

int console_user_delete(struct http_request *req, str_t name, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_drop_user_t msg = {0};
    problem_t problem;
    console_t *self;

    if (!path_name(arena, name, &msg.name, &problem))
        return refuse(req, &arena, &problem, started_us);
    self = sleep_on(req, &arena, started_us);
    if (!self)
        return KORE_RESULT_OK;
    wait_call(&self->wait, upstream.sessions, PROTO_DROP_USER, &msg, on_done);
    return KORE_RESULT_RETRY;
}
