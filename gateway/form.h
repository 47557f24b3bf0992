/*
 * The parameters of a webhook: application/x-www-form-urlencoded, or the same names as one JSON
 * object. Written here and not taken from the HTTP server, because a signature covers every
 * parameter: empty ones, duplicates, and those nobody heard of yet. Pure.
 *
 * Values are what was sent, to the byte: NUL and bytes that are no UTF-8 stay, because they are
 * signed too. Who shows or stores a value cleans it first (twilio_message.c does).
 */
#ifndef MOSTRADOR_GATEWAY_FORM_H
#define MOSTRADOR_GATEWAY_FORM_H

#include "common/arena.h"

#define FORM_MAX_BODY 65536
#define FORM_MAX_FIELDS 512

typedef struct form_field {
    str_t name; /* not empty */
    str_t value;
} form_field_t;

typedef struct form {
    form_field_t *fields; /* in the order they came, duplicates included */
    size_t count;
    bool utf8; /* all names and values are */
} form_t;

typedef enum form_status {
    FORM_OK,
    FORM_BAD,       /* not a form, or not JSON: 400 */
    FORM_TOO_LARGE, /* body, number of fields, or the arena: 413 */
} form_status_t;

/* Reads a body into the arena. An empty body is a form without fields; empty pairs ("a=1&&b=2") are
 * passed over; "a" is "a=". Bad: a % without two hex digits, a value without a name. */
form_status_t form_parse(str_t body, arena_t *arena, form_t *form);

/* Reads one JSON object: strings, numbers and booleans become fields, null an empty one; arrays and
 * objects are passed over. */
form_status_t form_parse_json(str_t body, arena_t *arena, form_t *form);

/* The first value of that name; empty, with data NULL, if there is none. */
str_t form_value(const form_t *form, const char *name);

bool form_has(const form_t *form, const char *name);

#endif
