/*
 * One sorted array of keys. A key is a name without blanks ("grandcherokee"), so that "CR-V",
 * "cr v" and "crv" meet; each name puts in several: itself, make and model together, what is left
 * of it without its make, its nicknames.
 */
#include "catalog/names.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"

#define KEY_MAX (2 * LEX_MAX_WORD)

typedef struct key {
    const char *text;  /* compact */
    const char *plain; /* the name's own words, folded, one blank between; NULL for a nickname */
    size_t size;
    int64_t count; /* cars */
    int32_t make, model;
    const char *world;
    guard_t guard;
    uint8_t words; /* of plain */
    bool fuzzy;    /* may be meant by a misspelt word */
} name_key_t;

struct names {
    const names_make_t *makes;
    const names_model_t *models;
    size_t make_count, model_count;
    arena_t *arena;
    name_key_t *keys; /* by text, then the one with most cars first */
    size_t count, room;
};

/* ---- building ---- */

static void add_key(names_t *self, const char *text, const char *plain, name_key_t key)
{
    if (!text || !*text || strlen(text) > KEY_MAX)
        return;
    if (self->count == self->room) {
        self->room = self->room ? 2 * self->room : 256;
        self->keys = realloc(self->keys, self->room * sizeof *self->keys);
        if (!self->keys)
            abort();
    }
    key.text = text;
    key.size = strlen(text);
    key.plain = plain;
    key.words = 1;
    for (const char *p = plain ? plain : ""; *p; p++)
        key.words = (uint8_t)(key.words + (*p == ' '));
    self->keys[self->count++] = key;
}

/* The words of a name: plain "cr v", and compact "crv" as the answer. */
static const char *spell(names_t *self, str_t name, const char **plain)
{
    lex_word_t *words;
    size_t count = lex_split(name, self->arena, &words, 16);
    *plain = lex_join(words, count, self->arena);
    return lex_compact(name, self->arena);
}

static guard_t model_guard(const char *compact)
{
    size_t size = strlen(compact);
    bool letters = true;
    for (size_t i = 0; i < size; i++)
        letters = letters && !(compact[i] >= '0' && compact[i] <= '9');
    return letters && size <= 2 ? GUARD_ADJACENT : nickname_guard(str_from(compact));
}

/* What a make, compact, is also called. */
static void add_nicknames(names_t *self, const char *compact, name_key_t key)
{
    for (size_t i = 0; compact && i < nickname_count; i++)
        if (!nicknames[i].model && strcmp(nicknames[i].make, compact) == 0) {
            key.guard = nickname_guard(str_from(nicknames[i].said));
            key.fuzzy = strlen(nicknames[i].said) >= 6;
            add_key(self, nicknames[i].said, NULL, key);
        }
}

static void add_make(names_t *self, int32_t make)
{
    const char *plain;
    const char *compact = spell(self, self->makes[make].name, &plain);
    name_key_t key = {.make = make, .model = -1, .count = self->makes[make].count, .fuzzy = true};
    key.guard = nickname_guard(str_from(compact ? compact : ""));
    add_key(self, compact, plain, key);
    add_nicknames(self, compact, key);
}

/* "Serie 3" is also "3" next to its make, and "3 series". */
static void add_series(names_t *self, name_key_t key, const char *plain)
{
    static const struct {
        const char *front;
        const char *english;
    } series[] = {{"serie ", "series"}, {"clase ", "class"}};
    for (size_t i = 0; i < 2; i++) {
        size_t front = strlen(series[i].front);
        if (strncmp(plain, series[i].front, front) != 0 || strchr(plain + front, ' '))
            continue;
        const char *rest = plain + front;
        key.fuzzy = false;
        add_key(self, arena_printf(self->arena, "%s%s", rest, series[i].english), NULL, key);
        add_key(self, arena_printf(self->arena, "%s%s", series[i].english, rest), NULL, key);
        key.guard = GUARD_ADJACENT;
        add_key(self, rest, NULL, key);
    }
}

static void add_model(names_t *self, int32_t model)
{
    const names_model_t *m = &self->models[model];
    const char *plain, *make_plain;
    const char *compact = spell(self, m->name, &plain);
    const char *make = spell(self, self->makes[m->make].name, &make_plain);
    if (!compact || !make || !plain || !make_plain)
        return;
    name_key_t key = {.make = (int32_t)m->make, .model = model, .count = m->count};
    key.guard = model_guard(compact);
    key.fuzzy = key.guard != GUARD_ADJACENT;
    add_key(self, compact, plain, key);
    add_series(self, key, plain);
    for (size_t i = 0; i < nickname_count; i++)
        if (nicknames[i].model && strcmp(nicknames[i].make, make) == 0 &&
            strcmp(nicknames[i].model, compact) == 0) {
            name_key_t nick = key;
            nick.guard = model_guard(nicknames[i].said);
            nick.fuzzy = strlen(nicknames[i].said) >= 6;
            add_key(self, nicknames[i].said, NULL, nick);
        }
    name_key_t both = key;
    both.guard = GUARD_NONE;
    both.fuzzy = true;
    add_key(self, arena_printf(self->arena, "%s%s", make, compact),
            arena_printf(self->arena, "%s %s", make_plain, plain), both);
    size_t size = strlen(make), blank = strlen(make_plain);
    if (strncmp(compact, make, size) == 0 && compact[size]) { /* "Mazda 3" of Mazda: "3" */
        bool parted = strncmp(plain, make_plain, blank) == 0 && plain[blank] == ' ';
        key.guard = GUARD_ADJACENT;
        key.fuzzy = false;
        add_key(self, compact + size, parted ? plain + blank + 1 : NULL, key);
    }
}

