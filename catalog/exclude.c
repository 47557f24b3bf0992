/*
 * The text is cut at commas. A piece that as a whole is a value ("ciudad de méxico") is one; else
 * its makes and models are taken, and every word that is left is looked up among the values, then
 * as a misspelt name.
 */
#include "catalog/exclude.h"

#include <string.h>

#include "catalog/mention.h"
#include "catalog/value.h"
#include "common/buf.h"
#include "common/text.h"

#define MAX_WORDS 32 /* of all that is excluded */
#define MAX_EXCLUDE 256

typedef struct excluder {
    const stock_t *stock;
    arena_t *arena;
    search_t *search;
    uint8_t *models;              /* copies to write to; NULL until one is needed */
    uint8_t *traits[TRAIT_COUNT]; /* likewise */
    bool full;                    /* the arena is */
    buf_t understood;
} excluder_t;

/* A table of the filter to take something out of; what is not filtered by yet is all wanted. */
static uint8_t *writable(excluder_t *self, uint8_t **mine, const uint8_t **theirs, size_t count)
{
    uint8_t *table = *mine;
    if (table)
        return table;
    table = arena_alloc(self->arena, count + 1);
    if (!table) {
        self->full = true;
        return NULL;
    }
    if (*theirs)
        memcpy(table, *theirs, count);
    else
        memset(table, 1, count);
    *theirs = *mine = table;
    return table;
}

static void note(excluder_t *self, str_t name)
{
    buf_printf(&self->understood, "%s%.*s", self->understood.size ? ", " : "", STR_ARG(name));
}

static void without_name(excluder_t *self, const names_match_t *match)
{
    if (match->make < 0)
        return; /* the shop has none of it anyway */
    uint8_t *models =
        writable(self, &self->models, &self->search->filter.models, self->stock->model_count);
    for (size_t m = 0; models && m < self->stock->model_count; m++)
        if (match->model >= 0 ? (int32_t)m == match->model
                              : self->stock->models[m].make == (uint32_t)match->make)
            models[m] = 0;
    str_t make = self->stock->makes[match->make].name;
    if (match->model < 0) {
        note(self, make);
        return;
    }
    str_t model = self->stock->models[match->model].name;
    const char *full = arena_printf(self->arena, "%.*s %.*s", STR_ARG(make), STR_ARG(model));
    note(self, full ? str_from(full) : model);
}

/* How well the words fit a value of the trait at best. */
static int best_fit(const excluder_t *self, trait_t trait, const lex_word_t *words, size_t count)
{
    int best = 0;
    for (size_t i = 1; i < self->stock->value_counts[trait]; i++) {
        int fit = value_fits(&self->stock->values[trait][i], words, count);
        best = fit > best ? fit : best;
    }
    return best;
}

/* The trait whose values they fit best loses those that fit so well. */
static bool without_value(excluder_t *self, const lex_word_t *words, size_t count)
{
    trait_t trait = TRAIT_COUNT;
    int best = 0;
    for (trait_t t = 0; t < TRAIT_COUNT; t++) {
        int fit = best_fit(self, t, words, count);
        if (fit > best) {
            best = fit;
            trait = t;
        }
    }
    if (best == 0)
        return false;
    size_t value_count = self->stock->value_counts[trait];
    uint8_t *table =
        writable(self, &self->traits[trait], &self->search->filter.traits[trait], value_count);
    for (size_t i = 1; table && i < value_count; i++)
        if (value_fits(&self->stock->values[trait][i], words, count) == best) {
            table[i] = 0;
            note(self, self->stock->values[trait][i].name);
        }
    return true;
}

static void without_word(excluder_t *self, str_t said, const lex_word_t *word)
{
    names_match_t match;
    if (lex_is_filler((str_t){word->text, word->size}) || without_value(self, word, 1))
        return;
    if (names_fuzzy(self->stock->names, word, 1, false, -1, &match) && match.make >= 0)
        without_name(self, &match);
    else
        search_correct(self->search, "exclude", (str_t){said.data + word->at, word->end - word->at},
                       (str_t){"", 0});
}

static void without_piece(excluder_t *self, str_t said, const lex_word_t *words, size_t count)
{
    mention_t mentions[MENTION_MAX];
    bool used[MAX_WORDS] = {false};
    size_t found = mention_in_terms(self->stock->names, words, count, -1, false, mentions);
    if (found == 0 && without_value(self, words, count))
        return;
    for (size_t i = 0; i < found; i++) {
        without_name(self, &mentions[i].match);
        for (size_t j = 0; j < mentions[i].count; j++)
            used[mentions[i].first + j] = true;
    }
    for (size_t i = 0; i < count; i++)
        if (!used[i])
            without_word(self, said, &words[i]);
}

bool exclude_apply(const stock_t *stock, arena_t *arena, search_t *search)
{
    excluder_t self = {.stock = stock, .arena = arena, .search = search};
    str_t said = search->query.exclude;
    lex_word_t *words;
    size_t count = lex_split(said, arena, &words, MAX_WORDS);
    if (count == 0) {
        search->query.exclude = (str_t){"", 0};
        return true;
    }
    buf_init(&self.understood, 8 * MAX_EXCLUDE);
    for (size_t from = 0, end; from < count; from = end) {
        for (end = from + 1; end < count && !words[end].stop_before; end++)
            ;
        without_piece(&self, said, words + from, end - from);
    }
    bool fits = buf_ok(&self.understood) && self.understood.size <= MAX_EXCLUDE;
    char *copy = arena_copy(arena, buf_view(&self.understood));
    if (fits && copy) /* else it stays as it was said */
        search->query.exclude = (str_t){copy, self.understood.size};
    buf_free(&self.understood);
    return !self.full && copy;
}
