/*
 * The order of things: fold, cut into tokens, mend typos, join chunks, then let every chunk say
 * what it has to say. The tables are in understand_words_*.c, numbers in understand_numbers.c.
 */
#include "agent/understand.h"

#include "agent/understand_words.h"
#include "common/text.h"

#define MAX_FOLDED (4 * UNDERSTAND_MAX_TEXT)
#define VOTES_TO_SWITCH 4 /* two words of the other language */

/* ---- language and manners ---- */

/* A word of one language alone counts 2. */
static void count_votes(const token_t *tokens, size_t count, str_t raw, int votes[4])
{
    for (size_t i = 0; i < count; i++) {
        if (!tokens[i].known)
            continue;
        unsigned languages = (tokens[i].word != NULL ? tokens[i].word->languages : 0u) |
                             (tokens[i].stem != NULL ? tokens[i].stem->languages : 0u);
        int bits = __builtin_popcount(languages);
        for (language_t language = LANGUAGE_ES; language <= LANGUAGE_PT && bits < 3; language++)
            if (languages & 1u << language)
                votes[language] += bits == 1 ? 2 : 1;
    }
    for (size_t at = 0; at < raw.size;) {
        uint32_t c = utf8_next(raw, &at);
        if (c == 0xf1 || c == 0xbf || c == 0xa1) /* ñ ¿ ¡ */
            votes[LANGUAGE_ES] += 2;
        else if (c == 0xe3 || c == 0xf5) /* ã õ */
            votes[LANGUAGE_PT] += 3;
    }
}

static language_t vote(const token_t *tokens, size_t count, str_t raw)
{
    int votes[4] = {0};
    count_votes(tokens, count, raw, votes);
    language_t best = LANGUAGE_ES;
    for (language_t language = LANGUAGE_EN; language <= LANGUAGE_PT; language++)
        if (votes[language] > votes[best])
            best = language;
    for (language_t language = LANGUAGE_ES; language <= LANGUAGE_PT; language++)
        if (language != best && votes[language] == votes[best])
            return LANGUAGE_NONE;
    return best;
}

static int manner(const chunk_t *chunks, size_t count)
{
    int formal = 0;
    for (size_t i = 0; i < count; i++) {
        if (chunks[i].kind != CHUNK_SAY && chunks[i].kind != CHUNK_FILL)
            continue;
        if (chunks[i].value & MANNER_USTED)
            formal = 1;
        else if ((chunks[i].value & MANNER_TU) && formal == 0)
            formal = -1;
    }
    return formal;
}

/* ---- phrases ---- */

static void add_ordinal(understood_t *out, int64_t ordinal)
{
    if (out->ordinal_count < UNDERSTAND_MAX_LIST)
        out->ordinals[out->ordinal_count++] = ordinal;
}

/* "sin bluetooth" */
static int wish(const chunk_t *chunks, size_t at)
{
    return at > 0 && chunks[at - 1].kind == CHUNK_WITHOUT ? 2 : 1;
}

/* ---- what it must not be ---- */

static bool is_trait(chunk_kind_t kind)
{
    return kind == CHUNK_BODY || kind == CHUNK_FUEL || kind == CHUNK_TRANSMISSION ||
           kind == CHUNK_COLOUR || kind == CHUNK_CITY;
}

/* The chunk before at, over articles and small words; SIZE_MAX: none. */
static size_t word_before(const chunk_t *chunks, size_t at)
{
    while (at > 0) {
        chunk_kind_t kind = chunks[--at].kind;
        if (kind != CHUNK_FILL && kind != CHUNK_OF && kind != CHUNK_THE && kind != CHUNK_AT)
            return at;
    }
    return SIZE_MAX;
}

static bool says(const chunk_t *chunks, size_t count, size_t at, int64_t bits)
{
    return at < count && chunks[at].kind == CHUNK_SAY && (chunks[at].value & bits) != 0;
}

