/* What messages say to the survey: a table of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "agent/survey_read.h"
#include "common/buf.h"

static const char *const KINDS[] = {"other",   "score",   "words",  "unclear",
                                    "refused", "manners", "comment"};

/* "score 9", "score 9 comment=…", "score 9 rest=…", "other" … */
static void print(const survey_said_t *said, buf_t *out)
{
    buf_str(out, KINDS[said->kind]);
    if (said->kind == SURVEY_SCORE)
        buf_printf(out, " %d", (int)said->score);
    if (said->kind == SURVEY_SCORE && said->comment.size)
        buf_printf(out, " comment=%.*s", STR_ARG(said->comment));
    if (said->kind == SURVEY_SCORE && said->rest.size)
        buf_printf(out, " rest=%.*s", STR_ARG(said->rest));
}

typedef struct row {
    const char *text, *expected;
} row_t;

static int differ(const row_t *rows, size_t count, survey_question_t question, bool fresh)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        survey_said_t said;
        buf_t out;
        buf_init(&out, 8192);
        survey_read(str_from(rows[i].text), question, fresh, &said);
        print(&said, &out);
        if (strcmp(out.data, rows[i].expected) != 0) {
            print_error("%s\n    is       %s\n    expected %s\n", rows[i].text, out.data,
                        rows[i].expected);
            wrong++;
        }
        buf_free(&out);
    }
    return wrong;
}

#define CHECK(rows, question, fresh) \
    assert_int_equal(differ(rows, sizeof(rows) / sizeof *(rows), question, fresh), 0)

/* clang-format off */
static const row_t SCORES[] = {
    {"10", "score 10"}, {"0", "score 0"}, {"7", "score 7"}, {" 9 ", "score 9"}, {"9.", "score 9"},
    {"10!!!", "score 10"}, {"un 9", "score 9"}, {"Un diez", "score 10"}, {"diez", "score 10"},
    {"DIEZ!", "score 10"}, {"cero", "score 0"}, {"un cero", "score 0"}, {"nueve", "score 9"},
    {"siete", "score 7"}, {"uno", "score 1"}, {"9/10", "score 9"}, {"9 / 10", "score 9"},
    {"10/10", "score 10"}, {"9 de 10", "score 9"}, {"ocho de diez", "score 8"},
    {"8 sobre 10", "score 8"}, {"le doy un 8", "score 8"}, {"Les doy un 10", "score 10"},
    {"te pongo un 9", "score 9"}, {"yo diría que un 8", "score 8"}, {"creo que un 7", "score 7"},
    {"mmm como un 7", "score 7"}, {"mi calificación es 9", "score 9"},
    {"9 de calificación", "score 9"}, {"9 puntos", "score 9"}, {"calificación: 8", "score 8"},
    {"del 0 al 10, un 9", "score 9"}, {"de 0 a 10 le doy 6", "score 6"},
    {"pues un 5", "score 5"}, {"sí, un 9", "score 9"}, {"claro, 10", "score 10"},
    {"8.5", "score 8"}, {"8,5", "score 8"}, {"un 9.5", "score 9"}, {"nueve y medio", "score 9"},
    {"9.0", "score 9"}, {"10.0", "score 10"},
    {"🔟", "score 10"}, {"9️⃣", "score 9"}, {"1️⃣0️⃣", "score 10"}, {"９", "score 9"},
    {"10 👍", "score 10"}, {"👍 9", "score 9"}, {"10 10 10", "score 10"},
    {"10, gracias", "score 10"}, {"hola, un 10", "score 10"}, {"8 por favor", "score 8"},
    {"un 9 jaja", "score 9"}, {"gracias, 9", "score 9"}, {"10 definitivamente", "score 10"},
    {"Un 10 sin duda", "score 10"}, {"mi respuesta es 8", "score 8"}, {"9?", "score 9"},
    {"no sé, 7?", "score 7"}, {"un 9 para ustedes", "score 9"}, {"would recommend, 9", "score 9"},
    {"10 com certeza", "score 10"}, {"jajaja 10", "score 10"}, {"*9*", "score 9"}, {"R: 9", "score 9"},
    {"9 al servicio", "score 9 comment=al servicio"}, {"0 nunca contestan", "score 0 comment=nunca contestan"},
    {"8 por los precios", "score 8 comment=por los precios"},
    {"un 3 la verdad no me gustó", "score 3 comment=la verdad no me gustó"},
    {"nine", "score 9"}, {"ten out of ten", "score 10"}, {"9 out of 10", "score 9"},
    {"I'd give it a 9", "score 9"}, {"I would say 8", "score 8"}, {"a solid 9/10", "score 9 rest=a solid"},
    {"it's a 7", "score 7"}, {"maybe 6", "score 6"}, {"ten!", "score 10"}, {"zero", "score 0"},
    {"nota 9", "score 9"}, {"dou nota 8", "score 8"}, {"um 9", "score 9"}, {"dez", "score 10"},
    {"nove", "score 9"}, {"uma nota 10", "score 10"}, {"oito de dez", "score 8"}, {"sete", "score 7"},

    {"9 porque tardaron en contestar", "score 9 comment=porque tardaron en contestar"},
    {"un 6, tardaron mucho", "score 6 comment=tardaron mucho"},
    {"10 excelente atención", "score 10 comment=excelente atención"},
    {"Muy buen servicio, un 10", "score 10 comment=Muy buen servicio"},
    {"excelente, 10", "score 10 comment=excelente"},
    {"7\nmuy caros", "score 7 comment=muy caros"},
    {"8 me atendieron bien", "score 8 comment=me atendieron bien"},
    {"great service, 9", "score 9 comment=great service"},
    {"9 because you were fast", "score 9 comment=because you were fast"},
    {"10, ótimo atendimento", "score 10 comment=ótimo atendimento"},
    {"8 pois demorou", "score 8 comment=pois demorou"},

    {"un 9, ¿y tienes el rojo?", "score 9 rest=¿y tienes el rojo?"},
    {"10, quiero ver camionetas", "score 10 rest=quiero ver camionetas"},
    {"9 y quiero hablar con una persona", "score 9 rest=y quiero hablar con una persona"},
    {"8. A qué hora abren?", "score 8 rest=A qué hora abren?"},
    {"¿tienes el Versa en blanco? por cierto, un 9", "score 9 rest=¿tienes el Versa en blanco? por cierto"},
    {"10! do you have it in red?", "score 10 rest=do you have it in red?"},
    {"9, e tem SUV automático?", "score 9 rest=e tem SUV automático?"},
    {"10 y el Versa a 48 meses?", "score 10 rest=y el Versa a 48 meses?"},
};

