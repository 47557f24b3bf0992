/* The survey's states: every line of the table, and long walks that must never ask twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "agent/survey.h"

#define HOUR ((int64_t)3600 * 1000)
#define DAY (24 * HOUR)

/* What a session keeps of one person, and the turn under way. */
typedef struct world {
    proto_survey_t stored; /* state "": none */
    int64_t now_ms, turns;
    bool on, reached, can_rest;
    char text[4096], comment[4096]; /* what was said, what is kept */
    int asked, scores;
} world_t;

static const voice_t VOICE = {.language = LANGUAGE_ES};

static world_t new_world(void)
{
    return (world_t){
        .now_ms = 1700000000000, .turns = 3, .on = true, .reached = true, .can_rest = true};
}

static void open_turn(const world_t *self, survey_t *survey)
{
    survey_scene_t scene = {.on = self->on,
                            .every_ms = 30 * DAY,
                            .now_ms = self->now_ms,
                            .turns = self->turns,
                            .reached = self->reached,
                            .rules = STR_LIT("v1"),
                            .model = STR_LIT("offline"),
                            .turn_id = STR_LIT("T1"),
                            .channel = STR_LIT("twilio")};
    survey_open(survey, self->stored.state.size ? &self->stored : NULL, &scene);
}

static void end_turn(world_t *self, survey_t *survey, bool alone)
{
    buf_t out;
    proto_survey_t after;
    bool was_asked = str_is(self->stored.state, "asked");
    int64_t asked_ms = self->stored.asked_ms;
    buf_init(&out, sizeof self->text);
    bool speaks = survey_speaks(survey);
    survey_say(survey, &VOICE, STR_LIT("Autos"), alone, &out);
    assert_true(!alone || !speaks || out.size > 0);
    snprintf(self->text, sizeof self->text, "%.*s", STR_ARG(buf_view(&out)));
    buf_free(&out);
    if (survey_result(survey, self->reached, self->can_rest, &after)) {
        self->asked += after.asked_ms && after.asked_ms != asked_ms;
        assert_true(!after.answered || after.asked_ms); /* nobody answers what was not asked */
        assert_true(!after.answered || self->stored.answered || was_asked);
        assert_in_range(after.score, 0, 10);
        self->stored = after;
        /* its bytes were the message's */
        if (after.comment.size)
            memmove(self->comment, after.comment.data, after.comment.size);
        self->stored.comment = (str_t){self->comment, after.comment.size};
    }
    self->turns++;
}

/* One turn with these messages, "|" between two; what the seller has to answer comes back. */
static const char *said(world_t *self, const char *messages)
{
    static char seller[4096], bytes[4096];
    survey_t survey;
    seller[0] = 0;
    snprintf(bytes, sizeof bytes, "%s", messages);
    open_turn(self, &survey);
    for (char *rest = bytes, *one; (one = strsep(&rest, "|")) != NULL;) {
        survey_parts_t parts = survey_hear(&survey, str_from(one));
        assert_true(parts.own.size || parts.seller);
        if (parts.seller)
            snprintf(seller + strlen(seller), sizeof seller - strlen(seller), "%s%.*s",
                     seller[0] ? "|" : "", STR_ARG(parts.rest));
    }
    end_turn(self, &survey, !seller[0]);
    return seller;
}

static void rested(world_t *self)
{
    survey_t survey;
    assert_true(str_is(self->stored.state, "due"));
    open_turn(self, &survey);
    survey_ask(&survey);
    end_turn(self, &survey, true);
}

static world_t asked(void)
{
    world_t world = new_world();
    said(&world, "el segundo a 48 meses");
    rested(&world);
    return world;
}

#define STATE(world, text) assert_true(str_is((world).stored.state, text))

/* ---- asking ---- */

static void a_quote_and_a_rest(void **state)
{
    (void)state;
    world_t world = new_world();
    assert_string_equal(said(&world, "el segundo a 48 meses"), "el segundo a 48 meses");
    STATE(world, "due");
    assert_string_equal(world.text, "");
    assert_true(str_is(world.stored.rules, "v1") && str_is(world.stored.model, "offline") &&
                str_is(world.stored.channel, "twilio"));
    assert_int_equal(world.asked, 0);
    rested(&world);
    STATE(world, "asked");
    assert_non_null(strstr(world.text, "del 0 al 10"));
    assert_non_null(strstr(world.text, "Autos"));
    assert_int_equal(world.asked, 1);
    assert_int_equal(world.stored.turns, world.turns);
}

static void nobody_is_asked_before_a_quote_or_where_we_cannot_write(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++) {
        world_t world = new_world();
        world.reached = way != 0;
        world.can_rest = way != 1;
        world.on = way != 2;
        said(&world, "busco un Nissan");
        STATE(world, "");
        bool may = world.reached && world.on; /* a good-bye is answered anywhere */
        assert_string_equal(said(&world, "gracias, adiós"), may ? "" : "gracias, adiós");
        STATE(world, may ? "asked" : "");
    }
}

