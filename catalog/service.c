/*
 * The edge: messages in, answers out, a timer that looks at the files once a second. One file is
 * opened at a time; whoever asked for a RELOAD is answered when the newest file there is has been
 * tried. With a source of truth there is no file to look at: what follow.h hands over is taken.
 */
#include "catalog/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "catalog/clerk.h"
#include "catalog/follow.h"
#include "catalog/journal.h"
#include "catalog/knowledge.h"
#include "catalog/knowledge_shelf.h"
#include "catalog/page.h"
#include "catalog/page_cache.h"
#include "catalog/schema.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rpc_server.h"

#define LOOK_MS 1000
#define TICK_MS 50     /* at the journal of the folder, and at what waits for it */
#define MAX_WAITING 16 /* RELOADs at once */
#define HISTORY_USUAL 20
#define ARENA_MAX ((size_t)256 << 20) /* of one answer; a word may need a byte a version */

/* Which file it is: an import replaces it, so another inode or time is another catalog. */
typedef struct identity {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec time;
} identity_t;

typedef struct waiting {
    rpc_peer_t peer;
    proto_header_t header;
} waiting_t;

struct service {
    rpc_server_t *server;
    uv_timer_t timer;
    char path[512];
    stock_t *stock;   /* NULL: nothing to serve */
    follow_t *follow; /* NULL: the file is what is followed */
    identity_t tried; /* the file opened last, whatever came of it */
    const char *dir;
    local_t *local;       /* NULL: there is a source of truth */
    journal_t *journal;   /* NULL: nobody of the shop has changed anything yet */
    clerk_t *clerk;       /* NULL: likewise */
    int64_t tried_number; /* newest revision then */
    local_state_t state;  /* that is served */
    local_state_t opened_state;
    unsigned ticks;
    char missing[256]; /* why stock is NULL */
    knowledge_t *knowledge;
    knowledge_shelf_t *shelf; /* what the console wrote instead */
    arena_t *arena;
    page_cache_t *pages;

    uv_work_t work; /* opening a file */
    bool opening;
    stock_t *opened; /* what came of it; the loop's once work is done */
    char why[256];
    waiting_t waiting[MAX_WAITING];
    size_t waiting_count;

    bool closing, timer_closed;
};

/* ---- opening ---- */

static bool identify(const char *path, identity_t *identity)
{
    struct stat status;
    memset(identity, 0, sizeof *identity);
    if (stat(path, &status) != 0)
        return false;
    identity->device = status.st_dev;
    identity->inode = status.st_ino;
    identity->size = status.st_size;
    identity->time = status.st_mtim;
    return true;
}

static bool same(const identity_t *a, const identity_t *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->time.tv_sec == b->time.tv_sec && a->time.tv_nsec == b->time.tv_nsec;
}

static void take_stock(service_t *self, stock_t *stock)
{
    stock_close(&self->stock);
    self->stock = stock;
    metric_add_label(METRIC_CATALOG_RELOADS, "swapped", 1);
    metric_set(METRIC_CATALOG_CARS, self->stock->cars);
    int64_t makes = 0, models = 0; /* a copy may have numbers without cars */
    for (size_t i = 0; i < stock->make_count; i++)
        makes += stock->makes[i].count > 0;
    for (size_t i = 0; i < stock->model_count; i++)
        models += stock->models[i].count > 0;
    log_info("catalog", LOG_INT("version", stock->version), LOG_INT("cars", stock->cars),
             LOG_INT("makes", makes), LOG_INT("models", models));
}

static void on_followed(void *arg, stock_t *stock)
{
    take_stock(arg, stock);
}

/* Takes a catalog that was opened, or notes why it could not be; the old one stays then. */
static void take_opened(service_t *self)
{
    identity_t there;
    if (!self->opened && !identify(self->path, &there)) {
        log_warn("catalog_missing", LOG_CSTR("file", self->path));
        snprintf(self->missing, sizeof self->missing, "%s", self->why);
        return;
    }
    if (!self->opened) {
        metric_add_label(METRIC_CATALOG_RELOADS, "refused", 1);
        log_error("catalog_refused", LOG_CSTR("why", self->why));
        snprintf(self->missing, sizeof self->missing, "%s", self->why);
        return;
    }
    take_stock(self, self->opened);
    self->opened = NULL;
    self->state = self->opened_state;
    local_tell(self->local, &self->state);
    if (self->state.again)
        self->tried_number = -1;
}

