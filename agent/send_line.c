#include "agent/send_line.h"

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t send_line_wanted(const send_line_t *self, int64_t waiting, int64_t now_us)
{
    const send_run_t *run = &self->runs[0];
    int64_t left = waiting - run->count;
    bool ends = run->next_us + (run->count - 1) * self->every_us <= now_us + SEND_LINE_EARLY_US;
    if (left <= 0 || self->runs[1].count || now_us < self->ask_us || (run->count && !ends))
        return 0;
    return left;
}

void send_line_given(send_line_t *self, int64_t places, int64_t first_us, int64_t every_us,
                     int64_t now_us)
{
    self->every_us = every_us;
    if (places <= 0) {
        send_line_failed(self, later(first_us, SEND_LINE_AGAIN_US), now_us);
        return;
    }
    int64_t begin_us = now_us + first_us, end_us = begin_us + places * every_us;
    bool goes_on = self->end_us > now_us - SEND_LINE_WAIT_US;
    self->gap_us = later((end_us - (goes_on ? self->end_us : begin_us)) / places, every_us);
    self->end_us = end_us;
    self->runs[self->runs[0].count > 0] = (send_run_t){begin_us, places};
}

void send_line_failed(send_line_t *self, int64_t again_us, int64_t now_us)
{
    self->ask_us = now_us + again_us;
}

static void next_run(send_line_t *self)
{
    self->runs[0] = self->runs[1];
    self->runs[1].count = 0;
}

bool send_line_take(send_line_t *self, int64_t now_us, int64_t *lapsed)
{
    send_run_t *run = &self->runs[0];
    bool taken = false;
    *lapsed = 0;
    while (run->count && run->next_us <= now_us && !taken) {
        taken = run->next_us + SEND_LINE_LAPSE_US > now_us;
        *lapsed += !taken;
        run->next_us += self->every_us;
        if (--run->count == 0 && self->runs[1].count)
            next_run(self);
    }
    return taken;
}

void send_line_return(send_line_t *self)
{
    self->runs[0].next_us -= self->every_us;
    self->runs[0].count++;
}

int64_t send_line_wakes_us(const send_line_t *self, bool asking)
{
    const send_run_t *run = &self->runs[0];
    if (run->count)
        return run->next_us;
    return asking ? INT64_MAX : self->ask_us;
}

bool send_line_full(const send_line_t *self, int64_t waiting)
{
    return waiting * self->gap_us > SEND_LINE_WAIT_US;
}

int64_t send_line_away_us(send_line_t *self, int64_t now_us)
{
    self->back_us = later(self->back_us, now_us + SEND_LINE_WAIT_US) + self->gap_us;
    return self->back_us - now_us;
}
