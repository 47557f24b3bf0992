/* See kore_texts.h. */
#include "gateway/kore_texts.h"

#include "common/shop_text.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_console.h"
#include "gateway/text_json.h"
#include "gateway/text_request.h"

#define ARENA_MAX (256 << 10)

static const wait_kind_t kind = {"text", sizeof(question_wait_t), NULL, wait_restarts, NULL, NULL};

/* ---- the end ---- */

static void tell_texts(wait_t *wait, const void *msg)
{
    texts_json(msg, &wait->body);
    question_told(wait);
}

static void tell_text(wait_t *wait, const void *msg)
{
    const proto_text_t *text = msg;

    text_json(text->version, text->text, &wait->body);
    question_told(wait);
}

static const question_t list = {
    &kind, &upstream.sessions, PROTO_LIST_TEXTS, PROTO_TEXTS, tell_texts, console_errors, 0};
static const question_t text = {
    &kind, &upstream.sessions, PROTO_GET_TEXT, PROTO_TEXT, tell_text, console_errors, 0};
static const question_t own_knowledge = {
    &kind, &upstream.catalog, PROTO_GET_KNOWLEDGE, PROTO_TEXT, tell_text, console_errors, 0};
static const question_t save = {
    &kind, &upstream.sessions, PROTO_SAVE_TEXT, PROTO_TEXTS, tell_texts, console_errors, 0};
static const question_t publish = {
    &kind, &upstream.sessions, PROTO_PUBLISH_TEXT, PROTO_TEXTS, tell_texts, console_errors, 0};

/* ---- the requests ---- */

/* By the name that stands in the path. */
static bool find(asked_t *asked, str_t name, str_t *document)
{
    if (shop_text_by_name(name) == SHOP_TEXT_COUNT)
        return problem_set(&asked->problem, 404, "There is nothing at this path.");
    *document = str_from(shop_text_name(shop_text_by_name(name)));
    return true;
}

int texts_get(struct http_request *req, str_t document, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_list_texts_t msg = {0};
    bool good = find(&asked, document, &msg.document) && asked_no_query(&asked);

    return asked_put(&asked, good, &list, &msg);
}

int text_get(struct http_request *req, str_t document, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_get_text_t msg = {0};
    bool good = find(&asked, document, &msg.document) &&
                text_version_parse(asked.query, asked.arena, &msg.version, &asked.problem);

    if (good && !msg.version && str_is(msg.document, shop_text_name(SHOP_KNOWLEDGE)))
        return asked_put(&asked, good, &own_knowledge, &(proto_get_knowledge_t){0});
    return asked_put(&asked, good, &text, &msg);
}

int texts_post(struct http_request *req, str_t document, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_save_text_t msg = {.by = str_from(caller.name)};
    bool good = find(&asked, document, &msg.document) &&
                text_save_parse(asked.body, asked.arena, &msg, &asked.problem);

    return asked_put(&asked, good, &save, &msg);
}

int publish_post(struct http_request *req, str_t document, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_publish_text_t msg = {.by = str_from(caller.name)};
    bool good = find(&asked, document, &msg.document) &&
                text_publish_parse(asked.body, &msg, &asked.problem);

    return asked_put(&asked, good, &publish, &msg);
}
