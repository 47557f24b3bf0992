/* WhatsApp's marks of formatting: ours format, those of the data never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/literal.h"
#include "common/marks.h"
#include "common/split.h"
#include "common/text.h"

#define STAR "\u2217"
#define LOW "\u02cd"
#define WAVE "\u223c"

/* ---- what WhatsApp does, once more and in another way ---- */

typedef struct run {
    size_t first, last; /* bytes of the two marks */
} run_t;

static bool blank(char c)
{
    return strchr(" \t\r\n", c) != NULL; /* the end, too */
}

static bool wordly(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c & 0x80;
}

/* What readers of it may differ in: whether whatever is not ASCII may stand around a run, and
 * whether two marks may begin one. */
#define LENIENT 1
#define DOUBLE 2
#define READERS 4

/* The runs of one kind, from left to right. text is terminated. */
static size_t runs_of(const char *text, char mark, int reader, run_t *runs)
{
    size_t count = 0, size = strlen(text), first = SIZE_MAX;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            first = SIZE_MAX;
        if (text[i] != mark)
            continue;
        bool front = i > 0 && wordly(text[i - 1]) && !((reader & LENIENT) && text[i - 1] & 0x80);
        bool behind = wordly(text[i + 1]) && !((reader & LENIENT) && text[i + 1] & 0x80);
        if (first != SIZE_MAX && i > first + 1 && !blank(text[i - 1]) && !behind) {
            runs[count++] = (run_t){first, i};
            first = SIZE_MAX;
        } else if (first == SIZE_MAX && !front && !blank(text[i + 1]) &&
                   ((reader & DOUBLE) || text[i + 1] != mark)) {
            first = i;
        }
    }
    return count;
}

/* ---- runs ---- */

