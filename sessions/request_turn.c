/* Leases and what ends them. */
#include "sessions/request_fill.h"

/* Bytes that context and messages of one CLAIMED may have; the rest is for what is around them. */
#define CLAIM_ROOM (PROTO_MAX_BODY - 65536)

bool request_fill_claim(request_t *self, const char **why)
{
    const proto_claim_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK(msg->holder.size > 0, "holder is empty");
    CHECK_LEASE(msg);
    CHECK(msg->token >= 0 && msg->token <= REQUEST_MAX_TOKEN, "token is not one");
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_CONTEXT, KEY_SPENT, KEY_TALK, KEY_DESK,
           SURVEY_KEYS);
    words_add(&self->words, msg->holder);
    words_number(&self->words, msg->lease_ms);
    words_add(&self->words, msg->dead);
    words_number(&self->words, msg->token);
    words_number(&self->words, CLAIM_ROOM);
    words_number(&self->words, self->limits->nps_after > 0);
    words_number(&self->words, self->limits->day_offset_ms);
    return true;
}

bool request_fill_renew(request_t *self, const char **why)
{
    const proto_renew_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    CHECK_LEASE(msg);
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS);
    words_number(&self->words, msg->token);
    words_number(&self->words, msg->lease_ms);
    return true;
}

static bool survey_is_sound(request_t *self, const proto_survey_t *survey, const char **why)
{
    static const char *const states[] = {"due", "asked", "scored", "closed", NULL};
    CHECK(request_among(survey->state, states), "survey.state is none");
    CHECK(survey->score >= 0 && survey->score <= 10, "survey.score must be 0 to 10");
    CHECK(proto_encode(&proto_survey_record, survey, &self->records[2], NULL),
          "the survey cannot be stored");
    return true;
}

static void add_survey(request_t *self, const proto_survey_t *survey)
{
    const request_limits_t *limits = self->limits;
    bool longer = limits->nps_every > REQUEST_SURVEY_KEPT_MS;
    words_add(&self->words, survey ? survey->state : (str_t){0});
    words_add(&self->words, buf_view(&self->records[2]));
    if (survey && survey->answered)
        words_number(&self->words, survey->score);
    else
        words_add(&self->words, (str_t){0});
    words_add(&self->words, survey ? survey->rules : (str_t){0});
    words_number(&self->words, survey && survey->comment.size > 0);
    words_number(&self->words, limits->nps_after);
    words_number(&self->words, limits->nps_every);
    words_number(&self->words, REQUEST_ASK_WINDOW_MS);
    words_number(&self->words, longer ? limits->nps_every : REQUEST_SURVEY_KEPT_MS);
}

/* What of it changes apart stands beside the record. */
static bool lead_is_sound(request_t *self, const proto_lead_t *lead, const char **why)
{
    static const char *const interests[] = {"visit", "test_drive", "reserve",
                                            "buy",   "contact",    NULL};
    CHECK(request_among(lead->interest, interests), "lead.interest is none");
    CHECK(lead->stock_id >= 0 && lead->stock_id <= REQUEST_MAX_TOKEN, "lead.stock_id is none");
    proto_lead_t told = *lead;
    told.lead_id = told.user_id = told.stage = told.name = told.contact = (str_t){0};
    told.created_ms = told.at_ms = told.note_count = 0;
    told.notes_count = 0;
    CHECK(proto_encode(&proto_lead_record, &told, &self->records[3], NULL),
          "the lead cannot be stored");
    return true;
}

static void add_lead(request_t *self, const proto_lead_t *lead)
{
    if (!lead) {
        for (int i = 0; i < 4; i++)
            words_add(&self->words, (str_t){0});
    } else {
        words_number(&self->words, lead->stock_id);
        words_add(&self->words, lead->name);
        words_add(&self->words, lead->contact);
        words_add(&self->words, buf_view(&self->records[3]));
    }
    words_number(&self->words, REQUEST_LEAD_KEPT_MS);
    words_add(&self->words, lead ? lead->interest : (str_t){0});
}

bool request_fill_commit(request_t *self, const char **why)
{
    static const char *const reasons[] = {"asked", "failed", "anger", NULL};
    const proto_commit_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    const proto_reply_t *reply = msg->reply; /* REQUIRED: there is one */
    CHECK(reply->turn_id.size > 0, "reply.turn_id is empty");
    const proto_survey_t *survey = msg->survey_count ? msg->survey : NULL;
    bool asks = survey && str_is(survey->state, "asked");
    CHECK(reply->upto_seq >= !asks && reply->upto_seq <= REQUEST_MAX_TOKEN,
          "reply.upto_seq is not one");
    if (survey && !survey_is_sound(self, survey, why))
        return false;
    CHECK(proto_encode(&proto_reply_record, reply, &self->records[0], NULL),
          "the reply cannot be stored");
    CHECK(msg->context_count == 0 ||
              proto_encode(&proto_context_record, msg->context, &self->records[1], NULL),
          "the context is larger than 1 MiB");
    CHECK_SPENT(msg->tokens, msg->calls);
    CHECK(msg->talk >= 0 && msg->talk <= REQUEST_MAX_TOKEN, "talk is not one");
    CHECK(msg->wanted.size == 0 || request_among(msg->wanted, reasons), "wanted is no reason");
    const proto_lead_t *lead = msg->lead_count ? msg->lead : NULL;
    if (lead && !lead_is_sound(self, lead, why))
        return false;
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS, KEY_CONTEXT, KEY_REPLIES, KEY_TARGETS,
           KEY_SPENT, KEY_DESK, KEY_LEADS, KEY_LISTED, SURVEY_KEYS);
    words_number(&self->words, msg->token);
    words_add(&self->words, reply->turn_id);
    words_number(&self->words, reply->upto_seq);
    words_add(&self->words, buf_view(&self->records[0]));
    words_add(&self->words, buf_view(&self->records[1]));
    words_number(&self->words, self->limits->session_ttl);
    words_number(&self->words, self->limits->dedup_ttl);
    words_number(&self->words, REQUEST_GRACE_MS);
    words_number(&self->words, REQUEST_MAX_REPLIES);
    add_survey(self, survey);
    words_number(&self->words, msg->tokens);
    words_number(&self->words, msg->calls);
    words_number(&self->words, self->limits->day_offset_ms);
    words_number(&self->words, msg->talk);
    words_add(&self->words, msg->wanted);
    words_add(&self->words, msg->wanted_note);
    add_lead(self, lead);
    return true;
}

bool request_fill_release(request_t *self, const char **why)
{
    const proto_release_t *msg = self->msg;
    CHECK_USER(msg);
    CHECK_TOKEN(msg);
    OUTBOX(self, msg->user_id, (str_t){0}, OUTBOX_KEYS);
    words_number(&self->words, msg->token);
    words_number(&self->words, REQUEST_GRACE_MS);
    return true;
}