static const char *missing(const service_t *self)
{
    return self->follow ? follow_missing(self->follow) : self->missing;
}

static void answer_waiting(service_t *self)
{
    for (size_t i = 0; i < self->waiting_count; i++) {
        const waiting_t *w = &self->waiting[i];
        proto_reloaded_t reloaded = {.version = self->stock ? self->stock->version : 0,
                                     .cars = self->stock ? self->stock->cars : 0};
        if (self->why[0])
            rpc_server_error(self->server, &w->peer, &w->header, PROTO_CODE_UNAVAILABLE, 0, "%s",
                             self->why);
        else
            rpc_server_reply(self->server, &w->peer, &w->header, PROTO_RELOADED, &reloaded);
    }
    self->waiting_count = 0;
}

static void look_at_file(service_t *self);
static void go_on(service_t *self);

static void free_when_idle(service_t *self)
{
    if (self->opening || !self->timer_closed)
        return;
    stock_close(&self->opened);
    stock_close(&self->stock);
    knowledge_destroy(&self->knowledge);
    knowledge_shelf_destroy(&self->shelf);
    arena_destroy(&self->arena);
    page_cache_destroy(&self->pages);
    journal_close(&self->journal);
    local_destroy(&self->local);
    free(self);
}

/* On a thread: touches nothing but what belongs to the work. */
static void on_work(uv_work_t *work)
{
    service_t *self = work->data;
    self->opened =
        local_open(self->local, self->stock, &self->opened_state, self->why, sizeof self->why);
}

static void on_work_done(uv_work_t *work, int status)
{
    service_t *self = work->data;
    (void)status;
    self->opening = false;
    if (self->closing) {
        free_when_idle(self);
        return;
    }
    take_opened(self);
    look_at_file(self); /* it may have been swapped once more meanwhile */
    go_on(self);
}

/* The newest revision of people of the shop, 0: there is none. */
static int64_t newest_revision(service_t *self)
{
    char why[256];
    if (!self->journal)
        self->journal = journal_open(self->dir, false, why, sizeof why);
    return self->journal ? journal_head(self->journal) : 0;
}

/* Starts to open the file if it, or what was done to it since, is another than the one tried last;
 * else answers who waits. */
static void look_at_file(service_t *self)
{
    identity_t now;
    if (self->opening)
        return;
    bool there = identify(self->path, &now);
    int64_t number = newest_revision(self);
    if (!there || (same(&now, &self->tried) && number == self->tried_number)) {
        if (!there && !self->stock)
            snprintf(self->why, sizeof self->why, "no catalog imported");
        answer_waiting(self);
        return;
    }
    self->tried = now;
    self->tried_number = number;
    self->why[0] = '\0';
    self->opening = true;
    self->work.data = self;
    uv_queue_work(self->timer.loop, &self->work, on_work, on_work_done);
}

static void look_at_knowledge(service_t *self)
{
    if (knowledge_refresh(self->knowledge))
        log_info("knowledge", LOG_INT("passages", knowledge_count(self->knowledge)));
}

/* What waits for the state that is served goes on. */
static void go_on(service_t *self)
{
    if (clerk_run(self->clerk, &self->state))
        look_at_file(self);
}

static void on_timer(uv_timer_t *timer)
{
    service_t *self = timer->data;
    if (self->local) {
        look_at_file(self);
        go_on(self);
    }
    if (++self->ticks % (LOOK_MS / TICK_MS) != 0)
        return;
    if (self->follow)
        follow_tick(self->follow);
    look_at_knowledge(self);
}

/* ---- requests ---- */

static void answer(const rpc_request_t *request, proto_type_t type, const void *msg)
{
    rpc_server_reply(request->server, &request->peer, &request->header, type, msg);
}

