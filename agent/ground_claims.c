/*
 * Everything here answers yes only for a fact that is there: a new kind of number is denied until
 * somebody writes down what may back it.
 */
#include "agent/ground_claims.h"

#define MAX_RUN 64 /* bytes of the words that are looked for */

/* ---- words ---- */

bool ground_was_said(str_t words, const ground_sentence_t *sentence, size_t from, size_t to)
{
    char needle[MAX_RUN + 2];
    size_t size = 1;
    needle[0] = ' ';
    for (size_t at = from; at < to; at++) {
        str_t text = ground_token_text(sentence, at);
        if (sentence->tokens[at].kind == GROUND_MARK)
            continue;
        if (size + text.size + 1 > sizeof needle)
            return false;
        memcpy(needle + size, text.data, text.size);
        size += text.size;
        needle[size++] = ' ';
    }
    return size > 1 && words.size >= size && memmem(words.data, words.size, needle, size) != NULL;
}

/* The tokens that stand together with the number without a blank: "4x4". */
static void run_of(const ground_sentence_t *sentence, const ground_number_t *number, size_t *from,
                   size_t *to)
{
    *from = number->from;
    *to = number->from + 1u;
    while (*from > 0 && !sentence->tokens[*from].spaced &&
           sentence->tokens[*from - 1].kind != GROUND_MARK)
        (*from)--;
    while (*to < sentence->count && !sentence->tokens[*to].spaced &&
           sentence->tokens[*to].kind != GROUND_MARK)
        (*to)++;
}

/* ---- cars ---- */

static bool quote_fits(const proto_quote_t *quote, const ground_claim_t *claim)
{
    return (claim->down < 0 || quote->down_payment == claim->down) &&
           (claim->months == 0 || quote->months == claim->months);
}

static bool quote_backs(const ground_facts_t *facts, const proto_quote_t *quote,
                        const ground_claim_t *claim)
{
    int64_t value = claim->number->value;
    if ((claim->fields & FIELD_DOWN) &&
        (value == quote->down_payment ||
         (facts->terms.min_down_bp > 0 &&
          value == financing_percent(quote->price, facts->terms.min_down_bp))))
        return true;
    if ((claim->fields & FIELD_FINANCED) && value == quote->financed &&
        (claim->down < 0 || quote->down_payment == claim->down))
        return true;
    return quote_fits(quote, claim) &&
           (((claim->fields & FIELD_INSTALMENT) && value == quote->instalment) ||
            ((claim->fields & FIELD_INTEREST) && value == quote->interest) ||
            ((claim->fields & FIELD_TOTAL) && value == quote->total));
}

static bool is_plan_of(const proto_quote_t *quote, const ground_car_t *car)
{
    if (car == NULL)
        return quote->stock_id == 0;
    return (quote->stock_id == car->car.stock_id || quote->stock_id == 0) &&
           quote->price == car->car.price;
}

static bool money_of_car(const ground_facts_t *facts, const ground_car_t *car,
                         const ground_claim_t *claim)
{
    int64_t value = claim->number->value;
    if (car != NULL && car->gone)
        return false;
    if (car != NULL && (claim->fields & FIELD_PRICE) && value == car->car.price)
        return true;
    if (car != NULL && (claim->fields & FIELD_DOWN) && facts->terms.min_down_bp > 0 &&
        value == financing_percent(car->car.price, facts->terms.min_down_bp))
        return true;
    for (size_t i = 0; i < facts->quote_count; i++) {
        const proto_quote_t *quote = &facts->quotes[i];
        if (is_plan_of(quote, car) &&
            ((car == NULL && (claim->fields & FIELD_PRICE) && value == quote->price) ||
             quote_backs(facts, quote, claim)))
            return true;
    }
    return false;
}

static bool percent_of_car(const ground_facts_t *facts, const ground_car_t *car,
                           const ground_claim_t *claim)
{
    int64_t value = claim->number->value;
    ground_label_t label = (ground_label_t)claim->number->label;
    if (label == LABEL_SAVING || label == LABEL_INSTALMENT || (car != NULL && car->gone))
        return false;
    for (size_t i = 0; i < facts->quote_count; i++) {
        const proto_quote_t *quote = &facts->quotes[i];
        if (!is_plan_of(quote, car))
            continue;
        if ((label == LABEL_DOWN || label == LABEL_NONE) && value > 0 && value < 10000 &&
            financing_percent(quote->price, value) == quote->down_payment)
            return true;
        if (label != LABEL_DOWN && value == quote->rate_bp)
            return true;
    }
    return false;
}

