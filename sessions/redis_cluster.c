#include "sessions/redis_cluster.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "sessions/redis_link.h"
#include "sessions/redis_slots.h"

#define TICK_MS 20
#define ASK_MS 500 /* a node that does not tell the map by then is not waited for */
#define FIRST_STALL_MS 20
#define MOST_STALL_MS 320
#define UNUSED_MS 10000 /* a node that nobody names so long and that serves nothing is let go */
#define CALM_MS 1000    /* without a stall: the next one begins short again */
#define REDIRECTS 5 /* so many in a row, and the command rests a while: the nodes do not agree */
#define NODES (REDIS_SLOTS_NODES + REDIS_URL_HOSTS)

typedef struct node {
    redis_link_t *link; /* NULL: the place is free */
    bool host;          /* of REDIS_URL */
    size_t slots;       /* that it serves */
    int64_t named;      /* clock_ms: when somebody said that it is one of them */
} node_t;

struct redis_cluster {
    uv_timer_t timer; /* first: freed as one when it is closed */
    uv_loop_t *loop;
    redis_load_t *load;
    redis_link_use_t use;
    node_t nodes[NODES];
    uint16_t owner[REDIS_SLOTS];  /* index into nodes, or REDIS_SLOTS_NONE */
    uint16_t stalls[REDIS_SLOTS]; /* how many commands of the slot are stalled */
    redis_commands_t stalled;     /* not for any node now */
    int64_t resume;               /* clock_ms: when they are sent again */
    int64_t stall_ms;             /* how long they wait */
    size_t turn;                  /* node that was asked for the map last */
    bool asking;                  /* somebody is */
    int64_t asked;                /* clock_ms: when, last */
    redis_slots_t *told;          /* what they said; NULL: nothing new */
    size_t moved;                 /* slots that another node serves since the last map */
    bool wanted;                  /* something says that the map is not what it was */
    size_t masters;               /* of the last map; 0: there was none */
    char trouble[128];            /* why there is none; empty: there is */
    bool changed;                 /* a link came up or was lost */
};

/* ---- nodes ---- */

static size_t find_node(const redis_cluster_t *self, const redis_address_t *address)
{
    size_t i = 0;
    while (i < NODES && (!self->nodes[i].link ||
                         !redis_address_same(redis_link_address(self->nodes[i].link), address)))
        i++;
    return i;
}

/* NODES when there is no room. */
static size_t node_at(redis_cluster_t *self, const redis_address_t *address)
{
    size_t i = find_node(self, address);
    if (i == NODES) {
        for (i = 0; i < NODES && self->nodes[i].link;)
            i++;
        if (i == NODES)
            return i;
        self->nodes[i] = (node_t){.link = redis_link_new(self->loop, &self->use, address)};
    }
    self->nodes[i].named = clock_ms();
    return i;
}

static void give_slot(redis_cluster_t *self, unsigned slot, size_t node)
{
    if (self->owner[slot] == node)
        return;
    if (self->owner[slot] != REDIS_SLOTS_NONE) {
        self->nodes[self->owner[slot]].slots--;
        self->moved++;
    }
    self->owner[slot] = (uint16_t)node;
    self->nodes[node].slots++;
}

static void drop_unused(redis_cluster_t *self)
{
    int64_t now = clock_ms();
    for (size_t i = 0; i < NODES; i++) {
        node_t *node = &self->nodes[i];
        if (node->link && !node->host && node->slots == 0 && now - node->named >= UNUSED_MS &&
            redis_link_idle(node->link))
            redis_link_destroy(&node->link);
    }
}

/* ---- commands ---- */

/* Puts a command by; it is sent again when the stall is over. */
static void stall(redis_cluster_t *self, redis_command_t *command)
{
    int64_t now = clock_ms();
    if (TAILQ_EMPTY(&self->stalled)) {
        bool calm = now - self->resume >= CALM_MS;
        self->stall_ms = calm ? FIRST_STALL_MS : self->stall_ms * 2;
        if (self->stall_ms > MOST_STALL_MS)
            self->stall_ms = MOST_STALL_MS;
        self->resume = now + self->stall_ms;
    }
    if (command->slot >= 0)
        self->stalls[command->slot]++;
    TAILQ_INSERT_TAIL(&self->stalled, command, link);
}

/* The node for a command; NULL: none now. */
static redis_link_t *route(redis_cluster_t *self, const redis_command_t *command)
{
    if (command->slot >= 0)
        return self->owner[command->slot] == REDIS_SLOTS_NONE
                   ? NULL
                   : self->nodes[self->owner[command->slot]].link;
    for (size_t i = 0; i < NODES; i++)
        if (self->nodes[i].slots > 0 && redis_link_up(self->nodes[i].link))
            return self->nodes[i].link;
    return NULL;
}

