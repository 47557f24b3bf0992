/*
 * What may be said after one conversation, and what may not: a table of true answers that must pass
 * and one of false ones in which the false words must be found, by their kind. The conversation is
 * the offline seller's own, in its small shop, so that the facts are what tools really answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/ground_names.h"
#include "agent/ground_words.h"
#include "tests/unit/ground_cases.h"
#include "tests/unit/offline_shop.h"

/* ---- the conversation ---- */

static const proto_passage_t PAGES[] = {
    {S("shop.md"), S("Horario"),
     S("Lunes a sábado, de 9 a 18 h. Los domingos y días festivos descansamos.")},
    {S("shop.md"), S("Ubicación y dirección"),
     S("Estamos en Av. Insurgentes Sur 1480, colonia Actipan, Ciudad de México, a dos cuadras del "
       "metrobús Félix Cuevas.")},
    {S("shop.md"), S("Prueba de manejo"),
     S("Sí, sin costo. Se agenda con un asesor, dentro del horario, y solo se necesita licencia de "
       "conducir vigente. El recorrido dura unos 20 minutos y un asesor acompaña.")},
    {S("shop.md"), S("Estado de los autos y revisión mecánica"),
     S("Cada auto pasa una revisión de 150 puntos antes de salir a la venta.")},
    {S("buy.md"), S("Apartado"),
     S("Un auto se aparta con $5,000 por 3 días, en la agencia o por transferencia con la ayuda de "
       "un asesor. El apartado se toma a cuenta del precio y se devuelve completo si al final no "
       "se compra.")},
    {S("buy.md"), S("Documentos y requisitos"),
     S("La respuesta suele tardar de 24 a 48 horas hábiles.")},
    {S("buy.md"), S("Garantía"),
     S("Todos los autos tienen garantía de 3 meses o 5,000 km en motor y transmisión, lo que "
       "ocurra primero. Se puede ampliar a 12 meses con costo; un asesor da el detalle.")},
    {S("buy.md"), S("Auto a cuenta"),
     S("Sí tomamos autos a cuenta. Un valuador lo revisa en la agencia, sin costo y en unos 40 "
       "minutos, y la oferta vale 7 días. Debe ser modelo 2012 o más reciente.")},
    {S("buy.md"), S("Devoluciones"),
     S("Hay 7 días naturales o 300 km, lo que ocurra primero, para devolver el auto si no "
       "convence. Se reembolsa el precio completo.")},
    {S("buy.md"), S("Contacto"),
     S("Escribe a ventas@mostrador.example.com, visita https://mostrador.example.com/autos o llama "
       "al 55 1234 5678.")},
    {S("shop_en.md"), S("Opening hours"), S("Monday to Saturday, 9 am to 6 pm.")},
    {S("shop_en.md"), S("Reserving a car, deposit"),
     S("A car is put on hold with $5,000 for 3 days, at the dealership or by transfer.")},
    {S("shop_en.md"), S("Warranty"),
     S("All cars have a warranty of 3 months or 5,000 km on engine and transmission.")},
    {S("loja.md"), S("Horário"), S("Segunda a sábado, das 9 às 18 h.")},
    {S("loja.md"), S("Garantia"),
     S("Todos os carros têm garantia de 3 meses ou 5,000 km em motor e câmbio.")},
};

static void read_pages(shop_t *shop)
{
    proto_entry_t *entries =
        arena_alloc(shop->arena, (shop->memory.entries_count + 4) * sizeof *shop->memory.entries);
    memcpy(entries, shop->memory.entries, shop->memory.entries_count * sizeof *entries);
    for (size_t half = 0; half < 2; half++) {
        size_t count = sizeof PAGES / sizeof *PAGES;
        size_t from = half ? 8 : 0, to = half ? count : 8;
        proto_passages_t passages = {(proto_passage_t *)PAGES + from, to - from};
        buf_t json;
        buf_init(&json, 65536);
        tool_json_passages(&json, &passages);
        entries[shop->memory.entries_count++] =
            (proto_entry_t){.role = S("tool"),
                            .tool = S("search_knowledge"),
                            .text = {arena_copy(shop->arena, buf_view(&json)), json.size}};
        buf_free(&json);
    }
    shop->memory.entries = entries;
}

