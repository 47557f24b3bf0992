/*
 * In the order it happens: lock the folder, open catalog.db.new, read the CSV row by row into it,
 * write what the rows add up to, check, rename. Any failure ends in cleanup, which removes the new
 * file. The lock is on the folder itself, so nothing is left behind by whatever kills an import.
 * With a source of truth (publish.h) each good row goes there too, and the file, which then only
 * served to check them, is removed in any case.
 */
#include "catalog/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/build.h"
#include "catalog/publish.h"
#include "catalog/schema.h"
#include "catalog/stock.h"

typedef struct import {
    const char *csv;
    char path[512], path_new[512];
    int folder; /* locked while open */
    import_report_t *report;
    void *arg;
    import_result_t *result;

    build_t *build;
    publish_t *publish;        /* NULL: the file is what is wanted */
    const import_look_t *look; /* NULL: nobody looks on */
    str_t bytes;               /* instead of a file; NULL: there is one */
    row_header_t header;
    bool header_read;
    int64_t line; /* of the record at hand */
} import_t;

/* ---- saying what is wrong ---- */

static void say(import_t *self, bool note, const char *column, const char *reason)
{
    char text[1024];
    snprintf(text, sizeof text, "%s:%lld: %s: %s", self->csv, (long long)self->line, column,
             reason);
    self->result->problems += !note;
    if (!self->look)
        self->report(self->arg, note, text);
    else if (!note && self->look->problem)
        self->look->problem(self->look->arg, self->line, column, reason);
}

static void on_problem(void *arg, const char *column, const char *reason)
{
    say(arg, false, column, reason);
}

static void on_ignored(void *arg, const char *column, const char *reason)
{
    say(arg, true, column, reason);
}

__attribute__((format(printf, 2, 3))) static bool fail(import_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->result->why, sizeof self->result->why, format, args);
    va_end(args);
    return false;
}

static bool fail_build(import_t *self)
{
    return fail(self, "%s", build_why(self->build));
}

static bool fail_publish(import_t *self)
{
    return fail(self, "CATALOG_SOURCE: %s", publish_why(self->publish));
}

/* ---- the folder ---- */

