/*
 * The agent: runs turns. argv[1] is its name ("agent-2"), which with a random boot id holds leases.
 *
 *   dispatcher ── TURN, NUDGE ──> dispatch_link ──> turns ──> sessions (rpc_client)
 *                                                     ├────> models: openai …, offline
 *                                                     ├────> tools ──> catalog (rpc_client)
 *                                                     ├────> twilio
 *                                                     └────> alert_desk ──> Slack, a webhook, mail
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/catalog_watch.h"
#include "agent/dispatch_link.h"
#include "agent/parts_watch.h"
#include "agent/rules_offer.h"
#include "agent/turns.h"
#include "common/config.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rpc_loop.h"
#include "common/rpc_server.h"
#include "common/shop_day.h"
#include "common/version.h"

#define OPENAI_OWN_URL "https://api.openai.com/v1"
#define MAX_NAME 64         /* bytes, as the protocol has it */
#define CALLS_PER_TURN 4    /* to sessions at once, at most */
#define LOOKUPS_PER_TURN 10 /* to the catalog at once, at most */
#define MAX_CALLS 40000

typedef struct agent {
    const char *name;
    int64_t boot;
    char holder[96];
    uv_loop_t loop;
    rpc_client_t *sessions, *catalog;
    rpc_loop_t *sessions_loop, *catalog_loop;
    tools_t *tools;
    window_t window;
    editions_t *editions;
    rules_offer_t *offer;
    catalog_watch_t *catalog_watch;
    memo_t *memo;
    model_list_t *models; /* NULL without a key */
    model_t *offline;
    price_list_t prices;
    twilio_t *twilio; /* NULL without an account */
    send_pace_t *pace;
    turns_t *turns;
    dispatch_link_t *links[DISPATCH_LINKS_MAX];
    size_t link_count;
    alert_desk_t *alerts;       /* NULL: nobody is told */
    parts_watch_t *parts_watch; /* the same */
    rpc_server_t *health;       /* NULL: nobody asks */
    shop_hours_t hours;
    bool leaving;
} agent_t;

/* ---- what the dispatchers say and are told ---- */

static void on_turn(void *arg, dispatch_link_t *link, const proto_header_t *header,
                    const proto_turn_t *turn)
{
    turns_on_turn(((agent_t *)arg)->turns, link, header, turn);
}

static void on_nudge(void *arg, dispatch_link_t *link, const proto_header_t *header,
                     const proto_nudge_t *nudge)
{
    (void)header;
    turns_on_nudge(((agent_t *)arg)->turns, link, nudge);
}

static void on_status(void *arg, proto_process_t *process, arena_t *arena)
{
    const agent_t *self = arg;
    bool sessions = rpc_client_up(self->sessions), catalog = rpc_client_up(self->catalog);
    process->name = str_from(self->name);
    process->role = STR_LIT("agent");
    process->version = STR_LIT(MOSTRADOR_VERSION);
    process->boot = self->boot;
    process->credit = self->leaving ? 0 : (int64_t)turns_allowed(self->turns);
    process->running = (int64_t)turns_running(self->turns);
    process->ready = sessions && catalog && !self->leaving;
    if (self->leaving)
        process->missing = STR_LIT("leaving");
    else if (!sessions || !catalog)
        process->missing = str_from(sessions  ? "catalog"
                                    : catalog ? "sessions"
                                              : "sessions, catalog");
    metrics_samples(arena, &process->samples, &process->samples_count);
    log_failures(arena, &process->failures, &process->failures_count);
}

/* ---- coming ---- */

static prompt_t *read_prompt(void)
{
    char why[512];
    buf_t rules;
    financing_terms_t terms = financing_terms_configured();
    buf_init(&rules, PROMPT_MAX_RULES);
    if (!prompt_read(config.RULES_DIR, config.RULES_VERSION, &rules, why, sizeof why))
        log_fatal("RULES_DIR, RULES_VERSION: %s", why);
    prompt_t *prompt = prompt_new(buf_view(&rules), config.RULES_VERSION, config.SHOP_NAME, &terms,
                                  why, sizeof why);
    if (!prompt)
        log_fatal("%s", why);
    buf_free(&rules);
    return prompt;
}

