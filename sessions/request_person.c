/* All that is kept of one person: looked at, told, forgotten. */
#include <stdio.h>

#include "sessions/request_fill.h"

/* Bytes of one EXPORTED; one item alone may have more: a record has at most 1 MiB. */
#define EXPORT_ROOM (512 << 10)

bool request_fill_reset(request_t *self, const char **why)
{
    const proto_reset_t *msg = self->msg;
    CHECK_USER(msg);
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_CONTEXT, KEY_TALK, KEY_TICKS);
    words_number(&self->words, REQUEST_GRACE_MS);
    return true;
}

bool request_fill_read(request_t *self, const char **why)
{
    const proto_read_t *msg = self->msg;
    CHECK_USER(msg);
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_INBOX, KEY_CONTEXT, KEY_OUTBOX, KEY_SURVEY,
         KEY_TALK, KEY_TICKS);
    return true;
}

/* All keys of a person: known, state, the others, and those shared with others; the script is told
 * how many are the person's own. */
static void person_keys(request_t *self, str_t user)
{
    session_key_t keys[2 * KEY_COUNT] = {KEY_KNOWN, KEY_STATE}, found[KEY_COUNT];
    size_t count = 2, own = keys_of_scope(SCOPE_PERSON, found);
    for (size_t i = 0; i < own; i++)
        if (found[i] != KEY_KNOWN && found[i] != KEY_STATE)
            keys[count++] = found[i];
    count += keys_of_scope(SCOPE_PARTITION, keys + count);
    words_keys(&self->words, &self->names, user, (str_t){0}, keys, count);
    words_add(&self->words, user);
    words_number(&self->words, (int64_t)own);
}

bool request_fill_export(request_t *self, const char **why)
{
    const proto_export_t *msg = self->msg;
    long long place = 1, item = 0;
    char next[65], more;
    CHECK_USER(msg);
    snprintf(next, sizeof next, "%.*s", STR_ARG(msg->next));
    CHECK(msg->next.size == 0 || (sscanf(next, "%lld %lld%c", &place, &item, &more) == 2 &&
                                  place > 0 && place <= KEY_COUNT && item >= 0 && item < INT32_MAX),
          "next is not one of an answer");
    person_keys(self, msg->user_id);
    words_number(&self->words, place);
    words_number(&self->words, item);
    words_number(&self->words, EXPORT_ROOM);
    return true;
}

bool request_fill_erase(request_t *self, const char **why)
{
    const proto_erase_t *msg = self->msg;
    CHECK_USER(msg);
    person_keys(self, msg->user_id);
    return true;
}
