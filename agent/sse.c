/*
 * The parser of sse.h. A line is kept until it is whole, then it is handled in one piece; so no
 * state is finer than "in a line" and "just after a CR".
 */
#include "agent/sse.h"

#define BOM "\xef\xbb\xbf"

void sse_init(sse_t *self, size_t max)
{
    *self = (sse_t){.first = true};
    buf_init(&self->line, max + sizeof "data: ");
    buf_init(&self->data, max);
}

void sse_free(sse_t *self)
{
    buf_free(&self->line);
    buf_free(&self->data);
}

static bool starts_with(str_t text, const char *front, size_t size)
{
    return text.size >= size && memcmp(text.data, front, size) == 0;
}

static bool end_event(sse_t *self, sse_event_t *event, void *arg)
{
    bool more = true;
    if (self->has_data)
        more = event(arg, buf_view(&self->data));
    buf_clear(&self->data);
    self->has_data = false;
    return more;
}

static bool end_line(sse_t *self, str_t line, sse_event_t *event, void *arg)
{
    if (line.size > self->line.max) /* as if it had come in pieces */
        return false;
    if (self->first) {
        self->first = false;
        if (starts_with(line, BOM, 3))
            line = (str_t){line.data + 3, line.size - 3};
    }
    if (line.size == 0)
        return end_event(self, event, arg);
    if (!starts_with(line, "data", 4) || (line.size > 4 && line.data[4] != ':'))
        return true; /* a comment, or a field we have no use for */
    size_t from = line.size > 4 ? 5 : 4;
    if (from < line.size && line.data[from] == ' ')
        from++;
    if (self->has_data)
        buf_char(&self->data, '\n');
    buf_add(&self->data, line.data + from, line.size - from);
    self->has_data = true;
    return buf_ok(&self->data);
}

/* Where the line from at on ends: at its CR or LF, or with the bytes. */
static size_t line_end(str_t bytes, size_t at)
{
    if (at >= bytes.size)
        return bytes.size;
    const char *from = bytes.data + at, *lf = memchr(from, '\n', bytes.size - at);
    size_t size = lf ? (size_t)(lf - from) : bytes.size - at;
    const char *cr = memchr(from, '\r', size);
    return at + (cr ? (size_t)(cr - from) : size);
}

bool sse_feed(sse_t *self, str_t bytes, sse_event_t *event, void *arg)
{
    size_t at = 0;
    if (self->after_cr && bytes.size) {
        at = bytes.data[0] == '\n';
        self->after_cr = false;
    }
    for (size_t i; (i = line_end(bytes, at)) < bytes.size;) {
        char c = bytes.data[i];
        str_t line = {bytes.data + at, i - at};
        if (self->line.size) {
            buf_add(&self->line, line.data, line.size);
            if (!buf_ok(&self->line))
                return false;
            line = buf_view(&self->line);
        }
        bool more = end_line(self, line, event, arg);
        buf_clear(&self->line);
        if (!more)
            return false;
        if (c == '\r' && i + 1 == bytes.size)
            self->after_cr = true;
        else if (c == '\r' && bytes.data[i + 1] == '\n')
            i++;
        at = i + 1;
    }
    if (at < bytes.size)
        buf_add(&self->line, bytes.data + at, bytes.size - at);
    return buf_ok(&self->line);
}
