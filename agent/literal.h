/*
 * Which marks of formatting in an answer are the data's own: those of a catalog's "GL *full*" are
 * to be read as they are, those of "*Nissan*" are ours. Whoever wrote the answer, rules or a
 * language model, what it took from the data stands in the results of this conversation's tools and
 * in the cars that are remembered, so each word with a mark in it is looked for there. Pure.
 */
#ifndef MOSTRADOR_AGENT_LITERAL_H
#define MOSTRADOR_AGENT_LITERAL_H

#include "common/buf.h"
#include "proto/proto.h"

/* Fills the empty out with their byte offsets in text, as reply.literal has them: MARKS_ALL if they
 * are more than fit. */
void literal_find(buf_t *out, str_t text, const proto_context_t *context);

#endif
