/*
 * Tokenizers cut a text into words first, each with the blank before it, then into digits by three
 * and runs of marks, and only then into tokens. So the runs are counted, and for each the tokens
 * that a run of its kind and length has on average.
 */
#include "common/tokens.h"

#include <string.h>

#include "common/text.h"

typedef enum kind {
    KIND_BLANK,
    KIND_LETTER, /* Latin */
    KIND_DIGIT,
    KIND_MARK,
    KIND_FAR,     /* letters of other alphabets */
    KIND_SIGN,    /* dashes, arrows, typographic quotes */
    KIND_PICTURE, /* emoji, and ideographs beyond the common ones */
} kind_t;

/* The run that is being read; weight is its characters, an accented letter counted twice. */
typedef struct run {
    kind_t kind;
    size_t weight;
    bool after_blank;
} run_t;

static inline size_t run_tokens(const run_t *run)
{
    size_t n = run->weight;
    switch (run->kind) {
    case KIND_BLANK:
        return n > 1;
    case KIND_LETTER:
        return n ? 1 + (n - 1) / 5 : 0;
    case KIND_DIGIT:
        return n ? (n + 2) / 3 + run->after_blank : 0;
    case KIND_MARK:
        return (n + 1) / 2;
    case KIND_FAR:
    case KIND_SIGN:
        break;
    case KIND_PICTURE:
        return 3 * n;
    }
    return n;
}

#define MORE 128 /* of a byte: the character has others */

static const uint8_t BYTES[256] = {
    [0 ... 8] = KIND_MARK,       ['\t' ... '\r'] = KIND_BLANK, [14 ... 31] = KIND_MARK,
    [' '] = KIND_BLANK,          ['!' ... '/'] = KIND_MARK,    ['0' ... '9'] = KIND_DIGIT,
    [':' ... '@'] = KIND_MARK,   ['A' ... 'Z'] = KIND_LETTER,  ['[' ... '`'] = KIND_MARK,
    ['a' ... 'z'] = KIND_LETTER, ['{' ... 127] = KIND_MARK,    [128 ... 255] = MORE,
};

static kind_t kind_of(uint32_t c)
{
    if (c < 0x80)
        return BYTES[c];
    if (c >= 0xc0 && c < 0x250)
        return KIND_LETTER;
    if (c < 0xc0 || (c >= 0x2000 && c < 0x2c00))
        return KIND_SIGN;
    return c < 0x10000 ? KIND_FAR : KIND_PICTURE;
}

/* Adds characters to the run while they are of its kind; returns where the next one begins. */
static size_t read_run(str_t text, size_t at, run_t *run)
{
    while (at < text.size) {
        size_t next = at;
        while (next < text.size && BYTES[(unsigned char)text.data[next]] == run->kind)
            next++;
        run->weight += next - at;
        at = next;
        if (at == text.size || BYTES[(unsigned char)text.data[at]] != MORE ||
            kind_of(utf8_next(text, &next)) != run->kind)
            break;
        run->weight += run->kind == KIND_LETTER ? 2 : 1;
        at = next;
    }
    return at;
}

/* Where the run from at on has to end to have at most most tokens. */
static size_t cut_run(str_t text, size_t at, size_t most, run_t *run)
{
    for (run->weight = 0; at < text.size;) {
        size_t next = at, weight = run->weight;
        run->weight += utf8_next(text, &next) >= 0x80 && run->kind == KIND_LETTER ? 2 : 1;
        if (run_tokens(run) > most) {
            run->weight = weight;
            break;
        }
        at = next;
    }
    return at;
}

/* Is the byte at at a run of its own? Half of all runs are: a blank, a comma. */
static bool is_alone(str_t text, size_t at, uint8_t kind)
{
    uint8_t next = at + 1 < text.size ? BYTES[(unsigned char)text.data[at + 1]] : MORE;
    return next != kind && next != MORE;
}

/* Reads from text while the tokens are at most most; returns the bytes read. */
static size_t read_tokens(str_t text, size_t most, size_t *tokens)
{
    size_t at = 0;
    bool blank = false;
    *tokens = 0;
    while (at < text.size) {
        size_t next = at;
        uint8_t kind = BYTES[(unsigned char)text.data[at]];
        if ((kind == KIND_BLANK || (kind == KIND_MARK && *tokens < most)) &&
            is_alone(text, at, kind)) {
            blank = kind == KIND_BLANK;
            *tokens += !blank;
            at++;
            continue;
        }
        run_t run = {kind == MORE ? kind_of(utf8_next(text, &next)) : (kind_t)kind, 0, blank};
        size_t end = read_run(text, at, &run), count = run_tokens(&run);
        if (count > most - *tokens) {
            end = cut_run(text, at, most - *tokens, &run);
            *tokens += run_tokens(&run);
            return end;
        }
        *tokens += count;
        blank = run.kind == KIND_BLANK;
        at = end;
    }
    return at;
}

size_t tokens_of(str_t text)
{
    size_t tokens;
    read_tokens(text, SIZE_MAX, &tokens);
    return tokens;
}

str_t tokens_front(str_t text, size_t most)
{
    size_t tokens;
    return (str_t){text.data, read_tokens(text, most, &tokens)};
}

/* ---- what models report ---- */

static int64_t *row_of(tokens_scale_t *self, str_t model)
{
    for (size_t i = 0; i < self->count; i++)
        if (str_is(model, self->rows[i].model))
            return &self->rows[i].permille;
    if (self->count == TOKENS_MAX_MODELS)
        memmove(self->rows, self->rows + 1, --self->count * sizeof *self->rows);
    self->rows[self->count].permille = 0;
    memcpy(self->rows[self->count].model, model.size ? model.data : "", model.size);
    self->rows[self->count].model[model.size] = 0;
    return &self->rows[self->count++].permille;
}

void tokens_scale_learn(tokens_scale_t *self, str_t model, int64_t estimated, int64_t reported)
{
    if (estimated < 1 || reported < 1 || reported > INT64_MAX / 1000)
        return;
    int64_t told = reported * 1000 / estimated;
    told = told < TOKENS_SCALE_MIN ? TOKENS_SCALE_MIN : told;
    told = told > TOKENS_SCALE_MAX ? TOKENS_SCALE_MAX : told;
    int64_t *permille = row_of(self, utf8_front(model, TOKENS_MAX_NAME - 1));
    if (*permille == 0)
        *permille = told;
    else
        *permille += (told - *permille) / (told > *permille ? 2 : 8);
}

int64_t tokens_scale_permille(const tokens_scale_t *self)
{
    int64_t most = 0;
    for (size_t i = 0; i < self->count; i++)
        if (self->rows[i].permille > most)
            most = self->rows[i].permille;
    return most ? most : TOKENS_SCALE_START;
}
