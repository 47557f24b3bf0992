/*
 * Twilio's REST API on the agent's loop: sends a message, looks at what was sent, shows that an
 * answer is being written. Each function makes one attempt and tells what came of it; whether and
 * when there is another one is send_policy.h's to say.
 *
 * The functions given are called once, never from inside the call, and not after a cancel.
 * Every request is counted and logged, people masked, without texts and credentials.
 */
#ifndef MOSTRADOR_AGENT_TWILIO_H
#define MOSTRADOR_AGENT_TWILIO_H

#include <uv.h>

#include "agent/send_policy.h"
#include "agent/twilio_wire.h"
#include "proto/proto.h"

#define TWILIO_CALLS_MAX 4096 /* at once, waiting ones included */
#define TWILIO_LIST_MAX 200   /* messages of a list that are looked at */

typedef struct twilio twilio_t;
typedef struct twilio_call twilio_call_t;

/* What came of an attempt. Views are good until the function returns. */
typedef struct twilio_result {
    send_attempt_t attempt; /* all but tries and random, which are the caller's */
    twilio_entry_t entry;   /* the message, if attempt.sid */
    const char *error;      /* why there is no answer, a literal; NULL: there is one */
} twilio_result_t;

typedef void(twilio_sent_t)(void *arg, const twilio_result_t *result);

/* entries is NULL if the list did not come. */
typedef void(twilio_listed_t)(void *arg, const twilio_entry_t *entries, size_t count);

/* With the settings of config; NULL without TWILIO_ACCOUNT_SID and something to sign in with. */
twilio_t *twilio_new(uv_loop_t *loop);

/* Cancels every call; the memory goes when the loop has closed the handles. */
void twilio_destroy(twilio_t **self_p);

/* Sends a message. Its status_callback, if empty, is PUBLIC_BASE_URL/webhook/twilio/status, or none
 * without that setting. NULL: too many calls at once, nothing was done. */
twilio_call_t *twilio_send(twilio_t *self, const twilio_outgoing_t *message,
                           const proto_trace_t *trace, twilio_sent_t *done, void *arg);

/* Lists what went to a person from our address, newest first, back to since_ms (of clock_unix_ms)
 * or TWILIO_LIST_MAX messages. NULL as above. */
twilio_call_t *twilio_list(twilio_t *self, str_t to, str_t from, int64_t since_ms,
                           const proto_trace_t *trace, twilio_listed_t *done, void *arg);

/* Shows the person who sent that message that an answer is being written. Nobody is told whether it
 * worked: a hint is not worth a second attempt. */
void twilio_typing(twilio_t *self, str_t message_id, const proto_trace_t *trace);

/* Ends a call silently. A message that is being sent may be sent all the same. */
void twilio_cancel(twilio_call_t **call_p);

#endif
