/* See kore_catalog.h. Who asks is told to the catalog by the name of the console's user; the bearer
 * of API_TOKEN has none. */
#include "gateway/kore_catalog.h"

#include "gateway/catalog_json.h"
#include "gateway/catalog_request.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_question.h"

#define ARENA_MAX (256 << 10)
#define EDIT_MS 15000
#define IMPORT_MS 60000

static const wait_kind_t kind = {"catalog", sizeof(question_wait_t), NULL, wait_restarts, NULL,
                                 NULL};

/* ---- answers ---- */

static void tell_edited(wait_t *wait, const void *msg)
{
    const proto_edited_t *edited = msg;
    problem_t problem = {0};

    if (edited->revision_count) {
        edited_json(edited, &wait->body);
        question_told(wait);
        return;
    }
    problem_set(&problem, 400, "These are no values of a car.");
    values_problem_json(&problem, edited, &wait->body);
    wait_ready(wait, problem.status, PROBLEM_TYPE);
}

static void tell_imported(wait_t *wait, const void *msg)
{
    const proto_imported_t *imported = msg;
    problem_t problem = {0};

    if (imported->problems == 0) {
        imported_json(imported, &wait->body);
        question_told(wait);
        return;
    }
    problem_set(&problem, 400, "The file has mistakes; nothing was changed.");
    lines_problem_json(&problem, imported, &wait->body);
    wait_ready(wait, problem.status, PROBLEM_TYPE);
}

static void tell_car(wait_t *wait, const void *msg)
{
    if (catalog_car_json(msg, &wait->body))
        question_told(wait);
    else
        question_refused(wait, 404, "There is no car with this stock id.");
}

static void tell_history(wait_t *wait, const void *msg)
{
    history_json(msg, &wait->body);
    question_told(wait);
}

static const question_error_t errors[] = {{PROTO_CODE_INVALID, 400, NULL},
                                          {PROTO_CODE_DENIED, 403, NULL},
                                          {PROTO_CODE_NOT_FOUND, 404, NULL},
                                          {PROTO_CODE_CONFLICT, 409, NULL},
                                          {NULL, 0, NULL}};

#define QUESTION(type, answer, tell, ms)                         \
    {                                                            \
        &kind, &upstream.catalog, type, answer, tell, errors, ms \
    }

static const question_t car = QUESTION(PROTO_GET_CAR, PROTO_CARS, tell_car, 0);
static const question_t put_car = QUESTION(PROTO_PUT_CAR, PROTO_EDITED, tell_edited, EDIT_MS);
static const question_t sell_car = QUESTION(PROTO_SELL_CAR, PROTO_EDITED, tell_edited, EDIT_MS);
static const question_t history = QUESTION(PROTO_GET_HISTORY, PROTO_HISTORY, tell_history, 0);
static const question_t undo = QUESTION(PROTO_UNDO, PROTO_EDITED, tell_edited, IMPORT_MS);
static const question_t import =
    QUESTION(PROTO_IMPORT_CSV, PROTO_IMPORTED, tell_imported, IMPORT_MS);

/* ---- requests ---- */

int car_get(struct http_request *req, str_t stock_id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_get_car_t msg;
    bool good =
        catalog_number_parse(stock_id, &msg.stock_id, &asked.problem) && asked_no_query(&asked);

    return asked_put(&asked, good, &car, &msg);
}

int cars_post(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_put_car_t msg = {.request = asked_id(&asked), .by = str_from(caller.name)};
    bool good = asked_no_query(&asked) &&
                catalog_values_parse(asked.body, asked.arena, &msg, &asked.problem);

    return asked_put(&asked, good, &put_car, &msg);
}

int car_post(struct http_request *req, str_t stock_id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_put_car_t msg = {.request = asked_id(&asked), .by = str_from(caller.name)};
    bool good = catalog_number_parse(stock_id, &msg.stock_id, &asked.problem) &&
                asked_no_query(&asked) &&
                catalog_values_parse(asked.body, asked.arena, &msg, &asked.problem);

    return asked_put(&asked, good, &put_car, &msg);
}

int sold_post(struct http_request *req, str_t stock_id, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_sell_car_t msg = {.request = asked_id(&asked), .by = str_from(caller.name)};
    bool good = catalog_number_parse(stock_id, &msg.stock_id, &asked.problem) &&
                asked_no_query(&asked) &&
                catalog_sold_parse(asked.body, asked.arena, &msg.version, &asked.problem);

    return asked_put(&asked, good, &sell_car, &msg);
}

int history_get(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_get_history_t msg;
    bool good = catalog_history_parse(asked.query, asked.arena, &msg, &asked.problem);

    return asked_put(&asked, good, &history, &msg);
}

int undo_post(struct http_request *req, str_t number, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_undo_t msg = {.request = asked_id(&asked),
                        .by = str_from(caller.name),
                        .owner = caller.name[0] == '\0' || caller.role == ROLE_OWNER};
    bool good = catalog_number_parse(number, &msg.number, &asked.problem) && asked_no_query(&asked);

    return asked_put(&asked, good, &undo, &msg);
}

int import_post(struct http_request *req, int64_t started_us)
{
    asked_t asked = asked_begin(req, ARENA_MAX, started_us);
    proto_import_csv_t msg = {
        .request = asked_id(&asked), .by = str_from(caller.name), .csv = asked.body};
    bool good = catalog_import_parse(asked.query, asked.arena, &msg, &asked.problem) &&
                (msg.csv.size || problem_set(&asked.problem, 400, "The body is empty."));

    return asked_put(&asked, good, &import, &msg);
}
