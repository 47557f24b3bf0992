/* See kore_catalog.h. Who asks is told to the catalog by the name of the console's user; the bearer
 * of API_TOKEN has none. */
#include "gateway/kore_catalog.h"

#include "common/id.h"
#include "gateway/car_query.h"
#include "gateway/catalog_json.h"
#include "gateway/catalog_request.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_lookup.h"
#include "gateway/kore_wait.h"

#define ARENA_MAX (256 << 10)
#define EDIT_MS 15000
#define IMPORT_MS 60000

static const wait_kind_t kind = {"catalog", sizeof(wait_t), NULL, wait_restarts, NULL, NULL};

/* ---- answers ---- */

static void failed(wait_t *wait, const rpc_answer_t *answer)
{
    static const struct {
        const char *code;
        int status;
    } statuses[] = {{PROTO_CODE_INVALID, 400},
                    {PROTO_CODE_DENIED, 403},
                    {PROTO_CODE_NOT_FOUND, 404},
                    {PROTO_CODE_CONFLICT, 409}};
    const proto_error_t *error = answer->type == PROTO_ERROR ? answer->msg : NULL;
    problem_t problem;

    for (size_t i = 0; error && i < sizeof statuses / sizeof *statuses; i++) {
        if (!str_is(error->code, statuses[i].code))
            continue;
        problem_set(&problem, statuses[i].status, "%.*s.", STR_ARG(error->detail));
        if (problem.detail[0] >= 'a' && problem.detail[0] <= 'z')
            problem.detail[0] = (char)(problem.detail[0] - 'a' + 'A');
        wait_problem(wait, &problem);
        return;
    }
    wait_failed(wait, answer);
}

/* False, and the request is answered, if it is not the answer asked for. */
static bool arrived(wait_t *wait, const rpc_answer_t *answer, proto_type_t type)
{
    wait->call = 0;
    if (answer->type != type)
        failed(wait, answer);
    return answer->type == type;
}

static void on_edited(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    problem_t problem = {0};

    if (!arrived(wait, answer, PROTO_EDITED))
        return;
    const proto_edited_t *edited = answer->msg;

    if (edited->revision_count) {
        edited_json(edited, &wait->body);
        lookup_ready(wait);
        return;
    }
    problem_set(&problem, 400, "These are no values of a car.");
    values_problem_json(&problem, edited, &wait->body);
    wait_ready(wait, problem.status, PROBLEM_TYPE);
}

static void on_imported(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    problem_t problem = {0};

    if (!arrived(wait, answer, PROTO_IMPORTED))
        return;
    const proto_imported_t *imported = answer->msg;

    if (imported->problems == 0) {
        imported_json(imported, &wait->body);
        lookup_ready(wait);
        return;
    }
    problem_set(&problem, 400, "The file has mistakes; nothing was changed.");
    lines_problem_json(&problem, imported, &wait->body);
    wait_ready(wait, problem.status, PROBLEM_TYPE);
}

static void on_car(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;
    problem_t problem;

    if (!arrived(wait, answer, PROTO_CARS))
        return;
    if (catalog_car_json(answer->msg, &wait->body)) {
        lookup_ready(wait);
        return;
    }
    problem_set(&problem, 404, "There is no car with this stock id.");
    wait_problem(wait, &problem);
}

static void on_history(void *arg, const rpc_answer_t *answer)
{
    wait_t *wait = arg;

    if (!arrived(wait, answer, PROTO_HISTORY))
        return;
    history_json(answer->msg, &wait->body);
    lookup_ready(wait);
}

/* ---- requests ---- */

static str_t body_of(const struct http_request *req)
{
    const struct kore_buf *body = req->http_body;

    return body ? (str_t){(const char *)body->data, req->content_length} : (str_t){0};
}

/* Puts a request to sleep that was good, or answers it. What it said is gone then, unless it is in
 * the arena. */
static wait_t *start(struct http_request *req, arena_t **arena, bool good, const problem_t *problem,
                     int64_t ms, int64_t started_us)
{
    wait_t *wait = NULL;

    if (good)
        wait = wait_start(req, &kind, arena, (str_t){0}, started_us, ms);
    else
        answer_problem(req, problem, NULL, started_us);
    arena_destroy(arena);
    return wait;
}

