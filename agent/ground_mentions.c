/*
 * Which cars a sentence speaks of: by name, with the words of a version behind it, or by their
 * place in a list; and whether what nobody found is spoken of as if it were there.
 */
#include "agent/ground_judge.h"

#define MOST_VERSION 8 /* tokens of a version behind a name */

/* ---- names ---- */

static void cars_of(const ground_facts_t *facts, const ground_mention_t *mention,
                    ground_cars_t *cars)
{
    *cars = (ground_cars_t){{0}};
    if (ground_is_unknown(mention))
        return;
    for (size_t i = 0; i < facts->car_count; i++)
        if ((mention->make == GROUND_NO_NAME || mention->make == facts->cars[i].make) &&
            (mention->model == GROUND_NO_NAME || mention->model == facts->cars[i].model))
            judge_add_car(cars, i);
}

/* Of the cars those whose version has the token. */
static ground_cars_t with_word(const judging_t *self, const ground_cars_t *cars, size_t token)
{
    const ground_facts_t *facts = self->stream->facts;
    ground_cars_t with = {{0}};
    for (size_t i = 0; i < facts->car_count; i++)
        if (judge_has_car(cars, i) &&
            ground_was_said(facts->cars[i].words, &self->sentence, token, token + 1))
            judge_add_car(&with, i);
    return with;
}

/* "Versa Advance 2019": the words of a version behind a model tell which. */
static void take_version(judging_t *self, size_t index)
{
    ground_sentence_t *sentence = &self->sentence;
    const ground_mention_t *mention = &self->mentions[index];
    ground_cars_t *cars = &self->subjects[index].cars;
    if (mention->model == GROUND_NO_NAME)
        return;
    for (size_t at = mention->to; at < sentence->count && at < mention->to + (size_t)MOST_VERSION;
         at++) {
        ground_token_t *token = &sentence->tokens[at];
        if (token->used || (token->kind == GROUND_MARK && !judge_is_mark(sentence, at, "-/.")))
            break;
        if (token->kind == GROUND_MARK)
            continue;
        ground_cars_t with = with_word(self, cars, at);
        bool year = token->kind == GROUND_DIGITS && token->size == 4;
        if (judge_no_cars(&with) && !year)
            break;
        if (judge_no_cars(&with) || year)
            continue;
        *cars = with;
        token->used = true;
    }
}

/* "Mazda" "Versa": two names side by side that no car has. */
static bool pair_is_known(const ground_facts_t *facts, int16_t make, int16_t model)
{
    for (size_t i = 0; i < facts->car_count; i++)
        if (facts->cars[i].make == make && facts->cars[i].model == model)
            return true;
    for (size_t i = 0; i < facts->facet_count; i++)
        if (facts->facets[i].make == make && facts->facets[i].model == model)
            return true;
    return false;
}

/* Is the word behind a known model one of its versions, and the longer name no other car? */
static bool is_versioned(const judging_t *self, const ground_mention_t *known)
{
    if (known->model == GROUND_NO_NAME || known->to >= self->sentence.count)
        return false;
    ground_cars_t cars;
    cars_of(self->stream->facts, known, &cars);
    cars = with_word(self, &cars, known->to);
    return !judge_no_cars(&cars);
}

void judge_take_mentions(judging_t *self)
{
    ground_sentence_t *sentence = &self->sentence;
    const ground_facts_t *facts = self->stream->facts;
    for (size_t at = 0; at < sentence->count && self->mention_count < GROUND_MAX_MENTIONS; at++) {
        ground_mention_t mention, known;
        if (!ground_names_find(facts->names, &sentence->plain, sentence->tokens, sentence->count,
                               at, &mention, &known))
            continue;
        if (ground_is_unknown(&mention) && is_versioned(self, &known))
            mention = known;
        if (ground_was_said(facts->shop_words, sentence, mention.from, mention.to))
            continue;
        for (size_t i = mention.from; i < mention.to; i++)
            sentence->tokens[i].used = true;
        size_t index = self->mention_count++;
        self->mentions[index] = mention;
        self->subjects[index] =
            (subject_t){.from = mention.from, .mention = &self->mentions[index]};
        cars_of(facts, &mention, &self->subjects[index].cars);
        take_version(self, index);
        at = mention.to - 1u;
    }
    self->subject_count = self->mention_count;
}

