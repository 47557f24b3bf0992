/*
 * What a person of the shop did to one car, over what the file says of it. Columns that somebody
 * changed keep their values, the others follow the file; a car that was added is as it was written;
 * one that is sold is not offered, whatever the file says. Pure.
 */
#ifndef MOSTRADOR_CATALOG_OVERLAY_H
#define MOSTRADOR_CATALOG_OVERLAY_H

#include "proto/proto.h"

typedef enum overlay_state {
    OVERLAY_NONE, /* nothing was done to it */
    OVERLAY_EDITED,
    OVERLAY_ADDED,
    OVERLAY_SOLD,
    OVERLAY_STATES
} overlay_state_t;

typedef struct overlay {
    int64_t stock_id;
    overlay_state_t state;
    proto_car_t orig; /* EDITED: what differs from mine was changed by somebody */
    proto_car_t mine; /* as it was left; of a sold one, as it was sold */
    int64_t sold_ms;
} overlay_t;

/* The car as it is offered, with what the file says of it, NULL for nothing. false: it is not. */
bool overlay_serve(const overlay_t *self, const proto_car_t *base, proto_car_t *car);

/* Somebody made the car that is offered another one. */
void overlay_edit(const overlay_t *before, const proto_car_t *offered, const proto_car_t *wanted,
                  overlay_t *after);

bool car_same(const proto_car_t *a, const proto_car_t *b);

/* Of what is in a car: 16 hex digits and a 0. The same car has the same, at every replica. */
#define CAR_VERSION_SIZE 17
const char *car_version(const proto_car_t *car, char text[CAR_VERSION_SIZE]);

#endif
