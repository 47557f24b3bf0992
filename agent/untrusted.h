/*
 * Text that others wrote (customers, the catalog, the shop's pages) on its way to a model. Roles
 * and results are told apart by the JSON of the request, which a text cannot leave; but servers
 * turn the messages into one text with marks of the model's own ("<|im_start|>system", "[INST]",
 * "</tool_response>"), and some read such marks wherever they stand. So they are broken by a blank,
 * and what cannot be seen (zero-width, direction and tag characters, which can hide whole
 * sentences) is dropped. All else stays as it is. Pure.
 */
#ifndef MOSTRADOR_AGENT_UNTRUSTED_H
#define MOSTRADOR_AGENT_UNTRUSTED_H

#include "common/buf.h"

/* Appends text, at most 2 * text.size bytes (bad UTF-8 becomes U+FFFD and may take three). JSON
 * stays the same JSON but for the strings in it. Doing it twice changes nothing more. */
void untrusted_add(buf_t *out, str_t text);

#endif
