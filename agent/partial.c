#include "agent/partial.h"

#include "common/text.h"

void partial_init(partial_t *self)
{
    *self = (partial_t){0};
    buf_init(&self->text, PARTIAL_MAX_TEXT);
}

void partial_free(partial_t *self)
{
    buf_free(&self->text);
}

void partial_add(partial_t *self, str_t piece, int64_t now_ms)
{
    size_t room = PARTIAL_MAX_TEXT - self->text.size;
    if (piece.size > room)
        piece.size = room;
    if (!piece.size)
        return;
    if (self->sent == self->text.size)
        self->since_ms = now_ms;
    buf_add(&self->text, piece.data, piece.size);
}

void partial_restart(partial_t *self)
{
    self->restart |= self->watched_any;
    self->watched_any = false;
    self->sent = 0;
    buf_clear(&self->text);
}

void partial_replay(partial_t *self)
{
    self->restart |= self->watched_any;
    self->watched_any = false;
    self->sent = 0;
}

/* Without the front of a character whose end has not come yet. */
static str_t whole_characters(str_t text)
{
    for (size_t back = 1; back <= 3 && back <= text.size; back++) {
        unsigned char c = (unsigned char)text.data[text.size - back];
        if ((c & 0xc0) == 0x80)
            continue;
        size_t needs = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        if (needs > back)
            text.size -= back;
        break;
    }
    return text;
}

bool partial_due(const partial_t *self, int64_t now_ms, bool all, str_t *text, bool *restart)
{
    str_t rest = {self->text.data + self->sent, self->text.size - self->sent};
    *text = self->text.data ? whole_characters(rest) : (str_t){0};
    *restart = self->restart;
    if (!utf8_valid(*text)) /* no server sends that; the answer will be mended and whole */
        return false;
    if (self->restart || (all && text->size))
        return true;
    return text->size && (text->size >= PARTIAL_BYTES || now_ms - self->since_ms >= PARTIAL_MS);
}

void partial_sent(partial_t *self, str_t text)
{
    self->sent += text.size;
    self->restart = false;
    self->watched_any |= text.size > 0;
}
