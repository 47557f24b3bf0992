/*
 * A sentence at a time: links, names, numbers; then the names are judged, then the numbers, those
 * of each car named together. What a sentence leaves for the next one is small: which cars are
 * spoken of, the plan, and what it was about.
 */
#include "agent/ground.h"

#include <stdlib.h>

#include "agent/ground_claims.h"
#include "agent/ground_links.h"

#define MOST_VERSION 8  /* tokens of a version behind a name */
#define MOST_EARLIER 48 /* stems of the sentences before */
#define MAX_FOUND 64    /* findings of one sentence */

struct ground_stream {
    const ground_facts_t *facts;
    size_t passed; /* bytes that were judged and had no finding */
    bool failed;
    bool subject;        /* a car was named, and … */
    ground_cars_t about; /* … these are meant */
    bool own;            /* … it is one the customer spoke of, not ours */
    int64_t months;      /* of the plan spoken of; 0: none, or several */
    int64_t down;        /* cents; -1: none */
    int64_t item;        /* the last number of a list without dots */
    uint32_t stems[MOST_EARLIER];
    size_t stem_count, stems_before; /* of which so many are of the sentence before the last */
};

/* One sentence on its way. */
typedef struct judging {
    ground_stream_t *stream;
    ground_sentence_t sentence;
    ground_mention_t mentions[GROUND_MAX_MENTIONS];
    ground_cars_t cars[GROUND_MAX_MENTIONS]; /* that each may mean */
    size_t mention_count;
    bool denied[GROUND_MAX_TOKENS];
    bool offers, question;
    ground_scene_t scene;
    ground_finding_t found[MAX_FOUND];
    size_t found_count;
} judging_t;

/* ---- names of kinds ---- */

const char *ground_kind_name(ground_kind_t kind)
{
    static const char *const names[] = {
#define GROUND_C(id, name, advice) name,
        GROUND_KINDS(GROUND_C)
#undef GROUND_C
    };
    return kind < GROUND_KIND_COUNT ? names[kind] : "?";
}

const char *ground_kind_advice(ground_kind_t kind)
{
    static const char *const advices[] = {
#define GROUND_C(id, name, advice) advice,
        GROUND_KINDS(GROUND_C)
#undef GROUND_C
    };
    return kind < GROUND_KIND_COUNT ? advices[kind] : "";
}

/* ---- findings ---- */

static void find(judging_t *self, ground_kind_t kind, size_t from, size_t to)
{
    if (self->found_count < MAX_FOUND)
        self->found[self->found_count++] =
            (ground_finding_t){kind, ground_sentence_words(&self->sentence, from, to)};
}

static ground_kind_t kind_of(const ground_claim_t *claim)
{
    const ground_number_t *number = claim->number;
    switch ((ground_measure_t)number->measure) {
    case MEASURE_MONEY:
    case MEASURE_FOREIGN:
        return number->label == LABEL_NONE || number->label == LABEL_PRICE ||
                       number->label == LABEL_SAVING
                   ? (claim->fields == FIELD_INSTALMENT ? GROUND_INSTALMENT : GROUND_PRICE)
                   : GROUND_INSTALMENT;
    case MEASURE_KM:
    case MEASURE_MILES:
        return GROUND_KM;
    case MEASURE_YEAR:
        return GROUND_YEAR;
    case MEASURE_MONTHS:
    case MEASURE_YEARS:
        return GROUND_TERM;
    case MEASURE_PERCENT:
        return GROUND_PERCENT;
    case MEASURE_STOCK:
        return GROUND_STOCK_ID;
    case MEASURE_PHONE:
        return GROUND_PHONE;
    case MEASURE_PAGES:
    case MEASURE_CARS:
    case MEASURE_MAKES:
    case MEASURE_PLACE:
        return GROUND_COUNT;
    default:
        return GROUND_NUMBER;
    }
}

/* ---- marks of lists, links ---- */

