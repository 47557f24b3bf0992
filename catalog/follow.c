/*
 * Who may touch what: the copy, the source and latest belong to the thread; what is below mutex to
 * whoever holds it; the rest to the loop. latest is alive although the loop owns it, because the
 * loop closes a stock only for a newer one, and that comes from this thread.
 */
#include "catalog/follow.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "catalog/build.h"
#include "catalog/copy.h"
#include "catalog/source.h"
#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "common/metrics.h"

#define FIRST_PAUSE_MS 200
#define MOST_WORK_MS 1000 /* a rest after work is as long as the work, and at most this */
#define MAX_LOGGED 20     /* rows left out, each time */

typedef enum read { READ_ALL, READ_CHANGES, READ_COUNT } read_t;

/* What the thread has to tell. */
typedef struct news {
    stock_t *stock; /* NULL: none that is newer */
    bool connected;
    int64_t current_ms; /* when the copy was as the source last, by the clock */
    int64_t reads[READ_COUNT], lost, cars, removed, left_out; /* to be counted */
    char missing[160];
} news_t;

struct follow {
    uv_async_t async;
    follow_take_t *take;
    void *arg;
    bool connected;
    int64_t current_ms;
    char missing[160];

    pthread_mutex_t mutex;
    news_t news;

    pthread_t thread;
    int stop; /* readable: the thread is to end */
    atomic_bool stopping;
    int64_t every_ms;
    copy_t *copy;
    source_t *source;
    const stock_t *latest; /* handed over last; NULL: of no use for the next */
    bool anew;             /* the copy is to be made anew */

    build_t *build; /* of the read under way */
    int64_t cars, removed, left_out;
};

/* ---- telling the loop ---- */

static void tell(follow_t *self, const news_t *more)
{
    pthread_mutex_lock(&self->mutex);
    news_t *news = &self->news;
    stock_t *untaken = more->stock ? news->stock : NULL;
    if (more->stock)
        news->stock = more->stock;
    news->connected = more->connected;
    if (more->current_ms)
        news->current_ms = more->current_ms;
    for (int i = 0; i < READ_COUNT; i++)
        news->reads[i] += more->reads[i];
    news->lost += more->lost;
    news->cars += more->cars;
    news->removed += more->removed;
    news->left_out += more->left_out;
    snprintf(news->missing, sizeof news->missing, "%s", more->missing);
    pthread_mutex_unlock(&self->mutex);
    stock_close(&untaken);
    uv_async_send(&self->async);
}

static void add_label(metric_t metric, const char *label, int64_t n)
{
    if (n > 0)
        metric_add_label(metric, label, n);
}

static void on_news(uv_async_t *async)
{
    follow_t *self = async->data;
    pthread_mutex_lock(&self->mutex);
    news_t news = self->news;
    self->news = (news_t){.connected = news.connected, .current_ms = news.current_ms};
    snprintf(self->news.missing, sizeof self->news.missing, "%s", news.missing);
    pthread_mutex_unlock(&self->mutex);
    self->connected = news.connected;
    self->current_ms = news.current_ms;
    snprintf(self->missing, sizeof self->missing, "%s", news.missing);
    metric_set(METRIC_CATALOG_SOURCE_UP, news.connected);
    add_label(METRIC_CATALOG_SOURCE_READS, "all", news.reads[READ_ALL]);
    add_label(METRIC_CATALOG_SOURCE_READS, "changes", news.reads[READ_CHANGES]);
    add_label(METRIC_CATALOG_SOURCE_CARS, "put", news.cars);
    add_label(METRIC_CATALOG_SOURCE_CARS, "removed", news.removed);
    add_label(METRIC_CATALOG_SOURCE_CARS, "left_out", news.left_out);
    metric_add(METRIC_CATALOG_SOURCE_LOST, news.lost);
    follow_tick(self);
    if (news.stock)
        self->take(self->arg, news.stock);
}

