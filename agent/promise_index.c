#include "agent/promise_index.h"

#include <assert.h>
#include <stdlib.h>

#include "agent/promise_table.h"

typedef struct start {
    str_t word; /* in the table; of a stem without its star */
    uint16_t rule;
} start_t;

typedef struct starts {
    start_t *all;
    size_t count, room;
} starts_t;

/* Whole words, sorted; stems, few, as they stand in the table. */
static starts_t whole, stems;

static void add(starts_t *self, str_t word, size_t rule)
{
    if (self->count == self->room) {
        self->room = self->room ? 2 * self->room : 1024;
        self->all = realloc(self->all, self->room * sizeof *self->all);
        if (!self->all)
            abort();
    }
    self->all[self->count++] = (start_t){word, (uint16_t)rule};
}

static void add_element(str_t element, size_t rule)
{
    while (element.size) {
        const char *bar = memchr(element.data, '|', element.size);
        size_t size = bar ? (size_t)(bar - element.data) : element.size;
        bool stem = element.data[size - 1] == '*';
        add(stem ? &stems : &whole, (str_t){element.data, size - stem}, rule);
        size += bar != NULL;
        element.data += size;
        element.size -= size;
    }
}

/* The elements up to the first that is not optional. */
static void add_rule(size_t rule)
{
    const char *at = promise_rules[rule].pattern;
    for (bool optional = true; optional && *at;) {
        size_t size = strcspn(at, " ");
        optional = *at == '?';
        assert(*at != '~');
        add_element((str_t){at + optional, size - optional}, rule);
        at += size;
        at += *at == ' ';
    }
}

static int compare_words(str_t a, str_t b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare(const void *a, const void *b)
{
    const start_t *x = a, *y = b;
    int order = compare_words(x->word, y->word);
    return order ? order : (x->rule > y->rule) - (x->rule < y->rule);
}

static size_t take(uint16_t *rules, size_t count, uint16_t rule)
{
    size_t at = count;
    while (at > 0 && rules[at - 1] > rule)
        at--;
    if ((at > 0 && rules[at - 1] == rule) || count == PROMISE_INDEX_MOST)
        return count;
    memmove(rules + at + 1, rules + at, (count - at) * sizeof *rules);
    rules[at] = rule;
    return count + 1;
}

static size_t take_key(uint16_t *rules, size_t count, str_t key)
{
    size_t low = 0, high = whole.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_words(whole.all[middle].word, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < whole.count && str_eq(whole.all[low].word, key); low++)
        count = take(rules, count, whole.all[low].rule);
    for (size_t i = 0; i < stems.count; i++)
        if (key.size >= stems.all[i].word.size &&
            memcmp(key.data, stems.all[i].word.data, stems.all[i].word.size) == 0)
            count = take(rules, count, stems.all[i].rule);
    return count;
}

size_t promise_index_find(const wording_word_t *word, uint16_t rules[PROMISE_INDEX_MOST])
{
    static const char *const signs[] = {[WORDING_WORD] = "",
                                        [WORDING_NUMBER] = "#",
                                        [WORDING_MONEY] = "$",
                                        [WORDING_PERCENT] = "%"};
    if (!whole.count) {
        for (size_t i = 0; i < promise_rule_count; i++)
            add_rule(i);
        qsort(whole.all, whole.count, sizeof *whole.all, compare);
    }
    size_t count = take_key(rules, 0, word->text);
    return word->kind == WORDING_WORD ? count : take_key(rules, count, str_from(signs[word->kind]));
}
