/*
 * Cars that are meant without a name: «el segundo», «la 3», «el más barato». They are looked for in
 * the list shown last, in what this turn found, and in the list that the text itself has begun.
 * What cannot be told may be any car.
 */
#include "agent/ground_judge.h"

static const struct nth {
    const char *word;
    int64_t place;
} nths[] = {{"primero", 1}, {"primera", 1},  {"first", 1},    {"primeiro", 1}, {"primeira", 1},
            {"segundo", 2}, {"segunda", 2},  {"second", 2},   {"tercero", 3},  {"tercera", 3},
            {"third", 3},   {"terceiro", 3}, {"terceira", 3}, {"cuarto", 4},   {"cuarta", 4},
            {"fourth", 4},  {"quarto", 4},   {"quarta", 4},   {"quinto", 5},   {"quinta", 5},
            {"fifth", 5}};

static void add_stock(const ground_facts_t *facts, int64_t stock_id, ground_cars_t *cars)
{
    for (size_t i = 0; i < facts->car_count; i++)
        if (facts->cars[i].car.stock_id == stock_id)
            judge_add_car(cars, i);
}

static void add_all(ground_cars_t *cars, const ground_cars_t *more)
{
    for (size_t i = 0; i < GROUND_MAX_CARS / 64; i++)
        cars->bits[i] |= more->bits[i];
}

/* The nth of a page, counted from its front or from that of the whole list. */
static void add_nth(const judging_t *self, int64_t nth, ground_cars_t *cars)
{
    const ground_facts_t *facts = self->stream->facts;
    for (size_t i = 0; i < facts->list_count; i++) {
        const ground_list_t *list = &facts->lists[i];
        int64_t places[2] = {nth - 1, nth - list->from};
        for (size_t p = 0; p < 2 && list->recent; p++)
            if (places[p] >= 0 && places[p] < (int64_t)list->count)
                add_stock(facts, list->stock_ids[places[p]], cars);
    }
    if (nth >= 1 && nth <= JUDGE_MAX_ITEMS)
        add_all(cars, &self->stream->items[nth]);
}

/* The cheapest of each list, and of all cars that are known. */
static void add_cheapest(const judging_t *self, ground_cars_t *cars)
{
    const ground_facts_t *facts = self->stream->facts;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < facts->car_count; i++)
        if (facts->cars[i].car.price < least)
            least = facts->cars[i].car.price;
    for (size_t i = 0; i < facts->car_count; i++)
        if (facts->cars[i].car.price == least)
            judge_add_car(cars, i);
    for (size_t l = 0; l < facts->list_count; l++) {
        const ground_list_t *list = &facts->lists[l];
        const ground_car_t *cheapest = NULL;
        for (size_t n = 0; n < list->count && list->recent; n++)
            for (size_t i = 0; i < facts->car_count; i++)
                if (facts->cars[i].car.stock_id == list->stock_ids[n] &&
                    (cheapest == NULL || facts->cars[i].car.price < cheapest->car.price))
                    cheapest = &facts->cars[i];
        if (cheapest != NULL)
            add_stock(facts, cheapest->car.stock_id, cars);
    }
}

/* "la primera mensualidad", "los primeros 5": not a place of a list. */
static bool names_else(const ground_sentence_t *sentence, size_t next)
{
    if (next >= sentence->count)
        return false;
    const ground_word_t *word = sentence->words[next];
    return sentence->tokens[next].kind == GROUND_DIGITS ||
           (word != NULL && ((word->label != LABEL_NONE && word->label != LABEL_PLACE &&
                              word->label != LABEL_PRICE) ||
                             word->unit == UNIT_PAGES || word->unit == UNIT_MONTHS));
}

/* Of all, or of the list: not "el más barato de los automáticos". */
static bool of_all(const ground_sentence_t *sentence, size_t next)
{
    static const char *const of[] = {"de", "of", "con", "with", "dos", "das", "entre", "que", "en"};
    static const char *const all[] = {"lista", "esos",  "estos", "todos", "list",
                                      "these", "those", "them",  "all"};
    bool limited = false;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        limited |= ground_token_is(sentence, next, of[i]);
    for (size_t at = next + 1; limited && at < sentence->count && at <= next + 3; at++)
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            limited &= !ground_token_is(sentence, at, all[i]);
    return !limited;
}

static bool is_cheapest(const ground_sentence_t *sentence, size_t at)
{
    if (ground_token_is(sentence, at, "cheapest"))
        return true;
    bool more = at > 1 && (ground_token_is(sentence, at - 1, "mas") ||
                           ground_token_is(sentence, at - 1, "mais"));
    return more && ground_token_has(sentence, at - 2, IS_ARTICLE) &&
           (ground_token_is(sentence, at, "barato") || ground_token_is(sentence, at, "barata") ||
            ground_token_is(sentence, at, "economico") ||
            ground_token_is(sentence, at, "economica"));
}

/* The place that the token says, 0: none. */
static int64_t place_at(const ground_sentence_t *sentence, size_t at)
{
    for (size_t i = 0; i < sizeof nths / sizeof *nths; i++)
        if (ground_token_is(sentence, at, nths[i].word))
            return at > 0 && ground_token_has(sentence, at - 1, IS_ARTICLE) &&
                           !names_else(sentence, at + 1)
                       ? nths[i].place
                       : 0;
    for (size_t i = 0; i < sentence->number_count; i++) {
        const ground_number_t *number = &sentence->numbers[i];
        if (number->measure == MEASURE_PLACE && number->from == at && number->digits > 0)
            return number->value / 100;
    }
    return 0;
}

/* In its place among the names. */
static void add_subject(judging_t *self, size_t from, const ground_cars_t *cars)
{
    if (self->subject_count == JUDGE_MAX_SUBJECTS || judge_no_cars(cars))
        return;
    size_t at = self->subject_count++;
    for (; at > 0 && self->subjects[at - 1].from > from; at--)
        self->subjects[at] = self->subjects[at - 1];
    self->subjects[at] = (subject_t){(uint16_t)from, NULL, *cars};
}

void judge_take_places(judging_t *self)
{
    const ground_sentence_t *sentence = &self->sentence;
    for (size_t at = 0; at < sentence->count; at++) {
        if (sentence->tokens[at].used || sentence->tokens[at].kind == GROUND_MARK)
            continue;
        ground_cars_t cars = {{0}};
        if (ground_token_has(sentence, at, IS_OTHER) || sentence->tokens[at].kind == GROUND_DIGITS)
            add_nth(self, place_at(sentence, at), &cars);
        if (is_cheapest(sentence, at) && of_all(sentence, at + 1))
            add_cheapest(self, &cars);
        add_subject(self, at, &cars);
    }
}
