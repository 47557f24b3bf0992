/*
 * One index over the word tables, built at the first use and never changed after: a hash of words,
 * the phrases that begin with each of them (longest first), and the words a typo may stand for.
 */
#include <assert.h>
#include <pthread.h>

#include "agent/understand_words.h"

#define MAX_WORDS 8192
#define MAX_SLOTS 16384 /* a power of two */
#define MAX_ROWS 4096
#define ANY_LANGUAGE (1 << LANGUAGE_ES | 1 << LANGUAGE_EN | 1 << LANGUAGE_PT)
#define NEAR_LEAST 5 /* letters: shorter words are not corrected */
#define NEAR_LONG 8  /* letters: from here on two slips are forgiven */
#define WORD_LONGEST 32

static struct {
    word_t words[MAX_WORDS];
    size_t count;
    uint16_t slots[MAX_SLOTS]; /* index + 1 into words */
    const phrase_row_t *rows[MAX_ROWS];
    int32_t next[MAX_ROWS]; /* the next row that begins with the same word */
    size_t row_count;
    uint16_t near[26][512]; /* words by first letter */
    size_t near_count[26];
} tables;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint32_t hash(str_t text, bool stem)
{
    uint32_t h = stem ? 97 : 5381;
    for (size_t i = 0; i < text.size; i++)
        h = h * 33 ^ (uint8_t)text.data[i];
    return h ^ h >> 15;
}

static word_t *look(str_t text, bool stem, size_t *slot)
{
    *slot = hash(text, stem) % MAX_SLOTS;
    while (tables.slots[*slot] != 0) {
        word_t *word = &tables.words[tables.slots[*slot] - 1];
        if (word->stem == stem && word->size == text.size &&
            memcmp(word->text, text.data, text.size) == 0)
            return word;
        *slot = (*slot + 1) % MAX_SLOTS;
    }
    return NULL;
}

static word_t *add_word(str_t text, uint8_t languages)
{
    bool stem = text.size > 0 && text.data[text.size - 1] == '*';
    if (stem)
        text.size--;
    size_t slot;
    word_t *word = look(text, stem, &slot);
    if (word == NULL) {
        assert(tables.count < MAX_WORDS && text.size < WORD_LONGEST && text.size > 0);
        word = &tables.words[tables.count++];
        *word = (word_t){.text = text.data,
                         .size = (uint8_t)text.size,
                         .stem = stem,
                         .number = -1,
                         .first_row = -1};
        tables.slots[slot] = (uint16_t)tables.count;
    }
    word->languages |= languages;
    return word;
}

/* Cuts the first word off *rest. */
static str_t cut(str_t *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->data[size] != ' ')
        size++;
    str_t word = {rest->data, size};
    size_t skip = size < rest->size ? size + 1 : size;
    rest->data += skip;
    rest->size -= skip;
    return word;
}

static size_t blanks(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == ' ';
    return count;
}

/* Among the rows of one first word the longest stands first, and of two as long the older. */
static void link_row(word_t *word, const phrase_row_t *row)
{
    assert(tables.row_count < MAX_ROWS);
    int32_t at = (int32_t)tables.row_count++;
    tables.rows[at] = row;
    assert(word != NULL);
    int32_t *link = &word->first_row;
    while (*link >= 0 && blanks(tables.rows[*link]->words) >= blanks(row->words))
        link = &tables.next[*link];
    tables.next[at] = *link;
    *link = at;
}

static bool is_glue(chunk_kind_t kind)
{
    return kind == CHUNK_OF || kind == CHUNK_JOIN || kind == CHUNK_AT || kind == CHUNK_THE ||
           kind == CHUNK_FILL;
}

/* Nobody is taken to be rude or a cheat for a typo: "Versa" is no swear word. */
static bool is_harsh(const phrase_row_t *row)
{
    return row->kind == CHUNK_SAY &&
           (row->value & (SAYS_ABUSE | SAYS_TRICK | SAYS_OFFTOPIC | SAYS_RESET | SAYS_HAGGLE));
}

static void add_phrase(const phrase_row_t *row, uint8_t languages)
{
    str_t rest = str_from(row->words);
    word_t *first = NULL;
    while (rest.size > 0) {
        word_t *word = add_word(cut(&rest), languages);
        word->content |=
            !is_glue(row->kind) && !is_harsh(row) && row->kind != CHUNK_COLOUR && !word->stem;
        if (first == NULL)
            first = word;
    }
    link_row(first, row);
}

