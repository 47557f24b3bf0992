/* What the shop wrote: how Markdown is cut, and that questions find their passage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "catalog/knowledge.h"
#include "common/text.h"

/* ---- cutting ---- */

static void note_passage(void *arg, str_t title, str_t text)
{
    assert_true(title.size <= KNOWLEDGE_MAX_TITLE);
    assert_in_range(text.size, 1, KNOWLEDGE_MAX_TEXT);
    buf_printf(arg, "[%.*s: %.*s]", STR_ARG(title), STR_ARG(text));
}

static void check_split(const char *markdown, const char *expected)
{
    buf_t out;
    buf_init(&out, 1 << 20);
    knowledge_split(str_from(markdown), note_passage, &out);
    assert_string_equal(out.data ? out.data : "", expected);
    buf_free(&out);
}

static void headings_part_passages(void **state)
{
    (void)state;
    check_split("", "");
    check_split("\n \n", "");
    check_split("hola", "[: hola]");
    check_split("# A\n\nuno\ndos\n\n## B ##\ntres\n", "[A: uno\ndos][B: tres]");
    check_split("# A\n# B\ntext\n### C", "[B: text]");
    check_split("#hashtag\n####### siete\n", "[: #hashtag\n####### siete]");
    check_split("# A\n```\n# no\n```\nx", "[A: ```\n# no\n```\nx]");
    check_split("# A\r\nuno\r\n", "[A: uno]");
}

static void count_bytes(void *arg, str_t title, str_t text)
{
    (void)title;
    assert_in_range(text.size, 1, KNOWLEDGE_MAX_TEXT);
    assert_true(utf8_valid(text));
    *(size_t *)arg += text.size;
}

static void long_passages_are_cut_between_paragraphs(void **state)
{
    (void)state;
    size_t size = 20000, bytes = 0;
    char *text = malloc(size + 1);
    assert_non_null(text);
    for (size_t i = 0; i < size; i += 2)
        memcpy(text + i, "ñ", 3); /* one word without end */
    knowledge_split((str_t){text, size}, count_bytes, &bytes);
    assert_int_equal(bytes, size);
    for (size_t i = 0; i + 100 < size; i += 100)
        memcpy(text + i + 98, "\n\n", 2);
    bytes = 0;
    knowledge_split((str_t){text, size}, count_bytes, &bytes);
    assert_true(bytes > size - 2 * size / 50);
    free(text);
}

/* ---- finding ---- */

typedef struct folder {
    char dir[32];
    knowledge_t *knowledge;
    arena_t *arena;
} folder_t;

static void write_file(const folder_t *folder, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder->dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void remove_file(const folder_t *folder, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder->dir, name);
    unlink(path);
}

static const char tienda[] =
    "# La tienda\n\nMostrador Autos vende seminuevos inspeccionados.\n\n"
    "## Horario\n\nLunes a sábado, 9 a 18 h. Domingos cerrado.\n\n"
    "## Ubicación\n\nAvenida Universidad 100, Ciudad de México.\n\n"
    "## Garantía\n\nTres meses o 5,000 km en motor y transmisión.\n\n"
    "## Devoluciones\n\nSiete días o 300 km, lo que ocurra primero.\n\n"
    "## Formas de pago\n\nTransferencia, tarjeta o crédito con enganche desde 20 %.\n\n"
    "## Prueba de manejo\n\nCon cita previa y licencia vigente.\n";

static int start(void **state)
{
    static folder_t folder;
    strcpy(folder.dir, "/tmp/mknowXXXXXX");
    assert_non_null(mkdtemp(folder.dir));
    write_file(&folder, "tienda.md", tienda);
    write_file(&folder, "notes.txt", "# Secreto\nno es para clientes");
    write_file(&folder, ".oculto.md", "# Secreto\nno es para clientes");
    folder.knowledge = knowledge_new(folder.dir);
    folder.arena = arena_new(1 << 20);
    assert_true(knowledge_refresh(folder.knowledge));
    *state = &folder;
    return 0;
}

static int end(void **state)
{
    folder_t *folder = *state;
    knowledge_destroy(&folder->knowledge);
    arena_destroy(&folder->arena);
    remove_file(folder, "tienda.md");
    remove_file(folder, "notes.txt");
    remove_file(folder, ".oculto.md");
    assert_int_equal(rmdir(folder->dir), 0);
    return 0;
}

static proto_passages_t find(folder_t *folder, const char *question, size_t max)
{
    proto_passages_t passages;
    arena_reset(folder->arena);
    knowledge_find(folder->knowledge, str_from(question), max, folder->arena, &passages);
    assert_true(passages.passages_count <= max);
    return passages;
}

