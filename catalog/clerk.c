/*
 * An errand is waiting, at work (a file, on the thread), or done and waiting to be served. They
 * are done in the order they came: the first that is not done is the only one at work.
 */
#include "catalog/clerk.h"

#include <stdlib.h>

#include "catalog/upload.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

#define MAX_ERRANDS 32
#define ARENA_MAX (8 << 20) /* of one errand: its file, and what is said of it */
#define SERVED_MS 5000      /* nobody waits longer for a replica that does not take it */
#define PATIENCE_MS 8000    /* for this replica to serve what others have done */

typedef enum stage { STAGE_WAITING, STAGE_AT_WORK, STAGE_DONE } stage_t;

typedef struct errand {
    rpc_server_t *server;
    rpc_peer_t peer;
    proto_header_t header;
    arena_t *arena;
    void *msg; /* in the arena */
    stage_t stage;
    int64_t until_ms;    /* of the stage */
    local_state_t state; /* that has it */
    proto_type_t answer; /* EDITED or IMPORTED */
    proto_edited_t edited;
    proto_imported_t imported;
} errand_t;

struct clerk {
    const char *dir;
    local_t *local;
    uv_loop_t *loop;
    errand_t errands[MAX_ERRANDS]; /* the oldest first */
    size_t count;
    uv_work_t work;
    upload_t upload; /* of the first that is at work */
    change_status_t status;
    bool working, closing, wrote;
};

/* ---- answers ---- */

static const char *kind_of(proto_type_t type)
{
    switch (type) {
    case PROTO_SELL_CAR:
        return "sell";
    case PROTO_UNDO:
        return "undo";
    case PROTO_IMPORT_CSV:
        return "import";
    default:
        return "put";
    }
}

static void drop(clerk_t *self, size_t i)
{
    arena_destroy(&self->errands[i].arena);
    self->count--;
    memmove(&self->errands[i], &self->errands[i + 1], (self->count - i) * sizeof *self->errands);
}

static void refuse(clerk_t *self, size_t i, const char *code, const char *why)
{
    errand_t *errand = &self->errands[i];
    metric_add_label(METRIC_CATALOG_EDITS, "refused", 1);
    log_info("catalog_edit_refused", LOG_TRACE(&errand->header.trace),
             LOG_CSTR("kind", kind_of(errand->header.type)), LOG_CSTR("why", why));
    rpc_server_error(errand->server, &errand->peer, &errand->header, code, 0, "%s", why);
    drop(self, i);
}

static void answer(clerk_t *self, size_t i)
{
    errand_t *errand = &self->errands[i];
    const void *msg = errand->answer == PROTO_EDITED ? (const void *)&errand->edited
                                                     : (const void *)&errand->imported;
    rpc_server_reply(errand->server, &errand->peer, &errand->header, errand->answer, msg);
    drop(self, i);
}

/* It is in the journal: it is answered when all serve it. */
static void was_made(clerk_t *self, errand_t *errand, const proto_revision_t *revision)
{
    errand->stage = STAGE_DONE;
    errand->until_ms = clock_ms() + SERVED_MS;
    errand->state.number = revision->number;
    self->wrote = true;
    metric_add_label(METRIC_CATALOG_EDITS, "made", 1);
    log_info("catalog_edited", LOG_TRACE(&errand->header.trace), LOG_TEXT("kind", revision->kind),
             LOG_INT("revision", revision->number), LOG_INT("stock_id", revision->stock_id));
}

/* ---- cars ---- */

static void start_upload(clerk_t *self, errand_t *errand);

static bool is_late(const errand_t *errand)
{
    return clock_ms() >= errand->until_ms;
}

static void change_car(clerk_t *self, size_t i, const local_state_t *state)
{
    errand_t *errand = &self->errands[i];
    change_t change = {
        .dir = self->dir, .state = *state, .arena = errand->arena, .now_ms = clock_unix_ms()};
    switch (change_make(&change, errand->header.type, errand->msg)) {
    case CHANGE_REFUSED:
        refuse(self, i, change.code, change.why);
        break;
    case CHANGE_BEHIND:
        self->wrote = true; /* by somebody else */
        if (is_late(errand))
            refuse(self, i, PROTO_CODE_BUSY, "others change the catalog: try again");
        break;
    case CHANGE_OF_A_FILE:
        start_upload(self, errand);
        break;
    case CHANGE_DONE:
        errand->answer = PROTO_EDITED;
        errand->edited = change.edited;
        if (change.edited.revision_count) {
            errand->state.file = state->file;
            was_made(self, errand, change.edited.revision);
        } else {
            metric_add_label(METRIC_CATALOG_EDITS, "refused", 1);
            answer(self, i);
        }
    }
}

