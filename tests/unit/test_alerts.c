/* Alerts as texts (agent/alert_text.h), and where they may go (agent/alert_address.h). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "agent/alert_address.h"
#include "agent/alert_text.h"
#include "common/text.h"

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return alert_address_public((struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return alert_address_public((struct sockaddr *)&v6);
}

static void test_addresses(void **state)
{
    static const char *const inside[] = {
        "0.0.0.0",     "10.0.0.1",        "10.255.255.255",   "100.64.0.1",      "100.127.255.255",
        "127.0.0.1",   "127.255.255.254", "169.254.169.254",  "172.16.0.1",      "172.31.255.9",
        "192.0.0.8",   "192.0.2.1",       "192.168.1.1",      "198.18.0.1",      "198.19.255.255",
        "203.0.113.9", "224.0.0.1",       "240.0.0.1",        "255.255.255.255", "::",
        "::1",         "::ffff:8.8.8.8",  "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1",
        "fc00::1",     "fd12:3456::1",    "ff02::1",          "2001:db8::1",     "2002:7f00:1::",
        "2001:0:1::",  "4000::1"};
    static const char *const outside[] = {
        "1.1.1.1",    "9.255.255.255",  "11.0.0.0",        "100.63.255.255",  "100.128.0.0",
        "128.0.0.1",  "172.15.255.255", "172.32.0.0",      "192.167.255.255", "192.169.0.0",
        "198.17.0.1", "198.20.0.1",     "223.255.255.255", "2606:4700::1111", "2a00:1450::1"};
    (void)state;
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        if (is_public(inside[i]))
            fail_msg("%s is not public", inside[i]);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        if (!is_public(outside[i]))
            fail_msg("%s is public", outside[i]);
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_false(alert_address_public(&local));
}

static void test_kinds(void **state)
{
    unsigned kinds;
    (void)state;
    assert_true(alert_kinds_parse(STR_LIT("all"), &kinds));
    assert_int_equal(kinds, (1u << ALERT_KIND_COUNT) - 1);
    assert_true(alert_kinds_parse(STR_LIT("quote, score"), &kinds));
    assert_int_equal(kinds, 1u << ALERT_QUOTE | 1u << ALERT_SCORE | 1u << ALERT_TEST);
    assert_true(alert_kinds_parse(STR_LIT(""), &kinds));
    assert_int_equal(kinds, 1u << ALERT_TEST);
    assert_false(alert_kinds_parse(STR_LIT("quote,,score"), &kinds));
    assert_false(alert_kinds_parse(STR_LIT("quotes"), &kinds));
}

static const char *line_of(const proto_alert_t *alert, bool spanish)
{
    static buf_t line;
    buf_free(&line);
    buf_init(&line, 4096);
    alert_line(alert, STR_LIT("Autos"), spanish, &line);
    assert_true(buf_ok(&line) && utf8_valid(buf_view(&line)));
    return line.data;
}

static void test_lines(void **state)
{
    proto_alert_t alert = {.kind = STR_LIT("quote"),
                           .user_id = STR_LIT("whatsapp:+5215512345678"),
                           .subject = STR_LIT("Mazda 3 2019"),
                           .amount = 23899900,
                           .instalment = 403770,
                           .months = 48};
    (void)state;
    assert_string_equal(line_of(&alert, true),
                        "Autos: Cotización nueva: Mazda 3 2019, $238,999, 48 meses de $4,037.70. "
                        "Cliente: +5215512345678.");
    assert_string_equal(line_of(&alert, false),
                        "Autos: New financing quote: Mazda 3 2019, $238,999, 48 months of "
                        "$4,037.70. Customer: +5215512345678.");
    alert = (proto_alert_t){
        .kind = STR_LIT("score"), .score = 3, .text = STR_LIT("mal\r\nBcc: x\x7f"), .held_back = 2};
    assert_string_equal(line_of(&alert, true),
                        "Autos: Calificación de 3 en la encuesta: «mal  Bcc: x ». "
                        "(Antes se omitieron 2 avisos así.)");
    for (alert_kind_t kind = 0; kind < ALERT_KIND_COUNT; kind++) {
        alert =
            (proto_alert_t){.kind = str_from(alert_kind_name(kind)), .subject = STR_LIT("%s%n")};
        char spanish[512];
        snprintf(spanish, sizeof spanish, "%s", line_of(&alert, true));
        assert_null(strstr(spanish, "(null)"));
        assert_string_not_equal(spanish, line_of(&alert, false));
    }
}

/* Against Python's hmac. */
static void test_signature(void **state)
{
    buf_t out;
    (void)state;
    buf_init(&out, 256);
    alert_signature(STR_LIT("Jefe"), 1700000000, STR_LIT("what do ya want for nothing?"), &out);
    assert_string_equal(out.data,
                        "t=1700000000,v1="
                        "1cdd0650c8be1cb0974b1788d458b1e781206cfef59b85faafc582d2e182c57e");
    buf_free(&out);
}

static void test_slack_calls_nobody(void **state)
{
    buf_t out;
    (void)state;
    buf_init(&out, 256);
    alert_slack(STR_LIT("<!channel> <https://x|y> & \"q\""), &out);
    assert_string_equal(out.data,
                        "{\"text\":\"&lt;!channel&gt; &lt;https://x|y&gt; &amp; \\\"q\\\"\"}");
    buf_free(&out);
}

/* No line of a mail is longer than 76 characters, whatever the text, and none ends its header. */
static void test_mail(void **state)
{
    char text[600];
    buf_t out;
    (void)state;
    for (size_t size = 0; size + 2 < sizeof text; size += 7) {
        size_t at = 0;
        while (at + 2 <= size)
            at += (size_t)snprintf(text + at, sizeof text - at, "ñ");
        proto_alert_t alert = {.id = STR_LIT("01ABC")};
        buf_init(&out, 8192);
        alert_mail(&alert, (str_t){text, at}, STR_LIT("a@b.example"), STR_LIT("c@d.example"),
                   1700000000, &out);
        assert_true(buf_ok(&out));
        assert_non_null(strstr(out.data, "\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"));
        const char *end = out.data, *line = out.data;
        while ((end = strstr(line, "\r\n")) != NULL) {
            assert_true(end - line <= 76);
            assert_null(memchr(line, '\n', (size_t)(end - line)));
            line = end + 2;
        }
        buf_free(&out);
    }
}

static void test_mail_addresses(void **state)
{
    (void)state;
    assert_true(alert_addresses(STR_LIT("ana@shop.example")));
    assert_true(alert_addresses(STR_LIT("a@b.example, c+d@e.example")));
    assert_false(alert_addresses(STR_LIT("")));
    static const char *const wrong[] = {"ana",
                                        "@b.example",
                                        "a@",
                                        "a@b@c.example",
                                        "a b@c.example",
                                        "a@b.example,,c@d.example",
                                        "<a@b.example>",
                                        "a@b.example\r\nBcc: x@y.example",
                                        "a@b.example;x",
                                        "\"a\"@b.example",
                                        "ñ@b.example"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (alert_addresses(str_from(wrong[i])))
            fail_msg("%s is no address", wrong[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_signature),
        cmocka_unit_test(test_slack_calls_nobody),
        cmocka_unit_test(test_mail),
        cmocka_unit_test(test_mail_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