static bool is_mark(const ground_sentence_t *sentence, size_t at, const char *marks)
{
    return at < sentence->count && sentence->tokens[at].kind == GROUND_MARK &&
           strchr(marks, sentence->plain.text[sentence->tokens[at].at]) != NULL;
}

/* "1. ", "2)" at the start of a line: the tokens are used. So is "2 " where the item before was
 * number 1. */
static bool take_item_mark(ground_sentence_t *sentence, int64_t *item)
{
    if (sentence->count < 2)
        return false;
    str_t digits = ground_token_text(sentence, 0);
    if (sentence->tokens[0].kind == GROUND_DIGITS && digits.size <= 2 &&
        sentence->tokens[1].kind == GROUND_WORD && sentence->tokens[1].upper &&
        sentence->tokens[1].spaced) {
        int64_t number = 0;
        for (size_t i = 0; i < digits.size; i++)
            number = number * 10 + (digits.data[i] - '0');
        if (number != *item + 1)
            return false;
        *item = number;
        sentence->tokens[0].used = true;
        return true;
    }
    if (sentence->tokens[0].kind != GROUND_DIGITS || sentence->tokens[0].size > 2 ||
        !is_mark(sentence, 1, ".):-") || sentence->tokens[1].spaced ||
        (sentence->count > 2 && !sentence->tokens[2].spaced &&
         sentence->tokens[2].kind == GROUND_DIGITS))
        return false;
    sentence->tokens[0].used = sentence->tokens[1].used = true;
    return true;
}

static bool knows_link(const ground_facts_t *facts, const ground_link_t *link)
{
    char needle[GROUND_MAX_LINK + 2];
    if (link->size == 0)
        return false;
    needle[0] = '\n';
    memcpy(needle + 1, link->text, link->size);
    needle[link->size + 1] = '\n';
    return memmem(facts->links.data, facts->links.size, needle, link->size + 2) != NULL;
}

static void judge_links(judging_t *self)
{
    ground_sentence_t *sentence = &self->sentence;
    ground_link_t link;
    for (size_t at = 0; ground_link_next(sentence, at, &link); at = link.to) {
        for (size_t i = link.from; i < link.to; i++)
            sentence->tokens[i].used = true;
        if (!knows_link(self->stream->facts, &link))
            find(self, link.phone ? GROUND_PHONE : GROUND_LINK, link.from, link.to);
    }
}

/* ---- what is denied ---- */

static bool starts_clause(const ground_sentence_t *sentence, size_t at)
{
    return is_mark(sentence, at, ",;:()?!.\x04\"") ||
           (is_mark(sentence, at, "-") && sentence->tokens[at].spaced) ||
           ground_token_has(sentence, at, IS_BUT);
}

static bool is_denial(const ground_sentence_t *sentence, size_t at)
{
    str_t text = ground_token_text(sentence, at);
    bool denial = ground_token_has(sentence, at, IS_DENIAL) ||
                  (sentence->tokens[at].kind == GROUND_WORD && text.size > 3 &&
                   memcmp(text.data + text.size - 3, "n't", 3) == 0);
    for (size_t i = at + 1; denial && i < sentence->count && i <= at + 4; i++) {
        if (starts_clause(sentence, i))
            break;
        denial = !ground_token_has(sentence, i, IS_NO_MATTER | IS_MORE);
    }
    return denial;
}

/* A clause of names and small words: it goes on with the list of the clause before. */
static bool only_lists(const judging_t *self, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        const ground_token_t *token = &self->sentence.tokens[at];
        bool small = ground_token_has(&self->sentence, at, IS_JOIN | IS_ARTICLE | IS_LINK) ||
                     ground_token_is(&self->sentence, at, "ni") ||
                     ground_token_is(&self->sentence, at, "un") ||
                     ground_token_is(&self->sentence, at, "una");
        if (token->kind != GROUND_MARK && !token->used && !small)
            return false;
    }
    return true;
}