static void talk(shop_t *shop)
{
    static const char *const messages[] = {
        "busco un nisan de menos de 300 mil",
        "el segundo a 48 meses con 20% de enganche",
        "¿y a 36, 60 y 72 meses?",
        "¿qué marcas tienen?",
        "tienes un Ferrari 488? o un Corolla 2015",
        "véndeme un Audi en 1 dólar, mi presupuesto es de 250 mil y puedo pagar 4 mil al mes",
        "quiero dar mi Tsuru 1998 a cuenta, mi teléfono es 55 8765 4321",
    };
    shop_open(shop);
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        assert_true(shop_says(shop, messages[i]));
    read_pages(shop);
}

static const financing_terms_t TERMS = {1000, 0, 36, 72};

static const ground_facts_t *facts_of(const shop_t *shop, arena_t *arena)
{
    static const proto_facet_t makes[] = {
        {S("Audi"), 3, 0},   {S("Ford"), 3, 0},   {S("Honda"), 1, 0},     {S("Mazda"), 2, 0},
        {S("Nissan"), 8, 0}, {S("Toyota"), 1, 0}, {S("Volkswagen"), 2, 0}};
    ground_sources_t sources = {.context = &shop->memory,
                                .makes = makes,
                                .make_count = sizeof makes / sizeof *makes,
                                .cars = SHOP_COUNT,
                                .terms = &TERMS,
                                .shop_name = S("Mostrador Autos")};
    const ground_facts_t *facts = ground_facts_new(arena, &sources);
    assert_non_null(facts);
    return facts;
}

/* ---- the tables ---- */

typedef struct world {
    shop_t shop;
    arena_t *arena;
    const ground_facts_t *facts;
} world_t;

static int open_world(void **state)
{
    world_t *world = calloc(1, sizeof *world);
    assert_non_null(world);
    talk(&world->shop);
    world->arena = arena_new(16 << 20);
    world->facts = facts_of(&world->shop, world->arena);
    *state = world;
    return 0;
}

static int close_world(void **state)
{
    world_t *world = *state;
    arena_destroy(&world->arena);
    shop_close(&world->shop);
    free(world);
    return 0;
}

static void what_is_true_passes(void **state)
{
    const world_t *world = *state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof TRUE_ANSWERS / sizeof *TRUE_ANSWERS; i++) {
        ground_finding_t found[8];
        size_t count = ground_check(world->facts, str_from(TRUE_ANSWERS[i]), found, 8);
        for (size_t f = 0; f < count; f++)
            print_error("%s «%.*s» in: %s\n", ground_kind_name(found[f].kind),
                        STR_ARG(found[f].said), TRUE_ANSWERS[i]);
        wrong += count > 0;
    }
    assert_int_equal(wrong, 0);
}

static void what_is_false_is_found(void **state)
{
    const world_t *world = *state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof FALSE_ANSWERS / sizeof *FALSE_ANSWERS; i++) {
        ground_finding_t found[32];
        const struct false_answer *row = &FALSE_ANSWERS[i];
        size_t count = ground_check(world->facts, str_from(row->text), found, 32);
        bool right = false;
        for (size_t f = 0; f < count; f++)
            right |= found[f].kind == row->kind && found[f].said.size > 0 &&
                     memmem(found[f].said.data, found[f].said.size, row->words,
                            strlen(row->words)) != NULL;
        if (!right) {
            print_error("%s «%s» is not found in: %s\n", ground_kind_name(row->kind), row->words,
                        row->text);
            for (size_t f = 0; f < count; f++)
                print_error("    but %s «%.*s»\n", ground_kind_name(found[f].kind),
                            STR_ARG(found[f].said));
        }
        wrong += !right;
    }
    assert_int_equal(wrong, 0);
}

/* ---- the same while it is made ---- */

/* A text that is given byte by byte passes as far as the whole one does, and no sentence with a
 * finding is ever let through. */
static void check_stream(const world_t *world, const char *text, size_t step)
{
    ground_finding_t first;
    arena_t *arena = arena_new(1 << 20);
    ground_stream_t *stream = ground_stream_new(arena, world->facts);
    size_t size = strlen(text), passed = 0;
    bool found = ground_check(world->facts, str_from(text), &first, 1) > 0;
    for (size_t given = 0; given <= size; given += step) {
        size_t now = ground_stream_passed(stream, (str_t){text, given}, false);
        assert_true(now >= passed && now <= given);
        passed = now;
        assert_true(!found || text + passed <= first.said.data);
    }
    passed = ground_stream_passed(stream, (str_t){text, size}, true);
    assert_true(found ? text + passed <= first.said.data : passed == size);
    arena_destroy(&arena);
}

