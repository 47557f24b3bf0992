#include "agent/promise.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/promise_index.h"
#include "agent/promise_table.h"
#include "agent/wording.h"
#include "common/text.h"

#define MAX_PASSAGES 64
#define NUMBERS_BEFORE 3 /* words before a promise that still belong to its figures */

#define ADVISOR                                                                            \
    "asesor|asesora|asesores|ejecutivo|ejecutiva|vendedor|vendedora|vendedores|valuador|"  \
    "advisor|advisors|adviser|salesperson|appraiser|agent|consultor|consultora|atendente|" \
    "atendentes|avaliador|area"

/* ---- names ---- */

const char *promise_kind_name(promise_kind_t kind)
{
    static const char *const names[] = {
#define PROMISE_C(id, name, advice) name,
        PROMISE_KINDS(PROMISE_C)
#undef PROMISE_C
    };
    return kind < PROMISE_KIND_COUNT ? names[kind] : "?";
}

const char *promise_kind_advice(promise_kind_t kind)
{
    static const char *const advice[] = {
#define PROMISE_C(id, name, text) text,
        PROMISE_KINDS(PROMISE_C)
#undef PROMISE_C
    };
    return kind < PROMISE_KIND_COUNT ? advice[kind] : "?";
}

/* ---- the shop's pages ---- */

typedef struct texts {
    wording_t passages[MAX_PASSAGES];
    size_t count;
    bool read;
} texts_t;

static void add_passage(texts_t *self, str_t text)
{
    if (self->count < MAX_PASSAGES)
        wording_read(&self->passages[self->count++], text);
}

/* A result of search_knowledge: its passages, each with its title. */
static void add_result(texts_t *self, str_t json)
{
    cJSON *result = cJSON_ParseWithLength(json.data, json.size), *passage;
    cJSON_ArrayForEach (passage, cJSON_GetObjectItemCaseSensitive(result, "passages")) {
        const char *title =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(passage, "title"));
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(passage, "text"));
        buf_t whole;
        buf_init(&whole, PROMISE_MAX_TEXT);
        if (title)
            buf_printf(&whole, "%s\n", title);
        if (text)
            buf_str(&whole, text);
        if (buf_ok(&whole))
            add_passage(self, buf_view(&whole));
        buf_free(&whole);
    }
    cJSON_Delete(result);
}

/* Read when the first promise asks for them: most answers have none. */
static void read_texts(texts_t *self, const str_t *texts, size_t count, bool pages)
{
    if (self->read)
        return;
    self->read = true;
    for (size_t i = 0; i < count; i++) {
        str_t text = text_trim(texts[i]);
        if (pages && text.size && text.data[0] == '{')
            add_result(self, text);
        else
            add_passage(self, utf8_front(text, PROMISE_MAX_TEXT));
    }
}

static void free_texts(texts_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        wording_free(&self->passages[i]);
}

/* ---- what two texts have in common ---- */

static bool says(const wording_t *text, size_t from, size_t end, const char *pattern)
{
    wording_match_t match;
    for (size_t i = from; i < end; i++)
        if (wording_match(text, i, pattern, &match))
            return true;
    return false;
}

/* The digits of a number, also one in words; empty if the word is none. */
static str_t digits_of(const wording_t *text, size_t at)
{
    wording_match_t match;
    if (text->words[at].kind == WORDING_NUMBER)
        return text->words[at].text;
    for (size_t i = 0; i < promise_number_count; i++)
        if (wording_match(text, at, promise_numbers[i].words, &match))
            return str_from(promise_numbers[i].digits);
    return (str_t){0};
}

static bool has_number(const wording_t *text, size_t from, size_t end, str_t digits)
{
    for (size_t i = from; i < end; i++)
        if (str_eq(digits_of(text, i), digits))
            return true;
    return false;
}

/* 2019 as in "Versa 2019": the year of a car, not a figure of the promise. */
static bool is_model_year(const wording_t *text, size_t at)
{
    const wording_word_t *word = &text->words[at];
    return word->kind == WORDING_NUMBER && word->text.size == 4 &&
           (memcmp(word->text.data, "19", 2) == 0 || memcmp(word->text.data, "20", 2) == 0) &&
           (at == 0 || text->words[at - 1].kind != WORDING_MONEY);
}

/* ---- a promise and a page ---- */

typedef struct finder {
    wording_t text;
    str_t source; /* of it */
    const promise_sources_t *sources;
    texts_t pages, results, said;
} finder_t;

