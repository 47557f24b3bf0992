#include "agent/admission.h"

#define IDLE_PART 8      /* of a late round: then it was not its own work that made it late */
#define GROWTH_LOOKS 500 /* from nothing to all: ten seconds without a delay */

void admission_init(admission_t *self, size_t most)
{
    *self = (admission_t){.most = most, .allowed = most};
}

bool admission_enter(admission_t *self, size_t calls)
{
    if (self->running >= self->allowed || calls >= ADMISSION_CALLS)
        return false;
    self->running++;
    return true;
}

void admission_leave(admission_t *self)
{
    self->running--;
}

static size_t less(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* An eighth fewer than there are, and no sooner again than it can show. */
static void cut(admission_t *self, int64_t now_ms)
{
    if (now_ms - self->cut_ms < ADMISSION_LATE_MS)
        return;
    size_t fewer = less(self->allowed, self->running) * 7 / 8;
    size_t least = less(ADMISSION_LEAST, self->most);
    self->allowed = fewer > least ? fewer : least;
    self->cut_ms = now_ms;
}

void admission_look(admission_t *self, int64_t now_ms, int64_t late_ms, int64_t idle_ms)
{
    if (late_ms >= ADMISSION_LATE_MS && idle_ms < late_ms / IDLE_PART)
        cut(self, now_ms);
    else
        self->allowed = less(self->allowed + self->most / GROWTH_LOOKS + 1, self->most);
}
