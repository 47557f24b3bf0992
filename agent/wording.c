#include "agent/wording.h"

#include <stdlib.h>

#include "common/text.h"

#define MAX_FOLDED (4 << 20)
#define LETTERS_JOINED 4 /* single letters in a row that spell a word */
#define DENIED_WORDS 5   /* between a "no" and what it denies */
#define AFTER_WORDS 4

/* ---- reading ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static wording_word_t *add_word(wording_t *self, wording_kind_t kind, size_t at)
{
    if (self->count == self->room) {
        self->room = self->room ? 2 * self->room : 256;
        self->words = realloc(self->words, self->room * sizeof *self->words);
        if (!self->words)
            abort();
    }
    wording_word_t *word = &self->words[self->count++];
    *word = (wording_word_t){.kind = kind, .at = at, .sentence = self->count == 1};
    word->clause = word->sentence;
    return word;
}

typedef struct reader {
    wording_t *wording;
    str_t text;
    size_t at;
    bool sentence, clause; /* the next word begins one */
} reader_t;

/* The character at that place and, in *next, where the one behind begins. */
static uint32_t peek(const reader_t *self, size_t at, size_t *next)
{
    if (at < self->text.size && (unsigned char)self->text.data[at] < 0x80) {
        *next = at + 1;
        return (unsigned char)self->text.data[at];
    }
    *next = at;
    return utf8_next(self->text, next);
}

static bool is_space_at(const reader_t *self, size_t at)
{
    size_t next;
    uint32_t c = peek(self, at, &next);
    return at >= self->text.size || c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '"' ||
           c == ')' || c == '*' || c == '_' || c == 0xbb || c == 0x201d;
}

static bool is_number_at(const reader_t *self, size_t at)
{
    return at < self->text.size && is_digit(self->text.data[at]);
}

/* Letters, and what is written inside words: apostrophes, and marks that only decorate. */
typedef enum part { PART_NONE, PART_LETTER, PART_GLUE } part_t;

static part_t part_of(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
        (c >= 0xc0 && c < 0x2000 && c != 0xd7 && c != 0xf7) || (c >= 0x2c00 && c < 0xe000) ||
        (c >= 0xf900 && c < 0xfe00))
        return PART_LETTER;
    if (c == '\'' || c == 0x2019 || c == '*' || c == '_' || c == '~' || c == '`')
        return PART_GLUE;
    return PART_NONE;
}

static void begin(reader_t *self, wording_word_t *word)
{
    word->sentence |= self->sentence;
    word->clause |= self->clause || self->sentence;
    self->sentence = self->clause = false;
}

/* Most of a word is plain letters: where those from at on end. */
static size_t plain_end(const reader_t *self, size_t at)
{
    while (at < self->text.size && (unsigned char)self->text.data[at] < 0x80 &&
           part_of((unsigned char)self->text.data[at]) == PART_LETTER)
        at++;
    return at;
}

/* 0 for o, 3 for e …: digits that stand for letters in a word. */
static char letter_for(char digit)
{
    static const char letters[] = "oizeasgtbg";
    return letters[digit - '0'];
}

static void spell(char *text, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size; i++)
        digits += is_digit(text[i]);
    if (!digits || 2 * digits >= size)
        return;
    for (size_t i = 0; i < size; i++)
        if (is_digit(text[i]))
            text[i] = letter_for(text[i]);
}

static void read_word(reader_t *self)
{
    wording_word_t *word = add_word(self->wording, WORDING_WORD, self->at);
    buf_t *folded = &self->wording->folded;
    size_t from = folded->size, next;
    begin(self, word);
    while (self->at < self->text.size) {
        size_t plain = plain_end(self, self->at);
        if (plain > self->at) {
            text_fold(folded, (str_t){self->text.data + self->at, plain - self->at});
            self->at = plain;
            continue;
        }
        part_t part = part_of(peek(self, self->at, &next));
        size_t behind = next, far;
        if (part == PART_NONE)
            break;
        if (part == PART_GLUE) { /* only between two letters */
            while (behind < self->text.size && part_of(peek(self, behind, &far)) == PART_GLUE)
                behind = far;
            if (behind >= self->text.size || part_of(peek(self, behind, &far)) != PART_LETTER)
                break;
            self->at = behind;
            continue;
        }
        text_fold(folded, (str_t){self->text.data + self->at, next - self->at});
        self->at = next;
    }
    word->end = self->at;
    if (folded->size > from)
        spell(folded->data + from, folded->size - from);
    word->text = (str_t){NULL, folded->size - from};
}