static void refuse(const rpc_request_t *request, const char *code, int64_t retry_ms,
                   const char *detail)
{
    rpc_server_error(request->server, &request->peer, &request->header, code, retry_ms, "%s",
                     detail);
}

static void on_page(service_t *self, const rpc_request_t *request)
{
    const proto_page_t *page = request->msg;
    proto_paged_t paged;
    char why[160];
    int64_t begin = clock_us();
    const proto_paged_t *found = page_cache_find(self->pages, self->stock, page->query);
    bool kept = found != NULL;
    if (!kept && catalog_page(self->stock, page->query, self->arena, &paged, why))
        found = &paged;
    int64_t us = clock_us() - begin;
    metric_observe(METRIC_CATALOG_SECONDS, us);
    if (!found) {
        refuse(request, PROTO_CODE_INVALID, 0, why);
        return;
    }
    log_debug("paged", LOG_TRACE(&request->header.trace), LOG_INT("total", found->list->total),
              LOG_INT("page", found->list->page), LOG_INT("kept", kept), LOG_INT("us", us));
    answer(request, PROTO_PAGED, found);
    if (!kept)
        page_cache_keep(self->pages, self->stock, page->query, found);
}

/* Has it been sold by people of the shop? As it was then. */
static bool is_sold(service_t *self, int64_t stock_id, overlay_t *overlay)
{
    return self->journal && journal_overlay(self->journal, stock_id, self->arena, overlay) &&
           overlay->state == OVERLAY_SOLD;
}

static void add_sold(service_t *self, int64_t stock_id, proto_cars_t *cars)
{
    overlay_t overlay;
    if (!is_sold(self, stock_id, &overlay))
        return;
    cars->sold = arena_alloc(self->arena, sizeof *cars->sold);
    cars->sold_count = cars->sold != NULL;
    if (cars->sold)
        cars->sold[0] = overlay.mine;
}

/* Which cars are offered: replicas of a folder number their copies each on their own, so it is what
 * the copies are made of. */
static int64_t generation(const service_t *self)
{
    if (!self->local)
        return self->stock->version;
    uint32_t file = hash_add(HASH_START, &self->state.file, sizeof self->state.file);
    return (int64_t)file << 31 | (self->state.number & INT32_MAX);
}

static void note_gone(service_t *self, int64_t stock_id, proto_checked_t *checked)
{
    proto_gone_car_t *gone = &checked->gone[checked->gone_count++];
    overlay_t overlay;
    *gone = (proto_gone_car_t){.stock_id = stock_id};
    if (!is_sold(self, stock_id, &overlay))
        return;
    const proto_car_t *car = &overlay.mine;
    const char *name =
        arena_printf(self->arena, "%.*s %.*s %.*s%s%lld", STR_ARG(car->make), STR_ARG(car->model),
                     STR_ARG(car->version), car->version.size ? " " : "", (long long)car->year);
    gone->sold = true;
    gone->name = str_from(name ? name : "");
}

static void on_check_cars(service_t *self, const rpc_request_t *request)
{
    const proto_check_cars_t *check = request->msg;
    proto_checked_t checked = {.generation = generation(self)};
    checked.gone = arena_alloc(self->arena, (check->cars_count + 1) * sizeof *checked.gone);
    for (size_t i = 0; checked.gone && i < check->cars_count; i++) {
        proto_car_t car;
        if (!stock_car(self->stock, check->cars[i].stock_id, &car, self->arena))
            note_gone(self, check->cars[i].stock_id, &checked);
    }
    answer(request, PROTO_CHECKED, &checked);
}

static void on_get_car(service_t *self, const rpc_request_t *request)
{
    const proto_get_car_t *get = request->msg;
    proto_cars_t cars;
    char version[CAR_VERSION_SIZE];
    catalog_car(self->stock, get->stock_id, self->arena, &cars);
    if (cars.cars_count)
        cars.version = str_from(car_version(&cars.cars[0], version));
    else
        add_sold(self, get->stock_id, &cars);
    answer(request, PROTO_CARS, &cars);
}