/* Does its version say so: "1.6", "4 cil", "16V"? A code may be part of the model. */
static bool words_of_car(const ground_car_t *car, const ground_sentence_t *sentence,
                         const ground_number_t *number)
{
    size_t from = number->from, to = number->from + 1u;
    str_t words = {car->words.data, car->version_size};
    if (number->measure == MEASURE_CODE) {
        run_of(sentence, number, &from, &to);
        words = car->words;
    } else if (number->measure == MEASURE_PART) {
        to = number->to;
    }
    return ground_was_said(words, sentence, from, to);
}

/* A number without a unit. */
static bool bare_of_car(const ground_facts_t *facts, const ground_car_t *car,
                        const ground_sentence_t *sentence, const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    const proto_car_t *is = &car->car;
    if (words_of_car(car, sentence, number))
        return true;
    if (number->value < 100000 || number->value % 100 != 0)
        return number->marked && money_of_car(facts, car, claim);
    return number->value == is->stock_id * 100 ||
           (number->marked && !car->gone && number->value == is->km * 100) ||
           ((number->marked || number->digits > 4) && money_of_car(facts, car, claim));
}

bool ground_car_backs(const ground_facts_t *facts, const ground_car_t *car,
                      const ground_sentence_t *sentence, const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    int64_t value = number->value;
    if (number->measure == MEASURE_MONEY)
        return money_of_car(facts, car, claim);
    if (number->measure == MEASURE_PERCENT)
        return percent_of_car(facts, car, claim);
    if (car == NULL)
        return false;
    switch ((ground_measure_t)number->measure) {
    case MEASURE_KM:
        return !car->gone && value == car->car.km * 100;
    case MEASURE_YEAR:
        return value == car->car.year * 100 || words_of_car(car, sentence, number);
    case MEASURE_STOCK:
        return value == car->car.stock_id * 100;
    case MEASURE_MM:
        return value > 0 && (value == car->car.length * 100 || value == car->car.width * 100 ||
                             value == car->car.height * 100);
    case MEASURE_PART:
    case MEASURE_CODE:
        return words_of_car(car, sentence, number);
    case MEASURE_BARE:
        return bare_of_car(facts, car, sentence, claim);
    default:
        return false;
    }
}

/* ---- the shop's pages ---- */

/* Units that are said of cars and plans too: the page's words must stand beside them. */
static bool is_guarded(const ground_number_t *number)
{
    switch ((ground_measure_t)number->measure) {
    case MEASURE_MONEY:
    case MEASURE_FOREIGN:
    case MEASURE_KM:
    case MEASURE_YEAR:
    case MEASURE_MONTHS:
    case MEASURE_YEARS:
    case MEASURE_PERCENT:
    case MEASURE_BARE:
        return true;
    default:
        return false;
    }
}

static bool is_near(const ground_figure_t *figure, uint32_t stem)
{
    for (size_t i = 0; i < figure->near_count; i++)
        if (figure->near[i] == stem)
            return true;
    return false;
}

/* Does the sentence, or one before it, share a word with those around the figure? */
static bool shares_words(const ground_scene_t *self, const ground_figure_t *figure)
{
    for (size_t at = 0; at < self->sentence->count; at++) {
        uint32_t stem = self->sentence->tokens[at].kind == GROUND_WORD
                            ? ground_stem(ground_token_text(self->sentence, at))
                            : 0;
        if (stem != 0 && is_near(figure, stem))
            return true;
    }
    for (size_t i = 0; i < self->earlier_count; i++)
        if (is_near(figure, self->earlier[i]))
            return true;
    return figure->near_count == 0 && !self->subject;
}

static bool pages_back(const ground_scene_t *self, const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    bool meant = number->label == LABEL_PRICE || number->label == LABEL_INSTALMENT ||
                 number->label == LABEL_SAVING;
    for (size_t i = 0; i < self->facts->pages.count; i++) {
        const ground_figure_t *figure = &self->facts->pages.items[i];
        bool value = figure->value == number->value ||
                     (number->either_half && figure->value == number->value + 12 * 6000);
        bool same = value && figure->part == number->part &&
                    (figure->measure == number->measure ||
                     (number->measure == MEASURE_BARE && figure->measure != MEASURE_MONEY &&
                      figure->measure != MEASURE_KM));
        if (same &&
            (!is_guarded(number) || (shares_words(self, figure) && !(meant && claim->named))))
            return true;
    }
    return false;
}

/* ---- the customer's words ---- */

