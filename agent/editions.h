/*
 * What a seller goes by, in editions: the rules of one version, ready to be used, and one version
 * of the shop's knowledge. A turn holds the two it began with until its end. Those of the
 * installation are version 0; the others were written in the console and come from the session
 * service, which tells with every CLAIM which are live. Kept are those that turns hold, and the
 * newest others.
 */
#ifndef MOSTRADOR_AGENT_EDITIONS_H
#define MOSTRADOR_AGENT_EDITIONS_H

#include "agent/leak.h"
#include "agent/prompt.h"
#include "agent/window.h"
#include "common/shop_text.h"

typedef struct editions editions_t;

typedef struct edition {
    struct edition *next;
    shop_text_t document;
    int64_t version, saved_ms;
    size_t holders;
    prompt_t *prompt;      /* rules */
    leak_rules_t *secrets; /* rules: what nobody is told of them */
    tool_pages_t pages;    /* knowledge */
    char *text;            /* of them */
} edition_t;

/* Takes the prompt of the installation's rules. window says what rules must leave room for; it is
 * borrowed. */
editions_t *editions_new(prompt_t **prompt, const window_t *window);
void editions_destroy(editions_t **self_p);

/* Held; NULL if it is not here and has to be put. */
edition_t *editions_find(editions_t *self, shop_text_t document, int64_t version, int64_t saved_ms);

/* The same with its text. Rules that cannot be gone by are refused, counted and logged: what is
 * held then is what was live before, here and in editions_find. */
edition_t *editions_put(editions_t *self, shop_text_t document, const proto_text_version_t *version,
                        str_t text);

/* What was live last and could be gone by, held. */
edition_t *editions_latest(editions_t *self, shop_text_t document);

void editions_hold(edition_t *edition);

/* It is what is live: who cannot go by what is published later goes by it. */
void editions_go_by(editions_t *self, edition_t *edition);
void editions_release(edition_t **edition_p);

/* The makes of the catalog, for all rules. */
void editions_set_makes(editions_t *self, const proto_facets_t *facets);
int64_t editions_catalog_version(const editions_t *self);

/* Tokens that rules may have. */
size_t editions_room(const editions_t *self);

#endif