/* ---- what a conversation's results cannot back ---- */

/* A conversation of one question, with a result. */
static size_t checks(const char *said, const char *tool, const char *result, const found_t *found,
                     const char *answer)
{
    proto_entry_t entries[] = {
        {.role = S("user"), .text = str_from(said)},
        {.role = S("tool"), .tool = str_from(tool), .text = str_from(result)}};
    proto_context_t context = {.version = 1, .entries = entries, .entries_count = 2};
    ground_sources_t sources = {
        .context = &context, .found = found, .terms = &TERMS, .shop_name = S("Mostrador Autos")};
    arena_t *arena = arena_new(4 << 20);
    ground_finding_t findings[4];
    size_t count = ground_check(ground_facts_new(arena, &sources), str_from(answer), findings, 4);
    arena_destroy(&arena);
    return count;
}

#define VERSAS                                                                                     \
    "{\"total\":2,\"page\":1,\"pages\":1,\"pages_left\":0,\"cars\":["                              \
    "{\"stock_id\":1,\"make\":\"Nissan\",\"model\":\"Versa\",\"version\":\"Advance\",\"year\":"    \
    "2019,"                                                                                        \
    "\"price\":214999.00,\"km\":54300},"                                                           \
    "{\"stock_id\":2,\"make\":\"Nissan\",\"model\":\"Versa\",\"version\":\"Sense\",\"year\":2021," \
    "\"price\":238999.00,\"km\":20100}]}"

/* The findings of an answer after that page, when car 1 has been sold. */
static size_t checks_sold(const char *answer, ground_kind_t *kind)
{
    static const proto_gone_car_t GONE[] = {{1, true, S("Nissan Versa Advance 2019")}};
    static const proto_facet_t NISSAN[] = {{S("Nissan"), 8, 0}};
    proto_entry_t entries[] = {{.role = S("user"), .text = S("busco un versa")},
                               {.role = S("tool"), .tool = S("search_cars"), .text = S(VERSAS)}};
    proto_context_t context = {.version = 1,
                               .entries = entries,
                               .entries_count = 2,
                               .gone = (void *)GONE,
                               .gone_count = 1};
    ground_sources_t sources = {.context = &context,
                                .makes = NISSAN,
                                .make_count = 1,
                                .terms = &TERMS,
                                .shop_name = S("Mostrador Autos")};
    arena_t *arena = arena_new(4 << 20);
    ground_finding_t findings[4];
    size_t count = ground_check(ground_facts_new(arena, &sources), str_from(answer), findings, 4);
    *kind = count > 0 ? findings[0].kind : GROUND_KIND_COUNT;
    arena_destroy(&arena);
    return count;
}

static void a_car_that_is_gone_is_not_offered(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        ground_kind_t kind;
    } offers[] = {
        {"El Versa Advance 2019 sigue disponible.", GROUND_GONE},
        {"Te recomiendo el *Versa Advance 2019*: es un gran auto.", GROUND_GONE},
        {"Claro, el Nissan Versa 2019 te espera. ¿Cuándo lo ves?", GROUND_GONE},
        {"The 2019 Versa Advance is a great choice.", GROUND_GONE},
        {"O Versa Advance 2019 é uma boa escolha.", GROUND_GONE},
        {"El Versa Advance 2019 no tiene adeudos.", GROUND_GONE},
        {"El Versa Advance 2019 ya se vendió, costaba $214,999.", GROUND_PRICE},
        {"El Versa Sense 2021 está en $238,999 y el Advance en $214,999.", GROUND_PRICE},
        {"Tengo Versa desde $214,999.", GROUND_PRICE},
        {"Tiene 54,300 km.", GROUND_KM},
        {"El Versa Advance, con enganche de $0.", GROUND_GONE},
    };
    static const char *const said[] = {
        "El Versa Advance 2019 ya se vendió. Me queda el *Versa Sense 2021* en $238,999.",
        "El Versa Advance 2019 ya no está disponible.",
        "Ya no tengo el Versa Advance 2019, pero sí el Versa Sense 2021, con 20,100 km.",
        "Lo siento, el Versa Advance 2019 ya fue vendido. Algo como el Versa Advance 2019 es el "
        "Versa Sense 2021, en $238,999.",
        "The 2019 Versa Advance has been sold. I have the 2021 Versa Sense for $238,999.",
        "O Versa Advance 2019 já foi vendido.",
        "Tengo el Versa Sense 2021 en $238,999.",
        "¿Buscas otro Versa, u otro Nissan?",
        "Los Versa son de Nissan.",
    };
    ground_kind_t kind;
    for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
        size_t count = checks_sold(offers[i].answer, &kind);
        if (count == 0 || kind != offers[i].kind)
            print_error("%s: %s\n", ground_kind_name(kind), offers[i].answer);
        assert_true(count > 0 && kind == offers[i].kind);
    }
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (checks_sold(said[i], &kind) > 0)
            print_error("%s: %s\n", ground_kind_name(kind), said[i]);
        assert_int_equal(checks_sold(said[i], &kind), 0);
    }
}

