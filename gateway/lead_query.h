/*
 * What is asked of leads: the query strings of GET /seller/leads and /seller/leads.csv, and the
 * body of POST /seller/leads/{user_id}. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_LEAD_QUERY_H
#define MOSTRADOR_GATEWAY_LEAD_QUERY_H

#include "common/arena.h"
#include "gateway/problem.h"
#include "proto/proto.h"

#define LEAD_QUERY_LIMIT 25 /* where none is said */
#define LEAD_QUERY_MAX_LIMIT 100
#define LEAD_MAX_NOTE 500 /* characters */

/* stage, since (as of turns), q, and where paged before and limit; an empty value means any.
 * Strings live in the arena. false and a 400 if it is not that. */
bool lead_query_parse(str_t text, bool paged, int64_t now_ms, arena_t *arena,
                      proto_list_leads_t *query, problem_t *problem);

/* {"lead_id","stage","note","by"}: one of stage and note at least. signed_in is who asks, if they
 * are signed in to the console, and goes before what the body says. */
bool lead_change_parse(str_t body, str_t signed_in, arena_t *arena, proto_change_lead_t *change,
                       problem_t *problem);

#endif
