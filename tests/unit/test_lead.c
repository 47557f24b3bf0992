/* What may become of a lead: nothing that a model made up (lead.h), and what the offline seller
 * hears (lead_wish.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "agent/lead.h"
#include "agent/lead_wish.h"
#include "agent/tool_args.h"

/* ---- what save_lead takes ---- */

static proto_entry_t entries[] = {
    {.role = STR_LIT("user"), .text = STR_LIT("hola, soy José Ángel, busco un Versa de 200 mil")},
    {.role = STR_LIT("call"), .text = STR_LIT("{\"stock_id\":777}"), .tool = STR_LIT("get_car")},
    {.role = STR_LIT("tool"),
     .text = STR_LIT("{\"cars\":[{\"stock_id\":100033,\"make\":\"Nissan\"},{\"stock_id\":42}]}"),
     .tool = STR_LIT("search_cars")},
    {.role = STR_LIT("assistant"), .text = STR_LIT("Soy Pedro, llámame al 55 9999 8888")},
    {.role = STR_LIT("tool"),
     .text = STR_LIT("{\"passages\":[{\"text\":\"\\\"stock_id\\\":555\",\"stock_id\":555}]}"),
     .tool = STR_LIT("search_knowledge")},
    {.role = STR_LIT("user"),
     .text = STR_LIT("me interesa el primero. Mi cel (55) 1234-5678 o Jose.Angel@Example.com")},
};
static proto_car_t kept[] = {{.stock_id = 9001}};

static proto_context_t conversation(void)
{
    return (proto_context_t){.entries = entries,
                             .entries_count = sizeof entries / sizeof *entries,
                             .kept = kept,
                             .kept_count = 1,
                             .summary = STR_LIT("Nombre: Zoé\n")};
}

/* NULL: it may be kept; else why not. */
static const char *refused(const char *json)
{
    static char why[256];
    const char *said = NULL;
    arena_t *arena = arena_new(1 << 20);
    proto_context_t context = conversation();
    tool_args_t args;
    bool ok = tool_args_read(TOOL_SAVE_LEAD, str_from(json), &args, arena, &said) &&
              lead_check(&context, &args, &said);
    snprintf(why, sizeof why, "%s", said ? said : "");
    arena_destroy(&arena);
    return ok ? NULL : why;
}

static void test_what_the_customer_said_is_kept(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{\"interest\":\"visit\",\"stock_id\":100033,\"name\":null,\"contact\":null}",
        "{\"interest\":\"buy\",\"stock_id\":42}",
        "{\"interest\":\"reserve\",\"stock_id\":9001}", /* the line that told it is gone */
        "{\"interest\":\"contact\",\"name\":\"José Ángel\"}",
        "{\"interest\":\"contact\",\"name\":\"jose angel\",\"contact\":\"5512345678\"}",
        "{\"interest\":\"contact\",\"contact\":\"55 1234 5678\"}",
        "{\"interest\":\"contact\",\"contact\":\"jose.angel@example.com\"}",
        "{\"interest\":\"test_drive\",\"name\":\"Zoé\"}",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (refused(good[i]))
            fail_msg("%s: %s", good[i], refused(good[i]));
}

static void test_what_a_model_makes_up_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json, *says;
    } bad[] = {
        {"{\"interest\":\"visit\",\"stock_id\":1}", "no car with this stock_id"},
        {"{\"interest\":\"visit\",\"stock_id\":4}", "no car with this stock_id"},
        {"{\"interest\":\"visit\",\"stock_id\":10003}", "no car with this stock_id"},
        {"{\"interest\":\"visit\",\"stock_id\":777}", "no car with this stock_id"}, /* asked for */
        {"{\"interest\":\"visit\",\"stock_id\":555}", "no car with this stock_id"}, /* a page */
        {"{\"interest\":\"visit\",\"stock_id\":-5}", "stock_id must be"},
        {"{\"interest\":\"visit\"}", "stock_id of a car that you have shown"},
        {"{\"stock_id\":42}", "interest is missing"},
        {"{\"interest\":\"fame\",\"stock_id\":42}", "interest must be one of visit"},
        {"{\"interest\":\"visit\",\"stock_id\":42,\"price\":1}", "unknown argument"},
        {"{\"interest\":\"visit\",\"stock_id\":42,\"quote\":{\"months\":48}}", "unknown argument"},
        {"{\"interest\":\"contact\",\"name\":\"Juan Pérez\"}", "own name"},
        {"{\"interest\":\"contact\",\"name\":\"José Pérez\"}", "own name"},
        {"{\"interest\":\"contact\",\"name\":\"Pedro\"}", "own name"}, /* the seller's words */
        {"{\"interest\":\"contact\",\"name\":\"os\"}", "own name"},    /* part of a word */
        {"{\"interest\":\"contact\",\"name\":\"<b>José</b>\"}", "own name"},
        {"{\"interest\":\"contact\",\"name\":\"José\\nÁngel\"}", "own name"},
        {"{\"interest\":\"contact\",\"name\":\"José\\u202eÁngel\"}", "own name"},
        {"{\"interest\":\"contact\",\"name\":\"=José\"}", "own name"},
        {"{\"interest\":\"contact\",\"name\":\"200 mil\"}", "own name"},
        {"{\"interest\":\"contact\",\"contact\":\"5599998888\"}", "contact must be"},
        {"{\"interest\":\"contact\",\"contact\":\"5512345679\"}", "contact must be"},
        {"{\"interest\":\"contact\",\"contact\":\"200\"}", "contact must be"},
        {"{\"interest\":\"contact\",\"contact\":\"other@example.com\"}", "contact must be"},
        {"{\"interest\":\"contact\",\"contact\":\"a busco un Versa\"}", "contact must be"},
        {"[]", "not a JSON object"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *why = refused(bad[i].json);
        if (!why)
            fail_msg("%s was taken", bad[i].json);
        if (!strstr(why, bad[i].says))
            fail_msg("%s: \"%s\" lacks \"%s\"", bad[i].json, why, bad[i].says);
    }
}

