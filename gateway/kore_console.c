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
#include "gateway/url.h"

#define ARENA_MAX (256 << 10)
#define PATIENCE_MS 10000

typedef struct console {
    question_wait_t question; /* first: http_state_create makes both */
    bool https;
    char cookie[COOKIE_HEADER_MAX];
} console_t;

static const wait_kind_t kind = {"console", sizeof(console_t), NULL, wait_restarts, NULL, NULL};

/* ---- what was asked ---- */

static bool parse_body(asked_t *asked, form_t *form)
{
    problem_t *problem = &asked->problem;
    const char *type;

    if (http_request_header(asked->req, "content-type", &type) != KORE_RESULT_OK ||
        strncasecmp(type, TYPE_JSON, sizeof TYPE_JSON - 1) != 0)
        return problem_set(problem, 415, "The body must be application/json.");
    switch (form_parse_json(asked->body, asked->arena, form)) {
    case FORM_OK:
        break;
    case FORM_BAD:
        return problem_set(problem, 400, "The body must be a JSON object.");
    case FORM_TOO_LARGE:
        return problem_set(problem, 413, "The body is too large.");
    }
    for (size_t i = 0; i < form->count; i++)
        if (memchr(form->fields[i].value.data, 0, form->fields[i].value.size))
            return problem_set(problem, 400, "The body has a NUL character.");
    return form->utf8 || problem_set(problem, 400, "The body is not UTF-8.");
}

/* A text of the body; empty if it is not there. */
static bool field(asked_t *asked, const form_t *form, const char *name, size_t max, bool needed,
                  str_t *value)
{
    *value = form_value(form, name);
    if (value->size > max)
        return problem_set(&asked->problem, 400, "%s may have %zu bytes.", name, max);
    return value->size || !needed || problem_set(&asked->problem, 400, "%s is missing.", name);
}

/* ---- what is answered ---- */

static void session_json(buf_t *out, str_t name, str_t role, str_t csrf, int64_t expires_ms)
{
    json_open(out);
    json_str(out, "name", name);
    json_str(out, "role", role);
    json_str(out, "csrf", csrf);
    json_time(out, "expires_at", expires_ms);
    json_str(out, "shop", str_from(config.SHOP_NAME));
    buf_char(out, '}');
}

const question_error_t console_errors[] = {
    {PROTO_CODE_INVALID, 400, NULL},  {PROTO_CODE_NOT_FOUND, 404, NULL},
    {PROTO_CODE_CONFLICT, 409, NULL}, {PROTO_CODE_DENIED, 401, NULL},
    {PROTO_CODE_LOCKED, 429, NULL},   {NULL, 0, NULL}};

static void tell_signed_in(wait_t *wait, const void *msg)
{
    console_t *self = (console_t *)wait;
    const proto_signed_in_t *who = msg;

    if (!cookie_print(who->token, self->https, (who->expires_ms - clock_unix_ms()) / 1000,
                      self->cookie)) {
        wait_failed(wait, &(rpc_answer_t){.type = PROTO_SIGNED_IN});
        return;
    }
    session_json(&wait->body, who->name, who->role, who->csrf, who->expires_ms);
    wait->cookie = self->cookie;
    wait_ready(wait, 200, TYPE_JSON);
}

static void tell_done(wait_t *wait, const void *msg)
{
    (void)msg;
    wait_ready(wait, 204, NULL);
}

#define QUESTION(type, answer, tell)                                               \
    {                                                                              \
        &kind, &upstream.sessions, type, answer, tell, console_errors, PATIENCE_MS \
    }

static const question_t sign_in = QUESTION(PROTO_SIGN_IN, PROTO_SIGNED_IN, tell_signed_in);
static const question_t sign_out = QUESTION(PROTO_SIGN_OUT, PROTO_OK, tell_done);
static const question_t new_password =
    QUESTION(PROTO_NEW_PASSWORD, PROTO_SIGNED_IN, tell_signed_in);

