/* Markdown, HTML and odd characters as WhatsApp text; and that doing it twice changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "agent/tidy.h"
#include "common/text.h"

static const struct {
    const char *text, *tidy;
} cases[] = {
    /* what is right stays */
    {"Tengo 7 *Nissan* hasta $300,000.\n1. Versa Advance 2019 · 54,300 km · $214,999\n\n¿Cuál te "
     "late?",
     "Tengo 7 *Nissan* hasta $300,000.\n1. Versa Advance 2019 · 54,300 km · $214,999\n\n¿Cuál te "
     "late?"},
    {"Niño, pingüino, ação, 20 % 👍🏽 👨‍👩‍👧 ❤️ 🇲🇽",
     "Niño, pingüino, ação, 20 % 👍🏽 👨‍👩‍👧 ❤️ 🇲🇽"},
    {"Привет, цена 5", "Привет, цена 5"},
    {"", ""},
    {"  \n \n", ""},
    /* bold, headings, rules, lists */
    {"**March Sense 2020**, $198,999", "*March Sense 2020*, $198,999"},
    {"***Oferta*** y __otra__", "*Oferta* y *otra*"},
    {"** Precio: ** $1", "*Precio:* $1"},
    {"**sin cerrar", "sin cerrar"},
    {"una *sola* y otra*", "una *sola* y otra"},
    {"## Opciones\n### **Ya** ###\nx", "*Opciones*\n*Ya*\nx"},
    {"#1 es el Versa", "#1 es el Versa"},
    {"a\n---\nb\n***\nc", "a\n\nb\n\nc"},
    {"Título\n======\nx", "Título\n\nx"},
    {"* uno\n+ dos\n• tres\n- cuatro\n- [x] cinco", "- uno\n- dos\n- tres\n- cuatro\n- cinco"},
    {"> cita\n>> otra", "cita\notra"},
    {"36 * 2 = 72", "36 × 2 = 72"},
    {"~~$250,000~~ $1", "~$250,000~ $1"},
    {"snake__case y search_cars", "snake__case y search_cars"},
    {"Firma: ________", "Firma:"},
    {"a\n\n\n\n\nb   \n   c", "a\n\nb\nc"},
    {"dos  espacios\ty tab", "dos espacios y tab"},
    {"\\$238,999 \\- \\*bien\\* 1\\. x", "$238,999 - bien 1. x"},
    /* tables */
    {"| Auto | Precio |\n|---|---:|\n| Versa | $214,999 |", "Auto · Precio\nVersa · $214,999"},
    {"Versa | 2019 | $214,999", "Versa · 2019 · $214,999"},
    /* links, images, code */
    {"[aquí](https://a.mx/x?y=1)", "aquí https://a.mx/x?y=1"},
    {"[https://a.mx](https://a.mx \"t\") [a.mx](https://a.mx)", "https://a.mx https://a.mx"},
    {"mira ![foto](https://a.mx/f.jpg) esto[^1]", "mira esto"},
    {"![foto][1] [1] y [no es enlace]", "[1] y [no es enlace]"},
    {"```json\n{\"a\": 1}\n```", "{\"a\": 1}"},
    {"usa `search_cars` ya", "usa search_cars ya"},
    /* HTML */
    {"<b>Versa</b><br/>$1 &amp; m&aacute;s &#36;2 &lt;3", "Versa\n$1 & más $2 <3"},
    {"<p>uno</p><p>dos</p>", "uno\n\ndos"},
    {"<a href=\"https://x.mx\">x</a> <https://y.mx> <a@b.mx>", "x https://y.mx a@b.mx"},
    {"menos de < 300 mil y > 200 mil", "menos de < 300 mil y > 200 mil"},
    {"<think>el cliente quiere…\n$1</think>Hola", "Hola"},
    {"Hola <think>sin fin", "Hola"},
    {"a<!-- nota\nlarga -->b<script>x()</script>", "ab"},
    {"&amp;amp;lt;b&amp;amp;gt;x", "x"},
    {"AT&T y R&D;", "AT&T y R&D;"},
    /* characters */
    {"des\xe2\x80\x8b"
     "cuen\xc2\xad"
     "to $1\xe2\x80\x8d"
     "00",
     "descuento $100"},
    {"\xe2\x80\xae$000,1\xe2\x80\xac", "$000,1"},
    {"ｄｅｓｃｕｅｎｔｏ ＄１２３", "descuento $123"},
    {"𝗱𝗲𝘀𝗰𝘂𝗲𝗻𝘁𝗼 𝟭𝟬% ⓓⓔ ᴅᴇ", "descuento 10% de de"},
    {"dеscuеntо", "descuento"}, /* with Cyrillic е and о */
    {"gratis, Αυto", "gratis, Auto"},
    {"٣٠٠ ۴ ३ ①⑩ 2⁹ ❸ 🔟", "300 4 3 110 29 3 10"},
    {"1️⃣ Versa\n2️⃣ March\n$1️⃣0️⃣", "1. Versa\n2. March\n$10"},
    {"Me\xcc\x81xico, man\xcc\x83"
     "ana, d\xcc\xb6"
     "e",
     "México, mañana, de"},
    {"214\xe2\x80\x9a"
     "999\xc2\xa0km\xe2\x80\xafya",
     "214,999 km ya"},
    {"a\x01\x02"
     "b\x7f"
     "c\r\nd\re\xe2\x80\xa8"
     "f",
     "abc\nd\ne\nf"},
    {"bad \xff\xfe bytes \xed\xa0\x80.", "bad bytes ."},
};

