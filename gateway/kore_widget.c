/* The widget's visitors; see kore_widget.h. */
#include "gateway/kore_widget.h"

#include <sys/random.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "common/metrics.h"
#include "gateway/json_text.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_answer.h"
#include "gateway/origins.h"
#include "gateway/pace.h"
#include "gateway/visitor.h"

#define ORIGINS_MAX 4096
#define ANSWER_MAX 512

static pace_t pace;
static const char *origins = "";

static bool print_origins(buf_t *out, char *why, size_t size)
{
    buf_init(out, ORIGINS_MAX);
    if (!origins_print(config.WIDGET_ORIGINS, out, why, size))
        return false;
    if (buf_ok(out))
        return true;
    snprintf(why, size, "it is longer than %d bytes", ORIGINS_MAX);
    return false;
}

void widget_check(void)
{
    char why[256];
    buf_t list;

    if (!print_origins(&list, why, sizeof why))
        log_fatal("WIDGET_ORIGINS: %s", why);
    buf_free(&list);
}

void widget_start(void)
{
    static buf_t list; /* as long as the worker */
    char why[256];

    if (print_origins(&list, why, sizeof why) && list.size)
        origins = buf_take(&list);
    pace_init(&pace, config.WIDGET_PER_MINUTE, (uint32_t)id_random());
}

bool widget_on(void)
{
    return *origins;
}

const char *widget_origins(void)
{
    return origins;
}

/* ---- who may ---- */

static str_t refuse(const char *why, problem_t *problem, int status, const char *detail)
{
    metric_add_label(METRIC_WIDGET_REFUSED, why, 1);
    problem_set(problem, status, "%s", detail);
    return (str_t){0};
}

static bool in_pace(struct http_request *req, problem_t *problem)
{
    char address[ADDRESS_SIZE];
    int64_t wait_ms;

    request_address(req, address);
    wait_ms = pace_take(&pace, str_from(address), clock_ms());
    if (wait_ms == 0)
        return true;
    refuse("pace", problem, 429, "Too many messages from this address: wait a moment.");
    problem->retry_after_s = (wait_ms + 999) / 1000;
    return false;
}

str_t widget_admit(struct http_request *req, const route_t *route, problem_t *problem)
{
    const char *key = "";
    str_t id;

    http_request_header(req, "authorization", &key);
    id = widget_on() ? visitor_id(str_from(key), config.API_TOKEN) : (str_t){0};
    if (!id.size)
        return refuse("key", problem, 401,
                      "The visitor's key is not valid here: ask for a new one.");
    if (route->name != ROUTE_BOT && !str_eq(route->rest, id))
        return refuse("other", problem, 403, "A visitor has only their own conversation.");
    if (route->name == ROUTE_BOT && !in_pace(req, problem))
        return (str_t){0};
    return id;
}

/* ---- a new one ---- */

static void print_visitor(buf_t *out)
{
    unsigned char random[VISITOR_RANDOM];
    char key[VISITOR_KEY_SIZE];

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        log_fatal("getrandom: %s", strerror(errno));
    visitor_key(random, config.API_TOKEN, key);
    buf_str(out, "{\"user_id\":");
    json_put_text(out, (str_t){key, VISITOR_ID_SIZE - 1});
    buf_str(out, ",\"key\":");
    json_put_text(out, str_from(key));
    buf_char(out, '}');
}

int widget_visitors_post(struct http_request *req, int64_t started_us)
{
    answer_t answer = {.status = 201, .type = TYPE_JSON, .started_us = started_us};
    problem_t problem;
    buf_t body;

    if (!widget_on())
        problem_set(&problem, 404, "There is no widget here (WIDGET_ORIGINS).");
    if (!widget_on() || !in_pace(req, &problem)) {
        answer_problem(req, &problem, NULL, started_us);
        return KORE_RESULT_OK;
    }
    buf_init(&body, ANSWER_MAX);
    print_visitor(&body);
    answer.body = buf_view(&body);
    answer_send(req, &answer);
    buf_free(&body);
    return KORE_RESULT_OK;
}
