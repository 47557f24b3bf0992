/*
 * From a request to the one Redis command that serves it, bytes and all: which script, which keys,
 * which arguments. Checks what the tables of proto/ cannot say. Pure.
 */
#ifndef MOSTRADOR_SESSIONS_REQUEST_H
#define MOSTRADOR_SESSIONS_REQUEST_H

#include "proto/proto.h"

#define REQUEST_MAX_LEASE_MS 600000
#define REQUEST_MAX_TOKEN ((int64_t)1 << 53) /* beyond it Lua's numbers are not exact */

/* How long the sweeper leaves a user alone whose message came just now, ms: the gateway hands it on
 * by itself, and only when that fails is it the sweeper's. */
#define REQUEST_GRACE_MS 2000

/* Replies of one user that are kept for repeated messages, at most. */
#define REQUEST_MAX_REPLIES 256

/* Longest hold_ms of a message, ms. */
#define REQUEST_MAX_HOLD_MS 60000

/* Replies of one user in the outbox: with so many, no message is taken that adds another. Those
 * that wait in the inbox at that moment still come on top. */
#define REQUEST_MAX_OUTBOX 100

/* How long a lead is kept after its last change, ms: 400 days. */
#define REQUEST_LEAD_KEPT_MS INT64_C(34560000000)

/* People in the list of the newest conversations. */
#define REQUEST_MAX_PEOPLE 10000

/* How long the sums of a day are kept after its first turn, ms: 400 days. */
#define REQUEST_TALLY_KEPT_MS INT64_C(34560000000)

#define REQUEST_MAX_PARTS 1000
#define REQUEST_MAX_SPENT 1000000000 /* tokens or calls of one turn */
#define REQUEST_MAX_RETRY_MS 86400000
#define REQUEST_OPTED_OUT 21610          /* Twilio: the person said STOP */
#define REQUEST_ASK_WINDOW_MS 82800000   /* 23 h: WhatsApp takes free text for 24 */
#define REQUEST_SURVEY_KEPT_MS 604800000 /* 7 days at least: an answer may take its time */
#define REQUEST_MAX_OPINIONS 100
#define REQUEST_AHEAD_US 1000000 /* a place to send in is at most so far ahead */
#define REQUEST_AT_ONCE_MS 250   /* and so many places are reserved at once as fit into that */
#define REQUEST_OUTSIDE 63016    /* Twilio: WhatsApp takes no free text any more */

#define REQUEST_MAX_TURN 32 /* bytes of a turn's id, as in messages.h */

typedef struct request_limits {
    int64_t inbox_max;               /* messages */
    int64_t session_ttl;             /* ms */
    int64_t dedup_ttl;               /* ms */
    int64_t lease_ms;                /* a user who was told to a sweeper is told again after it */
    int64_t settle_ms;               /* a gateway that took a reply says how it went before */
    int64_t turn_log;                /* records */
    int64_t nps_after;               /* ms; 0: nobody is asked */
    int64_t nps_every;               /* ms */
    int64_t day_offset_ms;           /* what the shop's clock is ahead of UTC */
    int64_t day_tokens, day_calls;   /* of all people together, 0: any */
    int64_t person_ms, person_burst; /* one message to a person in that time, so many at once */
    int64_t number_rate;             /* messages a second from one address */
    int64_t alert_repeat_ms;         /* the same alert is told once in that time */
    int64_t alert_rate;              /* of a kind in an hour */
    str_t template_sid;  /* asks somebody to write, for whom a reply waits; may be empty */
    int64_t handoff_ttl; /* ms; 0: no end */
} request_limits_t;

/*
 * Makes the command for a request other than SWEEP; freed with redisFreeCommand. NULL when the
 * request makes no sense: then why is a sentence that says so.
 */
char *request_command(const request_limits_t *limits, proto_type_t type, const void *msg,
                      size_t *size, const char **why);

/* The same for what the log of turns is told when a part of an answer was sent; all: the last. */
char *request_turn_out(str_t turn_id, bool all, size_t *size);
/* The same for one partition of SURVEYS, and of LIST_DESK. */
char *request_surveys(unsigned partition, const proto_surveys_t *msg, size_t *size);
char *request_desk(unsigned partition, const proto_list_desk_t *msg, size_t *size);

/* How long a turn may tell anew what it spent and is known to be counted, ms: longer than anybody
 * repeats a request. */
#define REQUEST_COUNTED_MS 3600000

/* The same for what a turn without a COMMIT has spent: added to its person's day. */
char *request_spend(const request_limits_t *limits, str_t user_id, str_t turn_id, int64_t tokens,
                    int64_t calls, size_t *size);

/* What a turn has spent. */
typedef struct request_spent {
    char turn_id[REQUEST_MAX_TURN + 1];
    int64_t tokens, calls;
} request_spent_t;
#define REQUEST_SPENT_MOST 16 /* turns of one command */

/* The same for the day of all: a look, or with turns what they have spent added to it. */
char *request_budget(const request_limits_t *limits, const request_spent_t *turns, size_t count,
                     size_t *size);

/* What turns took, gathered for one command; request_logs_init comes first. */
#define REQUEST_LOGS_MOST 8
#define REQUEST_LOG_WORDS 5
typedef struct request_logs {
    buf_t bytes; /* of the words */
    size_t ends[REQUEST_LOGS_MOST * REQUEST_LOG_WORDS];
    size_t count;
} request_logs_t;

void request_logs_init(request_logs_t *self);

/* false when it makes no sense: then why is a sentence that says so. */
bool request_log_is_sound(const proto_log_turn_t *msg, const char **why);

/* Adds one that is sound; there must be room. false: it cannot be stored. */
bool request_logs_add(request_logs_t *self, const proto_log_turn_t *msg,
                      const request_limits_t *limits);

/* The same for all that were added; there are none afterwards. */
char *request_logs_take(request_logs_t *self, const request_limits_t *limits, size_t *size);

/* What of the log of turns is read at once. */
typedef struct request_turns {
    int64_t since_ms, until_ms; /* 0: from the first, to the last */
    str_t before; /* empty, or a turn id: only those before it, whatever until_ms is */
    size_t max;
} request_turns_t;

/* The same for such a look. */
char *request_turn_read(const request_turns_t *range, size_t *size);

/* The same for the sums of a day, and for how many people there were on all of these days. Days
 * since 1970-01-01 by the shop's calendar. */
char *request_tally_read(int64_t day, size_t *size);
char *request_tally_met(int64_t first, int64_t last, size_t *size);

/* The same for one partition of a SWEEP that tells at most max users. */
char *request_sweep(const request_limits_t *limits, unsigned partition, size_t max, size_t *size);

#endif
