/*
 * Each filter says of every row whether it passes, 64 rows a word, and what it says is kept. Within
 * a narrow range of prices only its rows are looked at, and then nothing is kept.
 */
#include "catalog/columns_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define NARROW 16          /* a range of prices with fewer than this part of the rows is narrow */
#define FILTER_BYTES 65536 /* what describes a filter that is kept, beside its bits */
#define SORTED_MAX 512     /* matches that are sorted by themselves */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "pack() reads bytes as a number");

/* ---- one filter ---- */

typedef enum subject {
    SUBJECT_KM,
    SUBJECT_YEAR,
    SUBJECT_LENGTH,
    SUBJECT_WIDTH,
    SUBJECT_HEIGHT,
    SUBJECT_BLUETOOTH,
    SUBJECT_CAR_PLAY,
    SUBJECT_MODEL,
    SUBJECT_WORD,       /* has it, or a beginning of it */
    SUBJECT_WHOLE_WORD, /* has all of it */
    SUBJECT_TRAIT,      /* and those after it: the trait_t added */
} subject_t;

typedef struct filter {
    subject_t subject;
    columns_range_t range;
    const uint8_t *table;
    const columns_word_t *word;
} filter_t;

/* 64 bytes of 0 and 1 as bits. */
static uint64_t pack(const uint8_t passes[64])
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++) {
        uint64_t eight;
        memcpy(&eight, passes + 8 * i, 8);
        bits |= (eight * 0x0102040810204080u >> 56) << 8 * i;
    }
    return bits;
}

static uint64_t within_u32(const uint32_t *column, uint32_t low, uint32_t high)
{
    uint8_t passes[64];
    for (size_t i = 0; i < 64; i++)
        passes[i] = (column[i] >= low) & (column[i] <= high);
    return pack(passes);
}

static uint64_t within_u16(const uint16_t *column, uint16_t low, uint16_t high)
{
    uint8_t passes[64];
    for (size_t i = 0; i < 64; i++)
        passes[i] = (column[i] >= low) & (column[i] <= high);
    return pack(passes);
}

static uint64_t equal(const uint8_t *column, uint8_t value)
{
    uint8_t passes[64];
    for (size_t i = 0; i < 64; i++)
        passes[i] = column[i] == value;
    return pack(passes);
}

static uint64_t listed(const uint16_t *column, const uint8_t *table)
{
    uint8_t passes[64];
    for (size_t i = 0; i < 64; i++)
        passes[i] = table[column[i]] != 0;
    return pack(passes);
}

static uint64_t has_word(const columns_t *self, const columns_word_t *word, bool whole, size_t row)
{
    uint8_t has[64] = {0};
    for (size_t t = 0; t < TRAIT_ALL; t++) {
        const uint8_t *table = word->tables[t];
        if (!table)
            continue;
        if (t == TRAIT_VERSION) {
            for (size_t i = 0; i < 64; i++)
                has[i] |= table[self->version[row + i]];
        } else {
            const uint16_t *column = (t == TRAIT_MODEL ? self->model : self->trait[t]) + row;
            for (size_t i = 0; i < 64; i++)
                has[i] |= table[column[i]];
        }
    }
    for (size_t i = 0; i < 64; i++)
        has[i] = whole ? has[i] == COLUMNS_WHOLE : has[i] != 0;
    return pack(has);
}

static int64_t at_most(int64_t number, int64_t most)
{
    return number < most ? number : most;
}

static void fill_range(const uint16_t *column, columns_range_t range, uint64_t *bits, size_t from,
                       size_t to)
{
    uint16_t low = (uint16_t)at_most(range.min, UINT16_MAX);
    uint16_t high = (uint16_t)at_most(range.max, UINT16_MAX);
    for (size_t word = from; word < to; word++)
        bits[word] = within_u16(column + 64 * word, low, high);
}

/* The verdict about the rows of words from to to. The last of them may be none: nobody looks. */
static void fill(const columns_t *self, const filter_t *filter, uint64_t *bits, size_t from,
                 size_t to)
{
    uint32_t low = (uint32_t)at_most(filter->range.min, UINT32_MAX);
    uint32_t high = (uint32_t)at_most(filter->range.max, UINT32_MAX);
    bool whole = filter->subject == SUBJECT_WHOLE_WORD;
    switch (filter->subject) {
    case SUBJECT_KM:
        for (size_t word = from; word < to; word++)
            bits[word] = within_u32(self->km + 64 * word, low, high);
        break;
    case SUBJECT_YEAR:
        fill_range(self->year, filter->range, bits, from, to);
        break;
    case SUBJECT_LENGTH:
        fill_range(self->length, filter->range, bits, from, to);
        break;
    case SUBJECT_WIDTH:
        fill_range(self->width, filter->range, bits, from, to);
        break;
    case SUBJECT_HEIGHT:
        fill_range(self->height, filter->range, bits, from, to);
        break;
    case SUBJECT_BLUETOOTH:
        for (size_t word = from; word < to; word++)
            bits[word] = equal(self->bluetooth + 64 * word, (uint8_t)low);
        break;
    case SUBJECT_CAR_PLAY:
        for (size_t word = from; word < to; word++)
            bits[word] = equal(self->car_play + 64 * word, (uint8_t)low);
        break;
    case SUBJECT_MODEL:
        for (size_t word = from; word < to; word++)
            bits[word] = listed(self->model + 64 * word, filter->table);
        break;
    case SUBJECT_WORD:
    case SUBJECT_WHOLE_WORD:
        for (size_t word = from; word < to; word++)
            bits[word] = has_word(self, filter->word, whole, 64 * word);
        break;
    default:
        for (size_t word = from; word < to; word++)
            bits[word] =
                listed(self->trait[filter->subject - SUBJECT_TRAIT] + 64 * word, filter->table);
    }
}

