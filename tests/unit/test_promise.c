/* Promises: every rule finds its example and leaves its counter-example alone; what the shop's own
 * pages say is no promise of ours; what the offline seller says never is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "agent/phrases.h"
#include "agent/promise.h"
#include "agent/promise_index.h"
#include "agent/promise_table.h"
#include "agent/wording.h"
#include "common/arena.h"

#define MAX 16

static void describe(str_t text, const promise_t *found, size_t count, buf_t *out)
{
    buf_printf(out, "[%.*s]", STR_ARG(text));
    for (size_t i = 0; i < count; i++)
        buf_printf(out, " %s: «%.*s»", promise_kind_name(found[i].kind), STR_ARG(found[i].said));
}

static size_t failures;

static size_t find_with(str_t text, const str_t *pages, size_t count, promise_t *found)
{
    promise_sources_t sources = {.pages = pages, .page_count = count};
    return promise_find(text, &sources, found, MAX);
}

static void complain(const char *what, str_t text, const promise_t *found, size_t count)
{
    buf_t out;
    buf_init(&out, 1 << 20);
    describe(text, found, count, &out);
    print_error("%s %s\n", what, out.data);
    buf_free(&out);
    failures++;
}

static const promise_rule_t *rule_by_name(const char *name)
{
    for (size_t i = 0; i < promise_rule_count; i++)
        if (strcmp(promise_rules[i].name, name) == 0)
            return &promise_rules[i];
    return NULL;
}

static bool rule_finds(const promise_rule_t *rule, str_t text)
{
    wording_t wording;
    wording_match_t match;
    bool found = false;
    wording_read(&wording, text);
    for (size_t at = 0; at < wording.count; at++) {
        bool fits = wording_match(&wording, at, rule->pattern, &match), indexed = false;
        uint16_t rules[PROMISE_INDEX_MOST];
        size_t count = promise_index_find(&wording.words[at], rules);
        assert_true(count < PROMISE_INDEX_MOST); /* none was left out */
        for (size_t i = 0; i < count; i++)
            indexed |= &promise_rules[rules[i]] == rule;
        if (fits && !indexed)
            complain("not in the index:", str_from(rule->pattern), NULL, 0);
        found |= fits && !wording_denied(&wording, &match, rule->flags & PROMISE_AFTER);
    }
    wording_free(&wording);
    return found;
}

static void expect(const char *rule_name, bool positive, str_t text)
{
    promise_t found[MAX];
    size_t count = promise_find(text, NULL, found, MAX);
    if (!positive) {
        if (count)
            complain("is no promise:", text, found, count);
        return;
    }
    const promise_rule_t *rule = rule_by_name(rule_name);
    bool kind = false;
    for (size_t i = 0; i < count; i++)
        kind |= rule ? found[i].kind == rule->kind
                     : strcmp(promise_kind_name(found[i].kind), rule_name + 1) == 0;
    if (!kind || (rule && !rule_finds(rule, text)))
        complain(rule_name, text, found, count);
}

/* Returns the lines of a file, without their ends. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        fail_msg("%s cannot be read", path);
    buf_t all;
    buf_init(&all, 1 << 20);
    char block[4096];
    size_t size;
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&all, block, size);
    fclose(file);
    return buf_take(&all);
}

static void every_rule_has_its_examples(void **state)
{
    (void)state;
    char *all = read_file("tests/unit/promise_cases.txt"), *rest = all;
    char name[64] = "";
    size_t *positive = calloc(promise_rule_count, sizeof *positive);
    size_t *negative = calloc(promise_rule_count, sizeof *negative);
    size_t examples = 0;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (!*line || *line == '#')
            continue;
        if (strncmp(line, "+ ", 2) != 0 && strncmp(line, "- ", 2) != 0) {
            snprintf(name, sizeof name, "%s", line);
            if (*line != '*' && !rule_by_name(name))
                complain("no such rule:", str_from(name), NULL, 0);
            continue;
        }
        expect(name, *line == '+', str_from(line + 2));
        const promise_rule_t *rule = rule_by_name(name);
        if (rule)
            (*line == '+' ? positive : negative)[rule - promise_rules]++;
        examples++;
    }
    for (size_t i = 0; i < promise_rule_count; i++)
        if (!positive[i] || !negative[i])
            complain("has no example or counter-example:", str_from(promise_rules[i].name), NULL,
                     0);
    assert_true(examples > 300);
    free(positive);
    free(negative);
    free(all);
    assert_int_equal(failures, 0);
}

/* ---- the shop's pages ---- */

static const char *const pages[] = {"catalog/knowledge/agencia.md", "catalog/knowledge/compra.md",
                                    "catalog/knowledge/financiamiento.md",
                                    "catalog/knowledge/dealership_en.md",
                                    "catalog/knowledge/loja_pt.md"};

#define MOST_PASSAGES 64

