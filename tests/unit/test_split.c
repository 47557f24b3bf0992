/* Long answers in parts: nothing lost, nothing torn, the best border taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/split.h"
#include "common/text.h"

/* The parts with "|" between them. */
static void assert_split(const char *text, size_t most, const char *expected)
{
    buf_t out;
    buf_init(&out, 1 << 20);
    str_t rest = str_from(text), part;
    while (split_next(&rest, most, &part)) {
        if (out.size)
            buf_char(&out, '|');
        buf_add(&out, part.data, part.size);
    }
    if (!str_is(buf_view(&out), expected))
        fail_msg("got:\n%s\ninstead of:\n%s", out.data, expected);
    buf_free(&out);
}

static void short_ones_stay(void **state)
{
    (void)state;
    assert_split("hola", 16, "hola");
    assert_split("  hola \n", 16, "hola");
    assert_split("1234567890123456", 16, "1234567890123456");
    assert_split("", 16, "");
    assert_split(" \n\xc2\xa0\xe3\x80\x80", 16, "");
    assert_int_equal(split_count(STR_LIT("uno dos tres cuatro"), 16), 2);
    assert_int_equal(split_length(STR_LIT("añ🚗")), 4);
}

static void best_border(void **state)
{
    (void)state;
    /* an empty line before a line, a line before a sentence, a sentence before a word */
    assert_split("Uno dos cua.\n\nTres.\nCinco", 22, "Uno dos cua.|Tres.\nCinco");
    assert_split("Tres cuatro\ncinco. Seis siete", 22, "Tres cuatro|cinco. Seis siete");
    assert_split("Hola, qué tal. Busco un auto", 22, "Hola, qué tal.|Busco un auto");
    assert_split("busco un auto que sea rojo", 20, "busco un auto que|sea rojo");
    assert_split("¿Cuál te gusta? «Este.» Bien está", 26, "¿Cuál te gusta? «Este.»|Bien está");
    /* but not when hardly anything would go out */
    assert_split("Sí.\n\nEste auto tiene bluetooth", 24, "Sí.\n\nEste auto tiene|bluetooth");
    assert_split("Cuesta aprox. 20 mil pesos hoy", 24, "Cuesta aprox. 20 mil|pesos hoy");
}

static void borders_of_lists(void **state)
{
    (void)state;
    assert_split("1. *Mazda 3* 2018\n   $200,000\n2. *March* 2020\n   $198,999", 40,
                 "1. *Mazda 3* 2018\n   $200,000|2. *March* 2020\n   $198,999");
    assert_split("- uno y dos\n  más de uno\n- tres y dos\n- cinco", 28,
                 "- uno y dos\n  más de uno|- tres y dos\n- cinco");
    /* never between the marker and its item */
    assert_split("autos del año 1. Mazdatreshatchback", 20, "autos del año 1.|Mazdatreshatchback");
    assert_split("12. Mazdatreshatchback azul", 20, "12. Mazdatreshatchba|ck azul");
}

static void numbers_stay_whole(void **state)
{
    (void)state;
    assert_split("el precio $461,999.00 es", 18, "el precio|$461,999.00 es");
    assert_split("el precio $ 461 999 es", 18, "el precio|$ 461 999 es");
    assert_split("la tasa es de 10 % anual", 16, "la tasa es de|10 % anual");
    assert_split("llama al +52 55 1234 5678 hoy", 22, "llama al|+52 55 1234 5678 hoy");
    assert_split("llama al +52 (55) 1234 hoy", 20, "llama al|+52 (55) 1234 hoy");
    assert_split("palabra muy 12/10/2024 aquí", 18, "palabra muy|12/10/2024 aquí");
    assert_split("价格四六一九九九元价格是461999元好", 16, "价格四六一九九九元价格是|461999元好");
    assert_split("cuesta $300,000. 2019 fue bueno", 20, "cuesta $300,000.|2019 fue bueno");
    /* one that alone is longer than a message cannot */
    assert_split("123456789012345678901234", 16, "1234567890123456|78901234");
}

static void links_stay_whole(void **state)
{
    (void)state;
    assert_split("mira https://a.mx/b?c=1.2,3 ya", 22, "mira|https://a.mx/b?c=1.2,3|ya");
    assert_split("mira esto www.autos.mx/a-b/c ya", 22, "mira esto|www.autos.mx/a-b/c ya");
    assert_split("看这里请看这里https://a.mx/abcdef", 22, "看这里请看这里|https://a.mx/abcdef");
    assert_split("https://a.mx/abcdefghijk", 16, "https://a.mx/abc|defghijk");
}

static void formatted_runs_stay_whole(void **state)
{
    (void)state;
    assert_split("El *Nissan Versa 2019* está", 16, "El|*Nissan Versa|2019* está"); /* too long */
    assert_split("Hoy el *Nissan Versa* está", 20, "Hoy el|*Nissan Versa* está");
    assert_split("Hoy _sí hay_ autos ya", 18, "Hoy _sí hay_ autos|ya");
    assert_split("* uno dos *tres cuatro* ya", 20, "* uno dos|*tres cuatro* ya");
    assert_split("palabra 5 * 3 * 2 y ya", 16, "palabra 5 * 3 *|2 y ya");
    assert_split("aaaaaaaaaaaaaa*b*ccccc", 16, "aaaaaaaaaaaaa|a*b*ccccc");
}

