/*
 * In the order it happens: numbers are checked, then the make field is read, the model field, the
 * free text, the traits; at the end the query as understood is put together again.
 */
#include "catalog/search.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/exclude.h"
#include "catalog/mention.h"
#include "catalog/synonyms.h"
#include "catalog/value.h"
#include "common/buf.h"
#include "common/text.h"

#define MAX_WORDS 64 /* of a field; the rest is not looked at */
#define MAX_ROUNDS 3 /* of reading what was understood again */

typedef struct reader {
    stock_t *stock;
    arena_t *arena;
    search_t *search;
    bool named; /* the make or model field named something: free text can only narrow that */
    const lex_word_t *free[3 * MAX_WORDS]; /* words that are no names */
    str_t free_source[3 * MAX_WORDS];      /* the field each was in */
    size_t free_count;
    buf_t q; /* of the query as understood */
} reader_t;

/* ---- numbers ---- */

static bool is_bad(search_t *search, const char *name, int64_t value, int64_t max)
{
    if (value >= 0 && value <= max)
        return false;
    if (value < 0)
        snprintf(search->why, sizeof search->why, "%s must not be negative, is %lld", name,
                 (long long)value);
    else
        snprintf(search->why, sizeof search->why, "%s is at most %lld, not %lld", name,
                 (long long)max, (long long)value);
    return true;
}

/* A range whose ends were swapped is put right. An upper end leaves out cars whose value is not
 * known, which is 0. */
static bool read_range(search_t *search, const char *name, int64_t *min, int64_t *max,
                       columns_range_t *range, bool zero_is_unknown)
{
    char end[32];
    for (int i = 0; i < 2; i++) {
        snprintf(end, sizeof end, "%s_%s", name, i ? "max" : "min");
        if (is_bad(search, end, i ? *max : *min, INT64_MAX / 2))
            return false;
    }
    if (*min > 0 && *max > 0 && *min > *max) {
        int64_t swapped = *min;
        *min = *max;
        *max = swapped;
    }
    *range = (columns_range_t){*min, *max > 0 ? *max : INT64_MAX};
    if (zero_is_unknown && *max > 0 && *min == 0)
        range->min = 1;
    return true;
}

static bool read_order(search_t *search)
{
    static const struct {
        const char *name;
        columns_order_t order;
    } orders[] = {
        {"relevance", ORDER_RELEVANCE}, {"price", ORDER_PRICE},
        {"-price", ORDER_PRICE_DOWN},   {"km", ORDER_KM},
        {"-km", ORDER_KM_DOWN},         {"year", ORDER_YEAR},
        {"-year", ORDER_YEAR_DOWN},
    };
    proto_query_t *query = &search->query;
    if (query->sort.size == 0)
        query->sort = STR_LIT("relevance");
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (str_is(query->sort, orders[i].name)) {
            search->filter.order = orders[i].order;
            return true;
        }
    snprintf(search->why, sizeof search->why,
             "sort must be price, -price, km, -km, year, -year or relevance, not \"%.*s\"",
             STR_ARG(query->sort));
    return false;
}

static bool read_page(search_t *search)
{
    proto_query_t *query = &search->query;
    if (query->page == 0)
        query->page = 1;
    if (query->page_size == 0)
        query->page_size = 5;
    if (query->page < 1 || query->page > 1000000000) {
        snprintf(search->why, sizeof search->why, "page must be from 1, not %lld",
                 (long long)query->page);
        return false;
    }
    if (query->page_size < 1 || query->page_size > PROTO_MAX_PAGE) {
        snprintf(search->why, sizeof search->why, "page_size must be from 1 to %d, not %lld",
                 PROTO_MAX_PAGE, (long long)query->page_size);
        return false;
    }
    search->filter.skip = (size_t)((query->page - 1) * query->page_size);
    search->filter.take = (size_t)query->page_size;
    return true;
}

static bool read_numbers(search_t *search)
{
    proto_query_t *q = &search->query;
    columns_filter_t *f = &search->filter;
    if (is_bad(search, "bluetooth", q->bluetooth, 2) || is_bad(search, "car_play", q->car_play, 2))
        return false;
    f->bluetooth = (int)q->bluetooth;
    f->car_play = (int)q->car_play;
    return read_range(search, "year", &q->year_min, &q->year_max, &f->year, false) &&
           read_range(search, "price", &q->price_min, &q->price_max, &f->price, false) &&
           read_range(search, "km", &q->km_min, &q->km_max, &f->km, false) &&
           read_range(search, "length", &q->length_min, &q->length_max, &f->length, true) &&
           read_range(search, "width", &q->width_min, &q->width_max, &f->width, true) &&
           read_range(search, "height", &q->height_min, &q->height_max, &f->height, true) &&
           read_order(search) && read_page(search);
}

/* ---- names ---- */

