#include "catalog/value.h"

#include <stdio.h>
#include <string.h>

#include "catalog/synonyms.h"

static bool value_has(const stock_value_t *value, str_t word, bool whole)
{
    char needle[LEX_MAX_WORD + 3];
    snprintf(needle, sizeof needle, " %.*s%s", STR_ARG(word), whole ? " " : "");
    return strstr(value->folded, needle) != NULL;
}

int value_fits(const stock_value_t *value, const lex_word_t *words, size_t count)
{
    int fit = VALUE_EXACT;
    for (size_t i = 0; i < count; i++) {
        str_t word = {words[i].text, words[i].size}, others[SYNONYMS_MAX];
        if (value_has(value, word, true))
            continue;
        fit = VALUE_NEAR;
        bool has = value_has(value, lex_stem(word), false);
        size_t other_count = has ? 0 : synonyms_of(word, others);
        for (size_t j = 0; j < other_count && !has; j++)
            has = value_has(value, lex_stem(others[j]), false);
        if (!has)
            return 0;
    }
    return fit;
}

size_t value_nearest(const stock_value_t *values, size_t count, const char *said)
{
    size_t limit = strlen(said) < 4 ? 0 : strlen(said) < 8 ? 1 : 2, nearest = 0;
    for (size_t i = 1; limit > 0 && i < count; i++) {
        str_t folded = {values[i].folded + 1, strlen(values[i].folded) - 2};
        size_t distance = lex_distance(str_from(said), folded, limit);
        if (distance <= limit) {
            nearest = i;
            limit = distance - (distance > 0);
        }
    }
    return nearest;
}