static void on_get_history(service_t *self, const rpc_request_t *request)
{
    proto_get_history_t query = *(const proto_get_history_t *)request->msg;
    proto_history_t history = {0};
    query.limit = query.limit ? query.limit : HISTORY_USUAL;
    if (query.limit < 1 || query.limit > JOURNAL_MAX_LISTED) {
        refuse(request, PROTO_CODE_INVALID, 0, "limit must be from 1 to 100");
        return;
    }
    if (self->journal && !journal_list(self->journal, &query, self->arena, &history)) {
        refuse(request, PROTO_CODE_UNAVAILABLE, LOOK_MS, journal_why(self->journal));
        return;
    }
    history.elsewhere = !self->local;
    answer(request, PROTO_HISTORY, &history);
}

static void on_edit(service_t *self, const rpc_request_t *request)
{
    if (!self->local) {
        refuse(request, PROTO_CODE_CONFLICT, 0,
               "the cars are kept in PostgreSQL (CATALOG_SOURCE): change them there");
        return;
    }
    clerk_take(self->clerk, request);
    go_on(self);
}

static void on_makes(service_t *self, const rpc_request_t *request)
{
    const proto_makes_t *makes = request->msg;
    proto_facets_t facets;
    catalog_makes(self->stock, makes->version, self->arena, &facets);
    facets.generation = generation(self);
    answer(request, PROTO_FACETS, &facets);
}

static void on_models(service_t *self, const rpc_request_t *request)
{
    const proto_models_t *models = request->msg;
    proto_facets_t facets;
    catalog_models(self->stock, models->make, self->arena, &facets);
    answer(request, PROTO_FACETS, &facets);
}

static void on_resolve(service_t *self, const rpc_request_t *request)
{
    const proto_resolve_t *resolve = request->msg;
    proto_resolved_t resolved;
    catalog_resolve(self->stock, resolve->text, self->arena, &resolved);
    answer(request, PROTO_RESOLVED, &resolved);
}

static void on_knowledge(service_t *self, const rpc_request_t *request)
{
    const proto_knowledge_t *knowledge = request->msg;
    proto_passages_t passages;
    int64_t max = knowledge->max ? knowledge->max : 3;
    if (max < 1 || max > KNOWLEDGE_MAX_FOUND) {
        refuse(request, PROTO_CODE_INVALID, 0, "max must be from 1 to 8");
        return;
    }
    knowledge_t *from = self->knowledge;
    if (knowledge->print)
        from = knowledge_shelf_find(self->shelf, knowledge->print, knowledge->text);
    if (!from) {
        refuse(request, PROTO_CODE_NOT_FOUND, 0, "this text is not known here: tell it");
        return;
    }
    knowledge_find(from, knowledge->q, (size_t)max, self->arena, &passages);
    answer(request, PROTO_PASSAGES, &passages);
}

static void on_get_knowledge(service_t *self, const rpc_request_t *request)
{
    buf_t text;
    buf_init(&text, PROTO_MAX_DOCUMENT + 1);
    knowledge_text(self->knowledge, &text);
    proto_text_version_t version = {.size = (int64_t)text.size};
    proto_text_t msg = {.version = &version, .version_count = 1, .text = buf_view(&text)};
    if (!buf_ok(&text) || text.size > PROTO_MAX_DOCUMENT)
        refuse(request, PROTO_CODE_INVALID, 0,
               "the files of KNOWLEDGE_DIR are too long together to be edited in the console");
    else
        answer(request, PROTO_TEXT, &msg);
    buf_free(&text);
}

static void on_reload(service_t *self, const rpc_request_t *request)
{
    if (self->waiting_count == MAX_WAITING) {
        refuse(request, PROTO_CODE_BUSY, 1000, "enough wait for a reload already");
        return;
    }
    self->waiting[self->waiting_count++] = (waiting_t){request->peer, request->header};
    if (self->follow)
        answer_waiting(self); /* it follows by itself: nothing is newer than what is served */
    else
        look_at_file(self);
}