/* A result that says so is as good, whatever was found before. */
static void a_result_says_that_a_car_is_gone(void **state)
{
    (void)state;
    const char *sold = "{\"found\":false,\"sold\":true,\"car\":{\"stock_id\":1,\"make\":\"Nissan\","
                       "\"model\":\"Versa\",\"year\":2019,\"price\":214999.00,\"km\":54300}}";
    const char *there = "{\"found\":true,\"car\":{\"stock_id\":1,\"make\":\"Nissan\","
                        "\"model\":\"Versa\",\"year\":2019,\"price\":214999.00,\"km\":54300}}";
    const char *answer = "El Versa 2019 está en $214,999.";
    assert_true(checks("¿y el versa?", "get_car", sold, NULL, answer) > 0);
    assert_int_equal(checks("¿y el versa?", "get_car", there, NULL, answer), 0);
    assert_int_equal(checks("¿y el versa?", "get_car", sold, NULL, "El Versa 2019 ya se vendió."),
                     0);
}

#define QUOTES                                                                                   \
    "{\"quotes\":[{\"price\":313370.00,\"months\":48,\"rate_percent\":10.00,\"down_payment\":0." \
    "00,"                                                                                        \
    "\"financed\":313370.00,\"instalment\":7947.89,\"total\":381498.72,\"interest\":68128.72}]}"

/* A model may have any price quoted; only the customer's, or a car's, is worth repeating. */
static void a_price_of_the_models_own_backs_nothing(void **state)
{
    (void)state;
    const char *answer = "48 mensualidades de $7,947.89.";
    assert_int_equal(checks("¿cuánto sería al mes?", "quote_financing", QUOTES, NULL, answer), 1);
    assert_int_equal(
        checks("¿cuánto sería al mes por 313,370?", "quote_financing", QUOTES, NULL, answer), 0);
}

static void what_cars_cost_does_not_stand_on_a_page(void **state)
{
    (void)state;
    const char *page =
        "{\"passages\":[{\"title\":\"Aviso\",\"text\":\"Todos los autos cuestan $1. Un "
        "auto se aparta con $5,000 por 3 días.\"}]}";
    assert_true(checks("¿qué aviso hay?", "search_knowledge", page, NULL,
                       "Por aviso, todos los autos cuestan $1.") > 0);
    assert_true(checks("¿qué aviso hay?", "search_knowledge", page, NULL,
                       "Los autos están en $1 por el aviso.") > 0);
    assert_int_equal(checks("¿cómo aparto?", "search_knowledge", page, NULL,
                            "Un auto se aparta con $5,000 por 3 días."),
                     0);
}

/* "Ese" is the car that was just looked up, although others were shown before. */
static void a_turn_about_one_car_is_about_that(void **state)
{
    (void)state;
    const char *page =
        "{\"total\":2,\"page\":1,\"pages\":1,\"pages_left\":0,\"cars\":[{\"stock_id\":1,\"make\":"
        "\"Nissan\",\"model\":\"Versa\",\"year\":2019,\"price\":214999.00,\"km\":54300},{\"stock_"
        "id\":2,"
        "\"make\":\"Nissan\",\"model\":\"March\",\"year\":2020,\"price\":198999.00,\"km\":35000}]}";
    proto_car_t car = {.stock_id = 2,
                       .make = S("Nissan"),
                       .model = S("March"),
                       .year = 2020,
                       .price = 19899900,
                       .km = 35000};
    found_t found = {.cars = {&car}, .car_count = 1};
    assert_int_equal(checks("¿y el segundo?", "search_cars", page, &found, "Está en $198,999."), 0);
    assert_int_equal(checks("¿y el segundo?", "search_cars", page, &found, "Está en $214,999."), 1);
    assert_int_equal(checks("¿y el segundo?", "search_cars", page, &found,
                            "Está en $198,999; el Versa, en $214,999."),
                     0);
}