static void add_world(names_t *self, size_t index)
{
    const char *plain;
    const char *compact = spell(self, str_from(world_makes[index]), &plain);
    for (size_t i = 0; compact && i < self->count; i++)
        if (self->keys[i].model < 0 && self->keys[i].make >= 0 &&
            strcmp(self->keys[i].text, compact) == 0)
            return; /* the shop has it, or calls something else so */
    name_key_t key = {.make = -1, .model = -1, .world = world_makes[index], .fuzzy = true};
    key.guard = nickname_guard(str_from(compact ? compact : ""));
    add_key(self, compact, plain, key);
    add_nicknames(self, compact, key);
}

static int by_text(const void *a, const void *b)
{
    const name_key_t *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    if (order)
        return order;
    if (!x->plain != !y->plain)
        return x->plain ? -1 : 1; /* a name before a nickname */
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->model - y->model;
}

names_t *names_new(const names_make_t *makes, size_t make_count, const names_model_t *models,
                   size_t model_count)
{
    names_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->makes = makes;
    self->models = models;
    self->make_count = make_count;
    self->model_count = model_count;
    self->arena = arena_new(256u << 20);
    for (size_t i = 0; i < make_count; i++)
        if (makes[i].count > 0)
            add_make(self, (int32_t)i);
    for (size_t i = 0; i < world_make_count; i++)
        add_world(self, i);
    for (size_t i = 0; i < model_count; i++)
        if (models[i].count > 0)
            add_model(self, (int32_t)i);
    if (self->count)
        qsort(self->keys, self->count, sizeof *self->keys, by_text);
    return self;
}

void names_destroy(names_t **self_p)
{
    if (!*self_p)
        return;
    arena_destroy(&(*self_p)->arena);
    free((*self_p)->keys);
    free(*self_p);
    *self_p = NULL;
}

/* ---- exact ---- */

static bool compact_of(const lex_word_t *words, size_t count, char text[KEY_MAX + 1], size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < count; i++) {
        if (*size + words[i].size > KEY_MAX)
            return false;
        memcpy(text + *size, words[i].text, words[i].size);
        *size += words[i].size;
    }
    text[*size] = '\0';
    return *size > 0;
}

static bool is_plain(const name_key_t *key, const lex_word_t *words, size_t count)
{
    const char *at = key->plain;
    for (size_t i = 0; at && i < count; i++) {
        if (strncmp(at, words[i].text, words[i].size) != 0)
            return false;
        at += words[i].size;
        if (*at != (i + 1 < count ? ' ' : '\0'))
            return false;
        at += *at == ' ';
    }
    return at != NULL;
}

static void set_match(names_match_t *match, const name_key_t *key, names_how_t how)
{
    *match = (names_match_t){key->make, key->model, key->world, how, key->guard};
}

