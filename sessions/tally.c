#include "sessions/tally.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/text.h"

#define AMOUNT_MAX INT64_C(1000000000000) /* of one turn: sums of it never overflow */
#define VALUE_DIGITS 18
#define NAMES_MAX 4096 /* apart in one report; more are told as others */
#define NAME_MAX 64    /* bytes, as the protocol has it */
#define COSTS_MAX 4    /* currencies, the same */

/* ---- what a turn adds ---- */

static const struct {
    const char *name, *tool; /* whose success it takes */
} steps[TALLY_STEPS] = {
    [TALLY_TALK] = {"talk", NULL},
    [TALLY_LIST] = {"list", "search_cars"},
    [TALLY_QUOTE] = {"quote", "quote_financing"},
    [TALLY_LEAD] = {"lead", "save_lead"},
};

const char *tally_step_name(tally_step_t step)
{
    return steps[step].name;
}

tally_step_t tally_step_named(str_t name)
{
    tally_step_t step = 0;
    while (step < TALLY_STEPS && !str_is(name, steps[step].name))
        step++;
    return step;
}

bool tally_reaches(const proto_turn_record_t *record, tally_step_t step)
{
    const char *tool = steps[step].tool;
    for (size_t i = 0; tool && i < record->tools_count; i++)
        if (record->tools[i].ok && str_is(record->tools[i].name, tool))
            return true;
    return tool == NULL;
}

str_t tally_failure(const proto_turn_record_t *record)
{
    static const char *const meant[] = {"no_key", "reset", "opt_out"};
    if (!str_is(record->outcome, "answered"))
        return record->outcome;
    for (size_t i = 0; i < sizeof meant / sizeof *meant; i++)
        if (str_is(record->why, meant[i]))
            return (str_t){0};
    return record->why;
}

/* Below 4 ms a class is a ms; then the four classes of a power of two follow each other. */
static size_t class_of(int64_t ms)
{
    if (ms < 4)
        return ms > 0 ? (size_t)ms : 0;
    int power = 63 - __builtin_clzll((unsigned long long)ms);
    size_t at = (size_t)(4 * (power - 1)) + (size_t)(ms >> (power - 2) & 3);
    return at < TALLY_CLASSES ? at : TALLY_CLASSES - 1;
}

/* Its middle. */
static int64_t class_ms(size_t at)
{
    if (at < 4)
        return (int64_t)at;
    int power = (int)(at / 4) - 1;
    return ((int64_t)(4 + at % 4) << power) + ((INT64_C(1) << power) >> 1);
}

static void add_pair(tally_pair_t *pairs, size_t *count, const char *sum, int64_t amount)
{
    if (amount <= 0)
        return;
    tally_pair_t *pair = &pairs[(*count)++];
    snprintf(pair->sum, sizeof pair->sum, "%s", sum);
    pair->amount = amount < AMOUNT_MAX ? amount : AMOUNT_MAX;
}

size_t tally_pairs(const proto_turn_record_t *record, tally_pair_t pairs[TALLY_PAIRS])
{
    size_t count = 0;
    bool answered = str_is(record->outcome, "answered");
    char sum[8];
    add_pair(pairs, &count, answered ? "t" : "f", 1);
    if (answered) {
        snprintf(sum, sizeof sum, "b%u", (unsigned)(class_of(record->total_us / 1000) % 100));
        add_pair(pairs, &count, sum, 1);
    }
    add_pair(pairs, &count, "k", record->model_calls);
    add_pair(pairs, &count, "i", record->tokens_in);
    add_pair(pairs, &count, "c", record->tokens_cached);
    add_pair(pairs, &count, "o", record->tokens_out);
    add_pair(pairs, &count, "r", record->repairs);
    if (record->currency.size == 3) {
        snprintf(sum, sizeof sum, "$%.3s", record->currency.data);
        add_pair(pairs, &count, sum, record->cost);
    }
    return count;
}

/* ---- what many have added ---- */

typedef struct row {
    proto_tally_t sums; /* its costs are the next */
    proto_cost_t costs[COSTS_MAX];
    char currencies[COSTS_MAX][3];
    int64_t times[TALLY_CLASSES];
} row_t;

typedef struct name {
    char kind; /* s, m, y */
    char *text;
    size_t size;
    int64_t count;
} name_t;

