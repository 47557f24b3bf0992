/*
 * What goes to Twilio's API and what comes back, as bytes: forms out, JSON in. Pure.
 * (https://www.twilio.com/docs/messaging/api/message-resource)
 */
#ifndef MOSTRADOR_AGENT_TWILIO_WIRE_H
#define MOSTRADOR_AGENT_TWILIO_WIRE_H

#include "common/arena.h"
#include "common/buf.h"

#include <stdint.h>

#define TWILIO_PAGE 50 /* messages asked for at once */

/* A message to send. Texts are not terminated; empty ones are left out. */
typedef struct twilio_outgoing {
    str_t to;                /* "whatsapp:+52…" */
    str_t from;              /* our number, or a messaging service "MG…" */
    str_t body;              /* at most 1,600 characters; cut longer ones with split.h */
    str_t content_sid;       /* a template "HX…" instead of a body */
    str_t content_variables; /* JSON object, for the template */
    str_t status_callback;   /* URL */
} twilio_outgoing_t;

/* A message as Twilio tells of it. */
typedef struct twilio_entry {
    str_t sid; /* "SM…" */
    str_t body;
    str_t status;       /* "queued", "sent" … */
    str_t direction;    /* "outbound-api": through the API; "outbound-reply": by TwiML */
    int64_t code;       /* error, 0: none */
    int64_t created_ms; /* by Twilio's clock, whole seconds; 0: unknown */
} twilio_entry_t;

typedef struct twilio_page {
    twilio_entry_t *entries; /* newest first */
    size_t count;
    str_t next; /* query of the next page; empty: this is the last one */
} twilio_page_t;

/* The body of POST …/Messages.json. */
void twilio_write_message(const twilio_outgoing_t *message, buf_t *out);

/* The query of GET …/Messages.json: what went from one address to another. Not filtered by
 * DateSent, because a message that is still queued has none. */
void twilio_write_query(str_t to, str_t from, buf_t *out);

/* The body of POST …/Indicators/Typing.json. */
void twilio_write_typing(str_t message_id, buf_t *out);

/* Reads the answer to a message that was taken. false: it is none, nothing is known. */
bool twilio_read_message(str_t json, arena_t *arena, twilio_entry_t *entry);

/* Reads a page of the list. false: it is none. */
bool twilio_read_page(str_t json, arena_t *arena, twilio_page_t *page);

/* Twilio's code in the body of an error; 0: there is none. */
int64_t twilio_read_error(str_t json);

/*
 * May this be the message with that body which was handed to Twilio that way at since_ms? Its sid
 * is unknown, so its text (any if body is empty), its way and its time speak for it. The clocks may
 * be TWILIO_SKEW_MS apart; who knows the sids of other messages leaves those out before.
 */
#define TWILIO_SKEW_MS 30000
typedef enum twilio_way { TWILIO_BY_API, TWILIO_BY_TWIML } twilio_way_t;
bool twilio_may_be(const twilio_entry_t *entry, twilio_way_t way, str_t body, int64_t since_ms);

#endif
