#include "agent/alert_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rpc_poll.h"

#define LEASE_MS 60000 /* far more than ALERT_POST_MS */
#define CALL_MS 5000   /* for sessions */
#define AT_ONCE 16     /* alerts under way */
#define FIRST_RETRY_MS 5000
#define MOST_DOUBLED 7 /* to about ten minutes */
#define MAX_BODY 16384

/* One alert that is being told. */
typedef struct telling {
    alert_desk_t *desk; /* NULL: it is free */
    char id[65];
    int64_t attempt; /* 0: nobody is told how it went */
    int64_t sent;    /* targets that have it, or never will */
    unsigned open;   /* targets that have not answered */
    bool failed;
} telling_t;

/* What alert_posted is given. */
typedef struct telling_target {
    telling_t *telling;
    alert_target_t target;
} telling_target_t;

struct alert_desk {
    rpc_client_t *sessions;
    rpc_poll_t *taking; /* what waits to be told */
    alert_post_t *post;
    unsigned kinds;
    unsigned targets;
    bool spanish;
    alert_mail_server_t server;
    char from[256];
    telling_t tellings[AT_ONCE];
    telling_target_t ends[AT_ONCE][ALERT_TARGETS];
};

static const char *const target_names[] = {"slack", "webhook", "mail"};

/* ---- telling ---- */

static int64_t retry_ms(int64_t attempt)
{
    int64_t doubled = attempt > MOST_DOUBLED ? MOST_DOUBLED : attempt - 1;
    return (int64_t)FIRST_RETRY_MS << doubled;
}

static void on_settled(void *arg, const rpc_answer_t *answer)
{
    (void)arg;
    if (answer->type != PROTO_OK) /* it is told again when the lease is over */
        log_warn("alert_unsettled", LOG_CSTR("error", answer->error ? answer->error : "type"));
}

static void settle(telling_t *self)
{
    alert_desk_t *desk = self->desk;
    self->desk = NULL;
    if (self->attempt == 0)
        return;
    proto_settle_alert_t msg = {.alert_id = str_from(self->id),
                                .tries = self->attempt,
                                .sent = self->sent,
                                .retry_ms = self->failed ? retry_ms(self->attempt) : 0};
    rpc_client_call(desk->sessions, PROTO_SETTLE_ALERT, &msg, NULL, CALL_MS, on_settled, NULL);
}

static void on_posted(void *arg, alert_outcome_t outcome, const char *why, int64_t status)
{
    static const char *const labels[] = {"sent", "failed", "refused"};
    const telling_target_t *end = arg;
    telling_t *self = end->telling;
    metric_add_label(METRIC_ALERTS_SENT, labels[outcome], 1);
    if (outcome != ALERT_SENT)
        log_warn("alert_not_sent", LOG_CSTR("target", target_names[end->target]),
                 LOG_CSTR("outcome", labels[outcome]), LOG_CSTR("why", why),
                 LOG_INT("status", status), LOG_INT("attempt", self->attempt));
    if (outcome == ALERT_FAILED)
        self->failed = true;
    else
        self->sent |= 1 << end->target;
    if (--self->open == 0)
        settle(self);
}

static void post_slack(alert_desk_t *self, str_t line, void *arg)
{
    buf_t body;
    buf_init(&body, MAX_BODY);
    alert_slack(line, &body);
    alert_post_http(self->post, config.ALERT_SLACK_URL, NULL, buf_view(&body), on_posted, arg);
    buf_free(&body);
}

static void post_webhook(alert_desk_t *self, const proto_alert_t *alert, str_t line, void *arg)
{
    buf_t body, header;
    buf_init(&body, MAX_BODY);
    buf_init(&header, MAX_BODY);
    alert_json(alert, line, &body);
    buf_str(&header, "Mostrador-Signature: ");
    alert_signature(str_from(config.ALERT_WEBHOOK_SECRET), clock_unix_ms() / 1000, buf_view(&body),
                    &header);
    alert_post_http(self->post, config.ALERT_WEBHOOK_URL, header.data, buf_view(&body), on_posted,
                    arg);
    buf_free(&body);
    buf_free(&header);
}

