/*
 * Promises in an answer that the shop did not make: discounts, gifts, a car put aside, guarantees,
 * approved credit … in Spanish, English and Portuguese. What is denied («no puedo dar descuentos»)
 * is no promise, and what the shop's own pages say in this conversation («garantía de 3 meses») it
 * did make, with the same figures and conditions. Phrase tables (promise_table.c): what is promised
 * in words nobody thought of is not found.
 *
 * Figures as such (prices, instalments, phone numbers) are not looked at here. Pure.
 */
#ifndef MOSTRADOR_AGENT_PROMISE_H
#define MOSTRADOR_AGENT_PROMISE_H

#include "common/str.h"

#define PROMISE_MAX_TEXT 65536 /* bytes that are read; an answer is shorter */

/* id, name in metrics and logs, what the model is told */
/* clang-format off */
#define PROMISE_KINDS(K) \
    K(DISCOUNT,    "discount",    "no hay descuentos ni otro precio que el del catálogo: quítalo") \
    K(GIFT,        "gift",        "nada es gratis ni de regalo si no lo dice una página de la agencia") \
    K(SALE,        "sale",        "aquí no se vende ni se cierra nada; eso lo hace un asesor") \
    K(RESERVED,    "reserved",    "aquí no se aparta ningún auto; di cómo se hace (search_knowledge)") \
    K(GUARANTEE,   "guarantee",   "no garantices más de lo que dice una página de la agencia") \
    K(CREDIT,      "credit",      "aquí no se aprueba ningún crédito") \
    K(INTEREST,    "interest",    "no hay crédito sin intereses si no lo dice una página de la agencia") \
    K(AVAILABLE,   "available",   "no prometas que un auto seguirá disponible") \
    K(DELIVERY,    "delivery",    "no prometas una entrega que no dice una página de la agencia") \
    K(BINDING,     "binding",     "nada de lo que escribes obliga ni es un contrato") \
    K(PRICE_MATCH, "price_match", "no prometas igualar o mejorar otros precios") \
    K(FINAL_PRICE, "final_price", "no digas que un precio es final, el más bajo o todo incluido") \
    K(INSURANCE,   "insurance",   "no prometas seguro, tenencia, placas ni trámites") \
    K(TAX,         "tax",         "no des consejos de impuestos; eso lo ve un asesor") \
    K(TRADE_IN,    "trade_in",    "no valúes el auto del cliente; eso lo hace un valuador") \
    K(APPOINTMENT, "appointment", "aquí no se agenda nada; eso lo hace un asesor") \
    K(REFUND,      "refund",      "no prometas devoluciones que no dice una página de la agencia") \
    K(CONDITION,   "condition",   "no digas de dueños, choques o estado de un auto lo que no dijo una herramienta") \
    K(EQUIPMENT,   "equipment",   "no digas de un auto equipo que no está en los resultados") \
    K(HOURS,       "hours",       "no digas días u horas que no dice una página de la agencia") \
    K(PLACE,       "place",       "no digas lugares que no están en los resultados ni en las páginas") \
    K(CONTACT,     "contact",     "no des teléfonos, correos o cuentas que no dice una página de la agencia")
/* clang-format on */

typedef enum promise_kind {
#define PROMISE_C(id, name, advice) PROMISE_##id,
    PROMISE_KINDS(PROMISE_C) PROMISE_KIND_COUNT
#undef PROMISE_C
} promise_kind_t;

typedef struct promise {
    promise_kind_t kind;
    str_t said; /* the words, in text */
} promise_t;

/* "discount", for the metric's label and the log. */
const char *promise_kind_name(promise_kind_t kind);

/* A sentence for the model that is to write the answer again. */
const char *promise_kind_advice(promise_kind_t kind);

/* What may be said because somebody else said it; all borrowed. */
typedef struct promise_sources {
    const str_t
        *pages; /* of the shop: passages as they are, or search_knowledge's results as JSON */
    size_t page_count;
    const str_t *results; /* of the tools about cars, as JSON: equipment and places */
    size_t result_count;
    const str_t *said; /* by the customer: places */
    size_t said_count;
} promise_sources_t;

/* Finds the promises of text (any bytes) that no source makes. At most max are written, one of a
 * kind and sentence; returns how many. */
size_t promise_find(str_t text, const promise_sources_t *sources, promise_t *found, size_t max);

#endif
