/*
 * Two steps: find candidates from left to right, the longest name first; then, in a sentence, ask
 * of each candidate that is also an ordinary word whether its surroundings speak of cars.
 */
#include "catalog/mention.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_WORDS 4    /* of the longest name that is looked for */
#define FUZZY_WORDS 200 /* of a text that are compared with every name */

/* Each list of words between blanks. */
static const char units[] =
    " mil miles k pesos peso mxn varos baros lana usd dolares dls km kms kilometro kilometros "
    "millas mes "
    "meses mensualidad mensualidades pago pagos quincena quincenas semana semanas dia dias hora "
    "horas "
    "ano anos anitos year years month months day days puerta puertas plaza plazas pasajero "
    "pasajeros fila "
    "filas asiento asientos lugares llaves hp caballos litro litros l lt lts cilindro cilindros "
    "cil "
    "velocidades persona personas hijos ninos dueno duenos porciento por millon millones opciones "
    "opcion autos carros coches doors seats rows people kids owners miles thousand million grand "
    "percent meses anticipos portas lugares pessoas anos reais ";
static const char wants[] =
    " busco buscando buscamos buscaba quiero queria quisiera queremos tienes tienen tiene tendras "
    "tendran "
    "hay manejan manejas venden vendes vende vendas necesito ocupo interesa interesan intereso "
    "gusta gustan "
    "gustaria late laten muestrame mostrar ensename ver compro comprar compraria precio precios "
    "costo costos "
    "cuesta cuestan vale valen sale salen cotiza cotizar cotizame info informacion ficha fotos "
    "modelo marca "
    "version camioneta camionetas troca pickup suv sedan hatchback comparar compara cambio "
    "disponible disponibles seminuevo usado nuevo tenes buscas "
    "encontrar "
    "want need have got sell sells buy buying looking find search show see price cost compare any "
    "like "
    "quero procuro procurando tem vendem preciso gostaria gosto comprar ver preco custa conhecer ";
static const char determiners[] = " un unos una unas el los la las este esta ese esa estos esos "
                                  "aquel algun alguna algunos otro otra del "
                                  "tu su mi ningun cualquier um uma os o a the an some another my "
                                  "your this that for como modelo ";
static const char spanish_determiners[] =
    " un unos una el los este ese estos esos aquel algun algunos otro ningun um uns ";
static const char joins[] = " o u y e ni vs versus contra and or ou con entre ";
static const char prepositions[] = " de en desde hasta para por a hacia in from at to em ";
static const char vans[] = " van vans bus suv split series ";

static bool in(const char *list, const lex_word_t *word)
{
    char needle[LEX_MAX_WORD + 3];
    snprintf(needle, sizeof needle, " %s ", word->text);
    return strstr(list, needle) != NULL;
}

static bool is_year(const lex_word_t *word)
{
    if (!word->number || word->size != 4 || word->money || word->percent)
        return false;
    int year = atoi(word->text);
    return year >= 1950 && year <= 2050;
}

typedef struct scan {
    const names_t *names;
    const lex_word_t *words;
    size_t count;
    bool sentence;
    bool fuzzy;
    int32_t make; /* asked for already, -1 none */
    mention_t *found;
    size_t found_count;
} scan_t;

/* ---- candidates ---- */

/* A number that counts something is no model: "mazda 3 meses", "$300", "20%". */
static bool counts_something(const scan_t *self, size_t first, size_t count)
{
    const lex_word_t *last = &self->words[first + count - 1];
    if (!last->number)
        return false;
    size_t next = first + count;
    return last->money || last->percent ||
           (next < self->count && !self->words[next].stop_before && in(units, &self->words[next]));
}

/* The make right in front of a word, -1 if there is none. */
static int32_t make_before(const scan_t *self, size_t first)
{
    if (self->found_count == 0)
        return first == 0 ? self->make : -1;
    const mention_t *last = &self->found[self->found_count - 1];
    bool touches = last->first + last->count == first && !self->words[first].stop_before;
    return touches ? last->match.make : -1;
}

static bool make_behind(const scan_t *self, size_t at, int32_t make)
{
    names_match_t match;
    return at < self->count && !self->words[at].stop_before &&
           names_exact(self->names, &self->words[at], 1, -1, &match) && match.make == make &&
           match.model < 0;
}

/* "un 3008", "tienes 208?": a number that is no year and no round sum, where a model would stand.
 */
static bool stands_alone(const scan_t *self, size_t first, size_t count)
{
    const lex_word_t *word = &self->words[first];
    if (count != 1)
        return false;
    if (!word->number)
        return !self->sentence && self->count == 1;
    bool odd = word->size >= 3 && word->size <= 4 && word->text[word->size - 1] != '0';
    if (!odd || is_year(word))
        return false;
    if (!self->sentence)
        return self->count == 1;
    return first > 0 && (in(spanish_determiners, word - 1) || in(wants, word - 1));
}

