/*
 * What a carrier calls the statuses of a message, and which of two is further. They come late,
 * twice and out of order; the furthest is the one that counts. Pure.
 */
#ifndef MOSTRADOR_SESSIONS_CARRIER_H
#define MOSTRADOR_SESSIONS_CARRIER_H

#include <stdint.h>

#include "common/str.h"

#define CARRIER_SENDING 3 /* the rank up to which the next part of a reply waits */

/* How far a status is, from 1; 0 for a word we don't know. Those that end it without a delivery are
 * the furthest, all alike: the first of them stays. */
int carrier_status_rank(str_t status);

/* The same word as a literal; "other" for one we don't know. For metrics and logs. */
const char *carrier_status_name(str_t status);

/* True for those that end it without a delivery. */
bool carrier_status_failed(str_t status);

/* An error code as a metric's label: its digits, "other" for what is not a code, "none" for 0. */
const char *carrier_code_label(int64_t code, char text[8]);

#endif