static void add_table(const word_tables_t *table, uint8_t languages)
{
    for (size_t i = 0; i < table->phrase_count; i++)
        add_phrase(&table->phrases[i], languages);
    for (size_t i = 0; i < table->number_count; i++) {
        word_t *word = add_word(str_from(table->numbers[i].word), languages);
        if (word->number < 0)
            word->number = table->numbers[i].value;
        word->content = true;
    }
    str_t rest = str_from(table->fill);
    while (rest.size > 0)
        add_word(cut(&rest), languages);
}

static void build(void)
{
    add_table(&words_any, ANY_LANGUAGE);
    add_table(&words_es, 1 << LANGUAGE_ES);
    add_table(&words_en, 1 << LANGUAGE_EN);
    add_table(&words_pt, 1 << LANGUAGE_PT);
    for (size_t i = 0; i < tables.count; i++) {
        const word_t *word = &tables.words[i];
        int letter = word->text[0] - 'a';
        if (!word->content || word->size < NEAR_LEAST || letter < 0 || letter > 25)
            continue;
        assert(tables.near_count[letter] < 512);
        tables.near[letter][tables.near_count[letter]++] = (uint16_t)i;
    }
}

const word_t *word_find(str_t folded)
{
    size_t slot;
    pthread_once(&once, build);
    return folded.size > 0 && folded.size < WORD_LONGEST ? look(folded, false, &slot) : NULL;
}

const word_t *word_stem(str_t folded)
{
    size_t slot;
    pthread_once(&once, build);
    if (folded.size >= WORD_LONGEST)
        return NULL;
    for (size_t size = folded.size; size >= 3; size--) {
        const word_t *word = look((str_t){folded.data, size}, true, &slot);
        if (word != NULL)
            return word;
    }
    return NULL;
}

/* Edits between two words (a swap of neighbours is one), or more than most. */
static int distance(str_t a, str_t b, int most)
{
    int rows[3][WORD_LONGEST + 1];
    int *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.size; j++)
        last[j] = (int)j;
    for (size_t i = 1; i <= a.size; i++) {
        int least = now[0] = (int)i;
        for (size_t j = 1; j <= b.size; j++) {
            int cost = last[j - 1] + (a.data[i - 1] != b.data[j - 1]);
            if (last[j] + 1 < cost)
                cost = last[j] + 1;
            if (now[j - 1] + 1 < cost)
                cost = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1] && before[j - 2] + 1 < cost)
                cost = before[j - 2] + 1;
            now[j] = cost;
            if (cost < least)
                least = cost;
        }
        if (least > most)
            return most + 1;
        int *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.size];
}

const word_t *word_near(str_t folded)
{
    pthread_once(&once, build);
    if (folded.size < NEAR_LEAST || folded.size >= WORD_LONGEST || folded.data[0] < 'a' ||
        folded.data[0] > 'z')
        return NULL;
    int most = folded.size >= NEAR_LONG ? 2 : 1;
    const word_t *best = NULL;
    size_t letter = (size_t)(folded.data[0] - 'a');
    for (size_t i = 0; i < tables.near_count[letter] && most >= 0; i++) {
        const word_t *word = &tables.words[tables.near[letter][i]];
        size_t apart =
            word->size > folded.size ? word->size - folded.size : folded.size - word->size;
        if (apart > (size_t)most)
            continue;
        int edits = distance(folded, (str_t){word->text, word->size}, most);
        if (edits <= most) {
            best = word;
            most = edits - 1;
        }
    }
    return best;
}

/* ---- phrases ---- */

static bool token_is(const token_t *token, str_t part)
{
    bool stem = part.data[part.size - 1] == '*';
    const word_t *word = stem ? token->stem : token->word;
    if (stem)
        part.size--;
    return word != NULL && word->size == part.size && memcmp(word->text, part.data, part.size) == 0;
}

/* How many tokens the row takes, 0 if it does not fit. */
static size_t row_fits(const phrase_row_t *row, const token_t *tokens, size_t count)
{
    str_t rest = str_from(row->words);
    size_t used = 0;
    while (rest.size > 0) {
        if (used == count || !token_is(&tokens[used], cut(&rest)))
            return 0;
        used++;
    }
    return used;
}

static const phrase_row_t *longest_of(const word_t *first, const token_t *tokens, size_t count,
                                      size_t *used)
{
    if (first == NULL)
        return NULL;
    for (int32_t row = first->first_row; row >= 0; row = tables.next[row]) {
        size_t fits = row_fits(tables.rows[row], tokens, count);
        if (fits > *used) {
            *used = fits;
            return tables.rows[row];
        }
    }
    return NULL;
}

const phrase_row_t *phrase_find(const token_t *tokens, size_t count, size_t *used)
{
    *used = 0;
    const phrase_row_t *row = longest_of(tokens[0].word, tokens, count, used);
    const phrase_row_t *other = longest_of(tokens[0].stem, tokens, count, used);
    return other != NULL ? other : row;
}