static void test_ten_kilobytes_are_no_name(void **state)
{
    (void)state;
    static char json[11000];
    memset(json, 'a', sizeof json - 1);
    memcpy(json, "{\"interest\":\"contact\",\"name\":\"", 30);
    memcpy(json + 10300, "\"}", 3);
    assert_non_null(refused(json));
    assert_non_null(strstr(refused(json), "name must be a short text"));
}

/* ---- what the offline seller hears ---- */

static void test_wishes(void **state)
{
    (void)state;
    static const struct {
        const char *said, *interest, *name, *contact;
    } cases[] = {
        {"quiero ir a verlo mañana", "visit", "", ""},
        {"¿Puedo pasar a verlo el sábado?", "visit", "", ""},
        {"Quiero AGENDAR UNA CITA", "visit", "", ""},
        {"I'd like to see it in person", "visit", "", ""},
        {"quero ver o carro", "visit", "", ""},
        {"¿puedo hacer una prueba de manejo?", "test_drive", "", ""},
        {"quiero hacer prueba de manejo mañana, soy Laura 5512345678", "test_drive", "Laura",
         "5512345678"},
        {"quisiera hacer una prueba de manejo", "test_drive", "", ""},
        {"¿hacen prueba de manejo?", NULL, "", ""},
        {"tienen prueba de manejo?", NULL, "", ""},
        {"can I test drive it?", "test_drive", "", ""},
        {"¿lo puedo ver hoy?", "visit", "", ""},
        {"¿puedes reservarla?", "reserve", "", ""},
        {"apártamelo", "reserve", "", ""},
        {"¿cómo es el apartado?", NULL, "", ""},
        {"me lo llevo", "buy", "", ""},
        {"quiero comprar un coche", NULL, "", ""},
        {"busco un nissan", NULL, "", ""},
        {"Me llamo Juan Pérez, mi cel es 55 1234 5678", NULL, "Juan Pérez", "55 1234 5678"},
        {"mi nombre es maría de la luz y busco un versa", NULL, "maría de la luz", ""},
        {"soy Ana", NULL, "Ana", ""},
        {"soy de Puebla", NULL, "", ""},
        {"i am looking for a car", NULL, "", ""},
        {"I'm John Smith, call me at +1 212 555 0100", NULL, "John Smith", "+1 212 555 0100"},
        {"I'll take it. call me on +52 55 1122 3344, name's Pete", "buy", "Pete",
         "+52 55 1122 3344"},
        {"the name is Pete", NULL, "Pete", ""},
        {"meu nome é João", NULL, "João", ""},
        {"mi nombre es <script>alert(1)</script>", NULL, "", ""},
        {"mi nombre es 12345", NULL, "", ""},
        {"5512345678", NULL, "", "5512345678"},
        {"(222) 123-4567.", NULL, "", "222) 123-4567"},
        {"de 200000 a 36 meses", NULL, "", ""},
        {"200000 36 20", NULL, "", ""},
        {"$1234567890", NULL, "", ""},
        {"stock 100033", NULL, "", ""},
        {"escríbeme a ana.lopez@example.com.", NULL, "", "ana.lopez@example.com"},
        {"@ana", NULL, "", ""},
        {"", NULL, "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lead_wish_t wish;
        lead_wish_read(str_from(cases[i].said), &wish);
        const char *interest = wish.interest ? wish.interest : "none";
        if (strcmp(interest, cases[i].interest ? cases[i].interest : "none") != 0)
            fail_msg("«%s»: %s", cases[i].said, interest);
        if (!str_is(wish.name, cases[i].name))
            fail_msg("«%s»: «%.*s»", cases[i].said, STR_ARG(wish.name));
        if (!str_is(wish.contact, cases[i].contact))
            fail_msg("«%s»: «%.*s»", cases[i].said, STR_ARG(wish.contact));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_customer_said_is_kept),
        cmocka_unit_test(test_what_a_model_makes_up_is_refused),
        cmocka_unit_test(test_ten_kilobytes_are_no_name),
        cmocka_unit_test(test_wishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
