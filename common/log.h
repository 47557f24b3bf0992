/*
 * One line per event to stderr, as logfmt or JSON (LOG_FORMAT), at or above LOG_LEVEL:
 *
 *   log_info("turn_done", LOG_TRACE(&trace), LOG_PERSON("user", user_id), LOG_INT("ms", ms));
 *
 * Values are escaped, so bytes from outside cannot break a line. A person's id goes through
 * LOG_PERSON, which masks it; a key or a token is never passed here at all. Below the level nothing
 * is formatted.
 */
#ifndef MOSTRADOR_COMMON_LOG_H
#define MOSTRADOR_COMMON_LOG_H

#include <stdint.h>

#include "common/arena.h"
#include "common/str.h"
#include "proto/proto.h"

typedef enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR
} log_level_t;

typedef struct log_field {
    const char *key;
    enum { LOG_IS_TEXT, LOG_IS_INT, LOG_IS_USER, LOG_IS_TRACE } is;
    str_t text;
    int64_t number;
} log_field_t;

#define LOG_TEXT(key, view) ((log_field_t){(key), LOG_IS_TEXT, (view), 0})
#define LOG_CSTR(key, cstr) ((log_field_t){(key), LOG_IS_TEXT, str_from(cstr), 0})
#define LOG_INT(key, value) ((log_field_t){(key), LOG_IS_INT, {0}, (int64_t)(value)})
#define LOG_PERSON(key, view) ((log_field_t){(key), LOG_IS_USER, (view), 0})
#define LOG_TRACE(trace) \
    ((log_field_t){"trace", LOG_IS_TRACE, {(const char *)(trace)->id, sizeof(trace)->id}, 0})

/* Call once at start: log_start (name, config.LOG_LEVEL, config.LOG_FORMAT). process ("agent-1")
 * stands in every line; it is copied. */
void log_start(const char *process, const char *level, const char *format);

extern log_level_t log_level;

void log_event(log_level_t level, const char *event, const log_field_t *fields, size_t count);

#define log_at(level, event, ...)                                                               \
    do {                                                                                        \
        if ((level) >= log_level) {                                                             \
            const log_field_t log_fields_[] = {__VA_ARGS__};                                    \
            log_event((level), (event), log_fields_, sizeof log_fields_ / sizeof *log_fields_); \
        }                                                                                       \
    } while (0)
#define log_debug(event, ...) log_at(LOG_LEVEL_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...) log_at(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_warn(event, ...) log_at(LOG_LEVEL_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_LEVEL_ERROR, event, __VA_ARGS__)

/* The newest warnings and errors of this process, the oldest first; they live in the arena. */
void log_failures(arena_t *arena, proto_failure_t **failures, size_t *count);

/* A wrong start: one clear line on stderr ("agent-1: ") and exit (1). */
void log_fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