static bool make_folder(const char *dir)
{
    char path[512];
    snprintf(path, sizeof path, "%s", dir);
    for (char *slash = path + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return false;
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static bool lock_folder(import_t *self, const char *dir)
{
    if (!make_folder(dir))
        return fail(self, "%s: cannot be made: %s", dir, strerror(errno));
    self->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (self->folder < 0)
        return fail(self, "%s: %s", dir, strerror(errno));
    if (flock(self->folder, LOCK_EX | LOCK_NB) != 0)
        return fail(self, "%s: another import is at work there", dir);
    return true;
}

/* ---- rows ---- */

static bool take_car(import_t *self, const proto_car_t *car)
{
    switch (build_add(self->build, car, self->line, on_problem, self)) {
    case BUILD_FAILED:
        return fail_build(self);
    case BUILD_REFUSED: /* reported; reading goes on to report the rest */
        return true;
    case BUILD_TAKEN:
        break;
    }
    self->result->cars++;
    if (self->look && !self->look->car(self->look->arg, car))
        return false;
    return !self->publish || self->result->problems > 0 || publish_car(self->publish, car) ||
           fail_publish(self);
}

static bool on_record(void *arg, const csv_record_t *record)
{
    import_t *self = arg;
    self->line = record->line;
    if (!self->header_read) {
        if (record->error)
            say(self, false, "header", record->error);
        self->header_read =
            !record->error && row_header_read(&self->header, record, on_problem, on_ignored, self);
        return self->header_read;
    }
    proto_car_t car;
    if (!row_read(&self->header, record, &car, on_problem, self))
        return true;
    return take_car(self, &car);
}

static bool read_file(import_t *self)
{
    static char block[1 << 16];
    int file = open(self->csv, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(self, "%s: %s", self->csv, strerror(errno));
    csv_t *csv = csv_new(on_record, self);
    ssize_t size;
    bool more = true;
    while (more && (size = read(file, block, sizeof block)) > 0)
        more = csv_feed(csv, block, (size_t)size);
    bool bad = more && size < 0;
    if (bad)
        fail(self, "%s: %s", self->csv, strerror(errno));
    else if (more)
        csv_end(csv);
    csv_destroy(&csv);
    close(file);
    return !bad;
}

static bool read_bytes(import_t *self)
{
    csv_t *csv = csv_new(on_record, self);
    if (csv_feed(csv, self->bytes.data, self->bytes.size))
        csv_end(csv);
    csv_destroy(&csv);
    return true;
}

static bool read_csv(import_t *self)
{
    if (!(self->bytes.data ? read_bytes(self) : read_file(self)) || self->result->why[0])
        return false;
    if (self->result->problems == 0 && self->result->cars == 0) {
        self->line = 1;
        say(self, false, "record", "there are no cars in the file");
    }
    return self->result->problems == 0;
}

/* ---- the end ---- */

static bool finish_file(import_t *self)
{
    self->result->version = build_next_version(stock_version(self->path));
    return build_finish(self->build, self->result->version, self->csv) || fail_build(self);
}

/* Reads the new file the way the service will. */
static bool check_new(import_t *self)
{
    char why[256];
    stock_t *stock = stock_open(self->path_new, why, sizeof why);
    if (!stock)
        return fail(self, "%s: %s", self->path_new, why);
    bool good = stock->version == self->result->version && stock->cars == self->result->cars &&
                stock_is_sound(stock);
    stock_close(&stock);
    return good || fail(self, "%s: what was written does not read back", self->path_new);
}

static bool swap(import_t *self)
{
    int file = open(self->path_new, O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && fsync(file) == 0 && rename(self->path_new, self->path) == 0 &&
                fsync(self->folder) == 0;
    int error = errno;
    if (file >= 0)
        close(file);
    return good || fail(self, "%s: %s", self->path, strerror(error));
}

/* Does who looks on want it? */
static bool agreed(import_t *self)
{
    return !self->look ||
           (self->look->agree && self->look->agree(self->look->arg, self->result->version));
}

static bool publish(import_t *self)
{
    return publish_finish(self->publish, self->result) || fail_publish(self);
}

/* ---- the whole ---- */

static bool read_all(import_t *self)
{
    self->build = build_new(self->path_new);
    bool good = !build_why(self->build)[0] || fail_build(self);
    good = good && read_csv(self) && (self->publish || finish_file(self));
    self->result->makes = build_makes(self->build);
    self->result->models = build_models(self->build);
    build_destroy(&self->build);
    return good;
}

static void name_files(import_t *self, const char *dir)
{
    snprintf(self->path, sizeof self->path, "%s/%s", dir, SCHEMA_FILE);
    snprintf(self->path_new, sizeof self->path_new, "%s/%s", dir, SCHEMA_FILE_NEW);
}

static bool import_into(import_t *self, const char *dir)
{
    memset(self->result, 0, sizeof *self->result);
    name_files(self, dir);
    self->folder = -1;
    bool locked = lock_folder(self, dir);
    bool good = locked && (!self->publish || publish_start(self->publish) || fail_publish(self));
    good = good && read_all(self);
    bool wanted = !good || self->publish || agreed(self);
    good = good && (self->publish ? publish(self) : !wanted || (check_new(self) && swap(self)));
    if (locked && (!good || !wanted || self->publish))
        unlink(self->path_new);
    if (self->folder >= 0)
        close(self->folder);
    return good;
}

bool import_file(const char *csv, const char *dir, import_report_t *report, void *arg,
                 import_result_t *result)
{
    import_t self = {.csv = csv, .report = report, .arg = arg, .result = result};
    return import_into(&self, dir);
}

bool import_publish(const char *csv, const char *dir, const char *url, import_report_t *report,
                    void *arg, import_result_t *result)
{
    import_t self = {.csv = csv, .report = report, .arg = arg, .result = result};
    self.publish = publish_new(url);
    bool good = import_into(&self, dir);
    publish_destroy(&self.publish);
    return good;
}

bool import_bytes(str_t csv, const char *name, const char *dir, const import_look_t *look,
                  import_result_t *result)
{
    import_t self = {.csv = name, .look = look, .bytes = csv, .result = result};
    return import_into(&self, dir);
}

/* ---- a file that was there before ---- */

static bool copy_file(import_t *self, const char *kept)
{
    struct stat status;
    int from = open(kept, O_RDONLY | O_CLOEXEC);
    int file = open(self->path_new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool good = from >= 0 && file >= 0 && fstat(from, &status) == 0;
    for (off_t left = good ? status.st_size : 0; good && left > 0;) {
        ssize_t sent = sendfile(file, from, NULL, (size_t)left);
        good = sent > 0;
        left -= sent;
    }
    if (!good)
        fail(self, "%s: %s", kept, strerror(errno));
    if (from >= 0)
        close(from);
    if (file >= 0)
        close(file);
    return good;
}

static bool number_anew(import_t *self)
{
    char sql[96];
    sqlite3 *db = NULL;
    self->result->version = build_next_version(stock_version(self->path));
    snprintf(sql, sizeof sql, "PRAGMA journal_mode = OFF; UPDATE catalog SET version = %lld",
             (long long)self->result->version);
    bool good = sqlite3_open_v2(self->path_new, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!good)
        fail(self, "%s: %s", self->path_new, sqlite3_errmsg(db));
    sqlite3_close(db);
    return good;
}

bool import_again(const char *kept, const char *dir, const import_look_t *look,
                  import_result_t *result)
{
    import_t self = {.csv = kept, .look = look, .result = result, .folder = -1};
    memset(result, 0, sizeof *result);
    name_files(&self, dir);
    bool locked = lock_folder(&self, dir);
    bool good =
        locked && copy_file(&self, kept) && number_anew(&self) && agreed(&self) && swap(&self);
    if (locked && !good)
        unlink(self.path_new);
    if (self.folder >= 0)
        close(self.folder);
    return good;
}
