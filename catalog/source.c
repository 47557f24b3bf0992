/*
 * A position is a PostgreSQL snapshot, as text: which transactions it sees. What a later snapshot
 * sees and an earlier did not has changed in between, however long the transactions took that made
 * it; numbers given out one after the other could not tell that. Transactions are numbered by a
 * cluster, so the identity names the cluster, its timeline (another after a failover), the
 * database, and the table (another after a backup was restored).
 *
 * Rows come as CSV and go through the same eyes as a file that is imported.
 */
#include "catalog/source.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"

#define CONNECT_MS 10000
#define SILENCE_MS 30000 /* of a server that is to answer */
#define MAX_POSITION (1 << 20)

__asm__(".pushsection .rodata\n"
        ".global source_sql\n"
        "source_sql:\n.incbin \"catalog/source.sql\"\n.byte 0\n"
        ".popsection\n");

struct source {
    const char *url, *name;
    int stop;
    PGconn *conn;
    char *identity, *position; /* of the plan */
    char why[512];
};

/* ---- what went wrong ---- */

__attribute__((format(printf, 2, 3))) static bool fail(source_t *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(self->why, sizeof self->why, format, args);
    va_end(args);
    return false;
}

void source_error(const PGconn *conn, const PGresult *result, char *why, size_t size)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (state && (strcmp(state, "42P01") == 0 || strcmp(state, "3F000") == 0)) {
        snprintf(why, size,
                 "the database %s has no table mostrador.cars: import into it (make import), or "
                 "run catalog/source.sql",
                 PQdb(conn));
        return;
    }
    const char *text = result ? PQresultErrorMessage(result) : PQerrorMessage(conn);
    size_t used = 0;
    for (const char *c = text; *c && used + 1 < size; c++) /* lines become one */
        if (*c != '\n' || (c[1] && c[1] != '\n'))
            why[used++] = (char)(*c == '\n' || *c == '\t' ? ' ' : *c);
    why[used] = '\0';
    if (used == 0)
        snprintf(why, size, "the connection is gone");
}

static bool fail_server(source_t *self, const PGresult *result)
{
    source_error(self->conn, result, self->why, sizeof self->why);
    return false;
}

const char *source_why(const source_t *self)
{
    return self->why;
}

/* ---- the URL ---- */

/* libpq quotes what it does not understand, which may be the password: only what comes before a
 * quote is passed on. */
bool source_check_url(const char *url, char *why, size_t size)
{
    char *error = NULL;
    bool scheme = strncmp(url, "postgres://", 11) == 0 || strncmp(url, "postgresql://", 13) == 0;
    PQconninfoOption *options = scheme ? PQconninfoParse(url, &error) : NULL;
    int front = error ? (int)strcspn(error, "\"\n") : 0;
    if (!options)
        snprintf(why, size, "must be postgres://user:password@host:port/database%s%.*s",
                 error ? "; libpq says: " : "", front, error ? error : "");
    PQconninfoFree(options);
    PQfreemem(error);
    return options != NULL;
}

/* Notices are for people at a terminal. */
static void on_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

/* Our defaults stand before the URL, which may say otherwise; what must be so, behind it. */
static PGconn *start(const char *url, const char *name, bool wait)
{
    const char *const keys[] = {"fallback_application_name",
                                "connect_timeout",
                                "keepalives_idle",
                                "keepalives_interval",
                                "keepalives_count",
                                "tcp_user_timeout",
                                "dbname",
                                "client_encoding",
                                NULL};
    const char *const values[] = {name, "10", "30", "10", "3", "30000", url, "UTF8", NULL};
    PGconn *conn =
        wait ? PQconnectdbParams(keys, values, 1) : PQconnectStartParams(keys, values, 1);
    if (!conn)
        abort();
    PQsetNoticeReceiver(conn, on_notice, NULL);
    return conn;
}

PGconn *source_start(const char *url, const char *name)
{
    return start(url, name, false);
}