static const row_t NO_SCORES[] = {
    {"10 quiero apartar el Versa", "other"}, {"llego en 10 minutos", "other"}, {"a las 9", "other"},
    {"9 pesos", "other"}, {"2 o 3 puertas", "other"}, {"con 10 de enganche", "other"}, {"uns 8", "other"},
    {"el 2", "other"}, {"la 3", "other"}, {"el segundo", "other"}, {"los 2", "other"},
    {"el 10", "other"}, {"#3", "other"}, {"$9", "other"}, {"opción 2", "other"},
    {"número 4", "other"}, {"10 mil de enganche", "other"}, {"48 meses", "other"},
    {"a 48 meses", "other"}, {"6 meses", "other"}, {"2019", "other"}, {"48", "other"},
    {"20", "other"}, {"20%", "other"}, {"10%", "unclear"}, {"10 % de enganche", "other"},
    {"300 mil", "other"}, {"5 puertas", "other"}, {"7 pasajeros", "other"}, {"10k", "other"},
    {"10 años", "other"}, {"2do", "other"}, {"dame 5 opciones", "other"}, {"quiero 2", "other"},
    {"le doy 10 de enganche", "other"}, {"doy 10 mil", "other"}, {"mazda 3", "other"},
    {"un Mazda 3", "other"}, {"busco un Mazda 3", "other"}, {"10:30", "other"},
    {"a las 10", "other"}, {"tengo 2 hijos", "other"}, {"más de 10", "other"}, {"10.5", "other"},
    {"55 1234 5678", "other"}, {"x5", "other"}, {"página 2", "other"}, {"the 2nd one", "other"},
    {"the first one", "other"}, {"2 doors", "other"}, {"10 thousand down", "other"},
    {"o segundo", "other"}, {"10 mil de entrada", "other"}, {"tardaron 10 minutos", "words"},
    {"busco un Nissan", "other"}, {"¿tienes camionetas?", "other"}, {"más", "other"},
    {"quiero hablar con una persona", "other"}, {"a qué hora abren?", "other"}, {"?", "other"},
    {"del 0 al 10", "manners"}, {"baja", "other"}, {"asdf", "other"}, {"", "other"},
    {"me interesa el rojo", "other"}, {"cuánto queda al mes", "other"}, {"Versa", "other"},

    {"excelente", "words"}, {"muy mal", "words"}, {"Muy buena atención", "words"}, {"pésimo", "words"},
    {"bien", "words"}, {"👍", "words"}, {"me encantó", "words"}, {"regular", "words"},
    {"great!", "words"}, {"terrible service", "words"}, {"ótimo", "words"}, {"gostei muito", "words"},
    {"muy lentos para contestar", "words"}, {"todo perfecto, gracias", "words"},

    {"un 100", "unclear"}, {"no lo recomendaría", "unclear"}, {"mucho", "unclear"}, {"tal vez", "unclear"},
    {"definitely maybe", "unclear"}, {"muy probable", "words"},
    {"8 o 9", "unclear"}, {"entre 7 y 8", "unclear"}, {"8-9", "unclear"}, {"7 or 8", "unclear"},
    {"5 estrellas", "unclear"}, {"5/5", "unclear"}, {"11/10", "unclear"}, {"100%", "unclear"},
    {"-1", "unclear"}, {"sí", "unclear"}, {"claro que sí", "unclear"}, {"por supuesto", "unclear"},

    {"no sé", "refused"}, {"ahorita te contesto", "refused"}, {"no quiero encuestas", "refused"},
    {"no", "refused"}, {"no gracias", "refused"}, {"ahorita no", "refused"}, {"luego", "refused"},
    {"prefiero no contestar", "refused"}, {"no thanks", "refused"}, {"não, obrigado", "refused"},
    {"gracias", "manners"}, {"hola", "manners"}, {"muchas gracias, adiós", "manners"},
    {"buenas tardes", "manners"}, {"thank you", "manners"}, {"jajaja", "manners"}, {"mmm", "manners"},
};

