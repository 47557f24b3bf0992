/*
 * What the shop wrote about itself: the Markdown files of one folder, cut at their headings into
 * passages, found by the words of a question. Held in memory, read again when a file changes.
 */
#ifndef MOSTRADOR_CATALOG_KNOWLEDGE_H
#define MOSTRADOR_CATALOG_KNOWLEDGE_H

#include "proto/proto.h"

#define KNOWLEDGE_MAX_TEXT 4096 /* bytes of a passage */
#define KNOWLEDGE_MAX_TITLE 256
#define KNOWLEDGE_MAX_FILES 256
#define KNOWLEDGE_MAX_FILE (1 << 20) /* bytes */
#define KNOWLEDGE_MAX_PASSAGES 10000
#define KNOWLEDGE_MAX_FOUND 8 /* as many as PASSAGES carries */

typedef void(knowledge_take_t)(void *arg, str_t title, str_t text);

/* Cuts Markdown into passages: what stands under one heading, in pieces of at most
 * KNOWLEDGE_MAX_TEXT bytes that end between paragraphs, lines or characters. Pure. */
void knowledge_split(str_t markdown, knowledge_take_t *take, void *arg);

typedef struct knowledge knowledge_t;

/* Nothing is read before knowledge_refresh. */
knowledge_t *knowledge_new(const char *dir);

/* One text instead of a folder; it is not refreshed. */
knowledge_t *knowledge_of(str_t text);

/* The files of the folder as they are, one after the other, as far as they fit. */
void knowledge_text(const knowledge_t *self, buf_t *out);
void knowledge_destroy(knowledge_t **self_p);

/* Reads the folder if anything in it changed; true when it did. A folder that is not there is an
 * empty one. */
bool knowledge_refresh(knowledge_t *self);

size_t knowledge_count(const knowledge_t *self);

/* The passages that answer a question best, at most max. Their strings live in the arena. */
void knowledge_find(knowledge_t *self, str_t question, size_t max, arena_t *arena,
                    proto_passages_t *passages);

#endif
