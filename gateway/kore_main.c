/*
 * The gateway, as a module of Kore: what happens when Kore starts, forks a worker, has a request,
 * and ends. Kore's own configuration file says only which module to load; everything else is set
 * here, from our settings.
 *
 *   parent   gateway_loaded            settings, log, what can be wrong with them
 *            kore_parent_configure     Kore's bounds, the listening socket
 *   worker   kore_worker_configure     services, page, timers
 *            gateway_request           every request
 *            kore_worker_teardown      what waits is answered, within DRAIN_MS
 */
#include <netdb.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <kore/hooks.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/metrics.h"
#include "gateway/head.h"
#include "gateway/kore_admit.h"
#include "gateway/kore_api.h"
#include "gateway/kore_bot.h"
#include "gateway/kore_catalog.h"
#include "gateway/kore_console.h"
#include "gateway/kore_events.h"
#include "gateway/kore_guard.h"
#include "gateway/kore_handoff.h"
#include "gateway/kore_leads.h"
#include "gateway/kore_lookup.h"
#include "gateway/kore_page.h"
#include "gateway/kore_status.h"
#include "gateway/kore_texts.h"
#include "gateway/kore_upstream.h"
#include "gateway/kore_wait.h"
#include "gateway/kore_webhook.h"
#include "gateway/kore_webhook_gate.h"
#include "gateway/kore_widget.h"
#include "gateway/url.h"

#define TICK_MS 50
#define LOOK_MS 500    /* how long the death of a worker may go unnoticed */
#define QUIET_MS 200   /* who was let in just before the end may still ask */
#define FLUSH_MS 500   /* the last answers may leave */
#define LAST_ROUNDS 64 /* of letting in who has connected already */
#define RESTART_MS 200 /* a worker that dies at its start must not be a busy loop */
#define SPARE_DESCRIPTORS 128
#define SPARE_REQUESTS 64

static pid_t parent;
static char port[8];
static char worker_name[32];

/* ---- the parent ---- */

/* One clear line instead of Kore's. */
static void check_address(void)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int on = 1;
    int fd;
    int error = getaddrinfo(config.HTTP_ADDR, port, &hints, &found);

    if (error)
        log_fatal("HTTP_ADDR=%s: %s", config.HTTP_ADDR, gai_strerror(error));
    fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1 ||
        bind(fd, found->ai_addr, found->ai_addrlen) == -1)
        log_fatal("cannot listen on %s port %s: %s (settings HTTP_ADDR and PORT)", config.HTTP_ADDR,
                  port, strerror(errno));
    close(fd);
    freeaddrinfo(found);
}

/* A worker looks at every descriptor number it could have, so it must not be a thousand million;
 * and what it needs it must be allowed. */
static void limit_descriptors(void)
{
    rlim_t need = (rlim_t)config.GATEWAY_CONNECTIONS + 2 * SPARE_DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        log_fatal("getrlimit: %s", strerror(errno));
    limit.rlim_cur = need;
    if (limit.rlim_max < need) /* only the mighty may raise it */
        limit.rlim_max = need;
    if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
        log_fatal("GATEWAY_CONNECTIONS=%lld needs %llu open files: %s (ulimit -n)",
                  (long long)config.GATEWAY_CONNECTIONS, (unsigned long long)need, strerror(errno));
}

/* All that can be wrong with a start is told here, before Kore does anything. */
__attribute__((constructor)) static void gateway_loaded(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0); /* Kore's words, else lost or doubled across forks */
    log_start("gateway", "info", "logfmt");
    config_load(NULL);
    log_start("gateway", config.LOG_LEVEL, config.LOG_FORMAT);
    snprintf(port, sizeof port, "%d", (int)config.PORT);
    check_address();
    limit_descriptors();
    webhook_gate_start();
    widget_check();
    /* no file with a pid: it would be left behind by a kill -9, and tell the wrong one later */
    kore_pidfile = (char *)"/dev/null";
}

static void set_bounds(void)
{
    worker_count = (u_int8_t)config.GATEWAY_WORKERS;
    worker_set_affinity = 0; /* on, it would pin ZeroMQ's threads too */
    worker_accept_threshold = 1;
    worker_max_connections = (u_int32_t)config.GATEWAY_CONNECTIONS;
    worker_rlimit_nofiles = worker_max_connections + SPARE_DESCRIPTORS;
    http_request_limit = worker_max_connections + SPARE_REQUESTS; /* ours is lower: wait_limit */
    http_header_max = HEAD_MAX;
    http_body_max = HEAD_MAX_FILE;
    http_keepalive_time = 20;
    http_hsts_enable = 0; /* TLS ends in a proxy, which says it */
    http_server_version("mostrador");
}

