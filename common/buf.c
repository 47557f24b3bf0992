#include "common/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(buf_t *self, size_t max)
{
    *self = (buf_t){.max = max};
}

void buf_free(buf_t *self)
{
    free(self->data);
    buf_init(self, self->max);
}

void buf_clear(buf_t *self)
{
    self->size = 0;
    self->bad = false;
    if (self->data)
        self->data[0] = 0;
}

/* Room for size more bytes and the terminator; false, and bad, past the maximum. */
static bool buf_grow(buf_t *self, size_t size)
{
    if (self->bad)
        return false;
    if (size > self->max - self->size) {
        self->bad = true;
        return false;
    }
    size_t need = self->size + size + 1;
    if (need > self->room) {
        size_t room = self->room ? self->room * 2 : 256;
        if (room < need)
            room = need;
        char *data = realloc(self->data, room);
        if (!data)
            abort();
        self->data = data;
        self->room = room;
    }
    return true;
}

void buf_add(buf_t *self, const void *data, size_t size)
{
    bool room = size < self->room - self->size && size <= self->max - self->size && !self->bad;
    if (!room && !buf_grow(self, size))
        return;
    if (size == 1) /* as much of a message is */
        self->data[self->size] = *(const char *)data;
    else if (size)
        memcpy(self->data + self->size, data, size);
    self->size += size;
    self->data[self->size] = 0;
}

void buf_int(buf_t *self, int64_t number)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (number < 0)
        *--at = '-';
    buf_add(self, at, (size_t)(digits + sizeof digits - at));
}

void buf_printf(buf_t *self, const char *format, ...)
{
    char brief[256]; /* most of what is printed: no second pass */
    va_list args;
    va_start(args, format);
    int size = vsnprintf(brief, sizeof brief, format, args);
    va_end(args);
    if (size < 0) {
        self->bad = true;
        return;
    }
    if ((size_t)size < sizeof brief) {
        buf_add(self, brief, (size_t)size);
        return;
    }
    if (!buf_grow(self, (size_t)size))
        return;
    va_start(args, format);
    vsnprintf(self->data + self->size, (size_t)size + 1, format, args);
    va_end(args);
    self->size += (size_t)size;
}

void buf_skip(buf_t *self, size_t size)
{
    if (size >= self->size) {
        self->size = 0;
    } else {
        memmove(self->data, self->data + size, self->size - size);
        self->size -= size;
    }
    if (self->data)
        self->data[self->size] = 0;
}

char *buf_take(buf_t *self)
{
    if (!buf_grow(self, 0))
        return NULL;
    self->data[self->size] = 0;
    char *data = self->data;
    self->data = NULL;
    buf_init(self, self->max);
    return data;
}