static void post_mail(alert_desk_t *self, const proto_alert_t *alert, str_t line, void *arg)
{
    buf_t message;
    buf_init(&message, MAX_BODY);
    alert_mail(alert, line, str_from(self->server.from), str_from(self->server.to),
               clock_unix_ms() / 1000, &message);
    alert_post_mail(self->post, &self->server, buf_view(&message), on_posted, arg);
    buf_free(&message);
}

static telling_t *find_free(alert_desk_t *self)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        if (!self->tellings[i].desk)
            return &self->tellings[i];
    return NULL;
}

static size_t count_free(const alert_desk_t *self)
{
    size_t count = 0;
    for (size_t i = 0; i < AT_ONCE; i++)
        count += self->tellings[i].desk == NULL;
    return count;
}

/* To every target that does not have it yet. */
static void tell(alert_desk_t *self, const proto_alert_t *alert)
{
    telling_t *telling = find_free(self);
    unsigned wanted = self->targets & ~(unsigned)alert->sent;
    if (!telling)
        return; /* its lease runs out, and it is told then */
    *telling = (telling_t){.desk = self, .attempt = alert->tries, .sent = alert->sent};
    snprintf(telling->id, sizeof telling->id, "%.*s", STR_ARG(alert->id));
    buf_t line;
    buf_init(&line, MAX_BODY);
    alert_line(alert, str_from(config.SHOP_NAME), self->spanish, &line);
    for (alert_target_t target = 0; target < ALERT_TARGETS; target++)
        telling->open += wanted >> target & 1;
    telling_target_t *ends = self->ends[telling - self->tellings];
    if (wanted & 1u << ALERT_SLACK)
        post_slack(self, buf_view(&line), &ends[ALERT_SLACK]);
    if (wanted & 1u << ALERT_WEBHOOK)
        post_webhook(self, alert, buf_view(&line), &ends[ALERT_WEBHOOK]);
    if (wanted & 1u << ALERT_MAIL)
        post_mail(self, alert, buf_view(&line), &ends[ALERT_MAIL]);
    buf_free(&line);
    if (telling->open == 0) /* a target that was configured then is not any more */
        settle(telling);
}

/* ---- what waits ---- */

static void take(void *arg, rpc_poll_t *poll)
{
    alert_desk_t *self = arg;
    proto_take_alerts_t msg = {.lease_ms = LEASE_MS, .max = (int64_t)count_free(self)};
    if (msg.max > 0)
        rpc_poll_call(poll, PROTO_TAKE_ALERTS, &msg);
}

static void on_taken(void *arg, const rpc_answer_t *answer)
{
    alert_desk_t *self = arg;
    if (answer->type != PROTO_ALERTS)
        return; /* the next second asks again */
    const proto_alerts_t *msg = answer->msg;
    for (size_t i = 0; i < msg->alerts_count; i++)
        tell(self, &msg->alerts[i]);
}

/* ---- raising ---- */

static void on_raised(void *arg, const rpc_answer_t *answer)
{
    (void)arg;
    if (answer->type == PROTO_OK)
        return;
    metric_add_label(METRIC_ALERTS_RAISED, "lost", 1);
    log_warn("alert_lost", LOG_CSTR("why", answer->error ? answer->error : "type"));
}

static bool wants(const alert_desk_t *self, alert_kind_t kind)
{
    return self && (self->kinds >> kind & 1);
}

static void complete(proto_alert_t *alert, alert_kind_t kind, char id[ID_TEXT_SIZE])
{
    id_text(id);
    alert->id = str_from(id);
    alert->kind = str_from(alert_kind_name(kind));
    alert->at_ms = clock_unix_ms();
}

void alert_desk_raise(alert_desk_t *self, alert_kind_t kind, const proto_alert_t *alert,
                      const char *key)
{
    char id[ID_TEXT_SIZE];
    proto_alert_t mine = *alert;
    if (!wants(self, kind))
        return;
    complete(&mine, kind, id);
    proto_raise_alert_t msg = {.alert = &mine, .alert_count = 1, .key = str_from(key)};
    rpc_client_call(self->sessions, PROTO_RAISE_ALERT, &msg, NULL, CALL_MS, on_raised, NULL);
}