void search_correct(search_t *search, const char *field, str_t from, str_t to)
{
    if (search->correction_count < SEARCH_CORRECTIONS)
        search->corrections[search->correction_count++] =
            (proto_correction_t){str_from(field), utf8_front(from, 256), utf8_front(to, 256)};
}

static str_t full_name(const reader_t *self, const search_name_t *name)
{
    str_t make = self->stock->makes[name->make].name;
    if (name->model < 0)
        return make;
    str_t model = self->stock->models[name->model].name;
    const char *full = arena_printf(self->arena, "%.*s %.*s", STR_ARG(make), STR_ARG(model));
    return full ? str_from(full) : model;
}

/* "crv" is corrected to "CR-V"; "mazda3" and "nisan versa", where the make was said or a number
 * alone would say little, to both names. */
static void report_name(reader_t *self, str_t source, const lex_word_t *words,
                        const mention_t *mention)
{
    if (mention->match.how == NAMES_EXACT)
        return;
    size_t at = words[mention->first].at;
    str_t said = {source.data + at, words[mention->first + mention->count - 1].end - at};
    search_name_t name = {mention->match.make, mention->match.model};
    str_t to = full_name(self, &name);
    if (name.model >= 0) {
        str_t model = self->stock->models[name.model].name;
        lex_word_t *model_words;
        size_t count = lex_split(model, self->arena, &model_words, 16);
        bool number = count == 1 && model_words[0].number;
        to = number || mention->count > count ? to : model;
    }
    search_correct(self->search, name.model < 0 ? "make" : "model", said, to);
}

/* Takes one more name into account: it narrows a make already named, or is one more that will do.
 * A name that contradicts the make or model field leaves nothing. */
static void add_name(reader_t *self, search_name_t name)
{
    search_t *search = self->search;
    for (size_t i = 0; i < search->name_count; i++) {
        search_name_t *old = &search->names[i];
        if (old->make != name.make)
            continue;
        if (old->model < 0)
            old->model = name.model;
        if (name.model < 0 || old->model == name.model)
            return;
    }
    if (self->named)
        search->nothing = true;
    else if (search->name_count < SEARCH_NAMES)
        search->names[search->name_count++] = name;
}

static void add_free(reader_t *self, str_t source, const lex_word_t *word)
{
    if (lex_is_filler((str_t){word->text, word->size}) || self->free_count >= 3 * MAX_WORDS)
        return;
    self->free_source[self->free_count] = source;
    self->free[self->free_count++] = word;
}

/* Takes the mentions of a field; what is left of it is free text. */
static void take_mentions(reader_t *self, str_t source, const lex_word_t *words, size_t count,
                          const mention_t *mentions, size_t mention_count)
{
    bool used[MAX_WORDS] = {false};
    for (size_t i = 0; i < mention_count; i++) {
        const mention_t *mention = &mentions[i];
        for (size_t j = 0; j < mention->count; j++)
            used[mention->first + j] = true;
        if (mention->match.make < 0) {
            self->search->nothing = true; /* a make of the world that the shop does not have */
            continue;
        }
        report_name(self, source, words, mention);
        add_name(self, (search_name_t){mention->match.make, mention->match.model});
    }
    for (size_t i = 0; i < count; i++)
        if (!used[i])
            add_free(self, source, &words[i]);
}

static void read_make(reader_t *self, str_t said)
{
    lex_word_t *words;
    mention_t mentions[MENTION_MAX];
    size_t count = lex_split(said, self->arena, &words, MAX_WORDS);
    if (count == 0)
        return;
    size_t found = mention_in_terms(self->stock->names, words, count, -1, true, mentions);
    take_mentions(self, said, words, count, mentions, found);
    if (found == 0)
        self->search->nothing = true;
    self->named = self->search->name_count > 0;
}

/* A model of the make named, exactly or nearly; else of any make; else words to look for, which
 * finds a version ("320i"). */
static void read_model(reader_t *self, str_t said)
{
    lex_word_t *words;
    mention_t mentions[MENTION_MAX];
    size_t count = lex_split(said, self->arena, &words, MAX_WORDS);
    const names_t *names = self->stock->names;
    int32_t make = self->search->name_count == 1 ? self->search->names[0].make : -1;
    if (count == 0)
        return;
    size_t found = mention_in_terms(names, words, count, make, false, mentions);
    if (found == 0 && make >= 0 &&
        names_fuzzy(names, words, count, false, make, &mentions[0].match)) {
        mentions[0].first = 0;
        mentions[0].count = count;
        found = 1;
    }
    if (found == 0)
        found = mention_in_terms(names, words, count, make, true, mentions);
    take_mentions(self, said, words, count, mentions, found);
    self->named = self->search->name_count > 0;
}

