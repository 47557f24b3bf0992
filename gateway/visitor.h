/*
 * Who chats through the widget has no token of the shop, but a key of their own that the gateway
 * made: a random user id, and proof that it was given out here. It opens that one conversation and
 * nothing else. Every gateway with the same API_TOKEN knows it, and none has to store it. Pure.
 *
 *   Authorization: Visitor web-0123456789abcdef01234567.<64 hexadecimal digits>
 *
 * The proof is HMAC-SHA256 over "visitor " and the user id, with API_TOKEN as the key; whoever
 * changes that ends all of them.
 */
#ifndef MOSTRADOR_GATEWAY_VISITOR_H
#define MOSTRADOR_GATEWAY_VISITOR_H

#include <stdbool.h>

#include "common/str.h"

#define VISITOR_RANDOM 12 /* bytes of a user id that are chance */
#define VISITOR_ID_SIZE (4 + 2 * VISITOR_RANDOM + 1)
#define VISITOR_KEY_SIZE (VISITOR_ID_SIZE + 65)

/* The key of a visitor with that chance: "web-….…"; its front up to the dot is the user id. */
void visitor_key(const unsigned char random[VISITOR_RANDOM], const char *secret,
                 char key[VISITOR_KEY_SIZE]);

/* The user id, if authorization is "Visitor " and a key that was made with that secret; it is a
 * view into authorization. Empty if not. Takes as long for a wrong proof as for the right one. */
str_t visitor_id(str_t authorization, const char *secret);

#endif