static void a_farewell(void **state)
{
    (void)state;
    world_t world = new_world();
    assert_string_equal(said(&world, "gracias, adiós"), "");
    STATE(world, "asked");
    assert_non_null(strstr(world.text, "del 0 al 10"));
    assert_null(strstr(strchr(world.text, '?') + 1, "?")); /* one question */
    assert_string_equal(said(&world, "bye"), "bye");       /* not again */
    assert_int_equal(world.asked, 1);
    STATE(world, "asked");

    world = new_world(); /* who asks something too is answered, and not asked */
    assert_string_equal(said(&world, "gracias, adiós|¿a qué hora abren?"), "¿a qué hora abren?");
    STATE(world, "due");
    assert_string_equal(said(&world, "¿a qué hora abren?|gracias, adiós"), "¿a qué hora abren?");
    assert_int_equal(world.asked, 0);
    assert_string_equal(said(&world, "adiós|muchas gracias"), "");
    assert_int_equal(world.asked, 1);
}

static void once_in_that_time(void **state)
{
    (void)state;
    world_t world = asked();
    said(&world, "10|nada");
    STATE(world, "closed");
    world.now_ms += 30 * DAY - HOUR;
    said(&world, "el tercero a 60 meses");
    STATE(world, "closed");
    said(&world, "gracias, adiós");
    STATE(world, "closed");
    world.now_ms += HOUR;
    said(&world, "el tercero a 60 meses");
    STATE(world, "due");
    assert_int_equal(world.asked, 1);
    rested(&world);
    assert_int_equal(world.asked, 2);
    assert_false(world.stored.answered);
    assert_int_equal(world.stored.comment.size, 0);
}

/* ---- answers ---- */

