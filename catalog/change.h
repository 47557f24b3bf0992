/*
 * What somebody of the shop does to one car, into the journal (journal.h): checked against what is
 * offered, by whoever serves the newest state, so that of two people who change the same car at
 * once the second is told. On a replica's loop; it blocks for one small transaction.
 */
#ifndef MOSTRADOR_CATALOG_CHANGE_H
#define MOSTRADOR_CATALOG_CHANGE_H

#include "catalog/local.h"
#include "proto/proto.h"

typedef enum change_status {
    CHANGE_DONE,      /* edited says what was made of it */
    CHANGE_REFUSED,   /* code and why */
    CHANGE_BEHIND,    /* another replica was faster: try again when its revision is served */
    CHANGE_OF_A_FILE, /* undo: it is of an import */
} change_status_t;

typedef struct change {
    const char *dir;
    local_state_t state; /* that is served */
    arena_t *arena;      /* where edited lives */
    int64_t now_ms;
    proto_edited_t edited;
    const char *code; /* of an ERROR */
    char why[200];
} change_t;

/* msg is a PUT_CAR, SELL_CAR or UNDO. */
change_status_t change_make(change_t *self, proto_type_t type, const void *msg);

#endif
