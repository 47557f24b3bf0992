/* Health, readiness, numbers; see kore_status.h. */
#include "gateway/kore_status.h"

#include <unistd.h>

#include "common/arena.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/version.h"
#include "gateway/json_text.h"
#include "gateway/kore_answer.h"
#include "gateway/kore_upstream.h"

#define SERVICES 3
#define READY_MAX 4096
#define METRICS_MAX (4 << 20)
#define ARENA_MAX (1 << 20)

static const char *own_name;
static int64_t own_boot;

void status_start(const char *name)
{
    own_name = name;
    own_boot = getpid();
}

int health_get(struct http_request *req)
{
    answer_t answer = {.status = 200, .type = TYPE_JSON, .body = STR_LIT("{\"status\":\"ok\"}")};

    answer_send(req, &answer);
    return KORE_RESULT_OK;
}

/* ---- /readyz ---- */

typedef struct parts {
    buf_t names; /* JSON strings, comma separated */
    size_t count;
} parts_t;

static void missing(parts_t *self, str_t name)
{
    if (self->count++)
        buf_char(&self->names, ',');
    json_put_text(&self->names, name);
}

/* A service is there if it answers, and ready if it says so; else what it lacks is missing. */
static void look_at(parts_t *parts, const rpc_client_t *client, const char *role)
{
    const proto_process_t *processes[UPSTREAM_PROCESSES];
    size_t count = upstream_processes(client, processes);
    str_t lacks = str_from(role);

    for (size_t i = 0; i < count && rpc_client_up(client); i++) {
        if (!str_is(processes[i]->role, role))
            continue;
        if (processes[i]->ready)
            return;
        if (processes[i]->missing.size)
            lacks = processes[i]->missing;
    }
    missing(parts, lacks);
}

int ready_get(struct http_request *req)
{
    parts_t parts = {0};
    answer_t answer = {.type = TYPE_JSON};
    buf_t body;

    buf_init(&parts.names, READY_MAX);
    buf_init(&body, READY_MAX + 64);
    look_at(&parts, upstream.dispatcher, "dispatcher");
    look_at(&parts, upstream.sessions, "sessions");
    look_at(&parts, upstream.catalog, "catalog");
    buf_printf(&body, "{\"ready\":%s,\"missing\":[", parts.count ? "false" : "true");
    buf_add(&body, parts.names.data, parts.names.size);
    buf_str(&body, "]}");
    answer.status = parts.count ? 503 : 200;
    answer.retry_after_s = parts.count ? 1 : 0;
    answer.body = buf_view(&body);
    answer_send(req, &answer);
    buf_free(&parts.names);
    buf_free(&body);
    return KORE_RESULT_OK;
}

/* ---- /metrics ---- */

static bool is_there(const proto_process_t *all, size_t count, const proto_process_t *process)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].boot == process->boot && str_eq(all[i].name, process->name))
            return true;
    return false;
}

static size_t gather(arena_t *arena, proto_process_t *all, size_t max)
{
    const rpc_client_t *clients[SERVICES] = {upstream.dispatcher, upstream.sessions,
                                             upstream.catalog};
    const proto_process_t *processes[UPSTREAM_PROCESSES];
    size_t count = 0;

    all[count] = (proto_process_t){.name = str_from(own_name),
                                   .role = STR_LIT("gateway"),
                                   .version = STR_LIT(MOSTRADOR_VERSION),
                                   .boot = own_boot,
                                   .ready = true};
    metrics_samples(arena, &all[count].samples, &all[count].samples_count);
    log_failures(arena, &all[count].failures, &all[count].failures_count);
    count++;
    for (size_t c = 0; c < SERVICES; c++) {
        size_t told = upstream_processes(clients[c], processes);

        for (size_t i = 0; i < told && count < max; i++)
            if (!is_there(all, count, processes[i])) /* two dispatchers tell of one agent */
                all[count++] = *processes[i];
    }
    return count;
}

int metrics_get(struct http_request *req)
{
    proto_process_t all[1 + SERVICES * UPSTREAM_PROCESSES];
    arena_t *arena = arena_new(ARENA_MAX);
    answer_t answer = {.status = 200, .type = "text/plain; version=0.0.4; charset=utf-8"};
    problem_t problem;
    buf_t body;

    buf_init(&body, METRICS_MAX);
    metrics_print(all, gather(arena, all, sizeof all / sizeof *all), &body);
    if (buf_ok(&body)) {
        answer.body = buf_view(&body);
        answer_send(req, &answer);
    } else {
        problem_set(&problem, 500, "There are too many numbers.");
        answer_problem(req, &problem, NULL, 0);
    }
    buf_free(&body);
    arena_destroy(&arena);
    return KORE_RESULT_OK;
}

/* ---- /seller/processes ---- */

static void process_json(const proto_process_t *process, buf_t *out)
{
    json_open(out);
    json_str(out, "name", process->name);
    json_str(out, "role", process->role);
    json_str(out, "version", process->version);
    json_bool(out, "ready", process->ready);
    json_str(out, "missing", process->missing);
    json_int(out, "running", process->running);
    json_int(out, "credit", process->credit);
    json_list(out, "failures");
    for (size_t i = 0; i < process->failures_count; i++) {
        json_open(out);
        json_time(out, "at", process->failures[i].at_ms);
        json_str(out, "event", process->failures[i].event);
        json_str(out, "detail", process->failures[i].detail);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

int processes_get(struct http_request *req)
{
    proto_process_t all[1 + SERVICES * UPSTREAM_PROCESSES];
    arena_t *arena = arena_new(ARENA_MAX);
    answer_t answer = {.status = 200, .type = TYPE_JSON};
    size_t count = gather(arena, all, sizeof all / sizeof *all);
    buf_t body;

    buf_init(&body, METRICS_MAX);
    json_open(&body);
    json_list(&body, "processes");
    for (size_t i = 0; i < count; i++)
        process_json(&all[i], &body);
    buf_str(&body, "]}");
    answer.body = buf_view(&body);
    answer_send(req, &answer);
    buf_free(&body);
    arena_destroy(&arena);
    return KORE_RESULT_OK;
}
