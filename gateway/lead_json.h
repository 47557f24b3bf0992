/* Leads as JSON, and as a table for a spreadsheet. Pure. */
#ifndef MOSTRADOR_GATEWAY_LEAD_JSON_H
#define MOSTRADOR_GATEWAY_LEAD_JSON_H

#include "common/buf.h"
#include "proto/proto.h"

/* GET /seller/leads: {"leads":[…],"before":…}. */
void leads_json(const proto_leads_t *leads, buf_t *out);

/* GET and POST /seller/leads/{user_id}: {"user_id","leads":[…]}. */
void person_leads_json(str_t user_id, const proto_leads_t *leads, buf_t *out);

/*
 * The table of GET /seller/leads.csv as RFC 4180 has it, CRLF and all, in UTF-8 with a byte order
 * mark, so that spreadsheets read accents. A cell that one would take for a formula (it begins with
 * = + - @, a tab or a line's end) gets an apostrophe in front.
 */
void leads_csv_head(buf_t *out);
void leads_csv(const proto_leads_t *leads, buf_t *out);

#endif
