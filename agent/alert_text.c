#include "agent/alert_text.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <time.h>

#include "agent/json.h"
#include "common/money.h"
#include "common/text.h"

#define MAX_TEXT 8192
#define MAIL_COLUMNS 76  /* of base 64 */
#define SUBJECT_BYTES 39 /* of text in one encoded word */

static const char *const names[] = {
#define ALERT_C(id, name) name,
    ALERT_KINDS(ALERT_C)
#undef ALERT_C
};

const char *alert_kind_name(alert_kind_t kind)
{
    return names[kind];
}

alert_kind_t alert_kind_of(str_t name)
{
    alert_kind_t kind = 0;
    while (kind < ALERT_KIND_COUNT && !str_is(name, names[kind]))
        kind++;
    return kind;
}

bool alert_kinds_parse(str_t list, unsigned *kinds)
{
    *kinds = 1u << ALERT_TEST;
    if (str_is(list, "all")) {
        *kinds = (1u << ALERT_KIND_COUNT) - 1;
        return true;
    }
    while (list.size) {
        size_t size = 0;
        while (size < list.size && list.data[size] != ',')
            size++;
        str_t name = text_trim((str_t){list.data, size});
        alert_kind_t kind = alert_kind_of(name);
        if (kind == ALERT_KIND_COUNT)
            return false;
        *kinds |= 1u << kind;
        size += size < list.size;
        list = (str_t){list.data + size, list.size - size};
    }
    return true;
}

/* ---- the line ---- */

/* Blanks for control characters: it is to stay one line. */
static void add_plain(buf_t *out, str_t text)
{
    for (size_t i = 0; i < text.size; i++)
        buf_char(out,
                 (unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f ? ' ' : text.data[i]);
}

static void add_quote(const proto_alert_t *alert, bool spanish, buf_t *out)
{
    char price[MONEY_TEXT_SIZE], instalment[MONEY_TEXT_SIZE];
    buf_str(out, spanish ? "Cotización nueva" : "New financing quote");
    if (alert->subject.size) {
        buf_str(out, ": ");
        add_plain(out, alert->subject);
    }
    buf_printf(out, spanish ? ", %s, %d meses de %s" : ", %s, %d months of %s",
               money_print(alert->amount, price), (int)alert->months,
               money_print_cents(alert->instalment, instalment));
}

static void add_score(const proto_alert_t *alert, bool spanish, buf_t *out)
{
    buf_printf(out, spanish ? "Calificación de %d en la encuesta" : "Score of %d in the survey",
               (int)alert->score);
    if (alert->text.size) {
        buf_str(out, spanish ? ": «" : ": “");
        add_plain(out, alert->text);
        buf_str(out, spanish ? "»" : "”");
    }
}

static void add_lead(const proto_alert_t *alert, bool spanish, buf_t *out)
{
    buf_str(out, spanish ? "Interesado nuevo" : "New lead");
    if (alert->subject.size) {
        buf_str(out, ": ");
        add_plain(out, alert->subject);
    }
    if (alert->text.size) {
        buf_str(out, spanish ? ", de " : ", from ");
        add_plain(out, alert->text);
    }
}

/* What a kind says around its subject. */
static const struct {
    const char *spanish, *english;
} sentences[ALERT_KIND_COUNT] = {
    [ALERT_PERSON] = {"Alguien quiere hablar con una persona%s",
                      "Somebody wants to talk to a person%s"},
    [ALERT_UNDELIVERED] = {"No se pudo entregar un mensaje: Twilio dice %s",
                           "A message could not be delivered: Twilio says %s"},
    [ALERT_MODEL] = {"Falla el modelo %s; mientras, contesta el siguiente o el vendedor sin modelo",
                     "The model %s is failing; meanwhile the next one answers, or the seller "
                     "without a model"},
    [ALERT_BUDGET] = {"Se acabó el presupuesto de hoy para modelos (%s); contesta el vendedor sin "
                      "modelo",
                      "The budget for models of today (%s) is used up; the seller without a model "
                      "answers"},
    [ALERT_MISSING] = {"No responde %s", "%s does not answer"},
    [ALERT_TEST] = {"Prueba: los avisos llegan%s", "Test: alerts arrive%s"},
};

static void add_sentence(const proto_alert_t *alert, alert_kind_t kind, bool spanish, buf_t *out)
{
    const char *sentence = spanish ? sentences[kind].spanish : sentences[kind].english;
    const char *place = strstr(sentence, "%s");
    buf_add(out, sentence, (size_t)(place - sentence));
    add_plain(out, alert->subject);
    buf_str(out, place + 2);
}

void alert_line(const proto_alert_t *alert, str_t shop, bool spanish, buf_t *out)
{
    static const str_t whatsapp = STR_LIT("whatsapp:");
    alert_kind_t kind = alert_kind_of(alert->kind);
    add_plain(out, shop);
    buf_str(out, ": ");
    if (kind == ALERT_QUOTE)
        add_quote(alert, spanish, out);
    else if (kind == ALERT_LEAD)
        add_lead(alert, spanish, out);
    else if (kind == ALERT_SCORE)
        add_score(alert, spanish, out);
    else if (kind < ALERT_KIND_COUNT)
        add_sentence(alert, kind, spanish, out);
    else
        add_plain(out, alert->kind);
    buf_char(out, '.');
    if (alert->user_id.size) {
        str_t user = alert->user_id;
        if (user.size > whatsapp.size && memcmp(user.data, whatsapp.data, whatsapp.size) == 0)
            user = (str_t){user.data + whatsapp.size, user.size - whatsapp.size};
        buf_str(out, spanish ? " Cliente: " : " Customer: ");
        add_plain(out, user);
        buf_char(out, '.');
    }
    if (alert->held_back > 0)
        buf_printf(out,
                   spanish ? " (Antes se omitieron %lld avisos así.)"
                           : " (%lld alerts like this were left out before.)",
                   (long long)alert->held_back);
}

/* ---- for programs ---- */

void alert_slack(str_t line, buf_t *out)
{
    buf_t safe;
    buf_init(&safe, MAX_TEXT);
    for (size_t i = 0; i < line.size; i++) {
        const char *escaped = line.data[i] == '&'   ? "&amp;"
                              : line.data[i] == '<' ? "&lt;"
                              : line.data[i] == '>' ? "&gt;"
                                                    : NULL;
        if (escaped)
            buf_str(&safe, escaped);
        else
            buf_char(&safe, line.data[i]);
    }
    buf_str(out, "{\"text\":");
    json_quote(out, buf_view(&safe));
    buf_char(out, '}');
    if (!buf_ok(&safe))
        out->bad = true;
    buf_free(&safe);
}

void alert_json(const proto_alert_t *alert, str_t line, buf_t *out)
{
    char at[32];
    struct tm tm;
    time_t seconds = (time_t)(alert->at_ms / 1000);
    gmtime_r(&seconds, &tm);
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &tm);
    buf_char(out, '{');
    json_text(out, "id", alert->id);
    json_text(out, "kind", alert->kind);
    json_text(out, "at", str_from(at));
    json_text(out, "message", line);
    if (alert->user_id.size)
        json_text(out, "user_id", alert->user_id);
    if (alert->subject.size)
        json_text(out, "subject", alert->subject);
    if (str_is(alert->kind, names[ALERT_QUOTE])) {
        json_money(out, "price", alert->amount);
        json_money(out, "instalment", alert->instalment);
        json_int(out, "months", alert->months);
    }
    if (str_is(alert->kind, names[ALERT_SCORE]))
        json_int(out, "score", alert->score);
    if (alert->text.size)
        json_text(out, "text", alert->text);
    json_int(out, "held_back", alert->held_back);
    buf_char(out, '}');
}

