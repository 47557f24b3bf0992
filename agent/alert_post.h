/*
 * Brings alerts to where they are wanted: HTTP posts and mails, a few at a time, on one libuv loop.
 * A target that hangs costs a handle until its time is over, and nothing else.
 *
 * No redirect is followed and no proxy asked; unless private addresses are allowed, a name that
 * leads to one is refused at the moment of connecting, so that it cannot change in between.
 */
#ifndef MOSTRADOR_AGENT_ALERT_POST_H
#define MOSTRADOR_AGENT_ALERT_POST_H

#include <uv.h>

#include "common/buf.h"

#define ALERT_POST_MS 10000 /* for one of them, from begin to end */

typedef struct alert_post alert_post_t;

typedef struct alert_mail_server {
    const char *url;             /* smtp:// or smtps:// */
    const char *user, *password; /* empty: none */
    const char *from;            /* address */
    const char *to;              /* addresses, commas between */
} alert_mail_server_t;

typedef enum alert_outcome {
    ALERT_SENT,
    ALERT_FAILED,  /* may work later */
    ALERT_REFUSED, /* will not: another attempt would be the same */
} alert_outcome_t;

/* why is a literal for logs. Exactly once per post unless it is cancelled, never from inside it. */
typedef void(alert_posted_t)(void *arg, alert_outcome_t outcome, const char *why, int64_t status);

alert_post_t *alert_post_new(uv_loop_t *loop, bool allow_private);

/* Cancels what is under way, and nulls the caller's pointer. */
void alert_post_destroy(alert_post_t **self_p);

/* Posts JSON; header is one more "Name: value", or NULL. Copies all. */
void alert_post_http(alert_post_t *self, const char *url, const char *header, str_t body,
                     alert_posted_t *done, void *arg);

/* Sends a mail. Copies the message. */
void alert_post_mail(alert_post_t *self, const alert_mail_server_t *server, str_t message,
                     alert_posted_t *done, void *arg);

#endif