void follow_tick(follow_t *self)
{
    int64_t age = self->current_ms ? (clock_unix_ms() - self->current_ms) / 1000 : 0;
    metric_set(METRIC_CATALOG_SOURCE_AGE, age > 0 ? age : 0);
}

const char *follow_missing(const follow_t *self)
{
    return self->missing;
}

/* ---- cars ---- */

static void on_problem(void *arg, const char *column, const char *reason)
{
    snprintf(arg, 256, "%s: %s", column, reason);
}

static void leave_out(follow_t *self, str_t stock_id, const char *why)
{
    if (self->left_out++ < MAX_LOGGED)
        log_warn("catalog_row_left_out", LOG_TEXT("stock_id", stock_id), LOG_CSTR("why", why));
}

static void on_bad(void *arg, str_t stock_id, const char *column, const char *reason)
{
    char why[256];
    on_problem(why, column, reason);
    leave_out(arg, stock_id, why);
}

static void leave_out_car(follow_t *self, const proto_car_t *car, const char *why)
{
    char stock_id[24];
    snprintf(stock_id, sizeof stock_id, "%lld", (long long)car->stock_id);
    leave_out(self, str_from(stock_id), why);
}

static bool on_car_built(void *arg, const proto_car_t *car)
{
    follow_t *self = arg;
    char why[256] = "";
    build_status_t status = build_add(self->build, car, 0, on_problem, why);
    if (status == BUILD_REFUSED)
        leave_out_car(self, car, why);
    self->cars += status == BUILD_TAKEN;
    return status != BUILD_FAILED && !atomic_load(&self->stopping);
}

static bool on_changed(void *arg, int64_t stock_id)
{
    follow_t *self = arg;
    self->removed++;
    return edit_remove(copy_edit(self->copy), stock_id);
}

static bool on_car_changed(void *arg, const proto_car_t *car)
{
    follow_t *self = arg;
    char why[256] = "";
    bool refused = false;
    if (!edit_put(copy_edit(self->copy), car, on_problem, why, &refused))
        return false;
    if (refused)
        leave_out_car(self, car, why);
    self->cars += !refused;
    self->removed -= !refused; /* it is another now, not gone */
    return true;
}

/* ---- reading ---- */

typedef struct outcome {
    bool good;
    char why[320];
} outcome_t;

static outcome_t failed(const char *why)
{
    outcome_t outcome = {.good = false};
    snprintf(outcome.why, sizeof outcome.why, "%s", why);
    return outcome;
}

/* The stock of what the copy is now; READ_COUNT: nothing was read. */
static outcome_t hand_over(follow_t *self, const stock_changes_t *changes, read_t read)
{
    char why[256] = "";
    stock_t *stock = NULL;
    if (self->latest && changes)
        stock = stock_open_copy(copy_path(self->copy), self->latest, changes, why, sizeof why);
    if (!stock)
        stock = stock_open_copy(copy_path(self->copy), NULL, NULL, why, sizeof why);
    self->latest = stock;
    if (!stock) {
        copy_forget(self->copy);
        return failed(why);
    }
    news_t news = {.stock = stock,
                   .connected = true,
                   .cars = self->cars,
                   .removed = self->removed,
                   .left_out = self->left_out};
    if (read < READ_COUNT)
        news.reads[read] = 1;
    tell(self, &news);
    return (outcome_t){.good = true};
}

static void log_read(const follow_t *self, const char *what, int64_t begin)
{
    log_info("catalog_source_read", LOG_CSTR("what", what), LOG_INT("cars", self->cars),
             LOG_INT("removed", self->removed), LOG_INT("left_out", self->left_out),
             LOG_INT("ms", clock_ms() - begin));
}