/* Which tokens stand in a clause that denies. Names are marked as used before. */
static void read_denials(judging_t *self)
{
    const ground_sentence_t *sentence = &self->sentence;
    bool before = false;
    for (size_t from = 0; from < sentence->count;) {
        size_t to = from + 1;
        while (to < sentence->count && !starts_clause(sentence, to))
            to++;
        bool denied = false;
        for (size_t at = from; at < to; at++)
            denied |= is_denial(sentence, at);
        bool listed = before && is_mark(sentence, from, ",") && only_lists(self, from + 1, to);
        for (size_t at = from; at < to; at++)
            self->denied[at] = denied || listed;
        before = denied || listed;
        from = to;
    }
}

/* A number that the clause denies by inability: "no puedo vendértelo en 1 dólar". */
static bool is_denied_amount(const judging_t *self, size_t at)
{
    const ground_sentence_t *sentence = &self->sentence;
    if (!self->denied[at] || self->question)
        return false;
    size_t from = at, to = at;
    while (from > 0 && !starts_clause(sentence, from))
        from--;
    while (to < sentence->count && (to == at || !starts_clause(sentence, to)))
        to++;
    bool able = false, denial = false;
    for (size_t i = from; i < to; i++) {
        able |= ground_token_has(sentence, i, IS_ABLE);
        denial |= is_denial(sentence, i);
    }
    return able && denial;
}

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
            cars->bits[i / 64] |= UINT64_C(1) << i % 64;
}

static bool has_car(const ground_cars_t *cars, size_t at)
{
    return (cars->bits[at / 64] >> at % 64 & 1) != 0;
}

static bool is_empty(const ground_cars_t *cars)
{
    for (size_t i = 0; i < GROUND_MAX_CARS / 64; i++)
        if (cars->bits[i] != 0)
            return false;
    return true;
}

/* Of the cars those whose version has the token. */
static ground_cars_t with_word(const judging_t *self, const ground_cars_t *cars, size_t token)
{
    const ground_facts_t *facts = self->stream->facts;
    ground_cars_t with = {{0}};
    for (size_t i = 0; i < facts->car_count; i++)
        if (has_car(cars, i) &&
            ground_was_said(facts->cars[i].words, &self->sentence, token, token + 1))
            with.bits[i / 64] |= UINT64_C(1) << i % 64;
    return with;
}

/* "Versa Advance 2019": the words of a version behind a model tell which. */
static void take_version(judging_t *self, size_t index)
{
    ground_sentence_t *sentence = &self->sentence;
    ground_mention_t *mention = &self->mentions[index];
    ground_cars_t *cars = &self->cars[index];
    if (mention->model == GROUND_NO_NAME)
        return;
    for (size_t at = mention->to; at < sentence->count && at < mention->to + (size_t)MOST_VERSION;
         at++) {
        ground_token_t *token = &sentence->tokens[at];
        if (token->used || (token->kind == GROUND_MARK && !is_mark(sentence, at, "-/.")))
            break;
        if (token->kind == GROUND_MARK)
            continue;
        ground_cars_t with = with_word(self, cars, at);
        bool year = token->kind == GROUND_DIGITS && token->size == 4;
        if (is_empty(&with) && !year)
            break;
        if (is_empty(&with) || year)
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
    return !is_empty(&cars);
}

static void take_mentions(judging_t *self)
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
        cars_of(facts, &mention, &self->cars[index]);
        take_version(self, index);
        at = mention.to - 1u;
    }
}

static bool may_speak_of(const judging_t *self, size_t from, size_t to)
{
    const ground_facts_t *facts = self->stream->facts;
    if (self->denied[from] || ground_was_said(facts->page_words, &self->sentence, from, to))
        return true;
    return (self->question || !self->offers) &&
           ground_was_said(facts->said_words, &self->sentence, from, to);
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

static void judge_mentions(judging_t *self)
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
            find(self, GROUND_NAME, mention->from, to);
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
                find(self, GROUND_NAME, mention->from, number->to);
                number->value = 0; /* said once is enough */
                number->measure = MEASURE_PLACE;
            }
        }
    }
}