int car_get(struct http_request *req, str_t stock_id, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_get_car_t msg;
    problem_t problem;
    bool good = catalog_number_parse(stock_id, &msg.stock_id, &problem) &&
                no_query_check(str_from(req->query_string), &problem);
    wait_t *wait = start(req, &arena, good, &problem, lookup_patience(), started_us);

    if (!wait)
        return KORE_RESULT_OK;
    wait_call(wait, upstream.catalog, PROTO_GET_CAR, &msg, on_car);
    return KORE_RESULT_RETRY;
}

static int put(struct http_request *req, int64_t stock_id, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_put_car_t msg = {.stock_id = stock_id, .by = str_from(caller.name)};
    char id[ID_TEXT_SIZE];
    problem_t problem;
    bool good = no_query_check(str_from(req->query_string), &problem) &&
                catalog_values_parse(body_of(req), arena, &msg, &problem);
    wait_t *wait = start(req, &arena, good, &problem, EDIT_MS, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    id_text(id);
    msg.request = str_from(id);
    wait_call(wait, upstream.catalog, PROTO_PUT_CAR, &msg, on_edited);
    return KORE_RESULT_RETRY;
}

int cars_post(struct http_request *req, int64_t started_us)
{
    return put(req, 0, started_us);
}

static int no_such(struct http_request *req, const problem_t *problem, int64_t started_us)
{
    answer_problem(req, problem, NULL, started_us);
    return KORE_RESULT_OK;
}

int car_post(struct http_request *req, str_t stock_id, int64_t started_us)
{
    problem_t problem;
    int64_t number;

    if (!catalog_number_parse(stock_id, &number, &problem))
        return no_such(req, &problem, started_us);
    return put(req, number, started_us);
}

int sold_post(struct http_request *req, str_t stock_id, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_sell_car_t msg = {.by = str_from(caller.name)};
    char id[ID_TEXT_SIZE];
    problem_t problem;
    bool good = catalog_number_parse(stock_id, &msg.stock_id, &problem) &&
                no_query_check(str_from(req->query_string), &problem) &&
                catalog_sold_parse(body_of(req), arena, &msg.version, &problem);
    wait_t *wait = start(req, &arena, good, &problem, EDIT_MS, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    id_text(id);
    msg.request = str_from(id);
    wait_call(wait, upstream.catalog, PROTO_SELL_CAR, &msg, on_edited);
    return KORE_RESULT_RETRY;
}

int history_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_get_history_t msg;
    problem_t problem;
    bool good = catalog_history_parse(str_from(req->query_string), arena, &msg, &problem);
    wait_t *wait = start(req, &arena, good, &problem, lookup_patience(), started_us);

    if (!wait)
        return KORE_RESULT_OK;
    wait_call(wait, upstream.catalog, PROTO_GET_HISTORY, &msg, on_history);
    return KORE_RESULT_RETRY;
}

int undo_post(struct http_request *req, str_t number, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_undo_t msg = {.by = str_from(caller.name),
                        .owner = caller.name[0] == '\0' || caller.role == ROLE_OWNER};
    char id[ID_TEXT_SIZE];
    problem_t problem;
    bool good = catalog_number_parse(number, &msg.number, &problem) &&
                no_query_check(str_from(req->query_string), &problem);
    wait_t *wait = start(req, &arena, good, &problem, IMPORT_MS, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    id_text(id);
    msg.request = str_from(id);
    wait_call(wait, upstream.catalog, PROTO_UNDO, &msg, on_edited);
    return KORE_RESULT_RETRY;
}

int import_post(struct http_request *req, int64_t started_us)
{
    arena_t *arena = arena_new(ARENA_MAX);
    proto_import_csv_t msg = {.by = str_from(caller.name), .csv = body_of(req)};
    char id[ID_TEXT_SIZE];
    problem_t problem;
    bool good = catalog_import_parse(str_from(req->query_string), arena, &msg, &problem) &&
                (msg.csv.size || problem_set(&problem, 400, "The body is empty."));
    wait_t *wait = start(req, &arena, good, &problem, IMPORT_MS, started_us);

    if (!wait)
        return KORE_RESULT_OK;
    id_text(id);
    msg.request = str_from(id);
    wait_call(wait, upstream.catalog, PROTO_IMPORT_CSV, &msg, on_imported);
    return KORE_RESULT_RETRY;
}
