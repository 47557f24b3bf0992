/*
 * What the offline seller remembers: the list that was shown and the cars that were quoted, long
 * after; nothing of what was to be forgotten; and the customer's language.
 */
#include "tests/unit/offline_says.h"

/* With an agent's bounds. */
static void open_shop(shop_t *shop)
{
    shop_open(shop);
    shop->window = (window_t){.tokens = 8000, .fixed = 4000, .entries = 100};
}

/* About anything but the list. */
static const char *const UNRELATED[] = {"gracias",         "¿a qué hora abren?",     "ok",
                                        "¿dan garantía?",  "¿me cuentas un chiste?", "jajaja",
                                        "¿eres un robot?", "¿dónde están?",          "qué padre",
                                        "hola otra vez"};

static void chat(shop_t *shop, size_t messages)
{
    for (size_t i = 0; i < messages; i++)
        if (!shop_says(shop, UNRELATED[i % (sizeof UNRELATED / sizeof *UNRELATED)]))
            fail_msg("no answer");
}

/* ---- the cursor ---- */

static void open_list(shop_t *shop, bool quote)
{
    open_shop(shop);
    SAYS(shop, "busco un nissan", "1. Versa Advance 2019", "Página 1 de 2");
    if (quote) /* the list is not what was shown last any more */
        SAYS(shop, "el 4 a 48 meses con 20% de enganche", "*Sentra Advance 2018*");
    chat(shop, 30);
}

static void the_list_is_there_many_messages_later(void **state)
{
    (void)state;
    shop_t shop;
    for (int quote = 0; quote < 2; quote++) {
        open_list(&shop, quote);
        SAYS(&shop, "más", "del 6 al 8 de 8 *Nissan*", "Página 2 de 2");
        chat(&shop, 30);
        SAYS(&shop, "la anterior", "1. Versa Advance 2019", "Página 1 de 2");
        chat(&shop, 30);
        SAYS(&shop, "y en automático?", "*Nissan*");
        asked_for(&shop, "\"make\":\"Nissan\"");
        asked_for(&shop, "\"transmission\":\"Automática\"");
        shop_close(&shop);

        open_list(&shop, quote);
        SAYS(&shop, "el segundo", "*March Sense 2020*", "$198,999");
        chat(&shop, 30);
        SAYS(&shop, "el tercero", "*Versa Sense 2021*");
        shop_close(&shop);

        open_list(&shop, quote);
        SAYS(&shop, "el más barato de esos", "*March Sense 2020*");
        chat(&shop, 30);
        SAYS(&shop, "el más nuevo de esos", "*Versa Sense 2021*");
        shop_close(&shop);

        open_list(&shop, quote);
        SAYS(&shop, "me interesa el rojo", "*Versa Advance 2019*");
        shop_close(&shop);

        open_list(&shop, quote);
        SAYS(&shop, "compara el 1 y el 2", "Versa Advance 2019", "March Sense 2020");
        shop_close(&shop);
    }
}

static void of_two_red_ones_none_is_picked(void **state)
{
    (void)state;
    shop_t shop;
    open_shop(&shop);
    SAYS(&shop, "busco un auto de menos de 290 mil", "Página 1 de");
    SAYS(&shop, "más", "Página 2");
    SAYS(&shop, "el 1", "March Advance 2017*");
    chat(&shop, 30);
    SAYS(&shop, "el rojo", "March Advance 2017", "Mazda 3"); /* both on page 2 */
    asked_for(&shop, "\"colour\":\"Rojo\"");
    shop_close(&shop);
}

/* ---- cars that were quoted or chosen ---- */

