/*
 * Which rules and knowledge a turn goes by (editions.h): those that are live when it is granted, or
 * those that a message of the console's side chat wants tried. What is not here yet is fetched
 * before anything else is done; so the first turn after something was published waits for it, and
 * no turn is answered by what was live before.
 */
#include <assert.h>

#include "agent/turn.h"
#include "common/log.h"

#define FETCH_MS 3000

static void wanted(turn_t *self, const proto_claimed_t *claimed)
{
    const proto_waiting_t *last =
        claimed->messages_count ? &claimed->messages[claimed->messages_count - 1] : NULL;
    self->wants[SHOP_RULES] = (turn_wants_t){claimed->rules, claimed->rules_ms};
    self->wants[SHOP_KNOWLEDGE] = (turn_wants_t){claimed->knowledge, claimed->knowledge_ms};
    if (!last || !last->trial_count)
        return;
    self->trial = true;
    self->wants[SHOP_RULES] = (turn_wants_t){last->trial->rules, 0};
    self->wants[SHOP_KNOWLEDGE] = (turn_wants_t){last->trial->knowledge, 0};
}

static void take(turn_t *self, edition_t *edition)
{
    editions_release(&self->editions[edition->document]);
    self->editions[edition->document] = edition;
    if (!self->trial)
        editions_go_by(self->parts->editions, edition);
    self->has_editions = edition->document + 1;
}

static void on_text(void *arg, const rpc_answer_t *answer)
{
    turn_t *self = arg;
    shop_text_t document = self->has_editions;
    self->session_call = 0;
    if (answer->type == PROTO_TEXT) {
        const proto_text_t *text = answer->msg;
        take(self, editions_put(self->parts->editions, document, text->version, text->text));
        turn_editions(self, self->claimed);
        return;
    }
    log_warn("text_unknown", LOG_TRACE(&self->trace),
             LOG_CSTR("document", shop_text_name(document)),
             LOG_INT("version", self->wants[document].version),
             LOG_CSTR("error", answer->error ? answer->error : "type"));
    if (self->trial && answer->error && strcmp(answer->error, PROTO_CODE_NOT_FOUND) == 0) {
        self->has_editions++; /* it has gone since: what is live answers */
        turn_editions(self, self->claimed);
    } else {
        turn_unclaim(self);
    }
}

/* What was claimed outlives the answer that told of it. */
static bool keep_claimed(turn_t *self, const proto_claimed_t *claimed)
{
    if (self->claimed)
        return true;
    proto_claimed_t *copy = arena_alloc(self->arena, sizeof *copy);
    if (!copy || !proto_copy(&proto_claimed_record, claimed, copy, self->arena))
        return false;
    self->claimed = copy;
    return true;
}

static void fetch(turn_t *self, shop_text_t document)
{
    proto_get_text_t msg = {.document = str_from(shop_text_name(document)),
                            .version = self->wants[document].version};
    self->session_call = rpc_client_call(self->parts->sessions, PROTO_GET_TEXT, &msg, &self->trace,
                                         FETCH_MS, on_text, self);
}

void turn_editions(turn_t *self, const proto_claimed_t *claimed)
{
    assert(claimed);
    if (!self->has_editions && !self->claimed)
        wanted(self, claimed);
    while (self->has_editions < SHOP_TEXT_COUNT) {
        shop_text_t document = self->has_editions;
        const turn_wants_t *wants = &self->wants[document];
        edition_t *edition =
            self->trial && wants->version
                ? NULL
                : editions_find(self->parts->editions, document, wants->version, wants->saved_ms);
        if (!edition) {
            self->token = claimed->token;
            if (keep_claimed(self, claimed))
                fetch(self, document);
            else
                turn_unclaim(self);
            return;
        }
        take(self, edition);
    }
    turn_claimed(self, claimed);
}