static bool may_speak_of(const judging_t *self, size_t from, size_t to)
{
    const ground_facts_t *facts = self->stream->facts;
    if (self->denied[from] || ground_was_said(facts->page_words, &self->sentence, from, to))
        return true;
    if (!ground_was_said(facts->said_words, &self->sentence, from, to))
        return false;
    bool own = from > 0 && (ground_token_is(&self->sentence, from - 1, "tu") ||
                            ground_token_is(&self->sentence, from - 1, "su") ||
                            ground_token_is(&self->sentence, from - 1, "your") ||
                            ground_token_is(&self->sentence, from - 1, "seu"));
    return own || (self->asked && !self->offers);
}

/* Is the token a capitalised word that no car of ours has, right behind a make? */
static bool is_strange(const judging_t *self, size_t at)
{
    const ground_sentence_t *sentence = &self->sentence;
    if (at >= sentence->count || sentence->tokens[at].kind != GROUND_WORD ||
        sentence->tokens[at].used || !sentence->tokens[at].upper || sentence->words[at] != NULL ||
        sentence->tokens[at].size < 3 ||
        memchr(ground_token_text(sentence, at).data, '\'', sentence->tokens[at].size) != NULL)
        return false;
    for (size_t i = 0; i < self->stream->facts->car_count; i++)
        if (ground_was_said(self->stream->facts->cars[i].words, sentence, at, at + 1))
            return false;
    return true;
}

static void judge_names(judging_t *self)
{
    const ground_facts_t *facts = self->stream->facts;
    for (size_t i = 0; i < self->mention_count; i++) {
        const ground_mention_t *mention = &self->mentions[i];
        const ground_mention_t *next = i + 1 < self->mention_count ? mention + 1 : NULL;
        bool unknown = ground_is_unknown(mention);
        bool make = mention->make != GROUND_NO_NAME && mention->model == GROUND_NO_NAME;
        size_t to = mention->to;
        if (make && next != NULL && next->from == to && next->make == GROUND_NO_NAME &&
            (next->model == GROUND_NO_NAME || !pair_is_known(facts, mention->make, next->model))) {
            unknown = true;
            to = next->to;
        } else if (make && is_strange(self, to)) {
            unknown = true;
            to++;
        }
        if (unknown && !may_speak_of(self, mention->from, to))
            judge_find(self, GROUND_NAME, mention->from, to);
    }
}

/* "Mazda 6": a number behind a make is a model. */
static void judge_models(judging_t *self)
{
    const ground_sentence_t *sentence = &self->sentence;
    for (size_t i = 0; i < self->mention_count; i++) {
        const ground_mention_t *mention = &self->mentions[i];
        if (mention->model != GROUND_NO_NAME)
            continue;
        for (size_t n = 0; n < sentence->number_count; n++) {
            ground_number_t *number = &self->sentence.numbers[n];
            bool model = number->from == mention->to && !number->marked && number->digits > 0 &&
                         number->digits < 5 &&
                         (number->measure == MEASURE_BARE || number->measure == MEASURE_CODE);
            if (model && !may_speak_of(self, mention->from, number->to)) {
                judge_find(self, GROUND_NAME, mention->from, number->to);
                number->value = 0; /* said once is enough */
                number->measure = MEASURE_PLACE;
            }
        }
    }
}

void judge_mentions(judging_t *self)
{
    judge_names(self);
    judge_models(self);
}

/* ---- subjects ---- */

/* A make behind its model says nothing new: "Versa (Nissan)". */
static bool says_nothing_new(const judging_t *self, const subject_t *before,
                             const subject_t *subject)
{
    const ground_facts_t *facts = self->stream->facts;
    if (subject->mention == NULL || subject->mention->model != GROUND_NO_NAME ||
        subject->mention->make == GROUND_NO_NAME || before->mention == NULL ||
        before->mention->model == GROUND_NO_NAME)
        return false;
    for (size_t i = 0; i < facts->car_count; i++)
        if (judge_has_car(&before->cars, i) && facts->cars[i].make == subject->mention->make)
            return true;
    return false;
}

size_t judge_subject_before(const judging_t *self, size_t token)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < self->subject_count && self->subjects[i].from < token; i++)
        if (found == SIZE_MAX ||
            !says_nothing_new(self, &self->subjects[found], &self->subjects[i]))
            found = i;
    return found;
}