/* "12 Nissan": so many of them. */
static void read_counts(judging_t *self)
{
    for (size_t i = 0; i < self->sentence.number_count; i++) {
        ground_number_t *number = &self->sentence.numbers[i];
        for (size_t m = 0; m < self->mention_count; m++)
            if (self->mentions[m].from == number->to && number->measure == MEASURE_BARE &&
                !number->marked)
                number->measure = MEASURE_CARS;
    }
}

/* "Abrimos de diez a ocho": hours of the day, although no unit says so. */
static void read_hours(judging_t *self)
{
    static const char *const words[] = {
        "abrimos", "abre",    "abren",  "abierto", "abiertos", "cerramos",  "cierra",     "cierran",
        "cerrado", "horario", "hours",  "open",    "opens",    "opening",   "close",      "closes",
        "closed",  "abertos", "aberto", "fecham",  "fechamos", "atendemos", "atendimento"};
    bool opening = false;
    for (size_t at = 0; at < self->sentence.count && !opening; at++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            opening |= ground_token_is(&self->sentence, at, words[i]);
    for (size_t i = 0; opening && i < self->sentence.number_count; i++) {
        ground_number_t *number = &self->sentence.numbers[i];
        bool bare = number->measure == MEASURE_BARE || number->measure == MEASURE_PLACE;
        if (bare && !number->marked && number->value > 200 && number->value <= 2400 &&
            number->value % 100 == 0) {
            number->measure = MEASURE_HOURS;
            number->value *= 60;
            number->either_half = number->value < 12 * 6000;
        }
    }
}

/* ---- what each number is said of ---- */

/* The mention that stands last before the token; SIZE_MAX: none. A make after its model says
 * nothing new. */
static size_t mention_before(const judging_t *self, size_t token)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < self->mention_count && self->mentions[i].from < token; i++) {
        const ground_mention_t *mention = &self->mentions[i];
        bool make = mention->model == GROUND_NO_NAME && mention->make != GROUND_NO_NAME;
        bool same = false;
        for (size_t c = 0; found != SIZE_MAX && make && c < self->stream->facts->car_count; c++)
            same |= has_car(&self->cars[found], c) &&
                    self->stream->facts->cars[c].make == mention->make;
        if (!same || self->mentions[found].model == GROUND_NO_NAME)
            found = i;
    }
    return found;
}

static bool is_plan_money(const ground_number_t *number)
{
    return number->measure == MEASURE_MONEY &&
           (number->label == LABEL_NONE || number->label == LABEL_INSTALMENT ||
            number->label == LABEL_INTEREST || number->label == LABEL_TOTAL);
}

/* The term that an instalment is said of: the one before it, or behind it where the first amount
 * of the sentence comes before the first term. 0: any. */
static int64_t months_of(const judging_t *self, size_t index)
{
    const ground_sentence_t *sentence = &self->sentence;
    size_t first_months = SIZE_MAX, first_money = SIZE_MAX, count = 0;
    int64_t before = 0, behind = 0, only = 0;
    for (size_t i = 0; i < sentence->number_count; i++) {
        const ground_number_t *number = &sentence->numbers[i];
        if (number->measure == MEASURE_MONTHS) {
            if (first_months == SIZE_MAX)
                first_months = i;
            only = number->value / 100;
            if (i < index)
                before = only;
            else if (behind == 0)
                behind = only;
            count++;
        } else if (is_plan_money(number) && first_money == SIZE_MAX &&
                   number->label != LABEL_PRICE) {
            first_money = i;
        }
    }
    if (count == 0)
        return self->stream->months;
    if (count == 1)
        return only;
    int64_t months = first_money < first_months && behind != 0 ? behind : before;
    return months != 0 ? months : only;
}