static bool is_amount(const ground_number_t *number)
{
    return number->measure == MEASURE_MONEY || number->measure == MEASURE_KM;
}

static bool same_said(const ground_figure_t *figure, const ground_number_t *number)
{
    if (figure->instalment && number->measure == MEASURE_MONEY &&
        number->label != LABEL_INSTALMENT && !number->reaches)
        return false; /* so much a month is no other amount */
    if (figure->value == number->value)
        return figure->measure == number->measure || figure->measure == MEASURE_BARE ||
               number->measure == MEASURE_BARE ||
               (figure->measure == MEASURE_FOREIGN && number->measure == MEASURE_MONEY) ||
               (figure->measure == MEASURE_MONEY && number->measure == MEASURE_FOREIGN);
    if (is_amount(number) && !figure->marked && figure->value >= 1000 && figure->value < 200000 &&
        figure->value * 1000 == number->value) /* "menos de 300" */
        return figure->measure == MEASURE_BARE || figure->measure == number->measure;
    return figure->measure == MEASURE_YEARS && number->measure == MEASURE_MONTHS &&
           figure->value * 12 == number->value;
}

static bool was_said(const ground_facts_t *facts, const ground_number_t *number)
{
    for (size_t i = 0; i < facts->said.count; i++)
        if (same_said(&facts->said.items[i], number))
            return true;
    return false;
}

/* The customer's number where it is a bound, a wish, or denied; never what a car is or costs. */
static bool customer_backs(const ground_scene_t *self, const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    if (!was_said(self->facts, number))
        return false;
    if (claim->denied)
        return true;
    switch ((ground_measure_t)number->measure) {
    case MEASURE_MONEY:
        if (number->label == LABEL_SAVING || number->label == LABEL_PRICE || claim->model ||
            self->topic || (self->takes && self->model))
            return false;
        return (number->wish && !self->takes) ||
               (number->bound && (number->label != LABEL_INSTALMENT || !self->takes));
    case MEASURE_KM:
    case MEASURE_YEAR:
        return claim->own || (!claim->model && (number->bound || self->question || claim->absent));
    case MEASURE_PERCENT:
        return number->label == LABEL_DOWN || (number->wish && number->label == LABEL_NONE);
    case MEASURE_CODE:
        return true;
    case MEASURE_PART:
        return !self->subject;
    default:
        return false;
    }
}

/* ---- lists, makes, terms ---- */

/* Do the names of the sentence fit what a list was searched by? */
static bool list_fits(const ground_scene_t *self, const ground_list_t *list)
{
    for (size_t i = 0; i < self->mention_count; i++) {
        const ground_mention_t *mention = &self->mentions[i];
        if (ground_was_said(list->excluded, self->sentence, mention->from, mention->to))
            continue;
        if ((mention->make != GROUND_NO_NAME && list->make != GROUND_NO_NAME &&
             mention->make != list->make) ||
            (mention->model != GROUND_NO_NAME && mention->model != list->model))
            return false;
    }
    return true;
}

static bool list_bounds(const ground_list_t *list, const ground_number_t *number)
{
    const proto_query_t *query = &list->query;
    int64_t whole = number->value / 100;
    switch ((ground_measure_t)number->measure) {
    case MEASURE_MONEY:
        return number->bound && number->label != LABEL_SAVING &&
               (number->value == query->price_min || number->value == query->price_max);
    case MEASURE_KM:
        return number->bound && (whole == query->km_min || whole == query->km_max);
    case MEASURE_YEAR:
        return (whole == query->year_min || whole == query->year_max) &&
               (number->bound || query->year_min == query->year_max);
    default:
        return false;
    }
}

static bool lists_back(const ground_scene_t *self, const ground_claim_t *claim)
{
    for (size_t i = 0; i < self->facts->list_count; i++) {
        const ground_list_t *list = &self->facts->lists[i];
        if (list_bounds(list, claim->number) && list_fits(self, list) &&
            (list->list.total > 0 || claim->absent || claim->number->bound))
            return true;
    }
    return false;
}

static bool mention_is(const ground_mention_t *mention, int16_t make, int16_t model)
{
    return (mention->make == GROUND_NO_NAME || mention->make == make) &&
           (mention->model == GROUND_NO_NAME || mention->model == model) &&
           mention->make != mention->model;
}