static volatile sig_atomic_t ending; /* the signal that told it to; 0: none did */

static void on_end(int number)
{
    ending = sig_recv = number;
}

static void on_alarm(int number)
{
    (void)number;
    if (ending)
        sig_recv = ending;
    else if (sig_recv == 0) /* else there is something to do already */
        sig_recv = SIGCHLD;
}

/* Kore's parent waits without an end for signals. It misses one that comes just before it waits, or
 * while it deals with another of the kind: a worker that dies as it begins would be the last. And
 * of two that come at once it keeps the latter: a worker that dies would hide that all is to end.
 * So it is woken, and then looks for dead workers, or ends if it was ever told to. A worker
 * inherits no timer. */
static void watch_signals(void)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGQUIT};
    struct sigaction alarm = {.sa_handler = on_alarm};
    struct sigaction end = {.sa_handler = on_end}; /* instead of Kore's, which is set by now */
    struct itimerval often = {{0, LOOK_MS * 1000}, {0, LOOK_MS * 1000}};

    sigfillset(&alarm.sa_mask);
    sigfillset(&end.sa_mask);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (sigaction(ends[i], &end, NULL) == -1)
            log_fatal("sigaction: %s", strerror(errno));
    if (sigaction(SIGALRM, &alarm, NULL) == -1 || setitimer(ITIMER_REAL, &often, NULL) == -1)
        log_fatal("setitimer: %s", strerror(errno));
}

void kore_parent_configure(int argc, char **argv)
{
    struct kore_server *server = kore_server_create("gateway");
    struct kore_domain *domain = kore_domain_new("*");

    (void)argc;
    (void)argv;
    kore_pidfile = (char *)""; /* Kore unlinks it at its end */
    parent = getpid();
    set_bounds();
    server->tls = 0;
    if (!kore_domain_attach(domain, server) ||
        !kore_module_handler_new(domain, "^/.*$", "gateway_request", NULL, HANDLER_TYPE_DYNAMIC) ||
        !kore_server_bind(server, config.HTTP_ADDR, port, "gateway_connect"))
        log_fatal("cannot listen on %s port %s", config.HTTP_ADDR, port);
    watch_signals();
}

/* ---- a worker ---- */

static void on_tick(void *arg, u_int64_t now)
{
    int64_t now_ms = clock_ms();

    (void)arg;
    (void)now;
    upstream_run();
    events_tick(now_ms);
    wait_tick(now_ms);
    guard_sweep(now_ms);
}

/* A worker must not outlive its parent: nobody would accept, log or end it. */
static void follow_parent(void)
{
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1)
        log_fatal("prctl: %s", strerror(errno));
    if (getppid() != parent)
        exit(0);
}

void kore_worker_configure(void)
{
    size_t waiting = (size_t)config.GATEWAY_CONNECTIONS * 3 / 4; /* the rest hears 503 */

    follow_parent();
    snprintf(worker_name, sizeof worker_name, "gateway-%d", worker->id);
    log_start(worker_name, config.LOG_LEVEL, config.LOG_FORMAT);
    if (worker->restarted) {
        log_warn("worker_restarted");
        usleep(RESTART_MS * 1000);
    }
    wait_limit(waiting);
    status_start(worker_name);
    widget_start();
    page_start(config.SHOP_NAME);
    upstream_start(worker_name, 2 * waiting); /* what is told while nobody waits has room too */
    kore_timer_add(on_tick, TICK_MS, NULL, 0);
    log_info("ready", LOG_CSTR("address", config.HTTP_ADDR), LOG_INT("port", config.PORT));
}

/* ---- requests ---- */

static unsigned method_of(const struct http_request *req)
{
    switch (req->method) {
    case HTTP_METHOD_GET:
        return METHOD_GET;
    case HTTP_METHOD_HEAD:
        return METHOD_HEAD;
    case HTTP_METHOD_POST:
        return METHOD_POST;
    case HTTP_METHOD_DELETE:
        return METHOD_DELETE;
    default:
        return METHOD_OTHER;
    }
}

