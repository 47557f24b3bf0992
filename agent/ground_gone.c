/*
 * Cars that are not for sale any more: a sentence that names one, and none that still is, has to
 * say so, unless a sentence before did. What such a car cost backs nothing (ground_claims.c).
 */
#include "agent/ground_judge.h"

/* ---- which cars are meant ---- */

static void keep_year(const ground_facts_t *facts, ground_cars_t *cars, int64_t year)
{
    for (size_t i = 0; i < facts->car_count; i++)
        if (judge_has_car(cars, i) && facts->cars[i].car.year != year)
            cars->bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/* Those of a subject that have the year said with it; *which: one is. */
static ground_cars_t meant(const judging_t *self, size_t index, bool *which)
{
    ground_cars_t cars = self->subjects[index].cars;
    *which = false;
    for (size_t i = 0; i < self->sentence.number_count; i++) {
        const ground_number_t *number = &self->sentence.numbers[i];
        bool of_it = judge_subject_before(self, number->first) == index ||
                     number->to == self->subjects[index].from;
        if (number->measure != MEASURE_YEAR || number->bound || !of_it)
            continue;
        keep_year(self->stream->facts, &cars, number->value / 100);
        *which = true;
    }
    return cars;
}

static bool all_gone(const ground_facts_t *facts, const ground_cars_t *cars)
{
    bool any = false;
    for (size_t i = 0; i < facts->car_count; i++)
        if (judge_has_car(cars, i)) {
            if (!facts->cars[i].gone)
                return false;
            any = true;
        }
    return any;
}

/* A make, or a model of which the catalog has others: no car of it that is gone is meant by that
 * alone, without a version behind it. */
static bool is_general(const judging_t *self, const ground_mention_t *mention)
{
    const ground_facts_t *facts = self->stream->facts;
    if (mention == NULL ||
        (mention->to < self->sentence.count && self->sentence.tokens[mention->to].used))
        return false;
    for (size_t i = 0; i < facts->facet_count; i++)
        if (facts->facets[i].model == mention->model && facts->facets[i].count > 0 &&
            mention->model != GROUND_NO_NAME)
            return true;
    return mention->model == GROUND_NO_NAME;
}

static bool is_own(const judging_t *self, size_t from)
{
    static const char *const words[] = {"tu", "su", "your", "seu", "mi", "my", "meu"};
    for (size_t i = 0; from > 0 && i < sizeof words / sizeof *words; i++)
        if (ground_token_is(&self->sentence, from - 1, words[i]))
            return true;
    return false;
}

/* ---- what is said of them ---- */

static bool is_among(const ground_sentence_t *sentence, size_t at, const char *const *words,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ground_token_is(sentence, at, words[i]))
            return true;
    return false;
}

/* «ya se vendió», «ya no está disponible», «is no longer for sale» */
static bool says_gone(const judging_t *self)
{
    static const char *const sold[] = {"vendio",    "vendido",  "vendida", "vendidos", "vendidas",
                                       "vendieron", "vendimos", "sold",    "vendeu",   "vendemos"};
    static const char *const offers[] = {
        "disponible", "disponibles", "available", "disponivel", "disponiveis", "venta",
        "venda",      "sale",        "tengo",     "tenemos",    "hay",         "queda",
        "quedan",     "have",        "longer",    "temos",      "tenho",       "inventario",
        "estoque",    "catalogo",    "ofrecer",   "ofrecerte",  "ofrecerle",   "ofrezco",
        "manejamos",  "encuentro",   "aparece",   "esta",       "figura"};
    const ground_sentence_t *sentence = &self->sentence;
    for (size_t at = 0; at < sentence->count; at++)
        if (is_among(sentence, at, sold, sizeof sold / sizeof *sold) ||
            (self->denied[at] && is_among(sentence, at, offers, sizeof offers / sizeof *offers)))
            return true;
    return false;
}

void judge_gone(judging_t *self)
{
    const ground_facts_t *facts = self->stream->facts;
    ground_cars_t *told = &self->stream->told_gone;
    if (!facts->any_gone)
        return;
    bool says = says_gone(self);
    if (says && self->subject_count == 0 && self->stream->subject)
        for (size_t i = 0; i < GROUND_MAX_CARS / 64; i++)
            told->bits[i] |= self->stream->about.bits[i];
    for (size_t s = 0; s < self->subject_count; s++) {
        const subject_t *subject = &self->subjects[s];
        bool which;
        ground_cars_t cars = meant(self, s, &which);
        if (!all_gone(facts, &cars) || is_own(self, subject->from) ||
            (!which && is_general(self, subject->mention)))
            continue;
        bool known = true;
        for (size_t i = 0; i < GROUND_MAX_CARS / 64; i++) {
            known &= (cars.bits[i] & ~told->bits[i]) == 0;
            told->bits[i] |= says ? cars.bits[i] : 0;
        }
        if (!says && !known)
            judge_find(self, GROUND_GONE, subject->from,
                       subject->mention != NULL ? subject->mention->to : subject->from + 1u);
    }
}