static void questions_find_their_passage(void **state)
{
    static const struct {
        const char *question, *title;
    } questions[] = {
        {"¿qué garantía tienen?", "Garantía"},
        {"tienen garantia los coches", "Garantía"},
        {"cuanto dura la garantya", "Garantía"},
        {"what warranty do you give?", "Garantía"},
        {"a qué hora abren", "Horario"},
        {"what are your opening hours", "Horario"},
        {"¿dónde están?", "Ubicación"},
        {"where are you located", "Ubicación"},
        {"puedo devolver el coche", "Devoluciones"},
        {"can I return the car?", "Devoluciones"},
        {"aceptan tarjeta?", "Formas de pago"},
        {"how can I pay", "Formas de pago"},
        {"quiero manejarlo antes, una prueba", "Prueba de manejo"},
        {"test drive", "Prueba de manejo"},
    };
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        proto_passages_t passages = find(*state, questions[i].question, 3);
        if (passages.passages_count == 0)
            fail_msg("%s: nothing found", questions[i].question);
        assert_true(str_is(passages.passages[0].source, "tienda.md"));
        if (!str_is(passages.passages[0].title, questions[i].title))
            fail_msg("%s: %.*s", questions[i].question, STR_ARG(passages.passages[0].title));
    }
}

static void other_questions_find_nothing(void **state)
{
    static const char *const questions[] = {"",        "?",  "el la los", "zzzz qqqq",
                                            "secreto", "\"", "a* OR b",   "NEAR(garantia)"};
    for (size_t i = 0; i < sizeof questions / sizeof *questions - 1; i++)
        assert_int_equal(find(*state, questions[i], 8).passages_count, 0);
    assert_int_equal(find(*state, "garantía horario pago ubicación prueba", 2).passages_count, 2);
}

/* The same said in three languages: the customer's own comes first. */
static void passages_come_in_the_language_of_the_question(void **state)
{
    folder_t *folder = *state;
    static const struct {
        const char *question, *source;
    } questions[] = {
        {"que garantia me dan", "tienda.md"},      {"garantia", "tienda.md"},
        {"what is the warranty", "store.md"},      {"do you have a guarantee", "store.md"},
        {"qual é a garantia do carro", "loja.md"},
    };
    write_file(folder, "store.md",
               "# Warranty\nThree months on the engine, and you get it in writing.");
    write_file(folder, "loja.md", "# Garantia\nTrês meses do motor, em todos os carros da loja.");
    assert_true(knowledge_refresh(folder->knowledge));
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        proto_passages_t passages = find(folder, questions[i].question, 3);
        assert_true(passages.passages_count > 0);
        assert_true(str_is(passages.passages[0].source, questions[i].source));
    }
    remove_file(folder, "store.md");
    remove_file(folder, "loja.md");
    assert_true(knowledge_refresh(folder->knowledge));
}

static void changes_are_seen(void **state)
{
    folder_t *folder = *state;
    size_t count = knowledge_count(folder->knowledge);
    assert_false(knowledge_refresh(folder->knowledge));
    write_file(folder, "mascotas.md", "# Mascotas\nLos perros son bienvenidos.");
    assert_true(knowledge_refresh(folder->knowledge));
    assert_int_equal(knowledge_count(folder->knowledge), count + 1);
    assert_int_equal(find(folder, "puedo llevar a mi perro", 3).passages_count, 1);
    write_file(folder, "mascotas.md", "# Mascotas\nLos gatos son bienvenidos tambien.");
    assert_true(knowledge_refresh(folder->knowledge));
    assert_int_equal(find(folder, "puedo llevar a mi perro", 3).passages_count, 0);
    write_file(folder, "mascotas.md", "# Mascotas\n\xff\xfe");
    assert_true(knowledge_refresh(folder->knowledge)); /* not UTF-8: passed over */
    assert_int_equal(knowledge_count(folder->knowledge), count);
    remove_file(folder, "mascotas.md");
    assert_true(knowledge_refresh(folder->knowledge));
    assert_int_equal(knowledge_count(folder->knowledge), count);
}

static void a_folder_that_is_not_there_is_empty(void **state)
{
    folder_t *folder = *state;
    proto_passages_t passages;
    knowledge_t *knowledge = knowledge_new("/tmp/there/is/no/such/folder");
    knowledge_refresh(knowledge);
    arena_reset(folder->arena);
    knowledge_find(knowledge, str_from("garantia"), 3, folder->arena, &passages);
    assert_int_equal(passages.passages_count, 0);
    knowledge_destroy(&knowledge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_part_passages),
        cmocka_unit_test(long_passages_are_cut_between_paragraphs),
        cmocka_unit_test(questions_find_their_passage),
        cmocka_unit_test(other_questions_find_nothing),
        cmocka_unit_test(passages_come_in_the_language_of_the_question),
        cmocka_unit_test(changes_are_seen),
        cmocka_unit_test(a_folder_that_is_not_there_is_empty),
    };
    return cmocka_run_group_tests(tests, start, end);
}