static void check_once(str_t text)
{
    buf_t once, twice;
    buf_init(&once, 3 * text.size + 64);
    buf_init(&twice, 9 * text.size + 64);
    tidy(&once, text);
    assert_true(buf_ok(&once));
    assert_true(utf8_valid(buf_view(&once)));
    assert_true(once.size <= 3 * text.size);
    tidy(&twice, buf_view(&once));
    if (!str_eq(buf_view(&once), buf_view(&twice)))
        fail_msg("[%.*s]\nonce  [%.*s]\ntwice [%.*s]", STR_ARG(text), STR_ARG(buf_view(&once)),
                 STR_ARG(buf_view(&twice)));
    buf_free(&once);
    buf_free(&twice);
}

static void cases_are_tidied(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_t out;
        buf_init(&out, 65536);
        tidy(&out, str_from(cases[i].text));
        if (!str_is(buf_view(&out), cases[i].tidy))
            fail_msg("[%s]\nis     [%.*s]\nwanted [%s]", cases[i].text, STR_ARG(buf_view(&out)),
                     cases[i].tidy);
        buf_free(&out);
        check_once(str_from(cases[i].text));
    }
}

/* Pieces that begin and end everything, joined at random. */
static void any_text_is_tidied_once(void **state)
{
    (void)state;
    static const char *const pieces[] = {"*",
                                         "**",
                                         "_",
                                         "__",
                                         "~~",
                                         "`",
                                         "```",
                                         "\n",
                                         "\n\n",
                                         " ",
                                         "#",
                                         "## ",
                                         "> ",
                                         "- ",
                                         "* ",
                                         "| ",
                                         "|",
                                         "|---|",
                                         "---",
                                         "===",
                                         "[",
                                         "](",
                                         ")",
                                         "![",
                                         "]",
                                         "[^",
                                         "<",
                                         ">",
                                         "</",
                                         "<b>",
                                         "<br>",
                                         "&",
                                         "&amp;",
                                         "&lt;",
                                         "&#42;",
                                         "&#124;",
                                         ";",
                                         "\\",
                                         "\\*",
                                         "<!--",
                                         "-->",
                                         "a",
                                         "Versa",
                                         "1",
                                         "$",
                                         "http://",
                                         "@",
                                         "á",
                                         "\xcc\x81",
                                         "е",
                                         "о",
                                         "Ω",
                                         "1\xef\xb8\x8f\xe2\x83\xa3",
                                         "\xe2\x83\xa3",
                                         "\xe2\x80\x8b",
                                         "❤",
                                         "\xef\xb8\x8f",
                                         "\xe2\x80\x8d",
                                         "\xff",
                                         "\xe2\x80\xa2 ",
                                         "<think>",
                                         "</think>",
                                         "\t",
                                         "\r",
                                         "n",
                                         "×",
                                         ".",
                                         "[ ] ",
                                         "[x] ",
                                         "&#x3c;",
                                         "amp;",
                                         "lt;",
                                         "!",
                                         "(",
                                         "+ ",
                                         "==="};
    srand(7);
    for (int i = 0; i < 40000; i++) {
        buf_t text;
        buf_init(&text, 4096);
        for (int n = 1 + rand() % 24; n > 0; n--)
            buf_str(&text, pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)]);
        check_once(buf_view(&text));
        buf_free(&text);
    }
}

/* The largest answers, nested and repeated as badly as can be. */
static void large_texts_are_tidied_too(void **state)
{
    (void)state;
    static const char *const units[] = {"[",        "[[a](b)", "<think", "<",    "&amp;",
                                        "**",       "![",      "a ",     "| a ", "<!--",
                                        "&amp;lt;", "(",       "](",     "\n",   "*a"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        buf_t text;
        buf_init(&text, 200000);
        while (text.size < 100000)
            buf_str(&text, units[i]);
        check_once(buf_view(&text));
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_are_tidied),
        cmocka_unit_test(any_text_is_tidied_once),
        cmocka_unit_test(large_texts_are_tidied_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