static void what_was_quoted_is_remembered(void **state)
{
    (void)state;
    shop_t shop;
    open_shop(&shop);
    SAYS(&shop, "el primero que me cotizaste", "!Página", "?");
    SAYS(&shop, "busco un nissan", "1. ");
    SAYS(&shop, "el segundo a 48 meses con 20% de enganche", "*March Sense 2020*", "$4,037.70");
    SAYS(&shop, "me interesa el 1", "*Versa Advance 2019*");
    SAYS(&shop, "busco un mazda", "1. ");
    SAYS(&shop, "me interesa el 2", "CX-5");
    SAYS(&shop, "el 1 a 60 con 30% de enganche", "3 i Touring 2018*");
    SAYS(&shop, "busco un audi", "1. ");
    chat(&shop, 30);
    SAYS(&shop, "¿y el primero que me cotizaste?", "March Sense 2020*", "$198,999",
         "48 mensualidades de $4,037.70", "Enganche");
    SAYS(&shop, "¿y a 60 meses?", "March Sense 2020*", "60 mensualidades", "$39,799.80");
    SAYS(&shop, "el segundo que me cotizaste", "3 i Touring 2018*", "60 mensualidades");
    SAYS(&shop, "busco un jetta", "1. ");
    chat(&shop, 30);
    SAYS(&shop, "el Versa que me gustó", "Versa Advance 2019*", "$214,999", "!mensualidades de");
    SAYS(&shop, "¿y el Mazda que vimos?", "3 i Touring 2018");
    SAYS(&shop, "el más barato de los que me cotizaste", "March Sense 2020*");
    SAYS(&shop, "el último que me cotizaste a 72 meses", "72 mensualidades");
    SAYS(&shop, "el quinto que me cotizaste", "!*Kicks", "?");
    SAYS(&shop, "what about the first one you quoted me?", "March Sense 2020", "$2,949.30");
    SAYS(&shop, "e o primeiro que você cotou?", "March Sense 2020", "$");
    shop_close(&shop);
}

static void a_kept_car_is_found_by_its_name(void **state)
{
    (void)state;
    shop_t shop;
    open_shop(&shop);
    SAYS(&shop, "busco un mazda", "1. ");
    SAYS(&shop, "el 2", "CX-5");
    SAYS(&shop, "busco un nissan", "1. Versa");
    chat(&shop, 20);
    SAYS(&shop, "¿cuánto quedaría el Mazda a 48 meses con 100 mil de enganche?", "CX-5",
         "48 mensualidades", "$100,000");
    SAYS(&shop, "busco un mazda", "1. Mazda 3", "2. "); /* asked for anew, it is a list */
    shop_close(&shop);
}

/* ---- a thousand messages ---- */

static const char *const MANY[] = {
    "busco un nissan",
    "más",
    "el %d",
    "¿y a 60 meses con 10% de enganche?",
    "¿a qué hora abren?",
    "busco un suv automático",
    "el %d a 48 meses",
    "ok",
    "mazda rojo",
    "me interesa el %d",
    "¿qué marcas tienes?",
    "y de audi?",
    "cuéntame un chiste, anda, que hoy ha sido un día muy largo y mañana será otro igual de largo",
    "puedo pagar %d mil al mes",
    "compara el 1 y el 2",
    "¿dan garantía?",
    "quiero un coche",
    "como %d00 mil",
    "busco un ford",
    "el %d a 72 meses",
};

static void a_thousand_messages_stay_within_bounds(void **state)
{
    (void)state;
    shop_t shop;
    size_t most = 0;
    open_shop(&shop);
    SAYS(&shop, "hola, me llamo Ana y busco un nisan de menos de 300 mil", "*Nissan*");
    SAYS(&shop, "el segundo a 48 meses con 20% de enganche", "*March Sense 2020*", "$4,037.70");
    for (int i = 0; i < 996; i++) {
        char said[256];
        snprintf(said, sizeof said, MANY[i % (sizeof MANY / sizeof *MANY)], 1 + i / 20 % 5);
        if (!shop_says(&shop, said))
            fail_msg("no answer to %s", said);
        const proto_context_t *now = &shop.memory;
        assert_true(window_request(&shop.window, now) <= shop.window.tokens);
        assert_true(now->entries_count <= shop.window.entries);
        for (size_t e = 0; e < now->entries_count; e++) {
            bool result = str_is(now->entries[e].role, "tool");
            assert_true(!result || (e > 0 && str_is(now->entries[e - 1].role, "call") &&
                                    str_eq(now->entries[e].call_id, now->entries[e - 1].call_id)));
        }
        assert_true(str_is(now->entries[0].role, "user"));
        buf_t stored;
        buf_init(&stored, PROTO_MAX_CONTEXT);
        assert_true(proto_encode(&proto_context_record, now, &stored, NULL));
        most = stored.size > most ? stored.size : most;
        buf_free(&stored);
    }
    assert_in_range(most, 4000, 40000);
    assert_true(shop.memory.kept_count == KEPT_MAX);
    assert_true(has(shop.memory.summary, "Nombre: Ana"));
    SAYS(&shop, "¿y el primero que me cotizaste?", "March Sense 2020*", "$198,999",
         "48 mensualidades de $4,037.70", "$39,799.80");
    SAYS(&shop, "sí, ese me lo llevo", "March Sense 2020");
    shop_close(&shop);
}

