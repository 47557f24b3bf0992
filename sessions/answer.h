/*
 * From what Redis answered to the message that goes back. Pure. What a script answers is written at
 * its top.
 */
#ifndef MOSTRADOR_SESSIONS_ANSWER_H
#define MOSTRADOR_SESSIONS_ANSWER_H

#include <hiredis/hiredis.h>

#include "proto/proto.h"

typedef struct answer {
    str_t
        status; /* the script's word for how it went: "granted", "stale" …; empty when it failed */
    str_t event;  /* what became of a reply in the outbox, or the status that a message reached */
    int64_t code; /* the carrier's, with it */
    str_t change; /* "left" or "returned": what the person wants is no more what it was */
    int64_t dropped; /* replies that do not go out because of that */
    int64_t invited; /* 1: the person is to be asked to write, by the template */
    str_t heard; /* what came of the survey: asked, promoter, passive, detractor; may be empty */
    bool commented;
    int64_t taken;         /* questions of the survey that a message took back */
    int64_t tokens, calls; /* CLAIM: what the person has spent today */
    str_t lapsed;          /* who of the shop had it, was silent for too long, and has it no more */
    int64_t lost;          /* of what was said with a person of the shop, unread: no room */
    int64_t wanted;        /* 1: the customer waits for a person since now */
    str_t stage;           /* COMMIT: of the lead that it made or changed */
    bool damaged;          /* something stored could not be read and was left out */
    proto_type_t type;
    union {
        proto_error_t error;
        proto_ok_t ok;
        proto_enqueued_t enqueued;
        proto_claimed_t claimed;
        proto_committed_t committed;
        proto_session_t session;
        proto_budget_t budget;
        proto_exported_t exported;
        proto_paced_t paced;
        proto_handoff_t handoff;
        proto_said_t said;
    } msg; /* of type */
} answer_t;

/*
 * Fills in answer, to a request of that type. reply may be NULL: Redis was away to the request's
 * deadline. Strings are views into reply, lists live in the arena. What makes no sense becomes an
 * ERROR internal.
 */
void answer_make(answer_t *answer, proto_type_t request, const redisReply *reply, arena_t *arena);

/* Takes "<number> <number> <bytes>" apart, as messages and replies are stored; false if text is not
 * that. */
bool answer_stored(str_t text, int64_t *first, int64_t *second, str_t *record);

#endif
