/*
 * The survey: "del 0 al 10, ¿qué tanto nos recomendarías?", asked once in a long while of somebody
 * who was quoted a car or chose one, when they rest or take leave. It is a state that the session
 * keeps, and it is the turn that asks and hears, before the model: the offline seller and a
 * language model never see what belongs to it. Pure: a remembered state and a message make the next
 * state and what to say.
 *
 *   state    what happens                        next     what is said and counted
 *   none     a quote or a chosen car, and the    due      nothing (only where we may write first)
 *            turn is over
 *   due      the person writes                   none     the seller answers: a message goes first
 *   due      they rest for NPS_AFTER             asked    the question; asked
 *   due      nobody may write to them now        none     nothing: they left, it is too late
 *   none     "gracias, adiós" after a quote or   asked    good-bye and the question; asked
 *            a chosen car
 *   asked    a score                             scored   thanks, and why; answered
 *   asked    a score and a comment               closed   thanks; answered
 *   asked    a score and a request               closed   short thanks before the answer; answered
 *   asked    words without a number              asked    they are kept; a number, once
 *   asked    "8 o 9", "sí"                       asked    a number, once
 *   asked    words once more                     closed   thanks; they are kept, without a score
 *   asked    no one number once more             closed   that it is all right
 *   asked    "no", "luego"                       closed   that it is all right
 *   asked    thanks, a greeting                  asked    the seller answers; the question stands
 *   asked    anything else                       asked    the seller answers; from now on only what
 *                                                         is called a score is one: "9/10"
 *   asked    SURVEY_OPEN_MS                      closed   nothing
 *   scored   a comment                           closed   thanks; it is kept
 *   scored   another score: "perdón, 10"         scored   as above; counted instead of the first
 *   scored   "nada"                              closed   that it is all right
 *   scored   anything else                       closed   the seller answers
 *   closed   NPS_EVERY since it was asked        none     nothing
 *
 * asked, scored and closed are remembered for NPS_EVERY, so nobody is asked twice in that time,
 * whatever they answered. What a person wrote in one turn is heard message by message; what is said
 * depends on whether the seller has something to answer too ("survey_say").
 */
#ifndef MOSTRADOR_AGENT_SURVEY_H
#define MOSTRADOR_AGENT_SURVEY_H

#include "agent/phrases.h"
#include "proto/proto.h"

#define SURVEY_OPEN_MS ((int64_t)3 * 24 * 3600 * 1000) /* later, a number is not an answer */
#define SURVEY_MAX_COMMENT 2000                        /* bytes of it that are kept */

/* What a turn knows of the person it is for. */
typedef struct survey_scene {
    bool on;          /* NPS_AFTER is not 0 */
    int64_t every_ms; /* NPS_EVERY */
    int64_t now_ms;   /* Unix */
    int64_t turns;    /* of the context so far */
    bool reached;     /* there was a quote or a chosen car */
    str_t rules;      /* version; as long as the protocol has it, as the next three */
    str_t model;      /* what answers */
    str_t turn_id;    /* of this turn */
    str_t channel;
} survey_scene_t;

/* What is to be said of the survey in this turn. */
typedef enum survey_reply {
    SURVEY_SAYS_NOTHING,
    SURVEY_SAYS_QUESTION, /* somebody rests */
    SURVEY_SAYS_BYE,      /* good-bye, and the question */
    SURVEY_SAYS_AGAIN,
    SURVEY_SAYS_WHY,
    SURVEY_SAYS_THANKS,
    SURVEY_SAYS_FINE, /* to a refusal */
} survey_reply_t;

typedef struct survey {
    proto_survey_t now; /* state "" for none */
    survey_scene_t scene;
    bool may_ask; /* not asked within NPS_EVERY */
    bool fresh;   /* nothing was said since our question */
    bool stands;  /* … nor in this turn, but for manners */
    bool changed;
    survey_reply_t reply;
} survey_t;

/* What a message is to the survey and what to the seller; views into it. */
typedef struct survey_parts {
    str_t own;   /* may be empty */
    bool seller; /* rest is the seller's */
    str_t rest;
} survey_parts_t;

/* remembered may be NULL: not asked lately. Its strings must outlive the survey, as the scene's. */
void survey_open(survey_t *self, const proto_survey_t *remembered, const survey_scene_t *scene);

/* The next message of this turn. Its bytes must outlive the survey too, if it keeps a comment. */
survey_parts_t survey_hear(survey_t *self, str_t text);

/* Somebody rests: the question is put. */
void survey_ask(survey_t *self);

/* Has the survey something to say, if the seller has nothing? */
static inline bool survey_speaks(const survey_t *self)
{
    return self->reply != SURVEY_SAYS_NOTHING;
}

/* Appends what is said of the survey, and settles its state: alone if it is the whole answer, else
 * before the seller's, where it asks nothing and may be empty. Once a turn. */
void survey_say(survey_t *self, const voice_t *voice, str_t shop, bool alone, buf_t *out);

/* What COMMIT is to store; false: nothing. reached: by the end of the turn. can_rest: the shop may
 * ask by itself later. */
bool survey_result(const survey_t *self, bool reached, bool can_rest, proto_survey_t *result);

#endif
