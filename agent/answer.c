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

#define LOOP_TAIL 400
#define LOOP_PIECE 100

bool answer_loops(str_t text)
{
    if (text.size < LOOP_TAIL)
        return false;
    const char *tail = text.data + text.size - LOOP_TAIL;
    for (size_t piece = 1; piece <= LOOP_PIECE; piece++)
        if (memcmp(tail, tail + piece, LOOP_TAIL - piece) == 0)
            return true;
    return false;
}

bool answer_says_something(str_t text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
            return true;
    }
    for (size_t at = 0; at < text.size;) {
        uint32_t c = utf8_next(text, &at); /* other scripts; no dashes, arrows or pictures */
        if ((c >= 0xc0 && c < 0x2000) || (c >= 0x2c00 && c < 0xe000))
            return true;
    }
    return false;
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
