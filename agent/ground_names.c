/*
 * Names are compared by their letters and digits alone ("CX-5", "cx 5" and "CX5" are one), so a
 * name may stretch over several tokens. A hash table of spellings: makes and their other names,
 * models that are words, and every make with every model.
 */
#include "agent/ground_names.h"
#include "common/hash.h"

#define FIRST_SLOTS 256 /* a power of two */
#define MAX_NAME 48     /* letters and digits */
#define MAX_PIECES 6    /* tokens of a name */

typedef struct spelling {
    const char *text;
    uint8_t size;
    bool capital; /* only when it is written with one */
    int16_t make, model;
} spelling_t;

struct ground_names {
    arena_t *arena;
    spelling_t *slots; /* text NULL: free; at most half of them are taken */
    size_t slot_count, count;
    int16_t ids;
};

/* Other names of a make, compact. */
static const struct other_name {
    const char *name, *make;
} other_names[] = {{"vw", "volkswagen"},
                   {"volks", "volkswagen"},
                   {"chevy", "chevrolet"},
                   {"mercedes", "mercedesbenz"},
                   {"benz", "mercedesbenz"}};

static uint32_t hash_of(str_t text)
{
    return hash_add(HASH_START, text.data, text.size);
}

/* Where a spelling is, or would be. */
static spelling_t *slot_of(const ground_names_t *self, str_t compact)
{
    size_t slot = hash_of(compact) & (self->slot_count - 1);
    while (self->slots[slot].text != NULL &&
           !str_eq((str_t){self->slots[slot].text, self->slots[slot].size}, compact))
        slot = (slot + 1) & (self->slot_count - 1);
    return &self->slots[slot];
}

ground_names_t *ground_names_new(arena_t *arena)
{
    ground_names_t *self = arena_alloc(arena, sizeof *self);
    if (self == NULL)
        return NULL;
    self->arena = arena;
    self->slot_count = FIRST_SLOTS;
    self->slots = arena_alloc(arena, self->slot_count * sizeof *self->slots);
    return self->slots != NULL ? self : NULL;
}

static bool make_room(ground_names_t *self)
{
    if (self->count * 2 < self->slot_count)
        return true;
    ground_names_t larger = *self;
    larger.slot_count *= 2;
    larger.slots = arena_alloc(self->arena, larger.slot_count * sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < self->slot_count; i++)
        if (self->slots[i].text != NULL)
            *slot_of(&larger, (str_t){self->slots[i].text, self->slots[i].size}) = self->slots[i];
    *self = larger;
    return true;
}

/* The spelling, new or known already; NULL when there is no room. */
static spelling_t *add(ground_names_t *self, str_t compact, spelling_t spelling)
{
    if (compact.size == 0 || compact.size > MAX_NAME)
        return NULL;
    spelling_t *slot = slot_of(self, compact);
    if (slot->text != NULL)
        return slot;
    if (self->count == GROUND_MAX_NAMES || !make_room(self))
        return NULL;
    spelling.text = arena_copy(self->arena, compact);
    spelling.size = (uint8_t)compact.size;
    if (spelling.text == NULL)
        return NULL;
    self->count++;
    slot = slot_of(self, compact);
    *slot = spelling;
    return slot;
}

/* ---- what is known ---- */

/* The id of a make or a model stands under its name behind a mark that no name has. */
#define MAKE_MARK '#'
#define MODEL_MARK '@'

static int16_t id_of(ground_names_t *self, char kind, str_t compact)
{
    char text[MAX_NAME];
    if (compact.size == 0 || compact.size >= sizeof text)
        return GROUND_NO_NAME;
    text[0] = kind;
    memcpy(text + 1, compact.data, compact.size);
    str_t key = {text, compact.size + 1};
    spelling_t *found = slot_of(self, key);
    if (found->text != NULL)
        return found->make;
    found = add(self, key, (spelling_t){.make = self->ids, .model = GROUND_NO_NAME});
    if (found == NULL)
        return GROUND_NO_NAME;
    return self->ids++;
}

static bool is_guarded(str_t compact)
{
    const ground_world_name_t *world = ground_world_find(compact);
    return world != NULL && world->guarded;
}

int16_t ground_names_make(ground_names_t *self, str_t make)
{
    char text[MAX_NAME];
    str_t compact = ground_compact(make, text, sizeof text);
    int16_t id = id_of(self, MAKE_MARK, compact);
    if (id == GROUND_NO_NAME || slot_of(self, compact)->text != NULL)
        return id;
    spelling_t spelling = {.make = id, .model = GROUND_NO_NAME, .capital = is_guarded(compact)};
    add(self, compact, spelling);
    for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++)
        if (str_is(compact, other_names[i].make))
            add(self, str_from(other_names[i].name), spelling);
    return id;
}

static void add_both(ground_names_t *self, str_t make, str_t model, spelling_t spelling)
{
    char text[2 * MAX_NAME];
    memcpy(text, make.data, make.size);
    memcpy(text + make.size, model.data, model.size);
    add(self, (str_t){text, make.size + model.size}, spelling);
}