static void runs(void **state)
{
    (void)state;
    const struct {
        const char *text;
        size_t size;
    } cases[] = {
        {"*Nissan*", 8},  {"*a*", 3},       {"*Nissan* x*", 8},
        {"*a b*, c", 5},  {"* Nissan*", 0}, {"*Nissan *", 0},
        {"*Nissan", 0},   {"**", 0},        {"**a*", 4},
        {"*a*b", 0},      {"*a*b*", 5},     {"*a\nb*", 0},
        {"_a_", 3},       {"~a~.", 3},      {"`a`", 3},
        {"*_a_*", 5},     {"*año*", 6},     {"*a*ñ", 0},
        {"*a*\u2217", 3}, {"a", 0},         {"*Nissan* y *M*", 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (marks_run(str_from(cases[i].text), 0) != cases[i].size)
            fail_msg("%s", cases[i].text);
    assert_int_equal(marks_run(STR_LIT("a*b*"), 1), 0);
    assert_int_equal(marks_run(STR_LIT("á*b*"), 2), 0);
    assert_int_equal(marks_run(STR_LIT("¡*b*!"), 2), 3);
    char text[MARKS_RUN_MAX + 3];
    memset(text, 'a', sizeof text);
    text[0] = text[MARKS_RUN_MAX - 1] = '*';
    text[MARKS_RUN_MAX] = ' ';
    assert_int_equal(marks_run((str_t){text, sizeof text}, 0), MARKS_RUN_MAX);
    text[MARKS_RUN_MAX - 1] = 'a';
    text[MARKS_RUN_MAX] = '*';
    text[MARKS_RUN_MAX + 1] = ' ';
    assert_int_equal(marks_run((str_t){text, sizeof text}, 0), 0);
}

/* ---- printing ---- */

static void assert_printed(const char *text, const char *literal, const char *expected)
{
    buf_t out;
    buf_init(&out, 1 << 16);
    marks_print(&out, str_from(text), str_from(literal));
    assert_true(buf_ok(&out));
    if (!str_is(buf_view(&out), expected))
        fail_msg("got:\n%s\ninstead of:\n%s", out.data, expected);
    buf_free(&out);
}

static void ours_stay(void **state)
{
    (void)state;
    const char *texts[] = {"Tengo 7 *Nissan* hasta $300,000.",
                           "*Versa GL_i 2019*, $1\n_sin cambio_ ~$2~",
                           "5 * 3 y a*b*c, 100* puntos",
                           "",
                           "correo: ana_maria_@x.mx",
                           "https://x.mx/_a_*b*?c=`",
                           "*Ver* www.x.mx/*a b_",
                           "*a)*(b",
                           "*José*, ¡*ñandú*! «*a*»"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strchr(texts[i], '`'))
            assert_printed(texts[i], "", texts[i]);
    /* what has no end formats nothing, and must not find one in the next message */
    assert_printed("*Nota: sin enganche", "", STAR "Nota: sin enganche");
    assert_printed("*a\nb*", "", STAR "a\nb*");
    assert_printed("`a` ```b```", "", "'a' '''b'''");
}

static void those_of_the_data_do_not_format(void **state)
{
    (void)state;
    assert_printed("*GL_i *full* 2019*, $1", "3 6 11", "*GL_i " STAR "full" STAR " 2019*, $1");
    assert_printed("1. GL *full* _x_ ~y~", "6 11 13 15 17 19",
                   "1. GL " STAR "full" STAR " " LOW "x" LOW " " WAVE "y" WAVE);
    assert_printed("*A*", "0 2", STAR "A" STAR);
    assert_printed("*A*", MARKS_ALL, STAR "A" STAR);
    /* in links and words they stay */
    assert_printed("https://x.mx/_a_ b_c", "13 15 18", "https://x.mx/_a_ b_c");
    assert_printed("a_b", "1", "a_b");
    /* some may take "é" for no letter */
    assert_printed("á_é", "2", "á" LOW "é");
    assert_printed("ñ*a* *b*ñ", "", "ñ" STAR "a* " STAR "b" STAR "ñ");
    /* nonsense is passed over */
    assert_printed("*A*", "7 x 0", "*A*");
    assert_printed("*A*", "1 1 1 99999999999999", "*A*");
    assert_printed("*A* *B*", "2 0", "*A" STAR " *B*");
}

/* ---- which are the data's ---- */

static void assert_found(const char *text, const char *tool, const char *data, const char *expected)
{
    proto_entry_t entries[] = {
        {.role = STR_LIT("user"), .text = STR_LIT("*hola*")},
        {.role = STR_LIT("tool"), .tool = str_from(tool), .text = str_from(data)},
    };
    proto_context_t context = {.entries = entries, .entries_count = 2};
    buf_t out;
    buf_init(&out, MARKS_LITERAL_MAX);
    literal_find(&out, str_from(text), &context);
    if (!str_is(buf_view(&out), expected))
        fail_msg("%s in %s: %.*s", data, text, STR_ARG(buf_view(&out)));
    buf_free(&out);
}

#define CARS "search_cars"
#define VERSION(text) \
    "{\"stock_id\":1,\"make\":\"Nissan\",\"version\":\"" text "\",\"price_max\":1}"

static void words_of_the_data_are_found(void **state)
{
    (void)state;
    assert_found("*Nissan GL_i *full* 2019*", CARS, VERSION("GL_i *full*"), "10 13 18");
    assert_found("*Nissan* y ya", CARS, VERSION("GL_i *full*"), "");
    assert_found("GL *full*, GL *full*", CARS, VERSION("GL *full*"), "3 8 14 19");
    assert_found("*hola*", CARS, VERSION("x"), ""); /* the customer's own */
    assert_found("*Mazda*", CARS, VERSION("a*"), "");
    assert_found("*a*", CARS, VERSION("a*"), "2"); /* in doubt it is the data's */
    /* marks alone */
    assert_found("*A* * B ** C", CARS, VERSION("A * B ** C"), "4 8 9");
    assert_found("*A * B*", CARS, VERSION("*"), "3");
    /* what ends a word */
    assert_found("18\" *x*", CARS, VERSION("18\\\"*x*"), "4 6");
    assert_found("stock_id", CARS, VERSION("x"), "5"); /* within a word it means nothing */
    /* the shop's own pages are Markdown */
    assert_found("*Horario:* 9 a 18", "search_knowledge", "{\"text\":\"*Horario:* 9 a 18\"}", "");
    assert_found("", CARS, VERSION("*"), "");
}

static void remembered_cars_count(void **state)
{
    (void)state;
    proto_car_t car = {.make = STR_LIT("M_"), .model = STR_LIT("*x"), .version = STR_LIT("~y~")};
    proto_context_t contexts[] = {{.shown = &car, .shown_count = 1},
                                  {.chosen = &car, .chosen_count = 1},
                                  {.kept = &car, .kept_count = 1}};
    for (size_t i = 0; i < 3; i++) {
        buf_t out;
        buf_init(&out, MARKS_LITERAL_MAX);
        literal_find(&out, STR_LIT("*M_ *x ~y~*"), &contexts[i]);
        assert_true(str_is(buf_view(&out), "2 4 7 9"));
        buf_free(&out);
    }
}

static void too_many_are_all(void **state)
{
    (void)state;
    buf_t text, data, out;
    buf_init(&text, 1 << 16);
    buf_init(&data, 1 << 16);
    buf_init(&out, MARKS_LITERAL_MAX);
    for (int i = 0; i < 400; i++)
        buf_printf(&text, "*w%d ", i);
    buf_printf(&data, "{\"version\":\"%s\"}", text.data);
    proto_entry_t entry = {.role = STR_LIT("tool"), .text = buf_view(&data)};
    proto_context_t context = {.entries = &entry, .entries_count = 1};
    literal_find(&out, buf_view(&text), &context);
    assert_true(str_is(buf_view(&out), MARKS_ALL));
    buf_free(&text);
    buf_free(&data);
    buf_free(&out);
}

/* ---- at random ---- */

static uint32_t seed;

static uint32_t chance(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static void add_data(buf_t *out)
{
    static const char *const pieces[] = {"*", "_",  "~", "`", "a", "GL", " ",      " ",
                                         "ñ", "**", ".", "(", "🚗", "*x", "_full_", "9"};
    for (uint32_t n = 1 + chance(6); n > 0; n--)
        buf_str(out, pieces[chance(sizeof pieces / sizeof *pieces)]);
}

/* An answer with cars whose versions are anything, bold around some; data is the tool's result. */
static void make_answer(buf_t *text, buf_t *data)
{
    static const char *const ours[] = {"Tengo ", "\n", ". ", "*Nissan* ", " · $1,000 ", "¿Cuál? "};
    buf_str(data, "{\"cars\":[");
    for (uint32_t n = 3 + chance(9); n > 0; n--) {
        if (chance(3) > 0) {
            buf_str(text, ours[chance(sizeof ours / sizeof *ours)]);
            continue;
        }
        buf_t car;
        buf_init(&car, 256);
        add_data(&car);
        bool bold = chance(2) == 0;
        buf_printf(data, "\"%s\",", car.data);
        buf_printf(text, bold ? "*%s*" : "%s", car.data);
        buf_str(text, chance(2) ? ", " : "\n");
        buf_free(&car);
    }
}

/* Each run that WhatsApp makes begins with a mark of ours. */
static void assert_ours(const char *printed, const char *text, str_t literal)
{
    static const char kinds[] = "*_~`";
    run_t found[512];
    for (size_t kind = 0; kinds[kind]; kind++)
        for (int reader = 0; reader < READERS; reader++) {
            size_t count = runs_of(printed, kinds[kind], reader, found);
            for (size_t i = 0; i < count; i++) {
                /* characters stay, bytes do not: where was it before? */
                size_t at = 0, before = 0;
                while (before < found[i].first) {
                    utf8_next(str_from(printed), &before);
                    utf8_next(str_from(text), &at);
                }
                char offset[24];
                snprintf(offset, sizeof offset, " %zu ", at);
                char list[MARKS_LITERAL_MAX + 3];
                snprintf(list, sizeof list, " %.*s ", STR_ARG(literal));
                if (strstr(list, offset) || str_is(literal, MARKS_ALL))
                    fail_msg("%s\nis printed\n%s\n(%s)", text, printed, list);
                assert_true(found[i].last - found[i].first < 4 * MARKS_RUN_MAX);
            }
        }
}

static void no_mark_of_the_data_begins_anything(void **state)
{
    (void)state;
    for (seed = 1; seed < 40000; seed += 1) {
        uint32_t kept = seed;
        buf_t text, data, literal, printed;
        buf_init(&text, 1 << 14);
        buf_init(&data, 1 << 14);
        buf_init(&literal, MARKS_LITERAL_MAX);
        buf_init(&printed, 1 << 16);
        make_answer(&text, &data);
        proto_entry_t entry = {.role = STR_LIT("tool"), .text = buf_view(&data)};
        proto_context_t context = {.entries = &entry, .entries_count = 1};
        literal_find(&literal, buf_view(&text), &context);
        marks_print(&printed, buf_view(&text), buf_view(&literal));
        assert_true(buf_ok(&printed) &&
                    utf8_length(buf_view(&printed)) == utf8_length(buf_view(&text)));
        if (text.size)
            assert_ours(printed.data, text.data, buf_view(&literal));
        buf_free(&text);
        buf_free(&data);
        buf_free(&literal);
        buf_free(&printed);
        seed = kept;
    }
}

/* What formats within the whole text formats the same within one of the parts. */
static void a_run_is_never_cut(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "*Nissan Versa 2019* ", "*a*", "hola ",  "_b c_ ", "palabra",
        "*uno dos tres* ",      ", ",  "x*y*z ", "*",      "\n"};
    const size_t count_of_pieces = sizeof pieces / sizeof *pieces;
    for (seed = 1; seed < 1000; seed++) {
        uint32_t kept = seed;
        buf_t text, printed;
        buf_init(&text, 1 << 14);
        buf_init(&printed, 1 << 16);
        for (uint32_t n = 200 + chance(400); n > 0; n--)
            buf_str(&text, pieces[chance(count_of_pieces - (kept % 3 ? 2 : 0))]);
        marks_print(&printed, buf_view(&text), (str_t){0});
        run_t found[1024];
        size_t count = runs_of(printed.data, '*', DOUBLE, found), in_parts = 0;
        str_t rest = buf_view(&printed), part;
        while (split_next(&rest, SPLIT_WHATSAPP, &part)) {
            char copy[2048];
            run_t inside[1024];
            snprintf(copy, sizeof copy, "%.*s", STR_ARG(part));
            in_parts += runs_of(copy, '*', DOUBLE, inside);
            for (size_t i = 0; i < count; i++) {
                const char *first = printed.data + found[i].first;
                const char *last = printed.data + found[i].last;
                bool begins = first >= part.data && first < part.data + part.size;
                bool ends = last >= part.data && last < part.data + part.size;
                if (begins != ends)
                    fail_msg("%s\ncut in\n%s", printed.data, copy);
            }
        }
        if (in_parts != count)
            fail_msg("%zu runs in %s, %zu in its parts", count, printed.data, in_parts);
        buf_free(&text);
        buf_free(&printed);
        seed = kept;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs),
        cmocka_unit_test(ours_stay),
        cmocka_unit_test(those_of_the_data_do_not_format),
        cmocka_unit_test(words_of_the_data_are_found),
        cmocka_unit_test(remembered_cars_count),
        cmocka_unit_test(too_many_are_all),
        cmocka_unit_test(no_mark_of_the_data_begins_anything),
        cmocka_unit_test(a_run_is_never_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