/* "que no sea rojo ni azul", "menos Chevrolet y Nissan", "rojo no"; but not the second of "que no
 * sea Chevrolet, automático", which is of another kind. */
static bool is_excluded(const chunk_t *chunks, size_t count, size_t at)
{
    if (says(chunks, count, at + 1, SAYS_YES))
        return false;
    if (says(chunks, count, at + 1, SAYS_NO) &&
        (at + 2 == count || chunks[at + 2].kind == CHUNK_MARK))
        return true;
    if (at > 0 && chunks[at - 1].kind == CHUNK_SAY && chunks[at - 1].value == SAYS_NO)
        return true; /* "no rojo" */
    for (size_t i = word_before(chunks, at); i != SIZE_MAX; i = word_before(chunks, i)) {
        if (chunks[i].kind == CHUNK_NOT)
            return true;
        bool joins = chunks[i].kind == CHUNK_JOIN ||
                     (chunks[i].kind == CHUNK_MARK && chunks[i].value == ',');
        if (!joins)
            return false;
        i = word_before(chunks, i);
        if (i == SIZE_MAX || chunks[i].kind != chunks[at].kind)
            return false;
    }
    return false;
}

static void exclude(const chunk_t *chunk, understood_t *out)
{
    if (chunk->kind == CHUNK_NAME)
        out->names_excluded |= 1u << (chunk->value & 31);
    else if (out->excluded_count < UNDERSTAND_MAX_LIST)
        out->excluded[out->excluded_count++] = chunk->text;
}

/* ---- one chunk ---- */

/* What the car should have, or need not. */
static void hear_wish(const chunk_t *chunks, size_t at, bool the, understood_t *out)
{
    const chunk_t *chunk = &chunks[at];
    switch (chunk->kind) {
    case CHUNK_BLUETOOTH:
        out->bluetooth = wish(chunks, at);
        break;
    case CHUNK_CAR_PLAY:
        out->car_play = wish(chunks, at);
        break;
    case CHUNK_BODY:
        out->body = chunk->text;
        break;
    case CHUNK_FUEL:
        out->fuel = chunk->text;
        break;
    case CHUNK_TRANSMISSION:
        out->transmission = chunk->text;
        break;
    case CHUNK_COLOUR:
        out->colour = chunk->text;
        out->says |= the ? SAYS_THE_ONE : 0;
        break;
    case CHUNK_CITY:
        out->city = chunk->text;
        break;
    case CHUNK_ECONOMY:
        out->economy = true;
        out->says |= (uint32_t)(chunk->value & UINT32_MAX);
        break;
    case CHUNK_DRIVE:
        out->drive = chunk->text;
        break;
    case CHUNK_EQUIPMENT:
        out->equipment = chunk->text;
        break;
    case CHUNK_SIMILAR:
        out->similar = true;
        break;
    case CHUNK_SHOP:
        out->shop_word = chunk->text;
        break;
    case CHUNK_ANY:
        out->any |= (uint32_t)chunk->value;
        break;
    default:
        break;
    }
}