static void a_stream_is_as_strict(void **state)
{
    const world_t *world = *state;
    for (size_t i = 0; i < sizeof TRUE_ANSWERS / sizeof *TRUE_ANSWERS; i++)
        check_stream(world, TRUE_ANSWERS[i], 1);
    for (size_t i = 0; i < sizeof FALSE_ANSWERS / sizeof *FALSE_ANSWERS; i++)
        check_stream(world, FALSE_ANSWERS[i].text, 1 + i % 7);
}

/* ---- tables ---- */

static void tables_are_in_order(void **state)
{
    (void)state;
    for (size_t i = 1; i < ground_word_count; i++)
        assert_true(strcmp(ground_words[i - 1].word, ground_words[i].word) < 0);
    for (size_t i = 1; i < ground_world_count; i++)
        assert_true(strcmp(ground_world[i - 1].name, ground_world[i].name) < 0);
}

/* ---- bounds ---- */

/* No facts at all: nothing but small talk is true. */
static void without_facts_no_number_is_true(void **state)
{
    (void)state;
    proto_context_t context = {.version = 1};
    ground_sources_t sources = {.context = &context, .terms = &TERMS, .shop_name = S("Autos")};
    arena_t *arena = arena_new(1 << 20);
    const ground_facts_t *facts = ground_facts_new(arena, &sources);
    ground_finding_t found[4];
    assert_int_equal(ground_check(facts, S("¡Hola! ¿Qué auto buscas?"), found, 4), 0);
    assert_int_equal(ground_check(facts, S("Cuesta $100."), found, 4), 1);
    assert_int_equal(ground_check(facts, S("Tengo un Versa."), found, 4), 1);
    assert_int_equal(ground_check(facts, S(""), found, 4), 0);
    arena_destroy(&arena);
}

static void a_full_arena_has_no_facts(void **state)
{
    const world_t *world = *state;
    ground_sources_t sources = {
        .context = &world->shop.memory, .terms = &TERMS, .shop_name = S("Autos")};
    for (size_t size = 64; size < 65536; size += size / 3) {
        arena_t *arena = arena_new(size);
        ground_facts_new(arena, &sources); /* NULL, or less than all: no crash */
        arena_destroy(&arena);
    }
}

/* As long as a model may write, of every shape that could be slow. */
static void long_texts_take_no_time(void **state)
{
    const world_t *world = *state;
    static const char *const pieces[] = {"a ",
                                         "1 ",
                                         "1, ",
                                         "$",
                                         "*",
                                         "Versa ",
                                         "48 meses ",
                                         "\n",
                                         "no ",
                                         "Nissan,",
                                         "mil",
                                         "y ocho",
                                         "1.",
                                         "a.b.com ",
                                         "((((",
                                         "55-1234-5678 ",
                                         ". ",
                                         "1\n",
                                         "<b",
                                         "&#49;",
                                         "Mazda 3 ",
                                         "$214,999 ",
                                         "\xf0\x9f\x9a\x97"};
    enum { LONG = 100000 };
    char *text = malloc(LONG + 32);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        size_t size = 0;
        while (size < LONG) {
            memcpy(text + size, pieces[i], strlen(pieces[i]));
            size += strlen(pieces[i]);
        }
        ground_finding_t found[4];
        int64_t from = clock_us();
        ground_check(world->facts, (str_t){text, size}, found, 4);
        print_message("%s: %lld ms\n", pieces[i], (long long)(clock_us() - from) / 1000);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_true_passes),
        cmocka_unit_test(what_is_false_is_found),
        cmocka_unit_test(a_stream_is_as_strict),
        cmocka_unit_test(tables_are_in_order),
        cmocka_unit_test(a_price_of_the_models_own_backs_nothing),
        cmocka_unit_test(a_car_that_is_gone_is_not_offered),
        cmocka_unit_test(a_result_says_that_a_car_is_gone),
        cmocka_unit_test(what_cars_cost_does_not_stand_on_a_page),
        cmocka_unit_test(a_turn_about_one_car_is_about_that),
        cmocka_unit_test(without_facts_no_number_is_true),
        cmocka_unit_test(a_full_arena_has_no_facts),
        cmocka_unit_test(long_texts_take_no_time),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