static void characters_stay_whole(void **state)
{
    (void)state;
    assert_split("ñññññññññññññññññ", 16, "ññññññññññññññññ|ñ");
    assert_split("🚗🚗🚗🚗🚗🚗🚗🚗🚗", 16, "🚗🚗🚗🚗🚗🚗🚗🚗|🚗");
    assert_split("x🚗🚗🚗🚗🚗🚗🚗🚗", 16, "x🚗🚗🚗🚗🚗🚗🚗|🚗");
    assert_split("🇲🇽🇲🇽🇲🇽🇲🇽🇲🇽", 18, "🇲🇽🇲🇽🇲🇽🇲🇽|🇲🇽");
    assert_split("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 16,
                 "👨‍👩‍👧‍👦|👨‍👩‍👧‍👦");
    assert_split("👍🏽👍🏽👍🏽👍🏽👍🏽", 18,
                 "👍🏽👍🏽👍🏽👍🏽|👍🏽");
    assert_split("aaaaaaaaaaaaaaae\u0301b", 16, "aaaaaaaaaaaaaaa|e\u0301b");
    /* no more accents than a message holds */
    buf_t zalgo;
    buf_init(&zalgo, 1000);
    buf_char(&zalgo, 'e');
    for (int i = 0; i < 40; i++)
        buf_str(&zalgo, "\u0301");
    assert_int_equal(split_count(buf_view(&zalgo), 16), 3);
    buf_free(&zalgo);
}

/* ---- any text ---- */

static uint32_t seed = 1;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % sides;
}

static const char *const pieces[] = {"hola",
                                     "Mazda",
                                     "¿qué tal?",
                                     "$461,999.00",
                                     "10 %",
                                     "76,000 km",
                                     "2020.",
                                     "🚗",
                                     "👨‍👩‍👧",
                                     "🇲🇽",
                                     "1.",
                                     "- ",
                                     "\n",
                                     "\n\n",
                                     "\r\n",
                                     ", ",
                                     "aprox.",
                                     "ñandú",
                                     "e\u0301",
                                     "*negrita*",
                                     "_",
                                     "(55)",
                                     "价格",
                                     "!",
                                     "https://autos.mx/coche?id=12&x=1.5",
                                     "www.tienda.com.mx",
                                     "+52 55 1234 5678",
                                     " ",
                                     "  ",
                                     "."};

static void add_piece(buf_t *out)
{
    buf_str(out, pieces[dice(sizeof pieces / sizeof *pieces)]);
    if (dice(3))
        buf_char(out, ' ');
}

static bool white(uint32_t c)
{
    return c <= ' ' || c == 0xa0 || c == 0x3000;
}

/* Moves behind white space. */
static void skip_white(str_t text, size_t *at)
{
    for (size_t next = *at; next < text.size; *at = next)
        if (!white(utf8_next(text, &next)))
            return;
}

static void check_any(str_t text, size_t most)
{
    str_t rest = text, part;
    size_t at = 0;
    while (split_next(&rest, most, &part)) {
        assert_true(part.size > 0 && utf8_valid(part));
        assert_true(split_length(part) <= most);
        size_t first = 0, before = at;
        skip_white(text, &at);
        assert_ptr_equal(part.data, text.data + at); /* nothing but white space between them */
        uint32_t c = utf8_next(part, &first);
        assert_false(white(c));
        /* what is not white space stood between two digits or inside a link only if it had to */
        if (before && before == at) {
            uint32_t left = (unsigned char)text.data[at - 1];
            assert_false(left >= '0' && left <= '9' && c >= '0' && c <= '9');
        }
        at += part.size;
    }
    skip_white(text, &at);
    assert_int_equal(at, text.size);
}

static void any_text(void **state)
{
    (void)state;
    for (int round = 0; round < 3000; round++) {
        buf_t text;
        buf_init(&text, 1 << 20);
        size_t count = 1 + dice(300);
        for (size_t i = 0; i < count; i++)
            add_piece(&text);
        check_any(buf_view(&text), 64 + dice(300));
        buf_free(&text);
    }
}

static void longest_reply_is_fast(void **state)
{
    (void)state;
    const char *const fills[] = {" ",  "a",    "1", ".",   "\n", "\u0301", "1 ",
                                 "- ", "\xff", "🇲", "*a ", "*",  "a*_"};
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
        buf_t text;
        buf_init(&text, 1 << 17);
        buf_char(&text, 'x');
        while (text.size < 65536)
            buf_str(&text, fills[i]);
        buf_char(&text, 'x');
        assert_true(split_count(buf_view(&text), SPLIT_WHATSAPP) < 200);
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_ones_stay),       cmocka_unit_test(best_border),
        cmocka_unit_test(borders_of_lists),      cmocka_unit_test(numbers_stay_whole),
        cmocka_unit_test(links_stay_whole),      cmocka_unit_test(formatted_runs_stay_whole),
        cmocka_unit_test(characters_stay_whole), cmocka_unit_test(any_text),
        cmocka_unit_test(longest_reply_is_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
