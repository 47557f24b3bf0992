/*
 * The conversation as one turn builds it: what was remembered, the customer's new messages, the
 * calls and results of the turn, the answer. Everything lives in the turn's arena. Pure.
 *
 * A call is always followed by its result. Functions that return false had no room left in the
 * arena (or of the protocol's limit of entries); what stands is still whole.
 */
#ifndef MOSTRADOR_AGENT_CONTEXT_H
#define MOSTRADOR_AGENT_CONTEXT_H

#include "agent/shown.h"
#include "agent/tools.h"

#define CONTEXT_MAX_ENTRIES 1024   /* as the protocol has it */
#define CONTEXT_MAX_ARGUMENTS 2048 /* bytes; longer ones of a call are not kept */

/* Where the conversation stands, as a model is told (prompt_state): written when it is asked for
 * (window_state), good until the cursor changes. */
typedef struct context_state {
    str_t text;
    size_t tokens; /* of it, with what is around it in a request */
    size_t room;   /* tokens it was written for */
    bool known;
} context_state_t;

typedef struct context {
    proto_context_t now;    /* what the model sees and COMMIT stores */
    proto_context_t before; /* the cursor as the turn found it; entries are not used */
    arena_t *arena;
    size_t room;       /* entries that fit into now.entries */
    size_t turn_start; /* this turn's first customer message */
    size_t turn_said;  /* behind this turn's last customer message */
    context_state_t state;
    bool forgot;       /* the customer asked for it in this turn */
    bool wants_person; /* … for a human, or agreed to one */
    bool angry;        /* … says so */
    str_t opt;         /* "out", "in" or "": of the last message */
    char turn_id[32];
} context_t;

/* remembered may be NULL: somebody new. It is copied. */
bool context_open(context_t *self, arena_t *arena, const proto_context_t *remembered,
                  const char *turn_id);

/* A message of the customer; language and manners are noted. One that asks to forget the
 * conversation takes all that came before with it. Not after context_called, nor after a word of
 * leaving or returning (opt): that is the turn's last. */
bool context_said(context_t *self, const proto_waiting_t *message);

/* What was said while a person of the shop had the conversation (the records of CLAIMED's talk, in
 * their order): it belongs to the turns of before. Before all messages of this turn. */
bool context_talk(context_t *self, const proto_waiting_t *said);

/* What belongs to no request to the seller: a message, or a part of one, that was answered
 * otherwise (role user), and what was said to it (role assistant). Goes before this turn's
 * messages, to the turns of before. */
bool context_aside(context_t *self, const char *role, str_t text, int64_t at_ms);

/* The answer is a question of ours that nobody asked for, or was: it has a mark until it is known
 * to be put. */
void context_mark_question(context_t *self);

/* The last thing said is such a question of another turn than that: it was taken back before it
 * went out, so nobody has read it. */
void context_unsay(context_t *self, str_t turn_id);

/* A tool call and its result. The call's id is replaced where it cannot be kept. */
bool context_called(context_t *self, str_t name, str_t id, str_t arguments,
                    const tool_result_t *result, int64_t now_ms);

/* Takes back this turn's calls, results and finds: the turn begins anew after its messages. */
void context_rewind(context_t *self);

/* An estimate of what an entry is to a model (tokens.h), what is around it in a request included.
 */
int64_t context_entry_tokens(const proto_entry_t *entry);

/* The answer: appends it, and sets the cursor to what the customer now sees. */
bool context_answered(context_t *self, str_t text, const shown_t *shown, int64_t now_ms);

/* Text that may be stored and sent: what is not UTF-8 becomes U+FFFD, cut between two characters
 * at max bytes. Empty when the arena is full. */
str_t context_clean(arena_t *arena, str_t text, size_t max);

#endif