/* Sends it on to whoever serves its slot now. */
static void forward(redis_cluster_t *self, redis_command_t *command)
{
    if (command->slot == REDIS_SLOT_HERE) {
        redis_command_done(command, NULL);
        redis_command_free(&command);
        return;
    }
    redis_link_t *link = route(self, command);
    command->asking = false;
    if (link && (command->slot < 0 || self->stalls[command->slot] == 0))
        redis_link_send(link, command);
    else
        stall(self, command);
}

/* Those who wait in the list, in order; it is emptied. */
static void forward_all(redis_cluster_t *self, redis_commands_t *list)
{
    redis_commands_expire(list, clock_ms(), true);
    for (redis_command_t *command; (command = TAILQ_FIRST(list)) != NULL;) {
        TAILQ_REMOVE(list, command, link);
        forward(self, command);
    }
}

void redis_cluster_send(redis_cluster_t *self, redis_command_t *command)
{
    command->slot = redis_slot_of_command((str_t){command->bytes, command->size});
    forward(self, command);
}

/* Commands that were to go to a node that does not serve their slots any more, or that is lost. */
static void reroute(redis_cluster_t *self)
{
    redis_commands_t all;
    TAILQ_INIT(&all);
    for (size_t i = 0; i < NODES; i++)
        if (self->nodes[i].link)
            redis_link_take_waiting(self->nodes[i].link, &all);
    forward_all(self, &all);
}

static void resume(redis_cluster_t *self)
{
    redis_commands_t all;
    TAILQ_INIT(&all);
    TAILQ_CONCAT(&all, &self->stalled, link);
    memset(self->stalls, 0, sizeof self->stalls);
    forward_all(self, &all);
}

/* ---- what nodes say ---- */

static const char *kind_of_stall(str_t why)
{
    char first = why.size ? why.data[0] : 0;
    return first == 'C' ? "clusterdown" : first == 'N' ? "noreplicas" : "tryagain";
}

static void on_redirected(void *arg, redis_link_t *link, redis_command_t *command, str_t why)
{
    redis_cluster_t *self = arg;
    bool ask;
    unsigned slot;
    redis_address_t address;
    self->wanted = true;
    if (!redis_slots_redirect(why, redis_link_address(link), &ask, &slot, &address)) {
        metric_add_label(METRIC_REDIS_REDIRECTS, kind_of_stall(why), 1);
        command->redirects = 0;
        stall(self, command);
        return;
    }
    metric_add_label(METRIC_REDIS_REDIRECTS, ask ? "ask" : "moved", 1);
    size_t node = node_at(self, &address);
    if (node == NODES || ++command->redirects > REDIRECTS) {
        command->redirects = 0;
        stall(self, command);
        return;
    }
    if (!ask)
        give_slot(self, slot, node);
    command->asking = ask;
    redis_link_send(self->nodes[node].link, command);
}

static void on_changed(void *arg, redis_link_t *link)
{
    (void)link;
    redis_cluster_t *self = arg;
    self->changed = true;
}

/* ---- the map ---- */

typedef struct question {
    redis_cluster_t *cluster;
    redis_address_t node;
} question_t;

/* Logs a new reason for not having a map. */
static void no_map(redis_cluster_t *self, const redis_address_t *node, const char *why)
{
    char text[REDIS_ADDRESS_TEXT];
    if (strcmp(self->trouble, why) != 0)
        log_warn("redis_slots_unread", LOG_CSTR("server", redis_address_text(node, text)),
                 LOG_CSTR("why", why));
    snprintf(self->trouble, sizeof self->trouble, "%s", why);
}

static void on_slots(void *arg, const redisReply *reply)
{
    question_t *question = arg;
    redis_cluster_t *self = question->cluster;
    self->asking = false;
    if (!reply) {
        self->wanted = true;
    } else {
        if (!self->told && !(self->told = malloc(sizeof *self->told)))
            abort();
        if (!redis_slots_read(self->told, reply, &question->node) || self->told->count == 0) {
            no_map(self, &question->node,
                   reply->type == REDIS_REPLY_ERROR ? reply->str : "it knows of no slots");
            free(self->told);
            self->told = NULL;
        }
    }
    free(question);
}

/* Asks the next node that answers. */
static void ask_for_map(redis_cluster_t *self, int64_t now)
{
    for (size_t i = 1; i <= NODES; i++) {
        size_t at = (self->turn + i) % NODES;
        redis_link_t *link = self->nodes[at].link;
        if (!link || !redis_link_up(link))
            continue;
        question_t *question = malloc(sizeof *question);
        char *bytes;
        int size = redisFormatCommand(&bytes, "CLUSTER SLOTS");
        if (!question || size < 0)
            abort();
        *question = (question_t){self, *redis_link_address(link)};
        self->turn = at;
        self->asking = true;
        self->asked = now;
        self->wanted = false;
        redis_command_t *command =
            redis_command_new(self->load, bytes, (size_t)size, now + ASK_MS, on_slots, question);
        command->slot = REDIS_SLOT_HERE;
        redis_link_send(link, command);
        return;
    }
}