/* ---- files ---- */

/* On a thread: touches nothing but upload, status, and the errand's message. */
static void on_work(uv_work_t *work)
{
    clerk_t *self = work->data;
    const errand_t *errand = &self->errands[0];
    self->status = errand->header.type == PROTO_UNDO ? upload_undo(&self->upload, errand->msg)
                                                     : upload_run(&self->upload, errand->msg);
}

static void take_upload(clerk_t *self, errand_t *errand)
{
    const proto_imported_t *imported = &self->upload.imported;
    if (self->status != CHANGE_DONE) {
        refuse(self, 0, self->upload.code, self->upload.why);
        return;
    }
    errand->imported = *imported;
    errand->answer = PROTO_IMPORTED;
    if (errand->header.type == PROTO_UNDO) {
        errand->answer = PROTO_EDITED;
        errand->edited = (proto_edited_t){.revision = imported->revision,
                                          .revision_count = imported->revision_count};
    }
    if (!imported->revision_count) {
        answer(self, 0);
        return;
    }
    errand->state.file = self->upload.file;
    was_made(self, errand, imported->revision);
}

static void on_work_done(uv_work_t *work, int status)
{
    clerk_t *self = work->data;
    (void)status;
    self->working = false;
    if (self->closing)
        clerk_destroy(&self);
    else
        take_upload(self, &self->errands[0]);
}

/* Only for the first. */
static void start_upload(clerk_t *self, errand_t *errand)
{
    errand->stage = STAGE_AT_WORK;
    self->upload = (upload_t){.dir = self->dir, .arena = errand->arena, .now_ms = clock_unix_ms()};
    self->working = true;
    self->work.data = self;
    uv_queue_work(self->loop, &self->work, on_work, on_work_done);
}

/* ---- one after the other ---- */

/* The first of those that are not done yet. */
static bool go_on(clerk_t *self, const local_state_t *state)
{
    size_t i = 0, before = self->count;
    while (i < self->count && self->errands[i].stage == STAGE_DONE)
        i++;
    if (i == self->count || self->errands[i].stage == STAGE_AT_WORK)
        return false;
    if (self->errands[i].header.type == PROTO_IMPORT_CSV) {
        if (i == 0)
            start_upload(self, &self->errands[0]);
        return false;
    }
    if (self->errands[i].header.type == PROTO_UNDO && i > 0)
        return false;
    change_car(self, i, state);
    return self->count < before;
}

static void answer_served(clerk_t *self, const local_state_t *state)
{
    for (size_t i = 0; i < self->count;) {
        errand_t *errand = &self->errands[i];
        bool here = state->file >= errand->state.file && state->number >= errand->state.number;
        bool done = errand->stage == STAGE_DONE;
        bool everywhere = done && here && local_served_by_all(self->local, &errand->state);
        if (done && !everywhere && is_late(errand)) {
            metric_add(METRIC_CATALOG_EDITS_SLOW, 1);
            log_warn("catalog_edit_not_served", LOG_INT("revision", errand->state.number));
            everywhere = true;
        }
        if (everywhere)
            answer(self, i);
        else
            i++;
    }
}

bool clerk_run(clerk_t *self, const local_state_t *state)
{
    self->wrote = false;
    answer_served(self, state);
    while (go_on(self, state))
        continue;
    return self->wrote;
}

void clerk_take(clerk_t *self, const rpc_request_t *request)
{
    if (self->count == MAX_ERRANDS) {
        rpc_server_error(request->server, &request->peer, &request->header, PROTO_CODE_BUSY, 1000,
                         "too many change the catalog");
        return;
    }
    errand_t *errand = &self->errands[self->count];
    *errand = (errand_t){.server = request->server,
                         .peer = request->peer,
                         .header = request->header,
                         .arena = arena_new(ARENA_MAX),
                         .until_ms = clock_ms() + PATIENCE_MS};
    errand->msg = arena_alloc(errand->arena, request->record->size);
    self->count++;
    if (!errand->msg || !proto_copy(request->record, request->msg, errand->msg, errand->arena))
        refuse(self, self->count - 1, PROTO_CODE_INVALID, "that is too much");
}

/* ---- life ---- */

clerk_t *clerk_new(uv_loop_t *loop, const char *dir, local_t *local)
{
    clerk_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->loop = loop;
    self->dir = dir;
    self->local = local;
    return self;
}

void clerk_destroy(clerk_t **self_p)
{
    clerk_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    self->closing = true;
    if (self->working)
        return; /* on_work_done comes here again */
    while (self->count)
        drop(self, self->count - 1);
    free(self);
}
