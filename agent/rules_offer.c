#include "agent/rules_offer.h"

#include <stdlib.h>

#include "common/clock.h"

#define EVERY_MS 1000
#define AGAIN_MS 30000
#define TIMEOUT_MS 5000

struct rules_offer {
    uv_timer_t timer; /* first: freed with it */
    rpc_client_t *sessions;
    editions_t *editions;
    uint64_t call;    /* 0: none under way */
    size_t told_room; /* … and known since … */
    size_t room;      /* of the call under way */
    int64_t told_ms;  /* … then; 0: not told */
};

static void on_told(void *arg, const rpc_answer_t *answer)
{
    rules_offer_t *self = arg;
    self->call = 0;
    if (answer->type != PROTO_OK)
        return; /* the next second tries again */
    self->told_room = self->room;
    self->told_ms = clock_ms();
}

static void on_timer(uv_timer_t *timer)
{
    rules_offer_t *self = timer->data;
    size_t room = editions_room(self->editions);
    if (self->call ||
        (self->told_ms && room == self->told_room && clock_ms() - self->told_ms < AGAIN_MS))
        return;
    edition_t *own = editions_find(self->editions, SHOP_RULES, 0, 0);
    proto_offer_rules_t msg = {.text = prompt_file(own->prompt), .room = (int64_t)room};
    if (msg.text.size > PROTO_MAX_DOCUMENT)
        msg.text.size = 0;
    msg.tokens = (int64_t)tokens_of(msg.text);
    self->room = room;
    self->call =
        rpc_client_call(self->sessions, PROTO_OFFER_RULES, &msg, NULL, TIMEOUT_MS, on_told, self);
    editions_release(&own);
}

rules_offer_t *rules_offer_new(uv_loop_t *loop, rpc_client_t *sessions, editions_t *editions)
{
    rules_offer_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->sessions = sessions;
    self->editions = editions;
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    uv_timer_start(&self->timer, on_timer, 0, EVERY_MS);
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void rules_offer_destroy(rules_offer_t **self_p)
{
    rules_offer_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    rpc_client_cancel(self->sessions, self->call);
    uv_close((uv_handle_t *)&self->timer, on_closed);
}