static void read_text(reader_t *self, str_t said)
{
    lex_word_t *words;
    mention_t mentions[MENTION_MAX];
    size_t count = lex_split(said, self->arena, &words, MAX_WORDS);
    int32_t make = self->search->name_count == 1 ? self->search->names[0].make : -1;
    size_t found = mention_in_terms(self->stock->names, words, count, make, false, mentions);
    take_mentions(self, said, words, count, mentions, found);
}

/* ---- free words ---- */

/* Every way a word may be written in the catalog: itself, what begins with its stem, synonyms. */
static bool look_up(reader_t *self, str_t word, columns_word_t *out)
{
    str_t others[SYNONYMS_MAX];
    bool any = stock_word(self->stock, word, true, self->arena, out);
    if (word.size >= 2)
        any = stock_word(self->stock, lex_stem(word), false, self->arena, out) || any;
    size_t count = synonyms_of(word, others);
    for (size_t i = 0; i < count; i++)
        any = stock_word(self->stock, lex_stem(others[i]), false, self->arena, out) || any;
    return any;
}

static bool read_year(search_t *search, const lex_word_t *word)
{
    int year = word->number && word->size == 4 ? atoi(word->text) : 0;
    if (year < 1950 || year > 2050 || search->query.year_min || search->query.year_max)
        return false;
    search->query.year_min = search->query.year_max = year;
    search->filter.year = (columns_range_t){year, year};
    return true;
}

static void use_word(reader_t *self, const char *text, const columns_word_t *word)
{
    columns_filter_t *filter = &self->search->filter;
    if (filter->word_count >= COLUMNS_WORDS)
        return; /* eight words say enough; the query as understood shows which */
    filter->words[filter->word_count++] = *word;
    buf_printf(&self->q, "%s%s", self->q.size ? " " : "", text);
}

/* A word about something that this catalog does not tell of any car ("SUV", and there is no column
 * of body types): nothing can be said about it, so it is left out, and reported as left out. */
static bool is_not_recorded(const reader_t *self, str_t word)
{
    static const trait_t traits[] = {
        [SYNONYMS_BODY] = TRAIT_BODY,     [SYNONYMS_FUEL] = TRAIT_FUEL,
        [SYNONYMS_COLOUR] = TRAIT_COLOUR, [SYNONYMS_TRANSMISSION] = TRAIT_TRANSMISSION,
        [SYNONYMS_CITY] = TRAIT_CITY,
    };
    synonyms_kind_t kind = synonyms_kind(word);
    return kind != SYNONYMS_NONE && kind != SYNONYMS_SHOP && !self->stock->recorded[traits[kind]];
}

/* A year; else a word as it stands; else the name it may be meant for; else the nearest word of the
 * catalog; else no car has it. */
static void read_word(reader_t *self, size_t index)
{
    const lex_word_t *word = self->free[index];
    str_t text = {word->text, word->size}, source = self->free_source[index];
    str_t said = {source.data + word->at, word->end - word->at};
    columns_word_t found = {0};
    names_match_t match;
    if (read_year(self->search, word))
        return;
    if (look_up(self, text, &found)) {
        use_word(self, word->text, &found);
        return;
    }
    if (is_not_recorded(self, text)) {
        search_correct(self->search, "q", said, (str_t){"", 0});
        return;
    }
    if (names_fuzzy(self->stock->names, word, 1, false, -1, &match) && match.make >= 0) {
        mention_t mention = {0, 1, match};
        report_name(self, source, word, &mention);
        add_name(self, (search_name_t){match.make, match.model});
        return;
    }
    const char *term = stock_nearest_term(self->stock, text);
    if (term && look_up(self, str_from(term), &found)) {
        search_correct(self->search, "q", said, str_from(term));
        use_word(self, term, &found);
        return;
    }
    self->search->nothing = true;
    buf_printf(&self->q, "%s%s", self->q.size ? " " : "", word->text);
}

/* ---- traits ---- */

static void read_trait(reader_t *self, trait_t trait, const char *field, str_t *said)
{
    const stock_value_t *values = self->stock->values[trait];
    size_t value_count = self->stock->value_counts[trait];
    lex_word_t *words;
    size_t count = lex_split(*said, self->arena, &words, 16);
    uint8_t *table = arena_alloc(self->arena, value_count);
    if (count == 0 || !table)
        return;
    if (!self->stock->recorded[trait]) { /* no car tells: as in is_not_recorded */
        search_correct(self->search, field, *said, (str_t){"", 0});
        *said = (str_t){"", 0};
        return;
    }
    int best = 0;
    size_t fitting = 0, last = 0;
    for (size_t i = 1; i < value_count; i++)
        if ((table[i] = (uint8_t)value_fits(&values[i], words, count)) > best)
            best = table[i];
    for (size_t i = 1; i < value_count; i++) /* exact beats what only comes near */
        if ((table[i] = table[i] == best && best > 0)) {
            fitting++;
            last = i;
        }
    const char *joined = lex_join(words, count, self->arena);
    if (best == 0 && joined && (last = value_nearest(values, value_count, joined)) > 0) {
        table[last] = 1;
        fitting = 1;
        search_correct(self->search, field, *said, values[last].name);
    }
    if (fitting == 0)
        self->search->nothing = true;
    if (fitting == 1)
        *said = values[last].name;
    self->search->filter.traits[trait] = table;
}