PGconn *source_connect(const char *url, const char *name)
{
    return start(url, name, true);
}

/* ---- waiting ---- */

/* Until the socket is ready for events; *ready whether it was before the time. false: stop. */
static bool wait_socket(source_t *self, short events, int64_t ms, bool *ready)
{
    struct pollfd polled[] = {{.fd = PQsocket(self->conn), .events = events},
                              {.fd = self->stop, .events = POLLIN}};
    int64_t until = clock_ms() + ms;
    int count;
    do {
        int64_t left = until - clock_ms();
        count = poll(polled, 2, left > 0 ? (int)left : 0);
    } while (count < 0);
    *ready = polled[0].revents != 0;
    return !polled[1].revents || fail(self, "stopped");
}

static bool wait_answer(source_t *self, short events)
{
    bool ready;
    return wait_socket(self, events, SILENCE_MS, &ready) &&
           (ready || fail(self, "the server does not answer"));
}

static bool connected(source_t *self)
{
    int64_t until = clock_ms() + CONNECT_MS;
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED || PQstatus(self->conn) == CONNECTION_BAD)
            return fail_server(self, NULL);
        bool ready;
        int64_t left = until - clock_ms();
        if (left <= 0)
            return fail(self, "no connection within %d s", CONNECT_MS / 1000);
        if (!wait_socket(self, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, left, &ready))
            return false;
        status = PQconnectPoll(self->conn);
    }
    return true;
}

/* The next result; the caller's. NULL with *good: there is none left. */
static PGresult *next_result(source_t *self, bool *good)
{
    *good = true;
    while (*good && PQisBusy(self->conn)) {
        *good = wait_answer(self, POLLIN);
        if (*good && !PQconsumeInput(self->conn))
            *good = fail_server(self, NULL);
    }
    return *good ? PQgetResult(self->conn) : NULL;
}

static bool send_query(source_t *self, const char *sql)
{
    return PQsendQuery(self->conn, sql) || fail_server(self, NULL);
}

/* Runs one statement; its result is the caller's. NULL: it failed. */
static PGresult *query(source_t *self, const char *sql)
{
    bool good;
    if (!send_query(self, sql))
        return NULL;
    PGresult *kept = NULL, *result;
    while ((result = next_result(self, &good))) {
        PQclear(kept);
        kept = result;
    }
    if (!good || !kept ||
        (PQresultStatus(kept) != PGRES_TUPLES_OK && PQresultStatus(kept) != PGRES_COMMAND_OK)) {
        if (good)
            fail_server(self, kept);
        PQclear(kept);
        return NULL;
    }
    return kept;
}

static bool command(source_t *self, const char *sql)
{
    PGresult *result = query(self, sql);
    PQclear(result);
    return result != NULL;
}

/* ---- the connection ---- */

source_t *source_new(const char *url, const char *name, int stop)
{
    source_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->url = url;
    self->name = name;
    self->stop = stop;
    return self;
}

void source_close(source_t *self)
{
    PQfinish(self->conn);
    self->conn = NULL;
}

void source_destroy(source_t **self_p)
{
    source_t *self = *self_p;
    if (!self)
        return;
    source_close(self);
    free(self->identity);
    free(self->position);
    free(self);
    *self_p = NULL;
}

bool source_open(source_t *self)
{
    source_close(self);
    self->conn = source_start(self->url, self->name);
    return connected(self) && command(self, "LISTEN mostrador_cars");
}

static bool notified(source_t *self)
{
    bool any = false;
    for (PGnotify *notify; (notify = PQnotifies(self->conn)); any = true)
        PQfreemem(notify);
    return any;
}

bool source_wait(source_t *self, int64_t ms, bool *changed)
{
    bool ready = false;
    *changed = notified(self); /* what came with an answer */
    if (*changed)
        return true;
    if (!wait_socket(self, POLLIN, ms, &ready))
        return false;
    if (ready && !PQconsumeInput(self->conn))
        return fail_server(self, NULL);
    *changed = notified(self);
    return PQstatus(self->conn) == CONNECTION_OK || fail_server(self, NULL);
}