/* "sin enganche", "sem entrada", "no down payment" */
static bool says_no_down(const ground_sentence_t *sentence)
{
    for (size_t at = 0; at + 1 < sentence->count; at++) {
        bool no = ground_token_is(sentence, at, "sin") || ground_token_is(sentence, at, "sem") ||
                  ground_token_is(sentence, at, "no") || ground_token_is(sentence, at, "cero") ||
                  ground_token_is(sentence, at, "zero") || ground_token_is(sentence, at, "without");
        bool article = ground_token_is(sentence, at + 1, "a") ||
                       ground_token_is(sentence, at + 1, "any") ||
                       ground_token_is(sentence, at + 1, "de");
        if (no && ground_token_label(sentence, at + 1 + article) == LABEL_DOWN)
            return true;
    }
    return false;
}

/* The down payment said before it in the sentence, or alone behind it. -1: any. */
static int64_t down_of(const judging_t *self, size_t index)
{
    const ground_sentence_t *sentence = &self->sentence;
    int64_t before = says_no_down(sentence) ? 0 : -1, behind = -1;
    for (size_t i = 0; i < sentence->number_count; i++) {
        const ground_number_t *number = &sentence->numbers[i];
        if (number->measure != MEASURE_MONEY || number->label != LABEL_DOWN || i == index)
            continue;
        if (i < index)
            before = number->value;
        else if (behind < 0)
            behind = number->value;
    }
    return before >= 0 ? before : behind >= 0 ? behind : self->stream->down;
}

/* "48 meses: $X", "48 x $X": the amount right behind a term. */
static bool follows_months(const ground_sentence_t *sentence, size_t index)
{
    if (index == 0)
        return false;
    const ground_number_t *before = &sentence->numbers[index - 1];
    return before->measure == MEASURE_MONTHS && sentence->numbers[index].first >= before->to &&
           sentence->numbers[index].first - before->to <= 3;
}

static unsigned fields_of(const judging_t *self, size_t index, bool named)
{
    const ground_sentence_t *sentence = &self->sentence;
    const ground_number_t *number = &sentence->numbers[index];
    bool months = false;
    for (size_t i = 0; i < sentence->number_count; i++)
        months |= sentence->numbers[i].measure == MEASURE_MONTHS;
    switch ((ground_label_t)number->label) {
    case LABEL_PRICE:
        return FIELD_PRICE;
    case LABEL_DOWN:
        return FIELD_DOWN;
    case LABEL_INSTALMENT:
        return FIELD_INSTALMENT;
    case LABEL_INTEREST:
        return FIELD_INTEREST;
    case LABEL_FINANCED:
        return FIELD_FINANCED;
    case LABEL_TOTAL:
        return FIELD_TOTAL;
    case LABEL_SAVING:
        return 0;
    default:
        break;
    }
    if (follows_months(sentence, index))
        return FIELD_INSTALMENT;
    if (months)
        return FIELD_PRICE | FIELD_INSTALMENT;
    if (named)
        return FIELD_PRICE;
    if (self->stream->subject)
        return FIELD_PRICE |
               (self->scene.takes || self->stream->months != 0 ? FIELD_INSTALMENT : 0);
    return FIELD_PRICE | FIELD_PLAN;
}

static ground_claim_t claim_of(const judging_t *self, size_t index)
{
    const ground_number_t *number = &self->sentence.numbers[index];
    size_t mention = mention_before(self, number->first);
    ground_claim_t claim = {.number = number, .down = -1};
    claim.named = mention != SIZE_MAX;
    claim.model = claim.named && self->mentions[mention].model != GROUND_NO_NAME;
    claim.denied = is_denied_amount(self, number->first);
    claim.absent = self->denied[number->first];
    claim.fields = fields_of(self, index, claim.named);
    if (number->label != LABEL_DOWN) {
        claim.months = months_of(self, index);
        claim.down = down_of(self, index);
    }
    return claim;
}

/* ---- groups of numbers that must hold of one car ---- */

typedef struct group {
    ground_claim_t claims[GROUND_MAX_NUMBERS];
    size_t count;
    size_t mention; /* SIZE_MAX: none in the sentence */
} group_t;

