#include "agent/rules_offer.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/rpc_poll.h"

#define AGAIN_MS 30000

struct rules_offer {
    editions_t *editions;
    rpc_poll_t *poll;
    size_t told_room; /* known since … */
    size_t room;      /* of the call under way */
    int64_t told_ms;  /* … then; 0: not told */
};

static void ask(void *arg, rpc_poll_t *poll)
{
    rules_offer_t *self = arg;
    size_t room = editions_room(self->editions);
    if (self->told_ms && room == self->told_room && clock_ms() - self->told_ms < AGAIN_MS)
        return;
    edition_t *own = editions_find(self->editions, SHOP_RULES, 0, 0);
    proto_offer_rules_t msg = {.text = prompt_file(own->prompt), .room = (int64_t)room};
    if (msg.text.size > PROTO_MAX_DOCUMENT)
        msg.text.size = 0;
    msg.tokens = (int64_t)tokens_of(msg.text);
    self->room = room;
    rpc_poll_call(poll, PROTO_OFFER_RULES, &msg);
    editions_release(&own);
}

static void on_told(void *arg, const rpc_answer_t *answer)
{
    rules_offer_t *self = arg;
    if (answer->type != PROTO_OK)
        return; /* the next second tries again */
    self->told_room = self->room;
    self->told_ms = clock_ms();
}

rules_offer_t *rules_offer_new(uv_loop_t *loop, rpc_client_t *sessions, editions_t *editions)
{
    rules_offer_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->editions = editions;
    self->poll = rpc_poll_new(loop, sessions, ask, on_told, self);
    return self;
}

void rules_offer_destroy(rules_offer_t **self_p)
{
    rules_offer_t *self = *self_p;
    if (!self)
        return;
    rpc_poll_destroy(&self->poll);
    free(self);
    *self_p = NULL;
}
