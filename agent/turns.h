/*
 * All turns this agent runs: by user, so that nobody has two; within the credit; looked at by one
 * timer. Knows how to stop: no new work, time to finish, then leases go back.
 */
#ifndef MOSTRADOR_AGENT_TURNS_H
#define MOSTRADOR_AGENT_TURNS_H

#include <uv.h>

#include "agent/admission.h"
#include "agent/alert_desk.h"
#include "agent/catalog_watch.h"
#include "agent/dispatch_link.h"
#include "agent/editions.h"
#include "agent/model_list.h"
#include "agent/send_pace.h"
#include "agent/tools.h"
#include "agent/twilio.h"
#include "agent/window.h"
#include "common/rpc_client.h"
#include "common/shop_hours.h"

typedef struct turns turns_t;

/* What turns work with; all borrowed. */
typedef struct turn_parts {
    uv_loop_t *loop;
    rpc_client_t *sessions;
    tools_t *tools;
    catalog_watch_t *catalog;
    editions_t *editions; /* of rules and knowledge */
    memo_t *memo;         /* of what is read and written in every turn; NULL: none */
    model_list_t *models; /* NULL: none is configured */
    model_t *offline;     /* takes over when they fail */
    const char *currency; /* of their prices; NULL: they have none */
    twilio_t *twilio;     /* NULL: not configured, nothing can be delivered */
    send_pace_t *pace;
    bool typing;            /* show who writes on WhatsApp that an answer is being written */
    int64_t settle_ms;      /* then a message that was taken is in Twilio's list */
    int64_t part_wait_ms;   /* for the status of a part, before the next; 0: there is none */
    const char *holder;     /* "<name>/<boot>" */
    size_t credit;          /* turns at once */
    admission_t *admission; /* how many of them now; NULL: all */
    int64_t lease_ms;
    int64_t coalesce_ms; /* pause before a turn */
    int64_t turn_ms;     /* then the offline model takes over */
    int64_t model_calls; /* of one turn */
    int64_t turn_tokens; /* of one turn, in and out; 0: no limit */
    window_t *window;    /* what of a conversation is sent and kept; learns from reports */
    bool survey;         /* people are asked */
    int64_t survey_every_ms;
    const shop_hours_t *hours; /* NULL: not told */
    alert_desk_t *alerts;      /* NULL: nobody is told */
} turn_parts_t;

turns_t *turns_new(const turn_parts_t *parts);

/* No turn may be left: turns_stop first. Frees itself when the loop has closed its handles. */
void turns_destroy(turns_t **self_p);

void turns_on_turn(turns_t *self, dispatch_link_t *link, const proto_header_t *header,
                   const proto_turn_t *msg);
void turns_on_nudge(turns_t *self, dispatch_link_t *link, const proto_nudge_t *msg);

size_t turns_running(const turns_t *self);

/* How many it would have now: of the credit, what the loop keeps up with. */
size_t turns_allowed(const turns_t *self);

/* Takes no more work. Turns have grace_ms to end, then their leases are given back; idle is called
 * once, when none is left. */
void turns_stop(turns_t *self, int64_t grace_ms, void (*idle)(void *arg), void *arg);

#endif
