/* Who may; see kore_admit.h. */
#include "gateway/kore_admit.h"

#include <arpa/inet.h>
#include <strings.h>

#include "common/config.h"
#include "common/metrics.h"
#include "gateway/bot_request.h"
#include "gateway/kore_wait.h"
#include "gateway/kore_widget.h"

#define ARENA_MAX 4096
#define ASK_MS 5000

caller_t caller;

typedef struct admit {
    wait_t wait; /* first: http_state_create makes both */
    caller_t caller;
    bool admitted;
} admit_t;

static const wait_kind_t kind = {"admit", sizeof(admit_t), NULL, wait_restarts, NULL, NULL};

/* ---- what a request says ---- */

static str_t header(struct http_request *req, const char *name)
{
    const char *value;

    return http_request_header(req, name, &value) == KORE_RESULT_OK ? str_from(value) : (str_t){0};
}

str_t request_token(struct http_request *req)
{
    return cookie_token(header(req, "cookie"));
}

bool request_https(struct http_request *req)
{
    return cookie_https(header(req, "host"), header(req, "x-forwarded-proto"),
                        config.PUBLIC_BASE_URL);
}

/* X-Forwarded-For is believed where nobody but a proxy can reach us. */
void request_address(struct http_request *req, char out[ADDRESS_SIZE])
{
    const struct connection *c = req->owner;
    char peer[ADDRESS_SIZE] = "?";

    if (c->family == AF_INET)
        inet_ntop(AF_INET, &c->addr.ipv4.sin_addr, peer, sizeof peer);
    else if (c->family == AF_INET6)
        inet_ntop(AF_INET6, &c->addr.ipv6.sin6_addr, peer, sizeof peer);
    client_address(*config.PROXY_ADDR ? header(req, "x-forwarded-for") : (str_t){0}, peer, out);
}

static bool same(str_t a, str_t b)
{
    volatile unsigned char differs = a.size != b.size;

    for (size_t i = 0; i < a.size && b.size; i++)
        differs |= (unsigned char)(a.data[i] ^ b.data[i % b.size]);
    return differs == 0;
}

role_t role_of(str_t word)
{
    if (str_is(word, "owner"))
        return ROLE_OWNER;
    if (str_is(word, "seller"))
        return ROLE_SELLER;
    return str_is(word, "viewer") ? ROLE_VIEWER : ROLE_NONE;
}

static bool reads(const struct http_request *req)
{
    return req->method == HTTP_METHOD_GET || req->method == HTTP_METHOD_HEAD;
}

/* ---- whose cookie it is ---- */

static bool refuse(const char *why, problem_t *problem, int status, const char *detail)
{
    metric_add_label(METRIC_CONSOLE_REFUSED, why, 1);
    return problem_set(problem, status, "%s", detail);
}

static bool may(const admit_t *self, const route_t *route, problem_t *problem)
{
    struct http_request *req = self->wait.req;

    if (self->caller.role < route->role || route->role == ROLE_NONE)
        return refuse("role", problem, 403, "Your role does not allow this.");
    if (!reads(req) && !same(header(req, "x-csrf-token"), str_from(self->caller.csrf)))
        return refuse("csrf", problem, 403, "X-CSRF-Token is not the one of this session.");
    return true;
}

static void on_known(void *arg, const rpc_answer_t *answer)
{
    admit_t *self = arg;
    wait_t *wait = arg;
    problem_t problem;

    wait->call = 0;
    if (answer->type == PROTO_SIGNED_IN) {
        const proto_signed_in_t *who = answer->msg;

        snprintf(self->caller.name, sizeof self->caller.name, "%.*s", STR_ARG(who->name));
        snprintf(self->caller.shown, sizeof self->caller.shown, "%.*s", STR_ARG(who->shown));
        snprintf(self->caller.csrf, sizeof self->caller.csrf, "%.*s", STR_ARG(who->csrf));
        self->caller.role = role_of(who->role);
        self->caller.expires_ms = who->expires_ms;
        self->admitted = true;
        wait_ready(wait, 200, NULL);
    } else if (answer->error && strcmp(answer->error, PROTO_CODE_DENIED) == 0) {
        refuse("session", &problem, 401, "Your session is over: sign in.");
        wait_problem(wait, &problem);
    } else {
        wait_failed(wait, answer);
    }
}

