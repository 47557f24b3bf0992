/*
 * Each number gets the car it is said of, the plan and what it is meant as; those of one car are a
 * group, and one car must back the whole group.
 */
#include <stdlib.h>

#include "agent/ground_judge.h"

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

/* ---- what each number is said of ---- */

/* Only small words stand before the token: "Por $198,999 …". */
static bool leads_sentence(const ground_sentence_t *sentence, size_t token)
{
    for (size_t at = 0; at < token; at++)
        if (sentence->tokens[at].kind == GROUND_WORD &&
            !ground_token_has(sentence, at, IS_LINK | IS_ARTICLE | IS_NO_MATTER))
            return false;
    return true;
}

static bool same_clause(const ground_sentence_t *sentence, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++)
        if (judge_starts_clause(sentence, at))
            return false;
    return true;
}

/* The subject that a number is said of: the one before it; behind it where it leads up to that
 * ("a 2020 March", "por $198,999 te llevas el Versa"). */
static size_t subject_of(const judging_t *self, const ground_number_t *number)
{
    const ground_sentence_t *sentence = &self->sentence;
    for (size_t i = 0; number->measure == MEASURE_YEAR && i < self->subject_count; i++)
        if (self->subjects[i].from == number->to)
            return i;
    size_t before = judge_subject_before(self, number->first);
    if (before != SIZE_MAX || self->subject_count == 0 || number->bound)
        return before;
    bool close =
        !self->stream->subject && same_clause(sentence, number->to, self->subjects[0].from);
    return close || leads_sentence(sentence, number->first) ? 0 : SIZE_MAX;
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

/* "tu Tsuru": a car that is not ours. */
static bool is_own(const judging_t *self, const ground_mention_t *mention)
{
    static const char *const words[] = {"tu", "su", "your", "seu"};
    for (size_t i = 0; mention->from > 0 && i < sizeof words / sizeof *words; i++)
        if (ground_token_is(&self->sentence, mention->from - 1u, words[i]))
            return true;
    return false;
}

static ground_claim_t claim_of(const judging_t *self, size_t index)
{
    const ground_number_t *number = &self->sentence.numbers[index];
    size_t subject = subject_of(self, number);
    ground_claim_t claim = {.number = number, .down = -1};
    claim.named = subject != SIZE_MAX;
    const ground_mention_t *mention = claim.named ? self->subjects[subject].mention : NULL;
    claim.model = claim.named && (mention == NULL || mention->model != GROUND_NO_NAME);
    claim.own = mention != NULL && ground_is_unknown(mention) && is_own(self, mention);
    claim.denied = judge_is_denied(self, number->first);
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
    size_t subject; /* SIZE_MAX: none in the sentence */
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
        if (!judge_has_car(cars, i))
            continue;
        size_t missed = misses(self, group, &facts->cars[i], least == 0 ? 1 : least);
        if (missed == 0) {
            judge_add_car(&backing, i);
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
            judge_is_mark(sentence, at, ",;:()/+&-|\x04\"") || sentence->tokens[at].used)
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
        judge_add_car(&cars, i);
    return cars;
}

/* Judges a group; whole: its cars are all that the subject is about, from now on. */
static void judge_group(judging_t *self, group_t *group, bool whole)
{
    ground_stream_t *stream = self->stream;
    bool any = group->subject == SIZE_MAX && !stream->subject;
    ground_cars_t cars = group->subject != SIZE_MAX ? self->subjects[group->subject].cars
                         : stream->subject          ? stream->about
                                                    : every_car(stream->facts);
    const ground_car_t *best;
    bool all;
    if (group->count == 0)
        return;
    ground_cars_t backing = that_back(self, group, &cars, any, &best, &all);
    for (size_t i = 0; !all && i < group->count; i++)
        if (!ground_car_backs(stream->facts, best, &self->sentence, &group->claims[i]))
            judge_find(self, kind_of(&group->claims[i]), group->claims[i].number->first,
                       group->claims[i].number->to);
    if (all && whole && !any && !judge_no_cars(&backing)) {
        if (group->subject != SIZE_MAX)
            self->subjects[group->subject].cars = backing;
        else
            stream->about = backing;
    }
    group->count = 0;
}

void judge_numbers(judging_t *self)
{
    group_t *group = malloc(sizeof *group); /* too large for the stack beside the rest */
    if (group == NULL)
        abort();
    group->count = 0;
    group->subject = SIZE_MAX;
    bool split = false;
    for (size_t i = 0; i < self->sentence.number_count; i++) {
        ground_claim_t claim = claim_of(self, i);
        size_t subject = subject_of(self, claim.number);
        if (ground_scene_backs(&self->scene, &claim))
            continue;
        if (!is_of_car(claim.number)) {
            judge_find(self, kind_of(&claim), claim.number->first, claim.number->to);
            continue;
        }
        bool again = repeats(group, claim.number) && is_parted(self, claim.number);
        if (subject != group->subject || again) {
            judge_group(self, group, !again && !split);
            split = again;
            group->subject = subject;
        }
        group->claims[group->count++] = claim;
    }
    judge_group(self, group, !split);
    free(group);
}
