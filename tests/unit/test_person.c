/* When a person of the shop is offered or promised, and what is said then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/person.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define MONDAY (20780 * DAY) /* 2026-11-23, on the shop's clock */

static const char *const codes[] = {"", "es", "en", "pt"};

typedef struct talk {
    proto_context_t context;
    person_scene_t scene;
    person_outcome_t outcome;
    buf_t said;
} talk_t;

static void begin(talk_t *self, language_t language)
{
    *self = (talk_t){.context = {.version = 1, .language = str_from(codes[language])}};
    self->scene = (person_scene_t){.voice = {.language = language},
                                   .said = STR_LIT("algo"),
                                   .text = STR_LIT("Una respuesta.")};
    buf_init(&self->said, 1024);
}

/* What is said behind the answer. */
static const char *turn(talk_t *self)
{
    buf_clear(&self->said);
    self->outcome = person_decide(&self->scene, &self->context, &self->said);
    buf_char(&self->said, '\0');
    return self->said.data;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" has no \"%s\"", text, part);
}

static void one_miss_is_none_two_are_an_offer_and_only_one(void **state)
{
    (void)state;
    static const char *const words[] = {"", "«asesor»", "\"advisor\"", "«atendente»"};
    for (language_t language = LANGUAGE_ES; language <= LANGUAGE_PT; language++) {
        talk_t talk;
        begin(&talk, language);
        talk.scene.missed = true;
        assert_string_equal(turn(&talk), "");
        talk.scene.missed = false;
        assert_string_equal(turn(&talk), "");
        talk.scene.missed = true;
        assert_string_equal(turn(&talk), "");
        assert_has(turn(&talk), words[language]);
        assert_true(str_is(talk.context.offered, "failed"));
        assert_string_equal(talk.outcome.wanted, "");
        for (int i = 0; i < 5; i++)
            assert_string_equal(turn(&talk), "");
        talk.scene.angry = true;
        assert_string_equal(turn(&talk), "");
        buf_free(&talk.said);
    }
}

static void anger_is_an_offer_at_once_unless_the_answer_is_one(void **state)
{
    (void)state;
    talk_t talk;
    begin(&talk, LANGUAGE_ES);
    talk.scene.angry = true;
    assert_has(turn(&talk), "asesor");
    assert_true(str_is(talk.context.offered, "anger"));
    assert_string_equal(turn(&talk), "");
    buf_free(&talk.said);
    begin(&talk, LANGUAGE_ES);
    talk.scene.angry = true;
    talk.scene.text = STR_LIT("Lo siento.\n¿Prefieres que te escriba un asesor?");
    assert_string_equal(turn(&talk), "");
    assert_true(str_is(talk.context.offered, "anger"));
    buf_free(&talk.said);
}

static void why_a_person_is_wanted(void **state)
{
    (void)state;
    talk_t talk;
    begin(&talk, LANGUAGE_ES);
    talk.scene.wants = true;
    assert_string_equal(turn(&talk), ""); /* no hours: nothing to add */
    assert_string_equal(talk.outcome.wanted, "asked");
    talk.context.offered = STR_LIT("anger");
    turn(&talk);
    assert_string_equal(talk.outcome.wanted, "anger");
    talk.context.offered = STR_LIT("failed");
    turn(&talk);
    assert_string_equal(talk.outcome.wanted, "failed");
    talk.scene.said = (str_t){0}; /* the survey's turn */
    turn(&talk);
    assert_string_equal(talk.outcome.wanted, "");
    buf_free(&talk.said);
}

static void outside_the_hours_it_is_said_when_and_a_message_is_taken(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        language_t language;
        const char *when;
    } rows[] = {
        {MONDAY + 7 * HOUR, LANGUAGE_ES, "hoy a las 9:00"},
        {MONDAY + 20 * HOUR, LANGUAGE_ES, "mañana a las 9:00"},
        {MONDAY + 4 * DAY + 19 * HOUR, LANGUAGE_ES, "mañana a las 10:30"},
        {MONDAY + 5 * DAY + 14 * HOUR, LANGUAGE_ES, "el lunes a las 9:00"},
        {MONDAY + 5 * DAY + 14 * HOUR, LANGUAGE_EN, "on Monday at 9:00"},
        {MONDAY + 5 * DAY + 14 * HOUR, LANGUAGE_PT, "na segunda-feira às 9:00"},
        {MONDAY + 9 * HOUR, LANGUAGE_ES, NULL},
        {MONDAY + 5 * DAY + 13 * HOUR, LANGUAGE_EN, NULL},
    };
    shop_hours_t hours;
    char why[SHOP_HOURS_WHY];
    assert_true(shop_hours_parse(STR_LIT("Mo-Fr 09:00-19:00; Sa 10:30-14:00"), &hours, why));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        talk_t talk;
        begin(&talk, rows[i].language);
        talk.scene.hours = &hours;
        talk.scene.shop_ms = rows[i].at;
        talk.scene.wants = true;
        const char *said = turn(&talk);
        assert_int_equal(talk.context.leaves, rows[i].when != NULL);
        assert_int_equal(talk.outcome.note.size, 0);
        if (!rows[i].when) {
            assert_string_equal(said, "");
        } else {
            assert_has(said, rows[i].when);
            talk.scene.wants = false;
            talk.scene.said = STR_LIT("que me llamen por la factura");
            assert_string_not_equal(turn(&talk), "");
            assert_true(str_is(talk.outcome.note, "que me llamen por la factura"));
            assert_string_equal(turn(&talk), ""); /* one message */
            assert_int_equal(talk.outcome.note.size, 0);
        }
        buf_free(&talk.said);
    }
}

