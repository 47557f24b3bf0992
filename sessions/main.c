/*
 * The session service: conversations, inboxes and leases, in Redis. Nobody else talks to Redis, and
 * this process remembers nothing itself: it may be killed at any time, and several may run.
 *
 *   keys      what is stored, under which names; the states of a lease
 *   *.lua     each change, as one atomic script; scripts builds them in
 *   request   a message becomes a command, made of words
 *   answer    what Redis says becomes a message
 *   carrier   the words of a carrier's status
 *   redis     commands and answers, whatever Redis is made of; of that
 *             redis_link is the connection to a server, redis_sentinel finds the master, and
 *             redis_cluster the nodes; the other redis_* and url belong to these
 *   store     requests under way; refuse says why one is not served
 *   scatter   one question to many places, for those that look across users
 *   sweep     who was forgotten, across users
 *   budget    what may be spent at language models, and what was today
 *   turn_*    the log of turns; histogram and latency make percentiles of it
 *   people_index  the newest conversations
 *   console   who may sign in to the console: console_rules, password
 *   alerts    what the people of the shop are to be told
 *   desk      who waits for a person of the shop, or has one, across all users
 *   survey_report  what people answered to the survey, across all users
 */
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/rpc_loop.h"
#include "common/shop_day.h"
#include "sessions/store.h"

#define LEAVING_TICK_MS 5

static void on_status(void *arg, proto_process_t *self, arena_t *arena, proto_process_t *more,
                      size_t *count)
{
    (void)arena;
    (void)more;
    *count = 0;
    self->missing = store_missing(arg);
    self->ready = self->missing.size == 0;
}

typedef struct leaving {
    uv_timer_t timer;
    rpc_server_t *server;
    int64_t until; /* clock_ms */
} leaving_t;

static void on_leaving(uv_timer_t *timer)
{
    leaving_t *self = timer->data;
    if (rpc_server_owed(self->server) == 0 || clock_ms() >= self->until)
        uv_stop(timer->loop);
}

/* What was taken is answered, as far as Redis lets us; nothing more is taken. */
static void on_stop(void *arg)
{
    leaving_t *self = arg;
    log_info("leaving", LOG_INT("requests", rpc_server_owed(self->server)));
    rpc_server_pause(self->server);
    self->until = clock_ms() + config.DRAIN_MS;
    uv_timer_start(&self->timer, on_leaving, 0, LEAVING_TICK_MS);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "sessions";
    config_load(NULL);
    log_start(name, config.LOG_LEVEL, config.LOG_FORMAT);
    redis_url_t url;
    const char *wrong;
    if (!redis_url_parse(str_from(config.REDIS_URL), &url, &wrong))
        log_fatal("REDIS_URL: %s", wrong);
    request_limits_t limits = {.inbox_max = config.INBOX_MAX,
                               .session_ttl = config.SESSION_TTL,
                               .dedup_ttl = config.DEDUP_TTL,
                               .lease_ms = config.LEASE_MS,
                               .settle_ms = config.TWIML_SETTLE_MS,
                               .turn_log = config.TURN_LOG_MAX,
                               .nps_after = config.NPS_AFTER,
                               .nps_every = config.NPS_EVERY,
                               .day_tokens = config.BUDGET_DAY_TOKENS,
                               .day_calls = config.BUDGET_DAY_CALLS,
                               .person_ms = config.TWILIO_PERSON_MS,
                               .person_burst = config.TWILIO_PERSON_BURST,
                               .number_rate = config.TWILIO_NUMBER_RATE,
                               .alert_repeat_ms = config.ALERT_REPEAT_MS,
                               .alert_rate = config.ALERT_RATE,
                               .template_sid = str_from(config.TWILIO_TEMPLATE_SID),
                               .handoff_ttl = config.HANDOFF_TTL};
    budget_person_t person = {config.BUDGET_PERSON_TOKENS, config.BUDGET_PERSON_CALLS};
    console_limits_t console = {config.CONSOLE_IDLE_MS, config.CONSOLE_MAX_MS, config.CONSOLE_TRIES,
                                config.CONSOLE_LOCK_MS};
    if (!shop_day_open(config.SHOP_TIME_ZONE))
        log_fatal("SHOP_TIME_ZONE: there is no zone %s in /usr/share/zoneinfo (package tzdata)",
                  config.SHOP_TIME_ZONE);

    uv_loop_t loop;
    uv_loop_init(&loop);
    redis_t *redis = redis_new(&loop, &url);
    store_t *store = store_new(&loop, redis, &limits, &person, &console);
    char why[256];
    rpc_server_t *server = rpc_server_new(&loop, name, "sessions", config.SESSIONS_ENDPOINT,
                                          store_accepts, store_handle, store, why, sizeof why);
    if (!server)
        log_fatal("SESSIONS_ENDPOINT: %s", why);
    rpc_server_on_status(server, on_status, store);
    rpc_server_on_burst(server, store_send, store);
    leaving_t leaving = {.server = server};
    leaving.timer.data = &leaving;
    uv_timer_init(&loop, &leaving.timer);
    rpc_loop_on_signal(&loop, on_stop, &leaving);
    log_info("ready", LOG_CSTR("endpoint", config.SESSIONS_ENDPOINT));
    uv_run(&loop, UV_RUN_DEFAULT);

    redis_destroy(&redis); /* answers what is under way */
    store_destroy(&store);
    rpc_server_destroy(&server);
    rpc_loop_end(&loop);
    log_info("stopped");
    return 0;
}
