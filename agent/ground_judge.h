/*
 * One sentence on its way through grounding: what is read of it, and what its parts find. Shared by
 *
 *   ground.c           the text, what one sentence leaves for the next
 *   ground_denials.c   what is denied
 *   ground_gone.c      cars that are not for sale any more
 *   ground_mentions.c  which cars are named or pointed at, and whether they may be
 *   ground_groups.c    which numbers are said of which car
 *
 * and nothing else. Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_JUDGE_H
#define MOSTRADOR_AGENT_GROUND_JUDGE_H

#include "agent/ground_claims.h"

#define JUDGE_MAX_EARLIER 48 /* stems of the sentences before */
#define JUDGE_MAX_FOUND 64   /* findings of one sentence */
#define JUDGE_MAX_ITEMS 20   /* of a list in the text */
#define JUDGE_MAX_SUBJECTS (GROUND_MAX_MENTIONS + 32)

struct ground_stream {
    const ground_facts_t *facts;
    size_t passed; /* bytes that were judged and had no finding */
    bool failed;
    bool subject;                             /* a car was named, and … */
    ground_cars_t about;                      /* … these are meant */
    ground_cars_t told_gone;                  /* it was said of these that they are gone */
    int64_t months;                           /* of the plan spoken of; 0: none, or several */
    int64_t down;                             /* cents; -1: none */
    int64_t item;                             /* the last number of a list, 0: none */
    ground_cars_t items[JUDGE_MAX_ITEMS + 1]; /* the cars of its items */
    uint32_t stems[JUDGE_MAX_EARLIER];
    size_t stem_count, stems_before; /* of which so many are of the sentence before the last */
};

/* What numbers are said of: a name, or a place in a list. */
typedef struct subject {
    uint16_t from;                   /* token */
    const ground_mention_t *mention; /* NULL: a place */
    ground_cars_t cars;              /* that it may mean */
} subject_t;

/* One sentence on its way. */
typedef struct judging {
    ground_stream_t *stream;
    ground_sentence_t sentence;
    ground_mention_t mentions[GROUND_MAX_MENTIONS];
    size_t mention_count;
    subject_t subjects[JUDGE_MAX_SUBJECTS]; /* in their order */
    size_t subject_count;
    int64_t item; /* the number of the item of a list that this is, 0: none */
    bool denied[GROUND_MAX_TOKENS];
    bool offers, asked, question;
    ground_scene_t scene;
    ground_finding_t found[JUDGE_MAX_FOUND];
    size_t found_count;
} judging_t;

void judge_find(judging_t *self, ground_kind_t kind, size_t from, size_t to);

/* Is the token one of the marks? */
bool judge_is_mark(const ground_sentence_t *sentence, size_t at, const char *marks);

/* ---- cars ---- */

void judge_add_car(ground_cars_t *cars, size_t at);
bool judge_has_car(const ground_cars_t *cars, size_t at);
bool judge_no_cars(const ground_cars_t *cars);

/* ---- denials: after the mentions have been taken ---- */

bool judge_starts_clause(const ground_sentence_t *sentence, size_t at);
void judge_read_denials(judging_t *self);

/* A number that the clause denies by inability: "no puedo vendértelo en 1 dólar". */
bool judge_is_denied(const judging_t *self, size_t at);

/* ---- mentions ---- */

/* Finds names and the versions behind them; their tokens are used then. */
void judge_take_mentions(judging_t *self);

/* Finds what points at a car without a name ("el segundo", "el más barato"), once the numbers have
 * been read. */
void judge_take_places(judging_t *self);

/* Whether names that nobody knows may be spoken of. */
void judge_mentions(judging_t *self);

/* The subject that stands last before the token; SIZE_MAX: none. */
size_t judge_subject_before(const judging_t *self, size_t token);

/* Whether cars that are gone are spoken of as if they were there. */
void judge_gone(judging_t *self);

/* ---- numbers ---- */

void judge_numbers(judging_t *self);

#endif
