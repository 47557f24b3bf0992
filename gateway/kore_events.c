/* Listeners; see kore_events.h. */
#include "gateway/kore_events.h"

#include <inttypes.h>

#include "common/clock.h"
#include "gateway/kore_wait.h"

#define ARENA_MAX 1024
#define ASK_EVERY_MS 1000
#define QUIET_MS 10000 /* after so long without an event, a comment keeps proxies awake */

typedef struct events {
    wait_t wait;   /* first: http_state_create makes both */
    int64_t heard; /* the number it was told last, -1: none yet */
    int64_t spoke_ms, ends_ms;
} events_t;

static size_t listeners;
static int64_t changes = -1; /* the number that is known, -1: none */
static int64_t asked_ms;
static uint64_t call; /* 0: none under way */
static bool leaving;

static void stop(wait_t *wait)
{
    wait_ready(wait, 200, NULL);
}

static void end(wait_t *wait)
{
    (void)wait;
    listeners--;
}

static void tick(wait_t *wait, int64_t now_ms)
{
    events_t *self = (events_t *)wait;
    char event[80];

    if (leaving || now_ms >= self->ends_ms) {
        wait_ready(wait, 200, NULL);
    } else if (changes >= 0 && self->heard != changes) {
        self->heard = changes;
        self->spoke_ms = now_ms;
        snprintf(event, sizeof event, "event: change\ndata: {\"count\":%" PRId64 "}\n\n", changes);
        wait_stream(wait, str_from(event));
    } else if (now_ms - self->spoke_ms > QUIET_MS) {
        self->spoke_ms = now_ms;
        wait_stream(wait, STR_LIT(": still here\n\n"));
    }
}

static const wait_kind_t kind = {"events", sizeof(events_t), tick, stop, end, NULL};

static void on_changes(void *arg, const rpc_answer_t *answer)
{
    (void)arg;
    call = 0;
    if (answer->type == PROTO_CHANGES)
        changes = ((const proto_changes_t *)answer->msg)->count;
}

void events_tick(int64_t now_ms)
{
    proto_get_changes_t msg = {.known = changes};
    proto_trace_t trace;

    if (!listeners) {
        changes = -1; /* the next one is told when it has been asked */
        return;
    }
    if (call || now_ms - asked_ms < ASK_EVERY_MS)
        return;
    asked_ms = now_ms;
    trace = proto_trace_new();
    call = upstream_call(upstream.sessions, PROTO_GET_CHANGES, &msg, &trace, 2 * ASK_EVERY_MS,
                         on_changes, NULL);
}

void events_leave(void)
{
    leaving = true;
}

void events_stop(void)
{
    if (call)
        upstream_forget(upstream.sessions, call, (str_t){0});
    call = 0;
}

int events_get(struct http_request *req, int64_t started_us)
{
    arena_t *arena;
    problem_t problem;
    events_t *self;

    if (req->method == HTTP_METHOD_HEAD || listeners >= EVENTS_LISTENERS) {
        if (req->method == HTTP_METHOD_HEAD)
            problem_set(&problem, 405, "This path takes GET.");
        else
            problem_set(&problem, 503, "As many listen as may.");
        problem.retry_after_s = problem.status == 503 ? 10 : 0;
        answer_problem(req, &problem, problem.status == 405 ? "GET" : NULL, started_us);
        return KORE_RESULT_OK;
    }
    arena = arena_new(ARENA_MAX);
    self = (events_t *)wait_start(req, &kind, &arena, (str_t){0}, started_us, EVENTS_LIFE_MS);
    arena_destroy(&arena);
    if (!self)
        return KORE_RESULT_OK;
    listeners++;
    self->heard = -1;
    self->spoke_ms = clock_ms();
    self->ends_ms = self->spoke_ms + EVENTS_LIFE_MS;
    self->wait.streamed = true;
    answer_raw_events(req->owner);
    wait_stream(&self->wait, STR_LIT("retry: 2000\n\n"));
    return KORE_RESULT_RETRY;
}