static void read_hours(agent_t *self)
{
    char why[SHOP_HOURS_WHY];
    if (!shop_day_open(config.SHOP_TIME_ZONE))
        log_fatal("SHOP_TIME_ZONE: there is no zone %s in /usr/share/zoneinfo (package tzdata)",
                  config.SHOP_TIME_ZONE);
    if (*config.SHOP_HOURS && !shop_hours_parse(str_from(config.SHOP_HOURS), &self->hours, why))
        log_fatal("SHOP_HOURS: %s", why);
}

/* The makes are not known yet; they and a conversation have to fit into what is left. */
static void make_editions(agent_t *self)
{
    prompt_t *prompt = read_prompt();
    self->window = (window_t){
        .tokens = (size_t)config.CONTEXT_TOKENS,
        .fixed = window_fixed(prompt),
        .entries = (size_t)config.CONTEXT_ENTRIES,
    };
    if (window_too_narrow(&self->window))
        log_fatal("CONTEXT_TOKENS: the rules %s and the tools alone are about %zu tokens, and a "
                  "conversation needs %d: set it to %zu or more",
                  prompt_version(prompt), self->window.fixed, WINDOW_LEAST,
                  self->window.fixed + WINDOW_LEAST);
    self->editions = editions_new(&prompt, &self->window);
}

static void make_clients(agent_t *self)
{
    size_t credit = (size_t)config.AGENT_CREDIT;
    size_t calls = credit * CALLS_PER_TURN + 64, lookups = credit * LOOKUPS_PER_TURN + 64;
    self->sessions =
        rpc_client_new(rpc_loop_context(), "sessions", self->name, config.SESSIONS_ENDPOINT,
                       config.HEARTBEAT_MS, calls < MAX_CALLS ? calls : MAX_CALLS);
    self->catalog =
        rpc_client_new(rpc_loop_context(), "catalog", self->name, config.CATALOG_ENDPOINT,
                       config.HEARTBEAT_MS, lookups < MAX_CALLS ? lookups : MAX_CALLS);
    self->sessions_loop = rpc_loop_attach(&self->loop, self->sessions);
    self->catalog_loop = rpc_loop_attach(&self->loop, self->catalog);
}

/* A key, or a server of one's own that needs none. */
static bool model_configured(void)
{
    return config.OPENAI_API_KEY[0] || strcmp(config.OPENAI_BASE_URL, OPENAI_OWN_URL) != 0;
}

static void read_prices(agent_t *self)
{
    char why[PRICE_WHY_SIZE];
    if (*config.MODEL_PRICES &&
        !price_list_parse(str_from(config.MODEL_PRICES), &self->prices, why))
        log_fatal("MODEL_PRICES: %s", why);
    if (!price_is_currency(str_from(config.MODEL_CURRENCY)))
        log_fatal("MODEL_CURRENCY: three capital letters of ISO 4217, such as USD or MXN");
}

/* A sum that leaves out a model would be taken for all. */
static void set_price(const agent_t *self, model_t *model)
{
    if (!*config.MODEL_PRICES)
        return;
    model->price = price_list_find(&self->prices, str_from(model->label));
    if (!model->price)
        log_fatal("MODEL_PRICES has no price for %s of OPENAI_MODEL; %s=0/0/0 says that it costs "
                  "nothing",
                  model->label, model->label);
}

/* As many as OPENAI_MODEL names, each with connections of its own: one that hangs keeps none of the
 * others from being asked. */
