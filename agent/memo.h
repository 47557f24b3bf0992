/*
 * What was made of a text, kept for when the same text comes again: in every turn most of a
 * conversation is what it was in the one before. A value is found by the bytes of its text and by
 * nothing else, and depends on nothing else, so it cannot be stale, whichever agent had the
 * conversation meanwhile. Bounded in bytes; what was not asked for the longest goes first.
 */
#ifndef MOSTRADOR_AGENT_MEMO_H
#define MOSTRADOR_AGENT_MEMO_H

#include "common/str.h"

/* What a value is. */
typedef enum memo_kind {
    MEMO_QUOTED,    /* the text as a JSON string */
    MEMO_CLEANED,   /* the same of what others wrote (untrusted.h) */
    MEMO_ARGUMENTS, /* the same of a call's arguments, or of {} if they are no object */
    MEMO_PAGE,      /* a result of search_cars, read (ground_page.h) */
    MEMO_SAID,      /* what a message of the customer's says (ground_facts.c) */
} memo_kind_t;

typedef struct memo memo_t;

/* Keeps at most max bytes, texts and all. Aborts if memory is out. */
memo_t *memo_new(size_t max);
void memo_destroy(memo_t **self_p);

/* The value, good until the next memo_add; NULL if there is none. self may be NULL: none at all. */
const void *memo_find(memo_t *self, memo_kind_t kind, str_t text, size_t *size);

/* Room for a value that is not there yet, aligned for any type, to be filled in at once. NULL when
 * it is not to be kept: it is too large, or self is NULL. */
void *memo_add(memo_t *self, memo_kind_t kind, str_t text, size_t size);

/* Bytes that are kept. */
size_t memo_bytes(const memo_t *self);

#endif