typedef struct shop {
    char *files[5];
    str_t passages[MOST_PASSAGES];
    size_t count;
} shop_t;

/* A passage is a heading and what stands under it. */
static void open_shop(shop_t *shop)
{
    *shop = (shop_t){.count = 0};
    for (size_t i = 0; i < 5; i++) {
        shop->files[i] = read_file(pages[i]);
        char *at = strstr(shop->files[i], "## ");
        while (at && shop->count < MOST_PASSAGES) {
            char *next = strstr(at + 3, "\n## ");
            size_t size = next ? (size_t)(next - at) : strlen(at);
            shop->passages[shop->count++] = (str_t){at, size};
            at = next ? next + 1 : NULL;
        }
    }
}

static void close_shop(shop_t *shop)
{
    for (size_t i = 0; i < 5; i++)
        free(shop->files[i]);
}

static void what_the_pages_say_is_no_promise(void **state)
{
    (void)state;
    shop_t shop;
    promise_t found[MAX];
    open_shop(&shop);
    assert_true(shop.count > 30);
    for (size_t i = 0; i < shop.count; i++) {
        size_t count = find_with(shop.passages[i], &shop.passages[i], 1, found);
        if (count)
            complain("said by the page:", shop.passages[i], found, count);
    }
    close_shop(&shop);
    assert_int_equal(failures, 0);
}

static const struct {
    bool backed;
    const char *text;
} told[] = {
    {true, "Todos los autos tienen garantía de 3 meses o 5,000 km en motor y transmisión."},
    {true, "El Versa 2019 tiene 3 meses de garantía en motor y transmisión."},
    {true, "All cars come with a 3 month warranty on engine and transmission."},
    {true, "Tem garantia de três meses."},
    {false, "Tiene garantía de 6 meses."},
    {false, "Tiene garantía de tres años."},
    {false, "Tiene garantía de por vida."},
    {false, "Tiene garantía de 3 meses en frenos y suspensión."},
    {false, "La garantía es de 12 meses."},
    {true, "La garantía de 3 meses se puede ampliar: con garantía de 12 meses, con costo."},
    {true, "La prueba de manejo es gratis."},
    {true, "The test drive is free of charge."},
    {true, "El envío es sin costo en la Ciudad de México."},
    {false, "El envío es gratis a todo el país."},
    {false, "El envío es sin costo a Monterrey."},
    {false, "El seguro es gratis."},
    {false, "Las llantas son gratis."},
    {true, "En la agencia, el auto se entrega de 2 a 3 días hábiles después del pago."},
    {true, "Entrega en 2 o 3 días."},
    {false, "Se entrega en 24 horas."},
    {false, "Te lo entregamos mañana."},
    {true, "Un auto se aparta con $5,000 por 3 días."},
    {true, "Queda apartado con $5,000 por 3 días, en la agencia."},
    {false, "Se aparta con $500 por 3 días."},
    {false, "Se aparta con $5,000 por 10 días."},
    {false, "Ya quedó apartado por 3 días."},
    {true, "El primer servicio va incluido, sin costo."},
    {false, "Los primeros 5 servicios van sin costo."},
    {true, "El valuador lo revisa sin costo en 40 minutos."},
    {true, "Hay 7 días para devolverlo y se reembolsa el precio completo."},
    {false, "Te devolvemos el doble de tu dinero."},
    {false, "Tu crédito está aprobado en 24 horas."},
    {false, "Te garantizo la transmisión por 3 meses."},
    {true, "Abrimos de lunes a sábado de 9 a 18 h; los domingos descansamos."},
    {true, "Estamos en Av. Insurgentes Sur 1480, colonia Actipan, Ciudad de México."},
    {true, "We are at Av. Insurgentes Sur 1480, two blocks from the metrobus."},
    {false, "También abrimos los domingos."},
    {false, "Abrimos de lunes a domingo."},
    {false, "Abrimos las 24 horas."},
    {false, "Abrimos todos los días."},
    {false, "También estamos en Guadalajara."},
    {false, "Estamos en Paseo de la Reforma."},
    {false, "La garantía cubre también frenos."},
    {false, "La garantía se amplía a 12 meses."},
    {true, "La garantía se puede ampliar a 12 meses con costo."},
    {false, "Se entrega el mismo día del pago."},
};

static void only_with_its_figures_and_conditions(void **state)
{
    (void)state;
    shop_t shop;
    promise_t found[MAX];
    open_shop(&shop);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        str_t text = str_from(told[i].text);
        size_t count = find_with(text, shop.passages, shop.count, found);
        if ((count == 0) != told[i].backed)
            complain(told[i].backed ? "the pages say so:" : "no page says so:", text, found, count);
        size_t alone = promise_find(text, NULL, found, MAX);
        if (!alone && !told[i].backed)
            complain("not found without pages:", text, found, alone);
    }
    close_shop(&shop);
    assert_int_equal(failures, 0);
}