static int dispatch(struct http_request *req, const route_t *route, int64_t started_us)
{
    switch (route->name) {
    case ROUTE_BOT:
        return bot_post(req, started_us);
    case ROUTE_WIDGET_VISITORS:
        return widget_visitors_post(req, started_us);
    case ROUTE_SESSION:
        if (req->method == HTTP_METHOD_DELETE)
            return session_delete(req, route->rest, started_us);
        return session_get(req, route->rest, started_us);
    case ROUTE_PERSON:
        if (req->method == HTTP_METHOD_DELETE)
            return person_delete(req, route->rest, started_us);
        return person_get(req, route->rest, started_us);
    case ROUTE_SESSIONS:
        return sessions_get(req, started_us);
    case ROUTE_TAKE:
        return take_post(req, route->rest, started_us);
    case ROUTE_SAY:
        return say_post(req, route->rest, started_us);
    case ROUTE_GIVE:
        return give_post(req, route->rest, started_us);
    case ROUTE_MESSAGES:
        return messages_get(req, route->rest, started_us);
    case ROUTE_TURNS:
        return turns_get(req, started_us);
    case ROUTE_NUMBERS:
        return numbers_get(req, started_us);
    case ROUTE_LATENCY:
        return latency_get(req, started_us);
    case ROUTE_NPS:
        return nps_get(req, started_us);
    case ROUTE_BUDGET:
        return budget_get(req, started_us);
    case ROUTE_CONVERSATIONS:
        return conversations_get(req, started_us);
    case ROUTE_EVENTS:
        return events_get(req, started_us);
    case ROUTE_PROCESSES:
        return processes_get(req);
    case ROUTE_LEADS:
        return leads_get(req, started_us);
    case ROUTE_LEADS_CSV:
        return leads_csv_get(req, started_us);
    case ROUTE_LEAD:
        if (req->method == HTTP_METHOD_POST)
            return lead_post(req, route->rest, started_us);
        return lead_get(req, route->rest, started_us);
    case ROUTE_ALERTS_TEST:
        return alerts_test_post(req, started_us);
    case ROUTE_CARS:
        if (req->method == HTTP_METHOD_POST)
            return cars_post(req, started_us);
        return cars_get(req, started_us);
    case ROUTE_CAR:
        if (req->method == HTTP_METHOD_POST)
            return car_post(req, route->rest, started_us);
        return car_get(req, route->rest, started_us);
    case ROUTE_CAR_SOLD:
        return sold_post(req, route->rest, started_us);
    case ROUTE_CATALOG_HISTORY:
        return history_get(req, started_us);
    case ROUTE_CATALOG_UNDO:
        return undo_post(req, route->rest, started_us);
    case ROUTE_CATALOG_IMPORT:
        return import_post(req, started_us);
    case ROUTE_MAKES:
        return makes_get(req, started_us);
    case ROUTE_HEALTH:
        return health_get(req);
    case ROUTE_READY:
        return ready_get(req);
    case ROUTE_METRICS:
        return metrics_get(req);
    case ROUTE_WEBHOOK:
        return webhook_post(req, started_us);
    case ROUTE_WEBHOOK_STATUS:
        return webhook_status_post(req, started_us);
    case ROUTE_CONSOLE_SESSION:
        if (req->method == HTTP_METHOD_POST)
            return console_session_post(req, started_us);
        if (req->method == HTTP_METHOD_DELETE)
            return console_session_delete(req, started_us);
        return console_session_get(req, started_us);
    case ROUTE_CONSOLE_PASSWORD:
        return console_password_post(req, started_us);
    case ROUTE_CONSOLE_USERS:
        if (req->method == HTTP_METHOD_POST)
            return console_users_post(req, started_us);
        return console_users_get(req, started_us);
    case ROUTE_CONSOLE_USER:
        if (req->method == HTTP_METHOD_DELETE)
            return console_user_delete(req, route->rest, started_us);
        return console_user_post(req, route->rest, started_us);
    case ROUTE_TEXTS:
        if (req->method == HTTP_METHOD_POST)
            return texts_post(req, route->rest, started_us);
        return texts_get(req, route->rest, started_us);
    case ROUTE_TEXT:
        return text_get(req, route->rest, started_us);
    case ROUTE_PUBLISH:
        return publish_post(req, route->rest, started_us);
    case ROUTE_TRY:
        return try_post(req, started_us);
    case ROUTE_PAGE:
        return page_get(req, route->rest);
    case ROUTE_UNKNOWN:
        break;
    }
    return KORE_RESULT_ERROR;
}