/* ---- forgetting ---- */

static void after_a_reset_nothing_is_known(void **state)
{
    (void)state;
    static const char *const WORDS[] = {
        "borrar conversación", "olvida todo",           "/reset",       "start over",
        "recomeçar",           "Borra la conversación", "esquece tudo", "forget everything"};
    static const char *const AFTER[] = {"más",
                                        "la anterior",
                                        "el segundo",
                                        "el primero que me cotizaste",
                                        "sí",
                                        "el Nissan que me gustó a 48 meses",
                                        "¿cuánto queda ese a 48 meses?"};
    for (size_t w = 0; w < sizeof WORDS / sizeof *WORDS; w++) {
        for (size_t a = 0; a < sizeof AFTER / sizeof *AFTER; a++) {
            shop_t shop;
            open_shop(&shop);
            SAYS(&shop, "me llamo Ana, busco un nissan", "1. Versa");
            SAYS(&shop, "el segundo a 48 meses con 20% de enganche", "*March Sense 2020*");
            SAYS(&shop, WORDS[w], "!March", "!Nissan");
            const proto_context_t *now = &shop.memory;
            assert_int_equal(now->list_count + now->query_count + now->shown_count +
                                 now->chosen_count + now->quote_count + now->kept_count +
                                 now->kept_quotes_count + now->summary.size,
                             0);
            SAYS(&shop, AFTER[a], "!*March", "!4,037.70", "!39,799", "!Página 2", "!Ana");
            shop_close(&shop);
        }
    }
}

/* ---- language ---- */

static const char *language(const shop_t *shop)
{
    static char code[9];
    snprintf(code, sizeof code, "%.*s", STR_ARG(shop->memory.language));
    return code;
}

static void the_language_is_the_customers(void **state)
{
    (void)state;
    static const struct {
        const char *said, *then;
    } rows[] = {
        {"hola, busco un nissan", "es"},
        {"ok", "es"},
        {"thanks", "es"}, /* a loan word is no change of language */
        {"more", "es"},
        {"no", "es"},
        {"CX-5", "es"},
        {"48", "es"},
        {"👍", "es"},
        {"bye", "es"},
        {"do you have an automatic SUV under 700k?", "en"},
        {"ok", "en"},
        {"el segundo", "en"},
        {"yes", "en"},
        {"gracias", "en"},
        {"48", "en"},
        {"você tem um carro automático?", "pt"},
        {"ok", "pt"},
        {"sim", "pt"},
        {"hola", "pt"},
        {"¿tienes algo más barato?", "es"},
        {"what are your opening hours?", "en"},
        {"quero um carro mais barato, por favor", "pt"},
        {"mejor dime en español qué tienes", "es"},
    };
    shop_t shop;
    open_shop(&shop);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(shop_says(&shop, rows[i].said));
        if (strcmp(language(&shop), rows[i].then) != 0)
            fail_msg("«%s» leads to %s, not %s", rows[i].said, language(&shop), rows[i].then);
    }
    shop_close(&shop);
    static const char *const first[][2] = {
        {"thanks", "en"}, {"hello", "en"}, {"hola", "es"}, {"bom dia", "pt"}, {"obrigado", "pt"}};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        open_shop(&shop); /* with nothing before it, a word is enough */
        assert_true(shop_says(&shop, first[i][0]));
        assert_string_equal(language(&shop), first[i][1]);
        shop_close(&shop);
    }
}

static void answers_are_in_the_language(void **state)
{
    (void)state;
    shop_t shop;
    open_shop(&shop);
    SAYS(&shop, "busco un nissan", "Página 1 de 2");
    SAYS(&shop, "more", "Página 2 de 2");
    SAYS(&shop, "do you have a Mazda under 700k?", "I");
    SAYS(&shop, "ok", "!Página", "!¿");
    SAYS(&shop, "quero um carro mais barato, por favor", "Tenho", "!Tengo");
    shop_close(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_there_many_messages_later),
        cmocka_unit_test(of_two_red_ones_none_is_picked),
        cmocka_unit_test(what_was_quoted_is_remembered),
        cmocka_unit_test(a_kept_car_is_found_by_its_name),
        cmocka_unit_test(a_thousand_messages_stay_within_bounds),
        cmocka_unit_test(after_a_reset_nothing_is_known),
        cmocka_unit_test(the_language_is_the_customers),
        cmocka_unit_test(answers_are_in_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