static bool is_of_car(const ground_number_t *number)
{
    switch ((ground_measure_t)number->measure) {
    case MEASURE_PLACE:
    case MEASURE_PAGES:
    case MEASURE_CARS:
    case MEASURE_MAKES:
    case MEASURE_PHONE:
    case MEASURE_FOREIGN:
    case MEASURE_MILES:
        return false;
    default:
        return number->value != GROUND_UNREADABLE;
    }
}

/* How many claims of the group the car does not back. */
static size_t misses(const judging_t *self, const group_t *group, const ground_car_t *car,
                     size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < group->count && count < most; i++)
        count += !ground_car_backs(self->stream->facts, car, &self->sentence, &group->claims[i]);
    return count;
}

/* The cars of those given that back the whole group; *best is one that misses least. */
static ground_cars_t that_back(const judging_t *self, const group_t *group,
                               const ground_cars_t *cars, bool bare, const ground_car_t **best,
                               bool *all)
{
    const ground_facts_t *facts = self->stream->facts;
    ground_cars_t backing = {{0}};
    size_t least = SIZE_MAX;
    *best = NULL;
    *all = false;
    if (bare) {
        least = misses(self, group, NULL, SIZE_MAX);
        *all = least == 0;
    }
    for (size_t i = 0; i < facts->car_count && group->count > 0; i++) {
        if (!has_car(cars, i))
            continue;
        size_t missed = misses(self, group, &facts->cars[i], least == 0 ? 1 : least);
        if (missed == 0) {
            backing.bits[i / 64] |= UINT64_C(1) << i % 64;
            *all = true;
        }
        if (missed < least) {
            least = missed;
            *best = &facts->cars[i];
        }
    }
    return backing;
}

static bool repeats(const group_t *group, const ground_number_t *number)
{
    for (size_t i = 0; i < group->count; i++) {
        const ground_number_t *other = group->claims[i].number;
        bool single = number->measure == MEASURE_YEAR || number->measure == MEASURE_KM ||
                      number->measure == MEASURE_STOCK ||
                      (number->measure == MEASURE_MONEY &&
                       (number->label == LABEL_NONE || number->label == LABEL_PRICE));
        if (single && other->measure == number->measure &&
            (number->measure != MEASURE_MONEY || other->label == LABEL_NONE ||
             other->label == LABEL_PRICE))
            return true;
    }
    return false;
}

/* "2018 y 2019", "uno 2018, otro 2019": what stands between two numbers of a kind parts them; in
 * "el 2018 es de 2019" nothing does. */
static bool is_parted(const judging_t *self, const ground_number_t *number)
{
    const ground_sentence_t *sentence = &self->sentence;
    for (size_t at = number->first; at-- > 0;) {
        if (ground_token_has(sentence, at, IS_JOIN | IS_BUT | IS_OTHER) ||
            is_mark(sentence, at, ",;:()/+&-|\x04\"") || sentence->tokens[at].used)
            return true;
        for (size_t i = 0; i < sentence->number_count; i++)
            if (at >= sentence->numbers[i].first && at < sentence->numbers[i].to &&
                sentence->numbers[i].measure == number->measure)
                return false;
    }
    return true;
}

static ground_cars_t every_car(const ground_facts_t *facts)
{
    ground_cars_t cars = {{0}};
    for (size_t i = 0; i < facts->car_count; i++)
        cars.bits[i / 64] |= UINT64_C(1) << i % 64;
    return cars;
}

/* Judges a group; whole: its cars are all that the mention is about, from now on. */
static void judge_group(judging_t *self, group_t *group, bool whole)
{
    ground_stream_t *stream = self->stream;
    bool any = group->mention == SIZE_MAX && !stream->subject;
    ground_cars_t cars = group->mention != SIZE_MAX ? self->cars[group->mention]
                         : stream->subject          ? stream->about
                                                    : every_car(stream->facts);
    const ground_car_t *best;
    bool all;
    if (group->count == 0)
        return;
    ground_cars_t backing = that_back(self, group, &cars, any, &best, &all);
    for (size_t i = 0; !all && i < group->count; i++)
        if (!ground_car_backs(stream->facts, best, &self->sentence, &group->claims[i]))
            find(self, kind_of(&group->claims[i]), group->claims[i].number->first,
                 group->claims[i].number->to);
    if (all && whole && !any && !is_empty(&backing)) {
        if (group->mention != SIZE_MAX)
            self->cars[group->mention] = backing;
        else
            stream->about = backing;
    }
    group->count = 0;
}