static void hear(const chunk_t *chunks, size_t count, size_t at, understood_t *out)
{
    const chunk_t *chunk = &chunks[at];
    bool the = at > 0 && chunks[at - 1].kind == CHUNK_THE;
    if ((is_trait(chunk->kind) || chunk->kind == CHUNK_NAME) && is_excluded(chunks, count, at))
        return; /* see hear_excluded */
    switch (chunk->kind) {
    case CHUNK_SAY:
        if (chunk->text != NULL && (chunk->value & SAYS_HELLO))
            out->greeting = chunk->text;
        out->says |= (uint32_t)(chunk->value & UINT32_MAX);
        break;
    case CHUNK_MONTHS:
    case CHUNK_OTHER_UNIT:
    case CHUNK_NOT:
        out->says |= (uint32_t)(chunk->value & UINT32_MAX);
        break;
    case CHUNK_DOWN:
        out->down_said = true;
        break;
    case CHUNK_MONTHLY: /* "¿cuánto sería al mes?" */
        if (!(at > 0 &&
              (chunks[at - 1].kind == CHUNK_NUMBER || chunks[at - 1].kind == CHUNK_PESOS)))
            out->says |= SAYS_QUOTE;
        break;
    case CHUNK_TOPIC:
        out->topics |= (uint32_t)chunk->value;
        break;
    case CHUNK_LESS:
    case CHUNK_MORE: /* "lo más barato que tengas" */
        if (chunk->text != NULL && !(at + 1 < count && chunks[at + 1].kind == CHUNK_NUMBER))
            out->sort = chunk->text;
        break;
    case CHUNK_SORT:
        out->sort = chunk->text;
        out->says |= the ? SAYS_THE_ONE : 0;
        break;
    case CHUNK_PAGE:
        out->page = (page_wish_t)chunk->value;
        break;
    case CHUNK_PAGE_NUMBER:
        out->page = PAGE_NUMBER;
        out->page_number = chunk->value;
        break;
    case CHUNK_ORDINAL:
        add_ordinal(out, chunk->value);
        break;
    case CHUNK_DOWN_BP:
        out->down_bp = chunk->value;
        break;
    default:
        hear_wish(chunks, at, the, out);
    }
}

static bool is_wanted(chunk_kind_t kind, const understood_t *out)
{
    return (kind == CHUNK_BODY && out->body != NULL) || (kind == CHUNK_FUEL && out->fuel != NULL) ||
           (kind == CHUNK_TRANSMISSION && out->transmission != NULL) ||
           (kind == CHUNK_COLOUR && out->colour != NULL) ||
           (kind == CHUNK_CITY && out->city != NULL);
}

/* What is not wanted; "rojo no, mejor azul" says no more than "azul". A "camioneta" that is no SUV
 * is a pickup. */
static void hear_excluded(const chunk_t *chunks, size_t count, understood_t *out)
{
    for (size_t i = 0; i < count; i++) {
        const chunk_t *chunk = &chunks[i];
        if ((!is_trait(chunk->kind) && chunk->kind != CHUNK_NAME) || !is_excluded(chunks, count, i))
            continue;
        if (chunk->kind == CHUNK_BODY && out->body != NULL && strcmp(out->body, "SUV") == 0 &&
            strcmp(chunk->text, "SUV") == 0)
            out->body = "Pickup";
        else if (!is_wanted(chunk->kind, out))
            exclude(chunk, out);
    }
}

/* "más" asks for the next page only where nothing else is asked. */
static void hear_more(const chunk_t *chunks, size_t count, understood_t *out)
{
    bool more = false;
    for (size_t i = 0; i < count; i++) {
        switch (chunks[i].kind) {
        case CHUNK_MORE_ALL:
            more = true;
            break;
        case CHUNK_FILL:
        case CHUNK_MARK:
        case CHUNK_THE:
        case CHUNK_OF:
        case CHUNK_JOIN:
            break;
        case CHUNK_SAY:
            if ((chunks[i].value & ~(SAYS_YES | SAYS_THANKS | SAYS_SEARCH | SAYS_CAR | SAYS_HELLO |
                                     SAYS_ALSO | SAYS_ANY | MANNER_TU | MANNER_USTED)) == 0)
                break;
            return;
        default:
            return;
        }
    }
    if (more)
        out->page = PAGE_NEXT;
}

/* A follow-up begins with "y": "y de mazda?", "¿y en automático?" */
static bool starts_with_and(const token_t *tokens, size_t count)
{
    size_t first = 0;
    while (first < count && tokens[first].mark != 0 && tokens[first].mark != UNDERSTAND_NAME)
        first++;
    if (first >= count)
        return false;
    str_t word = tokens[first].text;
    return str_is(word, "y") || str_is(word, "e") || str_is(word, "and");
}

