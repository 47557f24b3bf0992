/*
 * Between the files that make commands of requests: what each of them is given, and the checks and
 * keys that many have in common. One function per request, which checks it, then adds keys and
 * arguments; false and why when it makes no sense.
 *
 *   request.c           which function and script a request has
 *   request_message.c   messages that come, and those who wait for their replies
 *   request_turn.c      leases and the ends of turns
 *   request_delivery.c  replies on their way to the carrier
 *   request_handoff.c   a person of the shop has the conversation
 *   request_person.c    all that is kept of a person
 *   request_count.c     what turns took and spent; what a partition has, asked for by sessions
 * itself
 */
#ifndef MOSTRADOR_SESSIONS_REQUEST_FILL_H
#define MOSTRADOR_SESSIONS_REQUEST_FILL_H

#include "sessions/request.h"
#include "sessions/words.h"

#define CHECK(condition, sentence) \
    do {                           \
        if (!(condition)) {        \
            *why = (sentence);     \
            return false;          \
        }                          \
    } while (0)
#define CHECK_USER(msg) CHECK((msg)->user_id.size > 0, "user_id is empty")
#define CHECK_TOKEN(msg) \
    CHECK((msg)->token > 0 && (msg)->token <= REQUEST_MAX_TOKEN, "token is not one")
#define CHECK_SPENT(tokens, calls)                                          \
    CHECK((tokens) >= 0 && (tokens) <= REQUEST_MAX_SPENT && (calls) >= 0 && \
              (calls) <= REQUEST_MAX_SPENT,                                 \
          "tokens and calls must be 0 to 1000000000")
#define CHECK_TURN(msg) CHECK((msg)->turn_id.size > 0, "turn_id is empty")
#define CHECK_LEASE(msg)                                                  \
    CHECK((msg)->lease_ms > 0 && (msg)->lease_ms <= REQUEST_MAX_LEASE_MS, \
          "lease_ms must be 1 to 600000")

/* One of the words; the last is NULL. */
bool request_among(str_t word, const char *const *words);

typedef struct request {
    const request_limits_t *limits;
    const void *msg;
    words_t words;
    buf_t names;      /* of the keys */
    buf_t records[4]; /* encoded: they must live until the command is made */
} request_t;

#define KEYS(self, user, id, ...)                                                              \
    words_keys(&(self)->words, &(self)->names, user, id, (const session_key_t[]){__VA_ARGS__}, \
               sizeof((const session_key_t[]){__VA_ARGS__}) / sizeof(session_key_t))

/* Keys and arguments of a script behind outbox.lua: its keys, and those of the script. */
#define OUTBOX_KEYS KEY_STATE, KEY_INBOX, KEY_READY, KEY_OUTBOX, KEY_OUTGOING
#define SURVEY_KEYS KEY_SURVEY, KEY_SURVEYS, KEY_OPINIONS
#define OUTBOX(self, user, id, ...)                                      \
    do {                                                                 \
        KEYS(self, user, id, __VA_ARGS__);                               \
        words_add(&(self)->words, user);                                 \
        words_number(&(self)->words, request_state_ttl((self)->limits)); \
    } while (0)

/* How long a state lives when there is nothing to do, ms. */
int64_t request_state_ttl(const request_limits_t *limits);

#define KEYS_MAX KEY_COUNT /* of a command */

bool request_fill_enqueue(request_t *self, const char **why);
bool request_fill_withdraw(request_t *self, const char **why);
bool request_fill_forgo(request_t *self, const char **why);
bool request_fill_claim(request_t *self, const char **why);
bool request_fill_renew(request_t *self, const char **why);
bool request_fill_commit(request_t *self, const char **why);
bool request_fill_release(request_t *self, const char **why);
bool request_fill_take(request_t *self, const char **why);
bool request_fill_delivered(request_t *self, const char **why);
bool request_fill_pace(request_t *self, const char **why);
bool request_fill_status(request_t *self, const char **why);
bool request_fill_take_over(request_t *self, const char **why);
bool request_fill_say(request_t *self, const char **why);
bool request_fill_give_back(request_t *self, const char **why);
bool request_fill_get_said(request_t *self, const char **why);
bool request_fill_reset(request_t *self, const char **why);
bool request_fill_read(request_t *self, const char **why);
bool request_fill_export(request_t *self, const char **why);
bool request_fill_erase(request_t *self, const char **why);
bool request_fill_get_budget(request_t *self, const char **why);

#endif