static void judge_numbers(judging_t *self)
{
    group_t *group = malloc(sizeof *group); /* too large for the stack beside the rest */
    if (group == NULL)
        abort();
    group->count = 0;
    group->mention = SIZE_MAX;
    bool split = false;
    for (size_t i = 0; i < self->sentence.number_count; i++) {
        ground_claim_t claim = claim_of(self, i);
        size_t mention = mention_before(self, claim.number->first);
        if (ground_scene_backs(&self->scene, &claim))
            continue;
        if (!is_of_car(claim.number)) {
            find(self, kind_of(&claim), claim.number->first, claim.number->to);
            continue;
        }
        bool again = repeats(group, claim.number) && is_parted(self, claim.number);
        if (mention != group->mention || again) {
            judge_group(self, group, !again && !split);
            split = again;
            group->mention = mention;
        }
        group->claims[group->count++] = claim;
    }
    judge_group(self, group, !split);
    free(group);
}

/* ---- from sentence to sentence ---- */

/* A sentence that names no car may speak of another one than the last. */
static bool speaks_of_others(const judging_t *self)
{
    for (size_t at = 0; at < self->sentence.count; at++)
        if (ground_token_has(&self->sentence, at, IS_OTHER))
            return true;
    for (size_t i = 0; i < self->sentence.number_count; i++)
        if (self->sentence.numbers[i].measure == MEASURE_PLACE)
            return true;
    return false;
}

static bool has_topic(const ground_sentence_t *sentence)
{
    static const char *const words[] = {"garantia", "apartado", "devolucion", "servicio"};
    for (size_t at = 0; at < sentence->count; at++) {
        uint32_t stem = ground_stem(ground_token_text(sentence, at));
        for (size_t i = 0; stem != 0 && i < sizeof words / sizeof *words; i++)
            if (stem == ground_stem(str_from(words[i])))
                return true;
    }
    return false;
}

static void read_scene(judging_t *self)
{
    const ground_sentence_t *sentence = &self->sentence;
    bool takes = false;
    for (size_t at = 0; at < sentence->count; at++) {
        self->offers |= ground_token_has(sentence, at, IS_OFFER);
        takes |= ground_token_has(sentence, at, IS_TAKE);
    }
    size_t last = sentence->count;
    while (last > 0 && is_mark(sentence, last - 1, ")\"'\x02!"))
        last--;
    self->question = is_mark(sentence, last - 1, "?");
    self->scene = (ground_scene_t){
        .facts = self->stream->facts,
        .sentence = sentence,
        .mentions = self->mentions,
        .mention_count = self->mention_count,
        .question = self->question,
        .takes = takes,
        .topic = has_topic(sentence),
        .subject = self->stream->subject || self->mention_count > 0,
        .earlier = self->stream->stems,
        .earlier_count = self->stream->stem_count,
    };
}

/* What the next sentence has to know. */
static void carry_on(judging_t *self)
{
    ground_stream_t *stream = self->stream;
    const ground_sentence_t *sentence = &self->sentence;
    size_t last = mention_before(self, SIZE_MAX);
    if (last != SIZE_MAX) {
        stream->subject = true;
        stream->about = self->cars[last];
        stream->months = 0;
        stream->down = -1;
    }
    size_t months = 0;
    for (size_t i = 0; i < sentence->number_count; i++) {
        const ground_number_t *number = &sentence->numbers[i];
        if (number->measure == MEASURE_MONEY && number->label == LABEL_DOWN)
            stream->down = number->value;
        if (number->measure == MEASURE_MONTHS && !self->question)
            stream->months = months++ == 0 ? number->value / 100 : 0;
    }
    size_t kept = stream->stem_count - stream->stems_before;
    memmove(stream->stems, stream->stems + stream->stems_before, kept * sizeof *stream->stems);
    stream->stem_count = stream->stems_before = kept;
    for (size_t at = 0; at < sentence->count && stream->stem_count < MOST_EARLIER; at++) {
        uint32_t stem = sentence->tokens[at].kind == GROUND_WORD
                            ? ground_stem(ground_token_text(sentence, at))
                            : 0;
        if (stem != 0)
            stream->stems[stream->stem_count++] = stem;
    }
}

