/*
 * The file is read as any import is, into a catalog of its own beside the one that is served; each
 * car is compared with what is offered as it comes by. agree, asked before the new catalog takes
 * the old one's place, holds the journal: the revision is committed right after.
 */
#include "catalog/upload.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "catalog/base.h"
#include "catalog/import.h"
#include "catalog/journal.h"
#include "catalog/schema.h"
#include "common/log.h"
#include "common/text.h"

#define MAX_LINES 50
#define SAMPLES 20 /* of a kind */
#define KINDS 3    /* cars that come, change, go */
#define CAR_ARENA (1 << 20)

typedef struct work {
    upload_t *upload;
    journal_t *journal;
    base_t *base; /* NULL: there is no catalog yet */
    str_t id, by, name;
    char digest[65]; /* of what it comes to; and the one that was agreed to */
    str_t wanted;
    int64_t head;
    int64_t *ids; /* of the cars of the file, as they come */
    size_t id_count, id_room;
    size_t samples[KINDS];
    arena_t *scratch;
    proto_revision_t revision;
    int64_t undoes;
    bool added; /* the revision is in the journal, not yet committed */
    bool another;
} work_t;

__attribute__((format(printf, 3, 4))) static change_status_t
refuse(upload_t *self, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    self->code = code;
    vsnprintf(self->why, sizeof self->why, format, args);
    va_end(args);
    return CHANGE_REFUSED;
}

static str_t kept(arena_t *arena, str_t text, size_t max)
{
    const char *copy = arena_copy(arena, utf8_front(text, max));
    return str_from(copy ? copy : "");
}

/* ---- lines that are wrong ---- */

static void on_problem(void *arg, int64_t line, const char *column, const char *reason)
{
    work_t *self = arg;
    proto_imported_t *imported = &self->upload->imported;
    if (imported->lines && imported->lines_count < MAX_LINES)
        imported->lines[imported->lines_count++] =
            (proto_bad_line_t){line, kept(self->upload->arena, str_from(column), 64),
                               kept(self->upload->arena, str_from(reason), 256)};
}

/* ---- differences ---- */

static proto_car_t *copy_car(work_t *self, const proto_car_t *car)
{
    proto_car_t *copy = arena_alloc(self->upload->arena, sizeof *copy);
    return copy && proto_copy(&proto_car_record, car, copy, self->upload->arena) ? copy : NULL;
}

static void add_sample(work_t *self, int kind, const proto_car_t *before, const proto_car_t *after)
{
    proto_imported_t *imported = &self->upload->imported;
    if (!imported->samples || self->samples[kind]++ >= SAMPLES)
        return;
    proto_difference_t *sample = &imported->samples[imported->samples_count++];
    *sample = (proto_difference_t){0};
    sample->before = before ? copy_car(self, before) : NULL;
    sample->before_count = sample->before != NULL;
    sample->after = after ? copy_car(self, after) : NULL;
    sample->after_count = sample->after != NULL;
}

/* What the file says of a car takes the place of what it said; NULL: nothing. */
static bool compare(work_t *self, int64_t stock_id, const proto_car_t *says)
{
    proto_imported_t *imported = &self->upload->imported;
    overlay_t overlay;
    proto_car_t said, before, after;
    if (!journal_overlay(self->journal, stock_id, self->scratch, &overlay))
        return false;
    bool known = self->base && base_car(self->base, stock_id, self->scratch, &said);
    bool was = overlay_serve(&overlay, known ? &said : NULL, &before);
    bool is = overlay_serve(&overlay, says, &after);
    imported->kept += says && overlay.state != OVERLAY_NONE && !(is && car_same(&after, says));
    if (is && !was) {
        imported->added++;
        add_sample(self, 0, NULL, &after);
    } else if (was && !is) {
        imported->removed++;
        add_sample(self, 2, &before, NULL);
    } else if (was && !car_same(&before, &after)) {
        imported->changed++;
        add_sample(self, 1, &before, &after);
    }
    return true;
}

