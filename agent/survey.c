#include "agent/survey.h"

#include "agent/survey_read.h"
#include "common/text.h"

static bool is_in(const survey_t *self, const char *state)
{
    return str_is(self->now.state, state);
}

static void go(survey_t *self, str_t state)
{
    self->now.state = state;
    self->changed = true;
}

/* ---- opening ---- */

void survey_open(survey_t *self, const proto_survey_t *remembered, const survey_scene_t *scene)
{
    *self = (survey_t){.scene = *scene};
    if (remembered && !str_is(remembered->state, "due"))
        self->now = *remembered;
    int64_t age = scene->now_ms - self->now.asked_ms;
    self->may_ask = scene->on && (self->now.asked_ms == 0 || age >= scene->every_ms);
    if ((is_in(self, "asked") || is_in(self, "scored")) && age > SURVEY_OPEN_MS)
        go(self, STR_LIT("closed"));
    self->fresh = self->stands = self->now.turns == scene->turns;
}

/* ---- hearing ---- */

static void keep_comment(survey_t *self, str_t comment)
{
    comment = utf8_front(comment, SURVEY_MAX_COMMENT);
    if (comment.size > self->now.comment.size) /* of two, the one that says more */
        self->now.comment = comment;
}

static void hear_score(survey_t *self, const survey_said_t *said)
{
    self->now.answered = true;
    self->now.score = said->score;
    self->now.answered_ms = self->scene.now_ms;
    keep_comment(self, said->comment);
    go(self, STR_LIT("scored"));
    self->reply = self->now.comment.size ? SURVEY_SAYS_THANKS : SURVEY_SAYS_WHY;
}

static void hear_asked(survey_t *self, const survey_said_t *said)
{
    bool words = said->kind == SURVEY_WORDS;
    keep_comment(self, said->comment);
    self->changed = true;
    if (!self->now.again)
        self->reply = SURVEY_SAYS_AGAIN;
    else
        self->reply = words ? SURVEY_SAYS_THANKS : SURVEY_SAYS_FINE;
}

/* True if the message, or a part of it, is the survey's. */
static bool take(survey_t *self, const survey_said_t *said)
{
    switch (said->kind) {
    case SURVEY_SCORE:
        hear_score(self, said);
        return true;
    case SURVEY_WORDS:
    case SURVEY_UNCLEAR:
        hear_asked(self, said);
        return true;
    case SURVEY_REFUSED:
        self->changed = true;
        self->reply = SURVEY_SAYS_FINE;
        return true;
    case SURVEY_COMMENT:
        keep_comment(self, said->comment);
        self->changed = true;
        self->reply = SURVEY_SAYS_THANKS;
        return true;
    case SURVEY_MANNERS:
        return survey_speaks(self); /* "9", "gracias": both at once */
    case SURVEY_OTHER:
        break;
    }
    return false;
}

static survey_parts_t whole(str_t text)
{
    return (survey_parts_t){.own = text};
}

/* Somebody who has not been asked takes leave. What they still write is the seller's, but for
 * thanks. */
static bool hear_farewell(survey_t *self, str_t text)
{
    survey_said_t said;
    survey_read(text, SURVEY_ASKED_SCORE, true, &said);
    bool leaves =
        survey_farewell(text) || (self->reply == SURVEY_SAYS_BYE && said.kind == SURVEY_MANNERS);
    self->reply = leaves ? SURVEY_SAYS_BYE : SURVEY_SAYS_NOTHING;
    return leaves;
}

survey_parts_t survey_hear(survey_t *self, str_t text)
{
    survey_said_t said = {.kind = SURVEY_OTHER};
    bool asked = is_in(self, "asked"), scored = is_in(self, "scored");
    if (asked || (scored && self->fresh))
        survey_read(text, asked ? SURVEY_ASKED_SCORE : SURVEY_ASKED_COMMENT, self->fresh, &said);
    if ((asked || scored) && take(self, &said)) {
        if (said.kind == SURVEY_MANNERS)
            return whole(text);
        return (survey_parts_t){said.own, said.rest.size > 0, said.rest};
    }
    self->stands = self->stands && said.kind == SURVEY_MANNERS;
    if (self->may_ask && self->scene.reached && hear_farewell(self, text))
        return whole(text);
    return (survey_parts_t){.seller = true, .rest = text};
}