void alert_desk_tell(alert_desk_t *self, alert_kind_t kind, const proto_alert_t *alert)
{
    char id[ID_TEXT_SIZE];
    proto_alert_t mine = *alert;
    if (!wants(self, kind))
        return;
    complete(&mine, kind, id);
    mine.tries = mine.sent = 0;
    tell(self, &mine);
}

/* ---- life ---- */

static bool is_http(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

/* NULL, or what is wrong with the settings. */
static const char *take_settings(alert_desk_t *self)
{
    const char *to = config.ALERT_MAIL_TO;
    if (!alert_kinds_parse(str_from(config.ALERTS), &self->kinds))
        return "ALERTS: all, or some of quote,lead,person,score,undelivered,model,budget,missing";
    if (*config.ALERT_SLACK_URL && !is_http(config.ALERT_SLACK_URL))
        return "ALERT_SLACK_URL: http:// or https://";
    if (*config.ALERT_WEBHOOK_URL && !is_http(config.ALERT_WEBHOOK_URL))
        return "ALERT_WEBHOOK_URL: http:// or https://";
    if (*config.ALERT_WEBHOOK_URL && !*config.ALERT_WEBHOOK_SECRET)
        return "ALERT_WEBHOOK_SECRET: needed with ALERT_WEBHOOK_URL, to sign what is posted";
    if (*to && !alert_addresses(str_from(to)))
        return "ALERT_MAIL_TO: 1 to 16 addresses such as ana@shop.example, with commas between";
    if (*config.ALERT_MAIL_FROM &&
        (!alert_addresses(str_from(config.ALERT_MAIL_FROM)) || strchr(config.ALERT_MAIL_FROM, ',')))
        return "ALERT_MAIL_FROM: an address such as shop@shop.example";
    if (*to && strncmp(config.SMTP_URL, "smtp://", 7) != 0 &&
        strncmp(config.SMTP_URL, "smtps://", 8) != 0)
        return "SMTP_URL: smtp:// or smtps://, needed with ALERT_MAIL_TO";
    const char *from = *config.ALERT_MAIL_FROM ? config.ALERT_MAIL_FROM : to;
    snprintf(self->from, sizeof self->from, "%.*s", (int)strcspn(from, ", "), from);
    self->server = (alert_mail_server_t){.url = config.SMTP_URL,
                                         .user = config.SMTP_USER,
                                         .password = config.SMTP_PASSWORD,
                                         .from = self->from,
                                         .to = to};
    self->targets = (unsigned)(*config.ALERT_SLACK_URL != 0) << ALERT_SLACK |
                    (unsigned)(*config.ALERT_WEBHOOK_URL != 0) << ALERT_WEBHOOK |
                    (unsigned)(*to != 0) << ALERT_MAIL;
    self->spanish = strcmp(config.ALERT_LANGUAGE, "es") == 0;
    return NULL;
}

alert_desk_t *alert_desk_new(uv_loop_t *loop, rpc_client_t *sessions, char *why, size_t size)
{
    alert_desk_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    const char *wrong = take_settings(self);
    snprintf(why, size, "%s", wrong ? wrong : "");
    if (wrong || !self->targets) {
        free(self);
        return NULL;
    }
    self->sessions = sessions;
    self->post = alert_post_new(loop, strcmp(config.ALERT_PRIVATE, "on") == 0);
    for (size_t i = 0; i < AT_ONCE; i++)
        for (alert_target_t target = 0; target < ALERT_TARGETS; target++)
            self->ends[i][target] = (telling_target_t){&self->tellings[i], target};
    self->taking = rpc_poll_new(loop, sessions, take, on_taken, self);
    return self;
}

void alert_desk_destroy(alert_desk_t **self_p)
{
    alert_desk_t *self = *self_p;
    if (!self)
        return;
    rpc_poll_destroy(&self->taking);
    alert_post_destroy(&self->post);
    free(self);
    *self_p = NULL;
}
