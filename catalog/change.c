/*
 * enter opens what is there, and refuses to go on when it is not what is served; each change looks
 * at the car as it is offered, makes an overlay of it and a revision; leave closes.
 */
#include "catalog/change.h"

#include <stdarg.h>
#include <stdio.h>

#include "catalog/base.h"
#include "catalog/journal.h"
#include "catalog/row.h"
#include "catalog/schema.h"
#include "common/text.h"

#define MAX_PROBLEMS 32

typedef struct work {
    change_t *change;
    journal_t *journal;
    base_t *base;
    overlay_t before; /* of the car */
    proto_car_t file; /* what the file says of it */
    bool known;       /* the file has it */
    proto_car_t offered;
    bool is_offered;
} work_t;

__attribute__((format(printf, 3, 4))) static change_status_t refuse(work_t *self, const char *code,
                                                                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    self->change->code = code;
    vsnprintf(self->change->why, sizeof self->change->why, format, args);
    va_end(args);
    return CHANGE_REFUSED;
}

static change_status_t broken(work_t *self)
{
    return refuse(self, PROTO_CODE_UNAVAILABLE, "%s", journal_why(self->journal));
}

static bool look(work_t *self, int64_t stock_id)
{
    arena_t *arena = self->change->arena;
    if (!journal_overlay(self->journal, stock_id, arena, &self->before))
        return false;
    self->known = base_car(self->base, stock_id, arena, &self->file);
    self->is_offered =
        overlay_serve(&self->before, self->known ? &self->file : NULL, &self->offered);
    return true;
}

/* ---- the end: a revision ---- */

static void set_version(change_t *change, const proto_car_t *car)
{
    char text[CAR_VERSION_SIZE];
    if (car)
        change->edited.version =
            str_from(arena_copy(change->arena, str_from(car_version(car, text))));
}

static change_status_t record(work_t *self, const char *kind, str_t id, str_t by, int64_t undoes,
                              const overlay_t *after)
{
    change_t *change = self->change;
    proto_revision_t *revision = arena_alloc(change->arena, sizeof *revision);
    proto_car_t *cars = arena_alloc(change->arena, 2 * sizeof *cars);
    if (!revision || !cars)
        return refuse(self, PROTO_CODE_INTERNAL, "no room");
    cars[0] = self->offered;
    bool offered = overlay_serve(after, self->known ? &self->file : NULL, &cars[1]);
    *revision = (proto_revision_t){.at_ms = change->now_ms,
                                   .by = by,
                                   .kind = str_from(kind),
                                   .stock_id = after->stock_id,
                                   .undoes = undoes,
                                   .before = cars,
                                   .before_count = self->is_offered,
                                   .after = cars + 1,
                                   .after_count = offered};
    const journal_entry_t entry = {revision, id, &self->before, after, 0, 0};
    if (!journal_add(self->journal, &entry) || !journal_commit(self->journal))
        return broken(self);
    change->edited.revision = revision;
    change->edited.revision_count = 1;
    set_version(change, offered ? &cars[1] : NULL);
    return CHANGE_DONE;
}

/* ---- values ---- */

static void on_problem(void *arg, const char *column, const char *reason)
{
    change_t *change = arg;
    proto_edited_t *edited = &change->edited;
    char *texts[2] = {arena_copy(change->arena, utf8_front(str_from(column), 64)),
                      arena_copy(change->arena, utf8_front(str_from(reason), 256))};
    if (!edited->problems)
        edited->problems = arena_alloc(change->arena, MAX_PROBLEMS * sizeof *edited->problems);
    if (edited->problems && edited->problems_count < MAX_PROBLEMS && texts[0] && texts[1])
        edited->problems[edited->problems_count++] =
            (proto_bad_line_t){1, str_from(texts[0]), str_from(texts[1])};
}

static bool set_values(work_t *self, const proto_put_car_t *msg, proto_car_t *car)
{
    bool good = true;
    for (size_t i = 0; i < msg->values_count; i++)
        good = row_set(car, msg->values[i].name, msg->values[i].value, on_problem, self->change) &&
               good;
    return good && row_check(car, on_problem, self->change);
}

/* ---- what can be done ---- */

static change_status_t not_offered(work_t *self, int64_t stock_id)
{
    if (self->before.state == OVERLAY_SOLD)
        return refuse(self, PROTO_CODE_CONFLICT, "this car has been sold");
    return refuse(self, PROTO_CODE_NOT_FOUND, "there is no car with the stock id %lld",
                  (long long)stock_id);
}

static bool is_version(const proto_car_t *car, str_t version)
{
    char text[CAR_VERSION_SIZE];
    return version.size == 0 || str_is(version, car_version(car, text));
}

/* Looks at a car that is offered still, and as it was seen; false: the change ends with status. */
static bool look_as_seen(work_t *self, int64_t stock_id, str_t version, change_status_t *status)
{
    if (!look(self, stock_id))
        *status = broken(self);
    else if (!self->is_offered)
        *status = not_offered(self, stock_id);
    else if (!is_version(&self->offered, version))
        *status = refuse(self, PROTO_CODE_CONFLICT,
                         "somebody has changed this car meanwhile: look at it again");
    else
        return true;
    return false;
}