void ground_names_car(ground_names_t *self, str_t make, str_t model, int16_t *make_id,
                      int16_t *model_id)
{
    char make_text[MAX_NAME], model_text[MAX_NAME];
    str_t maker = ground_compact(make, make_text, sizeof make_text);
    str_t compact = ground_compact(model, model_text, sizeof model_text);
    *make_id = ground_names_make(self, make);
    *model_id = id_of(self, MODEL_MARK, compact);
    if (*model_id == GROUND_NO_NAME)
        return;
    size_t letters = 0;
    for (size_t i = 0; i < compact.size; i++)
        letters += compact.data[i] > '9';
    bool code = letters == compact.size && compact.size < 3; /* "ES", "up" */
    if (letters > 0 && compact.size > 1)
        add(self, compact,
            (spelling_t){.make = GROUND_NO_NAME,
                         .model = *model_id,
                         .capital = code || is_guarded(compact)});
    if (*make_id == GROUND_NO_NAME)
        return;
    spelling_t both = {.make = *make_id, .model = *model_id};
    add_both(self, maker, compact, both);
    for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++)
        if (str_is(maker, other_names[i].make))
            add_both(self, str_from(other_names[i].name), compact, both);
}

/* ---- in a text ---- */

bool ground_names_look(const ground_names_t *self, str_t name, int16_t *make, int16_t *model)
{
    char text[2 * MAX_NAME];
    const spelling_t *found = slot_of(self, ground_compact(name, text, sizeof text));
    if (found->text == NULL)
        return false;
    *make = found->make;
    *model = found->model;
    return true;
}

int16_t ground_names_model(const ground_names_t *self, str_t model)
{
    char text[MAX_NAME];
    text[0] = MODEL_MARK;
    str_t compact = ground_compact(model, text + 1, sizeof text - 1);
    const spelling_t *found = slot_of(self, (str_t){text, compact.size + 1});
    return found->text != NULL ? found->make : GROUND_NO_NAME;
}

/* May the token stand in one name with the one before it? "X-Trail", "up!", "Lynk & Co". */
static bool continues(const ground_plain_t *plain, const ground_token_t *before,
                      const ground_token_t *token)
{
    size_t from = (size_t)before->at + before->size, gap = token->at - from;
    if (gap > 3)
        return false;
    for (size_t i = from; i < token->at; i++)
        if (strchr(" -.&'", plain->text[i]) == NULL)
            return false;
    return true;
}

static bool plain_digits(str_t text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

/* One spelling against the tables. */
static bool is_known(const ground_names_t *self, str_t compact, bool capital,
                     ground_mention_t *mention)
{
    const spelling_t *known = slot_of(self, compact);
    if (known->text == NULL || (known->capital && !capital))
        return false;
    mention->make = known->make;
    mention->model = known->model;
    return true;
}

static bool is_of_world(str_t compact, bool capital, bool starts)
{
    const ground_world_name_t *world = ground_world_find(compact);
    return world != NULL && (!world->guarded || (capital && !starts));
}

static bool no_word_before(const ground_token_t *tokens, size_t at)
{
    while (at-- > 0)
        if (tokens[at].kind == GROUND_WORD)
            return false;
    return true;
}

/* Compares a spelling, and without the s of a plural ("Jettas"). */
static void compare(const ground_names_t *self, str_t compact, bool capital, bool starts,
                    ground_mention_t one, ground_mention_t *mention, ground_mention_t *known)
{
    str_t singular = {compact.data, compact.size - 1};
    bool plural = compact.size > 4 && compact.data[compact.size - 1] == 's';
    if (is_known(self, compact, capital, &one) ||
        (plural && is_known(self, singular, capital, &one)))
        *mention = *known = one;
    else if (is_of_world(compact, capital, starts) ||
             (plural && is_of_world(singular, capital, starts)))
        *mention = one;
}

bool ground_names_find(const ground_names_t *self, const ground_plain_t *plain,
                       const ground_token_t *tokens, size_t count, size_t at,
                       ground_mention_t *mention, ground_mention_t *known)
{
    char text[MAX_NAME];
    size_t size = 0, pieces = 0, last = at;
    const ground_mention_t none = {(uint16_t)at, (uint16_t)at, GROUND_NO_NAME, GROUND_NO_NAME};
    *mention = *known = none;
    for (size_t i = at; i < count && pieces < MAX_PIECES; i++) {
        const ground_token_t *token = &tokens[i];
        str_t piece = {plain->text + token->at, token->size};
        if (token->kind == GROUND_MARK && i > at)
            continue; /* continues looks at it */
        if (token->kind == GROUND_MARK || token->used || size + piece.size > sizeof text ||
            (token->kind == GROUND_DIGITS && !plain_digits(piece)) ||
            (i > at && !continues(plain, &tokens[last], token)))
            break;
        memcpy(text + size, piece.data, piece.size);
        size += piece.size;
        pieces++;
        last = i;
        ground_mention_t one = none;
        one.to = (uint16_t)(i + 1);
        compare(self, (str_t){text, size}, tokens[at].upper, no_word_before(tokens, at), one,
                mention, known);
    }
    return mention->to > at;
}