static void a_message_that_is_left_is_cut_between_characters(void **state)
{
    (void)state;
    static char text[3 * PERSON_MAX_NOTE];
    talk_t talk;
    begin(&talk, LANGUAGE_ES);
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "ñ", 2);
    talk.context.leaves = true;
    talk.scene.said = str_from(text);
    turn(&talk);
    assert_int_equal(talk.outcome.note.size, PERSON_MAX_NOTE);
    buf_free(&talk.said);
}

static void yes_to_an_offer_is_a_wish(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *said;
        bool agreed;
    } rows[] = {
        {"No tengo ese dato.\n¿Quieres que te escriba un asesor?", "sí", true},
        {"No tengo ese dato; un asesor te lo confirma. ¿Le aviso?", "si, gracias", true},
        {"If you'd rather have an advisor write to you, just say \"advisor\".", "yes please", true},
        {"Se preferir que um atendente escreva, diga «atendente».", "sim", true},
        {"¿Quieres que te escriba un asesor?", "no", false},
        {"¿Quieres que te escriba un asesor?", "sí, busco un nissan", false},
        {"¿Quieres que lo cotice a 48 meses?", "sí", false},
        {"Un asesor te lo confirma.\n¿Te digo cuánto quedaría al mes?", "sí", false},
        {"Claro, ya le avisé a un asesor. Te escribe en cuanto se desocupe.", "sí", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        proto_entry_t entries[] = {
            {.role = STR_LIT("user"), .text = STR_LIT("hola")},
            {.role = STR_LIT("assistant"), .text = str_from(rows[i].answer)}};
        proto_context_t context = {.entries = entries, .entries_count = 2};
        understood_t understood = {0};
        understand(str_from(rows[i].said), &understood);
        if (person_is_agreed(&context, &understood) != rows[i].agreed)
            fail_msg("%s / %s", rows[i].answer, rows[i].said);
    }
    understood_t yes = {.says = SAYS_YES};
    proto_context_t nothing = {0};
    assert_false(person_is_agreed(&nothing, &yes));
}

static void anger_is_heard_in_three_languages_and_little_else(void **state)
{
    (void)state;
    static const char *const angry[] = {"Estoy MUY molesto con ustedes",
                                        "ya estoy harta",
                                        "qué pésimo servicio",
                                        "no me entiendes",
                                        "¡YA TE DIJE que no!",
                                        "los voy a demandar en profeco",
                                        "eres un inútil",
                                        "this is unacceptable",
                                        "I'm really angry",
                                        "what a waste of time",
                                        "you don't understand me",
                                        "you are useless",
                                        "estou com raiva",
                                        "que péssimo atendimento",
                                        "você não entende nada",
                                        "isso é um absurdo"};
    static const char *const calm[] = {"hola",
                                       "busco un nissan",
                                       "¿tienen servicio de taller?",
                                       "no es molestia",
                                       "un Hartmann",
                                       "¿a qué hora cierran?",
                                       "me urge un auto",
                                       "no thanks",
                                       "is there a service manual?",
                                       "tienes algo más barato?",
                                       "quero um carro",
                                       "ya lo vi",
                                       "hartford"};
    for (size_t i = 0; i < sizeof angry / sizeof *angry; i++) {
        understood_t understood = {0};
        understand(str_from(angry[i]), &understood);
        if (!person_is_angry(str_from(angry[i]), &understood))
            fail_msg("calm: %s", angry[i]);
    }
    for (size_t i = 0; i < sizeof calm / sizeof *calm; i++) {
        understood_t understood = {0};
        understand(str_from(calm[i]), &understood);
        if (person_is_angry(str_from(calm[i]), &understood))
            fail_msg("angry: %s", calm[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_miss_is_none_two_are_an_offer_and_only_one),
        cmocka_unit_test(anger_is_an_offer_at_once_unless_the_answer_is_one),
        cmocka_unit_test(why_a_person_is_wanted),
        cmocka_unit_test(outside_the_hours_it_is_said_when_and_a_message_is_taken),
        cmocka_unit_test(a_message_that_is_left_is_cut_between_characters),
        cmocka_unit_test(yes_to_an_offer_is_a_wish),
        cmocka_unit_test(anger_is_heard_in_three_languages_and_little_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
