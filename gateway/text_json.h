/* Versions of the rules and of the shop's knowledge as JSON. Pure. */
#ifndef MOSTRADOR_GATEWAY_TEXT_JSON_H
#define MOSTRADOR_GATEWAY_TEXT_JSON_H

#include "common/buf.h"
#include "proto/proto.h"

void texts_json(const proto_texts_t *texts, buf_t *out);
void text_json(const proto_text_version_t *version, str_t text, buf_t *out);

#endif