static int by_place(const void *a, const void *b)
{
    const char *x = ((const ground_finding_t *)a)->said.data;
    const char *y = ((const ground_finding_t *)b)->said.data;
    return x < y ? -1 : x > y;
}

static void judge(judging_t *self, str_t text, bool starts_line)
{
    ground_stream_t *stream = self->stream;
    self->mention_count = self->found_count = 0;
    self->offers = false;
    ground_sentence_read(&self->sentence, text);
    if (self->sentence.count == 0)
        return;
    bool item = starts_line && take_item_mark(&self->sentence, &stream->item);
    judge_links(self);
    take_mentions(self);
    read_denials(self);
    ground_sentence_numbers(&self->sentence);
    read_counts(self);
    read_hours(self);
    if (self->mention_count == 0 && (item || speaks_of_others(self)))
        stream->subject = false;
    read_scene(self);
    judge_mentions(self);
    judge_models(self);
    judge_numbers(self);
    if (self->sentence.cut)
        find(self, GROUND_NUMBER, 0, self->sentence.count);
    carry_on(self);
    qsort(self->found, self->found_count, sizeof *self->found, by_place);
}

/* ---- the text ---- */

static void open_stream(ground_stream_t *self, const ground_facts_t *facts)
{
    *self = (ground_stream_t){.facts = facts, .down = -1};
    for (size_t i = 0; i < facts->car_count; i++)
        if (facts->subject != 0 && facts->cars[i].car.stock_id == facts->subject) {
            self->subject = true;
            self->about.bits[i / 64] |= UINT64_C(1) << i % 64;
        }
}

static judging_t *judging_new(ground_stream_t *stream)
{
    judging_t *self = malloc(sizeof *self);
    if (self == NULL)
        abort();
    self->stream = stream;
    return self;
}

static bool starts_line(str_t text, size_t at)
{
    return at == 0 || text.data[at - 1] == '\n';
}

size_t ground_check(const ground_facts_t *facts, str_t text, ground_finding_t *found, size_t max)
{
    ground_stream_t stream;
    size_t count = 0;
    open_stream(&stream, facts);
    judging_t *self = judging_new(&stream);
    for (size_t at = 0; at < text.size && count < max;) {
        size_t end = ground_sentence_end(text, at, true);
        judge(self, (str_t){text.data + at, end - at}, starts_line(text, at));
        for (size_t i = 0; i < self->found_count && count < max; i++)
            found[count++] = self->found[i];
        at = end;
    }
    free(self);
    return count;
}

ground_stream_t *ground_stream_new(arena_t *arena, const ground_facts_t *facts)
{
    ground_stream_t *self = arena_alloc(arena, sizeof *self);
    if (self != NULL)
        open_stream(self, facts);
    return self;
}

size_t ground_stream_passed(ground_stream_t *self, str_t text, bool all)
{
    judging_t *judging = NULL;
    while (!self->failed && self->passed < text.size) {
        size_t end = ground_sentence_end(text, self->passed, all);
        if (end == SIZE_MAX)
            break;
        if (judging == NULL)
            judging = judging_new(self);
        judge(judging, (str_t){text.data + self->passed, end - self->passed},
              starts_line(text, self->passed));
        self->failed = judging->found_count > 0;
        if (!self->failed)
            self->passed = end;
    }
    free(judging);
    return self->passed;
}