/* "3 Mustang y 2 A3 desde $389,999": the lowest price of a name, or a car of it. */
static bool since_backs(const ground_scene_t *self, const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    if (number->measure != MEASURE_MONEY || !number->since || number->label == LABEL_SAVING)
        return false;
    for (size_t m = 0; m < self->mention_count || (m == 0 && self->mention_count == 0); m++) {
        const ground_mention_t any = {0, 0, GROUND_NO_NAME, GROUND_NO_NAME};
        bool all = self->mention_count == 0;
        const ground_mention_t *mention = all ? &any : &self->mentions[m];
        for (size_t i = 0; i < self->facts->facet_count; i++) {
            const ground_facet_t *facet = &self->facts->facets[i];
            if (facet->price_min == number->value &&
                (all || mention_is(mention, facet->make, facet->model)))
                return true;
        }
        for (size_t i = 0; i < self->facts->car_count; i++) {
            const ground_car_t *car = &self->facts->cars[i];
            if (car->car.price == number->value && !car->gone &&
                (all || mention_is(mention, car->make, car->model)))
                return true;
        }
    }
    return false;
}

/* A term that there is, was refused, or is said to be impossible. */
static bool months_back(const ground_scene_t *self, const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    int64_t months =
        number->measure == MEASURE_YEARS ? number->value * 12 / 100 : number->value / 100;
    const financing_terms_t *terms = &self->facts->terms;
    if (number->value % 100 != 0 || self->topic)
        return false;
    if (claim->denied || (months >= terms->min_months && months <= terms->max_months))
        return true;
    for (size_t i = 0; i < self->facts->refused_count; i++)
        if (self->facts->refused_months[i] == months)
            return true;
    return false;
}

static bool percent_backs(const ground_scene_t *self, const ground_claim_t *claim)
{
    const financing_terms_t *terms = &self->facts->terms;
    int64_t value = claim->number->value;
    ground_label_t label = (ground_label_t)claim->number->label;
    if (label == LABEL_SAVING || label == LABEL_PRICE || label == LABEL_INSTALMENT)
        return false;
    if (label == LABEL_DOWN)
        return value == terms->min_down_bp && value > 0;
    return value == terms->rate_bp ||
           (label == LABEL_NONE && value == terms->min_down_bp && value > 0);
}

/* ---- counts ---- */

static bool is_count_of(const ground_facts_t *facts, const ground_mention_t *mention, int64_t count)
{
    for (size_t i = 0; i < facts->facet_count; i++)
        if (facts->facets[i].count == count &&
            mention_is(mention, facts->facets[i].make, facts->facets[i].model))
            return true;
    for (size_t i = 0; i < facts->list_count; i++) {
        const ground_list_t *list = &facts->lists[i];
        if (list->list.total == count && mention_is(mention, list->make, list->model))
            return true;
    }
    int64_t cars = 0;
    for (size_t i = 0; i < facts->car_count; i++)
        cars += mention_is(mention, facts->cars[i].make, facts->cars[i].model);
    return cars == count;
}

static bool list_counts(const ground_list_t *list, int64_t count)
{
    int64_t left = list->list.total - list->to, size = list->list.page_size;
    return count == list->list.total || count == (int64_t)list->count ||
           (list->to > 0 && (count == left || (count == size && left >= size) ||
                             count == list->to - list->from + 1));
}

static bool list_places(const ground_list_t *list, int64_t count)
{
    return count == list->list.page || count == list->list.pages ||
           count == list->list.pages_left || count == list->from || count == list->to;
}

static bool is_known_count(const ground_facts_t *facts, int64_t count, bool cars, bool places)
{
    for (size_t i = 0; i < facts->list_count; i++)
        if ((cars && list_counts(&facts->lists[i], count)) ||
            (places && list_places(&facts->lists[i], count)))
            return true;
    for (size_t i = 0; cars && i < facts->count_count; i++)
        if (facts->counts[i] == count)
            return true;
    return false;
}

/* "Estos 3", "los primeros 4": some of a list. */
static bool is_some(const ground_scene_t *self, const ground_number_t *number, int64_t count)
{
    bool here = false;
    for (size_t at = number->first; at-- > 0 && number->first - at <= 6;)
        here |= ground_token_has(self->sentence, at, IS_HERE);
    if (!here)
        return false;
    for (size_t i = 0; i < self->facts->list_count; i++)
        if (self->facts->lists[i].list.total >= count)
            return true;
    return false;
}

/* "y 30 más": all less those that the sentence names. */
static bool is_rest(const ground_scene_t *self, const ground_number_t *number, int64_t count)
{
    bool rest =
        ground_token_has(self->sentence, number->to, IS_REST) ||
        (number->first > 0 && ground_token_has(self->sentence, number->first - 1u, IS_REST));
    int64_t named = (int64_t)self->mention_count;
    return rest && named > 0 && is_known_count(self->facts, count + named, true, false);
}