static bool may_be(const scan_t *self, size_t first, size_t count, const names_match_t *match,
                   int32_t near)
{
    bool next_to_make = match->make >= 0 && match->make == near;
    if (counts_something(self, first, count))
        return false;
    if (match->guard == GUARD_ADJACENT)
        return next_to_make || make_behind(self, first + count, match->make) ||
               stands_alone(self, first, count);
    /* "a 3" is no A3 unless Audi is said */
    str_t front = {self->words[first].text, self->words[first].size};
    return count == 1 || match->how == NAMES_EXACT || !self->sentence || next_to_make ||
           !lex_is_filler(front);
}

static bool spans_stop(const scan_t *self, size_t first, size_t count)
{
    for (size_t i = first + 1; i < first + count; i++)
        if (self->words[i].stop_before)
            return true;
    return false;
}

static bool take_exact(const scan_t *self, size_t first, mention_t *mention)
{
    int32_t near = make_before(self, first);
    size_t most = self->count - first < NAME_WORDS ? self->count - first : NAME_WORDS;
    for (size_t count = most; count > 0; count--) {
        mention->first = first;
        mention->count = count;
        if (!spans_stop(self, first, count) &&
            names_exact(self->names, &self->words[first], count, near, &mention->match) &&
            may_be(self, first, count, &mention->match, near))
            return true;
    }
    mention->count = 1;
    return self->sentence && near >= 0 && !counts_something(self, first, 1) &&
           names_series(self->names, &self->words[first], near, &mention->match);
}

static bool can_be_misspelt(const scan_t *self, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        str_t word = {self->words[i].text, self->words[i].size};
        if (self->words[i].number && count == 1)
            return false;
        if (self->sentence ? lex_is_common(word) : lex_is_filler(word))
            return false;
    }
    return true;
}

static bool take_fuzzy(const scan_t *self, size_t first, mention_t *mention)
{
    int32_t near = make_before(self, first);
    mention->first = first;
    mention->count = 1;
    /* what follows a make may well be a model of it, also one too short to be guessed elsewhere */
    if (self->sentence && near >= 0 && can_be_misspelt(self, first, 1) &&
        names_fuzzy(self->names, &self->words[first], 1, false, near, &mention->match))
        return true;
    size_t most = self->count - first < 3 ? self->count - first : 3;
    for (size_t count = most; count > 0; count--) {
        mention->first = first;
        mention->count = count;
        if (!spans_stop(self, first, count) && can_be_misspelt(self, first, count) &&
            names_fuzzy(self->names, &self->words[first], count, self->sentence || count > 1, -1,
                        &mention->match) &&
            !counts_something(self, first, count))
            return true;
    }
    return false;
}

static void find_candidates(scan_t *self, size_t max)
{
    for (size_t at = 0; at < self->count && self->found_count < max;) {
        mention_t mention;
        bool found = take_exact(self, at, &mention) ||
                     (self->fuzzy && at < FUZZY_WORDS && take_fuzzy(self, at, &mention));
        if (found)
            self->found[self->found_count++] = mention;
        at += found ? mention.count : 1;
    }
}

/* ---- words that are not only names ---- */

/* Every other word is an article, a number, "busco" or "coche": what else could be meant? */
static bool nothing_else_is_said(const scan_t *self, const mention_t *mention)
{
    for (size_t i = 0; i < self->count; i++) {
        bool own = i >= mention->first && i < mention->first + mention->count;
        bool other = false;
        for (size_t j = 0; j < self->found_count && !other; j++)
            other = i >= self->found[j].first && i < self->found[j].first + self->found[j].count;
        str_t word = {self->words[i].text, self->words[i].size};
        if (!own && !other && !self->words[i].number && !lex_is_filler(word) &&
            !in(wants, &self->words[i]))
            return false;
    }
    return true;
}

static bool somebody_wants(const scan_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (in(wants, &self->words[i]))
            return true;
    return false;
}

/* "busco un …", "do you have a …" */
static bool is_wanted(const scan_t *self, size_t first)
{
    for (size_t back = 1; back <= 4 && back <= first; back++) {
        const lex_word_t *word = &self->words[first - back];
        if (in(wants, word))
            return true;
        if (!in(determiners, word) && !in(prepositions, word))
            return false;
    }
    return false;
}

/* Capitals say something only where not every word has one. */
static bool is_written_as_name(const scan_t *self, const mention_t *mention)
{
    size_t capitals = 0;
    for (size_t i = 0; i < self->count; i++)
        capitals += self->words[i].capital;
    return mention->first > 0 && !self->words[mention->first].stop_before &&
           self->words[mention->first].capital && 2 * capitals <= self->count;
}

/* Another name of the same make, or any sure one; *same says which. */
static bool has_company(const scan_t *self, const mention_t *mention, bool *same)
{
    bool any = false;
    *same = false;
    for (size_t j = 0; j < self->found_count; j++) {
        const mention_t *other = &self->found[j];
        if (other == mention || other->match.guard != GUARD_NONE)
            continue;
        any = true;
        *same = *same || (other->match.make >= 0 && other->match.make == mention->match.make);
    }
    return any;
}