/* ---- what describes it: the same bytes, the same verdict ---- */

static void describe(const columns_t *self, const filter_t *filter, buf_t *out)
{
    int64_t head[] = {filter->subject, filter->range.min, filter->range.max};
    buf_clear(out);
    buf_add(out, head, sizeof head);
    if (filter->subject == SUBJECT_MODEL)
        buf_add(out, filter->table, self->values[TRAIT_MODEL]);
    else if (filter->subject >= SUBJECT_TRAIT)
        buf_add(out, filter->table, self->values[filter->subject - SUBJECT_TRAIT]);
    for (size_t t = 0; filter->word && t < TRAIT_ALL; t++) {
        buf_char(out, filter->word->tables[t] ? 1 : 0);
        if (filter->word->tables[t])
            buf_add(out, filter->word->tables[t], self->values[t]);
    }
}

/* ---- finding ---- */

typedef struct find {
    columns_t *self;
    const columns_filter_t *filter;
    size_t low, high; /* rows within the range of prices */
    size_t from, to;  /* the words that hold them */
    buf_t described;
} find_t;

static const uint64_t *verdict(find_t *find, const filter_t *filter)
{
    columns_t *self = find->self;
    describe(self, filter, &find->described);
    bool keep = buf_ok(&find->described);
    const uint64_t *kept = keep ? sieve_find(self->sieve, buf_view(&find->described)) : NULL;
    if (kept)
        return kept;
    if (!keep || (find->high - find->low) < self->count / NARROW) {
        fill(self, filter, self->verdict, find->from, find->to);
        return self->verdict;
    }
    uint64_t *bits = sieve_add(self->sieve, buf_view(&find->described));
    fill(self, filter, bits, 0, sieve_words(self->count));
    return bits;
}

static void and_bits(uint64_t *restrict match, const uint64_t *restrict other, size_t count)
{
    for (size_t i = 0; i < count; i++)
        match[i] &= other[i];
}

static void keep(find_t *find, filter_t filter)
{
    and_bits(find->self->match + find->from, verdict(find, &filter) + find->from,
             find->to - find->from);
}

static void keep_range(find_t *find, subject_t subject, columns_range_t range)
{
    if (range.min > 0 || range.max != INT64_MAX)
        keep(find, (filter_t){.subject = subject, .range = range});
}

static void keep_table(find_t *find, subject_t subject, const uint8_t *table)
{
    if (table)
        keep(find, (filter_t){.subject = subject, .table = table});
}

static size_t count_bits(const uint64_t *bits, size_t count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) { /* few processors are sure to count bits by themselves */
        uint64_t x = bits[i];
        x -= x >> 1 & 0x5555555555555555u;
        x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
        x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
        total += x * 0x0101010101010101u >> 56;
    }
    return total;
}

/* Every row of the range of prices, and no other in its words. */
static void start_match(find_t *find)
{
    uint64_t *match = find->self->match;
    memset(match + find->from, 0xff, (find->to - find->from) * sizeof *match);
    if (find->low % 64)
        match[find->from] &= UINT64_MAX << find->low % 64;
    if (find->high % 64)
        match[find->to - 1] &= UINT64_MAX >> (64 - find->high % 64);
}

static size_t match_rows(find_t *find)
{
    const columns_filter_t *f = find->filter;
    start_match(find);
    keep_table(find, SUBJECT_MODEL, f->models);
    keep_range(find, SUBJECT_YEAR, f->year);
    keep_range(find, SUBJECT_KM, f->km);
    keep_range(find, SUBJECT_LENGTH, f->length);
    keep_range(find, SUBJECT_WIDTH, f->width);
    keep_range(find, SUBJECT_HEIGHT, f->height);
    if (f->bluetooth)
        keep(find, (filter_t){SUBJECT_BLUETOOTH, {f->bluetooth, f->bluetooth}, NULL, NULL});
    if (f->car_play)
        keep(find, (filter_t){SUBJECT_CAR_PLAY, {f->car_play, f->car_play}, NULL, NULL});
    for (size_t t = 0; t < TRAIT_COUNT; t++)
        keep_table(find, SUBJECT_TRAIT + (subject_t)t, f->traits[t]);
    for (size_t i = 0; i < f->word_count; i++)
        keep(find, (filter_t){.subject = SUBJECT_WORD, .word = &f->words[i]});
    return count_bits(find->self->match + find->from, find->to - find->from);
}