/* The name that is counted: "7 *Nissan*", "7 autos Nissan", "Nissan (7)". */
static const ground_mention_t *counted(const ground_scene_t *self, const ground_number_t *number)
{
    for (size_t i = 0; i < self->mention_count; i++) {
        const ground_mention_t *mention = &self->mentions[i];
        size_t behind = number->to;
        if (behind < mention->from && mention->from - behind <= 2)
            behind = mention->from == behind + 1 &&
                             self->sentence->tokens[behind].kind == GROUND_WORD &&
                             !ground_token_has(self->sentence, behind, IS_JOIN)
                         ? mention->from
                         : behind;
        bool paren = number->first == mention->to + 1u && mention->to < self->sentence->count &&
                     ground_token_is(self->sentence, mention->to, "(");
        if (mention->from == behind || paren)
            return mention;
    }
    return NULL;
}

static bool counts_back(const ground_scene_t *self, const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    int64_t count = number->value / 100;
    if (number->value % 100 != 0 || number->value < 0)
        return false;
    if (number->digits == 0 && count <= 2)
        return true; /* "un auto", "los dos", and "dos carros" in Portuguese */
    const ground_mention_t *name = counted(self, number);
    if (name != NULL && name->make != name->model)
        return is_count_of(self->facts, name, count);
    if (number->measure == MEASURE_PAGES)
        return is_known_count(self->facts, count, false, true);
    return is_known_count(self->facts, count, true, number->measure == MEASURE_BARE) ||
           is_some(self, number, count) || is_rest(self, number, count);
}

/* ---- the rest ---- */

static bool stock_backs(const ground_scene_t *self, const ground_claim_t *claim)
{
    for (size_t i = 0; i < self->facts->missing_count; i++)
        if (self->facts->missing[i] * 100 == claim->number->value && claim->absent)
            return true;
    return false;
}

/* "las 24 horas", "24/7" */
static bool is_round_the_clock(const ground_scene_t *self, const ground_number_t *number)
{
    if (number->value == 24 * 60 * 100 && number->measure == MEASURE_HOURS)
        return number->first > 0 && ground_token_is(self->sentence, number->first - 1u, "las");
    bool before = number->value == 2400 && ground_token_is(self->sentence, number->to, "/") &&
                  ground_token_is(self->sentence, number->to + 1u, "7");
    bool behind = number->value == 700 && number->first >= 2 &&
                  ground_token_is(self->sentence, number->first - 1u, "/") &&
                  ground_token_is(self->sentence, number->first - 2u, "24");
    return before || behind;
}

static bool strings_back(const ground_scene_t *self, const ground_number_t *number)
{
    size_t from, to;
    run_of(self->sentence, number, &from, &to);
    if (ground_was_said(self->facts->shop_words, self->sentence, from, to))
        return true;
    return number->measure == MEASURE_CODE &&
           (ground_was_said(self->facts->said_words, self->sentence, from, to) ||
            ground_was_said(self->facts->page_words, self->sentence, from, to));
}

bool ground_scene_backs(const ground_scene_t *self, const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    if (number->value == GROUND_UNREADABLE)
        return false;
    bool backed = pages_back(self, claim) || customer_backs(self, claim) ||
                  lists_back(self, claim) || strings_back(self, number);
    switch ((ground_measure_t)number->measure) {
    case MEASURE_MONEY:
        return backed || since_backs(self, claim);
    case MEASURE_MONTHS:
    case MEASURE_YEARS:
        return backed || months_back(self, claim);
    case MEASURE_PERCENT:
        return backed || percent_backs(self, claim);
    case MEASURE_STOCK:
        return backed || stock_backs(self, claim);
    case MEASURE_HOURS:
        return backed || is_round_the_clock(self, number);
    case MEASURE_PLACE:
        return backed || (number->value <= 2000 && number->value % 100 == 0);
    case MEASURE_PAGES:
    case MEASURE_CARS:
    case MEASURE_MAKES:
        return backed || counts_back(self, claim);
    case MEASURE_PART: /* for one or two people */
        return backed || (number->digits == 0 && number->value <= 200 && number->part == 2);
    case MEASURE_BARE:
        return backed || stock_backs(self, claim) || is_round_the_clock(self, number) ||
               (number->digits == 0 && number->value <= 1200) ||
               (!number->marked && number->value < 10000000 && counts_back(self, claim));
    default:
        return backed;
    }
}