static bool on_car(void *arg, const proto_car_t *car)
{
    work_t *self = arg;
    if (self->id_count == self->id_room) {
        self->id_room = self->id_room ? 2 * self->id_room : 1024;
        self->ids = realloc(self->ids, self->id_room * sizeof *self->ids);
        if (!self->ids)
            abort();
    }
    self->ids[self->id_count++] = car->stock_id;
    arena_reset(self->scratch);
    return compare(self, car->stock_id, car);
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool on_known(void *arg, int64_t stock_id)
{
    work_t *self = arg;
    if (self->id_count &&
        bsearch(&stock_id, self->ids, self->id_count, sizeof *self->ids, by_number))
        return true;
    arena_reset(self->scratch);
    return compare(self, stock_id, NULL);
}

static bool compare_gone(work_t *self)
{
    if (self->id_count)
        qsort(self->ids, self->id_count, sizeof *self->ids, by_number);
    return !self->base || base_each(self->base, on_known, self);
}

/* Of the file and the state that it is compared with. */
static void set_digest(work_t *self, str_t csv)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    char state[64];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int state_size =
        snprintf(state, sizeof state, "%lld/%lld/",
                 (long long)(self->base ? base_version(self->base) : 0), (long long)self->head);
    if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL) ||
        !EVP_DigestUpdate(context, state, (size_t)state_size) ||
        !EVP_DigestUpdate(context, csv.data, csv.size) ||
        !EVP_DigestFinal_ex(context, bytes, &size))
        abort();
    EVP_MD_CTX_free(context);
    for (unsigned i = 0; i < 32; i++)
        snprintf(self->digest + 2 * i, 3, "%02x", bytes[i]);
}

/* ---- doing it ---- */

static void kept_path(const char *dir, int64_t file, char path[600])
{
    snprintf(path, 600, "%s/before-%lld.db", dir, (long long)file);
}

/* The file that is to go keeps a name; the one that was kept the longest loses its own. */
static bool keep_file(work_t *self, int64_t file)
{
    char path[560], name[600];
    int64_t before, after, n = 0;
    snprintf(path, sizeof path, "%s/%s", self->upload->dir, SCHEMA_FILE);
    kept_path(self->upload->dir, file, name);
    if (link(path, name) != 0 && errno != EEXIST)
        return false;
    for (int64_t number = self->head; number > 0 && n <= UPLOAD_KEPT; number--)
        if (journal_files(self->journal, number, &before, &after) && before && ++n >= UPLOAD_KEPT) {
            kept_path(self->upload->dir, before, name);
            unlink(name);
        }
    return true;
}

/* Whatever was wrong is why. The journal is held when this is true. */
static bool on_agree(void *arg, int64_t version)
{
    work_t *self = arg;
    upload_t *upload = self->upload;
    int64_t before = self->base ? base_version(self->base) : 0;
    if (!self->undoes && !compare_gone(self))
        return false;
    if (!self->undoes && !str_is(self->wanted, self->digest)) {
        self->another = self->wanted.size > 0;
        return false;
    }
    if (!journal_begin(self->journal))
        return false;
    self->another = journal_head(self->journal) != self->head;
    if (self->another || (before && !keep_file(self, before)))
        return false;
    const proto_imported_t *imported = &upload->imported;
    self->revision = (proto_revision_t){.at_ms = upload->now_ms,
                                        .by = self->by,
                                        .kind = self->undoes ? STR_LIT("undo") : STR_LIT("import"),
                                        .undoes = self->undoes,
                                        .name = self->name,
                                        .added = imported->added,
                                        .changed = imported->changed,
                                        .removed = imported->removed};
    const journal_entry_t entry = {&self->revision, self->id, NULL, NULL, before, version};
    self->added = journal_add(self->journal, &entry);
    upload->file = version;
    return self->added;
}

static change_status_t settle(work_t *self, bool good, const import_result_t *result)
{
    upload_t *upload = self->upload;
    if (self->another)
        return refuse(upload, PROTO_CODE_CONFLICT,
                      "the catalog has changed since the file was looked at: look again");
    if (!good && result->why[0]) {
        log_warn("catalog_upload", LOG_CSTR("why", result->why));
        return refuse(upload, PROTO_CODE_UNAVAILABLE, "the file could not be taken: see the log");
    }
    if (self->added && good && !journal_commit(self->journal))
        return refuse(upload, PROTO_CODE_UNAVAILABLE, "%s", journal_why(self->journal));
    if (!self->added && good && (self->undoes || self->wanted.size))
        return refuse(upload, PROTO_CODE_UNAVAILABLE, "%s", journal_why(self->journal));
    if (!self->added || !good)
        return CHANGE_DONE;
    upload->number = self->revision.number;
    upload->imported.revision = arena_alloc(upload->arena, sizeof self->revision);
    if (upload->imported.revision)
        *upload->imported.revision = self->revision;
    upload->imported.revision_count = upload->imported.revision != NULL;
    return CHANGE_DONE;
}

