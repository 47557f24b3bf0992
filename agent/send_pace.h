/*
 * How fast is sent from our addresses, by all agents together: each reserves places with sessions
 * (PACE), some at a time, and the messages that wait here get them in the order in which they came.
 * How fast a person is written to is no business of this file: sessions says so when a message is
 * about to be sent (DELIVERED trying).
 *
 * Nothing is bounded here but by time: who would wait for longer than SEND_LINE_WAIT_US is told to
 * come back, and when. When sessions is away everybody is, sooner or later.
 */
#ifndef MOSTRADOR_AGENT_SEND_PACE_H
#define MOSTRADOR_AGENT_SEND_PACE_H

#include <uv.h>

#include "common/rpc_client.h"

typedef struct send_pace send_pace_t;

/* A message that waits for its place. */
typedef struct send_place send_place_t;

/* 0: it may be sent now. Else there is no place soon: come back after so many ms. */
typedef void(send_placed_t)(void *arg, int64_t away_ms);

/* Borrows both. */
send_pace_t *send_pace_new(uv_loop_t *loop, rpc_client_t *sessions);

/* Nobody may wait any more. Frees itself when the loop has closed its handles. */
void send_pace_destroy(send_pace_t **self_p);

/*
 * Waits for a place to send from that address. done is called once, never from inside, unless it is
 * cancelled; *place is none any more then. Returns 0, or ms to come back after: too many wait.
 */
int64_t send_pace_wait(send_pace_t *self, str_t from, send_placed_t *done, void *arg,
                       send_place_t **place);

/* Does not wait any longer; *place may be NULL. */
void send_pace_cancel(send_place_t **place);

/* A place that was given just now is not used. */
void send_pace_return(send_pace_t *self, str_t from);

#endif