static admission_t ask(struct http_request *req, str_t token, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    char *copy = arena_copy(arena, token);
    admit_t *self = (admit_t *)wait_start(req, &kind, &arena, (str_t){0}, started_us, ASK_MS);

    arena_destroy(&arena);
    if (!self)
        return ADMIT_LATER;
    proto_who_is_t msg = {.token = {copy, token.size}};

    snprintf(self->caller.token, sizeof self->caller.token, "%s", copy);
    wait_call(&self->wait, upstream.sessions, PROTO_WHO_IS, &msg, on_known);
    return ADMIT_LATER;
}

bool admit_sleeps(struct http_request *req)
{
    const wait_t *wait = http_state_get(req);

    return wait && wait->kind == &kind;
}

admission_t admit_again(struct http_request *req, const route_t *route)
{
    admit_t *self = http_state_get(req);
    problem_t problem;

    if (self->wait.ready && self->admitted) {
        if (may(self, route, &problem)) {
            caller = self->caller;
            wait_end(&self->wait);
            if (!reads(req))
                log_info("console_operation", LOG_CSTR("name", caller.name),
                         LOG_CSTR("does", route->doc), LOG_PERSON("with", route->rest));
            return ADMIT_YES;
        }
        self->admitted = false;
        wait_problem(&self->wait, &problem);
    }
    wait_handle(req);
    return ADMIT_LATER;
}

/* ---- the rules ---- */

static bool bearer(struct http_request *req, problem_t *problem)
{
    if (bearer_matches(header(req, "authorization"), config.API_TOKEN))
        return true;
    return problem_set(problem, 401, "The token is missing or wrong (Authorization: Bearer).");
}

static bool has_key(struct http_request *req)
{
    str_t authorization = header(req, "authorization");

    return authorization.size > 8 && strncasecmp(authorization.data, "Visitor ", 8) == 0;
}

static admission_t admit_visitor(struct http_request *req, const route_t *route, problem_t *problem)
{
    str_t id = widget_admit(req, route, problem);

    snprintf(caller.visitor, sizeof caller.visitor, "%.*s", STR_ARG(id));
    return id.size ? ADMIT_YES : ADMIT_NO;
}

admission_t admit(struct http_request *req, const route_t *route, int64_t started_us,
                  problem_t *problem)
{
    str_t site = header(req, "sec-fetch-site"), token = request_token(req);
    bool csrf = header(req, "x-csrf-token").size > 0;

    memset(&caller, 0, sizeof caller);
    if (route->who == WHO_ANYBODY)
        return ADMIT_YES;
    if (str_is(site, "cross-site") || str_is(site, "same-site")) {
        problem_set(problem, 403, "Pages of other sites may not use this.");
        return ADMIT_NO;
    }
    if (route->who == WHO_SIGNED || route->who == WHO_PAGE)
        return ADMIT_YES;
    if (route->who == WHO_VISITOR && has_key(req))
        return admit_visitor(req, route, problem);
    if (route->who == WHO_API || route->who == WHO_VISITOR) {
        bool counts = token.size && !header(req, "authorization").size &&
                      (csrf || (reads(req) && *config.API_TOKEN));

        if (!counts)
            return bearer(req, problem) ? ADMIT_YES : ADMIT_NO;
    } else if (!token.size) {
        refuse("session", problem, 401, "Sign in first.");
        return ADMIT_NO;
    } else if (!reads(req) && !csrf) {
        refuse("csrf", problem, 403, "X-CSRF-Token is missing.");
        return ADMIT_NO;
    }
    return ask(req, token, started_us);
}
