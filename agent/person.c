/* See person.h. */
#include "agent/person.h"

#include <stdio.h>
#include <string.h>

#include "common/shop_day.h"
#include "common/text.h"

#define MAX_FOLDED 16384
#define MINUTE_MS 60000
#define WHEN_MAX 64

/* What anger sounds like, folded; a word begins where one of these does. Names are in understand's
 * tables. */
static const char *const anger[] = {
    "estoy molest",
    "muy molest",
    "enojad",
    "encabronad",
    "emputad",
    "indignad",
    "hart@",
    "hasta la madre",
    "que coraje",
    "pesimo servicio",
    "pesima atencion",
    "mal servicio",
    "mala atencion",
    "no me entiend",
    "no entiendes nada",
    "no entienden nada",
    "no sirve para nada",
    "no sirven para nada",
    "ya te dije",
    "ya les dije",
    "ya se los dije",
    "se burlan",
    "una burla",
    "que verguenza",
    "profeco",
    "voy a quejarme",
    "quiero quejarme",
    "una queja",
    "angry",
    "furious",
    "fed up",
    "pissed",
    "terrible service",
    "worst service",
    "awful service",
    "bad service",
    "you don't understand",
    "you dont understand",
    "you don’t understand",
    "i already told you",
    "unacceptable",
    "ridiculous",
    "a complaint",
    "waste of time",
    "irritad",
    "com raiva",
    "pessimo",
    "pessima",
    "mau atendimento",
    "voce nao entende",
    "nao entende nada",
    "ja te disse",
    "ja falei",
    "absurdo",
    "palhacada",
    "uma reclamacao",
    "procon",
    "que raiva",
};

/* Whom an answer offers, and how it does so, folded. */
static const char *const people[] = {"asesor",       "le aviso", "le avise", "advisor",
                                     "let one know", "tell one", "atendente"};
static const char *const offers[] = {"?", "«", "\""};

static bool starts(const char *at, const char *part, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (at[i] != part[i])
            return false;
    return true;
}

/* "@" at the end of a part stands for a word that ends in o or a, and in s. */
static bool begins(const char *at, const char *part)
{
    size_t size = strlen(part);
    if (part[size - 1] != '@')
        return starts(at, part, size);
    size--;
    if (!starts(at, part, size) || (at[size] != 'o' && at[size] != 'a'))
        return false;
    size += at[size + 1] == 's' ? 2 : 1;
    return !(at[size] >= 'a' && at[size] <= 'z');
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* text ends with 0. words: a part counts only where a word begins. */
static bool has(const char *text, const char *const *parts, size_t count, bool words)
{
    for (const char *at = text; *at; at++) {
        if (words && at > text && is_word(at[-1]))
            continue;
        for (size_t i = 0; i < count; i++)
            if (begins(at, parts[i]))
                return true;
    }
    return false;
}

#define HAS(text, parts, words) has(text, parts, sizeof(parts) / sizeof *(parts), words)

bool person_is_angry(str_t said, const understood_t *understood)
{
    buf_t folded;
    buf_init(&folded, MAX_FOLDED);
    text_fold(&folded, said);
    buf_char(&folded, '\0');
    bool angry =
        (understood->says & SAYS_ABUSE) || (buf_ok(&folded) && HAS(folded.data, anger, true));
    buf_free(&folded);
    return angry;
}

/* The last line says how to get a person. */
static bool is_offering(str_t text)
{
    text = text_trim(text);
    for (size_t i = text.size; i-- > 0;)
        if (text.data[i] == '\n') {
            text = (str_t){text.data + i + 1, text.size - i - 1};
            break;
        }
    buf_t folded;
    buf_init(&folded, MAX_FOLDED);
    text_fold(&folded, text);
    buf_char(&folded, '\0');
    bool offering =
        buf_ok(&folded) && HAS(folded.data, people, false) && HAS(folded.data, offers, false);
    buf_free(&folded);
    return offering;
}

bool person_is_agreed(const proto_context_t *context, const understood_t *understood)
{
    static const uint32_t beside = SAYS_YES | SAYS_THANKS;
    if (!(understood->says & SAYS_YES) || (understood->says & ~beside) || understood->unknown)
        return false;
    for (size_t i = context->entries_count; i-- > 0;) {
        const proto_entry_t *entry = &context->entries[i];
        if (str_is(entry->role, "assistant"))
            return is_offering(entry->text);
        if (str_is(entry->role, "person") || str_is(entry->role, "user"))
            return false;
    }
    return false;
}

/* ---- when somebody is there ---- */

static bool is_closed(const person_scene_t *scene, shop_opening_t *next)
{
    if (!scene->hours)
        return false;
    int weekday = shop_hours_weekday(scene->shop_ms / SHOP_DAY_MS);
    int minute = (int)(scene->shop_ms % SHOP_DAY_MS / MINUTE_MS);
    *next = shop_hours_next(scene->hours, weekday, minute);
    return !shop_hours_open(scene->hours, weekday, minute);
}

/* "mañana a las 9:00" */
static void print_when(language_t language, const shop_opening_t *next, char when[WHEN_MAX])
{
    static const char *const days[][SHOP_HOURS_DAYS] = {
        {"el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sábado",
         "el domingo"},
        {"on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday",
         "on Sunday"},
        {"na segunda-feira", "na terça-feira", "na quarta-feira", "na quinta-feira",
         "na sexta-feira", "no sábado", "no domingo"}};
    static const char *const soon[][2] = {
        {"hoy", "mañana"}, {"today", "tomorrow"}, {"hoje", "amanhã"}};
    static const char *const at[] = {"a las", "at", "às"};
    int of = language == LANGUAGE_EN ? 1 : language == LANGUAGE_PT ? 2 : 0;
    const char *day = next->days < 2 ? soon[of][next->days] : days[of][next->weekday];
    bool one = of == 0 && next->minute / 60 == 1;
    snprintf(when, WHEN_MAX, "%s %s %d:%02d", day, one ? "a la" : at[of], next->minute / 60,
             next->minute % 60);
}

/* ---- the decision ---- */

static void promise(const person_scene_t *scene, proto_context_t *context, buf_t *out)
{
    shop_opening_t next;
    char when[WHEN_MAX];
    if (!is_closed(scene, &next))
        return;
    print_when(scene->voice.language, &next, when);
    phrase_add(out, &scene->voice, PHRASE_PERSON_CLOSED, PHRASE_ARGS({"when", str_from(when)}));
    context->leaves = true;
}

person_outcome_t person_decide(const person_scene_t *scene, proto_context_t *context, buf_t *out)
{
    person_outcome_t outcome = {.wanted = ""};
    if (!scene->said.size)
        return outcome;
    bool leaves = context->leaves;
    context->leaves = false;
    context->misses = scene->missed ? context->misses + 1 : 0;
    if (scene->wants) {
        bool offered = context->offered.size > 0;
        outcome.wanted = !offered                            ? "asked"
                         : str_is(context->offered, "anger") ? "anger"
                                                             : "failed";
        context->misses = 0;
        promise(scene, context, out);
    } else if (leaves) {
        outcome.note = utf8_front(scene->said, PERSON_MAX_NOTE);
        phrase_say(out, &scene->voice, PHRASE_PERSON_NOTED);
    } else if (!context->offered.size && (scene->angry || context->misses >= PERSON_MISSES)) {
        context->offered = scene->angry ? STR_LIT("anger") : STR_LIT("failed");
        if (!is_offering(scene->text))
            phrase_say(out, &scene->voice, scene->angry ? PHRASE_PERSON_CALM : PHRASE_PERSON_OFFER);
    }
    return outcome;
}
