/* Replies on their way: who may write them, what became of them, and how fast. */
#include "sessions/carrier.h"
#include "sessions/request_fill.h"

bool request_fill_take(request_t *self, const char **why)
{
    const proto_take_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TURN(msg);
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS);
    words_add(&self->words, msg->turn_id);
    words_number(&self->words, self->limits->settle_ms);
    words_add(&self->words, msg->taker);
    return true;
}

bool request_fill_delivered(request_t *self, const char **why)
{
    static const char *const by_agent[] = {"trying", "sent",   "done",   "again",
                                           "unsure", "parked", "failed", NULL};
    static const char *const by_gateway[] = {"done", "again", NULL};
    const proto_delivered_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TURN(msg);
    CHECK(msg->token >= 0 && msg->token <= REQUEST_MAX_TOKEN, "token is not one");
    CHECK(request_among(msg->state, msg->token ? by_agent : by_gateway),
          "state is not one that this sender may tell");
    CHECK(msg->parts_sent >= 0 && msg->parts_sent <= REQUEST_MAX_PARTS,
          "parts_sent must be 0 to 1000");
    CHECK(!str_is(msg->state, "sent") || msg->parts_sent > 0, "sent, but no parts_sent");
    CHECK(msg->retry_ms >= 0 && msg->retry_ms <= REQUEST_MAX_RETRY_MS,
          "retry_ms must be 0 to a day");
    CHECK(msg->code >= 0 && msg->code <= REQUEST_MAX_TOKEN, "code is not one");
    CHECK(msg->nth >= 0 && msg->nth <= REQUEST_MAX_TOKEN, "nth is not one");
    OUTBOX(self, msg->user_id, msg->sid, OUTBOX_KEYS, KEY_SID, KEY_SENT, KEY_KNOWN, KEY_PACE,
           KEY_TICKS, SURVEY_KEYS);
    words_add(&self->words, msg->turn_id);
    words_number(&self->words, msg->token);
    words_add(&self->words, msg->state);
    words_number(&self->words, msg->parts_sent);
    words_add(&self->words, msg->sid);
    words_number(&self->words, msg->code);
    words_number(&self->words, msg->retry_ms);
    words_number(&self->words, msg->nth);
    words_number(&self->words, self->limits->dedup_ttl);
    words_number(&self->words, REQUEST_GRACE_MS);
    words_number(&self->words, REQUEST_OPTED_OUT);
    words_number(&self->words, CARRIER_SENDING);
    words_number(&self->words, REQUEST_OUTSIDE);
    words_number(&self->words, self->limits->person_ms * 1000);
    words_number(&self->words, self->limits->person_burst);
    words_add(&self->words, self->limits->template_sid);
    words_add(&self->words, msg->taker);
    return true;
}

/* A batch is a quarter of a second's places: few are lost with an agent that dies, and however many
 * messages wait and agents ask, an address costs some four requests a second and agent at most. */
bool request_fill_pace(request_t *self, const char **why)
{
    const proto_pace_t *msg = self->msg;
    int64_t rate = self->limits->number_rate, most = rate * REQUEST_AT_ONCE_MS / 1000;
    CHECK(msg->address.size > 0, "address is empty");
    CHECK(msg->wanted > 0 && msg->wanted <= REQUEST_MAX_TOKEN, "wanted must be 1 or more");
    most = most > 0 ? most : 1;
    KEYS(self, (str_t){0}, msg->address, KEY_RATE);
    words_number(&self->words, (1000000 + rate - 1) / rate);
    words_number(&self->words, msg->wanted < most ? msg->wanted : most);
    words_number(&self->words, REQUEST_AHEAD_US);
    return true;
}

bool request_fill_status(request_t *self, const char **why)
{
    const proto_status_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->sid.size > 0, "sid is empty");
    CHECK(msg->status.size > 0, "status is empty");
    CHECK(msg->code >= 0 && msg->code <= REQUEST_MAX_TOKEN, "code is not one");
    OUTBOX(self, msg->user_id, msg->sid, OUTBOX_KEYS, KEY_SID, KEY_SENT, KEY_KNOWN, KEY_TICKS,
           SURVEY_KEYS);
    words_add(&self->words, msg->status);
    words_number(&self->words, carrier_status_rank(msg->status));
    words_number(&self->words, msg->code);
    words_number(&self->words, self->limits->dedup_ttl);
    words_number(&self->words, CARRIER_SENDING);
    words_number(&self->words, REQUEST_OUTSIDE);
    words_number(&self->words, REQUEST_OPTED_OUT);
    words_add(&self->words, self->limits->template_sid);
    words_add(&self->words, msg->turn_id);
    return true;
}