/* ---- what changed ---- */

/* What a position looks like, so that nothing else gets into a statement. */
static bool is_position(const char *text)
{
    return *text && strspn(text, "0123456789:,") == strlen(text);
}

/* Which rows of changes a position has not seen; what a restored table has from another cluster is
 * ahead of now. */
static void add_unseen(buf_t *sql, const char *column, const char *position)
{
    buf_printf(sql,
               "%s >= pg_snapshot_xmin ('%s') AND %s < pg_snapshot_xmax (pg_current_snapshot ())"
               " AND NOT pg_visible_in_snapshot (%s, '%s')",
               column, position, column, column, position);
}

static char *copied(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

static bool read_plan(source_t *self, const PGresult *row, const char *identity,
                      source_plan_t *plan)
{
    if (PQntuples(row) != 1)
        return fail(self, "mostrador.source has no row: run catalog/source.sql");
    if (atoi(PQgetvalue(row, 0, 0)) != SOURCE_LAYOUT)
        return fail(self, "the tables are of layout %s, this program knows %d",
                    PQgetvalue(row, 0, 0), SOURCE_LAYOUT);
    free(self->identity);
    free(self->position);
    self->identity = plan->identity = copied(PQgetvalue(row, 0, 1));
    self->position = plan->position = copied(PQgetvalue(row, 0, 2));
    plan->changes = atoll(PQgetvalue(row, 0, 4));
    plan->all = *PQgetvalue(row, 0, 3) == 't' || strcmp(identity, plan->identity) != 0;
    return true;
}

bool source_begin(source_t *self, const char *identity, const char *position, source_plan_t *plan)
{
    bool known = is_position(position);
    const char *from = known ? position : "1:1:";
    buf_t sql;
    buf_init(&sql, 4 * MAX_POSITION);
    buf_str(&sql,
            "SELECT layout, (SELECT system_identifier FROM pg_control_system ()) || '/' ||"
            " substr (pg_walfile_name (pg_current_wal_lsn ()), 1, 8) || '/' ||"
            " (SELECT oid FROM pg_database WHERE datname = current_database ()) || '/' || id ||"
            " '/' || 'mostrador.cars'::regclass::oid,"
            " pg_current_snapshot (), ");
    buf_printf(&sql, "%s OR (", known ? "false" : "true");
    add_unseen(&sql, "forgotten", from);
    buf_str(&sql, ") OR EXISTS (SELECT FROM mostrador.changes WHERE stock_id = 0 AND ");
    add_unseen(&sql, "xid", from);
    buf_str(&sql, "), (SELECT count(*) FROM mostrador.changes WHERE ");
    add_unseen(&sql, "xid", from);
    buf_str(&sql, ") FROM mostrador.source");
    PGresult *row = NULL;
    bool good = command(self, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") &&
                (buf_ok(&sql) || fail(self, "too many transactions at once")) &&
                (row = query(self, sql.data)) && read_plan(self, row, identity, plan);
    PQclear(row);
    buf_free(&sql);
    return good;
}

void source_end(source_t *self)
{
    if (self->conn && PQtransactionStatus(self->conn) != PQTRANS_IDLE)
        command(self, "COMMIT");
}

/* ---- rows ---- */

typedef struct reading {
    const source_sink_t *sink;
    row_header_t header;
    bool header_read, good;
    str_t stock_id; /* of the row at hand */
} reading_t;

static void on_problem(void *arg, const char *column, const char *reason)
{
    const reading_t *self = arg;
    self->sink->bad(self->sink->arg, self->stock_id, column, reason);
}

static bool on_record(void *arg, const csv_record_t *record)
{
    reading_t *self = arg;
    proto_car_t car;
    self->stock_id = record->count ? record->fields[0] : (str_t){"", 0};
    if (!self->header_read)
        self->good = self->header_read =
            row_header_read(&self->header, record, on_problem, on_problem, self);
    else if (row_read(&self->header, record, &car, on_problem, self))
        self->good = self->sink->car(self->sink->arg, &car);
    return self->good;
}

/* Rows of a COPY that was sent. false: the server, or the sink, said no. */
static bool read_copy(source_t *self, csv_t *csv)
{
    char *row;
    int size;
    bool good = true;
    while (good && (size = PQgetCopyData(self->conn, &row, 1)) >= 0) {
        if (size > 0) {
            good = csv_feed(csv, row, (size_t)size);
            PQfreemem(row);
        } else {
            good = wait_answer(self, POLLIN) &&
                   (PQconsumeInput(self->conn) || fail_server(self, NULL));
        }
    }
    return good;
}

static bool copy_rows(source_t *self, const char *sql, const source_sink_t *sink)
{
    bool good;
    if (!send_query(self, sql))
        return false;
    PGresult *result = next_result(self, &good);
    if (!good)
        return false;
    good = result && PQresultStatus(result) == PGRES_COPY_OUT;
    if (!good)
        fail_server(self, result);
    PQclear(result);
    reading_t reading = {.sink = sink, .good = true};
    if (good) {
        csv_t *csv = csv_new(on_record, &reading);
        self->why[0] = '\0';
        good = read_copy(self, csv) && csv_end(csv) && reading.good;
        csv_destroy(&csv);
        if (!good) /* the rest is not wanted: the connection is of no use */
            return fail(self, "%s", self->why[0] ? self->why : "reading was ended");
    }
    while ((result = next_result(self, &good))) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            reading.good = fail_server(self, result);
        PQclear(result);
    }
    return good && reading.good && reading.header_read;
}

#define SELECT_ROWS                                                                        \
    "COPY (SELECT c.stock_id, make, model, year, price, km, version,"                      \
    " CASE WHEN bluetooth THEN 1 ELSE 0 END AS bluetooth, largo, ancho, altura,"           \
    " CASE WHEN car_play THEN 1 ELSE 0 END AS car_play, body, fuel, transmission, colour," \
    " city, photo_url FROM mostrador.cars c "

bool source_read_all(source_t *self, const source_sink_t *sink)
{
    return copy_rows(self, SELECT_ROWS "ORDER BY c.stock_id) TO STDOUT (FORMAT csv, HEADER)", sink);
}

static bool read_ids(source_t *self, const char *sql, const source_sink_t *sink)
{
    PGresult *ids = query(self, sql);
    bool good = ids != NULL;
    for (int i = 0; good && i < PQntuples(ids); i++)
        good = sink->changed(sink->arg, atoll(PQgetvalue(ids, i, 0)));
    PQclear(ids);
    return good;
}

bool source_read_changes(source_t *self, const char *position, const source_sink_t *sink)
{
    buf_t unseen, sql;
    buf_init(&unseen, 2 * MAX_POSITION);
    buf_init(&sql, 3 * MAX_POSITION);
    if (!is_position(position))
        return fail(self, "there is no position");
    add_unseen(&unseen, "xid", position);
    buf_printf(&sql, "SELECT stock_id FROM mostrador.changes WHERE %s", unseen.data);
    bool good = buf_ok(&unseen) && buf_ok(&sql) && read_ids(self, sql.data, sink);
    buf_clear(&sql);
    buf_printf(&sql,
               SELECT_ROWS "JOIN mostrador.changes h USING (stock_id) WHERE %s ORDER BY"
                           " c.stock_id) TO STDOUT (FORMAT csv, HEADER)",
               unseen.data);
    good = good && buf_ok(&sql) && copy_rows(self, sql.data, sink);
    buf_free(&unseen);
    buf_free(&sql);
    return good;
}
