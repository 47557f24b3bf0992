/*
 * What the tools answer, as JSON for the model. Every answer begins by saying that it is data: the
 * catalog and the shop's pages are written by people, and nothing in them is an instruction.
 * Pure.
 */
#ifndef MOSTRADOR_AGENT_TOOL_JSON_H
#define MOSTRADOR_AGENT_TOOL_JSON_H

#include "agent/financing.h"
#include "common/buf.h"
#include "proto/proto.h"

/* Where the down payment of a quote came from. */
typedef enum down_source { DOWN_GIVEN, DOWN_LAST_QUOTE, DOWN_MINIMUM } down_source_t;

/* What quote_financing found out. */
typedef struct tool_quotes {
    const proto_car_t *car; /* NULL for a bare price */
    bool price_ignored;     /* a price was given that is not the catalog's */
    down_source_t down;
    proto_quote_t quotes[6];
    size_t count;
    struct {
        int64_t months;
        financing_status_t why;
    } refused[6];
    size_t refused_count;
} tool_quotes_t;

/* What is said of a car that has been sold. */
#define TOOL_SOLD_NOTE                                                                       \
    "this car has been sold: tell the customer so, and show similar ones (search_cars); no " \
    "plan can be given for it"

/* There is no plan for a car that has been sold. */
void tool_json_sold(buf_t *out, const proto_car_t *car);

void tool_json_page(buf_t *out, const proto_paged_t *paged);
void tool_json_car(buf_t *out, const proto_cars_t *cars, int64_t stock_id);
void tool_json_facets(buf_t *out, const proto_facets_t *facets, str_t make);
void tool_json_passages(buf_t *out, const proto_passages_t *passages);
void tool_json_mentions(buf_t *out, const proto_resolved_t *resolved);
void tool_json_quotes(buf_t *out, const tool_quotes_t *quotes, const financing_terms_t *terms);
/* save_lead: kept; car may be empty. */
void tool_json_lead(buf_t *out, str_t car);
void tool_json_error(buf_t *out, const char *why);

#endif