/* Puts a question whose answer has a cookie. */
static int put_signing(asked_t *asked, bool good, const question_t *question, const void *msg)
{
    bool https = request_https(asked->req);
    console_t *self = (console_t *)asked_sleep(asked, good, question);

    if (!self)
        return KORE_RESULT_OK;
    self->https = https;
    if (question == &sign_out) {
        cookie_print((str_t){0}, https, 0, self->cookie);
        self->question.wait.cookie = self->cookie;
    }
    return question_put(&self->question.wait, msg);
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
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_sign_in_t msg = {0};
    char address[ADDRESS_SIZE], old[COOKIE_TOKEN_MAX + 1];
    form_t form;
    bool good;

    request_address(req, address);
    snprintf(old, sizeof old, "%.*s", STR_ARG(request_token(req)));
    good = parse_body(&asked, &form) && field(&asked, &form, "name", 128, true, &msg.name) &&
           field(&asked, &form, "password", 512, true, &msg.password);
    msg.address = str_from(address);
    msg.old = str_from(old);
    return put_signing(&asked, good, &sign_in, &msg);
}

int console_session_delete(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_sign_out_t msg = {.token = str_from(caller.token)};

    return put_signing(&asked, true, &sign_out, &msg);
}

int console_password_post(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_new_password_t msg = {.token = str_from(caller.token)};
    char address[ADDRESS_SIZE];
    form_t form;
    bool good;

    request_address(req, address);
    msg.address = str_from(address);
    good = parse_body(&asked, &form) && field(&asked, &form, "old", 512, true, &msg.old) &&
           field(&asked, &form, "password", 512, true, &msg.password);
    return put_signing(&asked, good, &new_password, &msg);
}

/* ---- users ---- */

static void tell_users(wait_t *wait, const void *answer)
{
    const proto_users_t *msg = answer;

    json_open(&wait->body);
    json_list(&wait->body, "users");
    for (size_t i = 0; i < msg->users_count; i++) {
        json_open(&wait->body);
        json_str(&wait->body, "name", msg->users[i].name);
        json_str(&wait->body, "role", msg->users[i].role);
        json_str(&wait->body, "shown", msg->users[i].shown);
        json_time(&wait->body, "added_at", msg->users[i].created_ms);
        json_time(&wait->body, "signed_in_at", msg->users[i].seen_ms);
        buf_char(&wait->body, '}');
    }
    buf_str(&wait->body, "]}");
    wait_ready(wait, 200, TYPE_JSON);
}

static const question_t list_users = QUESTION(PROTO_LIST_USERS, PROTO_USERS, tell_users);
static const question_t put_user = QUESTION(PROTO_PUT_USER, PROTO_OK, tell_done);
static const question_t drop_user = QUESTION(PROTO_DROP_USER, PROTO_OK, tell_done);

int console_users_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_list_users_t msg = {0};

    return asked_put(&asked, true, &list_users, &msg);
}

/* Of somebody new (fresh), who needs all of it, or of who is there. */
static bool parse_user(asked_t *asked, proto_put_user_t *msg)
{
    form_t form;

    if (!parse_body(asked, &form))
        return false;
    msg->show = form_has(&form, "shown");
    return (!msg->fresh || field(asked, &form, "name", 128, true, &msg->name)) &&
           field(asked, &form, "role", 16, msg->fresh, &msg->role) &&
           field(asked, &form, "password", 512, msg->fresh, &msg->password) &&
           field(asked, &form, "shown", 256, false, &msg->shown);
}

int console_users_post(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_put_user_t msg = {.fresh = true};

    return asked_put(&asked, parse_user(&asked, &msg), &put_user, &msg);
}

static bool path_name(asked_t *asked, str_t encoded, str_t *name)
{
    if (url_decode(asked->arena, encoded, false, name) && name->size <= 128)
        return true;
    return problem_set(&asked->problem, 400, "The name is not percent-encoded UTF-8.");
}

int console_user_post(struct http_request *req, str_t name, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_put_user_t msg = {.known = true};
    bool good = path_name(&asked, name, &msg.name) && parse_user(&asked, &msg);

    return asked_put(&asked, good, &put_user, &msg);
}

int console_user_delete(struct http_request *req, str_t name, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_drop_user_t msg = {0};

    return asked_put(&asked, path_name(&asked, name, &msg.name), &drop_user, &msg);
}