static void a_score_and_a_comment(void **state)
{
    (void)state;
    static const struct {
        const char *score, *why;
        int64_t value;
    } rows[] = {{"un 10", "gustó", 10}, {"9/10", "gustó", 9}, {"8", "faltó", 8},
                {"siete", "faltó", 7},  {"6", "falló", 6},    {"0", "falló", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world_t world = asked();
        assert_string_equal(said(&world, rows[i].score), "");
        STATE(world, "scored");
        assert_true(world.stored.answered);
        assert_int_equal(world.stored.score, rows[i].value);
        assert_non_null(strstr(world.text, rows[i].why));
        assert_string_equal(said(&world, "la atención"), "");
        STATE(world, "closed");
        assert_true(str_is(world.stored.comment, "la atención"));
        assert_non_null(strstr(world.text, "quipo"));
        assert_string_equal(said(&world, "8"), "8"); /* it is over */
        assert_int_equal(world.stored.score, rows[i].value);
    }
}

static void all_at_once(void **state)
{
    (void)state;
    world_t world = asked();
    assert_string_equal(said(&world, "un 6, tardaron mucho"), "");
    STATE(world, "closed");
    assert_true(world.stored.score == 6 && str_is(world.stored.comment, "tardaron mucho"));

    world = asked();
    assert_string_equal(said(&world, "9|porque fueron amables"), "");
    STATE(world, "closed");
    assert_true(world.stored.score == 9 && str_is(world.stored.comment, "porque fueron amables"));

    world = asked();
    assert_string_equal(said(&world, "9|gracias"), ""); /* thanks are not a request */
    STATE(world, "scored");
}

static void a_score_and_a_request(void **state)
{
    (void)state;
    world_t world = asked();
    assert_string_equal(said(&world, "un 9, ¿y tienes el rojo?"), "¿y tienes el rojo?");
    STATE(world, "closed");
    assert_int_equal(world.stored.score, 9);
    assert_true(world.text[0] && !strchr(world.text, '?')); /* the seller's answer may ask */

    world = asked();
    assert_string_equal(said(&world, "¿tienes el rojo?|un 9"), "¿tienes el rojo?");
    STATE(world, "closed");
    assert_int_equal(world.stored.score, 9);

    world = asked();
    said(&world, "9");
    assert_string_equal(said(&world, "quiero ver camionetas"), "quiero ver camionetas");
    STATE(world, "closed");
    assert_int_equal(world.stored.comment.size, 0);
}

static void words_without_a_number(void **state)
{
    (void)state;
    world_t world = asked();
    assert_string_equal(said(&world, "muy mal servicio"), "");
    STATE(world, "asked");
    assert_false(world.stored.answered); /* nobody invents a score */
    assert_non_null(strstr(world.text, "del 0 al 10"));
    world_t other = world;
    other.stored.comment.data = other.comment;
    assert_string_equal(said(&world, "2"), "");
    STATE(world, "closed"); /* why is known */
    assert_true(world.stored.score == 2 && str_is(world.stored.comment, "muy mal servicio"));

    assert_string_equal(said(&other, "pésimo"), "");
    STATE(other, "closed");
    assert_false(other.stored.answered);
    assert_true(str_is(other.stored.comment, "muy mal servicio"));

    world = asked();
    said(&world, "sí");
    assert_true(world.stored.again);
    said(&world, "claro");
    STATE(world, "closed");
    assert_false(world.stored.answered);
}

static void a_refusal(void **state)
{
    (void)state;
    world_t world = asked();
    assert_string_equal(said(&world, "ahorita no, gracias"), "");
    STATE(world, "closed");
    assert_false(world.stored.answered);
    world = asked();
    said(&world, "9");
    assert_string_equal(said(&world, "nada"), "");
    STATE(world, "closed");
    assert_int_equal(world.stored.comment.size, 0);
}

static void a_slip(void **state)
{
    (void)state;
    world_t world = asked();
    said(&world, "1");
    assert_int_equal(world.stored.score, 1);
    assert_string_equal(said(&world, "perdón, 10"), "");
    STATE(world, "scored");
    assert_int_equal(world.stored.score, 10);
    assert_non_null(strstr(world.text, "gustó"));
}

static void what_is_said_in_between(void **state)
{
    (void)state;
    world_t world = asked();
    assert_string_equal(said(&world, "gracias"), "gracias");
    assert_string_equal(said(&world, "hola"), "hola");
    assert_string_equal(said(&world, "9"), ""); /* manners change nothing */
    STATE(world, "scored");

    world = asked();
    said(&world, "¿tienes el rojo?");
    STATE(world, "asked");
    assert_string_equal(said(&world, "2"), "2"); /* the second of a list, for all we know */
    assert_false(world.stored.answered);
    assert_string_equal(said(&world, "ah, y mi calificación es 9"), "");
    assert_int_equal(world.stored.score, 9);
}

static void days_later(void **state)
{
    (void)state;
    world_t world = asked();
    world.now_ms += SURVEY_OPEN_MS;
    assert_string_equal(said(&world, "9"), "");
    world = asked();
    world.now_ms += SURVEY_OPEN_MS + 1;
    assert_string_equal(said(&world, "9"), "9");
    STATE(world, "closed");
    assert_false(world.stored.answered);
}

/* ---- the walk ---- */

static void never_twice_and_never_unasked(void **state)
{
    (void)state;
    static const char *const messages[] = {"hola",
                                           "busco un Nissan",
                                           "el 2",
                                           "a 48 meses",
                                           "9",
                                           "un 10",
                                           "9/10",
                                           "perdón, 3",
                                           "excelente",
                                           "muy mal",
                                           "8 o 9",
                                           "sí",
                                           "no",
                                           "nada",
                                           "gracias",
                                           "gracias, adiós",
                                           "bye",
                                           "la rapidez",
                                           "10 mil",
                                           "2019",
                                           "10|gracias",
                                           "hola|9",
                                           "¿tienes el rojo?|un 9",
                                           "un 8, ¿y en rojo?",
                                           "9|porque son amables",
                                           "luego"};
    for (unsigned seed = 1; seed <= 200; seed++) {
        world_t world = new_world();
        unsigned random = seed;
        int64_t last_asked = 0;
        for (int step = 0; step < 400; step++) {
            random = random * 1103515245u + 12345u;
            unsigned pick = random >> 16;
            int asked_before = world.asked;
            bool answered = world.stored.answered;
            if (pick % 8 == 0)
                world.now_ms += (int64_t)(pick % 5) * (pick % 3 ? HOUR : 4 * DAY);
            else if (pick % 8 == 1 && str_is(world.stored.state, "due"))
                rested(&world);
            else if (pick % 8 == 2)
                world.reached = !world.reached;
            else if (pick % 64 == 3)
                world.turns = 0, world.reached = false; /* the conversation was forgotten */
            else
                said(&world, messages[pick % (sizeof messages / sizeof *messages)]);
            world.now_ms += 1000;
            if (world.asked != asked_before) {
                assert_int_equal(world.asked, asked_before + 1);
                assert_true(last_asked == 0 || world.stored.asked_ms - last_asked >= 30 * DAY);
                last_asked = world.stored.asked_ms;
                assert_non_null(strstr(world.text, "del 0 al 10"));
            }
            world.scores += world.stored.answered && !answered;
            assert_true(world.scores <= world.asked);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quote_and_a_rest),
        cmocka_unit_test(nobody_is_asked_before_a_quote_or_where_we_cannot_write),
        cmocka_unit_test(a_farewell),
        cmocka_unit_test(once_in_that_time),
        cmocka_unit_test(a_score_and_a_comment),
        cmocka_unit_test(all_at_once),
        cmocka_unit_test(a_score_and_a_request),
        cmocka_unit_test(words_without_a_number),
        cmocka_unit_test(a_refusal),
        cmocka_unit_test(a_slip),
        cmocka_unit_test(what_is_said_in_between),
        cmocka_unit_test(days_later),
        cmocka_unit_test(never_twice_and_never_unasked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