static outcome_t read_all(follow_t *self, const source_plan_t *plan)
{
    int64_t begin = clock_ms();
    const source_sink_t sink = {.car = on_car_built, .bad = on_bad, .arg = self};
    outcome_t outcome = {.good = true};
    self->build = build_new(copy_path_new(self->copy));
    bool read = source_read_all(self->source, &sink);
    if (read)
        source_end(self->source);
    bool finished = read && build_finish(self->build, build_next_version(copy_version(self->copy)),
                                         "mostrador.cars");
    if (!finished)
        outcome =
            failed(build_why(self->build)[0] ? build_why(self->build) : source_why(self->source));
    build_destroy(&self->build);
    if (!outcome.good) {
        unlink(copy_path_new(self->copy));
        return outcome;
    }
    /* from here on the stock of the old file is no beginning for the next one */
    self->latest = NULL;
    if (!copy_adopt(self->copy, plan->identity, plan->position))
        return failed(copy_why(self->copy));
    self->anew = false;
    log_read(self, "all", begin);
    return hand_over(self, NULL, READ_ALL);
}

static outcome_t fail_copy(follow_t *self)
{
    outcome_t outcome = failed(edit_why(copy_edit(self->copy)));
    edit_rollback(copy_edit(self->copy));
    if (edit_is_damaged(copy_edit(self->copy)))
        copy_forget(self->copy);
    return outcome;
}

static outcome_t read_changes(follow_t *self, const source_plan_t *plan)
{
    int64_t begin = clock_ms();
    const source_sink_t sink = {on_changed, on_car_changed, on_bad, self};
    stock_changes_t changes;
    if (!edit_begin(copy_edit(self->copy)))
        return fail_copy(self);
    if (!source_read_changes(self->source, edit_position(copy_edit(self->copy)), &sink)) {
        if (edit_why(copy_edit(self->copy))[0])
            return fail_copy(self);
        edit_rollback(copy_edit(self->copy));
        return failed(source_why(self->source));
    }
    source_end(self->source);
    if (!edit_commit(copy_edit(self->copy), plan->position, &changes))
        return fail_copy(self);
    self->anew = edit_is_crowded(copy_edit(self->copy));
    log_read(self, "changes", begin);
    return hand_over(self, &changes, READ_CHANGES);
}

/* Past a tenth of the cars, reading all is faster. */
static bool too_many(const follow_t *self, int64_t changes)
{
    return changes > 1000 && self->latest && changes > self->latest->cars / 10;
}

/* Brings the copy to where the source is now. */
static outcome_t catch_up(follow_t *self)
{
    source_plan_t plan;
    bool known = copy_edit(self->copy) && !self->anew;
    outcome_t outcome = {.good = true};
    self->cars = self->removed = self->left_out = 0;
    if (!source_begin(self->source, known ? edit_identity(copy_edit(self->copy)) : "",
                      known ? edit_position(copy_edit(self->copy)) : "", &plan))
        return failed(source_why(self->source));
    if (plan.all || too_many(self, plan.changes))
        outcome = read_all(self, &plan);
    else if (plan.changes > 0)
        outcome = read_changes(self, &plan);
    source_end(self->source);
    if (self->left_out > MAX_LOGGED)
        log_warn("catalog_rows_left_out", LOG_INT("rows", self->left_out));
    if (outcome.good)
        tell(self, &(news_t){.connected = true, .current_ms = clock_unix_ms()});
    return outcome;
}

/* The same stock again, so that the copy's journal can begin anew. */
static outcome_t renew(follow_t *self)
{
    const stock_changes_t none = {0};
    self->cars = self->removed = self->left_out = 0;
    return hand_over(self, &none, READ_COUNT);
}

/* ---- the thread ---- */

static void rest(follow_t *self, int64_t ms)
{
    struct pollfd stop = {.fd = self->stop, .events = POLLIN};
    poll(&stop, 1, (int)ms);
}

int64_t follow_pause_ms(unsigned failures, int64_t most, uint32_t random)
{
    int64_t ms = FIRST_PAUSE_MS;
    while (failures-- > 1 && ms < most)
        ms *= 2;
    ms = ms < most ? ms : most;
    return ms - (int64_t)(random % (uint64_t)(ms / 2 + 1));
}