/* Those of the matches that have every word as a whole. */
static void match_whole(find_t *find)
{
    columns_t *self = find->self;
    size_t count = find->to - find->from;
    memcpy(self->whole + find->from, self->match + find->from, count * sizeof *self->whole);
    for (size_t i = 0; i < find->filter->word_count; i++) {
        filter_t filter = {.subject = SUBJECT_WHOLE_WORD, .word = &find->filter->words[i]};
        and_bits(self->whole + find->from, verdict(find, &filter) + find->from, count);
    }
}

/* ---- picking ---- */

/* The first row whose price is at least so much. */
static size_t first_row(const columns_t *self, int64_t price)
{
    size_t low = 0, high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->price[middle] < price)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

typedef struct pick {
    const find_t *find;
    size_t skip, take; /* still to do */
    int64_t *stock_ids;
    size_t found;
} pick_t;

static void pick_row(pick_t *pick, size_t row)
{
    if (pick->skip > 0)
        pick->skip--;
    else
        pick->stock_ids[pick->found++] = pick->find->self->stock_id[row];
}

/* The rows of bits in their own order. */
static void pick_rows(pick_t *pick, const uint64_t *bits)
{
    for (size_t word = pick->find->from; word < pick->find->to && pick->found < pick->take;
         word++) {
        size_t in_it = count_bits(&bits[word], 1);
        if (in_it <= pick->skip) {
            pick->skip -= in_it;
            continue;
        }
        for (uint64_t left = bits[word]; left && pick->found < pick->take; left &= left - 1)
            pick_row(pick, 64 * word + (size_t)__builtin_ctzll(left));
    }
}

static bool is_match(const columns_t *self, size_t row)
{
    return self->match[row / 64] >> row % 64 & 1;
}

/* Rows in another order, of which there are enough that some come soon. */
static void pick_ordered(pick_t *pick, columns_order_t order)
{
    const find_t *find = pick->find;
    const uint32_t *rows = find->self->order[order];
    size_t first = order == ORDER_PRICE_DOWN ? find->self->count - find->high : 0;
    for (size_t i = first; i < find->self->count && pick->found < pick->take; i++)
        if (rows[i] >= find->low && rows[i] < find->high && is_match(find->self, rows[i]))
            pick_row(pick, rows[i]);
}

typedef struct sorted {
    uint64_t key;
    int64_t stock_id;
    size_t row;
} sorted_t;

static int by_key(const void *a, const void *b)
{
    const sorted_t *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->stock_id > y->stock_id) - (x->stock_id < y->stock_id);
}

/* A few rows in another order. */
static void pick_sorted(pick_t *pick, columns_order_t order)
{
    const columns_t *self = pick->find->self;
    sorted_t rows[SORTED_MAX];
    size_t count = 0;
    for (size_t word = pick->find->from; word < pick->find->to; word++)
        for (uint64_t left = self->match[word]; left; left &= left - 1) {
            size_t row = 64 * word + (size_t)__builtin_ctzll(left);
            rows[count++] = (sorted_t){columns_key(self, order, row), self->stock_id[row], row};
        }
    if (count > 1)
        qsort(rows, count, sizeof *rows, by_key);
    for (size_t i = 0; i < count && pick->found < pick->take; i++)
        pick_row(pick, rows[i].row);
}

size_t columns_find(columns_t *self, const columns_filter_t *filter, int64_t *stock_ids,
                    size_t *found)
{
    assert(self->sealed && filter->word_count <= COLUMNS_WORDS);
    find_t find = {.self = self, .filter = filter, .low = first_row(self, filter->price.min)};
    find.high =
        filter->price.max == INT64_MAX ? self->count : first_row(self, filter->price.max + 1);
    *found = 0;
    if (find.low >= find.high)
        return 0;
    find.from = find.low / 64;
    find.to = sieve_words(find.high);
    buf_init(&find.described, FILTER_BYTES + self->count / 8);
    size_t total = match_rows(&find);
    pick_t pick = {&find, filter->skip, filter->take, stock_ids, 0};
    if (pick.skip < total && filter->order == ORDER_RELEVANCE && filter->word_count > 0) {
        match_whole(&find);
        pick_rows(&pick, self->whole);
        for (size_t word = find.from; word < find.to; word++)
            self->match[word] &= ~self->whole[word];
        pick_rows(&pick, self->match);
    } else if (pick.skip < total && self->order[filter->order]) {
        (total <= SORTED_MAX ? pick_sorted : pick_ordered)(&pick, filter->order);
    } else if (pick.skip < total) {
        pick_rows(&pick, self->match);
    }
    buf_free(&find.described);
    *found = pick.found;
    return total;
}