struct tally_sums {
    row_t total, hours[24];
    int64_t reached[TALLY_STEPS];
    name_t names[NAMES_MAX];
    size_t name_count, damaged, day_count;
    row_t days[];
};

tally_sums_t *tally_sums_new(size_t days)
{
    assert(days > 0 && days <= TALLY_DAYS);
    tally_sums_t *self = calloc(1, sizeof *self + days * sizeof *self->days);
    if (!self)
        abort();
    self->day_count = days;
    return self;
}

void tally_sums_destroy(tally_sums_t **self_p)
{
    tally_sums_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    for (size_t i = 0; i < self->name_count; i++)
        free(self->names[i].text);
    free(self);
}

/* Digits from *at on; false if there are none, or too many. */
static bool take_number(str_t text, size_t *at, int64_t *number)
{
    size_t from = *at;
    *number = 0;
    for (; *at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at) {
        if (*at - from == VALUE_DIGITS)
            return false;
        *number = *number * 10 + (text.data[*at] - '0');
    }
    return *at > from;
}

static int64_t *cost_of(row_t *row, str_t currency)
{
    size_t i = 0;
    for (; i < row->sums.costs_count; i++)
        if (memcmp(row->currencies[i], currency.data, 3) == 0)
            return &row->costs[i].micros;
    if (i == COSTS_MAX)
        return NULL;
    memcpy(row->currencies[i], currency.data, 3);
    row->sums.costs_count++;
    return &row->costs[i].micros;
}

static bool is_currency(str_t text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    return text.size == 3;
}

/* Where a sum is added; NULL: there is no such sum, or no room for the currency. */
static int64_t *sum_of(row_t *row, char sum, str_t rest)
{
    size_t at = 0;
    int64_t class;
    if (sum == '$')
        return is_currency(rest) ? cost_of(row, rest) : NULL;
    if (sum == 'b')
        return take_number(rest, &at, &class) && at == rest.size && class < TALLY_CLASSES
                   ? &row->times[class]
                   : NULL;
    proto_tally_t *sums = &row->sums;
    int64_t *const plain[] = {&sums->turns,     &sums->failed,        &sums->model_calls,
                              &sums->tokens_in, &sums->tokens_cached, &sums->tokens_out,
                              &sums->repairs};
    const char *found = rest.size || !sum ? NULL : strchr("tfkicor", sum);
    return found ? plain[found - "tfkicor"] : NULL;
}

/* "<hour> <sum>" */
static bool add_sum(tally_sums_t *self, size_t day, str_t field, int64_t amount)
{
    size_t at = 0;
    int64_t hour;
    if (!take_number(field, &at, &hour) || hour > 23 || at + 2 > field.size ||
        field.data[at] != ' ')
        return false;
    str_t rest = {field.data + at + 2, field.size - at - 2};
    row_t *const rows[] = {&self->total, &self->hours[hour], &self->days[day]};
    for (size_t i = 0; i < 3; i++) {
        int64_t *sum = sum_of(rows[i], field.data[at + 1], rest);
        if (!sum)
            return false;
        *sum += amount;
    }
    return true;
}

static int compare(const name_t *name, char kind, str_t text)
{
    if (name->kind != kind)
        return name->kind < kind ? -1 : 1;
    size_t least = name->size < text.size ? name->size : text.size;
    int order = least ? memcmp(name->text, text.data, least) : 0;
    return order ? order : (name->size > text.size) - (name->size < text.size);
}

