/*
 * What the console sends about the rules and the shop's knowledge, read and checked. Pure.
 *
 *   POST /console/api/texts/{document}    {"text","last","note"}   a new version
 *   POST /console/api/publish/{document}  {"version","live"}
 *   POST /console/api/try                 {"chat","msg","rules","knowledge"}
 *   GET  /console/api/text/{document}     ?version=
 *
 * Versions are numbers; absent ones are 0. What a text must be like, the session service says.
 */
#ifndef MOSTRADOR_GATEWAY_TEXT_REQUEST_H
#define MOSTRADOR_GATEWAY_TEXT_REQUEST_H

#include "common/arena.h"
#include "gateway/bot_request.h"
#include "gateway/problem.h"
#include "proto/proto.h"

/* The parts of a message that a body gives; all else is left as it is. */
bool text_save_parse(str_t body, arena_t *arena, proto_save_text_t *msg, problem_t *problem);
bool text_publish_parse(str_t body, proto_publish_text_t *msg, problem_t *problem);

/* The number behind version= in a query string, which is all there may be. */
bool text_version_parse(str_t query, arena_t *arena, int64_t *version, problem_t *problem);

/* What the people of side chats are called: no customer's id begins so. */
#define TRIAL_USER "try:"

/* A message of the side chat: chat is the browser's word for it, by who is signed in. */
bool text_try_parse(str_t body, const char *by, arena_t *arena, bot_request_t *request,
                    proto_trial_t *trial, problem_t *problem);

#endif
