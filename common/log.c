#include "common/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/text.h"

#define MAX_LINE 8192
#define MAX_VALUE 1024
#define FAILURES 8
#define MAX_EVENT 64 /* bytes; this and the next as the protocol has them */
#define MAX_DETAIL 256

log_level_t log_level = LOG_LEVEL_INFO;
static enum { LOGFMT, JSON } log_format = LOGFMT;
static char log_process[64] = "mostrador";

static const char *const levels[] = {"debug", "info", "warn", "error"};

void log_start(const char *process, const char *level, const char *format)
{
    snprintf(log_process, sizeof log_process, "%s", process);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(level, levels[i]) == 0)
            log_level = (log_level_t)i;
    log_format = strcmp(format, "json") == 0 ? JSON : LOGFMT;
}

/* A quoted value. Bytes that are no UTF-8 and control characters are escaped, so that neither a
 * line break nor a terminal sequence gets through. */
static void add_quoted(buf_t *out, str_t text)
{
    str_t front = utf8_front(text, MAX_VALUE);
    buf_char(out, '"');
    for (size_t at = 0; at < front.size;) {
        size_t start = at;
        uint32_t c = utf8_next(front, &at);
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", (char)c);
        else if (c == '\n')
            buf_str(out, "\\n");
        else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
            buf_printf(out, "\\u%04x", c);
        else if (c == 0xfffd)
            buf_str(out, "\\ufffd");
        else
            buf_add(out, front.data + start, at - start);
    }
    buf_str(out, front.size < text.size ? "…\"" : "\"");
}

static bool plain(str_t text)
{
    if (text.size == 0 || text.size > MAX_VALUE)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7f)
            return false;
    }
    return true;
}

static void add_text(buf_t *out, str_t text)
{
    if (log_format == LOGFMT && plain(text))
        buf_add(out, text.data, text.size);
    else
        add_quoted(out, text);
}

static void add_key(buf_t *out, const char *key)
{
    if (out->size > (log_format == JSON)) /* more than its brace */
        buf_char(out, log_format == JSON ? ',' : ' ');
    if (log_format == JSON)
        buf_char(out, '"');
    buf_str(out, key);
    buf_str(out, log_format == JSON ? "\":" : "=");
}

static void add_field(buf_t *out, const log_field_t *field)
{
    char masked[160];
    add_key(out, field->key);
    switch (field->is) {
    case LOG_IS_TEXT:
        add_text(out, field->text);
        break;
    case LOG_IS_INT:
        buf_int(out, field->number);
        break;
    case LOG_IS_USER:
        add_text(out, str_from(text_mask(field->text, masked, sizeof masked)));
        break;
    case LOG_IS_TRACE: {
        proto_trace_t trace;
        char hex[17];
        memcpy(trace.id, field->text.data, sizeof trace.id);
        add_text(out, str_from(proto_trace_print(trace, hex)));
        break;
    }
    }
}

/* To the second; the text of the last one is kept, as most lines of a busy process have the same.
 */
static const char *second_text(time_t seconds)
{
    static _Thread_local time_t known = -1;
    static _Thread_local char text[40];
    struct tm parts;
    if (seconds != known) {
        gmtime_r(&seconds, &parts);
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
        known = seconds;
    }
    return text;
}

static void add_time(buf_t *out)
{
    int64_t now = clock_unix_ms();
    int ms = (int)(now % 1000);
    char rest[] = {'.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10), (char)('0' + ms % 10),
                   'Z'};
    add_key(out, "time");
    if (log_format == JSON)
        buf_char(out, '"');
    buf_str(out, second_text((time_t)(now / 1000)));
    buf_add(out, rest, sizeof rest);
    if (log_format == JSON)
        buf_char(out, '"');
}

/* ---- what went wrong last ---- */

static struct {
    pthread_mutex_t lock; /* passwords are hashed in threads of their own */
    size_t count;         /* since the start; the newest FAILURES are here */
    struct {
        int64_t at_ms;
        char event[MAX_EVENT + 1], detail[MAX_DETAIL + 1];
    } ring[FAILURES];
} failures = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void keep_failure(const char *event, str_t detail)
{
    str_t front = utf8_front(detail, MAX_DETAIL);
    pthread_mutex_lock(&failures.lock);
    size_t at = failures.count++ % FAILURES;
    failures.ring[at].at_ms = clock_unix_ms();
    snprintf(failures.ring[at].event, sizeof failures.ring[at].event, "%s", event);
    snprintf(failures.ring[at].detail, sizeof failures.ring[at].detail, "%.*s", STR_ARG(front));
    pthread_mutex_unlock(&failures.lock);
}

void log_failures(arena_t *arena, proto_failure_t **list, size_t *count)
{
    *count = 0;
    *list = arena_alloc(arena, FAILURES * sizeof **list);
    if (!*list)
        return;
    pthread_mutex_lock(&failures.lock);
    size_t first = failures.count > FAILURES ? failures.count - FAILURES : 0;
    for (size_t i = first; i < failures.count; i++) {
        size_t at = i % FAILURES;
        char *event = arena_copy(arena, str_from(failures.ring[at].event));
        char *detail = arena_copy(arena, str_from(failures.ring[at].detail));
        if (!event || !detail)
            break;
        (*list)[(*count)++] =
            (proto_failure_t){failures.ring[at].at_ms, str_from(event), str_from(detail)};
    }
    pthread_mutex_unlock(&failures.lock);
}

/* ---- a line ---- */

void log_event(log_level_t level, const char *event, const log_field_t *fields, size_t count)
{
    buf_t line;
    buf_init(&line, MAX_LINE);
    if (log_format == JSON)
        buf_char(&line, '{');
    add_time(&line);
    add_field(&line, &LOG_CSTR("level", levels[level]));
    add_field(&line, &LOG_CSTR("process", log_process));
    add_field(&line, &LOG_CSTR("event", event));
    size_t said = line.size + 1; /* behind a blank, or a comma */
    for (size_t i = 0; i < count; i++) {
        size_t before = line.size;
        add_field(&line, &fields[i]);
        if (!buf_ok(&line) || line.size > MAX_LINE - 8) { /* keep the line whole without this one */
            line.bad = false;
            line.size = before;
            break;
        }
    }
    if (level >= LOG_LEVEL_WARN)
        keep_failure(event,
                     line.size > said ? (str_t){line.data + said, line.size - said} : (str_t){0});
    buf_str(&line, log_format == JSON ? "}\n" : "\n");
    /* one write, so that lines of several processes do not mix; nobody to tell if it fails */
    ssize_t written = write(STDERR_FILENO, line.data, line.size);
    (void)written;
    buf_free(&line);
}

void log_fatal(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", log_process);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    fflush(NULL);
    _exit(1); /* no handlers: sockets that are still open would keep ZeroMQ from ending */
}
