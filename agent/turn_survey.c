/*
 * The survey in a turn (survey.h): what of the messages belongs to it, the question when it is due,
 * and what is said without the model.
 */
#include "agent/turn.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/text.h"

#define MAX_SAID 2048 /* bytes; the next two as the protocol has them */
#define MAX_RULES 32
#define MAX_MODEL 64

static bool has_reached(const turn_t *self)
{
    const proto_context_t *context = &self->context.now;
    return context->quote_count > 0 || context->chosen_count > 0;
}

static str_t keep(turn_t *self, str_t text)
{
    char *copy = arena_copy(self->arena, text);
    return (str_t){copy, copy ? text.size : 0};
}

void turn_survey_open(turn_t *self, const proto_claimed_t *claimed, str_t channel)
{
    const turn_parts_t *parts = self->parts;
    proto_survey_t *remembered = NULL;
    if (claimed->survey_count)
        remembered = arena_alloc(self->arena, sizeof *remembered);
    if (remembered && !proto_copy(&proto_survey_record, claimed->survey, remembered, self->arena))
        remembered = NULL;
    const char *rules = prompt_version(self->editions[SHOP_RULES]->prompt);
    const model_t *model = parts->models ? model_list_at(parts->models, 0) : parts->offline;
    survey_scene_t scene = {.on = parts->survey && !claimed->opted_out && !self->trial,
                            .every_ms = parts->survey_every_ms,
                            .now_ms = clock_unix_ms(),
                            .turns = self->context.now.turns,
                            .reached = has_reached(self),
                            .rules = utf8_front(str_from(rules), MAX_RULES),
                            .model = utf8_front(str_from(model->label), MAX_MODEL),
                            .turn_id = str_from(self->context.turn_id),
                            .channel = keep(self, channel)};
    bool due = remembered && str_is(remembered->state, "due");
    if (due) { /* of the conversation that it is about */
        scene.channel = remembered->channel;
        scene.rules = remembered->rules;
        scene.model = remembered->model;
    }
    survey_open(&self->survey, remembered, &scene);
    context_unsay(&self->context, self->survey.now.turn_id);
}

bool turn_hear(turn_t *self, const proto_waiting_t *message)
{
    proto_waiting_t rest = *message;
    rest.text = context_clean(self->arena, message->text, PROTO_MAX_TEXT);
    self->can_rest = message->reply_to.size > 0;
    if (message->opt.size) /* a word of leaving or returning says nothing else */
        return context_said(&self->context, message);
    survey_parts_t parts = survey_hear(&self->survey, rest.text);
    if (parts.own.size && !context_aside(&self->context, "user", parts.own, message->received_ms))
        return false;
    rest.text = parts.rest;
    return !parts.seller || context_said(&self->context, &rest);
}

static void say(turn_t *self, bool alone, buf_t *out)
{
    const proto_context_t *context = &self->context.now;
    voice_t voice = {.language = language_from(context->language),
                     .formal = context->formal,
                     .context = context};
    if (voice.language == LANGUAGE_NONE)
        voice.language = LANGUAGE_ES;
    survey_say(&self->survey, &voice, str_from(config.SHOP_NAME), alone, out);
}

bool turn_survey_ask(turn_t *self)
{
    buf_t said;
    buf_init(&said, MAX_SAID);
    self->asks = true;
    survey_ask(&self->survey);
    say(self, true, &said);
    self->text = keep(self, buf_view(&said));
    buf_free(&said);
    return self->text.size > 0;
}

bool turn_survey_answers(turn_t *self)
{
    bool alone = self->context.turn_start == self->context.turn_said;
    if (!survey_speaks(&self->survey))
        return false;
    buf_t said;
    buf_init(&said, MAX_SAID);
    say(self, alone, &said);
    str_t text = keep(self, buf_view(&said));
    buf_free(&said);
    self->survey.reply = SURVEY_SAYS_NOTHING;
    if (alone)
        self->text = text;
    else if (text.size && !self->prefix.size &&
             context_aside(&self->context, "assistant", text, clock_unix_ms()))
        self->prefix = text;
    return alone && text.size > 0;
}

str_t turn_survey_whole(turn_t *self)
{
    if (!self->prefix.size)
        return self->text;
    const char *both =
        arena_printf(self->arena, "%.*s\n\n%.*s", STR_ARG(self->prefix), STR_ARG(self->text));
    return both ? str_from(both) : self->text;
}

void turn_survey_end(turn_t *self)
{
    bool can_rest = self->can_rest && self->parts->twilio && !self->context.wants_person;
    proto_survey_t *after = &self->survey_after;
    if (self->asks)
        context_mark_question(&self->context);
    if (self->called)
        self->survey.scene.model = utf8_front(str_from(self->called->label), MAX_MODEL);
    if (!survey_result(&self->survey, has_reached(self), can_rest, after))
        after->state = (str_t){0};
}