/* "el polo vs el gol", "golf o polo": two names weighed against each other are both meant. */
static bool is_compared(const scan_t *self, const mention_t *mention)
{
    static const char against[] = " o u vs versus contra or ou ";
    for (size_t j = 0; j < self->found_count; j++) {
        const mention_t *other = &self->found[j];
        const mention_t *left = other->first < mention->first ? other : mention;
        const mention_t *right = left == other ? mention : other;
        size_t at = left->first + left->count;
        if (other == mention || at >= right->first || !in(against, &self->words[at]))
            continue;
        while (++at < right->first && in(determiners, &self->words[at]))
            continue;
        if (at == right->first)
            return true;
    }
    return false;
}

static bool is_meant(const scan_t *self, const mention_t *mention)
{
    guard_t guard = mention->match.guard;
    if (guard == GUARD_NONE || guard == GUARD_ADJACENT)
        return true;
    size_t first = mention->first, behind = first + mention->count;
    const lex_word_t *words = self->words;
    bool same;
    bool company = has_company(self, mention, &same);
    if (same || (behind < self->count && is_year(&words[behind])))
        return true;
    if (behind < self->count && in(vans, &words[behind]))
        return false;
    if (guard == GUARD_PLACE && first > 0 && in(prepositions, &words[first - 1]))
        return first > 1 && in(wants, &words[first - 2]); /* "precio de León" */
    if (nothing_else_is_said(self, mention) || is_wanted(self, first) ||
        is_written_as_name(self, mention) || is_compared(self, mention))
        return true;
    if (first == 0)
        return false;
    bool determined = in(determiners, &words[first - 1]);
    if (guard == GUARD_ENGLISH && in(spanish_determiners, &words[first - 1]))
        return true;
    if (guard != GUARD_ENGLISH && determined && somebody_wants(self))
        return true;
    return company && (determined || in(joins, &words[first - 1]) || words[first].stop_before);
}

static void drop_unmeant(scan_t *self)
{
    bool keep[4 * MENTION_MAX];
    for (size_t i = 0; i < self->found_count; i++)
        keep[i] = is_meant(self, &self->found[i]);
    size_t kept = 0;
    for (size_t i = 0; i < self->found_count; i++)
        if (keep[i])
            self->found[kept++] = self->found[i];
    self->found_count = kept;
}

/* ---- putting together ---- */

/* "vw" and "jetta" side by side, or "mustang de ford", are one mention. */
static bool joins_up(const scan_t *self, const mention_t *a, const mention_t *b)
{
    size_t behind = a->first + a->count;
    bool beside = behind == b->first || (b->match.model < 0 && behind + 1 == b->first &&
                                         in(prepositions, &self->words[behind]));
    return beside && !self->words[b->first].stop_before && a->match.make >= 0 &&
           a->match.make == b->match.make && (a->match.model < 0) != (b->match.model < 0);
}

static void merge(scan_t *self)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->found_count; i++) {
        mention_t *last = kept ? &self->found[kept - 1] : NULL;
        const mention_t *now = &self->found[i];
        if (!last || !joins_up(self, last, now)) {
            self->found[kept++] = *now;
            continue;
        }
        last->count = now->first + now->count - last->first;
        if (last->match.model < 0)
            last->match.model = now->match.model;
        if (now->match.how > last->match.how)
            last->match.how = now->match.how;
    }
    self->found_count = kept;
}

/* A make is not told apart from its models, and nothing twice. */
static bool is_told(const scan_t *self, size_t index)
{
    const names_match_t *match = &self->found[index].match;
    for (size_t i = 0; i < self->found_count; i++) {
        const names_match_t *other = &self->found[i].match;
        if (i == index || other->make != match->make || other->world != match->world)
            continue;
        if ((other->model == match->model && i < index) || (match->model < 0 && other->model >= 0))
            return true;
    }
    return false;
}

static size_t give(scan_t *self, mention_t mentions[MENTION_MAX])
{
    size_t count = 0;
    merge(self);
    for (size_t i = 0; i < self->found_count && count < MENTION_MAX; i++)
        if (!is_told(self, i))
            mentions[count++] = self->found[i];
    return count;
}

size_t mention_in_sentence(const names_t *names, const lex_word_t *words, size_t count,
                           mention_t mentions[MENTION_MAX])
{
    mention_t found[4 * MENTION_MAX];
    scan_t self = {names, words, count, true, true, -1, found, 0};
    find_candidates(&self, 4 * MENTION_MAX);
    drop_unmeant(&self);
    return give(&self, mentions);
}

size_t mention_in_terms(const names_t *names, const lex_word_t *words, size_t count, int32_t make,
                        bool fuzzy, mention_t mentions[MENTION_MAX])
{
    mention_t found[4 * MENTION_MAX];
    scan_t self = {names, words, count, false, fuzzy, make, found, 0};
    find_candidates(&self, 4 * MENTION_MAX);
    return give(&self, mentions);
}