static change_status_t enter(work_t *self)
{
    upload_t *upload = self->upload;
    char path[560];
    snprintf(path, sizeof path, "%s/%s", upload->dir, SCHEMA_FILE);
    self->journal = journal_open(upload->dir, true, upload->why, sizeof upload->why);
    if (!self->journal) {
        upload->code = PROTO_CODE_UNAVAILABLE;
        return CHANGE_REFUSED;
    }
    self->base = base_open(path);
    self->scratch = arena_new(CAR_ARENA);
    self->head = journal_head(self->journal);
    return self->head >= 0
               ? CHANGE_DONE
               : refuse(upload, PROTO_CODE_UNAVAILABLE, "%s", journal_why(self->journal));
}

static void leave(work_t *self)
{
    if (self->journal)
        journal_rollback(self->journal);
    base_close(&self->base);
    journal_close(&self->journal);
    if (self->scratch)
        arena_destroy(&self->scratch);
    free(self->ids);
}

/* A request that was sent twice was done once. */
static bool was_done(work_t *self)
{
    upload_t *upload = self->upload;
    proto_revision_t *revision = arena_alloc(upload->arena, sizeof *revision);
    bool found = false;
    if (!revision || !journal_request(self->journal, self->id, upload->arena, revision, &found) ||
        !found)
        return false;
    int64_t before;
    upload->imported.revision = revision;
    upload->imported.revision_count = 1;
    upload->number = revision->number;
    return journal_files(self->journal, revision->number, &before, &upload->file);
}

static change_status_t look(work_t *self, const proto_import_csv_t *msg)
{
    upload_t *upload = self->upload;
    proto_imported_t *imported = &upload->imported;
    import_result_t result;
    imported->lines = arena_alloc(upload->arena, MAX_LINES * sizeof *imported->lines);
    imported->samples = arena_alloc(upload->arena, KINDS * SAMPLES * sizeof *imported->samples);
    set_digest(self, msg->csv);
    const import_look_t eyes = {on_problem, on_car, on_agree, self};
    bool good = import_bytes(msg->csv, "upload", upload->dir, &eyes, &result);
    change_status_t status = settle(self, good, &result);
    imported->cars = result.cars;
    imported->problems = result.problems;
    if (result.problems == 0) {
        imported->digest = kept(upload->arena, str_from(self->digest), 64);
        return status;
    }
    imported->added = imported->changed = imported->removed = imported->kept = 0;
    imported->samples_count = 0;
    return status;
}

change_status_t upload_run(upload_t *self, const proto_import_csv_t *msg)
{
    work_t work = {.upload = self,
                   .id = msg->request,
                   .by = msg->by,
                   .name = msg->name,
                   .wanted = msg->digest};
    self->imported = (proto_imported_t){0};
    change_status_t status = enter(&work);
    if (status == CHANGE_DONE && !(msg->digest.size && was_done(&work)))
        status = look(&work, msg);
    leave(&work);
    return status;
}

static change_status_t restore(work_t *self, const proto_undo_t *msg)
{
    upload_t *upload = self->upload;
    int64_t before, after;
    char path[600];
    import_result_t result;
    const import_look_t eyes = {.agree = on_agree, .arg = self};
    if (!journal_files(self->journal, msg->number, &before, &after))
        return refuse(upload, PROTO_CODE_UNAVAILABLE, "%s", journal_why(self->journal));
    kept_path(upload->dir, before, path);
    if (!before || !self->base || base_version(self->base) != after || access(path, R_OK) != 0)
        return refuse(upload, PROTO_CODE_CONFLICT, "%s",
                      before && access(path, R_OK) == 0
                          ? "another file was imported since"
                          : "the catalog of before is not kept any more");
    bool good = import_again(path, upload->dir, &eyes, &result) || !result.why[0];
    return settle(self, good, &result);
}

change_status_t upload_undo(upload_t *self, const proto_undo_t *msg)
{
    work_t work = {.upload = self, .id = msg->request, .by = msg->by, .undoes = msg->number};
    self->imported = (proto_imported_t){0};
    if (!msg->owner)
        return refuse(self, PROTO_CODE_DENIED, "only an owner may undo an import");
    change_status_t status = enter(&work);
    if (status == CHANGE_DONE && !was_done(&work))
        status = restore(&work, msg);
    leave(&work);
    return status;
}
