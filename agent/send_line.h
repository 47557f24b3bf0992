/*
 * The places in which one of our addresses may send, as this agent has reserved them: when the next
 * one comes, when more are to be asked for, and when somebody who cannot wait so long is to come
 * back. Pure: times are the caller's, in µs, and go forward.
 *
 * Places come in runs of a quarter of a second's (sessions/pace.lua). The next run is asked for
 * when the one at hand is nearly used up, and only for messages that wait, so an agent holds little
 * that others could use. A place that is not used within LAPSE of its time is void: a process that
 * was stopped does not make up for it with a burst.
 */
#ifndef MOSTRADOR_AGENT_SEND_LINE_H
#define MOSTRADOR_AGENT_SEND_LINE_H

#include <stdbool.h>
#include <stdint.h>

#define SEND_LINE_WAIT_US 1500000 /* a longer wait gives the lease of the conversation back */
#define SEND_LINE_LAPSE_US 500000
#define SEND_LINE_EARLY_US 50000 /* before the end of a run the next one is asked for */
#define SEND_LINE_AGAIN_US 20000 /* at least, until it is asked again when there was none */

typedef struct send_run {
    int64_t next_us; /* when the next of its places comes … */
    int64_t count;   /* … and how many are left */
} send_run_t;

typedef struct send_line {
    send_run_t runs[2]; /* the one at hand, and the one behind it */
    int64_t every_us;   /* from one place to the next */
    int64_t ask_us;     /* not to be asked before */
    int64_t end_us;     /* of the last run */
    int64_t gap_us;     /* between two places that are ours, lately: others send too */
    int64_t back_us;    /* when the last one who was sent away comes back */
} send_line_t;

/* So many of the messages that wait are to be asked for now; 0: it is not time. */
int64_t send_line_wanted(const send_line_t *self, int64_t waiting, int64_t now_us);

/* What was answered: places, µs until the first or until it is worth asking again, µs from one to
 * the next. */
void send_line_given(send_line_t *self, int64_t places, int64_t first_us, int64_t every_us,
                     int64_t now_us);

/* It was not answered. */
void send_line_failed(send_line_t *self, int64_t again_us, int64_t now_us);

/* Takes a place whose time has come. lapsed: how many were void by now. */
bool send_line_take(send_line_t *self, int64_t now_us, int64_t *lapsed);

/* The place taken last was not used. */
void send_line_return(send_line_t *self);

/* When there is something to do for those who wait, at the latest; asking: an answer is to come. */
int64_t send_line_wakes_us(const send_line_t *self, bool asking);

/* There are so many before somebody that they would wait for too long. */
bool send_line_full(const send_line_t *self, int64_t waiting);

/* µs until somebody who is sent away is to come back: one after the other, at our own pace, so that
 * a thousand of them are no more requests than are sent messages. */
int64_t send_line_away_us(send_line_t *self, int64_t now_us);

#endif
