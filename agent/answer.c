#include "agent/answer.h"

#include "common/text.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool ends_sentence(str_t text, size_t at)
{
    char c = text.data[at];
    if (c == '\n')
        return true;
    return (c == '.' || c == '!' || c == '?') && at + 1 < text.size && is_space(text.data[at + 1]);
}

str_t answer_cut(str_t text, size_t max)
{
    if (text.size <= max)
        return text;
    for (size_t at = max; at-- > max / 2;)
        if (ends_sentence(text, at))
            return text_trim((str_t){text.data, at + 1});
    for (size_t at = max; at-- > max / 2;)
        if (is_space(text.data[at]))
            return text_trim((str_t){text.data, at});
    return utf8_front(text, max);
}

str_t answer_sorry(str_t language, bool formal)
{
    if (str_is(language, "en"))
        return STR_LIT("Sorry, I can't look that up right now. Could you write to me again in a "
                       "few minutes?");
    if (str_is(language, "pt"))
        return STR_LIT("Desculpe, agora não consigo consultar isso. Pode me escrever de novo em "
                       "alguns minutos?");
    if (formal)
        return STR_LIT("Disculpe, en este momento no puedo consultarlo. ¿Me escribe de nuevo en "
                       "unos minutos?");
    return STR_LIT("Perdón, en este momento no puedo consultarlo. ¿Me escribes de nuevo en unos "
                   "minutos?");
}