typedef struct claim {
    const promise_rule_t *rule;
    wording_match_t match;
    size_t from, end; /* its sentence */
} claim_t;

/* The passage makes a promise of that kind itself. */
static bool page_promises(const wording_t *page, promise_kind_t kind)
{
    wording_match_t match;
    uint16_t rules[PROMISE_INDEX_MOST];
    for (size_t at = 0; at < page->count; at++) {
        size_t count = promise_index_find(&page->words[at], rules);
        for (size_t i = 0; i < count; i++) {
            const promise_rule_t *rule = &promise_rules[rules[i]];
            if (rule->kind == kind && (rule->flags & PROMISE_BACKED) &&
                wording_match(page, at, rule->pattern, &match) &&
                !wording_denied(page, &match, rule->flags & PROMISE_AFTER))
                return true;
        }
    }
    return false;
}

static bool same_figures(const finder_t *self, const claim_t *claim, const wording_t *page)
{
    size_t from = claim->match.at;
    for (size_t i = 0; i < NUMBERS_BEFORE && from > claim->from; i++)
        from--;
    for (size_t i = from; i < claim->end; i++) {
        str_t digits = digits_of(&self->text, i);
        if (digits.size && !is_model_year(&self->text, i) &&
            !has_number(page, 0, page->count, digits))
            return false;
    }
    return true;
}

static bool names_terms(const wording_t *text, size_t from, size_t end)
{
    for (size_t i = 0; i < promise_term_count; i++)
        if (promise_terms[i].role == TERM_SAME && says(text, from, end, promise_terms[i].words))
            return true;
    return false;
}

/* What the sentence speaks of, the page does too. "And that is free." speaks of the sentence
 * before. */
static bool same_terms(const finder_t *self, const claim_t *claim, const wording_t *page)
{
    size_t from = claim->from, end;
    if (from > 0 && !names_terms(&self->text, from, claim->end))
        from = wording_sentence(&self->text, from - 1, &end);
    for (size_t i = 0; i < promise_term_count; i++)
        if (promise_terms[i].role == TERM_SAME &&
            says(&self->text, from, claim->end, promise_terms[i].words) &&
            !says(page, 0, page->count, promise_terms[i].words))
            return false;
    return true;
}

/* "12 months" that the page gives at a cost only, and the answer without a word of that. */
static bool keeps_conditions(const finder_t *self, const claim_t *claim, const wording_t *page)
{
    size_t end, behind = claim->end;
    if (behind < self->text.count)
        wording_sentence(&self->text, behind, &behind);
    for (size_t from = 0; from < page->count; from = end) {
        wording_sentence(page, from, &end);
        bool shares = false;
        for (size_t i = claim->from; i < claim->end; i++) {
            str_t digits = digits_of(&self->text, i);
            shares |= digits.size && has_number(page, from, end, digits);
        }
        for (size_t i = 0; shares && i < promise_term_count; i++)
            if (promise_terms[i].role == TERM_CONDITION &&
                says(page, from, end, promise_terms[i].words) &&
                !says(&self->text, claim->from, behind, promise_terms[i].words))
                return false;
    }
    return true;
}

static bool is_capital(const finder_t *self, size_t at)
{
    const wording_word_t *word = &self->text.words[at];
    unsigned char first = (unsigned char)self->source.data[word->at];
    unsigned char second =
        word->end - word->at > 1 ? (unsigned char)self->source.data[word->at + 1] : 0;
    return (first >= 'A' && first <= 'Z') || (first == 0xc3 && second >= 0x80 && second <= 0x9e);
}

/* "Estamos en Paseo de la Reforma": the page names it too. */
static bool same_names(const finder_t *self, const claim_t *claim, const wording_t *page)
{
    for (size_t i = claim->match.at + 1; i < claim->end; i++) {
        bool known = !is_capital(self, i);
        for (size_t j = 0; j < page->count && !known; j++)
            known = str_eq(page->words[j].text, self->text.words[i].text);
        if (!known)
            return false;
    }
    return true;
}

static bool is_backed(finder_t *self, const claim_t *claim)
{
    const promise_sources_t *sources = self->sources;
    if (sources)
        read_texts(&self->pages, sources->pages, sources->page_count, true);
    for (size_t i = 0; i < self->pages.count; i++) {
        const wording_t *page = &self->pages.passages[i];
        if (page_promises(page, claim->rule->kind) && same_figures(self, claim, page) &&
            same_terms(self, claim, page) && keeps_conditions(self, claim, page) &&
            (!(claim->rule->flags & PROMISE_NAMES) || same_names(self, claim, page)))
            return true;
    }
    return false;
}