static const row_t STALE[] = {
    {"9", "other"}, {"un 9", "other"}, {"le doy un 8", "other"}, {"9/10", "score 9"},
    {"10 de 10", "score 10"}, {"mi calificación es 9", "score 9"}, {"nota 9", "score 9"},
    {"ten out of ten", "score 10"}, {"excelente", "other"}, {"no", "other"}, {"gracias", "other"},
    {"8 puntos", "score 8"}, {"sí", "other"}, {"8 o 9", "other"},
};

static const row_t COMMENTS[] = {
    {"la rapidez", "comment"}, {"Me contestaron rápido", "comment"}, {"la atención", "comment"},
    {"que el chat entiende lo que pides", "comment"}, {"los precios", "comment"}, {"todo", "comment"},
    {"tardaron 10 minutos en contestar", "comment"}, {"porque nadie me llamó", "comment"},
    {"que haya más variedad de autos híbridos", "comment"}, {"son una porquería", "comment"},
    {"no me gustó el trato", "comment"}, {"The answers were quick", "comment"},
    {"o atendimento foi ótimo", "comment"}, {"muy caros", "comment"}, {"faltan fotos de los autos", "other"},
    {"👍👍", "comment"},
    {"no", "refused"}, {"nada", "refused"}, {"no gracias", "refused"}, {"nothing", "refused"},
    {"sin comentarios", "refused"}, {"nada más", "refused"},
    {"mañana paso a verlo", "other"}, {"que no contestan", "comment"}, {"10 minutos esperando", "other"},
    {"me equivoqué, un 9", "score 9"}, {"me prometieron llamar y nunca llamaron", "comment"},
    {"quería hablar con una persona y no me pasaron", "other"}, {"👍", "comment"},
    {"perdón, 10", "score 10"}, {"quise decir 8", "score 8"}, {"10", "score 10"}, {"sorry, I meant 9", "score 9"},
    {"gracias", "manners"}, {"hola", "manners"},
    {"quiero ver un Mazda", "other"}, {"¿tienes el rojo?", "other"}, {"el segundo", "other"},
    {"a 48 meses", "other"}, {"Versa", "other"}, {"Nissan Versa 2020", "other"}, {"más", "other"},
    {"quiero hablar con una persona", "other"}, {"a qué hora abren", "other"}, {"híbridos", "other"},
    {"300 mil", "other"}, {"borrar conversación", "other"}, {"show me SUVs", "other"},
    {"¿por qué tardan tanto?", "other"}, {"y en rojo?", "other"}, {"baja", "other"},
};
/* clang-format on */