/* What Kore does with a request that admit has put to sleep or answered. */
static int rest_of(struct http_request *req)
{
    const wait_t *wait = http_state_get(req);

    return wait && !wait->ready ? KORE_RESULT_RETRY : KORE_RESULT_OK;
}

int gateway_request(struct http_request *req)
{
    int64_t started_us = clock_us();
    const char *allow = NULL;
    problem_t problem;
    route_t route;

    if (http_state_get(req) && !admit_sleeps(req))
        return wait_handle(req);
    route = route_find(str_from(req->path), method_of(req));
    if (admit_sleeps(req))
        return admit_again(req, &route) == ADMIT_YES ? dispatch(req, &route, started_us)
                                                     : rest_of(req);
    if (route.name == ROUTE_UNKNOWN) {
        problem_set(&problem, 404, "There is nothing at this path.");
    } else if (!(route.methods & method_of(req))) {
        allow = route.allow;
        problem_set(&problem, 405, "This path takes %s.", allow);
    } else {
        switch (admit(req, &route, started_us, &problem)) {
        case ADMIT_YES:
            return dispatch(req, &route, started_us);
        case ADMIT_LATER:
            return rest_of(req);
        case ADMIT_NO:
            break;
        }
    }
    log_debug("http_refused", LOG_INT("status", problem.status), LOG_CSTR("why", problem.detail));
    answer_problem(req, &problem, allow, started_us);
    return KORE_RESULT_OK;
}

/* ---- the end ---- */

/* Kore's loop once, without accepting. */
static void turn_loop(void)
{
    kore_platform_event_wait(TICK_MS / 2);
    kore_timer_run(kore_time_ms());
    http_process();
    kore_connection_prune(KORE_CONNECTION_PRUNE_DISCONNECT);
}

/* Everybody who has connected by now. */
static void let_in(struct listener *listener)
{
    worker_accept_threshold = 0; /* as many as there are */
    listener->evt.flags |= KORE_EVENT_READ;
    kore_listener_accept(listener, 0);
}

/* Nobody new: who connects from now on is refused by the system and goes elsewhere. The socket is
 * the parent's too, so it is not enough to close it here. Who has connected already is let in. */
static void stop_listening(void)
{
    struct kore_server *server;
    struct listener *listener;

    for (int i = 0; worker->has_lock && i < LAST_ROUNDS; i++)
        kore_platform_event_wait(0);
    if (worker->has_lock)
        kore_platform_disable_accept();
    LIST_FOREACH(server, &kore_servers, list)
    LIST_FOREACH(listener, &server->listeners, list)
    {
        let_in(listener); /* nothing comes between: what the system still holds it would reset */
        shutdown(listener->fd, SHUT_RDWR);
    }
}

/* Closes the connections of which nothing is to be read or sent. false: some are left. What came on
 * one after Kore's loop has ended would be reset, and how long the rest of the end takes is others'
 * to say. */
static bool close_quiet(void)
{
    struct connection *c;
    struct connection *next;
    bool left = false;

    for (c = TAILQ_FIRST(&connections); c; c = next) {
        int unread = 0;

        next = TAILQ_NEXT(c, list);
        if (c->proto != CONN_PROTO_HTTP)
            continue;
        if (ioctl(c->fd, FIONREAD, &unread) == -1 || (unread == 0 && TAILQ_EMPTY(&c->send_queue)))
            kore_connection_disconnect(c);
        else
            left = true;
    }
    kore_connection_prune(KORE_CONNECTION_PRUNE_DISCONNECT);
    return !left;
}

/* Kore itself would drop the requests that sleep. */
void kore_worker_teardown(void)
{
    int64_t quiet = clock_ms() + QUIET_MS, end = clock_ms() + config.DRAIN_MS;

    log_info("stopping", LOG_INT("waiting", wait_count()));
    stop_listening();
    answer_close_all();
    events_leave();
    while ((wait_count() > 0 || clock_ms() < quiet || !close_quiet()) && clock_ms() < end)
        turn_loop();
    wait_close();
    wait_stop_all();
    end = clock_ms() + FLUSH_MS;
    while ((wait_count() > 0 || !close_quiet()) && clock_ms() < end)
        turn_loop();
    events_stop();
    upstream_stop();
    log_info("stopped", LOG_INT("unanswered", wait_count()));
}
