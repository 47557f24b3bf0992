/* Splitting, joining and comparing words. The word lists are in lex_lists.c. */
#include "catalog/lex.h"

#include <stdint.h>

#include "common/text.h"

/* ---- splitting ---- */

static bool is_letter(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c < 0xC0 || c == 0xD7 || c == 0xF7 || c == 0xFFFD)
        return false;
    /* punctuation, arrows and symbols, CJK punctuation, private use, emoji */
    return !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) &&
           !(c >= 0xE000 && c <= 0xFAFF) && !(c >= 0xFE00 && c <= 0xFE0F) && c < 0x1F000;
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_stop(uint32_t c)
{
    return c == '.' || c == ',' || c == ';' || c == ':' || c == '?' || c == '!' || c == '\n' ||
           c == '(' || c == ')' || c == 0xBF || c == 0xA1 || c == 0x2026;
}

static uint32_t peek(str_t text, size_t at)
{
    return at < text.size ? (unsigned char)text.data[at] : 0;
}

static bool three_digits(str_t text, size_t at)
{
    return is_digit(peek(text, at)) && is_digit(peek(text, at + 1)) &&
           is_digit(peek(text, at + 2)) && !is_digit(peek(text, at + 3));
}

/* Reads a run of digits with its grouping ("300,000") and decimals ("1.6"); true when the word is
 * a number as a whole. *at is then behind it. */
static bool read_number(str_t text, size_t *at, buf_t *out)
{
    size_t i = *at;
    bool point = false;
    while (is_digit(peek(text, i))) {
        buf_char(out, text.data[i++]);
        if (peek(text, i) == ',' && three_digits(text, i + 1)) {
            i++;
        } else if (peek(text, i) == '.' && !point && is_digit(peek(text, i + 1))) {
            point = true;
            buf_char(out, text.data[i++]);
        }
    }
    size_t next = i;
    if (i < text.size && is_letter(utf8_next(text, &next))) {
        buf_clear(out);
        return false; /* "50mil", "3er": a word like any other */
    }
    *at = i;
    return true;
}

static void read_word(str_t text, size_t *at, buf_t *out)
{
    size_t i = *at;
    while (i < text.size) {
        size_t next = i;
        uint32_t c = utf8_next(text, &next);
        bool point = c == '.' && i > *at && is_digit(peek(text, i - 1)) &&
                     is_digit(peek(text, i + 1)); /* "1.6l" */
        if (!is_letter(c) && !point)
            break;
        i = next;
    }
    text_fold(out, (str_t){text.data + *at, i - *at});
    *at = i;
}

static bool is_capital(str_t text, size_t at)
{
    size_t next = at;
    uint32_t c = utf8_next(text, &next);
    return (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7);
}

size_t lex_split(str_t text, arena_t *arena, lex_word_t **words, size_t max)
{
    lex_word_t *list = arena_alloc(arena, max * sizeof *list);
    size_t count = 0;
    buf_t folded;
    buf_init(&folded, 4 * text.size + 1);
    bool stop = false;
    size_t gap = 0; /* bytes between the last word and here, hyphens not counted */
    for (size_t at = 0; list && at < text.size && count < max;) {
        size_t next = at;
        uint32_t c = utf8_next(text, &next);
        if (!is_letter(c)) {
            stop = stop || is_stop(c);
            gap += c == '-' || c == 0x2010 || c == 0x2011 ? 0 : 1;
            at = next;
            continue;
        }
        lex_word_t *word = &list[count];
        word->at = at;
        word->capital = is_capital(text, at);
        word->stop_before = stop;
        word->glued = count > 0 && gap == 0;
        word->money = at > 0 && text.data[at - 1] == '$';
        buf_clear(&folded);
        word->number = is_digit(c) && read_number(text, &at, &folded);
        if (!word->number)
            read_word(text, &at, &folded);
        word->end = at;
        word->percent =
            peek(text, at) == '%' || (peek(text, at) == ' ' && peek(text, at + 1) == '%');
        str_t front = utf8_front(buf_view(&folded), LEX_MAX_WORD);
        word->text = arena_copy(arena, front);
        word->size = front.size;
        if (!word->text) {
            count = 0;
            break;
        }
        count += front.size > 0;
        stop = false;
        gap = 0;
    }
    buf_free(&folded);
    *words = list;
    return count;
}

const char *lex_join(const lex_word_t *words, size_t count, arena_t *arena)
{
    buf_t out;
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(&out, ' ');
        buf_add(&out, words[i].text, words[i].size);
    }
    const char *joined = buf_ok(&out) ? arena_copy(arena, buf_view(&out)) : NULL;
    buf_free(&out);
    return joined;
}

const char *lex_compact(str_t text, arena_t *arena)
{
    lex_word_t *words;
    size_t count = lex_split(text, arena, &words, 64);
    buf_t out;
    buf_init(&out, 1 << 13);
    for (size_t i = 0; i < count; i++)
        buf_add(&out, words[i].text, words[i].size);
    const char *compact = arena_copy(arena, buf_view(&out));
    buf_free(&out);
    return compact;
}

/* ---- comparing ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t lex_distance(str_t a, str_t b, size_t limit)
{
    size_t gap = a.size > b.size ? a.size - b.size : b.size - a.size;
    if (gap > limit || a.size > LEX_MAX_WORD || b.size > LEX_MAX_WORD)
        return limit + 1;
    size_t rows[3][LEX_MAX_WORD + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.size; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        now[0] = i;
        size_t best = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t cost = a.data[i - 1] == b.data[j - 1] ? 0 : 1;
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
            best = least(best, now[j]);
        }
        if (best > limit)
            return limit + 1;
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.size] > limit ? limit + 1 : last[b.size];
}

static bool next_digit(str_t text, size_t *at)
{
    while (*at < text.size && !is_digit((unsigned char)text.data[*at]))
        (*at)++;
    return *at < text.size;
}

bool lex_same_digits(str_t a, str_t b)
{
    size_t i = 0, j = 0;
    for (;;) {
        bool more_a = next_digit(a, &i), more_b = next_digit(b, &j);
        if (!more_a || !more_b)
            return more_a == more_b;
        if (a.data[i++] != b.data[j++])
            return false;
    }
}

str_t lex_stem(str_t folded)
{
    str_t stem = folded;
    size_t digit = 0;
    if (stem.size < 4 || next_digit(stem, &digit))
        return stem;
    if (stem.data[stem.size - 1] == 's')
        stem.size--;
    char last = stem.data[stem.size - 1];
    if (stem.size >= 4 && (last == 'a' || last == 'o' || last == 'e'))
        stem.size--;
    return stem;
}