static void make_models(agent_t *self)
{
    breaker_settings_t settings = {
        .failures = config.BREAKER_FAILURES,
        .percent = config.BREAKER_PERCENT,
        .window_ms = config.BREAKER_WINDOW_MS,
        .open_ms = config.BREAKER_OPEN_MS,
    };
    self->models = model_list_new(&settings);
    char *list = strdup(config.OPENAI_MODEL), *rest = list;
    for (char *name; (name = strsep(&rest, ",")) != NULL;) {
        name += strspn(name, " ");
        name[strcspn(name, " ")] = 0;
        if (!*name || strpbrk(name, "\"\\\n") || model_list_count(self->models) == MODEL_LIST_MAX)
            log_fatal("OPENAI_MODEL: one to %d names, comma separated", MODEL_LIST_MAX);
        model_t *model = model_openai_new(&self->loop, name, self->memo);
        set_price(self, model);
        model_list_add(self->models, &model);
    }
    free(list);
}

static void make_carrier(agent_t *self)
{
    self->twilio = twilio_new(&self->loop);
    self->pace = send_pace_new(&self->loop, self->sessions);
}

static void on_model_open(void *arg, const char *label)
{
    char key[128];
    proto_alert_t alert = {.subject = str_from(label)};
    snprintf(key, sizeof key, "model %s", label);
    alert_desk_raise(arg, ALERT_MODEL, &alert, key);
}

static void make_alerts(agent_t *self)
{
    char why[256];
    self->alerts = alert_desk_new(&self->loop, self->sessions, why, sizeof why);
    if (*why)
        log_fatal("%s", why);
    if (!self->alerts)
        return;
    parts_watched_t parts = {self->sessions, self->catalog, self->links, &self->link_count};
    self->parts_watch = parts_watch_new(&self->loop, self->alerts, &parts, config.HEARTBEAT_MS,
                                        config.ALERT_REPEAT_MS);
}

static void make_turns(agent_t *self)
{
    self->tools = tools_new(&self->loop, self->catalog);
    self->memo = memo_new((size_t)config.AGENT_MEMO_MIB << 20);
    self->catalog_watch = catalog_watch_new(&self->loop, self->catalog, self->editions, self->name);
    self->offer = rules_offer_new(&self->loop, self->sessions, self->editions);
    self->offline = model_offline_new(&self->loop);
    read_prices(self);
    if (model_configured())
        make_models(self);
    if (self->models)
        model_list_on_open(self->models, on_model_open, self->alerts);
    turn_parts_t parts = {
        .loop = &self->loop,
        .sessions = self->sessions,
        .tools = self->tools,
        .catalog = self->catalog_watch,
        .editions = self->editions,
        .memo = self->memo,
        .models = self->models,
        .offline = self->offline,
        .currency = *config.MODEL_PRICES ? config.MODEL_CURRENCY : NULL,
        .twilio = self->twilio,
        .pace = self->pace,
        .typing = strcmp(config.TWILIO_TYPING, "on") == 0,
        .settle_ms = config.TWILIO_SETTLE_MS,
        .part_wait_ms = *config.PUBLIC_BASE_URL ? config.TWILIO_PART_MS : 0,
        .holder = self->holder,
        .credit = (size_t)config.AGENT_CREDIT,
        .lease_ms = config.LEASE_MS,
        .coalesce_ms = config.COALESCE_MS,
        .turn_ms = config.TURN_MS,
        .model_calls = config.MODEL_CALLS,
        .window = &self->window,
        .turn_tokens = config.TURN_TOKENS,
        .survey = config.NPS_AFTER > 0,
        .survey_every_ms = config.NPS_EVERY,
        .hours = *config.SHOP_HOURS ? &self->hours : NULL,
        .alerts = self->alerts,
    };
    self->turns = turns_new(&parts);
}

static void make_links(agent_t *self)
{
    dispatch_handlers_t handlers = {on_turn, on_nudge, on_status, self};
    char *list = strdup(config.DISPATCHER_AGENTS_ENDPOINT), *rest = list;
    for (char *endpoint; (endpoint = strsep(&rest, ",")) != NULL;) {
        if (self->link_count == DISPATCH_LINKS_MAX)
            log_fatal("DISPATCHER_AGENTS_ENDPOINT: at most %d dispatchers", DISPATCH_LINKS_MAX);
        self->links[self->link_count] =
            dispatch_link_new(&self->loop, rpc_loop_context(), endpoint, self->link_count,
                              config.HEARTBEAT_MS, &handlers);
        self->link_count++;
    }
    free(list);
}