/* What was told. A slot that nobody serves stays with the one who did: it may come back. */
static void take_map(redis_cluster_t *self)
{
    redis_slots_t *told = self->told;
    size_t places[REDIS_SLOTS_NODES] = {0};
    self->told = NULL;
    self->trouble[0] = 0;
    for (size_t i = 0; i < told->count; i++)
        places[i] = node_at(self, &told->nodes[i]);
    bool first = self->masters == 0;
    for (unsigned slot = 0; slot < REDIS_SLOTS; slot++)
        if (told->owner[slot] != REDIS_SLOTS_NONE && places[told->owner[slot]] < NODES)
            give_slot(self, slot, places[told->owner[slot]]);
    self->masters = told->count;
    free(told);
    if (first || self->moved)
        log_info("redis_slots", LOG_INT("masters", self->masters), LOG_INT("moved", self->moved));
    metric_add(METRIC_REDIS_SWITCHES, self->moved > 0);
    self->moved = 0;
    self->changed = true;
    drop_unused(self);
}

/* ---- state ---- */

static bool served(const redis_cluster_t *self)
{
    size_t slots = 0;
    for (size_t i = 0; i < NODES; i++)
        if (self->nodes[i].link && redis_link_up(self->nodes[i].link))
            slots += self->nodes[i].slots;
    return slots == REDIS_SLOTS;
}

bool redis_cluster_up(const redis_cluster_t *self)
{
    return served(self);
}

const char *redis_cluster_trouble(const redis_cluster_t *self)
{
    const char *trouble = served(self)       ? ""
                          : self->trouble[0] ? self->trouble
                                             : "a slot of the cluster has no master";
    for (size_t i = 0; i < NODES; i++)
        if (self->nodes[i].link && self->nodes[i].slots > 0 && !redis_link_up(self->nodes[i].link))
            trouble = redis_link_trouble(self->nodes[i].link);
    return trouble;
}

static void set_metrics(const redis_cluster_t *self)
{
    int64_t up = 0;
    for (size_t i = 0; i < NODES; i++)
        up += self->nodes[i].link && redis_link_up(self->nodes[i].link);
    metric_set(METRIC_REDIS_CONNECTIONS, up);
    metric_set(METRIC_REDIS_UP, served(self));
}

/* Everything that moves or ends links happens here, outside their own functions. */
static void on_tick(uv_timer_t *timer)
{
    redis_cluster_t *self = timer->data;
    int64_t now = clock_ms();
    if (self->told)
        take_map(self);
    if (self->changed) {
        self->changed = false;
        set_metrics(self);
        reroute(self);
    }
    redis_commands_expire(&self->stalled, now, true);
    if (now >= self->resume && !TAILQ_EMPTY(&self->stalled))
        resume(self);
    bool missing = self->wanted || !TAILQ_EMPTY(&self->stalled) || !served(self);
    if (!self->asking &&
        now - self->asked >= (missing ? REDIS_CLUSTER_DOWN_MS : REDIS_CLUSTER_WATCH_MS))
        ask_for_map(self, now);
}

/* ---- life ---- */

redis_cluster_t *redis_cluster_new(uv_loop_t *loop, const redis_url_t *url, redis_load_t *load)
{
    redis_cluster_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->loop = loop;
    self->load = load;
    self->use = (redis_link_use_t){
        .login = url->login, .changed = on_changed, .redirected = on_redirected, .arg = self};
    self->asked = clock_ms() - REDIS_CLUSTER_DOWN_MS;
    for (size_t slot = 0; slot < REDIS_SLOTS; slot++)
        self->owner[slot] = REDIS_SLOTS_NONE;
    TAILQ_INIT(&self->stalled);
    snprintf(self->trouble, sizeof self->trouble, "no node was asked yet");
    for (size_t i = 0; i < url->count; i++)
        self->nodes[node_at(self, &url->hosts[i])].host = true;
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_tick, TICK_MS, TICK_MS);
    return self;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle);
}

void redis_cluster_destroy(redis_cluster_t **self_p)
{
    redis_cluster_t *self = *self_p;
    if (!self)
        return;
    for (size_t i = 0; i < NODES; i++)
        redis_link_destroy(&self->nodes[i].link);
    redis_commands_expire(&self->stalled, INT64_MAX, true);
    free(self->told);
    uv_timer_stop(&self->timer);
    uv_close((uv_handle_t *)&self->timer, on_timer_closed);
    *self_p = NULL;
}