/* 👍 and 👌, with whatever skin. */
static bool thumbs_up(str_t text)
{
    for (size_t at = 0; at < text.size;) {
        uint32_t c = utf8_next(text, &at);
        if (c == 0x1f44d || c == 0x1f44c || c == 0x2705)
            return true;
    }
    return false;
}

static void mend_typos(token_t *tokens, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!tokens[i].known && tokens[i].mark == 0 && !tokens[i].number)
            tokens[i].word = word_near(tokens[i].text);
}

static size_t read_tokens(str_t text, buf_t *folded, token_t *tokens)
{
    buf_init(folded, MAX_FOLDED);
    text_fold(folded, utf8_front(text, UNDERSTAND_MAX_TEXT));
    return buf_ok(folded) ? tokens_read(buf_view(folded), tokens, TOKENS_MAX) : 0;
}

void understand(str_t text, understood_t *out)
{
    token_t tokens[TOKENS_MAX];
    chunk_t chunks[TOKENS_MAX];
    buf_t folded;
    *out = (understood_t){.down = -1, .down_bp = -1, .bare = -1};
    size_t count = read_tokens(text, &folded, tokens);
    out->language = vote(tokens, count, text);
    mend_typos(tokens, count);
    size_t chunk_count = chunks_read(tokens, count, chunks);
    out->formal = manner(chunks, chunk_count);
    for (size_t i = 0; i < count; i++) {
        out->words += tokens[i].mark == 0;
        out->unknown += tokens[i].mark == 0 && !tokens[i].number && !tokens[i].known;
    }
    for (size_t i = 0; i < chunk_count; i++)
        hear(chunks, chunk_count, i, out);
    hear_excluded(chunks, chunk_count, out);
    numbers_understand(chunks, chunk_count, out);
    hear_more(chunks, chunk_count, out);
    if (starts_with_and(tokens, count))
        out->says |= SAYS_ALSO;
    if (out->words == 0 && thumbs_up(text))
        out->says |= SAYS_YES;
    if (out->economy && out->fuel != NULL && strcmp(out->fuel, "Gasolina") == 0)
        out->fuel = NULL; /* "¿cuánto gasta de gasolina?" */
    buf_free(&folded);
}

void understand_manners(str_t text, language_t *language, int *formal)
{
    token_t tokens[TOKENS_MAX];
    chunk_t chunks[TOKENS_MAX];
    buf_t folded;
    size_t count = read_tokens(text, &folded, tokens);
    *language = vote(tokens, count, text);
    size_t chunk_count = chunks_read(tokens, count, chunks);
    *formal = manner(chunks, chunk_count);
    buf_free(&folded);
}

language_t understand_language(str_t text, language_t spoken)
{
    token_t tokens[TOKENS_MAX];
    buf_t folded;
    int votes[4] = {0};
    size_t count = read_tokens(text, &folded, tokens);
    language_t said = vote(tokens, count, text);
    count_votes(tokens, count, text, votes);
    buf_free(&folded);
    if (said == LANGUAGE_NONE)
        return spoken;
    bool clear = spoken == LANGUAGE_NONE || votes[said] >= votes[spoken] + VOTES_TO_SWITCH;
    return clear ? said : spoken;
}

bool understand_everyday(str_t text)
{
    token_t tokens[TOKENS_MAX];
    buf_t folded;
    size_t count = read_tokens(text, &folded, tokens);
    bool everyday = count > 0;
    for (size_t i = 0; i < count; i++)
        everyday &= tokens[i].mark != 0 || (tokens[i].word != NULL && tokens[i].known);
    buf_free(&folded);
    return everyday;
}

const char *language_code(language_t language)
{
    switch (language) {
    case LANGUAGE_ES:
        return "es";
    case LANGUAGE_EN:
        return "en";
    case LANGUAGE_PT:
        return "pt";
    default:
        return "";
    }
}

language_t language_from(str_t code)
{
    for (language_t language = LANGUAGE_ES; language <= LANGUAGE_PT; language++)
        if (str_is(code, language_code(language)))
            return language;
    return LANGUAGE_NONE;
}