/* 300,000.50 as 30000050 would be another number: only a fraction of zeros is dropped. */
static void read_number(reader_t *self)
{
    wording_word_t *word = add_word(self->wording, WORDING_NUMBER, self->at);
    buf_t *folded = &self->wording->folded;
    size_t from = folded->size, fraction = 0;
    begin(self, word);
    while (self->at < self->text.size) {
        char c = self->text.data[self->at];
        bool inside = (c == '.' || c == ',') && is_number_at(self, self->at + 1);
        if (inside) {
            size_t digits = 0;
            while (is_number_at(self, self->at + 1 + digits))
                digits++;
            fraction = digits == 3 ? 0 : folded->size;
            if (fraction)
                buf_char(folded, '.');
        } else if (is_digit(c)) {
            buf_char(folded, c);
        } else {
            break;
        }
        self->at++;
    }
    if (fraction && strspn(folded->data + fraction, ".0") == folded->size - fraction)
        folded->size = fraction;
    word->end = self->at;
    word->text = (str_t){NULL, folded->size - from};
}

/* Digits with letters behind them are a word ("2x1", "4x4"), but for units. */
static bool is_plain_number(const reader_t *self)
{
    size_t at = self->at;
    while (at < self->text.size && (is_digit(self->text.data[at]) ||
                                    ((self->text.data[at] == '.' || self->text.data[at] == ',') &&
                                     is_number_at(self, at + 1))))
        at++;
    static const char *const units[] = {"k", "km", "mil", "m", "mdp", "hrs", "h"};
    char unit[4] = {0};
    size_t size = 0, next;
    while (at < self->text.size && part_of(peek(self, at, &next)) == PART_LETTER) {
        if (size < 3)
            unit[size] = (char)(self->text.data[at] | 0x20);
        size++;
        at = next;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i]) == size && memcmp(units[i], unit, size) == 0)
            return true;
    return size == 0;
}

static void read_mark(reader_t *self)
{
    size_t next;
    uint32_t c = peek(self, self->at, &next);
    if (c == '$' || c == '%') {
        wording_word_t *word =
            add_word(self->wording, c == '$' ? WORDING_MONEY : WORDING_PERCENT, self->at);
        begin(self, word);
        word->end = next;
    } else if (c == '\n' || c == '!' || c == '?' || c == ';' || c == 0xa1 || c == 0xbf ||
               c == 0x2026 || (c == '.' && is_space_at(self, next))) {
        self->sentence = true;
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '-' && c != '/' && c != '.' &&
               part_of(c) != PART_GLUE) {
        self->clause = true;
    }
    self->at = next;
}

/* "d e s c u e n t o" is one word. */
static void join_letters(wording_t *self)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->count;) {
        size_t run = 0;
        while (i + run < self->count && self->words[i + run].kind == WORDING_WORD &&
               self->words[i + run].text.size == 1 && (run == 0 || !self->words[i + run].sentence))
            run++;
        self->words[kept] = self->words[i];
        if (run >= LETTERS_JOINED) {
            self->words[kept].end = self->words[i + run - 1].end;
            self->words[kept].text.size = run; /* they stand side by side in folded */
        } else {
            run = 1;
        }
        kept++;
        i += run;
    }
    self->count = kept;
}

void wording_read(wording_t *self, str_t text)
{
    *self = (wording_t){.words = NULL};
    buf_init(&self->folded, MAX_FOLDED);
    reader_t reader = {.wording = self, .text = text};
    while (reader.at < text.size) {
        size_t next;
        bool number = is_digit(text.data[reader.at]);
        if (number && is_plain_number(&reader))
            read_number(&reader);
        else if (part_of(peek(&reader, reader.at, &next)) == PART_LETTER)
            read_word(&reader);
        else
            read_mark(&reader);
    }
    size_t at = 0; /* folded has stopped moving */
    for (size_t i = 0; i < self->count; i++) {
        self->words[i].text.data = self->folded.data ? self->folded.data + at : "";
        at += self->words[i].text.size;
    }
    join_letters(self);
}