static change_status_t add(work_t *self, const proto_put_car_t *msg)
{
    proto_car_t car = {0};
    if (!set_values(self, msg, &car))
        return CHANGE_DONE; /* with problems */
    if (!look(self, car.stock_id))
        return broken(self);
    if (self->is_offered || self->before.state == OVERLAY_SOLD)
        return refuse(self, PROTO_CODE_CONFLICT, "there is a car with this stock id%s",
                      self->is_offered ? "" : ", which has been sold");
    overlay_t after = {.stock_id = car.stock_id, .state = OVERLAY_ADDED, .mine = car};
    return record(self, "add", msg->request, msg->by, 0, &after);
}

static change_status_t edit(work_t *self, const proto_put_car_t *msg)
{
    change_status_t status;
    if (!look_as_seen(self, msg->stock_id, msg->version, &status))
        return status;
    proto_car_t car = self->offered;
    if (!set_values(self, msg, &car))
        return CHANGE_DONE;
    if (car.stock_id != msg->stock_id)
        return refuse(self, PROTO_CODE_INVALID, "a car keeps its stock id");
    if (car_same(&car, &self->offered))
        return refuse(self, PROTO_CODE_INVALID, "nothing of the car would be different");
    overlay_t after;
    overlay_edit(&self->before, &self->offered, &car, &after);
    return record(self, "edit", msg->request, msg->by, 0, &after);
}

static change_status_t sell(work_t *self, const proto_sell_car_t *msg)
{
    change_status_t status;
    if (!look_as_seen(self, msg->stock_id, msg->version, &status))
        return status;
    overlay_t after = {.stock_id = msg->stock_id,
                       .state = OVERLAY_SOLD,
                       .mine = self->offered,
                       .sold_ms = self->change->now_ms};
    return record(self, "sell", msg->request, msg->by, 0, &after);
}

static change_status_t undo(work_t *self, const proto_undo_t *msg)
{
    proto_revision_t revision;
    overlay_t after;
    bool found;
    if (!journal_revision(self->journal, msg->number, self->change->arena, &revision, &found))
        return broken(self);
    if (!found)
        return refuse(self, PROTO_CODE_NOT_FOUND, "there is no change of this number");
    if (!revision.last)
        return refuse(self, PROTO_CODE_CONFLICT,
                      "the same has been changed since: undo the newest change first");
    if (revision.stock_id == 0)
        return CHANGE_OF_A_FILE;
    if (!journal_before(self->journal, msg->number, self->change->arena, &after) ||
        !look(self, revision.stock_id))
        return broken(self);
    return record(self, "undo", msg->request, msg->by, msg->number, &after);
}

/* ---- around it ---- */

static str_t id_of(proto_type_t type, const void *msg)
{
    if (type == PROTO_PUT_CAR)
        return ((const proto_put_car_t *)msg)->request;
    return type == PROTO_SELL_CAR ? ((const proto_sell_car_t *)msg)->request
                                  : ((const proto_undo_t *)msg)->request;
}

/* A request that was sent twice was done once. */
static bool was_done(work_t *self, str_t id, change_status_t *status)
{
    change_t *change = self->change;
    proto_revision_t *revision = arena_alloc(change->arena, sizeof *revision);
    bool found = false;
    *status = CHANGE_DONE;
    if (!revision || !journal_request(self->journal, id, change->arena, revision, &found)) {
        *status = broken(self);
        return true;
    }
    if (!found)
        return false;
    change->edited.revision = revision;
    change->edited.revision_count = 1;
    set_version(change, revision->after_count ? revision->after : NULL);
    return true;
}

static change_status_t make(work_t *self, proto_type_t type, const void *msg)
{
    const proto_put_car_t *put = msg;
    change_status_t status;
    if (was_done(self, id_of(type, msg), &status))
        return status;
    if (!journal_begin(self->journal))
        return broken(self);
    int64_t head = journal_head(self->journal);
    if (head < 0)
        return broken(self);
    if (head != self->change->state.number || base_version(self->base) != self->change->state.file)
        return CHANGE_BEHIND;
    if (type == PROTO_PUT_CAR)
        return put->stock_id ? edit(self, put) : add(self, put);
    return type == PROTO_SELL_CAR ? sell(self, msg) : undo(self, msg);
}

change_status_t change_make(change_t *self, proto_type_t type, const void *msg)
{
    work_t work = {.change = self};
    char path[560];
    snprintf(path, sizeof path, "%s/%s", self->dir, SCHEMA_FILE);
    self->edited = (proto_edited_t){0};
    work.journal = journal_open(self->dir, true, self->why, sizeof self->why);
    if (!work.journal) {
        self->code = PROTO_CODE_UNAVAILABLE;
        return CHANGE_REFUSED;
    }
    work.base = base_open(path);
    change_status_t status = work.base ? make(&work, type, msg) : CHANGE_BEHIND;
    journal_rollback(work.journal);
    base_close(&work.base);
    journal_close(&work.journal);
    return status;
}
