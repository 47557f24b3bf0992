/*
 * The console's cookie, and where a request comes from: what is believed of headers. Pure.
 *
 * Over HTTPS the cookie is called __Host-mostrador: browsers take that name only with Secure, from
 * this very host and for all of it, so no neighbour's page can plant one.
 */
#ifndef MOSTRADOR_GATEWAY_COOKIE_H
#define MOSTRADOR_GATEWAY_COOKIE_H

#include <stdint.h>

#include "common/str.h"

#define COOKIE_TOKEN_MAX 64
#define COOKIE_HEADER_MAX 256
#define ADDRESS_SIZE 64

/* The token in a Cookie header; empty if there is none that could be one. */
str_t cookie_token(str_t header);

/* The value of a Set-Cookie header that keeps a token, or with an empty one forgets it. A token
 * that is not one, by its characters, is never printed: false. */
bool cookie_print(str_t token, bool https, int64_t max_age_s, char out[COOKIE_HEADER_MAX]);

/* Did the browser use HTTPS? host is its Host header, proto X-Forwarded-Proto, base
 * PUBLIC_BASE_URL. Who lies gets a cookie that is kept more carefully. */
bool cookie_https(str_t host, str_t proto, const char *base);

/* Whose attempts are counted together: the last address that a proxy added to X-Forwarded-For, or
 * peer if there is none; of IPv6 the first 64 bits, which is what one customer of a provider has.
 */
void client_address(str_t forwarded, const char *peer, char out[ADDRESS_SIZE]);

#endif