void wording_free(wording_t *self)
{
    free(self->words);
    buf_free(&self->folded);
    *self = (wording_t){.words = NULL};
}

/* ---- matching ---- */

static bool alternative_fits(str_t alternative, const wording_word_t *word)
{
    str_t text = word->text;
    if (alternative.size == 1 && alternative.data[0] == '#')
        return word->kind == WORDING_NUMBER;
    if (alternative.size == 1 && alternative.data[0] == '$')
        return word->kind == WORDING_MONEY;
    if (alternative.size == 1 && alternative.data[0] == '%')
        return word->kind == WORDING_PERCENT;
    bool stem = alternative.data[alternative.size - 1] == '*';
    size_t size = alternative.size - stem;
    return (stem ? text.size >= size : text.size == size) &&
           memcmp(text.data, alternative.data, size) == 0;
}

/* Stands for more than words that begin with it. */
static bool is_sign(char c)
{
    return c == '#' || c == '$' || c == '%' || c == '*';
}

static bool fits(str_t element, const wording_word_t *word)
{
    const char *at = element.data, *end = at + element.size;
    char first = word->text.size ? word->text.data[0] : 0;
    while (at < end) {
        bool may = *at == first || is_sign(*at); /* most of them do not even begin like it */
        const char *from = at;
        while (at < end && *at != '|')
            at++;
        if (may && alternative_fits((str_t){from, (size_t)(at - from)}, word))
            return true;
        at++;
    }
    return false;
}

static str_t first_element(const char *pattern)
{
    return (str_t){pattern, strcspn(pattern, " ")};
}

static const char *next_element(const char *pattern)
{
    pattern += strcspn(pattern, " ");
    return pattern + (*pattern == ' ');
}

/* The rest of a pattern from word at on, of a match that has begun; after_gap: a clause may begin
 * here. */
static bool match_rest(const wording_t *self, size_t at, const char *pattern, bool after_gap,
                       wording_match_t *match)
{
    if (!*pattern)
        return true;
    str_t element = first_element(pattern);
    const char *rest = next_element(pattern);
    size_t count = match->count;
    uint64_t gaps = match->gaps;
    if (element.data[0] == '~') {
        size_t most = (size_t)(element.data[1] - '0');
        for (size_t i = 0;; i++) {
            if (match_rest(self, at + i, rest, true, match))
                return true;
            if (i == most || at + i >= self->count || count + i >= WORDING_MAX_MATCH ||
                self->words[at + i].sentence)
                break;
            match->gaps = gaps |= UINT64_C(1) << (count + i);
            match->count = count + i + 1;
        }
        return false;
    }
    bool optional = element.data[0] == '?';
    str_t words = {element.data + optional, element.size - optional};
    if (at < self->count && count < WORDING_MAX_MATCH &&
        (count == 0 || (!self->words[at].sentence && (after_gap || !self->words[at].clause))) &&
        fits(words, &self->words[at])) {
        match->count = count + 1;
        if (match_rest(self, at + 1, rest, false, match))
            return true;
        match->count = count;
        match->gaps = gaps;
    }
    return optional && match_rest(self, at, rest, after_gap, match);
}

bool wording_match(const wording_t *self, size_t at, const char *pattern, wording_match_t *match)
{
    *match = (wording_match_t){.at = at};
    bool found = match_rest(self, at, pattern, false, match) && match->count > 0;
    if (!found)
        match->count = 0;
    return found;
}

uint32_t wording_initial(const wording_word_t *word)
{
    char c = word->text.size ? word->text.data[0] : 0;
    return UINT32_C(1) << (c >= 'a' && c <= 'z' ? c - 'a' : 26);
}

uint32_t wording_initials(const char *pattern)
{
    uint32_t initials = 0;
    for (bool optional = true; optional && *pattern; pattern = next_element(pattern)) {
        str_t element = first_element(pattern);
        optional = *pattern == '?';
        for (size_t i = optional; i < element.size; i++) {
            if (i > optional && element.data[i - 1] != '|')
                continue;
            char c = element.data[i];
            if (is_sign(c) || c == '~')
                return UINT32_MAX;
            initials |= wording_initial(&(wording_word_t){.text = {&c, 1}});
        }
    }
    return initials;
}

