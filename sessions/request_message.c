/* A message that comes, is taken back, or whose sender waits for nothing any more. */
#include "sessions/request_fill.h"

bool request_fill_enqueue(request_t *self, const char **why)
{
    const proto_enqueue_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->message_id.size > 0, "message_id is empty");
    CHECK(msg->channel.size > 0, "channel is empty");
    /* seq and received_ms are the script's to give: they stand before the record */
    proto_waiting_t waiting = {.message_id = msg->message_id,
                               .trial = msg->trial,
                               .trial_count = msg->trial_count,
                               .channel = msg->channel,
                               .text = msg->text,
                               .reply_to = msg->reply_to,
                               .opt = msg->opt};
    CHECK(msg->opt.size == 0 || str_is(msg->opt, "out") || str_is(msg->opt, "in"),
          "opt must be out or in");
    CHECK(msg->hold_ms >= 0 && msg->hold_ms <= REQUEST_MAX_HOLD_MS, "hold_ms must be 0 to 60000");
    CHECK(proto_encode(&proto_waiting_record, &waiting, &self->records[0], NULL),
          "the message cannot be stored");
    proto_outgoing_t target = {
        .channel = msg->channel, .reply_to = msg->reply_to, .message_id = msg->message_id};
    CHECK(msg->reply_to.size == 0 || msg->silent ||
              proto_encode(&proto_outgoing_record, &target, &self->records[1], NULL),
          "where the reply goes cannot be stored");
    OUTBOX(self, msg->user_id, msg->message_id, OUTBOX_KEYS, KEY_SEEN, KEY_REPLIES, KEY_CONTEXT,
           KEY_TARGETS, KEY_KNOWN, KEY_TALK, KEY_DESK, SURVEY_KEYS);
    words_add(&self->words, buf_view(&self->records[0]));
    words_number(&self->words, self->limits->inbox_max);
    words_number(&self->words, self->limits->dedup_ttl);
    words_number(&self->words, self->limits->session_ttl);
    words_number(&self->words, REQUEST_GRACE_MS);
    words_add(&self->words, buf_view(&self->records[1]));
    words_number(&self->words, msg->hold_ms);
    words_number(&self->words, REQUEST_MAX_OUTBOX);
    /* who waits on the line is written to nowhere else: there is nothing to leave */
    words_add(&self->words, msg->reply_to.size ? msg->opt : (str_t){0});
    words_number(&self->words, msg->silent);
    return true;
}

bool request_fill_withdraw(request_t *self, const char **why)
{
    const proto_withdraw_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->message_id.size > 0, "message_id is empty");
    OUTBOX(self, msg->user_id, msg->message_id, OUTBOX_KEYS, KEY_SEEN, KEY_TARGETS, KEY_KNOWN);
    words_number(&self->words, REQUEST_GRACE_MS);
    return true;
}

bool request_fill_forgo(request_t *self, const char **why)
{
    const proto_forgo_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->message_id.size > 0, "message_id is empty");
    OUTBOX(self, msg->user_id, msg->message_id, OUTBOX_KEYS, KEY_SEEN, KEY_TARGETS);
    return true;
}