/* The key of that text that fits best next to a make, NULL if there is none. */
static const name_key_t *find_key(const names_t *self, const char *text, int32_t near)
{
    size_t low = 0, high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(self->keys[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const name_key_t *found = NULL;
    for (size_t i = low; i < self->count && strcmp(self->keys[i].text, text) == 0; i++) {
        const name_key_t *key = &self->keys[i];
        /* next to its make a model wins over whatever else has the name; elsewhere one that needs
         * its make loses */
        bool better =
            !found || (near >= 0 && key->make == near && found->make != near) ||
            (found->guard == GUARD_ADJACENT && key->guard != GUARD_ADJACENT && found->make != near);
        if (better)
            found = key;
    }
    return found;
}

bool names_exact(const names_t *self, const lex_word_t *words, size_t count, int32_t near,
                 names_match_t *match)
{
    char text[KEY_MAX + 1];
    size_t size;
    if (!compact_of(words, count, text, &size))
        return false;
    const name_key_t *found = find_key(self, text, near);
    if (!found && count == 1 && size >= 4 && text[size - 1] == 's' &&
        !lex_is_common((str_t){text, size})) { /* "audis" */
        text[size - 1] = '\0';
        found = find_key(self, text, near);
        found = found && found->guard == GUARD_NONE ? found : NULL;
    }
    if (found)
        set_match(match, found, is_plain(found, words, count) ? NAMES_EXACT : NAMES_RESPELT);
    return found != NULL;
}

/* ---- fuzzy ---- */

/* How far a word of so many letters may be off. */
static size_t allowed(size_t size, bool strict)
{
    if (strict)
        return size < 5 ? 0 : size < 9 ? 1 : 2;
    return size < 4 ? 0 : size < 7 ? 1 : 2;
}

/* Two letters swapped, and no other way in which words so short may be off: "frod". */
static bool is_swap(str_t a, str_t b)
{
    return a.size == 4 && b.size == 4 && a.data[0] == b.data[0] && lex_distance(a, b, 1) == 1 &&
           ((a.data[1] == b.data[2] && a.data[2] == b.data[1]) ||
            (a.data[2] == b.data[3] && a.data[3] == b.data[2]));
}

/* Whether a word of a sentence may be a misspelt name at all. Each rule keeps ordinary words out
 * that the dictionaries of three languages have next to names of cars. */
static bool plausible(const name_key_t *key, str_t said, size_t count)
{
    if (!key->plain || (count > 1 && key->words != count))
        return false;
    if (key->world && key->size < 7)
        return false;
    /* people rarely miss the first letter, and other words often differ there */
    return said.data[0] == key->text[0] || said.size >= 8;
}

/* A number that grows with the distance if key may be meant by said; SIZE_MAX otherwise. */
static size_t fuzzy_distance(const name_key_t *key, str_t said, size_t count, bool strict)
{
    str_t text = {key->text, key->size};
    if (!key->fuzzy || text.size < 4 || (strict && !plausible(key, said, count)))
        return SIZE_MAX;
    if (strict && said.size == 4)
        return is_swap(said, text) ? 2 : SIZE_MAX;
    size_t limit = allowed(said.size < text.size ? said.size : text.size, strict);
    bool first = said.data[0] == text.data[0];
    if (strict && limit > 1 && (!first || key->guard != GUARD_NONE))
        limit = 1;
    size_t distance = limit ? lex_distance(said, text, limit) : limit + 1;
    if (distance > limit || !lex_same_digits(said, text))
        return SIZE_MAX;
    return 2 * distance + !first;
}

bool names_fuzzy(const names_t *self, const lex_word_t *words, size_t count, bool strict,
                 int32_t make, names_match_t *match)
{
    char text[KEY_MAX + 1];
    size_t size, best = SIZE_MAX;
    const name_key_t *found = NULL;
    if (!compact_of(words, count, text, &size) || size > LEX_MAX_WORD)
        return false;
    for (size_t i = 0; i < self->count; i++) {
        const name_key_t *key = &self->keys[i];
        if (make >= 0 && (key->make != make || key->model < 0))
            continue;
        size_t distance = fuzzy_distance(key, (str_t){text, size}, count, strict);
        bool better = distance < best || (distance == best && found && key->count > found->count);
        if (distance != SIZE_MAX && better) {
            best = distance;
            found = key;
        }
    }
    if (found)
        set_match(match, found, NAMES_FUZZY);
    return found != NULL;
}

/* ---- series, near ---- */

bool names_series(const names_t *self, const lex_word_t *word, int32_t make, names_match_t *match)
{
    str_t w = {word->text, word->size};
    size_t letters = 0, digits = 0;
    while (letters < w.size && w.data[letters] >= 'a' && w.data[letters] <= 'z')
        letters++;
    while (letters + digits < w.size && w.data[letters + digits] >= '0' &&
           w.data[letters + digits] <= '9')
        digits++;
    char name[24];
    bool bmw = letters == 0 && digits == 3 && w.size <= 5 && w.data[0] > '0' && w.data[0] < '9' &&
               w.data[1] > '0' && w.data[1] < '7';
    bool mercedes = letters == 1 && (digits == 2 || digits == 3) && w.size == 1 + digits;
    if (bmw)
        snprintf(name, sizeof name, "serie%c", w.data[0]);
    else if (mercedes)
        snprintf(name, sizeof name, "clase%c", w.data[0]);
    else
        return false;
    lex_word_t series = {.text = name, .size = strlen(name)};
    if (!names_exact(self, &series, 1, make, match) || match->make != make || match->model < 0)
        return false;
    match->how = NAMES_RESPELT;
    return true;
}

size_t names_near(const names_t *self, const lex_word_t *words, size_t count, uint32_t *makes,
                  size_t max)
{
    char text[KEY_MAX + 1];
    size_t size, found = 0;
    if (!compact_of(words, count, text, &size) || size > LEX_MAX_WORD)
        return 0;
    for (size_t limit = 1; limit <= 3 && limit * 2 < size; limit++)
        for (size_t i = 0; i < self->count && found < max; i++) {
            const name_key_t *key = &self->keys[i];
            bool known = key->make < 0 || key->model >= 0;
            for (size_t j = 0; j < found && !known; j++)
                known = makes[j] == (uint32_t)key->make;
            if (!known &&
                lex_distance((str_t){text, size}, (str_t){key->text, key->size}, limit) <= limit)
                makes[found++] = (uint32_t)key->make;
        }
    return found;
}
