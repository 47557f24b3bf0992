/*
 * The sites that may show the chat in a frame: WIDGET_ORIGINS, a list of origins separated by
 * blanks or commas, as in "https://shop.example https://www.shop.example:8443". Pure.
 */
#ifndef MOSTRADOR_GATEWAY_ORIGINS_H
#define MOSTRADOR_GATEWAY_ORIGINS_H

#include <stdbool.h>

#include "common/buf.h"

/* Appends the list as a source list of Content-Security-Policy, separated by blanks; nothing for an
 * empty one. false, and why (at least 200 bytes) names what is none: an origin has a scheme (http
 * or https) and a host, perhaps a port, and nothing behind it. */
bool origins_print(const char *list, buf_t *out, char *why, size_t size);

#endif
