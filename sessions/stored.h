/*
 * Something that is stored of a person, from Redis to the message that tells it: which record a
 * value is, by the key and the field it stands in, and the numbers in front of it. Pure.
 */
#ifndef MOSTRADOR_SESSIONS_STORED_H
#define MOSTRADOR_SESSIONS_STORED_H

#include "proto/proto.h"

/* As the protocol has it. */
#define STORED_MAX_KEY 16
#define STORED_MAX_NAME 512
#define STORED_MAX_ITEMS 4096

/* key is its kind (keys_kind). What is of no known form is text. Views into what is given. */
void stored_read(str_t key, str_t name, int64_t number, str_t value, proto_stored_t *stored);

#endif