void survey_ask(survey_t *self)
{
    self->reply = SURVEY_SAYS_QUESTION;
}

/* ---- saying ---- */

static phrase_t why_of(int64_t score)
{
    return score >= 9 ? PHRASE_SURVEY_HIGH : score >= 7 ? PHRASE_SURVEY_MID : PHRASE_SURVEY_LOW;
}

/* The question is the last thing said when this turn is over. */
static void stay_fresh(survey_t *self)
{
    self->now.turns = self->scene.turns + 1;
}

static void put_question(survey_t *self, const voice_t *voice, str_t shop, buf_t *out)
{
    const survey_scene_t *scene = &self->scene;
    phrase_add(out, voice, PHRASE_SURVEY_ASK, PHRASE_ARGS({"shop", shop}));
    self->now = (proto_survey_t){.asked_ms = scene->now_ms,
                                 .turn_id = scene->turn_id,
                                 .rules = scene->rules,
                                 .model = scene->model,
                                 .channel = scene->channel};
    go(self, STR_LIT("asked"));
    stay_fresh(self);
}

static void say_alone(survey_t *self, const voice_t *voice, str_t shop, buf_t *out)
{
    switch (self->reply) {
    case SURVEY_SAYS_NOTHING:
        break;
    case SURVEY_SAYS_QUESTION:
        put_question(self, voice, shop, out);
        break;
    case SURVEY_SAYS_BYE:
        phrase_say(out, voice, PHRASE_BYE);
        buf_char(out, '\n');
        put_question(self, voice, shop, out);
        break;
    case SURVEY_SAYS_AGAIN:
        phrase_say(out, voice, PHRASE_SURVEY_AGAIN);
        self->now.again = true;
        stay_fresh(self);
        break;
    case SURVEY_SAYS_WHY:
        phrase_say(out, voice, why_of(self->now.score));
        stay_fresh(self);
        break;
    case SURVEY_SAYS_THANKS:
        phrase_say(out, voice, PHRASE_SURVEY_THANKS);
        go(self, STR_LIT("closed"));
        break;
    case SURVEY_SAYS_FINE:
        phrase_say(out, voice, PHRASE_SURVEY_REFUSED);
        go(self, STR_LIT("closed"));
        break;
    }
}

/* The seller's answer follows. */
static void say_before(survey_t *self, const voice_t *voice, buf_t *out)
{
    if (self->reply == SURVEY_SAYS_WHY || self->reply == SURVEY_SAYS_THANKS)
        phrase_say(out, voice, PHRASE_SURVEY_NOTED);
    if (self->reply == SURVEY_SAYS_WHY || self->reply == SURVEY_SAYS_THANKS ||
        self->reply == SURVEY_SAYS_FINE)
        go(self, STR_LIT("closed"));
}

void survey_say(survey_t *self, const voice_t *voice, str_t shop, bool alone, buf_t *out)
{
    if (alone)
        say_alone(self, voice, shop, out);
    else
        say_before(self, voice, out);
}

/* ---- the end ---- */

bool survey_result(const survey_t *self, bool reached, bool can_rest, proto_survey_t *result)
{
    *result = self->now;
    if (self->changed)
        return true;
    if (is_in(self, "scored")) { /* something else was said */
        result->state = STR_LIT("closed");
        return true;
    }
    if (is_in(self, "asked") && self->fresh && self->stands) {
        result->turns = self->scene.turns + 1;
        return true;
    }
    if (!self->may_ask || !reached || !can_rest)
        return false;
    *result = (proto_survey_t){.state = STR_LIT("due"),
                               .rules = self->scene.rules,
                               .model = self->scene.model,
                               .channel = self->scene.channel};
    return true;
}