static void read_traits(reader_t *self)
{
    proto_query_t *query = &self->search->query;
    read_trait(self, TRAIT_BODY, "body", &query->body);
    read_trait(self, TRAIT_FUEL, "fuel", &query->fuel);
    read_trait(self, TRAIT_TRANSMISSION, "transmission", &query->transmission);
    read_trait(self, TRAIT_COLOUR, "colour", &query->colour);
    read_trait(self, TRAIT_CITY, "city", &query->city);
}

/* ---- the query as understood ---- */

static bool filter_names(reader_t *self)
{
    search_t *search = self->search;
    if (search->name_count == 0)
        return true;
    uint8_t *models = arena_alloc(self->arena, self->stock->model_count + 1);
    if (!models)
        return false;
    for (size_t i = 0; i < search->name_count; i++) {
        const search_name_t *name = &search->names[i];
        if (name->model >= 0)
            models[name->model] = 1;
        for (size_t m = 0; name->model < 0 && m < self->stock->model_count; m++)
            models[m] |= self->stock->models[m].make == (uint32_t)name->make;
    }
    search->filter.models = models;
    return true;
}

/* One name goes into its fields, several into the free text. Where nothing was understood the words
 * stay as they were said. */
static void rebuild_query(reader_t *self, const proto_query_t *said)
{
    search_t *search = self->search;
    proto_query_t *query = &search->query;
    if (search->nothing)
        return;
    query->make = query->model = (str_t){"", 0};
    if (search->name_count == 1) {
        const search_name_t *name = &search->names[0];
        query->make = self->stock->makes[name->make].name;
        if (name->model >= 0)
            query->model = self->stock->models[name->model].name;
    }
    buf_t q;
    buf_init(&q, 4096);
    for (size_t i = 0; search->name_count > 1 && i < search->name_count; i++)
        buf_printf(&q, "%s%.*s", i ? ", " : "", STR_ARG(full_name(self, &search->names[i])));
    if (self->q.size)
        buf_printf(&q, "%s%.*s", q.size ? ", " : "", STR_ARG(buf_view(&self->q)));
    if (buf_ok(&q) && q.size <= 256) {
        const char *copy = arena_copy(self->arena, buf_view(&q));
        query->q = copy ? str_from(copy) : said->q;
    }
    buf_free(&q);
}

static bool read_once(stock_t *stock, const proto_query_t *said, arena_t *arena, search_t *search)
{
    memset(search, 0, sizeof *search);
    search->query = *said;
    search->filter.price = search->filter.km = search->filter.year = COLUMNS_ANY;
    search->filter.length = search->filter.width = search->filter.height = COLUMNS_ANY;
    if (!read_numbers(search))
        return false;
    reader_t self = {.stock = stock, .arena = arena, .search = search};
    buf_init(&self.q, 4096);
    read_make(&self, said->make);
    read_model(&self, said->model);
    read_text(&self, said->q);
    for (size_t i = 0; i < self.free_count; i++)
        read_word(&self, i);
    read_traits(&self);
    bool good = filter_names(&self) && exclude_apply(stock, arena, search);
    if (!good)
        snprintf(search->why, sizeof search->why, "too much text");
    rebuild_query(&self, said);
    buf_free(&self.q);
    return good;
}

static bool same_words(const proto_query_t *a, const proto_query_t *b)
{
    return str_eq(a->make, b->make) && str_eq(a->model, b->model) && str_eq(a->q, b->q);
}

/* A word put right, or one left out, may make a name of its neighbours ("gran c"): what was
 * understood is read again until it means itself. */
bool search_read(stock_t *stock, const proto_query_t *said, arena_t *arena, search_t *search)
{
    if (!read_once(stock, said, arena, search))
        return false;
    bool settled = search->nothing || same_words(said, &search->query);
    for (int round = 0; round < MAX_ROUNDS && !settled; round++) {
        search_t *again = arena_alloc(arena, sizeof *again);
        if (!again || !read_once(stock, &search->query, arena, again))
            break;
        settled = same_words(&again->query, &search->query);
        for (size_t i = 0; i < again->correction_count; i++)
            if (search->correction_count < SEARCH_CORRECTIONS)
                search->corrections[search->correction_count++] = again->corrections[i];
        memcpy(again->corrections, search->corrections, sizeof again->corrections);
        again->correction_count = search->correction_count;
        *search = *again;
    }
    return true;
}
