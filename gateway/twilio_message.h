/*
 * What Twilio's parameters mean: who wrote what to which of our numbers, and how a message that was
 * sent fares. Nothing a customer can send is an error: what cannot be read (a photo, a voice
 * note) is told in words, so that the seller can say so. Pure.
 *
 * What stands in the text besides the customer's own words is one line in brackets at its end, in
 * the words of TWILIO_NOTES ("[imagen]", "[ubicación: Av. Juárez 5]"). A text of nothing else is
 * bare: the customer has said nothing that can be answered.
 */
#ifndef MOSTRADOR_GATEWAY_TWILIO_MESSAGE_H
#define MOSTRADOR_GATEWAY_TWILIO_MESSAGE_H

#include <stdint.h>

#include "gateway/form.h"
#include "gateway/opt_word.h"

/* clang-format off */
#define TWILIO_NOTES(N) \
    N(NOTHING,  "mensaje vacío") \
    N(IMAGE,    "imagen") \
    N(AUDIO,    "audio") \
    N(VIDEO,    "video") \
    N(CONTACT,  "contacto") \
    N(FILE,     "archivo") \
    N(LOCATION, "ubicación")
/* clang-format on */

typedef enum twilio_note {
    TWILIO_NO_NOTE, /* words only */
#define TWILIO_NOTE_C(name, text) TWILIO_##name,
    TWILIO_NOTES(TWILIO_NOTE_C)
} twilio_note_t;

typedef struct twilio_message {
    str_t user_id;    /* From: "whatsapp:+5215512345678"; an address, 1 … PROTO_MAX_USER bytes */
    str_t shop;       /* To: our number, from which the answer goes out */
    str_t message_id; /* "SM…": printable ASCII */
    str_t text; /* for the seller: 1 … PROTO_MAX_TEXT bytes of UTF-8, no control characters */
    twilio_note_t note;
    bool bare;      /* the note is all there is */
    bool cut;       /* the text was longer than the seller reads */
    bool whatsapp;  /* the channel; else SMS or another */
    str_t reply_to; /* sid of the message this one answers; empty if none */
    opt_word_t opt;
    bool answered; /* Twilio has answered it itself */
} twilio_message_t;

/* Reads an incoming message into the arena. false, and why as a literal, without From, without a
 * message id, or when one of them cannot be what Twilio sends. */
bool twilio_message_read(const form_t *form, arena_t *arena, twilio_message_t *message,
                         const char **why);

/* ---- status callbacks ---- */

typedef struct twilio_status {
    str_t message_id;
    const char *status; /* "sent", "delivered" …: one of Twilio's, a literal */
    int64_t code;       /* error, 0: none */
    str_t to, from;
} twilio_status_t;

/* Reads a status callback; views into the form. false and why if it is none. */
bool twilio_status_read(const form_t *form, twilio_status_t *status, const char **why);

/* How far a message with that status is. What has a higher one replaces what has a lower or the
 * same; so late, double and unordered callbacks do no harm. -1: not a status.
 * accepted scheduled queued 0, sending 1, sent 2, undelivered failed canceled 3, delivered 4,
 * read 5. */
int twilio_status_rank(str_t status);

#endif
