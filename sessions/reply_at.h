/* Elements of what a script answered: an array whose first element says how it went. false where
 * there is none, or one of another type. */
#ifndef MOSTRADOR_SESSIONS_REPLY_AT_H
#define MOSTRADOR_SESSIONS_REPLY_AT_H

#include <hiredis/hiredis.h>
#include <stdint.h>

#include "common/str.h"
#include "common/text.h"

static inline bool text_at(const redisReply *reply, size_t i, str_t *text)
{
    if (i >= reply->elements || reply->element[i]->type != REDIS_REPLY_STRING)
        return false;
    *text = (str_t){reply->element[i]->str, reply->element[i]->len};
    return true;
}

/* A text that goes on in a message: UTF-8 of at most so many bytes. */
static inline bool word_at(const redisReply *reply, size_t i, size_t max, str_t *text)
{
    return text_at(reply, i, text) && text->size <= max && utf8_valid(*text);
}

static inline bool number_at(const redisReply *reply, size_t i, int64_t *number)
{
    if (i >= reply->elements || reply->element[i]->type != REDIS_REPLY_INTEGER)
        return false;
    *number = reply->element[i]->integer;
    return true;
}

#endif
