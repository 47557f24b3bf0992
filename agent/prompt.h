/*
 * The system prompt: a versioned file under RULES_DIR with what is true today filled in.
 *
 * The file may name {{shop}}, {{makes}}, {{cars}} and {{financing}}; makes are in the prompt
 * even if it does not name them. The text stays the same byte for byte until the catalog changes,
 * so that a server can cache it; what changes with every turn is prompt_state, which goes last.
 */
#ifndef MOSTRADOR_AGENT_PROMPT_H
#define MOSTRADOR_AGENT_PROMPT_H

#include "agent/financing.h"
#include "agent/ground.h"
#include "common/buf.h"
#include "proto/proto.h"

#define PROMPT_MAX_RULES (256 << 10) /* bytes of the file */
#define PROMPT_MAX_STATE 16384       /* prompt_state and prompt_summary never write more */

typedef struct prompt prompt_t;

/* From the text of a rules file, without makes yet; why says which placeholder is unknown when
 * NULL comes back. Copies all it is given. */
prompt_t *prompt_new(str_t rules, const char *version, const char *shop_name,
                     const financing_terms_t *terms, char *why, size_t why_size);
void prompt_destroy(prompt_t **self_p);

/* Other rules for the same shop, with the makes that other has. */
prompt_t *prompt_like(const prompt_t *other, str_t rules, const char *version, char *why,
                      size_t why_size);

/* dir/version.md read into out; false and why if it cannot be. */
bool prompt_read(const char *dir, const char *version, buf_t *out, char *why, size_t why_size);

/* Takes in the makes of the catalog; an answer without facets (nothing new) changes nothing. */
void prompt_set_makes(prompt_t *self, const proto_facets_t *facets);

/* The catalog version that was filled in, 0 for none yet. */
int64_t prompt_catalog_version(const prompt_t *self);

/* The prompt; good until prompt_set_makes. */
str_t prompt_rules(const prompt_t *self);

/* The file as it was given, with its placeholders. */
str_t prompt_file(const prompt_t *self);

/* An estimate of its tokens (tokens.h). */
size_t prompt_tokens(const prompt_t *self);

/* What the prompt says about the shop, as facts an answer may state: fills in all but the context.
 * Borrowed until prompt_set_makes. */
void prompt_ground(const prompt_t *self, ground_sources_t *sources);

/* Which rules these are, for context.rules. */
const char *prompt_version(const prompt_t *self);

/*
 * Where the conversation stands, for the model: filters and page of the list shown last, its cars
 * in order, the chosen car, the last quote, the cars that were chosen or quoted before. Appends
 * nothing when there is nothing to say, and at most so many tokens (estimated): what comes last in
 * this list goes first. Returns how many it took, or a few more. To be sent last, as a system
 * message of its own, because it changes with every call.
 */
size_t prompt_state(const proto_context_t *context, size_t tokens, buf_t *out);

/* What had to go from the conversation, as a system message between the rules and the conversation:
 * it changes only when more goes. Appends nothing when nothing went. */
void prompt_summary(const proto_context_t *context, buf_t *out);

#endif