/* From one connection to its end; *worked: it was good for something. */
static outcome_t stay(follow_t *self, bool *worked)
{
    if (!source_open(self->source))
        return failed(source_why(self->source));
    for (;;) {
        int64_t begin = clock_ms();
        outcome_t outcome = catch_up(self);
        if (outcome.good && edit_wants_readers_renewed(copy_edit(self->copy)))
            outcome = renew(self);
        if (!outcome.good)
            return outcome;
        if (!*worked)
            log_info("catalog_source_connected",
                     LOG_CSTR("identity", edit_identity(copy_edit(self->copy))));
        *worked = true;
        int64_t took = clock_ms() - begin;
        rest(self, took < MOST_WORK_MS ? took : MOST_WORK_MS);
        bool changed = false;
        if (!source_wait(self->source, self->anew ? 0 : self->every_ms, &changed))
            return failed(source_why(self->source));
    }
}

static void *on_thread(void *arg)
{
    follow_t *self = arg;
    unsigned failures = 0;
    while (!atomic_load(&self->stopping)) {
        bool worked = false;
        outcome_t outcome = stay(self, &worked);
        source_close(self->source);
        if (atomic_load(&self->stopping))
            break;
        failures = worked ? 1 : failures + 1;
        int64_t pause = follow_pause_ms(failures, self->every_ms, (uint32_t)id_random());
        log_warn("catalog_source_away", LOG_CSTR("why", outcome.why), LOG_INT("retry_ms", pause));
        news_t news = {.lost = 1};
        snprintf(news.missing, sizeof news.missing, "no copy of CATALOG_SOURCE yet: %.110s",
                 outcome.why);
        tell(self, &news);
        rest(self, pause);
    }
    return NULL;
}

/* ---- life ---- */

static void free_all(follow_t *self)
{
    stock_close(&self->news.stock);
    source_destroy(&self->source);
    copy_destroy(&self->copy);
    if (self->stop >= 0)
        close(self->stop);
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

/* What an earlier start has left is served at once. */
static void take_old(follow_t *self)
{
    char why[256] = "PRAGMA quick_check";
    if (!copy_path(self->copy))
        return;
    stock_t *stock = stock_open_copy(copy_path(self->copy), NULL, NULL, why, sizeof why);
    if (!stock || !stock_is_sound(stock)) {
        stock_close(&stock);
        copy_damaged(self->copy, why);
        return;
    }
    self->latest = stock;
    self->current_ms = self->news.current_ms = edit_changed_ms(copy_edit(self->copy));
    self->take(self->arg, stock);
}

follow_t *follow_new(uv_loop_t *loop, const char *url, const char *name, const char *dir,
                     int64_t every_ms, follow_take_t *take, void *arg, char *why, size_t size)
{
    follow_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    pthread_mutex_init(&self->mutex, NULL);
    snprintf(self->missing, sizeof self->missing, "no copy of CATALOG_SOURCE yet");
    self->take = take;
    self->arg = arg;
    self->every_ms = every_ms;
    self->stop = eventfd(0, EFD_CLOEXEC);
    self->copy = copy_new(dir, why, size);
    if (!self->copy || self->stop < 0) {
        free_all(self);
        return NULL;
    }
    self->source = source_new(url, name, self->stop);
    take_old(self);
    uv_async_init(loop, &self->async, on_news);
    self->async.data = self;
    if (pthread_create(&self->thread, NULL, on_thread, self) != 0)
        abort();
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    free_all(handle->data);
}

void follow_destroy(follow_t **self_p)
{
    follow_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    atomic_store(&self->stopping, true);
    eventfd_write(self->stop, 1);
    pthread_join(self->thread, NULL);
    uv_close((uv_handle_t *)&self->async, on_closed);
}
