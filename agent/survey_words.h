/*
 * The words around an answer to the survey, in Spanish of Mexico, English and Portuguese, and how a
 * message falls into them. Inside of the survey only.
 */
#ifndef MOSTRADOR_AGENT_SURVEY_WORDS_H
#define MOSTRADOR_AGENT_SURVEY_WORDS_H

#include <stdint.h>

#include "common/str.h"

#define SURVEY_MAX_TOKENS 256 /* of a message; what comes after is not read */

/* What a word is, bits of survey_token_t.is. */
enum {
    SURVEY_IS_NUMBER = 1 << 0, /* 0 to 10, in digits or in words */
    SURVEY_IS_AROUND = 1 << 1, /* says nothing beside a score: "le doy un" */
    SURVEY_IS_RATING = 1 << 2, /* makes a number a score: "nota", "puntos" */
    SURVEY_IS_VERDICT = 1 << 3,
    SURVEY_IS_LINK = 1 << 4,    /* "y", "pero": something else begins */
    SURVEY_IS_BECAUSE = 1 << 5, /* … a reason */
    SURVEY_IS_OR = 1 << 6,      /* between two numbers: "8 o 9" */
    SURVEY_IS_REFUSAL = 1 << 7, /* "no", "nada", "luego" */
    SURVEY_IS_POLITE = 1 << 8,  /* may stand beside a refusal */
    SURVEY_IS_YES = 1 << 9,
    SURVEY_IS_MENDING = 1 << 10, /* "perdón, quise decir" */
    SURVEY_IS_SCALE = 1 << 11,   /* "de", "/", "sobre": before the 10 it is out of */
    SURVEY_IS_TO = 1 << 12,      /* "al": inside of "del 0 al 10" */
    SURVEY_IS_STARS = 1 << 13,   /* another scale */
    SURVEY_IS_MARK = 1 << 14,    /* a full stop, a comma, a new line … */
    SURVEY_IS_ASKING = 1 << 15,  /* ? ¿ */
    SURVEY_IS_FACE = 1 << 16,    /* an emoji */
    SURVEY_IS_HALF = 1 << 17,    /* "y medio" */
    SURVEY_IS_VISIT = 1 << 20,   /* "mañana paso a verlo" */
    SURVEY_IS_DEGREE = 1 << 19,  /* how much, without a number: "mucho", "lo recomendaría" */
    SURVEY_IS_THE = 1 << 18,     /* "la", "me": an opinion may begin so, and so may much else */
};

typedef struct survey_token {
    size_t from, to; /* bytes of the message */
    uint32_t is;     /* 0: a word that nobody here knows */
    int64_t value;   /* of a number, also of one above 10 in digits; else -1 */
    bool digits;     /* it begins with one */
    bool glued;      /* a sign hangs on its left: $9, #9, -9 */
    char mark;       /* of SURVEY_IS_MARK */
} survey_token_t;

/* Cuts a message into tokens; returns how many. Blanks and what cannot be read are left out. */
size_t survey_tokens(str_t text, survey_token_t *tokens, size_t max);

#endif
