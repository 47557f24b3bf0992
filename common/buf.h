/*
 * A growing byte buffer that declares its maximum when it is made. Past the
 * maximum it turns bad and stays so: check once, at the end, with buf_ok.
 */
#ifndef MOSTRADOR_COMMON_BUF_H
#define MOSTRADOR_COMMON_BUF_H

#include <stdint.h>

#include "common/str.h"

typedef struct buf {
    char *data; /* terminated by a 0 byte that size does not count; NULL while empty */
    size_t size;
    size_t room;
    size_t max;
    bool bad; /* something did not fit: the content is not to be used */
} buf_t;

/* An empty buffer of at most max bytes; nothing is allocated yet. */
void buf_init(buf_t *self, size_t max);

/* Frees the bytes; the buffer is empty and usable again. */
void buf_free(buf_t *self);

/* Empties the buffer and keeps its memory. */
void buf_clear(buf_t *self);

void buf_add(buf_t *self, const void *data, size_t size);

static inline void buf_str(buf_t *self, const char *text)
{
    buf_add(self, text, strlen(text)); /* inline: most are literals */
}

static inline void buf_char(buf_t *self, char c)
{
    /* inline while there is room: texts are often built character by character */
    if (self->room - self->size > 1 && self->size < self->max && !self->bad) {
        self->data[self->size++] = c;
        self->data[self->size] = 0;
    } else {
        buf_add(self, &c, 1);
    }
}

/* A whole number in decimal: many are written, and printf takes its time. */
void buf_int(buf_t *self, int64_t number);

void buf_printf(buf_t *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Drops size bytes from the front. */
void buf_skip(buf_t *self, size_t size);

static inline bool buf_ok(const buf_t *self)
{
    return !self->bad;
}

static inline str_t buf_view(const buf_t *self)
{
    return (str_t){self->data, self->size};
}

/* The bytes, terminated, which are the caller's to free; the buffer is empty afterwards. */
char *buf_take(buf_t *self);

#endif