static bool add_name(tally_sums_t *self, char kind, str_t text, int64_t amount)
{
    size_t low = 0, high = self->name_count;
    if (text.size > NAME_MAX || !utf8_valid(text))
        return false;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(&self->names[middle], kind, text);
        if (order == 0) {
            self->names[middle].count += amount;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    /* room for the others of each of the three kinds is kept */
    if (text.size && self->name_count >= NAMES_MAX - 3)
        return add_name(self, kind, (str_t){0}, amount);
    char *copy = malloc(text.size + 1);
    if (!copy)
        abort();
    if (text.size)
        memcpy(copy, text.data, text.size);
    memmove(&self->names[low + 1], &self->names[low],
            (self->name_count - low) * sizeof *self->names);
    self->names[low] = (name_t){kind, copy, text.size, amount};
    self->name_count++;
    return true;
}

void tally_sums_add(tally_sums_t *self, size_t day, str_t field, str_t value)
{
    size_t at = 0;
    int64_t amount;
    assert(day < self->day_count);
    bool good = field.size > 0 && take_number(value, &at, &amount) && at == value.size;
    if (good && strchr("smy", field.data[0]) && field.data[0])
        good = add_name(self, field.data[0], (str_t){field.data + 1, field.size - 1}, amount);
    else if (good)
        good = add_sum(self, day, field, amount);
    self->damaged += !good;
}

void tally_sums_people(tally_sums_t *self, size_t day, int64_t people)
{
    assert(day < self->day_count);
    self->days[day].sums.people = people;
}

void tally_sums_reached(tally_sums_t *self, tally_step_t step, int64_t people)
{
    self->reached[step] = people;
    if (step == TALLY_TALK)
        self->total.sums.people = people;
}

size_t tally_sums_damaged(const tally_sums_t *self)
{
    return self->damaged;
}

/* ---- telling ---- */

/* So many of 100 took no longer. */
static int64_t percentile(const row_t *row, int64_t percent)
{
    int64_t below = 0, all = 0;
    for (size_t i = 0; i < TALLY_CLASSES; i++)
        all += row->times[i];
    int64_t wanted = (all * percent + 99) / 100;
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        below += row->times[i];
        if (all && below >= wanted)
            return class_ms(i);
    }
    return 0;
}

static bool tell_row(const row_t *row, int64_t at, arena_t *arena, proto_tally_t *out)
{
    *out = row->sums;
    out->at = at;
    out->p50_ms = percentile(row, 50);
    out->p95_ms = percentile(row, 95);
    out->costs = arena_alloc(arena, (row->sums.costs_count + 1) * sizeof *out->costs);
    for (size_t i = 0; out->costs && i < row->sums.costs_count; i++)
        out->costs[i] = (proto_cost_t){{row->currencies[i], 3}, row->costs[i].micros};
    return out->costs != NULL;
}

static int more_frequent(const void *a, const void *b)
{
    const name_t *one = a, *other = b;
    if (one->count != other->count)
        return one->count > other->count ? -1 : 1;
    return compare(one, other->kind, (str_t){other->text, other->size});
}

static bool tell_names(const tally_sums_t *self, char kind, const char *what, arena_t *arena,
                       proto_numbers_t *out)
{
    size_t count = 0;
    name_t *of_kind = arena_alloc(arena, (self->name_count + 1) * sizeof *of_kind);
    if (!of_kind)
        return false;
    for (size_t i = 0; i < self->name_count; i++)
        if (self->names[i].kind == kind)
            of_kind[count++] = self->names[i];
    qsort(of_kind, count, sizeof *of_kind, more_frequent);
    for (size_t i = 0; i < count && i < TALLY_NAMES; i++)
        out->names[out->names_count++] =
            (proto_named_t){str_from(what), {of_kind[i].text, of_kind[i].size}, of_kind[i].count};
    return true;
}

bool tally_sums_tell(const tally_sums_t *self, int64_t first, arena_t *arena, proto_numbers_t *out)
{
    *out = (proto_numbers_t){
        .total = arena_alloc(arena, sizeof *out->total),
        .total_count = 1,
        .days = arena_alloc(arena, self->day_count * sizeof *out->days),
        .days_count = self->day_count,
        .hours = arena_alloc(arena, 24 * sizeof *out->hours),
        .hours_count = 24,
        .steps = arena_alloc(arena, TALLY_STEPS * sizeof *out->steps),
        .steps_count = TALLY_STEPS,
        .names = arena_alloc(arena, (size_t)3 * TALLY_NAMES * sizeof *out->names),
    };
    if (!out->total || !out->days || !out->hours || !out->steps || !out->names ||
        !tell_row(&self->total, 0, arena, out->total))
        return false;
    for (size_t i = 0; i < self->day_count; i++)
        if (!tell_row(&self->days[i], first + (int64_t)i, arena, &out->days[i]))
            return false;
    for (size_t i = 0; i < 24; i++)
        if (!tell_row(&self->hours[i], (int64_t)i, arena, &out->hours[i]))
            return false;
    for (tally_step_t step = 0; step < TALLY_STEPS; step++)
        out->steps[step] = (proto_reached_t){str_from(tally_step_name(step)), self->reached[step]};
    return tell_names(self, 's', "sought", arena, out) &&
           tell_names(self, 'm', "missed", arena, out) &&
           tell_names(self, 'y', "failure", arena, out);
}
