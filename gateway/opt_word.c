/* The words of leaving and returning; see opt_word.h. */
#include "gateway/opt_word.h"

#include "common/buf.h"
#include "common/text.h"

#define WORD_MAX 64 /* bytes; a longer text is no such word */

/* Without accents and punctuation, one blank between two words. */
static const char *const out[] = {
    /* any language's */
    "stop", "stopall", "stop all", "unsubscribe", "optout", "opt out", "revoke", "stop messages",
    "no more messages",
    /* Spanish */
    "baja", "dar de baja", "dame de baja", "darme de baja", "denme de baja", "quiero darme de baja",
    "cancelar suscripcion", "cancelar mi suscripcion", "desuscribir", "desuscribirme",
    "no mas mensajes", "no quiero mas mensajes", "ya no quiero mensajes",
    "ya no quiero recibir mensajes", "no quiero recibir mas mensajes", "ya no me escriban",
    "no me escriban mas", "dejen de escribirme",
    /* Portuguese */
    "parar", "sair", "descadastrar", "cancelar inscricao", "nao quero mais mensagens",
    "nao quero receber mais mensagens", NULL};
static const char *const sms_out[] = {"cancel", "end", "quit", NULL};
static const char *const in[] = {"start",
                                 "unstop",
                                 "subscribe",
                                 "alta",
                                 "dar de alta",
                                 "dame de alta",
                                 "darme de alta",
                                 "denme de alta",
                                 "suscribirme",
                                 "quiero darme de alta",
                                 NULL};

static bool is_among(str_t text, const char *const *words)
{
    for (; *words; words++)
        if (str_is(text, *words))
            return true;
    return false;
}

/* Lowercase letters and digits, a blank for whatever is between them. */
static void add_plain(buf_t *plain, str_t text)
{
    buf_t folded;
    buf_init(&folded, 4 * WORD_MAX);
    text_fold(&folded, text);
    for (size_t i = 0; i < folded.size; i++) {
        char c = folded.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c & 0x80;
        if (letter)
            buf_char(plain, c);
        else if (plain->size && plain->data[plain->size - 1] != ' ')
            buf_char(plain, ' ');
    }
    buf_free(&folded);
}

opt_word_t opt_word_of(str_t text, bool sms)
{
    buf_t plain;
    opt_word_t found = OPT_NONE;
    text = text_trim(text);
    if (text.size == 0 || text.size > WORD_MAX)
        return OPT_NONE;
    buf_init(&plain, 4 * WORD_MAX);
    add_plain(&plain, text);
    str_t word = text_trim(buf_view(&plain));
    if (word.size > 2 && (uint8_t)word.data[0] == 0xc2) /* ¡ */
        word = (str_t){word.data + 2, word.size - 2};
    if (is_among(word, out) || (sms && is_among(word, sms_out)))
        found = OPT_OUT;
    else if (is_among(word, in))
        found = OPT_IN;
    buf_free(&plain);
    return found;
}

const char *opt_word_name(opt_word_t word)
{
    return word == OPT_OUT ? "out" : word == OPT_IN ? "in" : "";
}