static void on_request(void *arg, const rpc_request_t *request)
{
    service_t *self = arg;
    proto_type_t type = request->header.type;
    arena_reset(self->arena);
    if (type == PROTO_KNOWLEDGE)
        on_knowledge(self, request);
    else if (type == PROTO_GET_HISTORY)
        on_get_history(self, request);
    else if (type == PROTO_PUT_CAR || type == PROTO_SELL_CAR || type == PROTO_UNDO ||
             type == PROTO_IMPORT_CSV)
        on_edit(self, request);
    else if (type == PROTO_GET_KNOWLEDGE)
        on_get_knowledge(self, request);
    else if (type == PROTO_RELOAD)
        on_reload(self, request);
    else if (!self->stock)
        refuse(request, PROTO_CODE_UNAVAILABLE, LOOK_MS, missing(self));
    else if (type == PROTO_PAGE)
        on_page(self, request);
    else if (type == PROTO_GET_CAR)
        on_get_car(self, request);
    else if (type == PROTO_CHECK_CARS)
        on_check_cars(self, request);
    else if (type == PROTO_MAKES)
        on_makes(self, request);
    else if (type == PROTO_MODELS)
        on_models(self, request);
    else
        on_resolve(self, request);
}

static void on_status(void *arg, proto_process_t *process, arena_t *arena, proto_process_t *more,
                      size_t *count)
{
    service_t *self = arg;
    (void)arena;
    (void)more;
    *count = 0;
    process->ready = self->stock != NULL;
    if (!self->stock)
        process->missing = (str_t){missing(self), strnlen(missing(self), 128)};
}

/* ---- life ---- */

/* The first file is opened before anybody can ask. */
static bool begin(service_t *self, uv_loop_t *loop, const char *name, const service_from_t *from,
                  char *why, size_t size)
{
    if (from->source[0]) {
        self->follow = follow_new(loop, from->source, name, from->catalog_dir, from->source_ms,
                                  on_followed, self, why, size);
        return self->follow != NULL;
    }
    self->local = local_new(from->catalog_dir);
    self->clerk = clerk_new(loop, from->catalog_dir, self->local);
    identify(self->path, &self->tried);
    self->tried_number = newest_revision(self);
    self->opened = local_open(self->local, NULL, &self->opened_state, self->why, sizeof self->why);
    take_opened(self);
    return true;
}

service_t *service_new(uv_loop_t *loop, const char *name, const char *endpoints,
                       const service_from_t *from, char *why, size_t size)
{
    static const proto_type_t accepts[] = {PROTO_PAGE,          PROTO_GET_CAR,     PROTO_MAKES,
                                           PROTO_MODELS,        PROTO_RESOLVE,     PROTO_KNOWLEDGE,
                                           PROTO_RELOAD,        PROTO_PUT_CAR,     PROTO_SELL_CAR,
                                           PROTO_UNDO,          PROTO_GET_HISTORY, PROTO_IMPORT_CSV,
                                           PROTO_GET_KNOWLEDGE, PROTO_CHECK_CARS,  (proto_type_t)0};
    service_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->dir = from->catalog_dir;
    snprintf(self->path, sizeof self->path, "%s/%s", from->catalog_dir, SCHEMA_FILE);
    self->arena = arena_new(ARENA_MAX);
    self->pages = page_cache_new();
    self->knowledge = knowledge_new(from->knowledge_dir);
    self->shelf = knowledge_shelf_new();
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    look_at_knowledge(self);
    if (begin(self, loop, name, from, why, size))
        self->server =
            rpc_server_new(loop, name, "catalog", endpoints, accepts, on_request, self, why, size);
    if (!self->server) {
        service_destroy(&self);
        return NULL;
    }
    rpc_server_on_status(self->server, on_status, self);
    uv_timer_start(&self->timer, on_timer, TICK_MS, TICK_MS);
    return self;
}

static void on_timer_closed(uv_handle_t *handle)
{
    service_t *self = handle->data;
    self->timer_closed = true;
    free_when_idle(self);
}

void service_destroy(service_t **self_p)
{
    service_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    self->closing = true;
    follow_destroy(&self->follow);
    clerk_destroy(&self->clerk);
    rpc_server_destroy(&self->server);
    uv_close((uv_handle_t *)&self->timer, on_timer_closed);
}