size_t wording_sentence(const wording_t *self, size_t at, size_t *end)
{
    size_t first = at;
    while (first > 0 && !self->words[first].sentence)
        first--;
    *end = at + 1;
    while (*end < self->count && !self->words[*end].sentence)
        ++*end;
    return first;
}

/* ---- denial ---- */

#define NO                                                                                         \
    "no|ni|nunca|jamas|tampoco|nadie|ningun|ninguno|ninguna|nada|imposible|not|never|cannot|cant|" \
    "dont|wont|doesnt|isnt|arent|didnt|couldnt|wouldnt|shouldnt|neither|nor|nobody|none|unable|"   \
    "nothing|impossible|nao|nem|ninguem|nenhum|nenhuma|jamais|tampouco|impossivel"

/* Deny nothing, although they begin like it. */
static const char *const harmless[] = {
    "no ?te|se|lo ?lo preocup*|apur*|arrep*|pierd*|esper*|olvid*|pien*|dud*|quedes|quede",
    "no ?hay|es ?ningun problema|bronca|tema|duda|falla",
    "no|not|nao solo|solamente|unicamente|only|just|so|apenas|simplemente",
    "no problem|worries|doubt|wonder",
    "nada|no mas",
    "no faltaba",
    "ni ?lo dud*|pien*|hablar|modo|mandado",
    "dont|never|not ?you worry|miss|wait|hesitate|forget|mind",
    "nao ?se ?te preocup*|esque*|perc*|demor*|hesit*",
    "no ?te vas|va a arrepentir",
};

/* The "no" of "if not", "because there is no …" is another sentence's. */
static bool is_aside(const wording_t *self, size_t at)
{
    static const char *const before[] = {"si",   "if",     "se",   "porque", "because", "cuando",
                                         "when", "quando", "como", "since",  "que"};
    if (at == 0 || self->words[at].clause)
        return false;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (str_is(self->words[at - 1].text, before[i]))
            return true;
    return false;
}

static bool denies(const wording_t *self, size_t at)
{
    wording_match_t match;
    if (!fits(STR_LIT(NO), &self->words[at]))
        return false;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (wording_match(self, at, harmless[i], &match))
            return false;
    return true;
}

/* "Nothing of what I write is …": whoever does nothing does it in all of the clause. */
static bool denied_by_subject(const wording_t *self, size_t at)
{
    while (at > 0 && !self->words[at].clause)
        at--;
    at += at + 1 < self->count &&
          fits(STR_LIT("y|e|and|pero|but|mas|porque|because"), &self->words[at]);
    return fits(STR_LIT("nada|nadie|nothing|nobody|none|ninguno|ninguna|ningun|nenhum|nenhuma|"
                        "ninguem"),
                &self->words[at]) &&
           denies(self, at);
}

static bool denied_before(const wording_t *self, size_t at)
{
    if (at > 0 && !self->words[at].clause && fits(STR_LIT("sin|without|sem"), &self->words[at - 1]))
        return true;
    for (size_t i = 0; i < DENIED_WORDS && at > 0 && !self->words[at].clause; i++)
        if (denies(self, --at))
            return !is_aside(self, at);
    return false;
}

static bool denied_after(const wording_t *self, size_t at)
{
    for (size_t i = 0; i < AFTER_WORDS && at < self->count && !self->words[at].clause; i++, at++)
        if (denies(self, at))
            return true;
    return false;
}

bool wording_denied(const wording_t *self, const wording_match_t *match, bool after)
{
    for (size_t i = 0; i < match->count; i++)
        if ((match->gaps >> i & 1) && denies(self, match->at + i))
            return true;
    return denied_before(self, match->at) ||
           (match->at > 0 && !self->words[match->at].clause &&
            denied_by_subject(self, match->at)) ||
           (after && denied_after(self, match->at + match->count));
}

bool wording_denies(const wording_t *self, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        if (denies(self, i))
            return true;
    return false;
}
