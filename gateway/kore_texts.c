/* See kore_texts.h. */
#include "gateway/kore_texts.h"

#include "common/shop_text.h"
#include "gateway/car_query.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_console.h"
#include "gateway/kore_lookup.h"
#include "gateway/text_json.h"
#include "gateway/text_request.h"

#define ARENA_MAX (256 << 10)

static const wait_kind_t kind = {"text", sizeof(wait_t), NULL, wait_restarts, NULL, NULL};

/* ---- the end ---- */

static void on_texts(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    wait->call = 0;
    if (answer->type != PROTO_TEXTS) {
        console_failed(wait, answer);
        return;
    }
    texts_json(answer->msg, &wait->body);
    lookup_ready(wait);
}

static void on_text(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    const proto_text_t *msg = answer->msg;

    wait->call = 0;
    if (answer->type != PROTO_TEXT) {
        console_failed(wait, answer);
        return;
    }
    text_json(msg->version, msg->text, &wait->body);
    lookup_ready(wait);
}

/* ---- the requests ---- */

/* What a request says lives in its arena, document and by among it. */
typedef struct asked {
    arena_t *arena;
    str_t document, by, body;
    problem_t problem;
} asked_t;

static bool begin(struct http_request *req, str_t document, asked_t *asked)
{
    *asked = (asked_t){.arena = arena_new(ARENA_MAX)};
    asked->by = str_from(arena_copy(asked->arena, str_from(caller.name)));
    if (req->http_body)
        asked->body = (str_t){(const char *)req->http_body->data, req->content_length};
    if (shop_text_by_name(document) == SHOP_TEXT_COUNT)
        return problem_set(&asked->problem, 404, "There is nothing at this path.");
    asked->document = str_from(shop_text_name(shop_text_by_name(document)));
    return true;
}

/* NULL, and the request is answered, when it is not good or there is no room. */
static wait_t *sleep_on(struct http_request *req, asked_t *asked, bool good, int64_t started_us)
{
    wait_t *wait = NULL;

    if (good)
        wait = wait_start(req, &kind, &asked->arena, (str_t){0}, started_us, lookup_patience());
    else
        answer_problem(req, &asked->problem, NULL, started_us);
    arena_destroy(&asked->arena);
    return wait;
}

int texts_get(struct http_request *req, str_t document, int64_t started_us)
{
    asked_t asked;
    bool good =
        begin(req, document, &asked) && no_query_check(str_from(req->query_string), &asked.problem);
    wait_t *wait = sleep_on(req, &asked, good, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    proto_list_texts_t msg = {.document = asked.document};

    wait_call(wait, upstream.sessions, PROTO_LIST_TEXTS, &msg, on_texts);
    return KORE_RESULT_RETRY;
}

int text_get(struct http_request *req, str_t document, int64_t started_us)
{
    asked_t asked;
    proto_get_text_t msg = {0};
    bool good =
        begin(req, document, &asked) &&
        text_version_parse(str_from(req->query_string), asked.arena, &msg.version, &asked.problem);
    wait_t *wait = sleep_on(req, &asked, good, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    msg.document = asked.document;
    if (!msg.version && str_is(msg.document, shop_text_name(SHOP_KNOWLEDGE)))
        wait_call(wait, upstream.catalog, PROTO_GET_KNOWLEDGE, &(proto_get_knowledge_t){0},
                  on_text);
    else
        wait_call(wait, upstream.sessions, PROTO_GET_TEXT, &msg, on_text);
    return KORE_RESULT_RETRY;
}

int texts_post(struct http_request *req, str_t document, int64_t started_us)
{
    asked_t asked;
    proto_save_text_t msg = {0};
    bool good = begin(req, document, &asked) &&
                text_save_parse(asked.body, asked.arena, &msg, &asked.problem);
    wait_t *wait = sleep_on(req, &asked, good, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    msg.document = asked.document;
    msg.by = asked.by;
    wait_call(wait, upstream.sessions, PROTO_SAVE_TEXT, &msg, on_texts);
    return KORE_RESULT_RETRY;
}

int publish_post(struct http_request *req, str_t document, int64_t started_us)
{
    asked_t asked;
    proto_publish_text_t msg = {0};
    bool good =
        begin(req, document, &asked) && text_publish_parse(asked.body, &msg, &asked.problem);
    wait_t *wait = sleep_on(req, &asked, good, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    msg.document = asked.document;
    msg.by = asked.by;
    wait_call(wait, upstream.sessions, PROTO_PUBLISH_TEXT, &msg, on_texts);
    return KORE_RESULT_RETRY;
}
