/*
 * Nothing false about cars and money leaves. Every price, instalment, year, kilometre, percentage,
 * term, stock id, count, phone number and link of a text, and every make and model it names, must
 * be backed: by what the tools found in this conversation, by what memory keeps of it, by the
 * makes in the prompt, by the shop's terms and pages, or by the customer's own words used as such.
 * What is not backed is a finding.
 *
 * Numbers are read however they are written: $238,999, 238 mil, 238k, «doscientos treinta y ocho
 * mil», half a million, digits of any script, spaced out or with marks between them. A number is
 * denied unless something backs it, and the unit is part of it: 300,000 km back no price.
 *
 * The text is judged sentence by sentence, and what a sentence says of a car must hold of one car:
 *   - A sentence that names a car (its model, or make and model) is about that car until it names
 *     another; sentences that name none go on with the car named before, a new item of a list with
 *     none. A make alone stands for any one car of it.
 *   - A price, year, km or stock id must be that car's, an instalment, down payment or interest a
 *     plan's of that car, of the same months and down payment as said beside it. The words around
 *     an amount say what it is meant as: a down payment is not accepted as a price.
 *   - The customer's own amounts count as a bound or a wish («hasta», «menos de», «presupuesto»,
 *     «con … al mes»), and where they are denied («no puedo vender un Audi en 1 dólar»); never as
 *     the price or the instalment of a car.
 *   - Figures of the shop's pages count beside words of the passage they stand in (a deposit is no
 *     price), times, days and the like anywhere.
 *   - Counts must be those of a list, a page, a make or model as found.
 *   - A make or model nobody found may be denied or asked about, not offered.
 *   - A car that is not for sale any more (context.gone, or a result that says so) has no price, no
 *     plan and no km; who names it says that it is gone.
 * Amounts rounded or computed by the model («casi 240 mil», «te ahorras $20,000») are not backed.
 *
 * What cannot be found: an invented fact without a figure or a name («es de un solo dueño»), an
 * invented name that is no known car's and follows no make, and a true figure under a pronoun that
 * means another car. Promises and leaks are the business of promise.h and leak.h.
 *
 * Pure. Time and memory are bounded by the text and the conversation, linear in both.
 */
#ifndef MOSTRADOR_AGENT_GROUND_H
#define MOSTRADOR_AGENT_GROUND_H

#include "agent/financing.h"
#include "agent/memo.h"
#include "common/arena.h"
#include "proto/proto.h"

/* id, name in metrics and logs, what the model is told */
/* clang-format off */
#define GROUND_KINDS(K) \
    K(PRICE,      "price",      "no es el precio de ese auto") \
    K(INSTALMENT, "instalment", "no es de una cotización de ese auto") \
    K(YEAR,       "year",       "no es el año de ese auto") \
    K(KM,         "km",         "no es el kilometraje de ese auto") \
    K(PERCENT,    "percent",    "porcentaje sin respaldo") \
    K(TERM,       "term",       "plazo sin respaldo") \
    K(STOCK_ID,   "stock_id",   "no es el número de stock de ese auto") \
    K(PHONE,      "phone",      "teléfono sin respaldo") \
    K(LINK,       "link",       "enlace o correo sin respaldo") \
    K(NAME,       "name",       "marca o modelo que no está en los resultados") \
    K(COUNT,      "count",      "cantidad que no es la de los resultados") \
    K(NUMBER,     "number",     "dato sin respaldo") \
    K(GONE,       "gone",       "ese auto ya no está a la venta: dilo así y no lo ofrezcas")
/* clang-format on */

typedef enum ground_kind {
#define GROUND_C(id, name, advice) GROUND_##id,
    GROUND_KINDS(GROUND_C) GROUND_KIND_COUNT
#undef GROUND_C
} ground_kind_t;

typedef struct ground_finding {
    ground_kind_t kind;
    str_t said; /* the words, in the text */
} ground_finding_t;

const char *ground_kind_name(ground_kind_t kind);
const char *ground_kind_advice(ground_kind_t kind);

/* Where facts come from. */
typedef struct ground_sources {
    const proto_context_t *context; /* entries, summary, cursor, kept cars and quotes */
    const struct found *found;      /* by the tools of this turn (shown.h), or NULL */
    const proto_facet_t *makes;     /* of the catalog, as the prompt lists them */
    size_t make_count;
    int64_t cars; /* in the catalog, 0: not known */
    const financing_terms_t *terms;
    str_t shop_name;
    memo_t *memo; /* what was read before need not be read again; may be NULL */
} ground_sources_t;

typedef struct ground_facts ground_facts_t;

/* The stock ids of the cars that are known, at most max of them; returns how many. */
size_t ground_facts_cars(const ground_facts_t *facts, int64_t *stock_ids, size_t max);

/* Collects what may be said, into the arena; nothing of the sources is kept. NULL when the arena
 * has no room. What does not fit its bounds (GROUND_MAX_* in ground_facts.h) is left out, the
 * oldest first: it backs nothing. */
ground_facts_t *ground_facts_new(arena_t *arena, const ground_sources_t *sources);

/* The findings of a text (any bytes), in its order, at most max of them, which must be above 0. 0:
 * nothing in it is unbacked. */
size_t ground_check(const ground_facts_t *facts, str_t text, ground_finding_t *found, size_t max);

/*
 * The same while the text is being made: what has passed may be shown. The text given must begin
 * with what was given before. Returns how many bytes from its start consist of whole sentences that
 * have no finding, as ground_check of the finished text will have it; once there is a finding it
 * stays where it is. all: nothing follows.
 */
typedef struct ground_stream ground_stream_t;

ground_stream_t *ground_stream_new(arena_t *arena, const ground_facts_t *facts);
size_t ground_stream_passed(ground_stream_t *self, str_t text, bool all);

#endif
