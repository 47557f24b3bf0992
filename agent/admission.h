/*
 * How many turns may run at once: what was configured, as long as this process keeps up. When its
 * loop is late and never idle, more turns only make all of them later, until leases, deadlines and
 * heartbeats pass; then fewer are let in, and the others wait, first here and, because the
 * dispatcher is told, there. A loop that is late although it was idle is the machine's fault: fewer
 * turns would not help. Pure.
 */
#ifndef MOSTRADOR_AGENT_ADMISSION_H
#define MOSTRADOR_AGENT_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct admission {
    size_t most;    /* configured */
    size_t allowed; /* now */
    size_t running; /* let in and not gone */
    int64_t cut_ms; /* when it was last made fewer */
} admission_t;

void admission_init(admission_t *self, size_t most);

/* One more, if it may be; calls is what the session service was asked and has not answered. */
bool admission_enter(admission_t *self, size_t calls);

void admission_leave(admission_t *self);

/* The loop has come round, late_ms after it should have, and had nothing to do for idle_ms of its
 * round. Call it every ADMISSION_LOOK_MS or so. */
void admission_look(admission_t *self, int64_t now_ms, int64_t late_ms, int64_t idle_ms);

#define ADMISSION_LOOK_MS 20
#define ADMISSION_LATE_MS 250 /* a heartbeat is never late because of less */
#define ADMISSION_LEAST 64    /* turns, however late: it may be the machine, not us */
#define ADMISSION_CALLS 256   /* to the session service; it answers thousands a second */

#endif