/* The words of the claim stand in one of the texts: "piel" in a version, "monterrey" in a message.
 */
static bool stands_in(const finder_t *self, const texts_t *texts, const claim_t *claim)
{
    bool alike = (claim->rule->flags & PROMISE_ALIKE) != 0;
    for (size_t i = 0; i < texts->count; i++)
        for (size_t at = 0; at < texts->passages[i].count; at++) {
            wording_match_t match;
            if (alike && wording_match(&texts->passages[i], at, claim->rule->pattern, &match))
                return true;
            bool same = at + claim->match.count <= texts->passages[i].count;
            for (size_t n = 0; n < claim->match.count && same; n++)
                same = str_eq(texts->passages[i].words[at + n].text,
                              self->text.words[claim->match.at + n].text);
            if (same)
                return true;
        }
    return false;
}

static bool is_found(finder_t *self, const claim_t *claim)
{
    const promise_sources_t *sources = self->sources;
    if (sources && (claim->rule->flags & PROMISE_FOUND)) {
        read_texts(&self->results, sources->results, sources->result_count, false);
        read_texts(&self->pages, sources->pages, sources->page_count, true);
        if (stands_in(self, &self->results, claim) || stands_in(self, &self->pages, claim))
            return true;
    }
    if (sources && (claim->rule->flags & PROMISE_SAID)) {
        read_texts(&self->said, sources->said, sources->said_count, false);
        return stands_in(self, &self->said, claim);
    }
    return false;
}

/* The sentence ends with a question mark. */
static bool is_question(const finder_t *self, const claim_t *claim)
{
    size_t at = self->text.words[claim->end - 1].end;
    while (at < self->source.size && strchr(" *_)\"", self->source.data[at]))
        at++;
    return at < self->source.size && self->source.data[at] == '?';
}

/* ---- finding ---- */

static bool makes(finder_t *self, claim_t *claim)
{
    const promise_rule_t *rule = claim->rule;
    if (!wording_match(&self->text, claim->match.at, rule->pattern, &claim->match) ||
        wording_denied(&self->text, &claim->match, rule->flags & PROMISE_AFTER))
        return false;
    if ((rule->flags & PROMISE_ADVISOR) && says(&self->text, claim->from, claim->end, ADVISOR))
        return false;
    if ((rule->flags & PROMISE_UNKNOWN) && wording_denies(&self->text, claim->from, claim->end))
        return false;
    if ((rule->flags & PROMISE_ASKED) && is_question(self, claim))
        return false;
    return !is_found(self, claim) && (!(rule->flags & PROMISE_BACKED) || !is_backed(self, claim));
}

static str_t sentence_of(const finder_t *self, str_t text, const claim_t *claim)
{
    size_t at = self->text.words[claim->from].at, end = self->text.words[claim->end - 1].end;
    return (str_t){text.data + at, end - at};
}

size_t promise_find(str_t text, const promise_sources_t *sources, promise_t *found, size_t max)
{
    finder_t *self = calloc(1, sizeof *self);
    size_t count = 0, end;
    uint16_t rules[PROMISE_INDEX_MOST];
    if (!self)
        abort();
    self->sources = sources;
    text = text.size > PROMISE_MAX_TEXT ? (str_t){text.data, PROMISE_MAX_TEXT} : text;
    self->source = text;
    wording_read(&self->text, text);
    for (size_t from = 0; from < self->text.count; from = end) {
        bool made[PROMISE_KIND_COUNT] = {false};
        wording_sentence(&self->text, from, &end);
        for (size_t at = from; at < end && count < max; at++) {
            size_t starts = promise_index_find(&self->text.words[at], rules);
            for (size_t i = 0; i < starts && count < max; i++) {
                claim_t claim = {&promise_rules[rules[i]], {.at = at}, from, end};
                if (made[claim.rule->kind] || !makes(self, &claim))
                    continue;
                made[claim.rule->kind] = true;
                found[count++] = (promise_t){claim.rule->kind, sentence_of(self, text, &claim)};
            }
        }
    }
    free_texts(&self->pages);
    free_texts(&self->results);
    free_texts(&self->said);
    wording_free(&self->text);
    free(self);
    return count;
}
