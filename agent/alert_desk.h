/*
 * Alerts, from this agent: raises what it notices with sessions, which knows what was told
 * already, and tells what sessions has for whoever asks first. What could not be told is tried
 * again, target by target, for a day: a target may get an alert twice, under the same id.
 *
 * Nobody waits for an alert: each call returns at once, and all that can happen to it is a metric
 * and a line in the log.
 */
#ifndef MOSTRADOR_AGENT_ALERT_DESK_H
#define MOSTRADOR_AGENT_ALERT_DESK_H

#include "agent/alert_post.h"
#include "agent/alert_text.h"
#include "common/rpc_client.h"

typedef struct alert_desk alert_desk_t;

/* Where alerts go; a bit each in alert.sent. */
typedef enum alert_target { ALERT_SLACK, ALERT_WEBHOOK, ALERT_MAIL, ALERT_TARGETS } alert_target_t;

/* By the settings ALERT_… and SMTP_…. NULL when they name no target, and then NULL may be given to
 * all functions here; also when one of them makes no sense: then why says so. Borrows both. */
alert_desk_t *alert_desk_new(uv_loop_t *loop, rpc_client_t *sessions, char *why, size_t size);

/* What is being told and not settled is told again, by another. */
void alert_desk_destroy(alert_desk_t **self_p);

/* Has it told, unless that kind is switched off; id and time are made here. key is the same for
 * what is told once in ALERT_REPEAT_MS. */
void alert_desk_raise(alert_desk_t *self, alert_kind_t kind, const proto_alert_t *alert,
                      const char *key);

/* Tells it now, once and without asking anybody: what keeps sessions from being asked. */
void alert_desk_tell(alert_desk_t *self, alert_kind_t kind, const proto_alert_t *alert);

#endif