void alert_signature(str_t secret, int64_t unix_s, str_t body, buf_t *out)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    buf_t text;
    buf_init(&text, body.size + 32);
    buf_printf(&text, "%lld.", (long long)unix_s);
    buf_add(&text, body.data, body.size);
    HMAC(EVP_sha256(), secret.data, (int)secret.size, (const unsigned char *)text.data, text.size,
         mac, &size);
    buf_printf(out, "t=%lld,v1=", (long long)unix_s);
    for (unsigned i = 0; i < size; i++)
        buf_printf(out, "%02x", mac[i]);
    buf_free(&text);
}

/* ---- mail ---- */

static void add_base64(buf_t *out, str_t text, size_t columns)
{
    unsigned char piece[MAIL_COLUMNS + 5];
    size_t step = columns / 4 * 3;
    for (size_t at = 0; at < text.size; at += step) {
        size_t size = text.size - at < step ? text.size - at : step;
        int written = EVP_EncodeBlock(piece, (const unsigned char *)text.data + at, (int)size);
        buf_add(out, piece, (size_t)written);
        if (columns == MAIL_COLUMNS)
            buf_str(out, "\r\n");
    }
}

/* Encoded words, none of which cuts a character. */
static void add_subject(buf_t *out, str_t line)
{
    buf_str(out, "Subject:");
    while (line.size) {
        str_t word = utf8_front(line, SUBJECT_BYTES);
        if (word.size == 0)
            break;
        buf_str(out, " =?UTF-8?B?");
        add_base64(out, word, MAIL_COLUMNS - 4);
        buf_str(out, "?=\r\n");
        line = (str_t){line.data + word.size, line.size - word.size};
    }
}

void alert_mail(const proto_alert_t *alert, str_t line, str_t from, str_t to, int64_t unix_s,
                buf_t *out)
{
    char date[64];
    struct tm tm;
    time_t seconds = (time_t)unix_s;
    gmtime_r(&seconds, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
    buf_printf(out, "From: <%.*s>\r\nTo: %.*s\r\nDate: %s\r\nMessage-ID: <%.*s@mostrador>\r\n",
               STR_ARG(from), STR_ARG(to), date, STR_ARG(alert->id));
    add_subject(out, line);
    buf_str(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                 "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n");
    add_base64(out, line, MAIL_COLUMNS);
}

static bool is_address(str_t text)
{
    size_t at = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("<>()[]\\,;:\"", c))
            return false;
        if (c == '@') {
            if (at || i == 0)
                return false;
            at = i;
        }
    }
    return at && at + 1 < text.size && text.size <= 254;
}

bool alert_addresses(str_t list)
{
    size_t count = 0;
    while (list.size) {
        size_t size = 0;
        while (size < list.size && list.data[size] != ',')
            size++;
        if (!is_address(text_trim((str_t){list.data, size})) || ++count > 16)
            return false;
        size += size < list.size;
        list = (str_t){list.data + size, list.size - size};
    }
    return count > 0;
}
