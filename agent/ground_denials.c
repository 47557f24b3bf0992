/*
 * What a sentence denies, clause by clause: «no manejamos Ferrari», «Ferrari no hay». A denial that
 * is none («no hay problema», «no más de …») does not count.
 */
#include "agent/ground_judge.h"

bool judge_starts_clause(const ground_sentence_t *sentence, size_t at)
{
    return judge_is_mark(sentence, at, ",;:()?!.\x04\"") ||
           (judge_is_mark(sentence, at, "-") && sentence->tokens[at].spaced) ||
           ground_token_has(sentence, at, IS_BUT);
}

static bool is_denial(const ground_sentence_t *sentence, size_t at)
{
    str_t text = ground_token_text(sentence, at);
    bool denial = ground_token_has(sentence, at, IS_DENIAL) ||
                  (sentence->tokens[at].kind == GROUND_WORD && text.size > 3 &&
                   memcmp(text.data + text.size - 3, "n't", 3) == 0);
    for (size_t i = at + 1; denial && i < sentence->count && i <= at + 4; i++) {
        if (judge_starts_clause(sentence, i))
            break;
        denial = !ground_token_has(sentence, i, IS_NO_MATTER | IS_MORE);
    }
    return denial;
}

/* A clause of names and small words: it goes on with the list of the clause before. */
static bool only_lists(const judging_t *self, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        const ground_token_t *token = &self->sentence.tokens[at];
        bool small = ground_token_has(&self->sentence, at, IS_JOIN | IS_ARTICLE | IS_LINK) ||
                     ground_token_is(&self->sentence, at, "ni") ||
                     ground_token_is(&self->sentence, at, "un") ||
                     ground_token_is(&self->sentence, at, "una");
        if (token->kind != GROUND_MARK && !token->used && !small)
            return false;
    }
    return true;
}

/* Which tokens stand in a clause that denies. Names are marked as used before. */
void judge_read_denials(judging_t *self)
{
    const ground_sentence_t *sentence = &self->sentence;
    bool before = false;
    for (size_t from = 0; from < sentence->count;) {
        size_t to = from + 1;
        while (to < sentence->count && !judge_starts_clause(sentence, to))
            to++;
        bool denied = false;
        for (size_t at = from; at < to; at++)
            denied |= is_denial(sentence, at);
        bool listed =
            before && judge_is_mark(sentence, from, ",") && only_lists(self, from + 1, to);
        for (size_t at = from; at < to; at++)
            self->denied[at] = denied || listed;
        before = denied || listed;
        from = to;
    }
}

/* A number that the clause denies by inability: "no puedo vendértelo en 1 dólar". */
bool judge_is_denied(const judging_t *self, size_t at)
{
    const ground_sentence_t *sentence = &self->sentence;
    if (!self->denied[at] || self->question)
        return false;
    size_t from = at, to = at;
    while (from > 0 && !judge_starts_clause(sentence, from))
        from--;
    while (to < sentence->count && (to == at || !judge_starts_clause(sentence, to)))
        to++;
    bool able = false, denial = false;
    for (size_t i = from; i < to; i++) {
        able |= ground_token_has(sentence, i, IS_ABLE);
        denial |= is_denial(sentence, i);
    }
    return able && denial;
}
