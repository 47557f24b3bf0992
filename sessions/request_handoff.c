/* A conversation that a person of the shop has. */
#include "sessions/request_fill.h"

bool request_fill_take_over(request_t *self, const char **why)
{
    const proto_take_over_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->by.size > 0, "by is empty");
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_TALK, KEY_DESK, KEY_TARGETS,
           SURVEY_KEYS);
    words_add(&self->words, msg->by);
    words_number(&self->words, msg->force);
    words_number(&self->words, self->limits->handoff_ttl);
    words_number(&self->words, self->limits->session_ttl);
    words_add(&self->words, msg->shown);
    return true;
}

bool request_fill_say(request_t *self, const char **why)
{
    const proto_say_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->say_id.size > 0, "say_id is empty");
    CHECK(msg->text.size > 0, "text is empty");
    CHECK(msg->turn_id.size > 4 && memcmp(msg->turn_id.data, "say-", 4) == 0,
          "turn_id must begin with say-");
    proto_waiting_t said = {.message_id = msg->turn_id,
                            .text = msg->text,
                            .role = STR_LIT("person")}; /* by is the script's to say */
    proto_reply_t reply = {.turn_id = msg->turn_id, .text = msg->text};
    CHECK(proto_encode(&proto_waiting_record, &said, &self->records[0], NULL) &&
              proto_encode(&proto_reply_record, &reply, &self->records[1], NULL),
          "the message cannot be stored");
    OUTBOX(self, msg->user_id, msg->say_id, OUTBOX_KEYS, KEY_SAYING, KEY_TALK, KEY_DESK, KEY_KNOWN,
           KEY_TICKS);
    words_add(&self->words, msg->by);
    words_add(&self->words, msg->turn_id);
    words_add(&self->words, buf_view(&self->records[0]));
    words_add(&self->words, buf_view(&self->records[1]));
    words_number(&self->words, self->limits->handoff_ttl);
    words_number(&self->words, self->limits->session_ttl);
    words_number(&self->words, self->limits->dedup_ttl);
    words_number(&self->words, REQUEST_MAX_OUTBOX);
    return true;
}

bool request_fill_give_back(request_t *self, const char **why)
{
    const proto_give_back_t *msg = self->msg;
    CHECK_USER(msg);
    proto_waiting_t note = {.text = msg->note, .role = STR_LIT("note")};
    CHECK(msg->note.size == 0 ||
              proto_encode(&proto_waiting_record, &note, &self->records[0], NULL),
          "the note cannot be stored");
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_TALK, KEY_DESK);
    words_add(&self->words, msg->by);
    words_add(&self->words, buf_view(&self->records[0]));
    words_number(&self->words, self->limits->session_ttl);
    return true;
}

bool request_fill_get_said(request_t *self, const char **why)
{
    const proto_get_said_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->after >= 0 && msg->after <= REQUEST_MAX_TOKEN, "after is not one");
    KEYS(self, msg->user_id, (str_t){0}, KEY_STATE, KEY_TALK);
    words_number(&self->words, msg->after);
    return true;
}
