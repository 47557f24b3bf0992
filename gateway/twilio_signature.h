/*
 * Did Twilio send this webhook? X-Twilio-Signature is base64 (HMAC-SHA1 (auth token, data)), where
 * data is the URL as Twilio called it and then every parameter, sorted by name and value, each pair
 * once, without separators. A JSON body is covered by its SHA-256 in the URL (bodySHA256) instead.
 * (https://www.twilio.com/docs/usage/security)
 *
 * What Twilio called is known by configuration, never by a client's headers: PUBLIC_BASE_URL and
 * the request's own path and query. Around it proxies and Twilio differ in small ways, so each of
 * these is accepted: with and without the scheme's default port, with and without the slash at the
 * path's end, with and without the fragment that PUBLIC_BASE_URL may end in (Twilio's connection
 * overrides, "#rc=2&rp=ct,rt"). All are tried always, in constant time. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_TWILIO_SIGNATURE_H
#define MOSTRADOR_GATEWAY_TWILIO_SIGNATURE_H

#include "gateway/form.h"

#define TWILIO_TOKENS 2
#define TWILIO_MAX_URL 4096

typedef struct twilio_request {
    str_t base;   /* PUBLIC_BASE_URL: "https://shop.example/bot" or "https://shop.example#rc=2" */
    str_t target; /* path and query as they came: "/webhook/twilio/?bodySHA256=…" */
    str_t signature;                   /* value of X-Twilio-Signature */
    const char *tokens[TWILIO_TOKENS]; /* auth tokens that are live; NULL or "" for none */
} twilio_request_t;

/* Is the form signed with one of the tokens? No token, no signature: false. */
bool twilio_signed_form(const twilio_request_t *request, const form_t *form);

/* The same for a JSON body: the URL must be signed and its bodySHA256 that of body. */
bool twilio_signed_body(const twilio_request_t *request, str_t body);

#endif
