/*
 * The tools and their arguments as one table: names, types, bounds, descriptions. The JSON schema
 * that a model is sent and the reader of what it sends back (tool_args.h) both come from it.
 */
#ifndef MOSTRADOR_AGENT_TOOL_TABLE_H
#define MOSTRADOR_AGENT_TOOL_TABLE_H

#include "common/arena.h"
#include "proto/proto.h"

#define TOOL_ARGS_MAX_MONTHS 6
#define TOOL_ARGS_MAX_TERM 600 /* months; the shop's own bounds are financing's business */

typedef enum tool_id {
    TOOL_SEARCH_CARS,
    TOOL_GET_CAR,
    TOOL_LIST_MAKES,
    TOOL_QUOTE_FINANCING,
    TOOL_SEARCH_KNOWLEDGE,
    TOOL_RESOLVE_NAMES,
    TOOL_SAVE_LEAD,
    TOOL_COUNT
} tool_id_t;

/* offered: part of the schema. The description is for the model. */
typedef struct tool_spec {
    const char *name;
    const char *description;
    bool offered;
} tool_spec_t;

extern const tool_spec_t tool_specs[TOOL_COUNT];

/* What the arguments of any tool are read into. */
typedef struct tool_args {
    proto_query_t query;  /* search_cars */
    int64_t stock_id;     /* 0: not given */
    str_t make;           /* list_makes; empty: all makes */
    str_t text;           /* question, or text to resolve */
    int64_t price;        /* cents, 0: not given */
    int64_t down_payment; /* cents, -1: not given */
    int64_t down_bp;      /* basis points of the price, -1: not given */
    int64_t months[TOOL_ARGS_MAX_MONTHS];
    size_t month_count;
    str_t interest, name, contact; /* save_lead */
} tool_args_t;

typedef enum arg_kind {
    ARG_TEXT,     /* str_t */
    ARG_NUMBER,   /* int64_t */
    ARG_AMOUNT,   /* int64_t cents, from pesos */
    ARG_PERCENT,  /* int64_t basis points */
    ARG_MM,       /* int64_t, from mm, cm or m */
    ARG_WISH,     /* int64_t: 1 with, 2 without */
    ARG_SORT,     /* str_t */
    ARG_MONTHS,   /* months[], month_count */
    ARG_INTEREST, /* str_t */
    ARG_OWN,      /* str_t; one that is longer than it may be is refused, not cut */
} arg_kind_t;

/* offset is where the value goes in tool_args_t. */
typedef struct arg {
    tool_id_t tool;
    const char *name;
    arg_kind_t kind;
    bool required;
    int64_t min, max; /* of a text its bytes */
    size_t offset;
    const char *description;
} arg_t;

/* Every argument of every tool, in the order of the schema. */
extern const arg_t tool_arg_table[];
extern const size_t tool_arg_count;

/* The words ARG_SORT takes, ended by NULL. */
extern const char *const tool_sorts[];

/* The same for ARG_INTEREST. */
extern const char *const tool_interests[];

/* TOOL_COUNT for an unknown name. */
tool_id_t tool_by_name(str_t name);

/* NULL for an unknown name. */
const arg_t *tool_arg_by_name(tool_id_t tool, const char *name);

/* Appends the "tools" array of a Chat Completions request. */
void tool_table_schema(buf_t *out);

#endif
