/*
 * What of a conversation still goes to a model and is kept: bounded in tokens (CONTEXT_TOKENS, as
 * tokens.h estimates them) and in entries (CONTEXT_ENTRIES). A request is, in this order,
 *
 *   rules and makes, tools   always, and the same bytes every time
 *   the summary              of what had to go
 *   the newest turns         older ones go whole, into the summary; before that, what their tools
 *                            found becomes a marker
 *   where it stands          prompt_state: the cursor and the kept cars, at most a third of the
 * room
 *
 * When turns have to go, a quarter of the room is made free, so that for some turns to come the
 * request only grows at its end and a server's cache of what is before stays good.
 *
 * A turn that is too large for the room by itself loses, in this order: its older results, its
 * newest result, its older calls with their results; its messages never have more than half the
 * room, the newest ones stay, and of the last one its front. Pure.
 */
#ifndef MOSTRADOR_AGENT_WINDOW_H
#define MOSTRADOR_AGENT_WINDOW_H

#include "agent/context.h"
#include "agent/prompt.h"
#include "common/tokens.h"

/* For what is not rules, makes and tools there is always room for so many tokens. */
#define WINDOW_LEAST 2500
#define WINDOW_SUMMARY 640           /* of them, for the summary */
#define WINDOW_MAX_BYTES (384 << 10) /* of all texts; what else COMMIT carries is small */
#define WINDOW_MARKER "{\"note\":\"an older result, no longer kept; call the tool again\"}"
#define WINDOW_TOO_LONG "{\"error\":\"the result is too long; ask for less\"}"

typedef struct window {
    size_t tokens;  /* of a request, as its model counts them */
    size_t fixed;   /* of them the rules, makes and tools, estimated */
    size_t entries; /* of earlier turns and this one */
    tokens_scale_t scale;
} window_t;

/* Estimated tokens of the fixed part, with a prompt as it is now. */
size_t window_fixed(const prompt_t *prompt);

/* What did not fit, and what the rest was measured by. */
typedef struct window_loss {
    size_t turns;    /* older ones, now in the summary */
    size_t messages; /* of this turn's, left out or cut */
    size_t results;  /* of this turn's, replaced or dropped */
} window_loss_t;

/* Estimated tokens that there are for everything that is not fixed; with the fixed part more than
 * window->tokens only if that alone leaves less than WINDOW_LEAST. */
size_t window_room(const window_t *self);
bool window_too_narrow(const window_t *self);

/* Estimated tokens that prompt_state may have. */
size_t window_state_room(const window_t *self);

/* Estimated tokens of a request with this conversation. */
size_t window_request(const window_t *self, const proto_context_t *context);

/* Where the conversation stands, as it is sent, and the same of a conversation for which that was
 * written already. Written once and kept with it until the cursor changes; data is NULL when the
 * arena is full. */
str_t window_state(const window_t *self, context_t *context);
size_t window_request_stated(const window_t *self, context_t *context);

/*
 * Makes the conversation fit. results: what this turn's tools found may go too, for who looks at
 * it next is a model that is sent it; without, this turn's part stays as large as it is but for
 * messages. false: the arena is full, and what stands is whole but may be too large.
 */
bool window_fit(const window_t *self, context_t *context, bool results, window_loss_t *loss);

#endif