/* As search_knowledge gives them. */
static void passages_may_come_as_json(void **state)
{
    (void)state;
    str_t json =
        STR_LIT("{\"data_from\":\"shop pages\",\"passages\":[{\"source\":\"a.md\",\"title\":"
                "\"Prueba de manejo\",\"text\":\"Sí, sin costo.\\nDura 20 minutos.\"},"
                "{\"source\":\"b.md\",\"title\":\"Garantía\",\"text\":\"Todos los autos "
                "tienen garantía de 3 meses.\"}]}");
    promise_t found[MAX];
    assert_int_equal(find_with(STR_LIT("La prueba de manejo es gratis."), &json, 1, found), 0);
    assert_int_equal(find_with(STR_LIT("Tiene garantía de 3 meses."), &json, 1, found), 0);
    assert_int_equal(find_with(STR_LIT("Tiene garantía de 20 meses."), &json, 1, found), 1);
    assert_int_equal(found[0].kind, PROMISE_GUARANTEE);
    str_t broken = STR_LIT("{\"passages\":[{\"text\":\"La prueba de manejo es gratis.\"");
    assert_int_equal(find_with(STR_LIT("La prueba de manejo es gratis."), &broken, 1, found), 1);
}

/* Equipment is true if a result has it, a place if a result, a page or the customer has. */
static void results_and_customers_say_things_too(void **state)
{
    (void)state;
    str_t result = STR_LIT("{\"cars\":[{\"version\":\"Advance Piel "
                           "2.0\",\"city\":\"Monterrey\",\"fuel\":\"Híbrido\"}]}");
    str_t said = STR_LIT("soy de Puebla, ¿me lo mandan?");
    promise_sources_t sources = {
        .results = &result, .result_count = 1, .said = &said, .said_count = 1};
    static const struct {
        bool backed;
        const char *text;
    } cases[] = {
        {false, "Trae quemacocos."},
        {false, "Tiene asientos de cuero."},
        {false, "Está en Cancún."},
        {false, "It has a sunroof."},
        {false, "Es eléctrico."},
        {true, "They are hybrids."},
        {true, "Está en Monterrey."},
        {true, "A Puebla se cotiza el traslado."},
        {true, "¿Te interesa con quemacocos?"},
        {true, "De los quemacocos no tengo el dato."},
    };
    promise_t found[MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str_t text = str_from(cases[i].text);
        size_t count = promise_find(text, &sources, found, MAX);
        if ((count == 0) != cases[i].backed)
            complain("equipment or place:", text, found, count);
    }
    assert_int_equal(failures, 0);
}

/* ---- the offline seller ---- */

static void phrases_promise_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        phrase_t phrase;
    } all[] = {
#define PHRASE_C(id) {#id, PHRASE_##id},
        PHRASES(PHRASE_C)
#undef PHRASE_C
    };
    const phrase_table_t *tables[] = {&phrases_es, &phrases_en, &phrases_pt};
    str_t fuels = STR_LIT("{\"fuel\":\"Híbrido\"}, Eléctrico, Diésel"); /* as cars have them */
    promise_sources_t sources = {.results = &fuels, .result_count = 1};
    promise_t found[MAX];
    for (size_t t = 0; t < 3; t++)
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            for (size_t w = 0; w < PHRASE_WORDINGS; w++) {
                const char *text = (*tables[t])[all[i].phrase][w];
                size_t count = text ? promise_find(str_from(text), &sources, found, MAX) : 0;
                if (count)
                    complain(all[i].name, str_from(text), found, count);
            }
    assert_int_equal(failures, 0);
}

static void what_was_said_is_told(void **state)
{
    (void)state;
    str_t text = STR_LIT("Hola, mira. Te lo dejo en $1 y te regalo el seguro. ¿Va?\nTrato hecho.");
    promise_t found[MAX];
    size_t count = promise_find(text, NULL, found, MAX);
    assert_int_equal(count, 3);
    assert_int_equal(found[0].kind, PROMISE_DISCOUNT);
    assert_true(str_is(found[0].said, "Te lo dejo en $1 y te regalo el seguro"));
    assert_int_equal(found[1].kind, PROMISE_GIFT);
    assert_int_equal(found[2].kind, PROMISE_SALE);
    assert_true(str_is(found[2].said, "Trato hecho"));
    assert_int_equal(promise_find(text, NULL, found, 1), 1);
    assert_int_equal(promise_find((str_t){0}, NULL, found, MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_its_examples),
        cmocka_unit_test(what_the_pages_say_is_no_promise),
        cmocka_unit_test(only_with_its_figures_and_conditions),
        cmocka_unit_test(passages_may_come_as_json),
        cmocka_unit_test(results_and_customers_say_things_too),
        cmocka_unit_test(phrases_promise_nothing),
        cmocka_unit_test(what_was_said_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
