/*
 * What a message says to the survey, in Spanish of Mexico, English and Portuguese: a score from 0
 * to 10, words without one, a comment, a refusal, or nothing of the kind. Pure.
 *
 * What is taken for a score: one number from 0 to 10 that stands alone or among words that say
 * nothing beside it: "10", "un 9", "nueve", "9/10", "le doy un 8", "ten out of ten", an emoji key.
 * Of "8.5" it is the 8: nobody is counted as more content than they said. Not taken: a number with
 * an article or a sign or before any other word ("el 2", "#3", "10 mil", "6 meses", "2 puertas"),
 * one above 10, and two different ones.
 *
 * What stands beside it is a comment if it judges or gives a reason, and otherwise a request, which
 * is the seller's. When in doubt it is a request: a lost comment is better than a customer who is
 * not answered.
 */
#ifndef MOSTRADOR_AGENT_SURVEY_READ_H
#define MOSTRADOR_AGENT_SURVEY_READ_H

#include <stdint.h>

#include "common/str.h"

/* What was asked last that is not answered. */
typedef enum survey_question { SURVEY_ASKED_SCORE, SURVEY_ASKED_COMMENT } survey_question_t;

typedef enum survey_kind {
    SURVEY_OTHER, /* the seller's */
    SURVEY_SCORE,
    SURVEY_WORDS,   /* a verdict without a score: "excelente", "muy mal" */
    SURVEY_UNCLEAR, /* meant as a score, but none: "8 o 9", "5 estrellas", "11/10", "sí" */
    SURVEY_REFUSED, /* "no gracias", "luego" */
    SURVEY_MANNERS, /* "gracias", "hola": the seller's too, but it changes nothing */
    SURVEY_COMMENT, /* to the question for one */
} survey_kind_t;

typedef struct survey_said {
    survey_kind_t kind;
    int64_t score; /* of SURVEY_SCORE */
    str_t own;     /* what is the survey's of the message; empty: nothing */
    str_t comment; /* of SURVEY_SCORE, WORDS and COMMENT; may be empty */
    str_t rest;    /* what is the seller's; may be empty */
} survey_said_t;

/* fresh: nothing was said since the question. Otherwise only a number that is said to be a score
 * is taken for one: "9/10", "mi calificación es 9". Views into text. */
void survey_read(str_t text, survey_question_t question, bool fresh, survey_said_t *said);

/* Does the message take leave, and nothing else? "gracias, adiós" */
bool survey_farewell(str_t text);

#endif
