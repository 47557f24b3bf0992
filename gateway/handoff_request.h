/*
 * What a person of the shop asks for about a conversation: the bodies of POST
 * /seller/sessions/{user_id}/take, /say and /give, and the query strings of the two lists. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_HANDOFF_REQUEST_H
#define MOSTRADOR_GATEWAY_HANDOFF_REQUEST_H

#include "common/arena.h"
#include "gateway/problem.h"

#define HANDOFF_MAX_BY 64           /* bytes of a person's name */
#define HANDOFF_MAX_ID 128          /* bytes of the client's id of a message */
#define HANDOFF_MAX_CHARACTERS 4000 /* of a message */
#define HANDOFF_MAX_NOTE 1000       /* characters of a note */
#define HANDOFF_LIST 50             /* people that are listed if it is not said how many … */
#define HANDOFF_LIST_MAX 100        /* … and at most */

typedef enum handoff_kind { HANDOFF_TAKE, HANDOFF_SAY, HANDOFF_GIVE } handoff_kind_t;

typedef struct handoff_request {
    str_t by;   /* who; empty where it may be */
    bool force; /* TAKE: also from a colleague */
    str_t text; /* SAY: what the customer reads; GIVE: the note, may be empty */
    str_t id;   /* SAY: the client's */
} handoff_request_t;

/* Reads a body into the arena; that of GIVE may be empty. signed_in is who asks, if they are signed
 * in to the console, and then goes before what the body says. false and a 400 if it is not what is
 * expected; members that are not known are passed over. */
bool handoff_request_parse(handoff_kind_t kind, str_t body, str_t signed_in, arena_t *arena,
                           handoff_request_t *request, problem_t *problem);

/* after=N of GET …/messages; 0 without. */
bool handoff_after_parse(str_t query, arena_t *arena, int64_t *after, problem_t *problem);

typedef struct handoff_list {
    bool taken; /* those whom somebody has; else those who wait */
    int64_t limit;
} handoff_list_t;

/* waiting=person, which is the default, or with=person, and limit=N, of GET /seller/sessions. */
bool handoff_list_parse(str_t query, arena_t *arena, handoff_list_t *list, problem_t *problem);

#endif
