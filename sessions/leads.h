/*
 * Leads, for the people of the shop: LIST_LEADS, GET_LEADS and CHANGE_LEAD. They are made by turns
 * (COMMIT). Each stands with its person, so the list asks every partition for its newest, some at a
 * time, and later ones only for what is newer than the last that would be told.
 */
#ifndef MOSTRADOR_SESSIONS_LEADS_H
#define MOSTRADOR_SESSIONS_LEADS_H

#include "common/rpc_server.h"
#include "sessions/people_index.h"
#include "sessions/redis.h"

#define LEADS_SHOWN 100 /* in one answer, at most */
#define LEADS_AT_ONCE 8 /* requests under way */
#define LEADS_WAVE 64   /* partitions asked at once */

typedef struct leads leads_t;

/* Borrows both, which must be destroyed after Redis and before these. */
leads_t *leads_new(redis_t *redis, people_index_t *people);
void leads_destroy(leads_t **self_p);

bool leads_take(proto_type_t type);

/* Answers one of the three, now or later. */
void leads_handle(leads_t *self, const rpc_request_t *request);

/* One lead as the scripts tell it, from the first of its words behind user and id: "<made> <at>
 * <stage> <car>", record, name, contact, how many notes. false: it cannot be read. Pure. */
bool leads_read(proto_lead_t *lead, const redisReply *reply, size_t first, arena_t *arena);

/* "<ms> <size of by>:<by><text>"; false if it is not that. Pure. */
bool leads_read_note(str_t stored, proto_lead_note_t *note);

#endif