/* What a health check is told is what dispatchers are. */
static void on_health(void *arg, proto_process_t *process, arena_t *arena, proto_process_t *more,
                      size_t *count)
{
    (void)more;
    *count = 0;
    on_status(arg, process, arena);
}

static void make_health(agent_t *self)
{
    static const proto_type_t nothing[] = {(proto_type_t)0};
    char why[256];
    if (!config.HEALTH_ENDPOINT[0])
        return;
    self->health = rpc_server_new(&self->loop, self->name, "agent", config.HEALTH_ENDPOINT, nothing,
                                  NULL, NULL, why, sizeof why);
    if (!self->health)
        log_fatal("HEALTH_ENDPOINT: %s", why);
    rpc_server_on_status(self->health, on_health, self);
}

/* ---- going ---- */

static void on_idle(void *arg)
{
    uv_stop(&((agent_t *)arg)->loop);
}

static void on_stop(void *arg)
{
    agent_t *self = arg;
    self->leaving = true;
    log_info("leaving", LOG_INT("turns", turns_running(self->turns)));
    for (size_t i = 0; i < self->link_count; i++)
        dispatch_link_bye(self->links[i], self->name);
    turns_stop(self->turns, config.DRAIN_MS, on_idle, self);
}

static void destroy(agent_t *self)
{
    rpc_server_destroy(&self->health);
    turns_destroy(&self->turns);
    parts_watch_destroy(&self->parts_watch);
    for (size_t i = 0; i < self->link_count; i++)
        dispatch_link_destroy(&self->links[i]);
    twilio_destroy(&self->twilio);
    send_pace_destroy(&self->pace);
    catalog_watch_destroy(&self->catalog_watch);
    rules_offer_destroy(&self->offer);
    model_list_destroy(&self->models);
    alert_desk_destroy(&self->alerts); /* after all that raise */
    self->offline->destroy(&self->offline);
    tools_destroy(&self->tools);
    memo_destroy(&self->memo);
    rpc_loop_detach(&self->sessions_loop);
    rpc_loop_detach(&self->catalog_loop);
    rpc_client_destroy(&self->sessions);
    rpc_client_destroy(&self->catalog);
    editions_destroy(&self->editions);
    rpc_loop_end(&self->loop);
}

int main(int argc, char **argv)
{
    static agent_t self;
    self.name = argc > 1 ? argv[1] : "agent";
    config_load(NULL);
    log_start(self.name, config.LOG_LEVEL, config.LOG_FORMAT);
    if (!self.name[0] || strlen(self.name) > MAX_NAME)
        log_fatal("the name of an agent has 1 to %d characters", MAX_NAME);
    self.boot = id_random();
    snprintf(self.holder, sizeof self.holder, "%s/%lld", self.name, (long long)self.boot);
    uv_loop_init(&self.loop);
    read_hours(&self);
    uv_loop_configure(&self.loop, UV_METRICS_IDLE_TIME); /* for turns: does it keep up? */
    make_editions(&self);
    make_clients(&self);
    make_carrier(&self);
    make_alerts(&self);
    make_turns(&self);
    make_links(&self);
    make_health(&self);
    rpc_loop_on_signal(&self.loop, on_stop, &self);
    log_info("ready", LOG_CSTR("model", self.models ? config.OPENAI_MODEL : "offline"),
             LOG_CSTR("carrier", self.twilio ? "twilio" : "none"),
             LOG_CSTR("rules", config.RULES_VERSION), LOG_INT("boot", self.boot));
    uv_run(&self.loop, UV_RUN_DEFAULT);
    destroy(&self);
    log_info("gone", LOG_CSTR("name", self.name));
    return 0;
}