static void scores(void **state)
{
    (void)state;
    CHECK(SCORES, SURVEY_ASKED_SCORE, true);
}

static void what_is_no_score(void **state)
{
    (void)state;
    CHECK(NO_SCORES, SURVEY_ASKED_SCORE, true);
}

static void after_something_else_only_what_is_called_a_score(void **state)
{
    (void)state;
    CHECK(STALE, SURVEY_ASKED_SCORE, false);
}

static void comments(void **state)
{
    (void)state;
    CHECK(COMMENTS, SURVEY_ASKED_COMMENT, true);
}

static void farewells(void **state)
{
    (void)state;
    static const char *const yes[] = {"gracias, adiós",
                                      "Adios",
                                      "muchas gracias, hasta luego",
                                      "bye",
                                      "eso es todo, gracias",
                                      "no, nada más, gracias",
                                      "lo voy a pensar, gracias",
                                      "ok, nos vemos",
                                      "thanks, bye!",
                                      "thank you, that's all",
                                      "goodbye",
                                      "see you",
                                      "obrigado, tchau",
                                      "valeu, até logo"};
    static const char *const no[] = {"gracias",
                                     "hola",
                                     "",
                                     "gracias, adiós, ¿a qué hora abren?",
                                     "adiós Versa rojo 2019",
                                     "bye, y el rojo?",
                                     "busco un Nissan",
                                     "nada más el rojo",
                                     "thanks",
                                     "obrigado",
                                     "hasta luego, mándame la ubicación",
                                     "es todo lo que tienes?"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!survey_farewell(str_from(yes[i])))
            fail_msg("%s is a farewell", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (survey_farewell(str_from(no[i])))
            fail_msg("%s is no farewell", no[i]);
}

/* Whatever the bytes: a score is on the scale, and parts are parts of the message. */
static void any_bytes(void **state)
{
    (void)state;
    static const char *const pieces[] = {"9", "10",   " ",        "/",  "de", "un ",
                                         ",", "\xff", "\xf0\x9f", "🔟",  "no", "?",
                                         "y", "-",    "mil",      "al", "\n", "excelente"};
    unsigned seed = 7;
    for (int round = 0; round < 20000; round++) {
        char text[96] = "";
        size_t size = 0;
        for (int i = 0; i < 8; i++) {
            seed = seed * 1103515245u + 12345u;
            const char *piece = pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
        for (int way = 0; way < 4; way++) {
            survey_said_t said;
            survey_read((str_t){text, size}, way & 1, way & 2, &said);
            assert_true(said.kind != SURVEY_SCORE || (said.score >= 0 && said.score <= 10));
            assert_true(said.kind == SURVEY_OTHER || said.kind == SURVEY_MANNERS || said.own.size);
            str_t parts[] = {said.own, said.comment, said.rest};
            for (size_t i = 0; i < 3; i++)
                assert_true(!parts[i].size || (parts[i].data >= text &&
                                               parts[i].data + parts[i].size <= text + size));
            assert_true(!said.comment.size || !said.rest.size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores),
        cmocka_unit_test(what_is_no_score),
        cmocka_unit_test(comments),
        cmocka_unit_test(after_something_else_only_what_is_called_a_score),
        cmocka_unit_test(farewells),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
