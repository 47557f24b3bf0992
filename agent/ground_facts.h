/*
 * What may be said, collected from a conversation for ground.c. Inside of grounding only. Pure.
 *
 *   cars, quotes    tool results, the cursor, what memory keeps; of a stock id the newest car
 *   lists           pages of searches: totals, places, filters as understood
 *   facets          makes and models with their counts and lowest prices
 *   numbers         of the shop's pages (with the words around them) and of the customer
 *   names, words    makes and models; what the customer wrote; links and phones of the pages
 */
#ifndef MOSTRADOR_AGENT_GROUND_FACTS_H
#define MOSTRADOR_AGENT_GROUND_FACTS_H

#include "agent/ground.h"
#include "agent/ground_names.h"
#include "agent/ground_numbers.h"

/* What is taken in; the newest first. */
#define GROUND_MAX_CARS 512
#define GROUND_MAX_QUOTES 256
#define GROUND_MAX_LISTS 64
#define GROUND_MAX_FACETS 2048
#define GROUND_MAX_FIGURES 1024        /* numbers of the pages, and as many of the customer */
#define GROUND_MAX_SAID (32 << 10)     /* bytes of the customer's messages */
#define GROUND_MAX_PAGES (64 << 10)    /* bytes of the shop's pages */
#define GROUND_MAX_RESULTS (512 << 10) /* bytes of JSON */
#define GROUND_MAX_COUNTS 64
#define GROUND_NEAR 12 /* stems kept around a number of a page */

#define GROUND_UNKNOWN_NAME (-2) /* one that nobody found: no name is like it */

typedef struct ground_car {
    proto_car_t car; /* its numbers; no strings */
    int16_t make, model;
    str_t words; /* " advance 1.6 cvt " of its version, then of body, colour …: folded tokens */
    size_t version_size; /* bytes of words that are the version's */
    bool gone;           /* it is not for sale any more */
} ground_car_t;

typedef struct ground_list {
    proto_list_t list;
    proto_query_t query; /* of its strings only make and model are kept */
    int16_t make, model; /* what they name, GROUND_NO_NAME: any, GROUND_UNKNOWN_NAME */
    str_t excluded;      /* " audi manual " that was not to be on it */
    int64_t from, to;    /* places on it; 0: the page is empty */
    int64_t stock_ids[PROTO_MAX_PAGE];
    size_t count;
    bool recent; /* shown last, or found in this turn: "el segundo" is of it */
} ground_list_t;

typedef struct ground_facet {
    int16_t make, model;
    int64_t count, price_min;
} ground_facet_t;

/* A number that a page of the shop has, or that the customer said. */
typedef struct ground_figure {
    int64_t value; /* hundredths */
    uint8_t measure, part;
    uint8_t near_count;
    bool marked;
    bool instalment;            /* so much a month */
    uint32_t near[GROUND_NEAR]; /* stems of the words around it */
} ground_figure_t;

typedef struct ground_figures {
    ground_figure_t *items;
    size_t count;
} ground_figures_t;

struct ground_facts {
    arena_t *arena;
    financing_terms_t terms;
    ground_names_t *names;
    ground_car_t *cars;
    size_t car_count;
    bool any_gone;   /* some of them are */
    int64_t subject; /* stock id of the one car that this turn is about; 0: none, or several */
    proto_quote_t *quotes;
    size_t quote_count;
    ground_list_t *lists; /* the newest first */
    size_t list_count;
    ground_facet_t *facets;
    size_t facet_count;
    int64_t counts[GROUND_MAX_COUNTS]; /* that stand alone: makes, cars in all … */
    size_t count_count;
    int64_t missing[GROUND_MAX_COUNTS]; /* stock ids that were looked for and not found */
    size_t missing_count;
    int64_t refused_months[GROUND_MAX_COUNTS];
    size_t refused_count;
    ground_figures_t pages, said;
    str_t said_words; /* " busco un versa " of the customer's messages, folded tokens */
    str_t page_words; /* the same of the shop's pages */
    str_t links;      /* of the pages and cars, phones of the customer too: one a line, plain */
    str_t shop_words; /* of the shop's name */
};

/* What a word is remembered by; 0 for one that says nothing about the subject. */
uint32_t ground_stem(str_t folded);

/* Appends the tokens of text, folded, each with a blank behind it. */
void ground_add_words(buf_t *out, str_t text);

#endif
